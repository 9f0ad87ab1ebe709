package e2e

import (
	"testing"
	"time"

	"eslua/esl/esltest"
)

// TestBridgeWithFailover: the application bridge, what becomes of the call when nobody takes it, and the next try.
func TestBridgeWithFailover(t *testing.T) {
	const tell = `
		local function tell(...)
			print(session:ready(), session:getVariable("originate_disposition"), session:getVariable("DIALSTATUS"),
				session:getVariable("bridge_hangup_cause"), ...)
		end
		session:answer()
		`
	for _, tt := range []struct {
		name, script, want string
		cause, after       string
		least, most        time.Duration
	}{
		{"answered", `session:execute("bridge", "loopback/agent/default") tell()`,
			"true\tSUCCESS\tSUCCESS\tNORMAL_CLEARING", "NORMAL_CLEARING", "yes", 5 * time.Second, 6 * time.Second},
		{"hangup_after_bridge", `
			session:setVariable("hangup_after_bridge", "true")
			session:execute("bridge", "loopback/agent/default") tell()`,
			"false\tSUCCESS\tSUCCESS\tNORMAL_CLEARING", "NORMAL_CLEARING", "", 5 * time.Second, 6 * time.Second},
		{"busy", `session:execute("bridge", "loopback/busy/default") tell() print(session:streamFile("welcome.wav"))`,
			"false\tUSER_BUSY\tBUSY\tnil\n0", "USER_BUSY", "", 0, time.Second},
		{"busy, and on", `
			session:setVariable("continue_on_fail", "true")
			session:execute("bridge", "loopback/busy/default") tell()
			session:execute("bridge", "loopback/agent/default") tell()`,
			"true\tUSER_BUSY\tBUSY\tnil\ntrue\tSUCCESS\tSUCCESS\tNORMAL_CLEARING", "NORMAL_CLEARING", "yes", 5 * time.Second, 6 * time.Second},
		{"a cause that is listed", `
			session:setVariable("continue_on_fail", "NO_ANSWER,USER_BUSY")
			session:execute("bridge", "loopback/busy/default") tell(session:streamFile("short.wav"))`,
			"true\tUSER_BUSY\tBUSY\tnil\t1", "NORMAL_CLEARING", "yes", 0, time.Second},
		{"one that is not", `
			session:setVariable("continue_on_fail", "NO_ANSWER,USER_BUSY")
			session:execute("bridge", "loopback/reject/default") tell(session:streamFile("short.wav"))`,
			"false\tCALL_REJECTED\tDONTCALL\tnil\t0", "CALL_REJECTED", "", 0, time.Second},
		{"no answer", `
			session:execute("bridge", "{originate_timeout=3}loopback/silent/default") tell()`,
			"true\tNO_ANSWER\tNOANSWER\tnil", "NORMAL_CLEARING", "yes", 3 * time.Second, 4 * time.Second},
		{"one after the other in one string", `
			session:setVariable("continue_on_fail", "true")
			session:execute("bridge", "[leg_timeout=2]loopback/silent/default|loopback/busy/default|loopback/agent/default") tell()`,
			"true\tSUCCESS\tSUCCESS\tNORMAL_CLEARING", "NORMAL_CLEARING", "yes", 7 * time.Second, 8 * time.Second},
		{"all at once", `
			session:execute("bridge", "loopback/silent/default,loopback/busy/default,loopback/agent/default") tell()`,
			"true\tSUCCESS\tSUCCESS\tNORMAL_CLEARING", "NORMAL_CLEARING", "yes", 5 * time.Second, 6 * time.Second},
		{"none of several", `
			session:setVariable("continue_on_fail", "true")
			session:execute("bridge", "loopback/busy/default|error/CALL_REJECTED|error/NETWORK_OUT_OF_ORDER") tell()`,
			"true\tNETWORK_OUT_OF_ORDER\tNETWORK_OUT_OF_ORDER\tnil", "NORMAL_CLEARING", "yes", 0, time.Second},
		{"a loop over gateways", `
			session:setVariable("continue_on_fail", "true")
			session:setVariable("hangup_after_bridge", "true")
			for _, dial in ipairs({ "error/NETWORK_OUT_OF_ORDER", "{originate_timeout=2}loopback/silent/default", "loopback/busy/default", "loopback/agent/default" }) do
				session:execute("bridge", dial)
				local how = session:getVariable("originate_disposition")
				print(dial, how)
				if how == "SUCCESS" or not session:ready() then break end
			end`,
			"error/NETWORK_OUT_OF_ORDER\tNETWORK_OUT_OF_ORDER\n{originate_timeout=2}loopback/silent/default\tNO_ANSWER\n" +
				"loopback/busy/default\tUSER_BUSY\nloopback/agent/default\tSUCCESS", "NORMAL_CLEARING", "", 7 * time.Second, 8 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h, c := run(t, tell+tt.script, tt.want, nil)
			if c.Cause() != tt.cause || c.Variable("after") != tt.after {
				t.Errorf("cause %s, after %q; want %s, %q", c.Cause(), c.Variable("after"), tt.cause, tt.after)
			}
			if took := h.end(c); took < tt.least || took > tt.most {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// TestTheCallerInABridge: what he does while it rings and while they talk.
func TestTheCallerInABridge(t *testing.T) {
	const script = `
		function key(s, kind, obj) print("key", obj.digit) return "break" end
		session:answer()
		session:setInputCallback("key")
		session:execute("bridge", "loopback/patient/default")
		print(session:ready(), session:bridged())
		session:unsetInputCallback()
		print(session:getDigits(9, "", 300))`
	t.Run("hangs up", func(t *testing.T) {
		run(t, script, "false\tfalse\n", func(h *house, c *esltest.Call) { h.sw.After(2 * time.Second); c.Hangup("") })
	})
	t.Run("presses keys", func(t *testing.T) { // they are for the other side
		run(t, script, "true\tfalse\n", func(h *house, c *esltest.Call) { h.sw.After(2 * time.Second); c.Press("12") })
	})
	t.Run("hangs up while it rings", func(t *testing.T) {
		h, c := run(t, `
			session:answer()
			session:execute("bridge", "loopback/silent/default|loopback/agent/default")
			print(session:ready(), session:getVariable("originate_disposition"))`, "false\tORIGINATOR_CANCEL", func(h *house, c *esltest.Call) {
			h.sw.After(2 * time.Second)
			c.Hangup("")
		})
		if took := h.end(c); took > 3*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}
