package api

// Reasons are why a native method returns nil.
const Reasons = "`hangup`, `timeout`, `break`, `not_found`, `limit` or `error: ...`"

var (
	done  = returns(Result{Bool, "true"}, Result{String, "why not, when the first is nil"})
	value = returns(Result{String, "the value, nil when there is none"})
)

func opt(p Param) Param { return p.or("") }

func options() Param { return Param{Name: "options", Type: Table, Optional: true} }

// Native are the methods of the native interface. Where mod_lua's object has no method of the name they are on it, too;
// the object require("eslua").session has all of them.
var Native = Class{
	Name: "session", Native: true,
	Doc: "Methods with honest results: each returns a value, or nil and why there is none: " + Reasons + ". Times are in seconds.\n\n" +
		"`local session = require(\"eslua\").session` gives the call with these methods only. Those whose names mod_lua does not have are on the " +
		"global `session`, too. Options are given in a table; one that is not known raises an error.",
	Methods: []Method{
		// The call.
		{
			Name: "answer", Results: done, Doc: "Answers the call.", Down: `returns nil, "hangup"`, Example: "session:answer()",
		},
		{
			Name: "pre_answer", Results: done, Doc: "Gives the caller early media.", Down: `returns nil, "hangup"`, Example: "session:pre_answer()",
		},
		{
			Name: "ring_ready", Results: done, Doc: "Has the caller hear that it rings.", Down: `returns nil, "hangup"`, Example: "session:ring_ready()",
		},
		{
			Name: "hangup", Params: []Param{opt(str("cause"))}, Results: done,
			Doc:     "Hangs the call up, with the name of a cause or its number, NORMAL_CLEARING by default. The script goes on.",
			Example: `session:hangup("USER_BUSY")`,
		},
		{
			Name: "transfer", Params: []Param{str("extension"), opt(str("dialplan")), opt(str("context"))}, Results: done,
			Doc: "Sends the call to an extension when the script ends. It is not ready from then on.", Down: `returns nil, "hangup"`,
			Example: `session:transfer("1000")`,
		},
		{
			Name: "bridge", Params: []Param{str("destination"), options()}, Results: done,
			Doc: "Calls a destination and connects it with the call until one of both hangs up. Options are variables of the dial string, as " +
				"`leg_timeout`. When it failed the reason is `error: ` and the cause, as `error: USER_BUSY`; the call goes on then.",
			Down: `returns nil, "hangup"`, Example: `local ok, why = session:bridge("user/1000", { leg_timeout = 20 })`,
		},
		{
			Name: "ready", Results: returns(Result{Bool, "true as long as the call is up and stays with the script"}),
			Doc: "Tells whether the call can still be worked with.", Example: "while session:ready() do session:sleep(1) end",
		},
		{
			Name: "answered", Results: returns(Result{Bool, "true once it was answered"}), Doc: "Tells whether the call was answered.",
			Example: "session:answered()",
		},
		{
			Name: "bridged", Results: returns(Result{String, "the uuid of the other leg, nil when there is none"}), Doc: "Tells whom the call is bridged with.",
			Example: "session:bridged()",
		},
		{
			Name: "uuid", Results: returns(Result{String, "the uuid"}), Doc: "Tells the channel's uuid.", Example: "session:uuid()",
		},
		{
			Name: "info", Results: returns(Result{Event, "an event with all data and variables of the channel"}),
			Doc: "Gives what was last known of the channel as a whole.", Example: `session:info():get("Channel-Name")`,
		},

		// Variables. The attribute vars is a proxy for them.
		{
			Name: "get", Params: []Param{str("name")}, Results: value,
			Doc:  "Reads a variable of the channel, a field of its caller profile or a global variable. `session.vars.name` is the same.",
			Down: "what it was at the hang-up", Example: `session:get("caller_id_number")`,
		},
		{
			Name: "set", Params: []Param{str("name"), str("value").orNil()}, Results: done,
			Doc: "Sets a variable; nil deletes it. `session.vars.name = value` is the same.", Down: "the script sees the change, nobody else does",
			Example: `session:set("greeted", "true")`,
		},
		{
			Name: "unset", Params: []Param{str("name")}, Results: done, Doc: "Deletes a variable.", Example: `session:unset("greeted")`,
		},
		{
			Name: "export", Params: []Param{str("name"), str("value")}, Results: done,
			Doc: "Sets a variable on this leg and on those that it will be bridged to.", Down: `returns nil, "hangup"`,
			Example: `session:export("customer", "4711")`,
		},

		// Media.
		{
			Name: "playback", Params: []Param{str("file").played(), options()},
			Results: returns(
				Result{Bool, "true when it was played to its end"}, Result{String, "why it was not"}, Result{String, "the digit that has stopped it"},
			),
			Doc: "Plays a file, or anything that the switch plays as one. Options: `terminators`, digits of which one stops it (it is " +
				"taken from the queue); `start`, the time at which to begin.",
			Needs: Async, Down: `returns nil, "hangup"`, Example: `local ok, reason, key = session:playback("menu.wav", { terminators = "123" })`,
		},
		{
			Name: "stop_playback", Results: done, Doc: "Stops what is played, from within an event handler.", Needs: Full,
			Example: `session:on("DTMF", function() session:stop_playback() end)`,
		},
		{
			Name: "record", Params: []Param{str("path"), options()},
			Results: returns(
				Result{Number, "how many seconds were recorded"}, Result{String, "why it did not go well"}, Result{String, "the digit that has stopped it"},
			),
			Doc: "Records to a file of the switch. Options: `limit` in seconds; `silence`, after how many seconds of it the recording ends; " +
				"`threshold`, the energy below which it is silent (200); `terminators`, digits of which one ends it.",
			Needs: Async, Down: `returns nil, "hangup"`, Example: `local seconds = session:record("/tmp/message.wav", { limit = 60, silence = 3, terminators = "#" })`,
		},
		{
			Name: "say", Params: []Param{str("text"), options()}, Results: done,
			Doc:  "Says a number, a date, ... Options: `module` (`en`), `type` (`number`), `method` (`pronounced`), `gender`.",
			Down: `returns nil, "hangup"`, Example: `session:say("42", { type = "number" })`,
		},
		{
			Name: "speak", Params: []Param{str("text"), options()}, Results: done,
			Doc:  "Speaks a text. Options: `engine` and `voice`, by default the variables `tts_engine` and `tts_voice`.",
			Down: `returns nil, "hangup"`, Example: `session:speak("hello", { engine = "flite", voice = "kal" })`,
		},
		{
			Name: "sleep", Params: []Param{{Name: "seconds", Type: Number}}, Results: done, Doc: "Waits. Digits do not shorten it and stay queued.",
			Needs: Async, Down: `returns nil, "hangup"`, Example: "session:sleep(0.5)",
		},

		// Digits.
		{
			Name: "gather", Params: []Param{{Name: "options", Type: Table}},
			Results: returns(Result{String, "the digits"}, Result{String, "why there are none"}),
			Doc: "Collects digits. Options: `prompt`, which the first digit stops; `min` (1), `max` (128), `tries` (1), `timeout` (5) for the first " +
				"digit, `interdigit` (as `timeout`), `terminators` (`#`), `regex` in Perl's manner that they must match somewhere, `invalid`, " +
				"which is played after a try that failed.",
			Needs: Async, Down: `returns nil, "hangup"`,
			Example: `local pin, why = session:gather { prompt = "pin.wav", min = 4, max = 4, tries = 3, invalid = "wrong.wav" }`,
		},
		{
			Name: "wait_digit", Params: []Param{opt(Param{Name: "timeout", Type: Number})},
			Results: returns(Result{String, "the digit"}, Result{String, "why there is none"}),
			Doc:     "Takes the oldest digit that was pressed, or waits for one.", Needs: Async, Down: `returns nil, "hangup"`,
			Example: "local key = session:wait_digit(5)",
		},
		{
			Name: "send_dtmf", Params: []Param{str("digits")}, Results: done,
			Doc:  "Sends digits to the other end: `w` and `W` pause, `@` and a number behind them is their duration in ms.",
			Down: `returns nil, "hangup"`, Example: `session:send_dtmf("123#@100")`,
		},
		{
			Name: "flush_digits", Results: done, Doc: "Throws away the digits that were pressed so far.", Example: "session:flush_digits()",
		},

		// Events.
		{
			Name: "wait_event", Params: []Param{opt(Param{Name: "filter", Type: Any}), opt(Param{Name: "timeout", Type: Number})},
			Results: returns(Result{Event, "the event"}, Result{String, "why there is none"}),
			Doc: "Waits for an event of the call, or one that was subscribed to. The filter is the name of an event (`CUSTOM my::event` for a " +
				"subclass), a list of names, or a table of headers and their values; without it any event will do. Events that came while the script " +
				"did something else are kept from the first use of `wait_event` or `on`, the last 256 of them.",
			Needs: Async | Full, Down: `returns what is left, then nil, "hangup"`, Example: `local ev = session:wait_event("DTMF", 5)`,
		},
		{
			Name: "on", Params: []Param{{Name: "filter", Type: Any}, {Name: "handler", Type: Function}},
			Results: returns(Result{Int, "the number by which `off` knows it"}),
			Doc: "Has a function called for each event of the call that matches the filter, while the script waits in any method. An " +
				"error in it is logged and the script goes on. There may be a thousand at the same time.",
			Needs: Async | Full, Down: "is never called again once the last events have come",
			Example: `session:on("DTMF", function(ev) print(ev:get("DTMF-Digit")) end)`,
		},
		{
			Name: "off", Params: []Param{num("id")}, Results: returns(Result{Bool, "true when there was such a handler"}),
			Doc: "Takes a handler away.", Example: "session:off(id)",
		},
		{
			Name: "subscribe", Params: []Param{str("name"), {Name: "more", Type: String, Optional: true, Rest: true}}, Results: done,
			Doc:   "Has events of these types come, whatever channel they are of: `wait_event` and `on` get them. `CUSTOM my::event` is a subclass.",
			Needs: Full, Example: `session:subscribe("PRESENCE_IN", "CUSTOM my::event")`,
		},
		{
			Name: "unsubscribe", Params: []Param{str("name"), {Name: "more", Type: String, Optional: true, Rest: true}}, Results: done,
			Doc: "Ends what `subscribe` began.", Needs: Full, Example: `session:unsubscribe("PRESENCE_IN")`,
		},
		{
			Name: "filter", Params: []Param{str("header"), str("value")}, Results: done,
			Doc: "Has events with that header come, beside those of the call and of whatever channel they are: `wait_event` and `on` get them. A value in slashes is a " +
				"pattern, without look-around and back references. One that begins with `-` would keep events away that the call itself needs, and is refused.",
			Needs: Full, Example: `session:filter("Unique-ID", other)`,
		},
		{
			Name: "filter_delete", Params: []Param{str("header"), opt(str("value"))}, Results: done,
			Doc: "Ends what `filter` began: with that value, with any value when none is given, and all with the header `all`. The call's own events still come.", Needs: Full, Example: `session:filter_delete("Unique-ID", other)`,
		},
		{
			Name: "divert_events", Params: []Param{truth("on")}, Results: done,
			Doc:     "Says whether events that are queued to the channel (recognised speech, what somebody sends to it) come to the script.",
			Example: "session:divert_events(true)",
		},

		// Commands.
		{
			Name: "exec", Params: []Param{str("application"), opt(str("argument")), options()},
			Results: returns(Result{Event, "the event of its completion; with `async` the id that its events have as Application-UUID"}, Result{String, "why there is none"}),
			Doc:     "Executes an application. Options: `async` does not wait for its end, and leaves the digits to the script that are pressed while it plays or records; `lock`, `loops`, `lead_frames` are those of `sendmsg`.",
			Down:    `returns nil, "hangup"`, Example: `local done = session:exec("playback", "menu.wav") print(done:get("Application-Response"))`,
		},
		{
			Name: "api", Params: []Param{str("command"), opt(str("argument"))},
			Results: returns(Result{String, "what it put out"}, Result{String, "why there is nothing: `error: ` and what stood behind -ERR"}),
			Doc:     "Runs an API command of the switch and waits for its output.", Needs: Full, Example: `local text, why = session:api("sofia", "status")`,
		},
		{
			Name: "bgapi", Params: []Param{str("command"), opt(str("argument"))}, Results: returns(Result{Type: "job", Doc: "a job"}, Result{String, "why there is none"}),
			Doc: "Starts an API command and does not wait for it.", Needs: Full, Example: `local job = session:bgapi("originate", "user/1000 &park()") print(job:wait(30))`,
		},
		{
			Name: "sendmsg", Params: []Param{{Name: "headers", Type: Table}, opt(str("body"))}, Results: done,
			Doc: "Sends any message to the channel.", Example: `session:sendmsg({ ["call-command"] = "execute", ["execute-app-name"] = "answer" })`,
		},
		{
			Name: "sendevent", Params: []Param{{Name: "event", Type: Event}}, Results: done, Doc: "Fires an event, as `event:fire()`.", Needs: Full,
			Example: `session:sendevent(freeswitch.Event("CUSTOM", "my::event"))`,
		},
		{
			Name: "getvar", Params: []Param{str("name")}, Results: value,
			Doc: "The same as `get`. The command `getvar` is not sent, as some values would break the connection.", Example: `session:getvar("uuid")`,
		},
		{
			Name: "linger", Params: []Param{opt(num("seconds"))}, Results: done,
			Doc: "Does nothing: the connection stays until the script has ended, however long ago the hang-up was.", Example: "session:linger(10)",
		},
		{
			Name: "nolinger", Results: done, Doc: "Is refused: the connection stays until the script has ended.", Example: "session:nolinger()",
		},
		{
			Name: "resume", Results: done, Doc: "Sends the command `resume`: the dialplan goes on where it was when the connection ends.",
			Example: "session:resume()",
		},
		{
			Name: "log_level", Params: []Param{str("level")}, Results: done,
			Doc: "Has the lines of the switch's log come, up to a level: `on` and `wait_event` get them as events of the type `LOG`.", Needs: Full,
			Example: `session:log_level("WARNING")`,
		},
		{
			Name: "nolog", Results: done, Doc: "Ends what `log_level` began.", Needs: Full, Example: "session:nolog()",
		},
		{
			Name: "unicast", Params: []Param{{Name: "options", Type: Table}}, Results: done,
			Doc:     "Sends the channel's audio to a socket. Options: `local_ip`, `local_port`, `remote_ip`, `remote_port`, `transport` (udp or tcp), `flags`.",
			Example: `session:unicast { remote_ip = "10.0.0.9", remote_port = 9000 }`,
		},
		{
			Name: "nomedia", Params: []Param{opt(str("uuid"))}, Results: done, Doc: "Takes the media off the switch, of this channel or another.", Example: "session:nomedia()",
		},
		{
			Name: "xferext", Params: []Param{{Name: "actions", Type: Table}}, Results: done,
			Doc: "Sends the call to an extension made of these actions, each a list of application and argument.", Down: `returns nil, "hangup"`,
			Example: `session:xferext { { "answer" }, { "playback", "bye.wav" } }`,
		},
		{
			Name: "exit", Results: done, Doc: "Gives the call back to its dialplan at once. The script goes on without it.", Example: "session:exit()",
		},
	},
}

