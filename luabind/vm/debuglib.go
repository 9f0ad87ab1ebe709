package vm

import (
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// debugFunctions are those that reach nothing dangerous. The table is an ordinary one: scripts write into it (modlua-api.md 4.3).
var debugFunctions = map[string]lua.LGFunction{
	"getinfo": getInfo, "traceback": traceback, "getmetatable": debugGetMetatable, "sethook": func(*lua.LState) int { return 0 },
	"gethook":  func(l *lua.LState) int { l.Push(lua.LNil); return 1 },
	"getlocal": getLocal, "getfenv": debugGetFenv, "setfenv": debugSetFenv, "getupvalue": getUpvalue, "setmetatable": debugSetMetatable, "setupvalue": setUpvalue,
}

func debugGetMetatable(l *lua.LState) int {
	l.Push(StateOf(l).metatable(checkAny(l, 1), false))
	return 1
}

// threadArgument is the optional thread in front of other arguments.
func threadArgument(l *lua.LState) (t *thread, shift int) {
	if co, ok := l.Get(1).(*lua.LState); ok {
		return threadOf(co), 1
	}
	return threadOf(l), 0
}

func traceback(l *lua.LState) int {
	t, n := threadArgument(l)
	text := l.Get(n + 1)
	if _, ok := stringOf(text); !ok && text != lua.LNil {
		l.Push(text)
		return 1
	}
	from := 1
	if t != threadOf(l) {
		from = 0
	}
	trace := StateOf(l).traceback(t, optInt(l, n+2, from))
	if s, ok := stringOf(text); ok {
		trace = s + "\n" + trace
	}
	l.Push(lua.LString(trace))
	return 1
}

// sourceName is what getinfo gives as the source of a chunk: "@" and the file, or the text.
func sourceName(shown string) string {
	if s, ok := strings.CutPrefix(shown, `[string "`); ok {
		return strings.TrimSuffix(s, `"]`)
	}
	if strings.HasPrefix(shown, "=") {
		return shown
	}
	return "@" + shown
}

// shortSource cuts a name to the length that PUC Lua shows.
func shortSource(shown string) string {
	const room = 59
	if len(shown) > room && !strings.HasPrefix(shown, "[string") {
		return "..." + shown[len(shown)-room+3:]
	}
	return shown
}

func getInfo(l *lua.LState) int {
	t, n := threadArgument(l)
	s := StateOf(l)
	what := optString(l, n+2, "flnSu")
	if strings.Trim(what, "flnSuLrt") != "" {
		argument(l, n+2, "invalid option")
	}
	var at level
	var f *lua.LFunction
	onStack := false
	switch v := l.Get(n + 1).(type) {
	case *lua.LFunction:
		f = v
	default:
		if _, ok := toNumber(v); !ok {
			argument(l, n+1, "function or level expected")
		}
		if at, onStack = s.level(t, checkInt(l, n+1)); !onStack {
			l.Push(lua.LNil)
			return 1
		}
		f = at.f.Fn
	}
	out := l.CreateTable(0, 12)
	set := out.RawSetString
	number := func(name string, n int) { set(name, lua.LNumber(n)) }
	text := func(name, v string) { set(name, lua.LString(v)) }
	if strings.Contains(what, "S") {
		switch {
		case at.tail:
			text("what", "tail")
			text("source", "=(tail call)")
			text("short_src", "(tail call)")
			number("linedefined", -1)
			number("lastlinedefined", -1)
		case f.IsG:
			text("what", "C")
			text("source", "=[C]")
			text("short_src", "[C]")
			number("linedefined", -1)
			number("lastlinedefined", -1)
		default:
			text("what", "Lua")
			last := f.Proto.LastLineDefined
			if f.Proto.LineDefined == 0 {
				text("what", "main")
				last = 0
			}
			text("source", sourceName(f.Proto.SourceName))
			text("short_src", shortSource(f.Proto.SourceName))
			number("linedefined", f.Proto.LineDefined)
			number("lastlinedefined", last)
		}
	}
	if strings.Contains(what, "l") {
		line := -1
		if onStack {
			line = at.line()
		}
		number("currentline", line)
	}
	if strings.Contains(what, "u") {
		number("nups", 0)
		if !f.IsG {
			number("nups", len(f.Proto.DbgUpvalues))
			number("nparams", int(f.Proto.NumParameters))
			set("isvararg", lua.LBool(f.Proto.IsVarArg&lua.VarArgIsVarArg != 0))
		}
	}
	if strings.Contains(what, "n") {
		kind, name := "", ""
		if onStack {
			kind, name = at.name()
		}
		text("namewhat", kind)
		if kind != "" {
			text("name", name)
		}
	}
	if strings.Contains(what, "L") && !f.IsG {
		lines := &lua.LTable{Metatable: lua.LNil}
		for _, line := range f.Proto.DbgSourcePositions {
			lines.RawSet(lua.LNumber(line), lua.LTrue)
		}
		set("activelines", lines)
	}
	if strings.Contains(what, "f") && !at.tail {
		set("func", f)
	}
	l.Push(out)
	return 1
}

// getLocal names and reads a local variable of a level.
func getLocal(l *lua.LState) int {
	t, n := threadArgument(l)
	at, ok := StateOf(l).level(t, checkInt(l, n+1))
	if !ok {
		argument(l, n+1, "level out of range")
	}
	want := checkInt(l, n+2)
	if want < 1 || at.tail || at.f.Fn.IsG {
		l.Push(lua.LNil)
		return 1
	}
	reg := 0
	for _, v := range at.f.Fn.Proto.DbgLocals {
		if v.StartPc <= at.f.Pc-1 && at.f.Pc-1 < v.EndPc {
			if reg++; reg == want {
				values := valuesOf(at.t.l).array
				l.Push(lua.LString(v.Name))
				if i := at.f.LocalBase + want - 1; i < len(values) && values[i] != nil {
					l.Push(values[i])
				} else {
					l.Push(lua.LNil)
				}
				return 2
			}
		}
	}
	l.Push(lua.LNil)
	return 1
}

func getUpvalue(l *lua.LState) int {
	f, n := checkFunction(l, 1), checkInt(l, 2)
	if f.IsG || n < 1 || n > len(f.Upvalues) || n > len(f.Proto.DbgUpvalues) {
		return 0
	}
	l.Push(lua.LString(f.Proto.DbgUpvalues[n-1]))
	l.Push(f.Upvalues[n-1].Value())
	return 2
}

// debugSetMetatable sets the metatable of a value, also of all values of a type in this state. Those of host objects and of strings are not within
// its reach.
func debugSetMetatable(l *lua.LState) int {
	s := StateOf(l)
	m := l.Get(2)
	if _, ok := m.(*lua.LTable); !ok && m != lua.LNil {
		argument(l, 2, "nil or table expected")
	}
	switch v := checkAny(l, 1).(type) {
	case *lua.LTable:
		s.whole(v)
		v.Metatable = m
	case *lua.LUserData:
		if v.Value != nil {
			raise(l, 1, "cannot change a protected metatable")
		}
		v.Metatable = m
	case lua.LString:
		t, ok := m.(*lua.LTable)
		if !ok {
			t = &lua.LTable{Metatable: lua.LNil}
		}
		s.textMetatable()
		s.text = t
	default:
		l.SetMetatable(v, m)
	}
	l.Push(lua.LTrue)
	return 1
}

func setUpvalue(l *lua.LState) int {
	f, n, v := checkFunction(l, 1), checkInt(l, 2), checkAny(l, 3)
	if f.IsG || n < 1 || n > len(f.Upvalues) || n > len(f.Proto.DbgUpvalues) {
		return 0
	}
	f.Upvalues[n-1].SetValue(v)
	l.Push(lua.LString(f.Proto.DbgUpvalues[n-1]))
	return 1
}
