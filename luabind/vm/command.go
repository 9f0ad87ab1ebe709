package vm

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// osExecute answers as Lua 5.2: true or nil, "exit", status. Without an argument it says whether there is a shell.
func osExecute(l *lua.LState) int {
	s := StateOf(l)
	if l.Get(1) == lua.LNil {
		l.Push(lua.LBool(s.opts.Exec != nil))
		return 1
	}
	out, status := s.execute(checkString(l, 1), nil)
	if len(out) > 0 {
		s.print(string(out))
	}
	return exited(l, status)
}

func exited(l *lua.LState, status int) int {
	if status == 0 {
		l.Push(lua.LTrue)
	} else {
		l.Push(lua.LNil)
	}
	l.Push(lua.LString("exit"))
	l.Push(lua.LNumber(status))
	return 3
}

// notFound is the status of a shell for a command that there is not.
const notFound = 127

// execute runs a command: a built-in one, or what the state was given to run commands with.
func (s *State) execute(command string, stdin []byte) (out []byte, status int) {
	s.work(1000)
	command, _, _ = strings.Cut(command, "\x00") // as for C
	if words, ok := SplitCommand(command); ok {
		if status, ok := s.builtin(words); ok {
			return nil, status
		}
	}
	if s.opts.Exec == nil {
		return nil, notFound
	}
	s.Waiting()
	out, status, err := s.opts.Exec(s.ctx, command, stdin)
	s.Resumed()
	if err != nil && status == 0 {
		status = notFound - 1
	}
	if len(out) > s.limits.String {
		out = out[:s.limits.String]
	}
	return out, status
}

// quiet is a redirection that makes no difference here: what built-in commands say is not shown.
var quiet = regexp.MustCompile(`^(?:[12]?>[ \t]*/dev/null|2>&1)(?:[ \t]+|$)`)

// SplitCommand takes a simple command apart as a shell does: quotes, backslashes, and redirections to /dev/null, which are dropped. ok is
// false for what needs a shell.
func SplitCommand(command string) (words []string, ok bool) {
	rest := strings.Trim(command, " \t\n")
	for rest != "" {
		if m := quiet.FindString(rest); m != "" {
			rest = rest[len(m):]
			continue
		}
		word, size := shellWord(rest)
		if size == 0 {
			return nil, false
		}
		words, rest = append(words, word), strings.TrimLeft(rest[size:], " \t")
	}
	return words, len(words) > 0
}

// shellWord takes a word off the front of a command. size is 0 where that needs a shell.
func shellWord(text string) (word string, size int) {
	var b strings.Builder
	i := 0
	for i < len(text) && text[i] != ' ' && text[i] != '\t' {
		c := text[i]
		i++
		switch {
		case c == '\'':
			end := strings.IndexByte(text[i:], '\'')
			if end < 0 {
				return "", 0
			}
			b.WriteString(text[i : i+end])
			i += end + 1
		case c == '"':
			for {
				if i == len(text) || text[i] == '$' || text[i] == '`' {
					return "", 0
				}
				c := text[i]
				i++
				if c == '"' {
					break
				}
				if c == '\\' && i < len(text) && strings.IndexByte("\"\\$`\n", text[i]) >= 0 {
					if c = text[i]; c == '\n' {
						return "", 0
					}
					i++
				}
				b.WriteByte(c)
			}
		case c == '\\':
			if i == len(text) || text[i] == '\n' {
				return "", 0
			}
			b.WriteByte(text[i])
			i++
		case c == '>' && i > 1 && strings.Trim(text[:i-1], "0123456789") != "" && quiet.MatchString(text[i-1:]):
			return b.String(), i - 1
		case strings.IndexByte("|&;<>()$`*?[]#~{}!\n", c) >= 0:
			return "", 0
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), i
}

// longOptions are the other names of those options that make a difference.
var longOptions = map[string]string{"recursive": "r", "force": "f", "parents": "p"}

// builtin are the commands that scripts use to keep their files in order (modlua-api.md 4.6), on the directories that the script may
// touch.
func (s *State) builtin(words []string) (status int, ok bool) {
	name, options := path.Base(words[0]), ""
	args := words[1:]
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		option := args[0]
		args = args[1:]
		if option == "--" {
			break
		}
		if long, ok := strings.CutPrefix(option, "--"); ok {
			options += longOptions[long]
			continue
		}
		options += option[1:]
		if name == "mkdir" && strings.HasSuffix(option, "m") && len(args) > 0 {
			args = args[1:] // the mode
		}
	}
	has := func(c string) bool { return strings.ContainsAny(options, c) }
	var err error
	switch name {
	case "true":
	case "false":
		return 1, true
	case "mkdir":
		for _, name := range args {
			err = errors.Join(err, s.mkdir(name, has("p")))
		}
	case "rm":
		for _, name := range args {
			e := s.unlink(name, has("rR"))
			if has("f") && errors.Is(e, fs.ErrNotExist) {
				e = nil
			}
			err = errors.Join(err, e)
		}
	case "mv", "cp":
		if len(args) != 2 {
			return 0, false
		}
		to := args[1]
		if s.isDir(to) {
			to = path.Join(to, path.Base(args[0]))
		}
		if name == "mv" {
			err = s.rename(args[0], to)
		} else {
			err = s.copy(args[0], to)
		}
	case "sleep":
		return s.sleep(args), true
	default:
		return 0, false
	}
	if err != nil {
		return 1, true
	}
	return 0, true
}

func (s *State) mkdir(name string, parents bool) error {
	return s.each(name, true, func(d Dir, rel string) error {
		if parents {
			return d.Root.MkdirAll(rel, 0o755)
		}
		return d.Root.Mkdir(rel, 0o755)
	})
}

func (s *State) unlink(name string, recursive bool) error {
	return s.each(name, true, func(d Dir, rel string) error {
		if rel == "." {
			return syscall.EACCES
		}
		info, err := d.Root.Lstat(rel)
		if err != nil {
			return err
		}
		if !info.IsDir() {
			return d.Root.Remove(rel)
		}
		if !recursive {
			return syscall.EISDIR
		}
		return d.Root.RemoveAll(rel)
	})
}

func (s *State) isDir(name string) bool {
	err := s.each(name, false, func(d Dir, rel string) error {
		info, err := d.Root.Stat(rel)
		if err == nil && !info.IsDir() {
			err = syscall.ENOTDIR
		}
		return err
	})
	return err == nil
}

// maxSleep is how long the command sleep waits at most: 31 years.
const maxSleep = 1e9

// sleep waits for the sum of its arguments, seconds as 0.5 or 2m.
func (s *State) sleep(args []string) int {
	if len(args) == 0 {
		return 1
	}
	total := 0.0
	for _, a := range args {
		unit := 1.0
		switch {
		case strings.HasSuffix(a, "s"):
			a = a[:len(a)-1]
		case strings.HasSuffix(a, "m"):
			a, unit = a[:len(a)-1], 60
		case strings.HasSuffix(a, "h"):
			a, unit = a[:len(a)-1], 3600
		case strings.HasSuffix(a, "d"):
			a, unit = a[:len(a)-1], 24*3600
		}
		v, err := strconv.ParseFloat(a, 64)
		if err != nil || !(v >= 0) {
			return 1
		}
		total = min(total+v*unit, maxSleep)
	}
	s.Waiting()
	defer s.Resumed()
	wait := s.opts.Sleep
	if wait == nil {
		wait = realSleep
	}
	if wait(s.ctx, time.Duration(total*float64(time.Second))) != nil {
		return 1
	}
	return 0
}

func realSleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
