package luabind_test

import (
	"strings"
	"testing"
	"time"

	"eslua/esl"
	"eslua/esl/esltest"
)

// masked makes of a serialized event what is the same each time.
const masked = `
	local function masked(s)
		return (s:gsub("(Event%-Date[%w-]*\"?[:>]\"?%s?)[^\n\"<]*", "%1<masked>"):gsub("(Core%-UUID\"?[:>]\"?%s?)[^\n\"<]*", "%1<masked>")
			:gsub("(Event%-Sequence\"?[:>]\"?%s?)[^\n\"<]*", "%1<masked>"))
	end
`

// TestEvent is s21 of the recordings, whose texts are those of the switch.
func TestEvent(t *testing.T) {
	run(t, "async full", masked+`
		local e = freeswitch.Event("CUSTOM", "my::lua")
		print(type(e), e:getType(), e:getHeader("Event-Subclass"), e:getHeader("nothing"))
		print(e:addHeader("Key", "value one"), e:addHeader("Key", "value two"), e:getHeader("key"), e:addHeader("num", 5), e:getHeader("num"))
		print(e:addHeader("odd", "\195\169\n%20:"), e:getHeader("odd") == "\195\169\n%20:", e:addHeader("x", nil), e:addHeader("emp", ""), e:getHeader("emp"))
		print(e:getBody(), e:addBody("body text\nline 2"), e:getBody() == "body text\nline 2")
		print(masked(e:serialize()))
		print(masked(e:serialize("json")))
		print(masked(e:serialize("XML")))
		print(e:serialize("bogus") == e:serialize(), e:get("KEY"))
		print(e:delHeader("Key"), e:getHeader("Key"), e:delHeader("nothing"))`,
		"userdata\tCUSTOM\tmy::lua\tnil\n"+
			"true\ttrue\tvalue one\ttrue\t5\n"+
			"true\ttrue\tfalse\ttrue\tnil\n"+
			"nil\ttrue\ttrue\n"+
			`Event-Name: CUSTOM
Core-UUID: <masked>
FreeSWITCH-Hostname: vm
FreeSWITCH-Switchname: freeswitch
FreeSWITCH-IPv4: 192.0.2.2
FreeSWITCH-IPv6: fd00%3A%3A2
Event-Date-Local: <masked>
Event-Date-GMT: <masked>
Event-Date-Timestamp: <masked>
Event-Calling-File: switch_cpp.cpp
Event-Calling-Function: Event
Event-Calling-Line-Number: 315
Event-Sequence: <masked>
Event-Subclass: my%3A%3Alua
Key: value%20one
Key: value%20two
num: 5
odd: %C3%A9%0A%20%3A
Content-Length: 16

body text
line 2
{"Event-Name":"CUSTOM","Core-UUID":"<masked>","FreeSWITCH-Hostname":"vm","FreeSWITCH-Switchname":"freeswitch","FreeSWITCH-IPv4":"192.0.2.2",`+
			`"FreeSWITCH-IPv6":"fd00::2","Event-Date-Local":"<masked>","Event-Date-GMT":"<masked>","Event-Date-Timestamp":"<masked>",`+
			`"Event-Calling-File":"switch_cpp.cpp","Event-Calling-Function":"Event","Event-Calling-Line-Number":"315","Event-Sequence":"<masked>",`+
			`"Event-Subclass":"my::lua","Key":"value one","Key":"value two","num":"5","odd":"é\n%20:","Content-Length":"16","_body":"body text\nline 2"}
<event>
  <headers>
    <Event-Name>CUSTOM</Event-Name>
    <Core-UUID><masked></Core-UUID>
<masked><FreeSWITCH-Hostname>vm</FreeSWITCH-Hostname>
    <FreeSWITCH-Switchname>freeswitch</FreeSWITCH-Switchname>
    <FreeSWITCH-IPv4>192.0.2.2</FreeSWITCH-IPv4>
    <FreeSWITCH-IPv6>fd00%3A%3A2</FreeSWITCH-IPv6>
    <Event-Date-Local><masked></Event-Date-Local>
<masked><Event-Date-GMT><masked></Event-Date-GMT>
<masked><Event-Date-Timestamp><masked></Event-Date-Timestamp>
<masked><Event-Calling-File>switch_cpp.cpp</Event-Calling-File>
    <Event-Calling-Function>Event</Event-Calling-Function>
    <Event-Calling-Line-Number>315</Event-Calling-Line-Number>
    <Event-Sequence><masked></Event-Sequence>
<masked><Event-Subclass>my%3A%3Alua</Event-Subclass>
    <Key>value%20one</Key>
    <Key>value%20two</Key>
    <num>5</num>
    <odd>%C3%A9%0A%20%3A</odd>
  </headers>
  <Content-Length>16</Content-Length>
  <body>body text
line 2</body>
</event>

true	value one
true	nil	false`, nil)
}