// Job is what bgapi gives.
var Job = Class{
	Name: "job", Native: true,
	Doc: "An API command that runs.",
	Methods: []Method{
		{
			Name: "wait", Params: []Param{opt(Param{Name: "timeout", Type: Number})},
			Results: returns(Result{String, "what it put out"}, Result{String, "why there is nothing"}),
			Doc:     "Waits for its end.", Example: `local text, why = job:wait(30)`,
		},
		{
			Name: "done", Results: returns(Result{Bool, "true when it has ended"}), Doc: "Tells whether it has ended.", Example: "job:done()",
		},
		{
			Name: "uuid", Results: returns(Result{String, "its Job-UUID"}), Doc: "Tells its id.", Example: "job:uuid()",
		},
		{
			Name: "cancel", Doc: "Gives it up: it runs on, and nobody learns of its end.", Example: "job:cancel()",
		},
	},
}

// EventObject is what the native interface adds to events.
var EventObject = Class{
	Name: "event", Native: true,
	Doc: "What events have beside mod_lua's methods.",
	Methods: []Method{
		{
			Name: "get", Params: []Param{str("header")}, Results: returns(Result{String, "the value, or nil when there is no such header"}),
			Doc: "Reads a header. Names are compared without case.", Example: `ev:get("DTMF-Digit")`,
		},
	},
}

// Except are the rows of a class without those whose names another one has as well.
func (c Class) Except(other *Class) *Class {
	names := make(map[string]bool)
	for _, m := range other.Methods {
		names[m.Name] = true
	}
	for _, name := range other.Attributes {
		names[name] = true
	}
	rows := c.Methods
	c.Methods = nil
	for _, m := range rows {
		if !names[m.Name] {
			c.Methods = append(c.Methods, m)
		}
	}
	return &c
}

// Vars is the proxy for variables.
var Vars = Class{Name: "vars", Native: true, Doc: "The variables of the call: `session.vars.name` reads one, `session.vars.name = value` sets it, nil deletes it."}
