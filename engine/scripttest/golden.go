package scripttest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"eslua/luabind/vm"
)

var uuids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`)

// golden is what has happened in the test so far, as it is kept: without what the test itself did but its calls and keys,
// and with numbers in the place of uuids, which the seed makes.
func (s *stage) golden() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	for i := range s.record {
		e := s.record[i]
		if e.text == "" || e.who == theTest && !strings.HasPrefix(e.text, "presses ") && !strings.HasPrefix(e.text, "dials ") && !strings.HasPrefix(e.text, "hangs up") {
			continue
		}
		if e.who == theTest {
			e.who = theCaller
		}
		for _, part := range strings.Split(e.text, "\n") {
			e.text = part
			b.WriteString(strings.TrimRight(e.line(), " ") + "\n")
		}
	}
	numbers := make(map[string]string)
	return uuids.ReplaceAllStringFunc(b.String(), func(id string) string {
		if numbers[id] == "" {
			numbers[id] = fmt.Sprintf("<uuid %d>", len(numbers)+1)
		}
		return numbers[id]
	})
}

var goldenName = regexp.MustCompile(`^[\w.-]+$`)

// matchesGolden compares the trace with the one that is kept beside the test file, or writes it there.
func matchesGolden(c *call, l *lua.LState) int {
	name := vm.CheckString(l, 2)
	if !goldenName.MatchString(name) {
		vm.BadArgument(l, 2, "the name of a golden trace is made of letters, digits, _ . and -")
	}
	c.settle()
	if c.file.test.fault != nil {
		return 0
	}
	path := filepath.Join(filepath.Dir(c.file.path), "golden", name+".trace")
	got := c.stage.golden()
	if c.file.run.opts.Update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			vm.Raise(l, err.Error())
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			vm.Raise(l, err.Error())
		}
		return 0
	}
	want, err := os.ReadFile(path)
	switch {
	case os.IsNotExist(err):
		c.expect(l, "there is no golden trace %s; eslua test --update writes it", filepath.ToSlash(path))
	case err != nil:
		vm.Raise(l, err.Error())
	case string(want) != got:
		c.expect(l, "the trace differs from %s (eslua test --update writes it anew):\n%s", filepath.ToSlash(path), difference(string(want), got))
	}
	return 0
}

// nearby is how many equal lines a difference shows before itself.
const nearby = 3

// difference shows where two texts begin to differ.
func difference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	i := 0
	for i < len(w) && i < len(g) && w[i] == g[i] {
		i++
	}
	var b strings.Builder
	for _, line := range w[max(0, i-nearby):i] {
		b.WriteString("   " + line + "\n")
	}
	for _, line := range w[i:min(len(w), i+nearby)] {
		b.WriteString(" - " + line + "\n")
	}
	for _, line := range g[i:min(len(g), i+nearby)] {
		b.WriteString(" + " + line + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}
