package luabind

import (
	"strings"

	lua "github.com/yuin/gopher-lua"

	"eslua/esl"
	"eslua/esl/channel"
)

// event is an event in the hands of the script.
type event struct {
	ev *esl.Event
	of *class
}

func (x *event) class() *class { return x.of }

// newEvent makes an object for an event.
func (s *Script) newEvent(ev *esl.Event) *lua.LUserData {
	return s.lib.event.object(&event{ev, s.lib.event})
}

func (c *call) event() *esl.Event {
	x, _ := object[*event](c.l.Get(1))
	return x.ev
}

func header(c *call) int {
	v, ok := c.event().Lookup(c.text(1))
	return c.stringOrNil(v, ok)
}

// eventMethods are what the rows of api.EventObject say.
var eventMethods = map[string]method{
	"get":       header,
	"getHeader": header,
	"getBody": func(c *call) int {
		body := c.event().Body()
		return c.stringOrNil(body, body != "")
	},
	"getType": func(c *call) int { return c.string(channel.QueuedType(c.event())) },
}

// standardHeader tells whether a header is one of those that every event has, and so not data of a channel.
func standardHeader(name string) bool {
	return strings.HasPrefix(name, "Event-") || strings.HasPrefix(name, "FreeSWITCH-") || name == "Core-UUID" ||
		name == "Content-Type" || name == "Content-Length" || name == "Reply-Text" || name == "Socket-Mode" || name == "Control"
}
