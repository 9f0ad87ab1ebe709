package e2e

import (
	"strings"
	"testing"
	"time"

	"eslua/engine"
	"eslua/esl/esltest"
)

// joined is a script that bridges two legs with freeswitch.bridge; MORE stands in front of that.
const joined = `
	function onA(s, kind, obj) print("A", kind, obj.digit) if obj.digit == "9" then return "break" end end
	function onB(s, kind, obj) print("B", s == b, kind, obj.digit) return obj.digit == "1" and "break" or "true" end
	session:answer()
	b = freeswitch.Session("{loopback_bowout=false}loopback/PEER/default", session)
	MORE
	freeswitch.bridge(session, b)
	print("apart", session:ready(), session:bridged(), b:ready(), session:getVariable("bridge_hangup_cause"))
	print(session:getDigits(9, "", 100))`

// TestDigitsInABridgeOfTwoSessions: an input callback sees those of its leg, from before, too, and ends the bridge as in
// switch_ivr_bridge.c. The others are for the other side.
func TestDigitsInABridgeOfTwoSessions(t *testing.T) {
	const onA, onB = `session:setInputCallback("onA") `, `b:setInputCallback("onB") `
	for _, tt := range []struct {
		name, peer, more, press, want string
		least, most                   time.Duration
		after                         string // the extension where the second leg is then, "" for none
	}{
		{"the callback ends it", "patient", onA, "12#9", "A\tdtmf\t1\nA\tdtmf\t2\nA\tdtmf\t#\nA\tdtmf\t9\napart\ttrue\tfalse\tfalse\tNORMAL_CLEARING\n", 3 * time.Second, 4 * time.Second, ""},
		{"it goes on", "patient", onA, "12#", "A\tdtmf\t1\nA\tdtmf\t2\nA\tdtmf\t#\napart\ttrue\tfalse\tfalse\tNORMAL_CLEARING\n", 60 * time.Second, 65 * time.Second, ""},
		{"no callback", "patient", "", "129", "apart\ttrue\tfalse\tfalse\tNORMAL_CLEARING\n", 60 * time.Second, 65 * time.Second, ""},
		{"digits from before", "patient", `freeswitch.msleep(3500) ` + onA, "12", "A\tdtmf\t1\nA\tdtmf\t2\napart\ttrue\tfalse\tfalse\tNORMAL_CLEARING\n", 60 * time.Second, 65 * time.Second, ""},
		{"one from before ends it", "patient", `freeswitch.msleep(3500) ` + onA, "91", "A\tdtmf\t9\napart\ttrue\tfalse\tfalse\tNORMAL_CLEARING\n", 3500 * time.Millisecond, 5 * time.Second, ""},
		{"the other's callback", "accepts", onA + onB, "", "B\ttrue\tdtmf\t1\napart\ttrue\tfalse\tfalse\tNORMAL_CLEARING\n", 1500 * time.Millisecond, 2 * time.Second, ""},
		{"the other's callback lets it be", "refuses", onA + onB, "9", "B\ttrue\tdtmf\t2\nA\tdtmf\t9\napart\ttrue\tfalse\tfalse\tNORMAL_CLEARING\n", 3 * time.Second, 4 * time.Second, ""},
		{"only the other has one", "accepts", onB + `session:setVariable("hangup_after_bridge", "true")`, "", "apart\tfalse\tfalse\tfalse\tNORMAL_CLEARING\n", 60 * time.Second, 65 * time.Second, ""},
		{"hangup_after_bridge", "patient", onA + `session:setVariable("hangup_after_bridge", "true")`, "9", "A\tdtmf\t9\napart\tfalse\tfalse\tfalse\tNORMAL_CLEARING\n", 3 * time.Second, 4 * time.Second, ""},
		{"the other one parks", "patient", onA + `b:setVariable("park_after_bridge", "true")`, "9", "A\tdtmf\t9\napart\ttrue\tfalse\ttrue\tnil\n", 3 * time.Second, 4 * time.Second, ""},
		{"the other one goes elsewhere", "patient", onA + `b:setVariable("transfer_after_bridge", "elsewhere:XML:default")`, "9",
			"A\tdtmf\t9\napart\ttrue\tfalse\tfalse\tnil\n", 3 * time.Second, 4 * time.Second, "elsewhere"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h, c := run(t, strings.NewReplacer("PEER", tt.peer, "MORE", tt.more).Replace(joined), tt.want, func(h *house, c *esltest.Call) {
				h.sw.After(3 * time.Second)
				c.Press(tt.press)
			})
			if took := h.end(c); took < tt.least || took > tt.most {
				t.Errorf("it took %v", took)
			}
			if left := h.sw.API("show channels"); tt.after != "" && !strings.Contains(left, ","+tt.after+",") {
				t.Errorf("channels: %s", left)
			}
		})
	}
}

