package vm

import (
	"maps"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

func waitAndGo(l *lua.LState) int {
	s := StateOf(l)
	s.Waiting()
	s.Resumed()
	return 0
}

func TestCoverageCountsLines(t *testing.T) {
	const source = `local n = 0
for i = 1, 10 do
  n = n + i
end
local function never()
  return 1
end
local function twice(x)
  if x > 1 then
    error("big")
  end
  return x
end
twice(1)
pcall(twice, 2)
coroutine.wrap(function()
  n = 0
end)()
`
	c, err := Compile("main.lua", source)
	if err != nil {
		t.Fatal(err)
	}
	coverage := NewCoverage()
	if got := coverage.Lines(c); got != nil {
		t.Errorf("before it ran: %v", got)
	}
	for range 2 {
		s := New(Options{Coverage: coverage})
		if err := s.Run(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		s.Close()
	}
	got := coverage.Lines(c)
	delete(got, 2) // the loop's own: its instructions are several
	want := map[int]uint64{1: 2, 3: 20, 5: 2, 6: 0, 8: 2, 9: 4, 10: 2, 12: 2, 14: 2, 15: 2, 16: 2, 17: 2}
	for line := range got {
		if _, ok := want[line]; !ok && (line == 7 || line == 13 || line == 18) {
			delete(got, line) // where a function ends
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestWaitsAreTold(t *testing.T) {
	var places []string
	s := New(Options{
		Waits:       func(where string) { places = append(places, where) },
		Environment: NewEnvironment(map[string]Make{"wait": Value(Function(waitAndGo))}),
	})
	defer s.Close()
	if err := run(t, t.Context(), s, "wait()\nlocal x = 1\nwait()"); err != nil {
		t.Fatal(err)
	}
	if len(places) != 2 || places[0] != "test.lua:1" || places[1] != "test.lua:3" {
		t.Errorf("%q", places)
	}
}
