package luabind

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"eslua/luabind/api"
	"eslua/luabind/vm"
)

// class is a class of objects. It is shared by all states and never changed: nothing of it can be reached for writing by
// a script.
type class struct {
	ctype   string // as mod_lua's errors name it
	methods map[string]*lua.LFunction
	// attribute reads what is not a method; nil is none.
	attribute func(self any, name string) (lua.LValue, bool)
	// set sets an attribute, and tells whether it could; nil: there is none that scripts can set.
	set  func(self any, name string, v lua.LValue) bool
	meta *lua.LTable
}

// method is what does what a row says; it returns the number of results on the stack.
type method func(c *call) int

// newClass makes a class of rows and of the functions that do what they say.
func newClass(ctype string, attribute func(any, string) (lua.LValue, bool), does map[string]method, rows ...*api.Class) *class {
	k := &class{ctype: ctype, attribute: attribute, meta: &lua.LTable{Metatable: lua.LNil}}
	k.methods = functions(k, does, rows...)
	k.meta.RawSetString("__index", vm.Function(k.index))
	k.meta.RawSetString("__newindex", vm.Function(k.newIndex))
	k.meta.RawSetString("__eq", vm.Function(equal))
	k.meta.RawSetString("__tostring", vm.Function(k.text))
	vm.Show(k.meta, k.view(rows))
	return k
}

// view makes what scripts see as the metatable of an object: the tables that SWIG gives it.
func (k *class) view(rows []*api.Class) vm.View {
	methods, attributes := make(map[string]*lua.LFunction), make(map[string]*lua.LFunction)
	internal := vm.Function(func(l *lua.LState) int {
		vm.Raise(l, "not available off-box")
		return 0
	})
	for _, c := range rows {
		if c.Native {
			continue
		}
		for _, name := range c.Internal {
			methods[name] = internal
		}
		for i := range c.Methods {
			methods[c.Methods[i].Name] = k.methods[c.Methods[i].Name]
		}
		for _, name := range c.Attributes {
			attributes[name] = vm.Function(func(l *lua.LState) int {
				l.SetTop(1)
				l.Push(lua.LString(name))
				return k.index(l)
			})
		}
	}
	return func(s *vm.State) *lua.LTable {
		view := s.L.CreateTable(0, 4)
		for name, functions := range map[string]map[string]*lua.LFunction{".fn": methods, ".get": attributes, ".set": attributes, ".bases": nil} {
			t := s.L.CreateTable(0, len(functions))
			for name, f := range functions {
				t.RawSetString(name, f)
			}
			view.RawSetString(name, t)
		}
		return view
	}
}

// functions makes the functions of rows. k is the class of the object in front of their arguments, nil for none. Each row
// needs its function and each function its row.
func functions(k *class, does map[string]method, rows ...*api.Class) map[string]*lua.LFunction {
	out := make(map[string]*lua.LFunction, len(does))
	known := 0
	for _, c := range rows {
		for i := range c.Methods {
			row := &c.Methods[i]
			f := does[row.Name]
			if f == nil {
				panic(fmt.Sprintf("luabind: nothing does what the row %s of %s says", row.Name, c.Name))
			}
			known++
			fn := bind(row, k, f)
			for _, name := range append([]string{row.Name}, row.Aliases...) {
				out[name] = fn
			}
		}
	}
	if known != len(does) {
		panic(fmt.Sprintf("luabind: %d functions for the %d rows of %s", len(does), known, rows[0].Name))
	}
	return out
}

// bind makes the function of a row.
func bind(row *api.Method, k *class, f method) *lua.LFunction {
	self, ctype := 0, ""
	if k != nil {
		self, ctype = 1, k.ctype
		if row.Class == "LUA::Session" {
			ctype = "LUA::Session *"
		}
	}
	return vm.Function(func(l *lua.LState) int {
		s := vm.Host(l).(*Script)
		c := &call{script: s, l: l, row: row, class: k, self: self}
		c.check(ctype)
		s.count()
		defer s.leave(s.enter(l))
		n := f(c)
		s.notice()
		return n
	})
}

// enter notes which thread of the script calls, on which callbacks run then. It gives the one that did before, for leave.
func (s *Script) enter(l *lua.LState) (outer *lua.LState) {
	outer, s.l = s.l, l
	return outer
}

func (s *Script) leave(outer *lua.LState) { s.l = outer }

// equal compares objects by what is behind them.
func equal(l *lua.LState) int {
	a, _ := l.Get(1).(*lua.LUserData)
	b, _ := l.Get(2).(*lua.LUserData)
	l.Push(lua.LBool(a != nil && b != nil && a.Value == b.Value))
	return 1
}

func (k *class) index(l *lua.LState) int {
	name := lua.LVAsString(l.Get(2))
	if f := k.methods[name]; f != nil {
		l.Push(f)
		return 1
	}
	if k.attribute != nil {
		s := vm.Host(l).(*Script)
		defer s.leave(s.enter(l))
		if v, ok := k.attribute(l.Get(1).(*lua.LUserData).Value, name); ok {
			l.Push(v)
			return 1
		}
	}
	l.Push(lua.LNil)
	return 1
}

// text shows an object as SWIG does.
func (k *class) text(l *lua.LState) int {
	l.Push(lua.LString(fmt.Sprintf("<userdata of type '%s' at %p>", k.name(), l.Get(1))))
	return 1
}

// name is the C type of objects. That of sessions is below the one that their methods want.
func (k *class) name() string {
	if k.ctype == "CoreSession *" {
		return "LUA::Session *"
	}
	return k.ctype
}

func (k *class) newIndex(l *lua.LState) int {
	if k.set != nil {
		s := vm.Host(l).(*Script)
		defer s.leave(s.enter(l))
		if u, ok := l.Get(1).(*lua.LUserData); ok && k.set(u.Value, lua.LVAsString(l.Get(2)), l.Get(3)) {
			return 0
		}
	}
	vm.Raise(l, "Assignment not possible. No setter/member with this name. For custom assignments implement __setitem method.")
	return 0
}

// object makes an object of the class.
func (k *class) object(value any) *lua.LUserData {
	return &lua.LUserData{Value: value, Metatable: k.meta}
}

// classed is what is behind the values of our classes.
type classed interface{ class() *class }

// classOf is the class of a value, nil if it has none.
func classOf(v lua.LValue) *class {
	if x, ok := object[classed](v); ok {
		return x.class()
	}
	return nil
}

// callable is the metatable of a class that is called to make an object.
func callable(constructor *lua.LFunction) *lua.LTable {
	meta := &lua.LTable{Metatable: lua.LNil}
	meta.RawSetString("__call", vm.Function(func(l *lua.LState) int {
		l.Remove(1) // the class itself
		return constructor.GFunction(l)
	}))
	meta.RawSetString("__metatable", lua.LFalse) // it is shared by all states
	return meta
}
