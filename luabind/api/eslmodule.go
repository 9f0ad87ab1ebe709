package api

// ESLModule are the functions of the module ESL, the Event Socket Library for Lua (libs/esl/lua).
var ESLModule = Class{
	Name: "ESL", Table: true,
	Doc: "What `require \"ESL\"` returns; it is the global `ESL` from then on, too. Its classes stand below.",
	Methods: []Method{
		{
			Name:   "eslSetLogLevel",
			Params: []Param{num("level")},
			Doc: "Has the library write its own log: 3 is errors, 4 warnings, 7 all that is sent and received, but no login; any other " +
				"number is 7. The lines come in the log of the script. Without it there are none.",
			Example: "ESL.eslSetLogLevel(7)",
		},
	},
}

// ESLConstructors are the classes of the module ESL.
var ESLConstructors = Class{
	Name: "ESL", Table: true,
	Doc: "The two classes. They are called to make an object.",
	Methods: []Method{
		{
			Name: "ESLconnection",
			Params: []Param{
				constant(str("host")), constant(str("port")).or(""), constant(str("user_or_password")).or(""), constant(str("password")).or(""),
			},
			Overloads: []string{
				"ESLconnection::ESLconnection(char const *,int const,char const *,char const *)",
				"ESLconnection::ESLconnection(char const *,int const,char const *)",
				"ESLconnection::ESLconnection(char const *,char const *,char const *,char const *)",
				"ESLconnection::ESLconnection(char const *,char const *,char const *)",
				"ESLconnection::ESLconnection(int)",
			},
			Overloaded: "new_ESLconnection",
			Results:    returns(Result{Type: ESLConnection, Doc: "a connection; `connected` tells whether it was made"}),
			Doc: "Three forms. With host, port and password it connects to the event socket of a switch; with host, port, user and password it " +
				"logs in as a user of the directory, `user@domain`. Scripts may connect to the addresses that the configuration allows " +
				"(`esl_allow`) and to no others; the log says why a connection was not made. With one number, whatever it is, it is the " +
				"connection of the call that the script runs for, as in a program that the `socket` application has connected to: `getInfo` " +
				"has the channel's data. Events come on it that the script has asked for with `events`, `filter` or `myevents`, and no " +
				"others. A script may hold a hundred connections; they end with it.",
			Example: `local con = ESL.ESLconnection("127.0.0.1", 8021, "ClueCon")`,
		},
		{
			Name:   "ESLevent",
			Params: []Param{{Name: "type", Type: Any}, {Name: "subclass", Type: Any, Optional: true}},
			Overloads: []string{
				"ESLevent::ESLevent(char const *,char const *)", "ESLevent::ESLevent(esl_event_t *,int)", "ESLevent::ESLevent(ESLevent *)",
			},
			Overloaded: "new_ESLevent",
			Results:    returns(Result{ESLEvent, "an event"}),
			Doc: "Makes an event of a type, with the header `Event-Name`; an unknown type is MESSAGE, and one with a subclass is CUSTOM. With the " +
				"type `json` the second argument is a JSON object of headers, and `_body`. With another ESLevent it takes that one's event away.",
			Example: `local ev = ESL.ESLevent("CUSTOM", "my::event")`,
		},
	},
}

