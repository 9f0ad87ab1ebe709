package luabind

import (
	"strings"

	lua "github.com/yuin/gopher-lua"

	"eslua/esl"
	"eslua/luabind/vm"
)

// eslEventObject is an ESLevent in the hands of the script.
type eslEventObject struct {
	of         *class
	ev         *eslEvent // nil: there is none
	next       int       // where nextHeader goes on; below 0: nowhere
	serialized string
	mine       bool
}

func (x *eslEventObject) class() *class { return x.of }

// Size is how many bytes it holds of the script's memory.
func (x *eslEventObject) Size() int {
	if x.ev == nil {
		return len(x.serialized)
	}
	return x.ev.size() + len(x.serialized)
}

// pushESLEvent gives an event, or nil where there is none.
func (c *call) pushESLEvent(ev *eslEvent) int {
	if ev == nil {
		return c.stringOrNil("", false)
	}
	k := c.script.lib.eslEvent
	c.l.Push(k.object(&eslEventObject{of: k, ev: ev, next: -1, mine: true}))
	return 1
}

// newESLEventObject is ESL.ESLevent.
func newESLEventObject(c *call) int {
	s := c.script
	x := &eslEventObject{of: s.lib.eslEvent, next: -1, mine: true}
	if from, ok := object[*eslEventObject](c.l.Get(1)); ok && c.l.GetTop() == 1 { // takes the event from the other
		x.ev, x.mine = from.ev, from.mine
		from.ev, from.mine, from.serialized = nil, false, ""
		c.l.Push(x.of.object(x))
		return 1
	}
	for i := range c.l.GetTop() {
		if v := c.l.Get(i + 1); v != lua.LNil && !lua.LVCanConvToString(v) {
			c.refuseOverload()
		}
	}
	defer func() { c.l.Push(x.of.object(x)) }()
	name, subclass := c.text(1), c.text(2)
	if strings.EqualFold(name, "json") && subclass != "" {
		x.ev = jsonEvent(subclass, c.allowance())
		return 1
	}
	kind, ok := esl.EventName(name)
	if !ok {
		kind = "MESSAGE"
	}
	if subclass != "" && kind != "CUSTOM" {
		s.eslLog(esl.LogWarning, "Changing event type to custom because you specified a subclass name!")
		kind = "CUSTOM"
	}
	if x.ev = newESLEvent(kind, subclass, !c.given(2)); x.ev == nil {
		s.eslLog(esl.LogErr, "Failed to create event!")
	}
	return 1
}

// eslEventOf is the receiver of a method, which has an event: where there is none what is logged, and nil returned.
func (c *call) eslEventOf(what string) *eslEventObject {
	x, _ := object[*eslEventObject](c.l.Get(1))
	if x.ev == nil {
		c.script.eslLog(esl.LogErr, "Trying to "+what+" an event that does not exist!")
		return nil
	}
	return x
}

// changeESL makes a method that adds a header.
func changeESL(add func(e *eslEvent, name, value string)) method {
	return func(c *call) int {
		x := c.eslEventOf("addHeader")
		if x == nil || !c.given(1) || !c.given(2) {
			return c.truth(false)
		}
		c.script.state.Work(len(x.ev.headers) / 8)
		c.script.state.Grow(headerBytes(c.text(1), c.text(2)))
		add(x.ev, c.text(1), c.text(2))
		return c.truth(true)
	}
}

// eslEventMethods are what the rows of api.ESLEventClass say.
var eslEventMethods = map[string]method{
	"serialize": func(c *call) int {
		x, _ := object[*eslEventObject](c.l.Get(1))
		if x.ev == nil {
			return c.string("")
		}
		c.script.state.Room(c.l, x.ev.size())
		switch {
		case strings.EqualFold(c.text(1), "json"):
			x.serialized = x.ev.json()
		default:
			x.serialized = x.ev.text(true)
		}
		return c.string(x.serialized)
	},
	"setPriority": func(c *call) int {
		x := c.eslEventOf("setPriority")
		if x != nil {
			x.ev.headers = append([]eslHeader{{name: "priority", value: "NORMAL"}}, x.ev.headers...)
		}
		return c.truth(x != nil)
	},
	"getHeader": func(c *call) int {
		x := c.eslEventOf("getHeader")
		if x == nil || !c.given(1) {
			return c.stringOrNil("", false)
		}
		index := -1
		if c.given(2) {
			index = c.int(2)
		}
		v, ok := x.ev.header(c.text(1), index)
		return c.stringOrNil(v, ok)
	},
	"getBody": func(c *call) int {
		x := c.eslEventOf("getBody")
		if x == nil {
			return c.stringOrNil("", false)
		}
		return c.stringOrNil(x.ev.body, x.ev.hasBody)
	},
	"getType": func(c *call) int {
		x := c.eslEventOf("getType")
		if x == nil {
			return c.string("invalid")
		}
		return c.string(x.ev.kind)
	},
	"addBody": func(c *call) int {
		x := c.eslEventOf("addBody")
		if x == nil || !c.given(1) {
			return c.truth(false)
		}
		c.script.state.Grow(len(c.text(1)))
		x.ev.setBody(c.text(1))
		return c.truth(true)
	},
	"addHeader":     changeESL((*eslEvent).add),
	"pushHeader":    changeESL((*eslEvent).push),
	"unshiftHeader": changeESL((*eslEvent).unshift),
	"delHeader": func(c *call) int {
		x := c.eslEventOf("delHeader")
		if x == nil || !c.given(1) {
			return c.truth(false)
		}
		x.ev.del(c.text(1))
		return c.truth(true) // whether there was one or not, as in the library
	},
	"firstHeader": func(c *call) int {
		x, _ := object[*eslEventObject](c.l.Get(1))
		x.next = 0
		return c.nextESLHeader()
	},
	"nextHeader": (*call).nextESLHeader,
}

func (c *call) nextESLHeader() int {
	x, _ := object[*eslEventObject](c.l.Get(1))
	if x.ev == nil || x.next < 0 || x.next >= len(x.ev.headers) {
		x.next = -1
		return c.stringOrNil("", false)
	}
	x.next++
	return c.string(x.ev.headers[x.next-1].name)
}

// eslEventAttribute reads the attributes of the object.
func eslEventAttribute(self any, name string) (lua.LValue, bool) {
	x := self.(*eslEventObject)
	switch {
	case name == "event" && x.ev != nil:
		return &lua.LUserData{Metatable: lua.LNil}, true
	case name == "mine":
		return lua.LNumber(oneIf(x.mine)), true
	case name == "serialized_string" && x.serialized != "":
		return lua.LString(x.serialized), true
	}
	return nil, false
}

// setESLEventAttribute sets what the library would free the event by; nothing else of it is of use to scripts.
func setESLEventAttribute(self any, name string, v lua.LValue) bool {
	n, ok := vm.Number(v)
	if name != "mine" || !ok {
		return false
	}
	self.(*eslEventObject).mine = n != 0
	return true
}
