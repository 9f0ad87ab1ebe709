package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"eslua/engine"
	"eslua/esl/esltest"
)

// TestTwoCallsInOneScript: the call and a leg that the script has made, each with callbacks and digits of its own.
func TestTwoCallsInOneScript(t *testing.T) {
	run(t, `
		function onA(s, kind, obj, arg) print("A", s == session, s == b, obj.digit, arg) if obj.digit == "9" then return "break" end end
		function onB(s, kind, obj, arg) print("B", s == session, s == b, obj.digit, arg) return "break" end
		first, second = "one", "two"
		session:answer()
		b = freeswitch.Session("loopback/accepts/default", session)
		print(b:ready(), b:getState(), b:getVariable("originator") == session:get_uuid(), _G[b:get_uuid()] == b)
		session:setInputCallback("onA", "first")
		b:setInputCallback("onB", "second")
		print("A plays", session:streamFile("again.wav"))
		print("B plays", b:streamFile("long.wav"))
		print("A plays", session:streamFile("long.wav"))
		b:unsetInputCallback()
		session:unsetInputCallback()
		print(b:getDigits(1, "", 200), session:getDigits(1, "", 200))
		b:hangup("USER_BUSY")
		print(b:ready(), session:ready(), b:getState(), b:hangupCause())
		print(b:streamFile("again.wav"), session:streamFile("again.wav"))`,
		"true\tCS_SOFT_EXECUTE\ttrue\ttrue\n"+
			"A\ttrue\tfalse\t4\tone\n"+
			"A plays\t1\n"+
			"B\tfalse\ttrue\t1\ttwo\n"+
			"B plays\t0\n"+
			"A\ttrue\tfalse\t5\tone\n"+
			"A\ttrue\tfalse\t9\tone\n"+
			"A plays\t0\n"+
			"\t6\n"+
			"false\ttrue\tCS_HANGUP\tSUCCESS\n"+
			"0\t1", func(h *house, c *esltest.Call) {
			h.sw.After(600 * time.Millisecond)
			c.Press("4") // while A hears something
			h.sw.After(700 * time.Millisecond)
			c.Press("596") // while B does: they wait
		})
}

// TestHooksOfTwoCalls: each object's hook tells of its own leg.
func TestHooksOfTwoCalls(t *testing.T) {
	run(t, `
		function hookA(s, why) print("A", s == session, why, b:ready()) end
		function hookB(s, why) print("B", s == b, why, session:ready()) end
		session:answer()
		b = freeswitch.Session("loopback/agent/default", session)
		session:setHangupHook("hookA")
		b:setHangupHook("hookB")
		print(b:sleep(60000))
		print(session:sleep(1000))
		b = freeswitch.Session("loopback/patient/default", session)
		print(b:sleep(2000), session:ready())
		print(session:sleep(100), b:ready())`,
		"B\ttrue\thangup\ttrue\n0\n1\nA\ttrue\thangup\ttrue\n1\tfalse\n1\ttrue", func(h *house, c *esltest.Call) {
			h.sw.After(7 * time.Second)
			c.Hangup("")
		})
}

// screening asks the called one whether he takes the call before the two are connected.
const screening = `
	session:answer()
	session:setVariable("park_after_bridge", "false")
	local b = freeswitch.Session("{origination_caller_id_number=1001}loopback/%s/default", session)
	if not b:ready() then
		print("no one", b:hangupCause())
		session:streamFile("bye.wav")
		return
	end
	local key = b:playAndGetDigits(1, 1, 2, 3000, "#", "welcome.wav", "wrong.wav", "[12]")
	print("key", key, session:ready())
	if key == "1" and session:ready() then
		freeswitch.bridge(session, b)
		print("bridged", session:ready(), session:bridged())
	else
		b:hangup()
		print(session:streamFile("bye.wav"))
	end`

func TestCallScreening(t *testing.T) {
	hangup := func(h *house, c *esltest.Call) { h.sw.After(20 * time.Second); c.Hangup("") }
	for _, tt := range []struct {
		who, want string
		far       func(h *house, c *esltest.Call)
		least     time.Duration
	}{
		{"accepts", "key\t1\ttrue\nbridged\tfalse\tfalse", hangup, 20 * time.Second},
		{"refuses", "key\t2\ttrue\n1", nil, 0},
		{"patient", "key\t\ttrue\n1", nil, 10 * time.Second},
		{"agent", "key\t\ttrue\n1", nil, 5 * time.Second}, // hangs up while he is asked
		{"busy", "no one\tUSER_BUSY", nil, 0},
		{"accepts", "key\t1\tfalse\n0", func(h *house, c *esltest.Call) { h.sw.After(time.Second); c.Hangup("") }, 0},
	} {
		t.Run(tt.who, func(t *testing.T) {
			h, c := run(t, fmt.Sprintf(screening, tt.who), tt.want, tt.far)
			if took := h.end(c); took < tt.least || took > tt.least+5*time.Second {
				t.Errorf("it took %v", took)
			}
			h.sw.After(time.Second)
			if out := h.sw.API("show channels count"); out != "\n0 total.\n" {
				t.Errorf("channels are left: %q", out)
			}
		})
	}
}

// TestCallBack: the script hangs up, calls back, and works with that leg as long as it is there, whatever time there is for
// scripts whose call has gone.
func TestCallBack(t *testing.T) {
	h := newHouse(t, `
		session:answer()
		local number = session:getVariable("caller_id_number")
		session:hangup()
		freeswitch.msleep(5000)
		local b = freeswitch.Session("loopback/" .. (number == "1001" and "slow" or "none") .. "/default")
		print(b:ready(), b:hangupCause(), session:ready())
		print(b:playAndGetDigits(1, 1, 1, 500, "", "welcome.wav", "short.wav", ""))
		b = freeswitch.Session("loopback/accepts/default")
		for i = 1, 2 do print(b:streamFile("long.wav")) end
		print(b:getDigits(1, "", 100), b:ready())
		while true do freeswitch.msleep(1000) end`, engine.Options{AfterHangup: 30 * time.Second})
	c := h.call()
	h.finish(c)
	h.wantPrinted(c, "true\tSUCCESS\tfalse\n\n1\n0\n\tfalse")
	if took := h.end(c); took < 110*time.Second || took > 125*time.Second {
		t.Errorf("it took %v", took)
	}
	h.says(": 30s")
	if out := h.sw.API("show channels count"); strings.TrimSpace(out) != "0 total." {
		t.Errorf("channels are left: %q", out)
	}
}