// ESLConnectionClass is ESLconnection (libs/esl/src/esl_oop.cpp).
var ESLConnectionClass = Class{
	Name: "con",
	Doc: "A connection to the event socket of a switch. Where a method gives a reply, it is an event of the type SOCKET_DATA with the headers of " +
		"the switch's message: `Content-Type`, `Reply-Text`, for API commands `Content-Length` and the output as body. It is nil when the " +
		"connection has ended. A command that the switch would not take, or that cannot be sent as it is, has a reply that begins with -ERR.",
	Internal: []string{"__disown"},
	Methods: []Method{
		{
			Name: "socketDescriptor", Class: "ESLconnection",
			Results: returns(Result{Int, "a number that no other connection of the script has; -1 when it is not connected"}),
			Doc:     "Tells connections apart. It is no descriptor of the operating system.",
			Example: "con:socketDescriptor()",
		},
		{
			Name: "connected", Class: "ESLconnection",
			Results: returns(Result{Int, "1 or 0"}),
			Doc:     "Tells whether the connection is there, or messages of it are left.",
			Down:    "0 on the connection of the call once its last events have been received, unless `linger` was sent",
			Example: "while con:connected() == 1 do local ev = con:recvEvent() end",
		},
		{
			Name: "getInfo", Class: "ESLconnection",
			Results: returns(Result{ESLEvent, "the reply to `connect`, on the connection of the call; else nil"}),
			Doc:     "Gives the data of the channel, with all variables as they were at the start.",
			Example: `local uuid = con:getInfo():getHeader("Unique-ID")`,
		},
		{
			Name: "send", Class: "ESLconnection",
			Params:  []Param{constant(str("command"))},
			Results: returns(Result{Int, "0; 1 when the connection has ended"}),
			Doc:     "Sends a command, with its headers and body if it has any. The reply comes with `recvEvent`.",
			Example: `con:send("event plain HEARTBEAT")`,
		},
		{
			Name: "sendRecv", Class: "ESLconnection",
			Params:  []Param{constant(str("command"))},
			Results: returns(Result{ESLEvent, "the reply"}),
			Doc:     "Sends one command and waits for its reply. Events that come meanwhile are kept.",
			Example: `con:sendRecv("api status"):getBody()`,
		},
		{
			Name: "api", Class: "ESLconnection",
			Params:  []Param{constant(str("command")), constant(str("arguments")).or("nil")},
			Results: returns(Result{ESLEvent, "the reply, whose body is the output"}),
			Doc:     "Runs an API command. No events come on the connection while it runs.",
			Needs:   Full,
			Down:    "works",
			Example: `con:api("status"):getBody()`,
		},
		{
			Name: "bgapi", Class: "ESLconnection",
			Params:  []Param{constant(str("command")), constant(str("arguments")).or("nil"), constant(str("job_uuid")).or("nil")},
			Results: returns(Result{ESLEvent, "the reply, with the header `Job-UUID`"}),
			Doc: "Starts an API command and does not wait for it. Its output is the body of the event BACKGROUND_JOB with that `Job-UUID`, which is " +
				"the given one, or one that the switch chooses.",
			Needs:   Full,
			Down:    "works",
			Example: `con:bgapi("originate", "user/1000 &park()", "my-job")`,
		},
		{
			Name: "sendEvent", Class: "ESLconnection",
			Params:  []Param{{Name: "event", Type: ESLEvent}},
			Results: returns(Result{ESLEvent, "the reply; a SERVER_DISCONNECTED event when the connection has ended"}),
			Doc: "Has the switch fire an event. With the header `Unique-ID` of a channel it is queued to that channel instead. The library gives the " +
				"last event that was received where this gives the reply.",
			Needs:   Full,
			Down:    "works",
			Example: `con:sendEvent(ESL.ESLevent("CUSTOM", "my::event"))`,
		},
		{
			Name: "sendMSG", Class: "ESLconnection",
			Params:  []Param{{Name: "event", Type: ESLEvent}, constant(str("uuid")).or("nil")},
			Results: returns(Result{Int, "0; 1 when the connection has ended"}),
			Doc:     "Sends the headers and the body of an event as a message to a channel: that of the call, or the one named.",
			Example: `con:sendMSG(msg, uuid)`,
		},
		{
			Name: "recvEvent", Class: "ESLconnection",
			Results: returns(Result{ESLEvent, "an event, the reply to a `send`, or another message of the switch as a SOCKET_DATA event"}),
			Doc: "Takes the next message, and waits for it without end. When the connection has ended it gives an event of the type " +
				"SERVER_DISCONNECTED, never nil, as the library does.",
			Down:    "gives the last events, then SERVER_DISCONNECTED, on the connection of the call",
			Example: "local ev = con:recvEvent()",
		},
		{
			Name: "recvEventTimed", Class: "ESLconnection",
			Params:  []Param{num("ms")},
			Results: returns(Result{ESLEvent, "as `recvEvent`; nil when nothing has come in the time, or the connection has ended"}),
			Doc:     "Takes the next message, and waits for it for so many milliseconds; 0 is without end.",
			Down:    "gives the last events, then nil, on the connection of the call",
			Example: "local ev = con:recvEventTimed(1000)",
		},
		{
			Name: "filter", Class: "ESLconnection",
			Params:  []Param{constant(str("header")), constant(str("value"))},
			Results: returns(Result{ESLEvent, "the reply"}),
			Doc: "Lets only those events through whose header has the value, or matches it as `/regex/`, or that another filter lets through. " +
				"A value with - in front keeps those out that have it.",
			Example: `con:filter("Unique-ID", uuid)`,
		},
		{
			Name: "events", Class: "ESLconnection",
			Params:  []Param{constant(str("format")), constant(str("names"))},
			Results: returns(Result{Int, "0; 1 when the connection has ended"}),
			Doc: "Turns events on by their names, which stand in one text; `all` is every event, and words behind CUSTOM are subclasses. The format is " +
				"`plain` or `json`, which make no difference to the script, or `xml`: such events come as SOCKET_DATA with the XML text as body.",
			Needs:   Full,
			Example: `con:events("plain", "CHANNEL_ANSWER CHANNEL_HANGUP CUSTOM my::event")`,
		},
		{
			Name: "execute", Class: "ESLconnection",
			Params:  []Param{constant(str("app")), constant(str("argument")).or("nil"), constant(str("uuid")).or("nil")},
			Results: returns(Result{ESLEvent, "the reply"}),
			Doc: "Runs an application on a channel: that of the call, or the one named. It waits for the reply, which in async mode says only that " +
				"the application was queued; its end is the event CHANNEL_EXECUTE_COMPLETE.",
			Down:    "has no effect",
			Example: `con:execute("playback", "welcome.wav")`,
		},
		{
			Name: "executeAsync", Class: "ESLconnection",
			Params:  []Param{constant(str("app")), constant(str("argument")).or("nil"), constant(str("uuid")).or("nil")},
			Results: returns(Result{ESLEvent, "the reply"}),
			Doc:     "Runs an application as `execute` does, and without waiting for its end when the dialplan line lacks `async`, too.",
			Down:    "has no effect",
			Example: `con:executeAsync("playback", "welcome.wav")`,
		},
		{
			Name: "setAsyncExecute", Class: "ESLconnection",
			Params:  []Param{constant(str("on")).orNil()},
			Results: returns(Result{Int, "1 or 0: what holds now"}),
			Doc:     "Has `execute` do what `executeAsync` does. `1`, `true`, `on` and `yes` are true; nil changes nothing.",
			Example: `con:setAsyncExecute("1")`,
		},
		{
			Name: "setEventLock", Class: "ESLconnection",
			Params:  []Param{constant(str("on")).orNil()},
			Results: returns(Result{Int, "1 or 0: what holds now"}),
			Doc: "Has applications run one after the other: later messages wait for the end of each. Without it one that is sent while another runs " +
				"is run inside of that. Its words are those of `setAsyncExecute`.",
			Example: `con:setEventLock("1")`,
		},
		{
			Name: "disconnect", Class: "ESLconnection",
			Results: returns(Result{Int, "0"}),
			Doc: "Ends the connection. That of the call itself stays, for the script's other methods; the dialplan goes on when the script " +
				"has ended.",
			Example: "con:disconnect()",
		},
	},
}

