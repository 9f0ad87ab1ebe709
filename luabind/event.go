package luabind

import (
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"eslua/esl"
	"eslua/esl/channel"
	"eslua/luabind/vm"
)

// event is an event in the hands of the script.
type event struct {
	of    *class
	ev    *esl.Event // nil: there is none, for JSON that could not be read
	kind  string     // its type, which does not change with the header Event-Name
	ours  bool       // nobody else has ev, so that it may be changed
	mine  bool       // it may be fired
	plain string     // what serialize gave last
}

func (x *event) class() *class { return x.of }

// Size is how many bytes it holds of the script's memory.
func (x *event) Size() int {
	if x.ev == nil {
		return len(x.plain)
	}
	return x.ev.Size() + len(x.plain)
}

// newEvent makes an object for an event, which others may have as well.
func (s *Script) newEvent(ev *esl.Event) *lua.LUserData {
	return s.eventObject(&event{ev: ev, kind: channel.QueuedType(ev), mine: true})
}

// inputEvent makes an object for an event that an input callback is given: it is the switch's in mod_lua and cannot be fired.
func (s *Script) inputEvent(ev *esl.Event) *lua.LUserData {
	return s.eventObject(&event{ev: ev, kind: channel.QueuedType(ev)})
}

func (s *Script) eventObject(x *event) *lua.LUserData {
	x.of = s.lib.event
	return x.of.object(x)
}

// change is the event, to be changed. A received one is shared with others.
func (x *event) change() *esl.Event {
	if !x.ours {
		x.ev, x.ours = x.ev.Clone(), true
	}
	return x.ev
}

// unique are the types whose headers are there only once each (switch_event.c).
var unique = map[string]bool{"MESSAGE": true, "REQUEST_PARAMS": true, "CHANNEL_DATA": true}

// scans tells whether add has to look at all headers for such a value.
func (x *event) scans(value string) bool { return value == "" || unique[x.kind] }

// add adds a header as the switch does.
func (x *event) add(name, value string) {
	ev := x.change()
	switch {
	case value == "":
		ev.Del(name)
	case unique[x.kind]:
		ev.Set(name, value)
	default:
		ev.Add(name, value)
	}
}

// newEventOf is freeswitch.Event.
func newEventOf(c *call) int {
	s, name, subclass := c.script, c.text(1), c.text(2)
	x := &event{mine: true, ours: true}
	defer func() { c.l.Push(s.eventObject(x)) }()
	if strings.EqualFold(name, "json") && subclass != "" {
		x.read(subclass, c.allowance())
		return 1
	}
	kind, ok := esl.EventName(name)
	if !ok {
		kind = "MESSAGE"
	}
	if subclass != "" && kind != "CUSTOM" {
		s.write(esl.LogWarning, "Changing event type to custom because you specified a subclass name!", false)
		kind = "CUSTOM"
	}
	if c.given(2) && kind != "CUSTOM" && kind != "CLONE" {
		s.write(esl.LogErr, "Failed to create event!", false) // "" is a subclass that such a type cannot have
		return 1
	}
	x.kind, x.ev = kind, &esl.Event{}
	s.standard(x.ev, kind)
	x.add("Event-Subclass", subclass)
	return 1
}

// read makes the event of a JSON object; its standard headers are those that are in it.
func (x *event) read(text string, a *allowance) {
	root, ok := parseJSON(text, a)
	if !ok {
		return
	}
	x.ev, x.kind = &esl.Event{}, "CLONE"
	for i, m := range root.members {
		a.hold(addedHeader + len(m.name) + len(m.text))
		switch {
		case m.kind == jsonText && strings.EqualFold(m.name, "_body"):
			x.ev.SetBody(m.text)
		case m.kind == jsonText:
			if strings.EqualFold(m.name, "Event-Name") {
				a.work(i / 2)
				x.ev.Del(m.name)
				if kind, ok := esl.EventName(m.text); ok {
					x.kind = kind
				}
			}
			if m.text != "" {
				x.ev.Add(m.name, m.text)
			}
		case m.kind == jsonArray:
			var texts []string
			for _, item := range m.members {
				if item.kind == jsonText {
					a.hold(addedHeader + len(item.text))
					texts = append(texts, item.text)
				}
			}
			a.work(i / 2)
			x.ev.Push(m.name, texts...)
		}
	}
}

