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
		print(session:get("b"), session:get("greeting"), session:export("c", "x ${b}"), session:get("c"))
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
			"two\tnil\ttrue\tx ${b}\n"+
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
			"true\ttrue\tnil\terror: the filters of the call itself are needed\n"+
			"true\ttrue\ttrue\ttrue\ttrue\ntrue\nINFO\ttrue\ntrue\ttrue\ttrue\ntrue\nhas ended", nil)
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