// ESLEventClass is ESLevent (libs/esl/src/esl_oop.cpp).
var ESLEventClass = Class{
	Name: "ev",
	Doc: "An event, or another message of the switch as one. Names of headers are compared without case; a header may be there more than once, and " +
		"may be an array. An empty value of a received event is the word `_undef_`.",
	Attributes: []string{"event", "mine", "serialized_string"},
	Internal:   []string{"__disown"},
	Methods: []Method{
		{
			Name: "serialize", Class: "ESLevent",
			Params:  []Param{constant(str("format")).or("nil")},
			Results: returns(Result{String, "the event as text"}),
			Doc:     "Writes the event: `json` as a JSON object, any other word as headers and body, with encoded values.",
			Example: `ev:serialize("json")`,
		},
		{
			Name: "setPriority", Class: "ESLevent",
			Params:  []Param{{Name: "priority", Type: Opaque, Optional: true, C: "esl_priority_t"}},
			Results: returns(Result{Bool, "true"}),
			Doc: "Puts the header `priority` in front of all others, with the value NORMAL. There is no way to make a value for the parameter in " +
				"Lua: a number raises an error, as in the library.",
			Example: "ev:setPriority()",
		},
		{
			Name: "getHeader", Class: "ESLevent",
			Params:  []Param{constant(str("header")), num("index").or("-1")},
			Results: returns(Result{String, "the value of the first header of that name; nil when there is none"}),
			Doc:     "Reads a header, or the element of an array, the first of which is 0. A header that is no array has no elements.",
			Example: `ev:getHeader("Unique-ID")`,
		},
		{
			Name: "getBody", Class: "ESLevent",
			Results: returns(Result{String, "the body, or nil when there is none"}),
			Doc:     "Reads the body.",
			Example: "ev:getBody()",
		},
		{
			Name: "getType", Class: "ESLevent",
			Results: returns(Result{String, "the name of the type, as `DTMF`; SOCKET_DATA for what is no event"}),
			Doc:     "Tells what kind of event it is.",
			Example: "ev:getType()",
		},
		{
			Name: "addBody", Class: "ESLevent",
			Params:  []Param{constant(str("text")).orNil()},
			Results: returns(Result{Bool, "true; false when the text is nil"}),
			Doc:     "Sets the body, in place of one that is there.",
			Example: `ev:addBody("hello")`,
		},
		{
			Name: "addHeader", Class: "ESLevent",
			Params:  []Param{constant(str("header")), constant(str("value")).orNil()},
			Results: returns(Result{Bool, "true; false when one of the two is nil"}),
			Doc: "Adds a header behind all others; those of the same name stay. An empty value removes them. `name[2]` sets an element of an array, and " +
				"a value that begins with ARRAY:: makes one.",
			Example: `ev:addHeader("Account", "1000")`,
		},
		{
			Name: "pushHeader", Class: "ESLevent",
			Params:  []Param{constant(str("header")), constant(str("value"))},
			Results: returns(Result{Bool, "true; false when one of the two is nil"}),
			Doc:     "Adds a value at the end of an array, which the header becomes if it is none.",
			Example: `ev:pushHeader("List", "one")`,
		},
		{
			Name: "unshiftHeader", Class: "ESLevent",
			Params:  []Param{constant(str("header")), constant(str("value"))},
			Results: returns(Result{Bool, "true; false when one of the two is nil"}),
			Doc:     "Adds a value at the beginning of an array, which the header becomes if it is none.",
			Example: `ev:unshiftHeader("List", "zero")`,
		},
		{
			Name: "delHeader", Class: "ESLevent",
			Params:  []Param{constant(str("header"))},
			Results: returns(Result{Bool, "true, whether there was one or not; false when the name is nil"}),
			Doc:     "Removes all headers of that name.",
			Example: `ev:delHeader("Account")`,
		},
		{
			Name: "firstHeader", Class: "ESLevent",
			Results: returns(Result{String, "the name of the first header, or nil when there is none"}),
			Doc:     "Begins a walk through the headers.",
			Example: "local name = ev:firstHeader() while name do name = ev:nextHeader() end",
		},
		{
			Name: "nextHeader", Class: "ESLevent",
			Results: returns(Result{String, "the name of the next header, or nil behind the last"}),
			Doc:     "Goes on with the walk that `firstHeader` began.",
			Example: "name = ev:nextHeader()",
		},
	},
}

// ESL are the classes of the module ESL, in the order of its reference.
func ESL() []*Class {
	return []*Class{&ESLModule, &ESLConstructors, &ESLConnectionClass, &ESLEventClass}
}
