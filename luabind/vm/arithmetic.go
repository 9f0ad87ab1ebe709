package vm

import (
	"fmt"
	"math"

	lua "github.com/yuin/gopher-lua"
)

// arithmetic is the operation for which the machine finds a text among its operands: it would read "010" as eight.
func arithmetic(name string, op int) *lua.LFunction {
	return goFunction(func(l *lua.LState) int {
		a, b := l.Get(1), l.Get(2)
		if op == lua.OP_UNM {
			b = a
		}
		x, ok := toNumber(a)
		y, ok2 := toNumber(b)
		if ok && ok2 {
			l.Push(compute(op, x, y))
			return 1
		}
		f := event(l, a, name)
		if f == lua.LNil {
			f = event(l, b, name)
		}
		if f != lua.LNil {
			l.SetTop(0)
			l.Push(f)
			l.Push(a)
			l.Push(b)
			StateOf(l).call(l, 2, 1)
			return 1
		}
		text := fmt.Sprintf("attempt to perform arithmetic on a %s value", typeName(a))
		if p, pc, known := caller(l); known {
			if op == lua.OP_UNM {
				text = variable("perform arithmetic on", p, pc, argB(p.Code[pc]), a)
			} else if o := opOf(p.Code[pc]); o == op {
				text = arithmeticText(p, pc, a, b)
			}
		}
		raise(l, 1, text)
		return 0
	})
}

func compute(op int, a, b lua.LNumber) lua.LNumber {
	switch op {
	case lua.OP_ADD:
		return a + b
	case lua.OP_SUB:
		return a - b
	case lua.OP_MUL:
		return a * b
	case lua.OP_DIV:
		return a / b
	case lua.OP_MOD:
		return a - lua.LNumber(math.Floor(float64(a/b)))*b
	case lua.OP_POW:
		return lua.LNumber(math.Pow(float64(a), float64(b)))
	}
	return -a
}
