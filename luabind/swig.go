package luabind

import (
	lua "github.com/yuin/gopher-lua"
)

// The globals that SWIG defines beside the table freeswitch (modlua-api.md 0.3).

// swigType names the type of a value.
func swigType(l *lua.LState) int {
	l.Push(lua.LString(typeName(l.Get(1))))
	return 1
}

// swigEquals tells whether two objects are one; it gives nothing for other values.
func swigEquals(l *lua.LState) int {
	a, isA := l.Get(1).(*lua.LUserData)
	b, isB := l.Get(2).(*lua.LUserData)
	if !isA || !isB {
		return 0
	}
	l.Push(lua.LBool(a == b || a.Value != nil && a.Value == b.Value))
	return 1
}
