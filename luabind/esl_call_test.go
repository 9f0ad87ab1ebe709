package luabind_test

import (
	"strings"
	"testing"
	"time"

	"eslua/esl"
	"eslua/esl/esltest"
)

// TestTheCallsConnection: each method on the connection of the call, where all goes well and after the hang-up.
func TestTheCallsConnection(t *testing.T) {
	_, c := outbound(t, "async full", show+`
		local info = con:getInfo()
		local uuid = info:getHeader("Unique-ID")
		print(con:connected(), con:socketDescriptor(), info:getType(), info:getHeader("variable_greeting"), info:getHeader("Socket-Mode"),
			uuid == session:get_uuid(), info:getHeader("Event-Name"), info:getHeader("Content-Type"))
		print(con:recvEventTimed(100))
		show(con:api("echo", "hello"))
		show(con:sendRecv("getvar greeting"))
		show(con:sendRecv("connect"):getHeader("variable_greeting") and con:execute("set", "a=1"))
		print(con:events("plain", "CHANNEL_EXECUTE_COMPLETE"))
		con:recvEventTimed(100)
		show(con:execute("set", "a=2"))
		print(con:recvEvent():getHeader("variable_a"), con:recvEventTimed(50))
		session:setVariable("b", "3")
		print(con:api("uuid_getvar", uuid .. " b"):getBody())
		show(con:filter("Application", "sleep"))
		show(con:executeAsync("set", "a=4")) con:execute("sleep", "100", uuid)
		local ev = con:recvEvent()
		print(ev:getType(), ev:getHeader("Application"), ev:getHeader("Application-Data"))
		show(con:sendRecv("filter delete all"))
		print(con:send("noevents"))
		show(con:recvEvent())
		show(con:sendRecv("noevents"))
		show(con:sendRecv("event nothing"))
		show(con:sendRecv("nixevent CUSTOM"))
		show(con:sendRecv("myevents"))
		show(con:sendRecv("myevents"))
		show(con:bgapi("echo", "later", "my-job"))
		freeswitch.msleep(100)
		con:events("json", "BACKGROUND_JOB CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE")
		ev = con:recvEventTimed(1000)
		print(ev and ev:getType())
		show(con:bgapi("echo", "later", "job-2"))
		ev = con:recvEventTimed(1000)
		print(ev:getType(), ev:getHeader("Job-UUID"), ev:getBody())
		con:sendRecv("nixevent CHANNEL_EXECUTE CHANNEL_STATE CHANNEL_UNPARK CHANNEL_EXECUTE_COMPLETE CHANNEL_PARK")
		con:recvEventTimed(100)
		local msg = ESL.ESLevent("CUSTOM")
		msg:addHeader("call-command", "hangup") msg:addHeader("hangup-cause", "USER_BUSY")
		print(con:sendMSG(msg))
		while con:connected() == 1 do
			ev = con:recvEvent()
			print(ev:getType(), ev:getHeader("Hangup-Cause"))
		end
		print(con:recvEvent():getType(), con:recvEventTimed(1000), con:sendRecv("api echo"), con:execute("answer"), con:getInfo(), con:socketDescriptor())
		print(session:ready(), con:disconnect())`,
		strings.Join([]string{
			"1\t0\tSOCKET_DATA\thello\tasync\ttrue\tSOCKET_DATA\tcommand/reply",
			"nil",
			"SOCKET_DATA\tapi/response\tnil\thello",
			"SOCKET_DATA\tcommand/reply\thello\tnil",
			"SOCKET_DATA\tcommand/reply\t+OK\tnil",
			"0",
			"SOCKET_DATA\tcommand/reply\t+OK\tnil",
			"2\tnil",
			"3",
			"SOCKET_DATA\tcommand/reply\t+OK filter added. [Application]=[sleep]\tnil",
			"SOCKET_DATA\tcommand/reply\t+OK\tnil",
			"CHANNEL_EXECUTE_COMPLETE\tsleep\t100",
			"SOCKET_DATA\tcommand/reply\t+OK filter deleted. [all][]\tnil",
			"0",
			"SOCKET_DATA\tcommand/reply\t+OK no longer listening for events\tnil",
			"SOCKET_DATA\tcommand/reply\t-ERR not listening for events\tnil",
			"SOCKET_DATA\tcommand/reply\t-ERR no keywords supplied\tnil",
			"SOCKET_DATA\tcommand/reply\t+OK events nixed\tnil",
			"SOCKET_DATA\tcommand/reply\t+OK Events Enabled\tnil",
			"SOCKET_DATA\tcommand/reply\t-ERR aready enabled.\tnil",
			"SOCKET_DATA\tcommand/reply\t+OK Job-UUID: my-job\tnil",
			"nil",
			"SOCKET_DATA\tcommand/reply\t+OK Job-UUID: job-2\tnil",
			"BACKGROUND_JOB\tjob-2\tlater",
			"0",
			"CHANNEL_HANGUP\tUSER_BUSY",
			"CHANNEL_HANGUP_COMPLETE\tUSER_BUSY",
			"SERVER_DISCONNECTED\tnil\tnil\tnil\tnil\t-1",
			"false\t0",
		}, "\n"), nil)
	if c.Cause() != "USER_BUSY" || c.Variable("a") != "4" {
		t.Errorf("cause %s, a %s", c.Cause(), c.Variable("a"))
	}
}

