package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"eslua/esl/esltest"
	"eslua/luabind/api"
)

// blocking is a method that waits, and what it answers when the call ends.
type blocking struct {
	// method is the name of its row.
	method string
	// prepare is what the script does before, after answer unless ringing.
	prepare string
	ringing bool
	// call is what is called, an expression.
	call string
	// during is what it answers when the caller hangs up in it, with the number of values in front; after is what it answers
	// from then on.
	during, after string
	// log is a line in front of each answer.
	log string
	// hook tells whether a hang-up hook runs in it (modlua-api.md 3.2).
	hook bool
	// wait is the fault that has it wait at all, of methods that otherwise only ask the switch.
	wait esltest.Fault
	// stays tells that a transfer from outside does not end it.
	stays bool
	// lost is what it answers when the connection ends in it or the switch refuses it, where that is not as with a hang-up.
	lost string
	// command is what it sends to the switch that it cannot do without: "" is sendmsg, "-" nothing.
	command string
}

// wait has the switch sit over a command for a while.
func wait(command, app string) esltest.Fault {
	return esltest.Fault{Command: command, App: app, Kind: esltest.Stall, For: 5 * time.Second}
}

// blockers are all methods of a session that wait for something, and those of its kind that are none of its rows.
var blockers = []blocking{
	{method: "answer", ringing: true, call: `session:answer()`, during: "1 0", after: "1 0", wait: wait("sendmsg", "answer")},
	{method: "preAnswer", ringing: true, call: `session:preAnswer()`, during: "1 0", after: "1 0", wait: wait("sendmsg", "pre_answer")},
	{method: "waitForAnswer", ringing: true, call: `session:waitForAnswer(nil)`, during: "0", after: "0", command: "-"},
	{method: "originate", prepare: `b = freeswitch.Session()`, call: `b:originate(session, "loopback/silent/default", 60)`, during: "1 1", after: "1 1",
		log: "Error Creating Outgoing Channel! [loopback/silent/default]", command: "bgapi originate"},
	{method: "streamFile", call: `session:streamFile("long.wav")`, during: "1 0", after: "1 0", hook: true},
	{method: "streamFile", prepare: `function key() end session:setInputCallback("key")`, call: `session:streamFile("phrase:greet:x")`,
		during: "1 0", after: "1 0", hook: true},
	// That it answers 1 was seen, though modlua-api.md 1.3 says 0 (modlua/README.md, "More facts").
	{method: "recordFile", call: `session:recordFile("/rec/a.wav", 60)`, during: "1 1", after: "1 0", hook: true, lost: "1 0",
		stays: true}, // the application hangs the channel up that is transferred under it
	{method: "sleep", call: `session:sleep(60000)`, during: "1 0", after: "1 1", hook: true, command: "-"},
	{method: "say", prepare: `session:streamFile("again.wav")`, call: `session:say(("7 "):rep(50), "en", "number", "pronounced")`,
		during: "0", after: "0", hook: true},
	{method: "sayPhrase", call: `session:sayPhrase("greet", "x")`, during: "0", after: "0", hook: true},
	{method: "speak", prepare: `session:set_tts_params("voices", "one")`, call: `session:speak("hello")`, during: "1 0", after: "1 0", hook: true},
	{method: "detectSpeech", call: `session:detectSpeech("voices", "yesno", "yesno")`, during: "0", after: "0", hook: true, wait: wait("sendmsg", "detect_speech")},
	{method: "playAndDetectSpeech", call: `session:playAndDetectSpeech("long.wav", "voices", "yesno")`, during: "1 nil", after: "1 nil", hook: true},
	{method: "execute", call: `session:execute("playback", "long.wav")`, during: "0", after: "0", hook: true},
	{method: "execute", call: `session:execute("sleep", "60000")`, during: "0", after: "0", hook: true},
	{method: "execute", call: `session:execute("bridge", "loopback/silent/default")`, during: "0", after: "0", hook: true},
	{method: "execute", call: `session:execute("bridge", "loopback/patient/default")`, during: "0", after: "0", hook: true},
	{method: "execute", call: `session:execute("endless_playback", "long.wav")`, during: "0", after: "0", hook: true},
	{method: "getDigits", call: `session:getDigits(5, "#", 60000)`, during: "1 ", after: "1 ", hook: true, command: "-"},
	{method: "read", call: `session:read(1, 5, "long.wav", 60000, "#")`, during: "1 ", after: "1 ", hook: true},
	{method: "read", call: `session:read(1, 5, "", 60000, "#")`, during: "1 ", after: "1 ", hook: true, command: "-"},
	{method: "playAndGetDigits", call: `session:playAndGetDigits(1, 5, 3, 60000, "#", "long.wav", "wrong.wav", "", "got")`, during: "1 ", after: "1 ", hook: true},
	{method: "playAndGetDigits", call: `session:playAndGetDigits(1, 5, 3, 60000, "#", "", "wrong.wav", "", "got", 5000, "elsewhere")`,
		during: "1 ", after: "1 ", hook: true, command: "-"},
	{method: "collectDigits", prepare: `function key() end session:setInputCallback("key")`, call: `session:collectDigits(60000)`,
		during: "1 0", after: "1 0", hook: true, command: "-"},
	{method: "collectDigits", call: `session:collectDigits(60000, 60000)`, during: "1 0", after: "1 0", hook: true, command: "-"},
	{method: "getVariable", prepare: `session:setVariable("v", "kept")`, call: `session:getVariable("v")`, during: "1 kept", after: "1 kept",
		wait: wait("api uuid_getvar", ""), command: "api uuid_getvar", lost: "1 nil"},
	{method: "flushDigits", call: `session:flushDigits()`, during: "1 0", after: "1 0", wait: wait("api uuid_flush_dtmf", ""), command: "api uuid_flush_dtmf"},
	{method: "playback", call: `session:playback("long.wav")`, during: "2 nil hangup", after: "2 nil hangup", lost: "2 nil error: lost"},
	{method: "wait_event", prepare: `session:wait_event("CHANNEL_ANSWER", 1)`, call: `session:wait_event("NOTHING", 60)`,
		during: "2 nil hangup", after: "2 nil hangup", stays: true, command: "-",
		lost: "2 nil error: lost"}, // events of the channel come as before
}

