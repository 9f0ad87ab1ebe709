package api

// EventClass is mod_lua's event object (modlua-api.md 1.7).
var EventClass = Class{
	Name: "event",
	Doc: "An event of the switch: one that the script has made with `freeswitch.Event`, or one that has come, from an event consumer, an " +
		"input callback, `wait_event` or `on`. Names of headers are compared without case, and a header may be there more than once.",
	Attributes: []string{"event", "mine", "serialized_string"},
	Internal:   []string{"__disown"},
	Methods: []Method{
		{
			Name: "addHeader", Class: "Event",
			Params:  []Param{constant(str("header")), constant(str("value")).orNil()},
			Results: returns(Result{Bool, "true; false when the value is nil"}),
			Doc: "Adds a header behind all others; those of the same name stay, but in events of the types MESSAGE, REQUEST_PARAMS and " +
				"CHANNEL_DATA. An empty value removes all headers of that name.",
			Example: `ev:addHeader("Account", "1000")`,
		},
		{
			Name: "getHeader", Class: "Event",
			Params:  []Param{constant(str("header"))},
			Results: returns(Result{String, "the value of the first header of that name, or nil when there is none"}),
			Doc:     "Reads a header.",
			Example: `ev:getHeader("Unique-ID")`,
		},
		{
			Name: "delHeader", Class: "Event",
			Params:  []Param{constant(str("header"))},
			Results: returns(Result{Bool, "true when there was one"}),
			Doc:     "Removes all headers of that name.",
			Example: `ev:delHeader("Account")`,
		},
		{
			Name: "addBody", Class: "Event",
			Params:  []Param{constant(str("text"))},
			Results: returns(Result{Bool, "true"}),
			Doc:     "Sets the body, in place of one that is there.",
			Example: `ev:addBody("hello")`,
		},
		{
			Name: "getBody", Class: "Event",
			Results: returns(Result{String, "the body, or nil when there is none"}),
			Doc:     "Reads the body.",
			Example: "ev:getBody()",
		},
		{
			Name: "getType", Class: "Event",
			Results: returns(Result{String, "the name of the type, as `DTMF`"}),
			Doc:     "Tells what kind of event it is.",
			Example: "ev:getType()",
		},
		{
			Name: "serialize", Class: "Event",
			Params:  []Param{constant(str("format")).or("nil")},
			Results: returns(Result{String, "the event as text"}),
			Doc:     "Writes the event as the event socket does: `json`, `xml`, and plain for any other word.",
			Example: `ev:serialize("json")`,
		},
		{
			Name: "setPriority", Class: "Event",
			Params:  []Param{{Name: "priority", Type: Opaque, Optional: true, C: "switch_priority_t"}},
			Results: returns(Result{Bool, "true"}),
			Doc: "Gives the event the header `priority`, with the value NORMAL. There is no way to make a value for the parameter in Lua: a " +
				"number raises an error, as in mod_lua.",
			Example: "ev:setPriority()",
		},
		{
			Name: "fire", Class: "Event",
			Results: returns(Result{Bool, "true when it was sent"}),
			Doc: "Sends the event to the switch, which fires it with its own standard headers. The object can be used and fired again. An " +
				"event of an input callback cannot be fired. See [compatibility.md](compatibility.md) for headers that change on the way.",
			Needs:   Full,
			Down:    "works",
			Example: `local ev = freeswitch.Event("CUSTOM", "my::event") ev:fire()`,
		},
		{
			Name: "merge", Class: "Event",
			Params:  []Param{{Name: "other", Type: Event}},
			Results: returns(Result{Bool, "true; false when the other is nil"}),
			Doc:     "Adds all headers of another event.",
			Example: "ev:merge(other)",
		},
		{
			Name: "chat_execute", Class: "Event",
			Params:  []Param{constant(str("application")), constant(str("data")).or("nil")},
			Results: returns(Result{Int, "1"}),
			Doc:     "Runs a chat application in mod_lua. There are none off the switch: an error is logged.",
			OffBox:  "leave scripts for messages to mod_lua",
			Example: `ev:chat_execute("reply", "hello")`,
		},
		{
			Name: "chat_send", Class: "Event",
			Params:  []Param{constant(str("protocol")).or("nil")},
			Results: returns(Result{Int, "0"}),
			Doc:     "Sends the event as a message in mod_lua. There are no chat interfaces off the switch: an error is logged.",
			OffBox:  "send the message with the API command chat",
			Example: `ev:chat_send("sip")`,
		},
	},
}

var eventConstructor = Method{
	Name:       "Event",
	Params:     []Param{constant(str("type")), constant(str("subclass")).or("nil")},
	Overloads:  []string{"Event::Event(char const *,char const *)", "Event::Event(switch_event_t *,int)"},
	Overloaded: "new_Event",
	Results:    returns(Result{Event, "an event"}),
	Doc: "Makes an event of a type, with the standard headers; an unknown type is MESSAGE, and one with a subclass is CUSTOM. " +
		"With the type `json` the second argument is a JSON object of headers, and `_body`.",
	Example: `local ev = freeswitch.Event("CUSTOM", "my::event")`,
}
