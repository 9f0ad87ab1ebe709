package api

var (
	played  = returns(Result{Int, "1 when it was played to its end, else 0; -1 when there is no call behind the object"})
	success = returns(Result{Int, "1; -1 when there is no call behind the object"})
	zero    = returns(Result{Int, "0; -1 when there is no call behind the object"})
)

// CallClass is mod_lua's session object (modlua-api.md 1.1 to 1.3).
var CallClass = Class{
	Name: "session",
	Doc: "The call that the script was started for, or a leg that it has made with `freeswitch.Session`. Methods behave as those of " +
		"mod_lua. The call stays up when the script ends unless `setAutoHangup(true)` was called; legs that the script has made are hung up " +
		"unless `setAutoHangup(false)` was. An object without a call behind it (`freeswitch.Session()`, a failed originate, `destroy`) answers " +
		"-1 or an empty string.",
	Attributes: []string{
		"allocated", "cause", "cb_arg", "cb_function", "cb_state", "channel", "flags", "hangup_func_arg", "hangup_func_str", "hook_state",
		"session", "tts_name", "uuid", "voice_name",
	},
	Internal: []string{
		"__disown", "begin_allow_threads", "check_hangup_hook", "end_allow_threads", "get_cb_args", "process_callback_result",
		"run_dtmf_callback", "setDTMFCallback", "setLUA",
	},
	Methods: []Method{
		// The call itself.
		{
			Name: "answer", Class: "CoreSession",
			Results: returns(Result{Int, "1 when the call is answered then, also when it was before; 0 when it is hung up; -1 when there is no call behind the object"}),
			Doc:     "Answers the call.",
			Down:    "returns 0",
			Example: "session:answer()",
		},
		{
			Name: "preAnswer", Class: "CoreSession",
			Results: returns(Result{Int, "1 when media flow then; 0 when the call is hung up; -1 when there is no call behind the object"}),
			Doc:     "Gives the caller early media.",
			Down:    "returns 0",
			Example: "session:preAnswer()",
		},
		{
			Name: "hangup", Class: "CoreSession",
			Params:  []Param{constant(str("cause")).or(`"normal_clearing"`)},
			Doc:     "Hangs the call up, with the name of a cause in any case or its number; what is neither is NORMAL_CLEARING. The script goes on.",
			Down:    "changes nothing",
			Example: `session:hangup("USER_BUSY")`,
		},
		{
			Name: "transfer", Class: "CoreSession",
			Params:  []Param{str("extension"), str("dialplan").or("nil"), str("context").or("nil")},
			Results: success,
			Doc: "Sends the call to an extension. The call is not ready from then on, and goes there when the script ends. Dialplan and " +
				"context are the present ones unless they are given; a blank extension is `service`.",
			Down:    "returns 1",
			Example: `session:transfer("1000", "XML", "default")`,
		},
		{
			Name: "setAutoHangup", Class: "CoreSession",
			Params:  []Param{truth("on")},
			Results: zero,
			Doc:     "Says whether the call is hung up when the script ends.",
			Down:    "returns 0",
			Example: "session:setAutoHangup(true)",
		},
		{
			Name: "ready", Class: "LUA::Session",
			Results: returns(Result{Bool, "true as long as the call is up and stays with the script"}),
			Doc:     "Tells whether the call can still be worked with. Runs a hang-up hook that is due.",
			Down:    "returns false",
			Example: "while session:ready() do session:sleep(1000) end",
		},
		{
			Name: "answered", Class: "CoreSession",
			Results: returns(Result{Bool, "true once the call was answered"}),
			Doc:     "Tells whether the call was answered.",
			Down:    "as before",
			Example: "if not session:answered() then session:answer() end",
		},
		{
			Name: "mediaReady", Class: "CoreSession",
			Results: returns(Result{Bool, "true when the call is up and answered, or has early media"}),
			Doc:     "Tells whether media flow.",
			Down:    "returns false",
			Example: "session:mediaReady()",
		},
		{
			Name: "bridged", Class: "CoreSession",
			Results: returns(Result{Bool, "true when the call is up and bridged with another leg"}),
			Doc:     "Tells whether the call is bridged.",
			Down:    "returns false",
			Example: "session:bridged()",
		},
		{
			Name: "getState", Class: "CoreSession",
			Results: returns(Result{String, "`CS_EXECUTE`, `CS_SOFT_EXECUTE` for a leg that the script has made, `CS_ROUTING` after a transfer, `CS_HANGUP` after the hang-up, `ERROR` without a call"}),
			Doc:     "Tells the state of the channel.",
			Down:    "returns `CS_HANGUP`",
			Example: "session:getState()",
		},
		{
			Name: "hangupCause", Class: "CoreSession",
			Results: returns(Result{String, "`NONE` for the call of the script; for a leg that the script has made `SUCCESS`, or why it failed"}),
			Doc:     "Tells how the attempt to make this leg has ended. A later hang-up does not change it.",
			Down:    "as before",
			Example: "freeswitch.Session(\"user/1000\"):hangupCause()",
		},
		{
			Name: "hangupState", Class: "CoreSession",
			Doc:     "Runs a hang-up hook that is due.",
			Example: "session:hangupState()",
		},
		{
			Name: "get_uuid", Class: "CoreSession",
			Results: returns(Result{String, "the uuid, `uninitialized` without a call"}),
			Doc:     "Tells the channel's uuid. The attribute `uuid` is the same.",
			Down:    "as before",
			Example: "session:get_uuid()",
		},
		{
			Name: "waitForAnswer", Class: "CoreSession",
			Params:  []Param{leg("other")},
			Doc:     "Waits until the call is answered or gone, or until the other one is gone.",
			Needs:   Async,
			Down:    "returns at once",
			Example: "leg:waitForAnswer(session)",
		},
		{
			Name: "originate", Class: "LUA::Session",
			Params:  []Param{leg("a_leg"), str("destination"), num("timeout")},
			Results: returns(Result{Int, "0 when the leg was made, 1 when it was not"}),
			Doc:     "Makes a leg for an object without a call. The time-out is in seconds, 0 is 60. The leg is not hung up at the end of the script.",
			Needs:   Async | Full,
			Example: `local leg = freeswitch.Session() leg:originate(session, "user/1000", 30)`,
		},
		{
			Name: "destroy", Class: "LUA::Session",
			Params:    []Param{constant(str("error")).or("nil")},
			Overloads: []string{"LUA::Session::destroy(char const *)", "LUA::Session::destroy()"}, Overloaded: "Session_destroy",
			Doc:     "Lets go of the call: the object has none then. With auto-hangup the call is hung up. A text is raised as an error.",
			Example: "session:destroy()",
		},

		// Variables.
		{
			Name: "getVariable", Class: "CoreSession",
			Params:  []Param{str("name")},
			Results: returns(Result{String, "the value, or nil when there is no such variable; \"\" when there is no call behind the object"}),
			Doc: "Reads a variable of the channel, a field of its caller profile (`destination_number`, `caller_id_number`, ...) or a " +
				"global variable, in that order. Names are compared without case.",
			Down:    "what it was when the call was hung up",
			Example: `local caller = session:getVariable("caller_id_number")`,
		},
		{
			Name: "setVariable", Class: "CoreSession",
			Params:  []Param{str("name"), str("value").orNil()},
			Doc:     "Sets a variable of the channel; nil and an empty string delete it. Variables in the value are not expanded.",
			Down:    "the script sees the change, nobody else does",
			Example: `session:setVariable("greeted", "true")`,
		},
		{
			Name: "setPrivate", Class: "CoreSession",
			Params:  []Param{str("key"), {Name: "value", Type: Any, C: "void *"}},
			Doc:     "Takes pointers of C only: any value of Lua but nil raises, as in mod_lua.",
			OffBox:  "keep the value in a variable of Lua, or a text with setVariable",
			Example: "pcall(session.setPrivate, session, \"k\", \"v\")",
		},
		{
			Name: "getPrivate", Class: "CoreSession",
			Params:  []Param{str("key")},
			Results: returns(Result{Any, "nil"}),
			Doc:     "Is always nil, as there are no pointers of C.",
			OffBox:  "keep the value in a variable of Lua, or a text with setVariable",
			Example: "session:getPrivate(\"k\")",
		},

		// Media.
		{
			Name: "streamFile", Class: "CoreSession",
			Params:  []Param{str("file").played(), num("start_sample").or("0")},
			Results: played,
			Doc: "Plays a file, or anything that the switch plays as one (`tone_stream://`, `silence_stream://`, `say:`, `phrase:`, ...), " +
				"from a sample on. Digits do not stop it and stay queued, unless an input callback is set; `playback_terminators` has no effect. " +
				"Variables in the name are not expanded. A call without media is given early media first.",
			Down:    "returns 0",
			Example: `session:streamFile("ivr/ivr-welcome.wav")`,
		},
		{
			Name: "recordFile", Class: "CoreSession",
			Params:  []Param{str("file"), num("limit").or("0"), num("threshold").or("0"), num("silence_seconds").or("0")},
			Results: returns(Result{Int, "1 when it ended by itself or by a hang-up; 0 when the callback has stopped it or the call was hung up before; -1 when there is no call behind the object"}),
			Doc: "Records to a file, for `limit` seconds (0: without limit) or until it was more quiet than `threshold` for `silence_seconds`. " +
				"Digits do not end it unless an input callback is set; they are thrown away at the end. A file that cannot be written hangs the call up.",
			Down:    "returns 0",
			Example: `session:recordFile("/tmp/message.wav", 60, 200, 3)`,
		},
		{
			Name: "sleep", Class: "CoreSession",
			Params:  []Param{num("ms"), num("sync").or("0")},
			Results: returns(Result{Int, "1 when the time is over, 0 when the call was hung up meanwhile or the callback has stopped it; -1 when there is no call behind the object"}),
			Doc:     "Waits. Digits do not shorten it and stay queued, unless an input callback is set.",
			Needs:   Async,
			Down:    "returns 1 at once",
			Example: "session:sleep(500)",
		},
		{
			Name: "say", Class: "CoreSession",
			Params: []Param{
				constant(str("text")), constant(str("module")), constant(str("type")), constant(str("method")), constant(str("gender")).or("nil"),
			},
			Doc:     "Says a number, a date, ... with the sounds of a language.",
			Down:    "does nothing",
			Example: `session:say("42", "en", "number", "pronounced")`,
		},
		{
			Name: "sayPhrase", Class: "CoreSession",
			Params:  []Param{constant(str("name")), constant(str("data")).or(`""`), constant(str("language")).or("nil")},
			Doc:     "Plays a phrase macro. Without a language it is the variable `default_language`, else `en`.",
			Down:    "does nothing",
			Example: `session:sayPhrase("voicemail_hello")`,
		},
		{
			Name: "speak", Class: "CoreSession",
			Params:  []Param{str("text")},
			Results: returns(Result{Int, "1 when it was spoken, also when no engine was set; 0 when the callback has stopped it or there is nothing to say; -1 when there is no call behind the object"}),
			Doc:     "Speaks a text with the engine and voice of `set_tts_params`.",
			Down:    "returns 0",
			Example: `session:set_tts_params("flite", "kal") session:speak("hello")`,
		},
		{
			Name: "set_tts_params", Class: "CoreSession",
			Params:  []Param{str("engine"), str("voice")},
			Doc:     "Says which engine and voice `speak` uses.",
			Example: `session:set_tts_params("flite", "kal")`,
		},
		{
			Name: "set_tts_parms", Class: "CoreSession",
			Params:     []Param{str("engine"), str("voice")},
			Doc:        "Is the old spelling of `set_tts_params`; it logs an error and does the same.",
			Deprecated: "set_tts_params",
			Example:    `session:set_tts_parms("flite", "kal")`,
		},
		{
			Name: "detectSpeech", Class: "CoreSession",
			Params:  []Param{str("arg0"), str("arg1").or("nil"), str("arg2").or("nil"), str("arg3").or("nil")},
			Doc:     "Starts, changes and stops speech recognition, as the application `detect_speech`. Results come to the input callback.",
			Down:    "does nothing",
			Example: `session:detectSpeech("pocketsphinx", "yesno", "yesno")`,
		},
		{
			Name: "playAndDetectSpeech", Class: "CoreSession",
			Params:  []Param{str("file").played(), str("engine"), str("grammar")},
			Results: returns(Result{String, "what was recognised, nil when there is nothing; \"\" when there is no call behind the object"}),
			Doc:     "Plays a file and recognises what the caller says.",
			Down:    "returns nil",
			Example: `session:playAndDetectSpeech("ask.wav", "pocketsphinx", "yesno")`,
		},
		{
			Name: "execute", Class: "CoreSession",
			Params: []Param{constant(str("application")), constant(str("data")).or("nil")},
			Doc: "Executes an application of the switch and waits for its end. `${variables}` in the data are expanded by the switch. " +
				"What came of it stands in variables. An application that does not exist hangs the call up. The input callback does not run meanwhile.",
			Down:    "`set`, `unset` and `export` change what the script reads; others do nothing",
			Example: `session:execute("bridge", "user/1000")`,
		},

		// Digits.
		{
			Name: "getDigits", Class: "CoreSession",
			Params: []Param{
				num("max"), str("terminators"), num("timeout"), num("interdigit").or("0"), num("absolute").or("0"),
			},
			Overloads: []string{
				"CoreSession::getDigits(int,char *,int)", "CoreSession::getDigits(int,char *,int,int)",
				"CoreSession::getDigits(int,char *,int,int,int)",
			},
			Overloaded: "CoreSession_getDigits",
			Results:    returns(Result{String, "the digits without the terminator, those that came until the time was over"}),
			Doc: "Collects up to `max` digits, those first that were pressed before. `timeout` is how many milliseconds to wait for the " +
				"first digit, `interdigit` for each further one (0: as `timeout`), `absolute` for all of it. A terminator ends the input " +
				"and is taken from the queue.",
			Needs:   Async,
			Down:    `returns ""`,
			Example: `local digits = session:getDigits(4, "#", 5000, 2000)`,
		},
		{
			Name: "read", Class: "CoreSession",
			Params: []Param{
				num("min"), num("max"), constant(str("prompt")).orNil().played(), num("timeout"), constant(str("terminators")), num("digit_timeout").or("0"),
			},
			Results: returns(Result{String, "the digits, also when they are too few"}),
			Doc: "Plays a prompt and collects digits. The first digit stops the prompt. `read_result` is set to success, timeout or failure, " +
				"`read_terminator_used` to a terminator that was used.",
			Needs:   Async,
			Down:    `returns ""`,
			Example: `local digits = session:read(1, 4, "ivr/enter.wav", 5000, "#")`,
		},
		{
			Name: "playAndGetDigits", Class: "CoreSession",
			Params: []Param{
				num("min"), num("max"), num("tries"), num("timeout"), str("terminators"), str("prompt").played(), str("bad_input").orNil().played(), str("regex"),
				constant(str("variable")).or("nil"), num("digit_timeout").or("0"), constant(str("transfer_on_failure")).or("nil"),
			},
			Results: returns(Result{String, `the digits, "" when all tries have failed`}),
			Doc: "Plays a prompt and collects `min` to `max` digits, up to `tries` times. The first digit stops the prompt; `timeout` is " +
				"how many milliseconds to wait for it behind the prompt, `digit_timeout` for each further one. One of the terminators " +
				"ends the input. The digits must match the regular expression somewhere; what does not is followed by `bad_input`. The " +
				"variable gets the digits, `<variable>_invalid` those that did not match, `read_result` is success, timeout or failure. " +
				"When all tries have failed the call is transferred to `transfer_on_failure` (extension, dialplan, context) if it is given.",
			Needs:   Async,
			Down:    `returns ""`,
			Example: `local pin = session:playAndGetDigits(4, 4, 3, 5000, "#", "pin.wav", "wrong.wav", "^\\d+$")`,
		},
		{
			Name: "collectDigits", Class: "CoreSession",
			Params:    []Param{num("timeout"), num("absolute").or("0")},
			Overloads: []string{"CoreSession::collectDigits(int)", "CoreSession::collectDigits(int,int)"}, Overloaded: "CoreSession_collectDigits",
			Results: zero,
			Doc: "Gives digits and events to the input callback until it stops that, or for `absolute` milliseconds; with one argument that is " +
				"all the time there is, with two `timeout` is the time between digits. Without a callback it returns at once.",
			Needs:   Async,
			Down:    "returns 0",
			Example: "session:collectDigits(5000)",
		},
		{
			Name: "flushDigits", Class: "CoreSession",
			Results: zero,
			Doc:     "Throws away the digits that were pressed so far.",
			Needs:   Async,
			Down:    "returns 0",
			Example: "session:flushDigits()",
		},
		{
			Name: "flushEvents", Class: "CoreSession",
			Results: zero,
			Doc:     "Throws away the events that wait for the input callback.",
			Down:    "returns 0",
			Example: "session:flushEvents()",
		},

		// Callbacks.
		{
			Name: "setInputCallback", Class: "LUA::Session",
			Params:    []Param{str("function"), str("argument").or("nil")},
			Overloads: []string{"LUA::Session::setInputCallback(char *,char *)", "LUA::Session::setInputCallback(char *)"}, Overloaded: "Session_setInputCallback",
			Doc: "Has the global function of that name called for each digit and each event that comes while a file is played or recorded, " +
				"text is spoken, or the script sleeps: `function(session, type, object, argument)`, with type `dtmf` and an object with digit " +
				"and duration, or type `event`. The argument is the global of that name. What it returns decides what happens: nothing, \"\" and " +
				"\"true\" go on; `pause`, `restart`, `seek:+ms`, `speed:+n`, `volume:+n` control the file; anything else stops.",
			Needs:   Async,
			Example: `function on_input(s, kind, obj) return "break" end session:setInputCallback("on_input")`,
		},
		{
			Name: "unsetInputCallback", Class: "LUA::Session",
			Doc:     "Takes the input callback away.",
			Example: "session:unsetInputCallback()",
		},
		{
			Name: "setHangupHook", Class: "LUA::Session",
			Params:    []Param{str("function"), str("argument").or("nil")},
			Overloads: []string{"LUA::Session::setHangupHook(char *,char *)", "LUA::Session::setHangupHook(char *)"}, Overloaded: "Session_setHangupHook",
			Doc: "Has the global function of that name called once when the call is hung up or transferred: `function(session, reason, " +
				"argument)`, with reason `hangup` or `transfer`. It runs within the session call that is under way or the next one. When it returns " +
				"`exit` or `die` that call raises it as an error.",
			Example: `function on_hangup(s, why) end session:setHangupHook("on_hangup")`,
		},

		// What there is of the rest.
		{
			Name: "consoleLog", Class: "CoreSession",
			Params:  []Param{str("level"), str("text")},
			Doc:     "Is `freeswitch.consoleLog`.",
			Example: `session:consoleLog("INFO", "hello\n")`,
		},
		{
			Name: "consoleLog2", Class: "CoreSession",
			Params:  []Param{str("level"), str("file"), str("function"), num("line"), str("text")},
			Doc:     "Is `freeswitch.consoleLog2`.",
			Example: `session:consoleLog2("INFO", "main.lua", "start", 1, "hello\n")`,
		},
		{
			Name: "setEventData", Class: "CoreSession",
			Params:  []Param{{Name: "event", Type: Event}},
			Doc:     "Adds all data and variables of the channel to an event.",
			Example: `session:setEventData(freeswitch.Event("CUSTOM", "my::event"))`,
		},
		{
			Name: "sendEvent", Class: "CoreSession",
			Params:  []Param{{Name: "event", Type: Event}},
			Doc:     "Hands an event to the endpoint, which ignores it.",
			OffBox:  "nobody receives it, on the switch neither; event:fire() sends one to everybody",
			Example: `session:sendEvent(freeswitch.Event("CUSTOM", "my::event"))`,
		},
		{
			Name: "getXMLCDR", Class: "CoreSession",
			Results: returns(Result{String, `""`}),
			Doc:     "Cannot be had outside of the switch: it is always empty, and a warning is logged.",
			OffBox:  "have mod_xml_cdr or mod_json_cdr write the record, or read the variables that matter with getVariable",
			Example: "session:getXMLCDR()",
		},
		{
			Name: "insertFile", Class: "CoreSession",
			Params:  []Param{constant(str("file")), constant(str("insert")), num("sample")},
			Doc:     "Edits a file on the switch, which cannot be done from outside: it raises an error.",
			OffBox:  "it raises an error; play the files one after the other, as file_string://a.wav!b.wav",
			Example: `pcall(session.insertFile, session, "a.wav", "b.wav", 0)`,
		},
		{
			Name: "print", Class: "CoreSession",
			Params:  []Param{str("text")},
			Doc:     "Sends real-time text, which cannot be done from outside: it raises an error.",
			OffBox:  "it raises an error; speak or play what is to be said",
			Example: `pcall(session.print, session, "hello")`,
		},
	},
}

