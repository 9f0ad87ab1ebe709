package lua

import (
	lua "github.com/yuin/gopher-lua"
)

func text(s string) lua.LValue { return lua.LString(s) }

// reporter is a function of a script that notes what it is called with.
func reporter(into *string) lua.LValue {
	return &lua.LFunction{IsG: true, GFunction: func(l *lua.LState) int {
		*into = lua.LVAsString(l.Get(1))
		return 0
	}}
}
