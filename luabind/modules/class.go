package modules

import (
	lua "github.com/yuin/gopher-lua"

	"eslua/luabind/vm"
)

// class is a class of objects of a module, each a *T. It is shared by all states: its metatable is out of the reach of scripts.
type class[T any] struct {
	name string
	meta *lua.LTable
}

// newClass makes a class of its methods. text is what tostring shows of an object, nil is its name.
func newClass[T any](name string, methods map[string]func(l *lua.LState, self *T) int, text func(self *T) string) *class[T] {
	k := &class[T]{name: name, meta: &lua.LTable{Metatable: lua.LNil}}
	index := &lua.LTable{Metatable: lua.LNil}
	for name, f := range methods {
		index.RawSetString(name, vm.Function(func(l *lua.LState) int { return f(l, k.self(l, 1)) }))
	}
	k.meta.RawSetString("__index", index)
	k.meta.RawSetString("__tostring", vm.Function(func(l *lua.LState) int {
		self := k.self(l, 1)
		if text == nil {
			l.Push(lua.LString(k.name))
		} else {
			l.Push(lua.LString(text(self)))
		}
		return 1
	}))
	return k
}

func (k *class[T]) object(v *T) *lua.LUserData { return &lua.LUserData{Value: v, Metatable: k.meta} }

// self is an argument that has to be an object of the class.
func (k *class[T]) self(l *lua.LState, n int) *T {
	if ud, ok := l.Get(n).(*lua.LUserData); ok {
		if v, ok := ud.Value.(*T); ok {
			return v
		}
	}
	vm.BadType(l, n, k.name)
	return nil
}