// TestTheEndOfACallThatWasBridged: the log says that it is hung up, unless the script has done that itself.
func TestTheEndOfACallThatWasBridged(t *testing.T) {
	const warning = "freeswitch.bridge has taken it out of its dialplan"
	for more, warned := range map[string]bool{
		``: true, `session:streamFile("short.wav")`: true, `session:hangup()`: false, `session:setAutoHangup(true)`: false,
		`session:transfer("elsewhere")`: false, `freeswitch.bridge(session, b)`: true,
	} {
		t.Run(more, func(t *testing.T) {
			h := newHouse(t, `
				session:answer()
				b = freeswitch.Session("loopback/agent/default", session)
				freeswitch.bridge(session, b) `+more, noOptions)
			c := h.call()
			h.finish(c)
			if got := strings.Contains(h.log.String(), warning); got != warned {
				t.Errorf("the log:\n%s", h.log)
			}
			if c.Cause() != "NORMAL_CLEARING" || c.Variable("after") != "" {
				t.Errorf("cause %s, after %q", c.Cause(), c.Variable("after"))
			}
		})
	}
	t.Run("it could not be bridged", func(t *testing.T) {
		h := newHouse(t, `
			session:answer()
			b = freeswitch.Session("loopback/agent/default", session)
			freeswitch.bridge(session, b)
			print(session:ready())`, noOptions)
		h.sw.Inject(esltest.Fault{Command: "bgapi uuid_bridge", Kind: esltest.ErrorReply, Text: "-ERR permission denied"})
		c := h.call()
		h.finish(c)
		h.says("permission denied")
		if strings.Contains(h.log.String(), warning) || c.Variable("after") != "yes" {
			t.Errorf("after %q, the log:\n%s", c.Variable("after"), h.log)
		}
	})
}

// TestAScriptIsEndedWhileTwoTalk: they talk on, and the dialplan goes on behind that.
func TestAScriptIsEndedWhileTwoTalk(t *testing.T) {
	for _, how := range []string{"kill", "shutdown"} {
		t.Run(how, func(t *testing.T) {
			h := newHouse(t, `
				session:answer()
				b = freeswitch.Session("loopback/agent/default", session)
				freeswitch.bridge(session, b)`, engine.Options{})
			c := h.call()
			h.sw.After(2 * time.Second)
			if how == "kill" {
				if err := h.engine.Kill(c.UUID()); err != nil {
					t.Fatal(err)
				}
			} else if err := h.engine.Shutdown(t.Context()); err != nil {
				t.Fatal(err)
			}
			h.finish(c)
			if took := h.sw.Clock().Now().Sub(h.began); took < 5*time.Second || took > 6*time.Second || c.Variable("after") != "yes" {
				t.Errorf("the call took %v, after %q\n%s", took, c.Variable("after"), h.log)
			}
		})
	}
}

// TestALegThatIsLeft: the log tells of one that nobody will hang up.
func TestALegThatIsLeft(t *testing.T) {
	for more, warned := range map[string]bool{`b:setAutoHangup(false)`: true, ``: false, `b:setAutoHangup(false) b:hangup()`: false} {
		h := newHouse(t, `session:answer() b = freeswitch.Session("loopback/patient/default") `+more, noOptions)
		h.finish(h.call())
		if got := strings.Contains(h.log.String(), "stays parked"); got != warned {
			t.Errorf("%s: the log:\n%s", more, h.log)
		}
	}
}
