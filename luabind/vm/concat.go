package vm

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"
)

// concatFunction carries out a .. b .. c; concatTableFunction does so for a long chain, whose operands are in a table. No
// script can name them: they are constants of compiled functions.
var (
	concatFunction      = goFunction(concat)
	concatTableFunction = goFunction(concatTable)
)

func concat(l *lua.LState) int {
	n := l.GetTop()
	// Two strings are what most concatenations are of.
	if n == 2 {
		if a, ok := l.Get(1).(lua.LString); ok {
			if b, ok := l.Get(2).(lua.LString); ok {
				StateOf(l).room(l, len(a)+len(b))
				l.Push(a + b)
				return 1
			}
		}
	}
	var buf [128]byte
	text := buf[:0]
	for i := 1; i <= n; i++ {
		switch v := l.Get(i).(type) {
		case lua.LString:
			if len(text)+len(v) > cap(text) {
				return concatLong(l, n)
			}
			text = append(text, v...)
		case lua.LNumber:
			text = appendNumber(text, v)
		default:
			operands := make([]lua.LValue, n)
			for i := range operands {
				operands[i] = l.Get(i + 1)
			}
			l.Push(fold(l, operands, true))
			return 1
		}
	}
	StateOf(l).room(l, len(text))
	l.Push(lua.LString(text))
	return 1
}

func concatLong(l *lua.LState, n int) int {
	operands := make([]lua.LValue, n)
	for i := range operands {
		operands[i] = l.Get(i + 1)
	}
	l.Push(fold(l, operands, true))
	return 1
}

func concatTable(l *lua.LState) int {
	t, n := l.Get(1).(*lua.LTable), int(l.Get(2).(lua.LNumber))
	operands := make([]lua.LValue, n)
	for i := range operands {
		operands[i] = t.RawGetInt(i + 1)
	}
	l.Push(fold(l, operands, false))
	return 1
}

// fold joins operands from right to left, as far as they are texts at once, else two by two with __concat.
func fold(l *lua.LState, operands []lua.LValue, registers bool) lua.LValue {
	right := len(operands) - 1
	value := operands[right]
	for right > 0 {
		first, size := right, 0
		if _, ok := stringOf(value); ok {
			for first > 0 && isText(operands[first-1]) {
				first--
			}
		}
		if first < right {
			operands[right] = value
			for _, v := range operands[first : right+1] {
				if s, ok := v.(lua.LString); ok {
					size += len(s)
				} else {
					size += 24
				}
			}
			StateOf(l).room(l, size)
			buf := make([]byte, 0, size)
			for _, v := range operands[first : right+1] {
				switch v := v.(type) {
				case lua.LString:
					buf = append(buf, v...)
				case lua.LNumber:
					buf = appendNumber(buf, v)
				}
			}
			value, right = made(buf), first
			continue
		}
		left := operands[right-1]
		f := event(l, left, "__concat")
		if f == lua.LNil {
			f = event(l, value, "__concat")
		}
		if f == lua.LNil {
			culprit, at := value, right
			if !isText(left) {
				culprit, at = left, right-1
			}
			if right != len(operands)-1 && at == right {
				registers = false // the result of an earlier pair has no name
			}
			cannotConcat(l, culprit, at, registers)
		}
		l.Push(f)
		l.Push(left)
		l.Push(value)
		StateOf(l).call(l, 2, 1)
		value = l.Get(-1)
		l.Pop(1)
		right--
	}
	return value
}

func isText(v lua.LValue) bool {
	switch v.(type) {
	case lua.LString, lua.LNumber:
		return true
	}
	return false
}

// cannotConcat raises PUC's error for an operand; if it was passed in a register its name is known.
func cannotConcat(l *lua.LState, v lua.LValue, operand int, registers bool) {
	text := fmt.Sprintf("attempt to concatenate a %s value", typeName(v))
	if p, pc, ok := caller(l); ok && registers {
		text = variable("concatenate", p, pc, argA(p.Code[pc])+1+operand, v)
	}
	raise(l, 1, text)
}

// event is the metamethod of a value; nil if it has none. What scripts have put into the metatable of strings counts.
func event(l *lua.LState, v lua.LValue, name string) lua.LValue {
	switch v := v.(type) {
	case *lua.LTable:
		if m, ok := v.Metatable.(*lua.LTable); ok {
			return m.RawGetString(name)
		}
		return lua.LNil
	case *lua.LUserData:
		if m, ok := v.Metatable.(*lua.LTable); ok {
			return m.RawGetString(name)
		}
		return lua.LNil
	case lua.LString:
		if m := StateOf(l).text; m != nil {
			return m.RawGetString(name)
		}
		return lua.LNil
	}
	return l.GetMetaField(v, name)
}
