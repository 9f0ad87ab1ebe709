package lua

import (
	"os"
	"strings"
	"testing"
	"time"

	"eslua/luabind/vm"
)

// accepted are the lines that we answer otherwise than PUC Lua, and why; all other lines must agree.
var accepted = map[string]string{
	`0.1 + 0.2, 1/3 .. "", 2/3, 1e14, 123456.789, 1234567.891`: wholeNumbers,
	`1e15, 1e16, 2^53`: wholeNumbers,
	`100000000000000, 99999999999999, 999999999999999`:                                                      wholeNumbers,
	`table.concat({1, 2, 3}, ",", 3, 2), table.concat({1}, ","), table.concat({1/3, 1e15 / 10}, " ")`:       wholeNumbers,
	`tonumber(" 11 ", 2), tonumber("-ff", 16), tonumber("0x10", 16), tonumber("", 10), tonumber("1.5", 10)`: "5.1 reads a negative number of another base modulo 2^64; 5.2 and we do not",
	`tonumber("inf"), tonumber("nan"), tonumber("infinity")`:                                                "5.1 takes what C's strtod takes; 5.2 and we take no words",
	`pcall(string.rep, "x", 1e9) == true or "refused"`:                                                      "the limit of one string",
	`5 % math.huge == 5 or "nan", math.fmod(5, math.huge)`:                                                  "gopher-lua's machine computes the remainder exactly, as 5.3 does",
	`2| pcall(bit32.extract, 1, 33), pcall(bit32.extract, 1, 30, 5), pcall(bit32.extract, 1, -1)`:           "5.2 looks for a function without a name in package.loaded; 5.1 and we do not",
	`io.open("/no/such/file")`:         denied,
	`pcall(io.lines, "/no/such/file")`: denied + "; and it is no bad argument, as in 5.2",
	`os.remove("/no/such/file")`:       denied,
	`local function f() end local i = debug.getinfo(f, "S") return i.what, i.linedefined, i.lastlinedefined, i.source`: "the source of a chunk that load was given a name for with = begins with @",
	`local t = {1, 2; 3, x = 1; [5] = 2,} return #t, t.x`:                                                              "a list with holes has several lengths: each is right",
}

const (
	wholeNumbers = "whole numbers are written in full up to 2^53: telephone numbers (lua-vm.md 0)"
	denied       = "outside of the directories that were given to the script nothing can be seen: permission denied"
)

// TestExpressions compares each line of expressions.txt with what PUC Lua said to it (expected.txt, written by generate.sh).
func TestExpressions(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(read(t, "expressions.txt"), "\n"), "\n")
	expected := strings.Split(strings.TrimSuffix(read(t, "expected.txt"), "\n"), "\n")
	if len(lines) != len(expected) {
		t.Fatalf("%d lines, %d results: run generate.sh", len(lines), len(expected))
	}
	harness, err := vm.Compile("harness.lua", read(t, "harness.lua")+"\nreport(evaluate(line))")
	if err != nil {
		t.Fatal(err)
	}
	n, seen := 0, map[string]bool{}
	for i, line := range lines {
		if line == "" || strings.HasPrefix(line, "--") {
			continue
		}
		n++
		var got string
		s := vm.New(vm.Options{Now: func() time.Time { return time.Now().UTC() }})
		s.SetGlobal("line", text(line))
		s.SetGlobal("report", reporter(&got))
		if err := s.Run(t.Context(), harness); err != nil {
			got = "ended " + err.Error()
		}
		s.Close()
		reason, ok := accepted[line]
		seen[line] = ok
		switch {
		case got == expected[i] && ok:
			t.Errorf("line %d is as PUC's, and listed as different: %s", i+1, line)
		case got != expected[i] && !ok:
			t.Errorf("line %d: %s\n got %s\nwant %s", i+1, line, got, expected[i])
		case ok:
			t.Logf("differs: %s\n ours %s\n PUC  %s\n why  %s", line, got, expected[i], reason)
		}
	}
	for line := range accepted {
		if !seen[line] {
			t.Errorf("listed as different, and not there: %s", line)
		}
	}
	t.Logf("%d lines, %d differ", n, len(accepted))
	if n < 350 {
		t.Errorf("%d lines", n)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
