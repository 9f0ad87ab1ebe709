package api

var played = returns(Result{Int, "1 when it was played to its end, else 0"})

// Session is mod_lua's session object (modlua-api.md 1.1 to 1.3).
var Session = Class{
	Name: "session",
	Doc: "The call that the script was started for. Methods behave as those of mod_lua; calls are those of the running leg, " +
		"which stays up when the script ends unless the script hangs it up.",
	Methods: []Method{
		{
			Name: "answer", Class: "CoreSession",
			Results: returns(Result{Int, "1 when the call is answered then, also when it was before; 0 when it is hung up"}),
			Doc:     "Answers the call.",
			Down:    "returns 0",
			Example: "session:answer()",
		},
		{
			Name: "streamFile", Class: "CoreSession",
			Params:  []Param{str("file"), num("start_sample").or("0")},
			Results: played,
			Doc: "Plays a file, or anything that the switch plays as one (`tone_stream://`, `silence_stream://`, `say:`, `phrase:`, ...), " +
				"from a sample on. Digits do not stop it and stay queued; `playback_terminators` has no effect. Variables in the name are " +
				"not expanded. A call without media is given early media first.",
			Down:    "returns 0",
			Example: `session:streamFile("ivr/ivr-welcome.wav")`,
		},
		{
			Name: "playAndGetDigits", Class: "CoreSession",
			Params: []Param{
				num("min"), num("max"), num("tries"), num("timeout"), str("terminators"), str("prompt"), str("bad_input"), str("regex"),
				str("variable").or("nil"), num("digit_timeout").or("0"), str("transfer_on_failure").or("nil"),
			},
			Results: returns(Result{String, `the digits, "" when all tries have failed`}),
			Doc: "Plays a prompt and collects `min` to `max` digits, up to `tries` times. The first digit stops the prompt; `timeout` is " +
				"how many milliseconds to wait for it behind the prompt, `digit_timeout` for each further one. One of the terminators " +
				"ends the input. The digits must match the regular expression somewhere; what does not is followed by `bad_input`. The " +
				"variable gets the digits, `<variable>_invalid` those that did not match, `read_result` is success, timeout or failure. " +
				"When all tries have failed the call is transferred to `transfer_on_failure` (extension, dialplan, context) if it is given.",
			Needs:   Async,
			Down:    `returns ""`,
			Example: `local pin = session:playAndGetDigits(4, 4, 3, 5000, "#", "pin.wav", "wrong.wav", "^%d+$")`,
		},
		{
			Name: "getDigits", Class: "CoreSession",
			Params: []Param{
				num("max"), str("terminators"), num("timeout"), num("interdigit").or("0"), num("absolute").or("0"),
			},
			Results: returns(Result{String, "the digits without the terminator, those that came until the time was over"}),
			Doc: "Collects up to `max` digits, those first that were pressed before. `timeout` is how many milliseconds to wait for the " +
				"first digit, `interdigit` for each further one (0: as `timeout`), `absolute` for all of it. A terminator ends the input " +
				"and is taken from the queue.",
			Needs:   Async,
			Down:    `returns ""`,
			Example: `local digits = session:getDigits(4, "#", 5000, 2000)`,
		},
		{
			Name: "getVariable", Class: "CoreSession",
			Params:  []Param{str("name")},
			Results: returns(Result{String, "the value, or nil when there is no such variable"}),
			Doc: "Reads a variable of the channel, a field of its caller profile (`destination_number`, `caller_id_number`, ...) or a " +
				"global variable, in that order. Names are compared without case.",
			Down:    "what it was when the call was hung up",
			Example: `local caller = session:getVariable("caller_id_number")`,
		},
		{
			Name: "setVariable", Class: "CoreSession",
			Params:  []Param{str("name"), str("value")},
			Doc:     "Sets a variable of the channel; nil and an empty string delete it. Variables in the value are not expanded.",
			Down:    "the script sees the change, nobody else does",
			Example: `session:setVariable("greeted", "true")`,
		},
		{
			Name: "execute", Class: "CoreSession",
			Params: []Param{constant(str("application")), constant(str("data")).or("nil")},
			Doc: "Executes an application of the switch and waits for its end. `${variables}` in the data are expanded by the switch. " +
				"What came of it stands in variables. An application that does not exist hangs the call up.",
			Down:    "does nothing",
			Example: `session:execute("bridge", "user/1000")`,
		},
		{
			Name: "sleep", Class: "CoreSession",
			Params:  []Param{num("ms"), num("sync").or("0")},
			Results: returns(Result{Int, "1 when the time is over, 0 when the call was hung up meanwhile"}),
			Doc:     "Waits. Digits do not shorten it and stay queued.",
			Needs:   Async,
			Down:    "returns 1 at once",
			Example: "session:sleep(500)",
		},
		{
			Name: "ready", Class: "LUA::Session",
			Results: returns(Result{Bool, "true as long as the call is up and stays with the script"}),
			Doc:     "Tells whether the call can still be worked with.",
			Down:    "returns false",
			Example: "while session:ready() do session:sleep(1000) end",
		},
		{
			Name: "hangup", Class: "CoreSession",
			Params:  []Param{constant(str("cause")).or(`"NORMAL_CLEARING"`)},
			Doc:     "Hangs the call up, with the name of a cause in any case or its number. The script goes on.",
			Down:    "changes nothing",
			Example: `session:hangup("USER_BUSY")`,
		},
	},
}

// Freeswitch is the table freeswitch (modlua-api.md 1.13).
var Freeswitch = Class{
	Name: "freeswitch",
	Doc:  "The functions of mod_lua that need no session.",
	Methods: []Method{
		{
			Name: "consoleLog", Aliases: []string{"console_log"},
			Params: []Param{str("level"), str("text")},
			Doc: "Writes a line to the log. The level is CONSOLE, ALERT, CRIT, ERR, WARNING, NOTICE, INFO or DEBUG in any case, or 0 to 7; " +
				"any other word is DEBUG.",
			Example: `freeswitch.consoleLog("INFO", "hello\n")`,
		},
	},
}
