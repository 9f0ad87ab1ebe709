package luabind_test

import (
	"context"
	"testing"
	"time"

	"eslua/esl/esltest"
)

func TestNativeCall(t *testing.T) {
	_, call := run(t, "async full", `
		local session = require("eslua").session
		print(session:ready(), session:answered(), session:ring_ready(), session:pre_answer(), session:answer(), session:answered())
		print(session:uuid() == _G.session.uuid, session:info():get("Caller-Destination-Number"), session:bridged())
		print(session:get("greeting"), session:get("nothing"), session.vars.greeting, session.vars.nothing)
		print(session:set("a", "1"), session.vars.a, session:unset("a"), session:get("a"))
		session.vars.b = "two" session.vars.greeting = nil
		print(session:get("b"), session:get("greeting"), session:export("c", "x ${b}"), session:get("c"), _G.session.vars.b)
		print(pcall(function() session:gather { bogus = 1 } end))
		print(pcall(function() session:sleep("x") end))
		print(session:bridge("loopback/busy/default"))
		print(session:bridge("loopback/agent/default", { leg_timeout = 5 }))
		print(session:hangup("USER_BUSY"), session:ready(), session:answer())
		print(session:playback("welcome.wav"), session:sleep(1))`,
		"true\tfalse\ttrue\ttrue\ttrue\ttrue\n"+
			"true\ttest\tnil\n"+
			"hello\tnil\thello\tnil\n"+
			"true\t1\ttrue\tnil\n"+
			"two\tnil\ttrue\tx ${b}\ttwo\n"+
			"false\ttest.lua:9: gather: unknown option bogus\n"+
			"false\ttest.lua:10: Error in sleep (arg 2), expected 'number' got 'string'\n"+
			"nil\terror: USER_BUSY\n"+
			"true\n"+
			"true\tfalse\tnil\thangup\n"+
			"nil\tnil\thangup", nil)
	if call.Cause() != "USER_BUSY" {
		t.Errorf("cause %s", call.Cause())
	}
}

func TestNativeVariablesOfADialString(t *testing.T) {
	run(t, "async full", `
		local session = require("eslua").session
		session:on("CHANNEL_EXECUTE", function(ev) print(ev:get("Application-Data")) end)
		session:bridge("loopback/busy/default", { yes = true, no = false, number = 1000000, text = "a b" })
		print(pcall(session.bridge, session, "loopback/busy/default", { x = {} }))`,
		"{no='false',number='1000000',text='a b',yes='true'}loopback/busy/default\nfalse\tbridge: x is a table, not a text", nil)
}

// TestDigitsWhileSomethingPlaysBesideTheScript: they are the script's.
func TestDigitsWhileSomethingPlaysBesideTheScript(t *testing.T) {
	run(t, "async full", `
		local session = require("eslua").session
		session:answer()
		session:exec("playback", "silence_stream://-1", { async = true })
		print(session:wait_digit(5))
		print(session:stop_playback(), session:playback("welcome.wav"))`, "1\ntrue\ttrue", func(l *lab, c *esltest.Call) {
		l.sw.After(2 * time.Second)
		c.Press("1")
	})
}

func TestNativeTransfer(t *testing.T) {
	_, call := run(t, "async full", `
		local session = require("eslua").session
		print(session:transfer("elsewhere"), session:ready(), session:transfer("x"))`, "true\tfalse\tnil\thangup", nil)
	if call.Variable("elsewhere") != "yes" {
		t.Error("it was not transferred")
	}
}

func TestNativeExtension(t *testing.T) {
	_, call := run(t, "async full", `
		local session = require("eslua").session
		print(session:xferext {})
		print(session:xferext { { "set", "mine=yes" }, { "answer" } })`, "nil\terror: there are no actions\ntrue", nil)
	if call.Variable("mine") != "yes" {
		t.Error("it was not transferred")
	}
}

func TestNativeMediaAndDigits(t *testing.T) {
	run(t, "async full", `
		local session = require("eslua").session
		session:answer()
		print(session:gather { prompt = "welcome.wav", min = 2, max = 4, tries = 2, timeout = 3, invalid = "again.wav", regex = "^9" })
		print(session:wait_digit(1))
		print(session:wait_digit(0.5))
		print(session:record("/tmp/x.wav", { limit = 10, terminators = "#" }))
		print(session:record("/tmp/x.wav", { limit = 1 }) ~= nil)
		print(session:say("42"), session:speak("hello", { engine = "none", voice = "x" }), session:send_dtmf("12"), session:flush_digits(), session:sleep(0.1))
		local id = session:on("DTMF", function(ev) session:stop_playback() end)
		print(session:playback("long.wav"))
		session:off(id)`,
		"955\n7\nnil\ttimeout\n0\tbreak\t#\ntrue\ntrue\ttrue\ttrue\ttrue\ttrue\nnil\tbreak", func(l *lab, c *esltest.Call) {
			l.sw.After(time.Second)
			c.Press("12#")
			l.sw.After(2500 * time.Millisecond)
			c.Press("955#")
			l.sw.After(500 * time.Millisecond)
			c.Press("7")
			l.sw.After(3200 * time.Millisecond)
			c.Press("#")
			l.sw.After(5 * time.Second)
			c.Press("1")
		})
}

