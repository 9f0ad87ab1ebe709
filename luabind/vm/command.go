package vm

import (
	"context"
	"errors"
	"io/fs"
	"path"
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
	if words, ok := split(command); ok {
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

// split takes a simple command apart as a shell does: quotes, backslashes, and redirections to /dev/null, which are dropped. ok is
// false for what needs a shell.
func split(command string) (words []string, ok bool) {
	fields := strings.TrimSpace(command)
	for cut := true; cut; {
		cut = false
		for _, quiet := range []string{"2>&1", "2>/dev/null", "2> /dev/null", "1>/dev/null", ">/dev/null", "> /dev/null"} {
			if rest, found := strings.CutSuffix(fields, quiet); found {
				fields, cut = strings.TrimSpace(rest), true
			}
		}
	}
	var word strings.Builder
	in, quote := false, byte(0)
	for i := 0; i < len(fields); i++ {
		c := fields[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			} else if quote == '"' && (c == '$' || c == '`') {
				return nil, false
			} else {
				word.WriteByte(c)
			}
		case c == '\'' || c == '"':
			quote, in = c, true
		case c == '\\' && i+1 < len(fields):
			i++
			word.WriteByte(fields[i])
			in = true
		case isSpace(c):
			if in {
				words = append(words, word.String())
				word.Reset()
				in = false
			}
		case strings.IndexByte("|&;<>()$`*?[]#~{}!", c) >= 0:
			return nil, false
		default:
			word.WriteByte(c)
			in = true
		}
	}
	if in {
		words = append(words, word.String())
	}
	return words, quote == 0 && len(words) > 0
}

// builtin are the commands that scripts use to keep their files in order (modlua-api.md 4.6), on the directories that the script may
// touch.
func (s *State) builtin(words []string) (status int, ok bool) {
	var options string
	args := words[1:]
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		option := args[0]
		args = args[1:]
		if option == "--" {
			break
		}
		options += option[1:]
		if option == "-m" && words[0] == "mkdir" && len(args) > 0 {
			args = args[1:] // the mode
		}
	}
	has := func(c string) bool { return strings.ContainsAny(options, c) }
	var err error
	switch path.Base(words[0]) {
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
		if path.Base(words[0]) == "mv" {
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

// sleep waits for the sum of its arguments, as 0.5 or 2m.
func (s *State) sleep(args []string) int {
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
		}
		v, err := strconv.ParseFloat(a, 64)
		if err != nil || v < 0 || v > 1e7 {
			return 1
		}
		total += v * unit
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