func TestEventsOfAllKinds(t *testing.T) {
	run(t, "async full", `
		local function try(f, ...) print(select(2, pcall(f, ...))) end
		try(function() return freeswitch.Event("CUSTOM", "a::b"):setPriority(2) end)
		print(freeswitch.Event("BOGUS_NAME"):getType(), freeswitch.Event("DTMF", "sub"):getType(), freeswitch.Event("custom"):getType(),
			freeswitch.Event("SWITCH_EVENT_DTMF"):getType())
		try(freeswitch.Event)
		local j = freeswitch.Event("json", '{"Event-Name":"CUSTOM","Event-Subclass":"j::s","a":"b","list":["1","2"],"n":5,"_body":"bb"}')
		print(j:getType(), j:getHeader("a"), j:getBody(), j:getHeader("list"), j:getHeader("n"), j:getHeader("Core-UUID"))
		local m = freeswitch.Event("CUSTOM", "m::m")
		print(m:merge(j), m:getHeader("a"), m:getHeader("list"), m:merge(nil), m:chat_send("nochat"), m:chat_execute("reply"))
		session:setEventData(m)
		print(m:getHeader("Unique-ID") == session:get_uuid(), m:getHeader("variable_greeting"), type(m.event), m.mine, m.nothing)
		print(m:setPriority(), m:serialize():match("^[^\n]*"), m.serialized_string == m:serialize())
		local u = freeswitch.Event("MESSAGE")
		u:addHeader("k", "1") u:addHeader("k", "2")
		print(u:serialize():match("k: .*$"))
		local bad = freeswitch.Event("json", "{bad")
		print(bad:getHeader("a"), bad:getType(), bad:serialize(), bad:fire(), bad:merge(m), bad.event)
		print(freeswitch.Event("DTMF", ""):getBody())
		print(m:getHeader(""), m:delHeader(nil))
		m.mine = 0
		print(m:fire())
		try(function() m.event = 1 end)`,
		"test.lua:3: Error in Event::setPriority (arg 2), expected 'switch_priority_t' got 'number'\n"+
			"Changing event type to custom because you specified a subclass name!\n"+
			"MESSAGE\tCUSTOM\tCUSTOM\tDTMF\n"+
			"Wrong arguments for overloaded function 'new_Event'\n  Possible C/C++ prototypes are:\n    Event::Event(char const *,char const *)\n"+
			"    Event::Event(switch_event_t *,int)\n\n"+
			"CUSTOM\tb\tbb\tARRAY::1|:2\tnil\tnil\n"+
			"Trying to merge from an event that does not exist!\n"+
			"Invalid chat interface [nochat]!\n"+
			"Invalid chat application interface [reply]!\n"+
			"true\tb\tARRAY::1|:2\tfalse\t0\t1\n"+
			"true\thello\tuserdata\t1\tnil\n"+
			"true\tpriority: NORMAL\ttrue\n"+
			"k: 2\n\n\n"+
			"Trying to getHeader an event that does not exist!\n"+
			"Trying to getType an event that does not exist!\n"+
			"Trying to fire an event that does not exist!\n"+
			"Trying to merge to an event that does not exist!\n"+
			"nil\tinvalid\t\tfalse\tfalse\tnil\n"+
			"Failed to create event!\n"+
			"Trying to getBody an event that does not exist!\n"+
			"nil\n"+
			"Trying to getHeader an invalid header!\n"+
			"Trying to delHeader an invalid header!\n"+
			"nil\tfalse\n"+
			"Not My event!\n"+
			"false\n"+
			"test.lua:23: Assignment not possible. No setter/member with this name. For custom assignments implement __setitem method.", nil)
}

// TestReceivedEventsAreTheSameClass: what is changed in one is not changed for others who have it.
func TestReceivedEventsAreTheSameClass(t *testing.T) {
	run(t, "async full", `
		session:answer()
		local first
		session:on("DTMF", function(ev)
			ev:addHeader("mine", "1")
			if first then print(first:getHeader("DTMF-Digit"), first:getHeader("mine")) end
			first = ev
		end)
		session:on("DTMF", function(ev) print("other", ev:getHeader("mine"), ev:fire()) end)
		session:sleep(2000)
		print(session:wait_event("DTMF", 1):getHeader("mine"))
		function on_input(s, kind, ev)
			if kind == "dtmf" then return end
			print(kind, ev:getType(), ev:getHeader("foo"), ev:getHeader("Event-Name"), ev.mine, ev:fire(), __Input_Event__ == ev, ev:get("FOO"))
		end
		session:setInputCallback("on_input")
		session:sleep(3000)
		print(__Input_Event__)`,
		"the header Unique-ID of the fired event cannot be sent as it is\n"+
			"other\tnil\ttrue\nnil\n"+
			"Not My event!\n"+
			"event\tCUSTOM\tfrom outside\tnil\t0\tfalse\ttrue\tfrom outside\nnil", func(l *lab, c *esltest.Call) {
			l.sw.After(time.Second)
			c.Press("1")
			l.sw.After(2 * time.Second)
			l.sendEvent("CUSTOM", esl.Header{Name: "Event-Subclass", Value: "my::out"}, esl.Header{Name: "Unique-ID", Value: c.UUID()},
				esl.Header{Name: "foo", Value: "from outside"})
		})
}

func TestEventsNeedFullModeToBeFired(t *testing.T) {
	l, _ := run(t, "async", `
		print(freeswitch.Event("CUSTOM", "a::b"):fire())
		local c = freeswitch.EventConsumer("CUSTOM", "a::b")
		print(c:bind("DTMF"), c:pop(), c:pop(1, 1000))`,
		"fire: this needs the socket application with async full, or a connection to the switch (esl.address)\nfalse\n"+
			"Cannot bind to CUSTOM a::b: this needs the socket application with async full, or a connection to the switch (esl.address)\n"+
			"Cannot bind to DTMF : this needs the socket application with async full, or a connection to the switch (esl.address)\n0\tnil\tnil", nil)
	if l.err != nil || strings.Contains(l.printed(), "loopback") {
		t.Error(l.err)
	}
}
