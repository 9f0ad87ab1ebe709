package luabind

import (
	lua "github.com/yuin/gopher-lua"

	"eslua/luabind/vm"
)

// loadNative makes the module eslua: its session is the call with native methods only, nil without a call.
func loadNative(l *lua.LState) int {
	s := vm.Host(l).(*Script)
	t := l.CreateTable(0, 1)
	if s.session != nil {
		t.RawSetString("session", s.lib.native.object(&nativeSession{s.session}))
	}
	l.Push(t)
	return 1
}
