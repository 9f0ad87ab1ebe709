package vm

import lua "github.com/yuin/gopher-lua"

// Host is what Options.Host was for the state that l belongs to. Functions that are shared by all states find in it whom
// they work for.
func Host(l *lua.LState) any { return StateOf(l).opts.Host }
