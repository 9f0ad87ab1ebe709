package vm

import (
	"context"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// What a shell sees in a command that it need not expand: blanks, redirections to nowhere, and words of plain characters, escapes and quotes. A line
// end is the end of a command.
var (
	piece    = `[^ \t\n|&;<>()$` + "`" + `*?\[\]#~{}!'"\\]|\\[^\n]|'[^']*'|"(?:[^"\\$` + "`" + `]|\\[^\n])*"`
	pieces   = regexp.MustCompile(piece)
	token    = regexp.MustCompile(`\A(?:[ \t]+|((?:[12]?>[ \t]*/dev/null|2>&1)(?:[ \t]|\z))|((?:` + piece + `)+))`)
	inQuotes = regexp.MustCompile(`\\(["\\$` + "`" + `])`)
)

// shell is what a shell makes of a command; ok is false where it has more to do than to take words apart.
func shell(command string) (words []string, ok bool) {
	for rest := strings.Trim(command, " \t\n"); rest != ""; {
		m := token.FindStringSubmatch(rest)
		if m == nil {
			return nil, false
		}
		rest = rest[len(m[0]):]
		if m[2] == "" {
			continue
		}
		if strings.HasPrefix(rest, ">") && strings.Trim(m[2], "0123456789") == "" {
			return nil, false // a file descriptor
		}
		word := ""
		for _, p := range pieces.FindAllString(m[2], -1) {
			switch p[0] {
			case '\'':
				p = p[1 : len(p)-1]
			case '"':
				p = inQuotes.ReplaceAllString(p[1:len(p)-1], "$1")
			case '\\':
				p = p[1:]
			}
			word += p
		}
		words = append(words, word)
	}
	return words, len(words) > 0
}

// FuzzCommand: os.execute takes a command apart as a shell does, or leaves it to one; a word that was quoted comes back; and no command that is built in
// waits a time that was not asked for.
func FuzzCommand(f *testing.F) {
	for _, command := range []string{
		"mkdir -p /tmp/a", "rm -f 'a b' \"c d\" e\\ f", "mv a b 2>/dev/null", "ls > /dev/null 2>&1", "echo $HOME", "a; b", "sleep 0.5", "sleep 1m 2s", "mkdir x2>/dev/null", "mkdir \"a\\\"b\"", "cp a\nrm b", "  true\t",
		"echo `x`", "echo \"$x\"", "echo 'it'\\''s'", "echo \"a\\b\\\\\"", "a\\>/dev/null", "'", "\"", "\\", "echo ''", "a >/dev/null >/dev/null", ">/dev/null", "sleep nan", "sleep -1", "sleep inf", "sleep 1e9s", "s''leep 1", "mkdir a\r\n", "/bin/mkdir -m 755 x", "a\x00b", "a \\\nb", "a\xa0b",
	} {
		f.Add(command)
	}
	watch := NewWatch()
	f.Cleanup(watch.Close)
	f.Fuzz(func(t *testing.T, command string) {
		if len(command) > 1<<10 {
			return
		}
		defer hurry()()
		got, ok := SplitCommand(command)
		want, simple := shell(command)
		if ok && (!simple || !slices.Equal(got, want)) {
			t.Errorf("%q is taken for %q, a shell: %q, %v", command, got, want, simple)
		}
		if !ok && simple {
			t.Errorf("%q is left to a shell, which makes %q of it", command, want)
		}
		quoted := "true '" + strings.ReplaceAll(command, "'", `'\''`) + "'"
		if got, ok := SplitCommand(quoted); !ok || !slices.Equal(got, []string{"true", command}) {
			t.Errorf("%q is taken for %q, %v", quoted, got, ok)
		}
		waited := time.Duration(0)
		b := newBench(t, Options{Watch: watch, Sleep: func(_ context.Context, d time.Duration) error {
			waited += d
			return nil
		}})
		b.call("os.execute", command)
		command, _, _ = strings.Cut(command, "\x00") // as for C
		if words, _ := shell(command); waited < 0 || waited > 0 && (words == nil || path.Base(words[0]) != "sleep") {
			t.Errorf("%q waits %v", command, waited)
		}
	})
}
