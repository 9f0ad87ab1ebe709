package scripttest

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"eslua/engine"
	"eslua/luabind/vm"
)

// runWord runs a script without a call, as eslua run does, and waits for its end. It gives the trace of what has happened.
func runWord(f *file, l *lua.LState) int {
	if f.test == nil {
		vm.Raise(l, "run stands in a test")
	}
	spec := specOf(l, "run")
	r := engine.Run{}
	limit := longest
	for _, p := range pairs(l, spec) {
		switch p.name {
		case "script":
			r.Script = plainText(l, p.name, p.value)
		case "args":
			t, ok := p.value.(*lua.LTable)
			if !ok {
				vm.Raise(l, "args must be a table")
			}
			for _, v := range list(t) {
				r.Args = append(r.Args, plainText(l, "an argument", v))
			}
		case "within":
			n, ok := vm.Number(p.value)
			if !ok || n < 0 {
				vm.Raise(l, "within must be a time in seconds")
			}
			limit = seconds(n)
		default:
			vm.Raise(l, fmt.Sprintf("run knows no %q; it knows script, args, within", p.name))
		}
	}
	var err error
	if r.Script, err = f.script(r.Script); err != nil {
		vm.Raise(l, f.run.relative(err.Error()))
	}
	s, err := f.onStage()
	if err != nil {
		vm.Raise(l, err.Error())
	}
	f.step("runs " + r.Script)
	f.state.Waiting()
	defer f.state.Resumed()
	ended := false
	s.clock.Go(func() {
		err = s.engine.Run(s.ctx, r)
		s.mu.Lock()
		ended = true
		s.mu.Unlock()
		s.note(entry{kind: endKind, who: theServer, text: "has run " + r.Script})
	})
	over := s.await(limit, endKind, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return ended
	})
	switch {
	case !over:
		f.expectationFailed()
		vm.Raise(l, fmt.Sprintf("%s has not ended after %v", r.Script, limit))
	case err != nil:
		f.expectationFailed()
		vm.Raise(l, "the script failed: "+s.run.relative(err.Error()))
	}
	l.Push(lua.LString(s.golden()))
	return 1
}
