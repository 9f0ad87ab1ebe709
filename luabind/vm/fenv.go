package vm

import lua "github.com/yuin/gopher-lua"

// environmentOf is the function that an argument of getfenv or setfenv means: a function or a level of the stack.
func environmentOf(l *lua.LState, optional bool) (f *lua.LFunction, global bool) {
	v := l.Get(1)
	if f, ok := v.(*lua.LFunction); ok {
		return f, false
	}
	n := 1
	if v != lua.LNil || !optional {
		n = checkInt(l, 1)
	}
	if n < 0 {
		argument(l, 1, "level must be non-negative")
	}
	if n == 0 {
		return nil, true
	}
	at, ok := StateOf(l).level(threadOf(l), n)
	if !ok {
		argument(l, 1, "invalid level")
	}
	if at.tail {
		raise(l, 1, "no function environment for tail call at level "+NumberText(lua.LNumber(n)))
	}
	return at.f.Fn, false
}

func debugGetFenv(l *lua.LState) int {
	if co, ok := l.Get(1).(*lua.LState); ok {
		l.Push(co.Env)
		return 1
	}
	return getFenv(l)
}

func debugSetFenv(l *lua.LState) int {
	if co, ok := l.Get(1).(*lua.LState); ok {
		co.Env = checkTable(l, 2)
		l.SetTop(1)
		return 1
	}
	return setFenv(l)
}

func getFenv(l *lua.LState) int {
	f, global := environmentOf(l, true)
	switch {
	case global:
		l.Push(l.Env)
	case f.IsG || f.Env == nil:
		l.Push(StateOf(l).globals.table)
	default:
		l.Push(f.Env)
	}
	return 1
}

func setFenv(l *lua.LState) int {
	env := checkTable(l, 2)
	f, global := environmentOf(l, false)
	if global {
		l.Env = env
		for t := threadOf(l); t.kind != coroutine && t.parent != nil; t = t.parent {
			t.parent.l.Env = env // a helper thread stands for the one that it helps
		}
		return 0
	}
	if f.IsG {
		raise(l, 1, "'setfenv' cannot change environment of given object")
	}
	f.Env = env
	l.Push(f)
	return 1
}
