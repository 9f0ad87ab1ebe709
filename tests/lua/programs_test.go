package lua

import (
	"strings"
	"testing"

	"eslua/luabind/vm"
)

// TestPrograms compares what programs.lua prints with what it printed in Lua 5.2 (programs.txt, written by generate.sh). The machine that we run on
// compiles some assignments and gotos wrongly: this has found them.
func TestPrograms(t *testing.T) {
	chunk, err := vm.Compile("programs.lua", read(t, "programs.lua"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	s := vm.New(vm.Options{Print: func(line string) { got = append(got, line) }})
	defer s.Close()
	if err := s.Run(t.Context(), chunk); err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.TrimSuffix(read(t, "programs.txt"), "\n"), "\n")
	if len(got) != len(want) {
		t.Fatalf("%d lines, want %d", len(got), len(want))
	}
	for i := range want {
		// PUC refuses to compile what its compiler cannot compute, as 1 < nil.
		if got[i] != want[i] && !strings.HasSuffix(want[i], "SYNTAX") {
			t.Errorf("program %d\n got %s\nwant %s", i+1, got[i], want[i])
		}
	}
}
