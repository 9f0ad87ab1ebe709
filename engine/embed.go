package engine

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"
	luar "layeh.com/gopher-luar"

	"eslua/luabind/vm"
)

// Module is a Lua module that a Go program gives to its scripts: they get it with require.
type Module struct {
	Name string
	// Load makes the module for one script, when that first requires it. It runs on the script's goroutine, and so does what
	// the script calls of it: whatever may take a while should end with the context of vm.StateOf(l), and everything that
	// several scripts share must be safe for use by several goroutines.
	Load func(l *lua.LState) lua.LValue
}

// FunctionModule is a module of Go functions: a table with these names in it. A panic in one ends its script.
func FunctionModule(name string, functions map[string]lua.LGFunction) Module {
	shared := make(map[string]*lua.LFunction, len(functions))
	for name, f := range functions {
		shared[name] = vm.Function(f)
	}
	return Module{name, func(l *lua.LState) lua.LValue {
		t := l.CreateTable(0, len(shared))
		for name, f := range shared {
			t.RawSetString(name, f)
		}
		return t
	}}
}

// ValueModule is a module that is a Go value, as gopher-luar shows it: scripts read its exported fields and call its exported
// methods. Through a pointer they can write fields, too, and all scripts see the same value: give them a type that is made
// for it.
func ValueModule(name string, v any) Module {
	return Module{name, func(l *lua.LState) lua.LValue { return luar.New(l, v) }}
}

// loaders are the loaders of modules, by name.
func loaders(list []Module) (map[string]*lua.LFunction, error) {
	out := make(map[string]*lua.LFunction, len(list))
	for _, m := range list {
		if m.Name == "" || m.Load == nil || out[m.Name] != nil {
			return nil, fmt.Errorf("engine: module %q: no name, no Load, or there twice", m.Name)
		}
		out[m.Name] = vm.Function(func(l *lua.LState) int {
			l.Push(m.Load(l))
			return 1
		})
	}
	return out, nil
}

// loader finds a module: those of the program, then ours.
func (e *Engine) loader(name string) *lua.LFunction {
	if f := e.own[name]; f != nil {
		return f
	}
	return e.modules.Loader(name)
}