// TestTheCallGoesOnBehindADisconnect: neither disconnect nor exit ends the connection that eslua itself needs.
func TestTheCallGoesOnBehindADisconnect(t *testing.T) {
	_, c := outbound(t, "async full", show+`
		show(con:sendRecv("exit"))
		print(con:connected(), con:recvEvent():getType(), con:api("echo"))
		con = ESL.ESLconnection(7)
		print(con:connected(), con:socketDescriptor(), con:api("echo", "again"):getBody(), con:disconnect(), con:connected())
		show(ESL.ESLconnection(8):sendRecv("nolinger"))
		session:execute("set", "b=2")
		print(session:getVariable("b"), session:ready())`,
		"SOCKET_DATA\tcommand/reply\t+OK bye\tnil\n0\tSERVER_DISCONNECTED\tnil\n1\t7\tagain\t0\t0\n"+
			"SOCKET_DATA\tcommand/reply\t+OK will not linger\tnil\n2\ttrue", nil)
	if c.Variable("after") != "yes" {
		t.Error("the dialplan did not go on")
	}
}

// TestLingerOnTheCallsConnection: whoever sends linger is told of the hang-up and stays connected for the time.
func TestLingerOnTheCallsConnection(t *testing.T) {
	for _, tt := range []struct{ command, reply, seconds, left string }{
		{"linger 5", "+OK will linger 5 seconds", "5", "nil\t0"},
		{"linger", "+OK will linger", "-1", "nil\t1"},
		{"linger -1", "+OK will linger", "-1", "nil\t1"},
	} {
		outbound(t, "async full", `
			print(con:sendRecv("`+tt.command+`"):getHeader("Reply-Text"))
			con:events("plain", "CHANNEL_HANGUP_COMPLETE") con:filter("Unique-ID", session:get_uuid())
			local ev repeat ev = con:recvEvent() print(ev:getType(), ev:getHeader("Content-Disposition"), ev:getHeader("Linger-Time"), ev:getBody()) until ev:getType() == "CHANNEL_HANGUP_COMPLETE"
			print(con:sendRecv("getvar greeting"):getHeader("Reply-Text"), con:connected())
			print(con:recvEventTimed(10000), con:connected())`,
			tt.reply+"\nSOCKET_DATA\tlinger\t"+tt.seconds+"\t\nCHANNEL_HANGUP_COMPLETE\tnil\tnil\tnil\nhello\t1\n"+tt.left, func(l *lab, c *esltest.Call) {
				l.sw.After(time.Second)
				c.Hangup("")
			})
	}
}