// instant are the methods that answer without waiting for anybody.
var instant = strings.Fields(`hangup transfer setAutoHangup ready answered mediaReady bridged getState hangupCause hangupState get_uuid
	destroy setVariable setPrivate getPrivate set_tts_params set_tts_parms flushEvents setInputCallback unsetInputCallback setHangupHook
	consoleLog consoleLog2 setEventData sendEvent getXMLCDR insertFile print on off`)

// TestNoMethodIsForgotten: each row of the session object is in one of the lists.
func TestNoMethodIsForgotten(t *testing.T) {
	known := make(map[string]bool)
	for _, b := range blockers {
		known[b.method] = true
	}
	for _, name := range instant {
		if known[name] {
			t.Errorf("%s is in both lists", name)
		}
		known[name] = true
	}
	for _, row := range api.CallClass.Methods {
		if !known[row.Name] {
			t.Errorf("nobody says whether %s waits", row.Name)
		}
		delete(known, row.Name)
	}
	for _, row := range api.Native.Methods {
		delete(known, row.Name)
	}
	for name := range known {
		t.Errorf("there is no method %s", name)
	}
}

// title is the name of a case.
func (b blocking) title(i int) string { return fmt.Sprintf("%d %s", i, b.method) }

// script calls the method and shows what it answers, twice. With a hook the call runs protected.
func (b blocking) script(hook string) string {
	answer := `session:answer()`
	if b.ringing {
		answer = ""
	}
	return fmt.Sprintf(`
		local function show(...)
			local t = { select("#", ...) }
			for i = 1, select("#", ...) do t[i + 1] = tostring((select(i, ...))) end
			print(table.concat(t, " "))
		end
		context = "told"
		%s
		%s
		%s
		freeswitch.msleep(100)
		print("go")
		local function call() return %s end
		show(pcall(call))
		freeswitch.msleep(20)
		print(session:ready(), session:getState())
		show(pcall(call))`, answer, b.prepare, hook, b.call)
}

// protected is what show prints of an answer that came through pcall, and the line of the log in front of it.
func (b blocking) protected(answer string) string {
	if b.log != "" {
		return b.log + "\n" + protected(answer)
	}
	return protected(answer)
}

