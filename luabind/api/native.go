package api

// Reasons are why a native method returns nil.
const Reasons = "`hangup`, `timeout`, `break`, `not_found`, `limit` or `error: ...`"

// Native are the methods that mod_lua does not have. They are on the same session object and say what came of them: a
// value, or nil and a reason.
var Native = Class{
	Name: "session", Native: true,
	Doc: "Methods that mod_lua does not have. Each returns a value, or nil and why there is none: " + Reasons + ". Times are in seconds.",
	Methods: []Method{
		{
			Name:   "playback",
			Params: []Param{str("file"), {Name: "options", Type: Table, Optional: true}},
			Results: returns(
				Result{Bool, "true when it was played to its end"},
				Result{String, "why it was not"},
				Result{String, "the digit that has stopped it"},
			),
			Doc: "Plays a file, or anything that the switch plays as one. Options: `terminators`, digits of which one stops it (it is " +
				"taken from the queue); `start`, the time at which to begin.",
			Needs:   Async,
			Down:    `returns nil, "hangup"`,
			Example: `local ok, reason, key = session:playback("menu.wav", { terminators = "123" })`,
		},
		{
			Name: "wait_event",
			Params: []Param{
				{Name: "filter", Type: Any, Optional: true}, {Name: "timeout", Type: Number, Optional: true},
			},
			Results: returns(Result{Event, "the event"}, Result{String, "why there is none"}),
			Doc: "Waits for an event of the call. The filter is the name of an event, a list of names, or a table of headers and their " +
				"values; without it any event will do. Events that came while the script did something else are kept from the first use " +
				"of `wait_event` or `on`, the last 256 of them.",
			Needs:   Async | Full,
			Down:    `returns what is left, then nil, "hangup"`,
			Example: `local ev = session:wait_event("DTMF", 5)`,
		},
		{
			Name:    "on",
			Params:  []Param{{Name: "filter", Type: Any}, {Name: "handler", Type: Function}},
			Results: returns(Result{Int, "the number by which `off` knows it"}),
			Doc: "Has a function called for each event of the call that matches the filter, while the script waits in any method. An " +
				"error in it is logged and the script goes on.",
			Needs:   Async | Full,
			Down:    "is never called again once the last events have come",
			Example: `session:on("DTMF", function(ev) print(ev:get("DTMF-Digit")) end)`,
		},
		{
			Name:    "off",
			Params:  []Param{num("id")},
			Results: returns(Result{Bool, "true when there was such a handler"}),
			Doc:     "Takes a handler away.",
			Example: "session:off(id)",
		},
	},
}

// EventObject is what the native interface adds to events.
var EventObject = Class{
	Name: "event", Native: true,
	Doc: "What events have beside mod_lua's methods.",
	Methods: []Method{
		{
			Name:    "get",
			Params:  []Param{str("header")},
			Results: returns(Result{String, "the value, or nil when there is no such header"}),
			Doc:     "Reads a header. Names are compared without case.",
			Example: `ev:get("DTMF-Digit")`,
		},
	},
}
