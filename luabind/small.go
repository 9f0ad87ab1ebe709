package luabind

import (
	lua "github.com/yuin/gopher-lua"

	"eslua/luabind/vm"
)

// The small classes of mod_lua, which nothing takes (modlua-api.md 1.12).

// dtmf is a digit.
type dtmf struct {
	of       *class
	digit    string
	duration *lua.LUserData // opaque, as in mod_lua
}

func (x *dtmf) class() *class { return x.of }

func newDTMF(c *call) int {
	k := c.script.lib.dtmf
	x := &dtmf{of: k, digit: firstByte(c.text(1))}
	if x.duration, _ = c.l.Get(2).(*lua.LUserData); x.duration == nil {
		x.duration = &lua.LUserData{Metatable: lua.LNil}
	}
	c.l.Push(k.object(x))
	return 1
}

// firstByte is a text as a char of C.
func firstByte(s string) string { return s[:min(len(s), 1)] }

func dtmfAttribute(self any, name string) (lua.LValue, bool) {
	switch x := self.(*dtmf); name {
	case "digit":
		return lua.LString(x.digit), true
	case "duration":
		return x.duration, true
	}
	return nil, false
}

func setDTMFAttribute(self any, name string, v lua.LValue) bool {
	x := self.(*dtmf)
	text, isText := vm.Text(v)
	duration, isData := v.(*lua.LUserData)
	switch {
	case name == "digit" && isText:
		x.digit = firstByte(text)
	case name == "duration" && isData:
		x.duration = duration
	default:
		return false
	}
	return true
}

// cString is a string of C++.
type cString struct {
	of   *class
	text string
}

func (x *cString) class() *class { return x.of }

func newCString(c *call) int {
	k := c.script.lib.text
	c.l.Push(k.object(&cString{k, c.text(1)}))
	return 1
}

func (c *call) cString() *cString {
	x, _ := object[*cString](c.l.Get(1))
	return x
}

func cStringLength(c *call) int { return c.number(len(c.cString().text)) }
func cStringText(c *call) int   { return c.string(c.cString().text) }

// stringMethods are what the rows of api.StringClass say.
var stringMethods = map[string]method{
	"size":   cStringLength,
	"length": cStringLength,
	"empty":  func(c *call) int { return c.truth(c.cString().text == "") },
	"c_str":  cStringText,
	"data":   cStringText,
	"assign": func(c *call) int {
		c.cString().text = c.text(1)
		return 0
	},
}

// inputState is the state of an input callback.
type inputState struct {
	of       *class
	funcargs lua.LValue
}

func (x *inputState) class() *class { return x.of }

func newInputState(c *call) int {
	k := c.script.lib.inputState
	c.l.Push(k.object(&inputState{k, lua.LNil}))
	return 1
}

func inputStateAttribute(self any, name string) (lua.LValue, bool) {
	switch name {
	case "funcargs":
		return self.(*inputState).funcargs, true
	case "c_function", "threadState", "extra":
		return lua.LNil, true
	}
	return nil, false
}

func setInputStateAttribute(self any, name string, v lua.LValue) bool {
	text, ok := vm.Text(v)
	if name != "funcargs" || !ok && v != lua.LNil {
		return false
	}
	self.(*inputState).funcargs = lua.LNil
	if ok {
		self.(*inputState).funcargs = lua.LString(upToNUL(text))
	}
	return true
}