func protected(answer string) string {
	n, rest, _ := strings.Cut(answer, " ")
	count := int(n[0]-'0') + 1
	if rest == "" && n == "0" {
		return fmt.Sprintf("%d true", count)
	}
	return fmt.Sprintf("%d true %s", count, rest)
}

// begin places a call and waits until the method is under way.
func (b blocking) begin(t *testing.T, hook string) (*house, *esltest.Call) {
	t.Helper()
	h := newHouse(t, b.script(hook), noOptions)
	if b.wait.For > 0 {
		h.sw.Inject(b.wait)
	}
	c := h.call()
	for range 200 {
		if strings.HasSuffix(h.printed(c), "go") {
			h.sw.After(200 * time.Millisecond)
			return h, c
		}
		h.sw.After(20 * time.Millisecond)
	}
	t.Fatalf("the script does not go:\n%s", h.log)
	return nil, nil
}

// soon is how long a method may take to see that its call is over.
func (b blocking) soon() time.Duration { return b.wait.For + 250*time.Millisecond }

// end is when the script of a call has ended, since the house was made.
func (h *house) end(c *esltest.Call) time.Duration {
	h.Helper()
	for _, e := range h.log.all() {
		if e.text == "call ended" && e.attrs["call"] == c.UUID() {
			return e.at.Sub(h.began)
		}
	}
	h.Fatalf("the call has not ended:\n%s", h.log)
	return 0
}

// TestHangupInEveryMethodThatWaits: the method returns at once with its answer, as do those after it, and the script goes
// on to its end.
func TestHangupInEveryMethodThatWaits(t *testing.T) {
	for i, b := range blockers {
		t.Run(b.title(i), func(t *testing.T) {
			t.Parallel()
			h, c := b.begin(t, "")
			down := h.sw.Clock().Now().Sub(h.began)
			c.Hangup("")
			h.finish(c)
			h.wantPrinted(c, "go\n"+b.protected(b.during)+"\nfalse\tCS_HANGUP\n"+b.protected(b.after))
			if took := h.end(c) - down; took > b.soon() {
				t.Errorf("it took %v until the end of the script", took)
			}
			h.says("cause:NORMAL_CLEARING")
		})
	}
}

// TestHangupHookInEveryMethodThatWaits: a hook runs once, within the method that waits if it is one that runs hooks, else
// in the next that does.
func TestHangupHookInEveryMethodThatWaits(t *testing.T) {
	for i, b := range blockers {
		t.Run(b.title(i), func(t *testing.T) {
			t.Parallel()
			h, c := b.begin(t, `
				function hook(s, why, arg) print("hook", s == session, why, arg, s:ready(), s:getState(), s:getVariable("hangup_cause")) return "seen" end
				session:setHangupHook("hook", "context")`)
			c.Hangup("")
			h.finish(c)
			lines := []string{"go", b.protected(b.during), "false\tCS_HANGUP", b.protected(b.after)}
			at := 2 // in ready
			if b.hook {
				at = 1
			}
			lines = append(lines[:at:at], append([]string{"hook\ttrue\thangup\ttold\tfalse\tCS_HANGUP\tnil"}, lines[at:]...)...)
			h.wantPrinted(c, strings.Join(lines, "\n"))
		})
	}
}

// TestAHookThatSaysExit: the method raises it, where hooks run.
func TestAHookThatSaysExit(t *testing.T) {
	for i, b := range blockers {
		if !b.hook {
			continue
		}
		for _, word := range []string{"exit", "DIE"} {
			t.Run(b.title(i)+" "+word, func(t *testing.T) {
				t.Parallel()
				h, c := b.begin(t, `
					function hook(s, why) return "`+word+`" end
					session:setHangupHook("hook")`)
				c.Hangup("")
				h.finish(c)
				h.wantPrinted(c, "go\n2 false "+word+"\nfalse\tCS_HANGUP\n"+b.protected(b.after))
			})
		}
	}
}

// TestAHookThatEndsTheScript: exit without a pcall around it is an error in the log, and the end.
func TestAHookThatEndsTheScript(t *testing.T) {
	h, c := run(t, `
		function hook(s, why) print(why) return "exit" end
		session:answer()
		session:setHangupHook("hook")
		session:streamFile("long.wav")
		print("never")`, "hangup\nexit", func(h *house, c *esltest.Call) {
		h.sw.After(time.Second)
		c.Hangup("USER_BUSY")
	})
	h.says("cause:USER_BUSY", "failed:true")
	if c.Cause() != "USER_BUSY" {
		t.Errorf("cause %s", c.Cause())
	}
}

