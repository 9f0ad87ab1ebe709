package luabind

import (
	lua "github.com/yuin/gopher-lua"

	"eslua/luabind/vm"
)

// loadNative makes the module eslua: its functions, and its session, which is the call with native methods only, nil without a
// call.
func loadNative(l *lua.LState) int {
	s := vm.Host(l).(*Script)
	t := l.CreateTable(0, len(s.lib.nativeModule)+1)
	for name, f := range s.lib.nativeModule {
		t.RawSetString(name, f)
	}
	if s.session != nil {
		t.RawSetString("session", s.lib.native.object(&nativeSession{s.session}))
	}
	l.Push(t)
	return 1
}
