package engine

import (
	"strings"
	"testing"
)

func TestCommandsRunWithoutAShell(t *testing.T) {
	for _, c := range []struct {
		allowed, command, stdin, out string
		status                       int
	}{
		{"printf", `printf %s: a 'b c' "d \"e\"" f\ g`, "", `a:b c:d "e":f g:`, 0},
		{"printf", `printf x > /dev/null 2>&1`, "", "x", 0},
		{"cat", "cat", "given", "given", 0},
		{"printf", "printf x; cat", "", "", notAllowed},
		{"printf", "printf $HOME", "", "", notAllowed},
		{"printf", "cat", "", "", notAllowed},
		{"printf", "", "", "", notAllowed},
		{"false", "false", "", "", 1},
		{"*", "printf x; printf y", "", "xy", 0},
		{"*", "cat /dev/zero | head -c 20000000", "", strings.Repeat("\x00", maxOutput), 0},
	} {
		out, status, err := (&rights{commands: []string{c.allowed}}).run(t.Context(), c.command, []byte(c.stdin))
		if string(out) != c.out || status != c.status || err != nil {
			t.Errorf("%s: %.100q, %d, %v; want %.100q, %d", c.command, out, status, err, c.out, c.status)
		}
	}
}