// TestHangupByTheScript: from within a callback and from a hook, and what follows from it.
func TestHangupByTheScript(t *testing.T) {
	for _, tt := range []struct{ name, script, want, cause string }{
		{"in a callback", `
			function key(s) s:hangup("CALL_REJECTED") end
			session:answer()
			session:setInputCallback("key")
			print(session:streamFile("long.wav"), session:ready(), session:sleep(1000))`, "0\tfalse\t1", "CALL_REJECTED"},
		{"in a callback that does not stop", `
			function key(s) s:hangup("CALL_REJECTED") return "true" end
			session:answer()
			session:setInputCallback("key")
			print(session:sleep(60000), session:ready())`, "0\tfalse", "CALL_REJECTED"},
		{"with a hook", `
			function hook(s, why) print("hook", why, s:hangup("USER_BUSY")) end
			session:answer()
			session:setHangupHook("hook")
			session:sleep(100)
			session:hangup("CALL_REJECTED")
			print(session:ready())`, "hook\thangup\nfalse", "CALL_REJECTED"},
		{"with a hook that was taken away", `
			function hook(s, why) print("hook", why) end
			session:answer()
			session:setHangupHook("hook")
			session:setHangupHook(nil)
			session:hangup("USER_BUSY")
			print(session:ready())`, "false", "USER_BUSY"},
		{"with a hook that is set too late", `
			function hook(s, why) print("hook", why) end
			session:hangup("USER_BUSY")
			session:setHangupHook("hook")
			print(session:ready(), session:sleep(100))`, "false\t1", "USER_BUSY"},
		{"an error in the hook", `
			function hook(s, why) error("in the hook") end
			session:answer()
			session:setHangupHook("hook")
			session:hangup("USER_BUSY")
			print("goes on")`, "main.lua:2: in the hook\ngoes on", "USER_BUSY"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, c := run(t, tt.script, tt.want, func(h *house, c *esltest.Call) {
				h.sw.After(time.Second)
				c.Press("5")
			})
			if c.Cause() != tt.cause {
				t.Errorf("cause %s, want %s", c.Cause(), tt.cause)
			}
			if c.Variable("after") != "" {
				t.Error("the dialplan went on")
			}
		})
	}
}

// TestAHookDoesNotRunWithoutAMethod: not in Lua itself, in msleep or getVariable, and not at the end of the script.
func TestAHookDoesNotRunWithoutAMethod(t *testing.T) {
	hangup := func(h *house, c *esltest.Call) { h.sw.After(time.Second); c.Hangup("") }
	run(t, `
		function hook(s, why) print("hook", why) end
		session:answer()
		session:setHangupHook("hook")
		freeswitch.msleep(2000)
		print(session:getVariable("nothing"))
		session:setVariable("a", "b")
		print(session:answered(), session:mediaReady(), session:getState())
		print(session:ready())`, "nil\ntrue\tfalse\tCS_HANGUP\nhook\thangup\nfalse", hangup)
	run(t, `
		function hook(s, why) print("hook", why) end
		session:answer()
		session:setHangupHook("hook")
		freeswitch.msleep(2000)
		print("end")`, "end", hangup)
}

// TestDigitsBeforeTheHangup: those that were collected so far are returned by the methods that say so.
func TestDigitsBeforeTheHangup(t *testing.T) {
	for _, tt := range []struct{ call, want string }{
		{`session:getDigits(5, "#", 60000)`, "12"},
		{`session:read(1, 5, "long.wav", 60000, "#")`, "12"},
		{`session:read(1, 5, "", 60000, "#")`, "12"},
		{`session:playAndGetDigits(1, 5, 3, 60000, "#", "long.wav", "wrong.wav", "")`, ""},
	} {
		t.Run(tt.call, func(t *testing.T) {
			run(t, "session:answer()\nprint("+tt.call+")\nprint("+tt.call+")", tt.want+"\n", func(h *house, c *esltest.Call) {
				h.sw.After(time.Second)
				c.Press("12")
				h.sw.After(time.Second)
				c.Hangup("")
			})
		})
	}
}
