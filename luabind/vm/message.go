package vm

import (
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// reword gives an error that the machine has raised the text of PUC Lua, which names the variable (lua-vm.md 4). Texts of scripts and libraries
// stay: these are raised while a Go function runs, not an instruction.
func (t *thread) reword(text string) string {
	f := currentFrame(t.l)
	if f == nil {
		return text
	}
	if f.Fn.IsG || f.Pc < 1 {
		if place, ok := strings.CutSuffix(text, "registry overflow"); ok {
			return place + "stack overflow"
		}
		return text
	}
	p, pc := f.Fn.Proto, f.Pc-1
	place := fmt.Sprintf("%s:%d: ", p.SourceName, lineAt(p, pc))
	said := strings.TrimPrefix(text, place)
	if better := t.puc(f, p, pc, said); better != "" {
		said = better
	}
	return place + said
}

// puc is PUC's text for what an instruction has failed with, "" if it is not known.
func (t *thread) puc(f *frame, p *lua.FunctionProto, pc int, said string) string {
	inst := p.Code[pc]
	reg := func(i int) lua.LValue {
		if v := valuesOf(t.l).array; f.LocalBase+i < len(v) && v[f.LocalBase+i] != nil {
			return v[f.LocalBase+i]
		}
		return lua.LNil
	}
	operand := func(i int) lua.LValue {
		if isConstant(i) {
			return constantOf(p, i)
		}
		return reg(i)
	}
	switch op := opOf(inst); op {
	case lua.OP_CALL, lua.OP_TAILCALL, lua.OP_TFORLOOP:
		if !strings.HasSuffix(said, "attempt to call a non-function object") {
			return ""
		}
		if op == lua.OP_TFORLOOP {
			return "attempt to call a " + typeName(reg(argA(inst))) + " value"
		}
		return variable("call", p, pc, argA(inst), reg(argA(inst)))
	case lua.OP_GETTABLE, lua.OP_GETTABLEKS, lua.OP_SELF, lua.OP_SETTABLE, lua.OP_SETTABLEKS, lua.OP_GETGLOBAL, lua.OP_SETGLOBAL:
		kind, ok := strings.CutPrefix(said, "attempt to index a non-table object(")
		if !ok {
			return ""
		}
		kind, _, _ = strings.Cut(kind, ")")
		at := argB(inst)
		switch op {
		case lua.OP_SETTABLE, lua.OP_SETTABLEKS:
			at = argA(inst)
		case lua.OP_GETGLOBAL, lua.OP_SETGLOBAL:
			return "attempt to index a " + kind + " value"
		}
		if v := reg(at); typeName(v) != kind || v.Type() == lua.LTTable {
			return "attempt to index a " + kind + " value" // one that an __index has led to
		}
		return variable("index", p, pc, at, reg(at))
	case lua.OP_ADD, lua.OP_SUB, lua.OP_MUL, lua.OP_DIV, lua.OP_MOD, lua.OP_POW:
		if !strings.HasPrefix(said, "cannot perform ") {
			return ""
		}
		return arithmeticText(p, pc, operand(argB(inst)), operand(argC(inst)))
	case lua.OP_UNM:
		if said == "__unm undefined" {
			return variable("perform arithmetic on", p, pc, argB(inst), reg(argB(inst)))
		}
	case lua.OP_LEN:
		if said == "__len undefined" {
			return variable("get length of", p, pc, argB(inst), reg(argB(inst)))
		}
	case lua.OP_LT, lua.OP_LE:
		if a, b, ok := strings.Cut(strings.TrimPrefix(said, "attempt to compare "), " with "); ok && a == b {
			return "attempt to compare two " + a + " values"
		}
	case lua.OP_FORPREP, lua.OP_FORLOOP:
		switch {
		case strings.HasPrefix(said, "for statement init"):
			return "'for' initial value must be a number"
		case strings.HasPrefix(said, "for statement limit"):
			return "'for' limit must be a number"
		case strings.HasPrefix(said, "for statement step"):
			return "'for' step must be a number"
		}
	}
	switch {
	case strings.HasPrefix(said, "too many recursions in "):
		return "loop in " + strings.TrimPrefix(said, "too many recursions in ")
	case said == "registry overflow":
		return "stack overflow"
	}
	return ""
}

// variable is the text for a value in a register on which something cannot be done.
func variable(doing string, p *lua.FunctionProto, pc, reg int, v lua.LValue) string {
	if !isConstant(reg) {
		if what, name := registerName(p, pc, reg); what != "" {
			return fmt.Sprintf("attempt to %s %s '%s' (a %s value)", doing, what, name, typeName(v))
		}
	}
	return fmt.Sprintf("attempt to %s a %s value", doing, typeName(v))
}

// arithmeticText is the text for operands that are no numbers: the second is to blame if the first is one.
func arithmeticText(p *lua.FunctionProto, pc int, a, b lua.LValue) string {
	inst := p.Code[pc]
	// The bounds of a for are brought to numbers by a subtraction (see rewriter.number).
	if opOf(inst) == lua.OP_SUB && isConstant(argC(inst)) && constantOf(p, argC(inst)) == lua.LNumber(0) {
		for i := pc + 1; i < len(p.Code) && i < pc+64; i++ {
			if opOf(p.Code[i]) == lua.OP_FORPREP {
				if what := argA(inst) - argA(p.Code[i]); what >= 0 && what < 3 {
					return "'for' " + [3]string{"initial value", "limit", "step"}[what] + " must be a number"
				}
				break
			}
		}
	}
	at, v := argB(inst), a
	if _, ok := toNumber(a); ok {
		at, v = argC(inst), b
	}
	return variable("perform arithmetic on", p, pc, at, v)
}

// caller is the instruction of the script that has called the running library function, or has led to it through a metamethod.
func caller(l *lua.LState) (p *lua.FunctionProto, pc int, ok bool) {
	f := currentFrame(l)
	if f == nil || f.Parent == nil || f.Parent.Fn.IsG || f.Parent.Pc < 1 {
		return nil, 0, false
	}
	return f.Parent.Fn.Proto, f.Parent.Pc - 1, true
}

func typeName(v lua.LValue) string { return v.Type().String() }

// argument raises the error for a bad argument, as luaL_argerror does.
func argument(l *lua.LState, n int, text string) {
	v, _ := StateOf(l).level(threadOf(l), 0)
	what, name := v.name()
	if what == "method" {
		if n--; n == 0 {
			raise(l, 1, fmt.Sprintf("calling '%s' on bad self (%s)", name, text))
		}
	}
	if what == "" {
		name = "?"
	}
	raise(l, 1, fmt.Sprintf("bad argument #%d to '%s' (%s)", n, name, text))
}

// expected raises the error for an argument of the wrong type.
func expected(l *lua.LState, n int, typ string) {
	got := "no value"
	if n <= l.GetTop() {
		got = typeName(l.Get(n))
	}
	argument(l, n, typ+" expected, got "+got)
}

// Arguments of library functions, with PUC's conversions.

func checkAny(l *lua.LState, n int) lua.LValue {
	if n > l.GetTop() {
		argument(l, n, "value expected")
	}
	return l.Get(n)
}

func checkTable(l *lua.LState, n int) *lua.LTable {
	t, ok := l.Get(n).(*lua.LTable)
	if !ok {
		expected(l, n, "table")
	}
	return t
}

func checkFunction(l *lua.LState, n int) *lua.LFunction {
	f, ok := l.Get(n).(*lua.LFunction)
	if !ok {
		expected(l, n, "function")
	}
	return f
}

func checkNumber(l *lua.LState, n int) float64 {
	v, ok := toNumber(l.Get(n))
	if !ok {
		expected(l, n, "number")
	}
	return float64(v)
}

// checkInt is an integer argument: C cuts the fraction off.
func checkInt(l *lua.LState, n int) int { return truncate(checkNumber(l, n)) }

func optInt(l *lua.LState, n, otherwise int) int {
	if l.Get(n) == lua.LNil {
		return otherwise
	}
	return checkInt(l, n)
}

// truncate is C's conversion to an integer, without its undefined cases.
func truncate(f float64) int {
	switch {
	case f != f:
		return -1 << 63
	case f >= 1<<62:
		return 1 << 62
	case f <= -1<<62:
		return -1 << 62
	}
	return int(f)
}

func checkString(l *lua.LState, n int) string {
	s, ok := stringOf(l.Get(n))
	if !ok {
		expected(l, n, "string")
	}
	return s
}

func optString(l *lua.LState, n int, otherwise string) string {
	if l.Get(n) == lua.LNil {
		return otherwise
	}
	return checkString(l, n)
}

// stringOf is the text of a string or a number.
func stringOf(v lua.LValue) (string, bool) {
	switch v := v.(type) {
	case lua.LString:
		return string(v), true
	case lua.LNumber:
		return NumberText(v), true
	}
	return "", false
}

// Text is the text of a string or a number, as Lua converts it for a parameter that is a string.
func Text(v lua.LValue) (string, bool) { return stringOf(v) }

// Number is the number of a number or a text of one, as Lua converts it for a parameter that is a number.
func Number(v lua.LValue) (float64, bool) {
	n, ok := toNumber(v)
	return float64(n), ok
}