// Where events say that they were made (modlua-api.md 1.7).
const (
	eventFile     = "switch_cpp.cpp"
	eventFunction = "Event"
	eventLine     = "315"
)

// standard adds the headers that every event of the switch begins with.
func (s *Script) standard(ev *esl.Event, kind string) {
	hello := &esl.Event{}
	if s.Call != nil {
		hello = s.Call.Hello()
	}
	ev.Grow(32)
	add := func(name, value string) {
		if value != "" {
			ev.Add(name, value)
		}
	}
	add("Event-Name", kind)
	for _, name := range []string{"Core-UUID", "FreeSWITCH-Hostname", "FreeSWITCH-Switchname", "FreeSWITCH-IPv4", "FreeSWITCH-IPv6"} {
		add(name, hello.Get(name))
	}
	now := s.Clock.Now()
	add("Event-Date-Local", now.Format("2006-01-02 15:04:05"))
	add("Event-Date-GMT", now.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT"))
	add("Event-Date-Timestamp", strconv.FormatInt(now.UnixMicro(), 10))
	add("Event-Calling-File", eventFile)
	add("Event-Calling-Function", eventFunction)
	add("Event-Calling-Line-Number", eventLine)
	s.events++
	sequence, _ := strconv.Atoi(hello.Get("Event-Sequence"))
	add("Event-Sequence", strconv.Itoa(sequence+s.events))
}

// event is the receiver of a method, which has an event: where there is none what is logged, and nil returned.
func (c *call) event(what string) *event {
	x, _ := object[*event](c.l.Get(1))
	if x.ev == nil {
		c.script.write(esl.LogErr, "Trying to "+what+" an event that does not exist!", false)
		return nil
	}
	return x
}

// getHeader reads a header; "_body" is the body.
func getHeader(c *call) int {
	name := c.text(1)
	if name == "" {
		c.script.write(esl.LogErr, "Trying to getHeader an invalid header!", false)
		return c.stringOrNil("", false)
	}
	x := c.event("getHeader")
	if x == nil {
		return c.stringOrNil("", false)
	}
	v, ok := x.ev.Lookup(name)
	if !ok && name == "_body" {
		v = x.ev.Body()
		ok = v != ""
	}
	return c.stringOrNil(v, ok)
}

// eventMethods are what the rows of api.EventClass and api.EventObject say.
var eventMethods = map[string]method{
	"get":       getHeader,
	"getHeader": getHeader,
	"addHeader": func(c *call) int {
		x := c.event("addHeader")
		if x == nil || !c.given(1) || !c.given(2) {
			return c.truth(false)
		}
		if c.text(1) == "_body" {
			x.change().SetBody(c.text(2))
		}
		c.script.state.Grow(headerBytes(c.text(1), c.text(2)))
		if x.scans(c.text(2)) {
			c.script.state.Work(x.change().Len() / 4)
		}
		x.add(c.text(1), c.text(2))
		return c.truth(true)
	},
	"delHeader": func(c *call) int {
		if c.text(1) == "" {
			c.script.write(esl.LogErr, "Trying to delHeader an invalid header!", false)
			return c.truth(false)
		}
		x := c.event("delHeader")
		return c.truth(x != nil && x.change().Del(c.text(1)))
	},
	"addBody": func(c *call) int {
		x := c.event("addBody")
		if x != nil {
			c.script.state.Grow(len(c.text(1)))
			x.change().SetBody(c.text(1))
		}
		return c.truth(x != nil)
	},
	"getBody": func(c *call) int {
		x := c.event("getBody")
		if x == nil {
			return c.stringOrNil("", false)
		}
		body := x.ev.Body()
		return c.stringOrNil(body, body != "")
	},
	"getType": func(c *call) int {
		x := c.event("getType")
		if x == nil {
			return c.string("invalid")
		}
		return c.string(x.kind)
	},
	"serialize":   serialize,
	"setPriority": setPriority,
	"fire":        fire,
	"merge":       merge,
	"chat_execute": func(c *call) int {
		c.script.write(esl.LogErr, "Invalid chat application interface ["+c.text(1)+"]!", false)
		return c.number(1)
	},
	"chat_send": chatSend,
}

func serialize(c *call) int {
	x, _ := object[*event](c.l.Get(1))
	if x.ev == nil {
		return c.string("")
	}
	c.script.state.Room(c.l, x.ev.Size())
	var b []byte
	switch strings.ToLower(c.text(1)) {
	case "xml":
		b = x.ev.AppendXML(nil)
	case "json":
		b = x.ev.AppendJSON(nil)
	default:
		b = x.ev.AppendPlain(nil)
	}
	c.script.state.Room(c.l, len(b))
	x.plain = string(b)
	return c.string(x.plain)
}

// setPriority puts the header priority in front of all others.
func setPriority(c *call) int {
	x := c.event("setPriority")
	if x == nil {
		return c.truth(false)
	}
	ev := &esl.Event{}
	ev.Add("priority", "NORMAL")
	for name, value := range x.ev.Headers() {
		if !unique[x.kind] || !strings.EqualFold(name, "priority") {
			ev.Add(name, value)
		}
	}
	ev.SetBody(x.ev.Body())
	x.ev, x.ours = ev, true
	return c.truth(true)
}

func fire(c *call) int {
	s := c.script
	if x, _ := object[*event](c.l.Get(1)); !x.mine {
		s.write(esl.LogErr, "Not My event!", false)
		return c.truth(false)
	}
	x := c.event("fire")
	if x == nil {
		return c.truth(false)
	}
	w, err := s.wire()
	if err != nil {
		s.write(esl.LogErr, "fire: "+err.Error(), false)
		return c.truth(false)
	}
	changed, err := w.FireEvent(s.ctx, x.kind, x.ev)
	for _, name := range changed {
		s.write(esl.LogWarning, "the header "+name+" of the fired event cannot be sent as it is", false)
	}
	c.failed(err)
	return c.truth(err == nil)
}

func merge(c *call) int {
	x := c.event("merge to")
	if x == nil {
		return c.truth(false)
	}
	from, _ := object[*event](c.l.Get(2))
	if from == nil || from.ev == nil {
		c.script.write(esl.LogErr, "Trying to merge from an event that does not exist!", false)
		return c.truth(false)
	}
	added := from.ev.Clone() // it may be merged with itself
	c.script.state.Grow(added.Size())
	headers := x.change().Len()
	for name, value := range added.Headers() {
		list := strings.HasPrefix(value, "ARRAY::")
		if headers++; list || x.scans(value) {
			c.script.state.Work(headers / 4)
		}
		if list {
			x.change().Push(name, added.Values(name)...)
			continue
		}
		x.add(name, value)
	}
	return c.truth(true)
}

// chatSend says what the switch logs for a chat interface that it does not have: there are none off the switch.
func chatSend(c *call) int {
	protocol := c.text(1)
	if x, _ := object[*event](c.l.Get(1)); protocol == "" && x.ev != nil {
		protocol = x.ev.Get("dest_proto")
	}
	c.script.write(esl.LogErr, "Invalid chat interface ["+protocol+"]!", false)
	return c.number(0)
}

// eventAttribute reads the attributes of the object.
func eventAttribute(self any, name string) (lua.LValue, bool) {
	x := self.(*event)
	switch name {
	case "event":
		if x.ev == nil {
			return lua.LNil, true
		}
		return &lua.LUserData{Metatable: lua.LNil}, true
	case "mine":
		return lua.LNumber(oneIf(x.mine)), true
	case "serialized_string":
		if x.plain == "" {
			return lua.LNil, true
		}
		return lua.LString(x.plain), true
	}
	return nil, false
}

// setEventAttribute sets whether the event may be fired; nothing else of it is of use to scripts.
func setEventAttribute(self any, name string, v lua.LValue) bool {
	n, ok := vm.Number(v)
	if name != "mine" || !ok {
		return false
	}
	self.(*event).mine = n != 0
	return true
}

// standardHeader tells whether a header is one of those that every event has, and so not data of a channel.
func standardHeader(name string) bool {
	return strings.HasPrefix(name, "Event-") || strings.HasPrefix(name, "FreeSWITCH-") || name == "Core-UUID" ||
		name == "Content-Type" || name == "Content-Length" || name == "Reply-Text" || name == "Socket-Mode" || name == "Control"
}