// Constructors are the classes in the table freeswitch: calling one makes an object.
var Constructors = Class{
	Name:  "freeswitch",
	Doc:   "The classes of mod_lua. Each is called as a function and makes an object.",
	Table: true,
	Methods: []Method{
		{
			Name:   "Session",
			Params: []Param{str("destination").or("nil"), leg("a_leg").or("nil")},
			Overloads: []string{
				"LUA::Session::Session()", "LUA::Session::Session(char *,CoreSession *)", "LUA::Session::Session(char *)",
				"LUA::Session::Session(switch_core_session_t *)",
			},
			Overloaded: "new_Session",
			Results:    returns(Result{Type: "session", Doc: "a session object, without a call behind it when the attempt failed"}),
			Doc: "Dials and waits until a leg answers or has media, 60 seconds at most. With the uuid of a channel it takes that one instead. " +
				"Legs that were made are hung up when the script ends. Without a destination it makes an object without a call.",
			Needs:   Async | Full,
			Example: `local leg = freeswitch.Session("{leg_timeout=20}user/1000", session)`,
		},
		{
			Name: "API", Class: "API",
			Params:  []Param{leg("session").or("nil")},
			Results: returns(Result{Type: "api", Doc: "an object that runs API commands"}),
			Doc:     "Makes an object that runs API commands. The session makes no difference.",
			Needs:   Full,
			Example: "local api = freeswitch.API()",
		},
		eventConstructor, consumerConstructor, jsonConstructor, streamConstructor, menuConstructor, dtmfConstructor, stringConstructor,
		inputStateConstructor, dbhConstructor,
	},
}