// TestHangupWhileTheCallsConnectionWaits: each method, where the caller hangs up before or meanwhile.
func TestHangupWhileTheCallsConnectionWaits(t *testing.T) {
	hangup := func(l *lab, c *esltest.Call) {
		l.sw.After(time.Second)
		c.Hangup("")
	}
	for _, tt := range []struct{ name, script, want string }{
		{"recvEvent without events", `print(con:recvEvent():getType(), con:connected())`, "SERVER_DISCONNECTED\t0"},
		{"recvEventTimed without events", `print(con:recvEventTimed(60000), con:connected())`, "nil\t0"},
		{"recvEvent", `con:sendRecv("myevents") local n, ev = 0 repeat ev = con:recvEvent() n = n + 1 until ev:getType() == "CHANNEL_HANGUP_COMPLETE" print(con:recvEvent():getType(), n > 3)`,
			"SERVER_DISCONNECTED\ttrue"},
		{"afterwards", `freeswitch.msleep(1500) print(con:connected(), con:sendRecv("connect"), con:api("echo"), con:bgapi("echo"), con:send("event ALL"), con:filter("a", "b"),
			con:events("plain", "ALL"), con:execute("answer"), con:executeAsync("answer"), con:sendEvent(ESL.ESLevent("CUSTOM")):getType(), con:sendMSG(ESL.ESLevent("CUSTOM")),
			con:recvEventTimed(10), con:recvEvent():getType(), con:getInfo(), con:socketDescriptor(), con:setAsyncExecute("on"), con:setEventLock("on"), con:disconnect())`,
			"0\tnil\tnil\tnil\t1\tnil\t1\tnil\tnil\tSERVER_DISCONNECTED\t1\tnil\tSERVER_DISCONNECTED\tnil\t-1\t1\t1\t0"},
	} {
		t.Run(tt.name, func(t *testing.T) { outbound(t, "async full", tt.script, tt.want, hangup) })
	}
}

