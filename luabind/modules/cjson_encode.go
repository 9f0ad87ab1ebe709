package modules

import (
	"fmt"
	"math"

	lua "github.com/yuin/gopher-lua"

	"eslua/luabind/vm"
)

type cjsonEncoder struct {
	writer
	*cjson
	depth int
}

func (c *cjson) encode(l *lua.LState) int {
	if l.GetTop() != 1 {
		vm.BadArgument(l, 1, "expected 1 argument")
	}
	e := &cjsonEncoder{writer: writer{l: l}, cjson: c}
	e.value(l.Get(1))
	return text(l, string(e.b))
}

func (e *cjsonEncoder) fail(v lua.LValue, reason string) {
	panic(syntax("Cannot serialise " + v.Type().String() + ": " + reason))
}

func (e *cjsonEncoder) value(v lua.LValue) {
	e.spend()
	switch v := v.(type) {
	case *lua.LNilType:
		e.b = append(e.b, "null"...)
	case lua.LBool:
		e.b = fmt.Append(e.b, bool(v))
	case lua.LNumber:
		e.number(v)
	case lua.LString:
		e.string(string(v))
	case *lua.LTable:
		if e.depth++; e.depth > min(e.encodeDepth, maxNesting) {
			panic(syntax(fmt.Sprintf("Cannot serialise, excessive nesting (%d)", e.depth)))
		}
		e.table(v)
		e.depth--
	default:
		switch v {
		case lua.LValue(null):
			e.b = append(e.b, "null"...)
		case lua.LValue(emptyArray):
			e.b = append(e.b, "[]"...)
		default:
			e.fail(v, "type not supported")
		}
	}
}

func (e *cjsonEncoder) number(n lua.LNumber) {
	f := float64(n)
	if !math.IsNaN(f) && !math.IsInf(f, 0) {
		e.b = append(e.b, formatG(f, e.precision)...)
		return
	}
	switch {
	case e.encodeInvalid == "off":
		e.fail(n, "must not be NaN or Infinity")
	case e.encodeInvalid == "null":
		e.b = append(e.b, "null"...)
	case math.IsNaN(f):
		e.b = append(e.b, "NaN"...)
	case f < 0:
		e.b = append(e.b, "-Infinity"...)
	default:
		e.b = append(e.b, "Infinity"...)
	}
}

// string writes a string as lua-cjson does: a slash and a DEL get a backslash, too.
func (e *cjsonEncoder) string(s string) {
	start := len(e.b)
	e.b = printString(e.b, s)
	escaped := e.b[start:]
	extra := 0
	for _, c := range escaped {
		switch {
		case c == '/' && e.slash:
			extra++
		case c == 0x7f:
			extra += 5
		}
	}
	if extra == 0 {
		return
	}
	out := make([]byte, 0, len(escaped)+extra)
	for _, c := range escaped {
		switch {
		case c == '/' && e.slash:
			out = append(out, `\/`...)
		case c == 0x7f:
			out = append(out, `\u007f`...)
		default:
			out = append(out, c)
		}
	}
	e.b = append(e.b[:start], out...)
}

func (e *cjsonEncoder) table(t *lua.LTable) {
	n := e.length(t)
	switch {
	case t.Metatable == lua.LValue(e.marks.array):
		n = max(n, t.Len(), 0)
	case n == 0 && t.Metatable != lua.LValue(e.marks.empty) && e.emptyAsObject:
		n = -1
	}
	if n < 0 {
		e.object(t)
		return
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

// length is the length of an array with holes, or -1 for a table that is none.
func (e *cjsonEncoder) length(t *lua.LTable) int {
	most, items := 0.0, 0
	for k, _ := t.Next(lua.LNil); k != lua.LNil; k, _ = t.Next(k) {
		f, ok := k.(lua.LNumber)
		if !ok || float64(f) != math.Floor(float64(f)) || f < 1 {
			return -1
		}
		most = max(most, float64(f))
		items++
	}
	if e.sparseRatio > 0 && most > float64(items*e.sparseRatio) && most > float64(e.sparseSafe) {
		if !e.sparseConvert {
			e.fail(t, "excessively sparse array")
		}
		return -1
	}
	return int(min(most, math.MaxInt32))
}

func (e *cjsonEncoder) object(t *lua.LTable) {
	e.b = append(e.b, '{')
	some := false
	next(e.l, t, func(k, v lua.LValue) {
		if some {
			e.b = append(e.b, ',')
		}
		some = true
		switch k := k.(type) {
		case lua.LString:
			e.string(string(k))
		case lua.LNumber:
			e.b = append(e.b, '"')
			e.number(k)
			e.b = append(e.b, '"')
		default:
			e.fail(k, "table key must be a number or string")
		}
		e.b = append(e.b, ':')
		e.value(v)
	})
	e.b = append(e.b, '}')
}
