package modules

import (
	"fmt"
	"math"

	lua "github.com/yuin/gopher-lua"

	"eslua/luabind/vm"
)

// cjson is one table of the module cjson, whose settings are its own: that of require, or one that new has made. The interface
// and the errors are those of lua-cjson 2.1, with what OpenResty's has beside it.
type cjson struct {
	sparseConvert                    bool
	sparseRatio, sparseSafe          int
	encodeDepth, decodeDepth         int
	precision                        int
	encodeInvalid                    string // off, on or null
	decodeInvalid                    bool
	keepBuffer                       bool // has no meaning here
	emptyAsObject, slash, arraysMark bool
	marks                            *cjsonMarks
}

// cjsonMarks are the metatables by which scripts mark arrays; all tables of the module that a script has share them.
type cjsonMarks struct{ array, empty *lua.LTable }

// emptyArray is cjson.empty_array.
var emptyArray = &lua.LUserData{Value: new(struct{ _ byte }), Metatable: lua.LNil}

type cjsonKey struct{}

// newCJSON makes a table of the module. In a safe one encode and decode answer nil and a message instead of raising an error.
func newCJSON(l *lua.LState, safe bool) int {
	marks := vm.StateOf(l).Local(cjsonKey{}, func() any {
		return &cjsonMarks{&lua.LTable{Metatable: lua.LNil}, &lua.LTable{Metatable: lua.LNil}}
	}).(*cjsonMarks)
	c := &cjson{
		sparseRatio: 2, sparseSafe: 10, encodeDepth: 1000, decodeDepth: 1000, precision: 14, encodeInvalid: "off", decodeInvalid: true,
		keepBuffer: true, emptyAsObject: true, slash: true, marks: marks,
	}
	encode, decode := raising(c.encode), raising(c.decode)
	if safe {
		encode, decode = protected(c.encode), protected(c.decode)
	}
	name := "cjson"
	if safe {
		name = "cjson.safe"
	}
	all := map[string]lua.LValue{
		"null": null, "empty_array": emptyArray, "array_mt": marks.array, "empty_array_mt": marks.empty, "_NAME": lua.LString(name),
		"_VERSION": lua.LString("2.1.0"),
	}
	for name, f := range map[string]lua.LGFunction{
		"encode": encode, "decode": decode,
		"new": func(l *lua.LState) int { return newCJSON(l, safe) },
		"encode_sparse_array": func(l *lua.LState) int {
			atMost(l, 3)
			return boolean(l, 1, &c.sparseConvert) + integer(l, 2, &c.sparseRatio, 0, math.MaxInt32) + integer(l, 3, &c.sparseSafe, 0, math.MaxInt32)
		},
		"encode_max_depth":        func(l *lua.LState) int { atMost(l, 1); return integer(l, 1, &c.encodeDepth, 1, math.MaxInt32) },
		"decode_max_depth":        func(l *lua.LState) int { atMost(l, 1); return integer(l, 1, &c.decodeDepth, 1, math.MaxInt32) },
		"encode_number_precision": func(l *lua.LState) int { atMost(l, 1); return integer(l, 1, &c.precision, 1, 16) },
		"encode_keep_buffer":      func(l *lua.LState) int { atMost(l, 1); return boolean(l, 1, &c.keepBuffer) },
		"encode_invalid_numbers":  c.invalidNumbers,
		"decode_invalid_numbers":  func(l *lua.LState) int { atMost(l, 1); return boolean(l, 1, &c.decodeInvalid) },

		"encode_empty_table_as_object": func(l *lua.LState) int { atMost(l, 1); return boolean(l, 1, &c.emptyAsObject) },
		"encode_escape_forward_slash":  func(l *lua.LState) int { atMost(l, 1); return boolean(l, 1, &c.slash) },
		"decode_array_with_array_mt":   func(l *lua.LState) int { atMost(l, 1); return boolean(l, 1, &c.arraysMark) },
	} {
		all[name] = vm.Function(f)
	}
	l.Push(plain(l, all))
	return 1
}

// syntax is what encode and decode panic with when something is not JSON, or cannot become it.
type syntax string

// raising makes an error of a syntax, with the place in the script, as luaL_error does.
func raising(f lua.LGFunction) lua.LGFunction {
	return func(l *lua.LState) int {
		n, text := caught(l, f)
		if text != "" {
			vm.Raise(l, text)
		}
		return n
	}
}

// protected answers nil and a message for a syntax.
func protected(f lua.LGFunction) lua.LGFunction {
	return func(l *lua.LState) int {
		n, text := caught(l, f)
		if text != "" {
			return fail(l, text)
		}
		return n
	}
}

// caught is what f returns, or the text of the syntax that it has panicked with.
func caught(l *lua.LState, f lua.LGFunction) (n int, text string) {
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(syntax)
			if !ok {
				panic(r)
			}
			text = string(e)
		}
	}()
	return f(l), ""
}

func atMost(l *lua.LState, n int) {
	if l.GetTop() > n {
		vm.BadArgument(l, n+1, "found too many arguments")
	}
	l.SetTop(n)
}

// integer is a function for a setting, which it sets if there is an argument, and gives.
func integer(l *lua.LState, n int, v *int, least, most int) int {
	if l.Get(n) != lua.LNil {
		f := vm.CheckNumber(l, n)
		if !(f >= float64(least) && f <= float64(most)) {
			vm.BadArgument(l, 1, fmt.Sprintf("expected integer between %d and %d", least, most))
		}
		*v = int(f)
	}
	l.Push(lua.LNumber(*v))
	return 1
}

func boolean(l *lua.LState, n int, v *bool) int {
	switch arg := l.Get(n).(type) {
	case *lua.LNilType:
	case lua.LBool:
		*v = bool(arg)
	default:
		switch s := vm.CheckString(l, n); s {
		case "on", "off":
			*v = s == "on"
		default:
			vm.BadArgument(l, n, "invalid option '"+s+"'")
		}
	}
	l.Push(lua.LBool(*v))
	return 1
}

func (c *cjson) invalidNumbers(l *lua.LState) int {
	atMost(l, 1)
	on := c.encodeInvalid == "on"
	if l.Get(1) == lua.LString("null") {
		c.encodeInvalid = "null"
	} else if l.Get(1) != lua.LNil {
		boolean(l, 1, &on)
		c.encodeInvalid = map[bool]string{true: "on", false: "off"}[on]
	}
	if c.encodeInvalid == "null" {
		l.Push(lua.LString("null"))
	} else {
		l.Push(lua.LBool(on))
	}
	return 1
}