// Freeswitch is the table freeswitch (modlua-api.md 1.13).
var Freeswitch = Class{
	Name:  "freeswitch",
	Doc:   "The functions of mod_lua that need no session.",
	Table: true,
	Constants: []Global{
		{Name: "CoreSession", Type: Table, Doc: "The class of all sessions, which makes no objects."},
		{Name: "S_HUP", Type: Int, Doc: "A flag of sessions, 1."}, {Name: "S_FREE", Type: Int, Doc: "A flag of sessions, 2."},
		{Name: "S_RDLOCK", Type: Int, Doc: "A flag of sessions, 4."},
	},
	Methods: []Method{
		{
			Name: "consoleLog", Aliases: []string{"console_log"},
			Params: []Param{str("level"), str("text")},
			Doc: "Writes to the log. The level is CONSOLE, ALERT, CRIT, ERR, WARNING, NOTICE, INFO or DEBUG in any case, or 0 to 7; " +
				"any other word is DEBUG.",
			Example: `freeswitch.consoleLog("INFO", "hello\n")`,
		},
		{
			Name: "consoleLog2", Aliases: []string{"console_log2"},
			Params:  []Param{str("level"), str("file"), str("function"), num("line"), str("text")},
			Doc:     "Writes to the log as `consoleLog` does, with a place in a source.",
			Example: `freeswitch.consoleLog2("INFO", "main.lua", "start", 1, "hello\n")`,
		},
		{
			Name: "consoleCleanLog", Aliases: []string{"console_clean_log"},
			Params:  []Param{str("text")},
			Doc:     "Writes to the log without a level.",
			Example: `freeswitch.consoleCleanLog("hello\n")`,
		},
		{
			Name: "msleep", Function: "switch_msleep",
			Params:  []Param{{Name: "ms", Type: Int, C: "unsigned int"}},
			Doc:     "Waits. A hang-up does not shorten it.",
			Example: "freeswitch.msleep(100)",
		},
		{
			Name:    "running",
			Results: returns(Result{Bool, "true"}),
			Doc:     "Tells that the switch runs.",
			Example: "freeswitch.running()",
		},
		{
			Name:    "getGlobalVariable",
			Params:  []Param{str("name")},
			Results: returns(Result{String, "the value, or nil when there is no such variable"}),
			Doc:     "Reads a global variable of the switch.",
			Needs:   Full,
			Down:    "works",
			Example: `freeswitch.getGlobalVariable("domain")`,
		},
		{
			Name:    "setGlobalVariable",
			Params:  []Param{str("name"), str("value").orNil()},
			Doc:     "Sets a global variable of the switch; nil and an empty value delete it.",
			Needs:   Full,
			Down:    "works",
			Example: `freeswitch.setGlobalVariable("site", "north")`,
		},
		{
			Name: "email",
			Params: []Param{
				str("to"), str("from"), str("headers").or("nil"), str("body").or("nil"), str("file").or("nil"), str("convert_command").or("nil"),
				str("convert_extension").or("nil"),
			},
			Results: returns(Result{Bool, "true when the mailer has taken it; else false, and why in the log"}),
			Doc: "Sends a message by the program that the option `mailer` of the configuration names. `headers` are lines such as `Subject: hello`; " +
				"`file`, which the script must be allowed to read, is attached, after it has been converted by a command to a file with another " +
				"extension if one is given.",
			Example: `freeswitch.email("someone@example.com", "pbx@example.com", "Subject: missed call", "1001 has called.")`,
		},
		{
			Name:   "bridge",
			Params: []Param{{Name: "a", Type: Session, C: "CoreSession &"}, {Name: "b", Type: Session, C: "CoreSession &"}},
			Doc: "Connects two calls and waits until they are apart again. The input callback of the first one sees its digits meanwhile. Where one " +
				"of them is not ready, an error is logged.",
			Needs:   Async | Full,
			Down:    "logs an error",
			Example: `freeswitch.bridge(session, freeswitch.Session("user/1000", session))`,
		},
		{
			Name:    "hanguphook",
			Params:  []Param{{Name: "session", Type: Any, C: "switch_core_session_t *"}},
			Doc:     "Is a callback of C, of no use in a script: it raises an error.",
			OffBox:  "use session:setHangupHook",
			Example: "pcall(freeswitch.hanguphook, nil)",
		},
		{
			Name: "dtmf_callback",
			Params: []Param{
				{Name: "session", Type: Any, C: "switch_core_session_t *"}, {Name: "input", Type: Any, C: "void *"},
				{Name: "type", Type: Opaque, C: "switch_input_type_t"}, {Name: "buffer", Type: Any, C: "void *"},
				{Name: "length", Type: Int, C: "unsigned int"},
			},
			Doc:     "Is a callback of C, of no use in a script: it raises an error.",
			OffBox:  "use session:setInputCallback",
			Example: "pcall(freeswitch.dtmf_callback, nil, nil, nil, nil, 0)",
		},
	},
}
