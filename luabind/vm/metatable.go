package vm

import lua "github.com/yuin/gopher-lua"

// View makes what a script sees as the metatable of a host object: a table of its own state, which it may read and change without any
// effect on the object.
type View func(s *State) *lua.LTable

// viewed holds a View in the metatable that it is for, under a key that is no metamethod.
const viewed = "\x00view"

// Show gives the shared metatable of host objects its View. It is called before the first state uses the metatable, which then never changes.
func Show(meta *lua.LTable, view View) {
	meta.RawSetString(viewed, &lua.LUserData{Value: view, Metatable: lua.LNil})
}

// view is what a script sees of a shared metatable: the same table each time.
func (s *State) view(meta *lua.LTable) lua.LValue {
	ud, _ := meta.RawGetString(viewed).(*lua.LUserData)
	if ud == nil {
		return nil
	}
	make, ok := ud.Value.(View)
	if !ok {
		return nil
	}
	if t := s.views[meta]; t != nil {
		return t
	}
	t := make(s)
	if s.views == nil {
		s.views = map[*lua.LTable]*lua.LTable{}
	}
	s.views[meta] = t
	return t
}

func getMetatable(l *lua.LState) int {
	l.Push(StateOf(l).metatable(checkAny(l, 1), true))
	return 1
}

// metatable is the metatable of a value as a script may see it.
func (s *State) metatable(v lua.LValue, guarded bool) lua.LValue {
	var m lua.LValue
	switch v := v.(type) {
	case *lua.LTable:
		s.whole(v)
		m = v.Metatable
	case *lua.LUserData:
		m = v.Metatable
		if t, ok := m.(*lua.LTable); ok {
			if seen := s.view(t); seen != nil {
				return seen
			}
			if v.Value != nil && t.RawGetString("__metatable") == lua.LNil {
				return lua.LFalse // the host's, shared
			}
		}
	case lua.LString:
		m = s.textMetatable()
	default:
		m = s.L.G.MainThread.GetMetatable(v)
	}
	if t, ok := m.(*lua.LTable); ok && guarded {
		if p := t.RawGetString("__metatable"); p != lua.LNil {
			return p
		}
	}
	return m
}

func setMetatable(l *lua.LState) int {
	t := checkTable(l, 1)
	m := l.Get(2)
	if _, ok := m.(*lua.LTable); !ok && (m != lua.LNil || l.GetTop() < 2) {
		argument(l, 2, "nil or table expected")
	}
	StateOf(l).whole(t)
	if old, ok := t.Metatable.(*lua.LTable); ok && old.RawGetString("__metatable") != lua.LNil {
		raise(l, 1, "cannot change a protected metatable")
	}
	t.Metatable = m
	l.SetTop(1)
	return 1
}

// The metatable of strings. The machine uses one that all states share, with the arithmetic that PUC Lua's virtual machine has built in; a state whose
// script has asked for getmetatable("") has one more, which the script may change.

// textMethods is where methods of strings are found by states that have not changed their string table.
var textMethods = func() *lua.LTable {
	t := newTable(len(stringFunctions))
	for name, f := range stringFunctions {
		t.RawSetString(name, f)
	}
	return t
}()

var arithmeticEvents = map[string]lua.LValue{
	"__add": arithmetic("__add", lua.OP_ADD), "__sub": arithmetic("__sub", lua.OP_SUB), "__mul": arithmetic("__mul", lua.OP_MUL),
	"__div": arithmetic("__div", lua.OP_DIV), "__mod": arithmetic("__mod", lua.OP_MOD), "__pow": arithmetic("__pow", lua.OP_POW),
	"__unm": arithmetic("__unm", lua.OP_UNM),
}

var sharedText = textTable(textMethods)

func textTable(index lua.LValue) *lua.LTable {
	m := newTable(10)
	for name, f := range arithmeticEvents {
		m.RawSetString(name, f)
	}
	m.RawSetString("__index", index)
	m.RawSetString("__metatable", lua.LFalse)
	return m
}

func (s *State) shareText() { s.L.SetMetatable(lua.LString(""), sharedText) }

// stringTable makes the table string. When a state gets a copy of its own, its strings look for their methods there.
var stringTable = newShared(stringFunctions, func(s *State, t *lua.LTable) {
	if s.text == nil {
		s.L.SetMetatable(lua.LString(""), textTable(t))
	}
}).table

// textMetatable is what a script sees as the metatable of strings. From then on the machine looks into it.
func (s *State) textMetatable() *lua.LTable {
	if s.text != nil {
		return s.text
	}
	s.text = &lua.LTable{Metatable: lua.LNil}
	s.text.RawSetString("__index", s.make["string"](s))
	m := textTable(textIndex)
	m.RawSetString("__call", textCall)
	s.L.SetMetatable(lua.LString(""), m)
	return s.text
}

var textIndex = goFunction(func(l *lua.LState) int {
	switch index := StateOf(l).text.RawGetString("__index").(type) {
	case *lua.LTable:
		l.Push(l.GetTable(index, l.Get(2)))
	case *lua.LFunction:
		l.Insert(index, 1)
		StateOf(l).call(l, 2, 1)
	default:
		raise(l, 1, "attempt to index a string value")
	}
	return 1
})

var textCall = goFunction(func(l *lua.LState) int {
	f := StateOf(l).text.RawGetString("__call")
	if f == lua.LNil {
		raise(l, 1, "attempt to call a string value")
	}
	l.Insert(f, 1)
	StateOf(l).call(l, l.GetTop()-1, lua.MultRet)
	return l.GetTop()
})