// TestTheCallsConnectionIsLost: each method that waits, where the switch cuts the connection.
func TestTheCallsConnectionIsLost(t *testing.T) {
	for _, m := range []struct{ command, call, want string }{
		{"api echo", `con:sendRecv("api echo")`, "nil"},
		{"api echo", `con:api("echo")`, "nil"},
		{"bgapi echo", `con:bgapi("echo")`, "nil"},
		{"sendevent", `con:sendEvent(ESL.ESLevent("CUSTOM")):getType()`, "SERVER_DISCONNECTED"},
		{"sendmsg", `con:sendMSG(ESL.ESLevent("CUSTOM"))`, "1"},
		{"filter", `con:events("plain", "HEARTBEAT")`, "1"},
		{"sendmsg", `con:execute("answer")`, "nil"},
		{"sendmsg", `con:executeAsync("answer")`, "nil"},
		{"connect", `con:send("connect") == 0 and con:recvEvent():getType()`, "SERVER_DISCONNECTED"},
		{"connect", `con:send("connect") == 0 and con:recvEventTimed(60000)`, "nil"},
	} {
		t.Run(m.call, func(t *testing.T) {
			l := newLab(t, "async full", `local ESL = require "ESL" local con = ESL.ESLconnection(0) freeswitch.msleep(1000)
				print(`+m.call+`) print(con:connected(), con:recvEventTimed(10), con:getInfo(), con:disconnect())`)
			c := l.call()
			l.sw.After(500 * time.Millisecond)
			l.sw.Inject(esltest.Fault{Command: m.command, Kind: esltest.Cut})
			l.sw.After(2 * time.Second)
			c.Hangup("")
			c.Wait(t.Context())
			if got, want := l.printed(), m.want+"\n0\tnil\tnil\t0"; got != want {
				t.Errorf("printed\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// TestErrorsOnTheCallsConnection: what the switch refuses, or would refuse.
func TestErrorsOnTheCallsConnection(t *testing.T) {
	l := newLab(t, "async full", show+`local ESL = require "ESL" local con = ESL.ESLconnection(0)
		freeswitch.msleep(1000)
		show(con:api("nonsense")) show(con:execute("set", "a=b", "nobody")) show(con:sendRecv("log 4")) show(con:sendRecv("nonsense"))
		show(con:sendRecv("auth ClueCon")) show(con:filter("", "")) print(con:events("plain", "NONSENSE"))`)
	c := l.call()
	l.sw.Inject(esltest.Fault{Command: "log", Kind: esltest.ErrorReply, Text: "-ERR no logs"})
	c.Wait(t.Context())
	want := strings.Join([]string{
		"SOCKET_DATA\tapi/response\tnil\t-ERR nonsense Command not found!",
		"SOCKET_DATA\tcommand/reply\t-ERR invalid session id [nobody]\tnil",
		"SOCKET_DATA\tcommand/reply\t-ERR no logs\tnil",
		"SOCKET_DATA\tcommand/reply\t-ERR command not found\tnil",
		"esl: auth: not allowed: the connection is logged in already",
		"SOCKET_DATA\tcommand/reply\t-ERR command not found\tnil",
		"SOCKET_DATA\tcommand/reply\t-ERR invalid syntax\tnil",
		"0",
	}, "\n")
	if got := l.printed(); got != want {
		t.Errorf("printed\n%s\nwant\n%s", got, want)
	}
}

// TestDegradedConnections: without full there are the events of the channel and nothing else; without async applications are
// waited for.
func TestDegradedConnections(t *testing.T) {
	const script = show + `
		print(con:getInfo():getHeader("Control"), con:getInfo():getHeader("Socket-Mode"))
		local at = os.time()
		show(con:execute("sleep", "2000")) print(os.time() - at)
		show(con:api("echo", "x"))
		print(con:events("plain", "ALL"))
		show(con:sendRecv("linger"))
		freeswitch.msleep(3000)
		show(con:sendRecv("myevents"))
		con:filter("Event-Name", "CHANNEL_EXECUTE_COMPLETE")
		con:executeAsync("set", "a=b") con:execute("set", "c=d")
		local ev = con:recvEventTimed(5000)
		print(ev:getType(), ev:getHeader("Application"))`
	for mode, want := range map[string]string{
		"async": "single-channel\tasync\nSOCKET_DATA\tcommand/reply\t+OK\tnil\n0",
		"":      "single-channel\tstatic\nSOCKET_DATA\tcommand/reply\t+OK\tnil\n2",
	} {
		name := "static single-channel"
		if mode != "" {
			name = "async single-channel"
		}
		outbound(t, mode, script, want+"\n"+strings.ReplaceAll(strings.Join([]string{
			"esl: api: not allowed: the connection is MODE; the dialplan's socket application needs the word full",
			"SOCKET_DATA\tcommand/reply\t-ERR command not found\tnil",
			"esl: event: not allowed: the connection is MODE; the dialplan's socket application needs the word full",
			"0",
			"esl: linger: not allowed: the connection is MODE; the dialplan's socket application needs the word full",
			"SOCKET_DATA\tcommand/reply\t-ERR command not found\tnil",
			"SOCKET_DATA\tcommand/reply\t+OK Events Enabled\tnil",
			"CHANNEL_EXECUTE_COMPLETE\tset",
		}, "\n"), "MODE", name), nil)
	}
}

// TestEventsOfTheWholeSwitch: without a filter there come those of others, with one only those that it lets through, and those
// of the call's other users stay as they were.
func TestEventsOfTheWholeSwitch(t *testing.T) {
	outbound(t, "async full", `
		con:events("plain", "CUSTOM my::a")
		local c = freeswitch.EventConsumer("CUSTOM", "my::b")
		freeswitch.msleep(2000)
		local ev = con:recvEventTimed(10)
		print(ev:getHeader("Event-Subclass"), ev:getHeader("n"), con:recvEventTimed(10))
		print(c:pop():getHeader("Event-Subclass"), c:pop())
		con:filter("n", "/^[23]$/") con:filter("n", "-3")
		freeswitch.msleep(2000)
		print(con:recvEventTimed(10):getHeader("n"), con:recvEventTimed(10))
		con:sendRecv("filter delete n -3") con:sendRecv("filter delete n /^[23]$/")
		con:sendRecv("nixevent CUSTOM my::a")
		freeswitch.msleep(2000)
		print(con:recvEventTimed(10), session:wait_event(0.01))
		con:events("plain", "all")
		con:sendRecv("divert_events on")
		freeswitch.msleep(2000)
		local n = 0
		repeat ev = con:recvEventTimed(10) if ev and ev:getHeader("n") then n = n + 1 end until not ev
		print(n, con:disconnect())`,
		"my::a\t1\tnil\nmy::b\tnil\n2\tnil\nnil\tnil\ttimeout\n3\t0", func(l *lab, c *esltest.Call) {
			fire := func(subclass string, n string) {
				l.sendEvent("CUSTOM", esl.Header{Name: "Event-Subclass", Value: subclass}, esl.Header{Name: "n", Value: n})
			}
			l.sw.After(time.Second)
			fire("my::a", "1")
			fire("my::b", "2")
			l.sw.After(2 * time.Second)
			for _, n := range []string{"1", "2", "3"} {
				fire("my::a", n)
			}
			l.sw.After(2 * time.Second)
			fire("my::a", "2")
			l.sw.After(2 * time.Second)
			for _, n := range []string{"1", "2", "3"} {
				fire("my::c", n)
			}
		})
}

// TestACallBesideAnInboundConnection: a script waits on a connection of its own while its call is served: the hang-up is
// noticed, and a limit of the time behind it ends the wait.
func TestACallBesideAnInboundConnection(t *testing.T) {
	l := newLab(t, "async full", `
		local ESL = require "ESL"
		local con = ESL.ESLconnection("127.0.0.1", 8021, "ClueCon")
		session:on("DTMF", function(ev) print("digit", ev:getHeader("DTMF-Digit")) end)
		con:events("plain", "CUSTOM my::a")
		local ev = con:recvEvent()
		print(ev:getType(), session:ready(), con:api("uuid_exists", session:get_uuid()):getBody())
		con:recvEvent()
		print("not reached")`).withSocket()
	l.opts.AfterHangup = 5 * time.Second
	c := l.call()
	l.sw.After(time.Second)
	c.Press("4")
	l.sw.After(time.Second)
	l.sendEvent("CUSTOM", esl.Header{Name: "Event-Subclass", Value: "my::a"})
	l.sw.After(time.Second)
	began := l.sw.Clock().Now()
	c.Hangup("")
	if err := c.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.sw.After(10 * time.Second)
	if got, want := l.printed(), "digit\t4\nCUSTOM\ttrue\ttrue"; got != want {
		t.Errorf("printed\n%s\nwant\n%s", got, want)
	}
	if l.err == nil || !strings.Contains(l.err.Error(), "too long after the hang-up") {
		t.Errorf("it ended with %v after %v", l.err, l.sw.Clock().Now().Sub(began))
	}
}

// TestEventsThatAreNotReceived: what nobody takes is bounded, and the script is told.
func TestEventsThatAreNotReceived(t *testing.T) {
	outbound(t, "async full", `
		con:events("plain", "CUSTOM my::a")
		local e = ESL.ESLevent("CUSTOM", "my::a")
		for i = 1, 4200 do e:delHeader("n") e:addHeader("n", tostring(i)) con:send("api echo") con:sendEvent(e) end
		freeswitch.msleep(1000)
		local n, first = 0
		while true do
			local ev = con:recvEventTimed(10)
			if not ev then break end
			if ev:getType() == "CUSTOM" then n, first = n + 1, first or ev:getHeader("n") end
		end
		print(n, first)`, // as many replies as events
		"ESLconnection: 208 messages were dropped because the script did not receive them in time\n4096\t105", nil)
}

// TestRepliesThatAreNotReceived: the oldest are dropped, whichever way they come.
func TestRepliesThatAreNotReceived(t *testing.T) {
	for command, reply := range map[string]string{"linger": "+OK will linger", "connect": "+OK\n", "api create_uuid": "nil", "bogus": "-ERR command not found"} {
		t.Run(command, func(t *testing.T) {
			outbound(t, "async full", `
				for i = 1, 4200 do con:send("`+command+`") end
				print(con:recvEventTimed(1000):getHeader("Reply-Text"))
				local n = 1
				while con:recvEventTimed(1000) do n = n + 1 end
				print(n)`, "ESLconnection: 104 messages were dropped because the script did not receive them in time\n"+reply+"\n4096", nil)
		})
	}
}
