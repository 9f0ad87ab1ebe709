package vm

import (
	"slices"

	lua "github.com/yuin/gopher-lua"
)

// Make makes the value of a global for a state, when its script first asks for it.
type Make func(s *State) lua.LValue

// Value is a Make for a value that all states can share: one that cannot be changed, as a function made by Function.
func Value(v lua.LValue) Make { return func(*State) lua.LValue { return v } }

// Table is a Make for a table of values that all states can share, which each state sees as a table of its own: it is copied when a script first
// changes it, or looks at more of it than one value.
func Table(values map[string]lua.LValue) Make { return newShared(values, nil).table }

// shared is a table of values that states read together until they write.
type shared struct {
	names  []string
	values *lua.LTable
	meta   *lua.LTable
	copied func(*State, *lua.LTable) // called when a state gets a copy; nil: nothing
}

func newShared(values map[string]lua.LValue, copied func(*State, *lua.LTable)) *shared {
	h := &shared{values: newTable(len(values)), meta: newTable(3), copied: copied}
	for name, v := range values {
		h.names = append(h.names, name)
		h.values.RawSetString(name, v)
	}
	slices.Sort(h.names)
	h.meta.RawSetString("__index", h.values)
	h.meta.RawSetString("__newindex", goFunction(func(l *lua.LState) int {
		t := l.Get(1).(*lua.LTable)
		h.fill(StateOf(l), t)
		l.RawSet(t, l.Get(2), l.Get(3))
		return 0
	}))
	h.meta.RawSetString(viewed, &lua.LUserData{Value: h, Metatable: lua.LNil})
	return h
}

func newTable(n int) *lua.LTable { return (*lua.LState)(nil).CreateTable(0, n) }

func (h *shared) table(*State) lua.LValue { return &lua.LTable{Metatable: h.meta} }

// fill makes an ordinary table of one that shows the shared values.
func (h *shared) fill(s *State, t *lua.LTable) {
	if t.Metatable != lua.LValue(h.meta) {
		return
	}
	t.Metatable = lua.LNil
	*partsOf(t) = *partsOf(newTable(len(h.names) + 2))
	for _, name := range h.names {
		t.RawSetString(name, h.values.RawGetString(name))
	}
	if h.copied != nil {
		h.copied(s, t)
	}
}

// Function makes a function that all states can share: it has neither environment nor upvalues. A panic in it ends the
// script that has called it.
func Function(f lua.LGFunction) *lua.LFunction {
	return &lua.LFunction{IsG: true, GFunction: func(l *lua.LState) int {
		defer crashed(l)
		return f(l)
	}}
}

// crashed notes where a panic came from, before the machine makes an error of it.
func crashed(l *lua.LState) {
	if r := recover(); r != nil {
		if _, ok := r.(*lua.ApiError); !ok {
			s := StateOf(l)
			s.crash(r, stack())
			s.killed()
		}
		panic(r)
	}
}

// Environment is the set of globals that states begin with. It is made once, shared by all states and never changed: a global comes into
// being in a state when its script first asks for it, so that a new state costs next to nothing.
type Environment struct{ globals *entries }

// NewEnvironment is the globals of the language and the given ones.
func NewEnvironment(globals map[string]Make) *Environment {
	all := make(map[string]Make, len(base)+len(globals))
	for name, make := range base {
		all[name] = make
	}
	for name, make := range globals {
		all[name] = make
	}
	return &Environment{newEntries(all, true)}
}

// entries are what a lazy table may come to hold.
type entries struct {
	names []string
	index map[string]int
	makes []Make
	meta  *lua.LTable
}

func newEntries(all map[string]Make, global bool) *entries {
	e := &entries{index: make(map[string]int, len(all)), meta: newTable(3)}
	for name := range all {
		e.names = append(e.names, name)
	}
	slices.Sort(e.names)
	for i, name := range e.names {
		e.index[name] = i
		e.makes = append(e.makes, all[name])
	}
	e.meta.RawSetString(viewed, lua.LTrue) // shared: no script's memory
	of := func(s *State) *lazy {
		if global {
			return &s.globals
		}
		return &s.loaded
	}
	e.meta.RawSetString("__index", goFunction(func(l *lua.LState) int {
		s := StateOf(l)
		name, ok := l.Get(2).(lua.LString)
		if !ok {
			return 0
		}
		l.Push(of(s).get(s, string(name)))
		return 1
	}))
	e.meta.RawSetString("__newindex", goFunction(func(l *lua.LState) int {
		z := of(StateOf(l))
		if name, ok := l.Get(2).(lua.LString); ok {
			z.set(string(name), l.Get(3))
		} else {
			l.RawSet(z.table, l.Get(2), l.Get(3))
		}
		return 0
	}))
	return e
}

// goFunction is Function for the libraries of the language.
func goFunction(f lua.LGFunction) *lua.LFunction { return &lua.LFunction{IsG: true, GFunction: f} }

// lazy is a table of one state that fills itself from entries.
type lazy struct {
	entries *entries
	table   *lua.LTable
	given   []uint64 // the entries that have been made, or overwritten: these never come again
}

func (z *lazy) take(i int) bool {
	if z.given == nil {
		z.given = make([]uint64, (len(z.entries.names)+63)/64)
	}
	bit := uint64(1) << (i % 64)
	if z.given[i/64]&bit != 0 {
		return false
	}
	z.given[i/64] |= bit
	return true
}

// get is the value of a name that the table does not hold yet.
func (z *lazy) get(s *State, name string) lua.LValue {
	i, ok := z.entries.index[name]
	if !ok || z.table.Metatable != lua.LValue(z.entries.meta) || !z.take(i) {
		return lua.LNil
	}
	v := z.entries.makes[i](s)
	z.table.RawSetString(name, v)
	return v
}

func (z *lazy) set(name string, v lua.LValue) {
	if i, ok := z.entries.index[name]; ok {
		z.take(i)
	}
	if v != lua.LNil || z.table.RawGetString(name) != lua.LNil {
		z.table.RawSetString(name, v)
	}
}

// fill makes an ordinary table of it.
func (z *lazy) fill(s *State) {
	for i, name := range z.entries.names {
		if z.take(i) {
			z.table.RawSetString(name, z.entries.makes[i](s))
		}
	}
	z.table.Metatable = lua.LNil
}

// whole makes sure that what a script is about to look through, or to change without metamethods, is all there.
func (s *State) whole(t *lua.LTable) {
	m, ok := t.Metatable.(*lua.LTable)
	if !ok {
		return
	}
	switch {
	case t == s.globals.table && m == s.globals.entries.meta:
		s.globals.fill(s)
	case t == s.loaded.table && m == s.loaded.entries.meta:
		s.loaded.fill(s)
	default:
		if ud, ok := m.RawGetString(viewed).(*lua.LUserData); ok {
			if h, ok := ud.Value.(*shared); ok {
				h.fill(s, t)
			}
		}
	}
}
