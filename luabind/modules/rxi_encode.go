package modules

import (
	"fmt"
	"math"

	lua "github.com/yuin/gopher-lua"

	"eslua/luabind/vm"
)

type rxiEncoder struct {
	writer
	path []*lua.LTable // the tables that the present one is in
}

func (e *rxiEncoder) fail(text string) { vm.Raise(e.l, text) }

func (e *rxiEncoder) value(v lua.LValue) {
	e.spend()
	switch v := v.(type) {
	case *lua.LNilType:
		e.b = append(e.b, "null"...)
	case lua.LBool:
		e.b = fmt.Append(e.b, bool(v))
	case lua.LNumber:
		f := float64(v)
		if math.IsNaN(f) || math.IsInf(f, 0) {
			e.fail("unexpected number value '" + vm.NumberText(v) + "'")
		}
		e.b = append(e.b, formatG(f, 14)...)
	case lua.LString:
		e.b = printString(e.b, string(v))
	case *lua.LTable:
		e.table(v)
	default:
		if v != lua.LValue(null) {
			e.fail("unexpected type '" + v.Type().String() + "'")
		}
		e.b = append(e.b, "null"...)
	}
}

func (e *rxiEncoder) table(t *lua.LTable) {
	for _, outer := range e.path {
		if outer == t {
			e.fail("circular reference")
		}
	}
	if len(e.path) == maxNesting {
		e.fail("stack overflow")
	}
	e.path = append(e.path, t)
	first, _ := t.Next(lua.LNil)
	if first == lua.LNil || t.RawGetInt(1) != lua.LNil {
		e.array(t)
	} else {
		e.object(t)
	}
	e.path = e.path[:len(e.path)-1]
}

func (e *rxiEncoder) array(t *lua.LTable) {
	n := 0
	next(e.l, t, func(k, _ lua.LValue) {
		if k.Type() != lua.LTNumber {
			e.fail("invalid table: mixed or invalid key types")
		}
		n++
	})
	if n != t.Len() {
		e.fail("invalid table: sparse array")
	}
	e.b = append(e.b, '[')
	for i := 1; i <= n; i++ {
		if i > 1 {
			e.b = append(e.b, ',')
		}
		e.value(t.RawGetInt(i))
	}
	e.b = append(e.b, ']')
}

func (e *rxiEncoder) object(t *lua.LTable) {
	e.b = append(e.b, '{')
	some := false
	next(e.l, t, func(k, v lua.LValue) {
		name, ok := k.(lua.LString)
		if !ok {
			e.fail("invalid table: mixed or invalid key types")
		}
		if some {
			e.b = append(e.b, ',')
		}
		some = true
		e.b = append(printString(e.b, string(name)), ':')
		e.value(v)
	})
	e.b = append(e.b, '}')
}