func TestNativeEventsAndCommands(t *testing.T) {
	run(t, "async full", `
		local session = require("eslua").session
		session:answer()
		print(session:subscribe("CUSTOM my::event"), session:subscribe("BOGUS"))
		local ev = freeswitch.Event("CUSTOM", "my::event") ev:addHeader("k", "v")
		print(session:sendevent(ev))
		print(session:wait_event("CUSTOM my::event", 2):get("k"))
		print(session:unsubscribe("CUSTOM my::event"), session:unsubscribe("CUSTOM my::event"))
		print(session:exec("set", "a=b"):get("Application"), session:get("a"))
		print(#session:exec("playback", "welcome.wav", { async = true }) > 10)
		print(session:exec("playback", "welcome.wav", { lock = true }):get("Application-Response"))
		print(session:api("eval", "x"), session:api("uuid_exists", "nobody"), session:api("uuid_getvar", "nobody x"))
		local job = session:bgapi("eval", "y")
		print(#job:uuid() > 10, job:done(), job:wait(5), job:done())
		local slow = session:bgapi("msleep", "1000")
		print(slow:wait(0.5)) slow:cancel()
		print(session:sendmsg({ ["call-command"] = "execute", ["execute-app-name"] = "set", ["execute-app-arg"] = "m=1" }))
		session:exec("eval")
		print(session:get("m"), session:getvar("m"), session:getvar("nothing"))
		print(session:filter("Unique-ID", "other"), session:filter_delete("Unique-ID", "other"), session:filter_delete("all"))
		print(session:divert_events(true), session:divert_events(false), session:linger(10), session:nolinger(), session:linger())
		print(session:log_level("INFO"))
		session:exec("log", "INFO hello log")
		local line repeat line = session:wait_event("LOG", 2) until not line or line:getBody():find("hello log")
		print(line ~= nil and line:get("Log-Level"), session:nolog())
		print(session:unicast { remote_ip = "127.0.0.1", remote_port = 9000 }, session:nomedia(), session:resume())
		print(session:exit())
		print((select(2, session:answer())):match("has ended"))`,
		"true\tnil\terror: there is no event BOGUS\ntrue\nv\ntrue\tnil\tnot_found\nset\tb\ntrue\nFILE PLAYED\n"+
			"x\tfalse\tnil\terror: No such channel!\n"+
			"true\tfalse\ty\ttrue\nnil\ttimeout\ntrue\n1\t1\tnil\n"+
			"true\ttrue\tnil\tnot_found\n"+
			"true\ttrue\ttrue\tnil\ttrue\ntrue\nINFO\ttrue\ntrue\ttrue\ttrue\ntrue\nhas ended", nil)
}

func TestNativeWithoutACall(t *testing.T) {
	run(t, "async full", `
		session:destroy()
		local session = require("eslua").session
		print(session:answer()) print(session:ready(), session:get("x"))`, "nil\thangup\nfalse\tnil\thangup", nil)
}

func TestNativeMethodsInAHangup(t *testing.T) {
	for _, method := range []string{
		`playback("long.wav")`, `record("/tmp/x.wav")`, `sleep(60)`, `gather { prompt = "long.wav" }`, `gather { timeout = 60 }`, `wait_digit(60)`,
		`exec("playback", "long.wav")`, `bridge("loopback/agent/default")`, `wait_event("NOTHING", 60)`, `speak("x", { engine = "e", voice = "v" })`,
	} {
		t.Run(method, func(t *testing.T) {
			l := newLab(t, "async full", `local session = require("eslua").session session:answer() print(session:`+method+`)`)
			c := l.call()
			l.sw.After(time.Second)
			c.Hangup("")
			if err := c.Wait(context.Background()); err != nil {
				t.Fatal(err)
			}
			if got := l.printed(); got != "nil\thangup" && method != `speak("x", { engine = "e", voice = "v" })` {
				t.Errorf("printed %q, error %v", got, l.err)
			}
		})
	}
}

