package luabind

import (
	"testing"

	"eslua/luabind/vm"
)

// TestObjectsWithNothingBehindThemAreNotKept: a script that runs for weeks makes many, as one that dials telephones which do not answer.
func TestObjectsWithNothingBehindThemAreNotKept(t *testing.T) {
	chunk, err := vm.Compile("test.lua", `
		for i = 1, 100 do
			freeswitch.Session()
			freeswitch.Session("user/nobody")
			freeswitch.EventConsumer("")
			freeswitch.EventConsumer("CUSTOM", "my::event"):cleanup()
		end`)
	if err != nil {
		t.Fatal(err)
	}
	s := NewLibrary().New(Options{})
	defer s.Close()
	if err := s.Run(t.Context(), chunk); err != nil {
		t.Error(err)
	}
	if len(s.sessions) > 0 || len(s.consumers) > 0 {
		t.Errorf("%d sessions and %d consumers are kept", len(s.sessions), len(s.consumers))
	}
}
