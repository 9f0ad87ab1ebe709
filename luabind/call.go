package luabind

import (
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"eslua/luabind/api"
	"eslua/luabind/vm"
)

// call is one call of a method or a function by the script, with arguments that have been checked.
type call struct {
	script *Script
	l      *lua.LState
	row    *api.Method
	class  *class // of the object in front of the arguments; nil for functions
	self   int    // 1 for methods, which have an object; else 0
}

// given tells whether argument i, counted from 1, is there and not nil.
func (c *call) given(i int) bool { return c.l.Get(c.self+i) != lua.LNil }

// text is argument i as C sees it: up to the first NUL, "" for nil.
func (c *call) text(i int) string {
	text, _ := vm.Text(c.l.Get(c.self + i))
	text, _, _ = strings.Cut(text, "\x00")
	return text
}

// int is argument i without its fraction, 0 for none.
func (c *call) int(i int) int {
	n, _ := vm.Number(c.l.Get(c.self + i))
	return int(n)
}

func (c *call) bool(i int) bool { return c.l.Get(c.self+i) == lua.LTrue }

// The results of methods, as mod_lua gives them: the number of values on the stack.

func (c *call) number(n int) int {
	c.l.Push(lua.LNumber(n))
	return 1
}

func (c *call) string(s string) int {
	c.l.Push(lua.LString(s))
	return 1
}

func (c *call) truth(b bool) int {
	c.l.Push(lua.LBool(b))
	return 1
}

// stringOrNil gives nil for what is not there.
func (c *call) stringOrNil(s string, there bool) int {
	if !there {
		c.l.Push(lua.LNil)
		return 1
	}
	return c.string(s)
}

// raise raises an error with the place in the script in front of it.
func (c *call) raise(format string, args ...any) {
	vm.Raise(c.l, fmt.Sprintf(format, args...))
}

// check raises mod_lua's error when the arguments are not those of the row (modlua-api.md 0.3). self is the C type of the
// object, "" for functions.
func (c *call) check(self string) {
	row := c.row
	least, most := row.Required()+c.self, len(row.Params)+c.self
	n := c.l.GetTop()
	if p := len(row.Params); p > 0 && row.Params[p-1].Rest {
		most = max(most, n)
	}
	if row.Overloads != nil {
		if n < least || n > most || c.mismatch(self, n) > 0 {
			c.refuseOverload()
		}
		return
	}
	if n < least || n > most {
		c.refuse("Error in %s expected %d..%d args, got %d", row.ErrorName(), least, most, n)
	}
	if i := c.mismatch(self, n); i > 0 {
		want := self
		if i > c.self {
			want = c.param(i).CType()
		}
		name := row.ErrorName()
		if c.l.Get(i).Type() == lua.LTUserData {
			name = row.PointerName()
		}
		c.refuse("Error in %s (arg %d), expected '%s' got '%s'", name, i, want, typeName(c.l.Get(i)))
	}
}

// refuseOverload raises the error of arguments that fit none of the prototypes of the row.
func (c *call) refuseOverload() {
	c.refuse("Wrong arguments for overloaded function '%s'\n  Possible C/C++ prototypes are:\n    %s\n", c.row.Overloaded,
		strings.Join(c.row.Overloads, "\n    "))
}

// refuse raises the error of wrong arguments. Constructors are called by code of C, which has no place in the script.
func (c *call) refuse(format string, args ...any) {
	if c.row.Constructor() {
		c.l.Error(lua.LString(fmt.Sprintf(format, args...)), 0)
	}
	c.raise(format, args...)
}

// mismatch is the first of n arguments that has the wrong type, 0 if there is none. The object is checked by its class.
func (c *call) mismatch(self string, n int) int {
	if c.self > 0 && (n == 0 || classOf(c.l.Get(1)) != c.class) {
		return 1
	}
	for i := c.self + 1; i <= n; i++ {
		if !fits(c.param(i), c.l.Get(i)) {
			return i
		}
	}
	return 0
}

// param is the parameter that value i on the stack is for.
func (c *call) param(i int) *api.Param { return &c.row.Params[min(i-c.self, len(c.row.Params))-1] }

// fits tells whether a value can be given for a parameter.
func fits(p *api.Param, v lua.LValue) bool {
	if p.Optional && p.Type != api.Int && p.Type != api.Bool && p.Type != api.Opaque && p.Type != api.Function && v == lua.LNil {
		return true
	}
	switch p.Type {
	case api.String:
		return v == lua.LNil || lua.LVCanConvToString(v)
	case api.Int, api.Number:
		_, ok := vm.Number(v)
		return ok
	case api.Bool:
		return v.Type() == lua.LTBool
	case api.Function:
		return v.Type() == lua.LTFunction
	case api.Table:
		return v.Type() == lua.LTTable
	case api.Session:
		_, ok := object[*session](v)
		return ok || v == lua.LNil && p.C != "CoreSession &"
	case api.Menu:
		_, ok := object[*ivrMenu](v)
		return ok || v == lua.LNil
	case api.TextOrTable:
		return v == lua.LNil || v.Type() == lua.LTTable || lua.LVCanConvToString(v)
	case api.ESLEvent:
		_, ok := object[*eslEventObject](v)
		return ok || v == lua.LNil
	case api.Opaque:
		return v.Type() == lua.LTUserData
	case api.Event:
		_, ok := object[*event](v)
		return ok || v == lua.LNil
	}
	return p.C != "void *" || v == lua.LNil
}

// typeName is what mod_lua's errors call the type of a value.
func typeName(v lua.LValue) string {
	if k := classOf(v); k != nil {
		return k.name()
	}
	if v.Type() == lua.LTUserData {
		return "userdata (unknown type)"
	}
	return v.Type().String()
}

// object gets what is behind a value of one of our classes.
func object[T any](v lua.LValue) (T, bool) {
	if u, ok := v.(*lua.LUserData); ok {
		x, ok := u.Value.(T)
		return x, ok
	}
	var none T
	return none, false
}