// TestNoCommandHarmsTheCall: whatever a script sends, the call's connection goes on and eslua sees what it needs.
func TestNoCommandHarmsTheCall(t *testing.T) {
	for _, tt := range []struct{ script, want string }{
		{`session:filter("Unique-ID", "-" .. session:uuid())`, "nil\terror: channel: filter Unique-ID -UUID: not allowed: it would keep events of the call away"},
		{`session:filter("Event-Name", "-CHANNEL_EXECUTE_COMPLETE")`,
			"nil\terror: channel: filter Event-Name -CHANNEL_EXECUTE_COMPLETE: not allowed: it would keep events of the call away"},
		{`session:filter("Unique-ID", session:uuid()) and session:filter_delete("Unique-ID", session:uuid())`, "true"},
		{`session:filter_delete("Unique-ID")`, "nil\tnot_found"},
		{`session:filter_delete("Job-Owner-UUID", session:uuid())`, "nil\tnot_found"},
		{`session:filter("Unique-ID", "other") and session:filter_delete("all")`, "true"},
		{`session:subscribe("DTMF", "ALL") and session:unsubscribe("DTMF", "ALL")`, "true"},
		{`session:linger(0)`, "true"},
		{`session:nolinger()`, "nil\terror: the connection stays until the script has ended"},
		{`session:set("odd", "a\n\nb") and session:getvar("odd"):gsub("\n", "|")`, "a||b"},
		{`session:set("odd", "~Content-Length: 9") and session:getvar("odd")`, "~Content-Length: 9"},
		{`session:set("odd", ("x"):rep(600)) and #session:getvar("odd")`, "600"},
		{`require("ESL").ESLconnection(1):sendRecv("getvar odd"):getHeader("Reply-Text")`, "-ERR command not found"},
		{`session:set("odd", "a\n\nb") and require("ESL").ESLconnection(1):sendRecv("getvar odd"):getHeader("Reply-Text")`, "a"},
		{`session:set("odd", "~Content-Length: 9") and require("ESL").ESLconnection(1):sendRecv("getvar odd"):getHeader("Reply-Text")`, "~Content-Length: 9"},
		{`session:set("odd", ("x"):rep(600)) and #require("ESL").ESLconnection(1):sendRecv("getvar odd"):getHeader("Reply-Text")`, "511"},
	} {
		t.Run(tt.script, func(t *testing.T) {
			run(t, "async full", `
				session = require("eslua").session
				session:on("NOTHING", print) -- events are kept from now on
				session:answer()
				local function show(...) local out = {} for i = 1, select("#", ...) do out[i] = tostring((select(i, ...))):gsub("%x+%-%x+%-%x+%-%x+%-%x+", "UUID") end print(unpack(out)) end
				show(`+tt.script+`)
				print(session:exec("playback", "welcome.wav"):get("Application-Response"), session:bgapi("eval", "x"):wait(1), session:wait_digit(1))
				print(session:sleep(60))
				print(session:get("hangup_cause") == nil, session:wait_event("CHANNEL_HANGUP_COMPLETE", 1) ~= nil)
				print(session:get("greeting"))`,
				tt.want+"\nFILE PLAYED\tx\t5\nnil\thangup\ntrue\ttrue\nhello", func(l *lab, c *esltest.Call) {
					l.sw.After(2500 * time.Millisecond)
					c.Press("5")
					l.sw.After(time.Second)
					c.Hangup("")
				})
		})
	}
}

// TestCommandsInStaticMode: resume would leave the call to nobody there.
func TestCommandsInStaticMode(t *testing.T) {
	_, call := run(t, "full", `
		local session = require("eslua").session
		print((select(2, session:resume()):match("resume: not allowed")))
		print(require("ESL").ESLconnection(1):sendRecv("resume"):getHeader("Reply-Text"))`,
		"resume: not allowed\nesl: resume: not allowed: the connection is static full; the dialplan's socket application needs the word async\n-ERR command not found", nil)
	if call.Cause() != "NORMAL_CLEARING" {
		t.Errorf("cause %s", call.Cause())
	}
}

// TestMessagesGoToTheSessionsOwnChannel and to no other.
func TestMessagesGoToTheSessionsOwnChannel(t *testing.T) {
	run(t, "async full", `
		session:answer()
		local b = freeswitch.Session("loopback/agent/default")
		print(b:ready(), b:sendmsg({ ["call-command"] = "execute", ["execute-app-name"] = "set", ["execute-app-arg"] = "mark=1" }))
		b:sleep(100)
		print(b:get("mark"), session:get("mark"), b:getvar("mark"), session:getvar("mark"))
		print(b:xferext({ { "set", "mark=2" }, { "park" } }))
		session:execute("eval")
		print(session:ready())`, "true\ttrue\n1\tnil\t1\tnil\ntrue\ntrue", nil)
}

// TestCallbacksRunOnTheThreadThatWaits: also after another one has ended in a method, and while a variable is read.
func TestCallbacksRunOnTheThreadThatWaits(t *testing.T) {
	run(t, "async full", `
		session:answer()
		local co = coroutine.create(function() session:insertFile("a.wav", "b.wav", 0) end)
		print((coroutine.resume(co)), coroutine.status(co))
		local seen
		session:on("DTMF", function() seen = coroutine.running() or "main" end)
		local function look() repeat session:execute("set", "a=b") local _ = session.vars.a until seen return seen end
		print(look())
		seen = nil
		co = coroutine.create(look)
		print(select(2, coroutine.resume(co)) == co)`, "false\tdead\nmain\ntrue", func(l *lab, c *esltest.Call) {
		l.sw.After(time.Second)
		c.Press("1")
		l.sw.After(time.Second)
		c.Press("2")
	})
}

func TestHandlersAreBounded(t *testing.T) {
	run(t, "async full", `
		local id = session:on("DTMF", print)
		print(pcall(function() for i = 2, 1001 do session:on("DTMF", print) end end))
		print(session:off(id), (pcall(session.on, session, "DTMF", print)))`,
		"false\ttest.lua:3: on: more than 1000 handlers\ntrue\ttrue", nil)
}
