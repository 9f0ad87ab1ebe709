package e2e

import (
	"fmt"
	"testing"
	"time"

	"eslua/esl/esltest"
)

// TestOriginateFailuresByCause: an object without a call, which says why, with and without the calling leg.
func TestOriginateFailuresByCause(t *testing.T) {
	for _, tt := range []struct {
		dial, cause string
		least, most time.Duration
	}{
		{"loopback/busy/default", "USER_BUSY", 0, 500 * time.Millisecond},
		{"loopback/reject/default", "CALL_REJECTED", 0, 500 * time.Millisecond},
		{"loopback/broken/default", "NETWORK_OUT_OF_ORDER", 0, 500 * time.Millisecond},
		{"{originate_timeout=4}loopback/silent/default", "NO_ANSWER", 4 * time.Second, 5 * time.Second},
		{"[leg_timeout=3]loopback/silent/default", "NO_ANSWER", 3 * time.Second, 4 * time.Second},
		{"loopback/silent/default", "NO_ANSWER", 60 * time.Second, 61 * time.Second},
		{"loopback/silent/default,loopback/silent/default", "NO_ANSWER", 60 * time.Second, 61 * time.Second},
		{"error/NORMAL_TEMPORARY_FAILURE", "NORMAL_TEMPORARY_FAILURE", 0, 500 * time.Millisecond},
		{"loopback/busy/default|error/CALL_REJECTED", "CALL_REJECTED", 0, 500 * time.Millisecond},
		{"nomod/foo", "CHAN_NOT_IMPLEMENTED", 0, 500 * time.Millisecond},
		{"user/nobody", "SUBSCRIBER_ABSENT", 0, 500 * time.Millisecond},
		{"", "DESTINATION_OUT_OF_ORDER", 0, 500 * time.Millisecond},
		{"12345678-1234-1234-1234-123456789012", "CHAN_NOT_IMPLEMENTED", 0, 500 * time.Millisecond},
	} {
		t.Run(tt.dial, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, fmt.Sprintf(`
				session:answer()
				local api = freeswitch.API()
				for _, a in ipairs({ false, session }) do
					local began = api:getTime()
					local b = a and freeswitch.Session(%q, a) or freeswitch.Session(%q)
					local line = table.concat({ tostring(b:ready()), b:hangupCause(), b:get_uuid(), b:getState(), b:streamFile("welcome.wav"),
						tostring(session:ready()) }, " ")
					session:setVariable(a and "second" or "first", line)
					session:setVariable("ms", tostring(api:getTime() - began))
				end
				session:setVariable("how", session:getVariable("originate_disposition") or "nothing")
				local b = freeswitch.Session()
				session:setVariable("third", b:originate(session, %q, 2) .. " " .. b:hangupCause())`, tt.dial, tt.dial, tt.dial), noOptions)
			c := h.call()
			h.finish(c)
			want := "false " + tt.cause + " uninitialized ERROR -1 true"
			for _, name := range []string{"first", "second"} {
				if got := c.Variable(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
			if ms := time.Duration(number(t, c.Variable("ms"))) * time.Millisecond; ms < tt.least || ms > tt.most {
				t.Errorf("it took %v", ms)
			}
			if tt.dial != "" && c.Variable("how") != tt.cause {
				t.Errorf("originate_disposition is %q", c.Variable("how"))
			}
			third := "1 " + tt.cause
			if tt.dial == "" {
				third = "0 NONE" // it says that the destination is missing, and is content
			}
			if got := c.Variable("third"); got != third {
				t.Errorf("originate: %q, want %q", got, third)
			}
		})
	}
}

// TestTheCallerGoesWhileItRings: the attempt that is made for him is given up, one that is not goes on.
func TestTheCallerGoesWhileItRings(t *testing.T) {
	hangup := func(h *house, c *esltest.Call) { h.sw.After(2 * time.Second); c.Hangup("") }
	for _, dial := range []string{
		"loopback/silent/default", "loopback/silent/default,loopback/silent/default", "loopback/silent/default|loopback/silent/default|loopback/silent/default",
		"user/both", "  {a=1}user/both|user/both", "<a=1>loopback/silent/default",
	} {
		h, c := run(t, fmt.Sprintf(`
			session:answer()
			local b = freeswitch.Session(%q, session)
			print(b:ready(), b:hangupCause(), session:ready())`, dial),
			"false\tORIGINATOR_CANCEL\tfalse", hangup)
		if took := h.end(c); took > 3*time.Second {
			t.Errorf("%s: it took %v", dial, took)
		}
		if out := h.sw.API("show channels count"); out != "\n0 total.\n" {
			t.Errorf("%s: channels are left: %q", dial, out)
		}
	}
	h, c := run(t, `
		session:answer()
		local b = freeswitch.Session("loopback/slow/default")
		print(b:ready(), b:hangupCause(), b:streamFile("short.wav"), session:ready())`, "true\tSUCCESS\t1\tfalse", hangup)
	if took := h.end(c); took < 20*time.Second || took > 22*time.Second {
		t.Errorf("it took %v", took)
	}
}

// TestAScriptIsKilledWhileItDials: the switch goes on with the next leg, which answers and would be parked for ever.
func TestAScriptIsKilledWhileItDials(t *testing.T) {
	h := newHouse(t, `session:answer() freeswitch.Session("loopback/silent/default|loopback/patient/default")`, noOptions)
	c := h.call()
	h.sw.After(5 * time.Second)
	if err := h.engine.Kill(c.UUID()); err != nil {
		t.Fatal(err)
	}
	h.finish(c)
	h.sw.After(30 * time.Second)
	if out := h.sw.API("show channels count"); out != "\n0 total.\n" {
		t.Errorf("channels are left: %q", out)
	}
}

// TestAllTelephonesOfAUserRing: the second is the one that answers.
func TestAllTelephonesOfAUserRing(t *testing.T) {
	run(t, `
		session:answer()
		local b = freeswitch.Session("user/desk", session)
		print(b:ready(), b:getVariable("channel_name"), b:getVariable("mark"), b:streamFile("short.wav"))`,
		"true\tloopback/patient-a\tyes\t1", func(*house, *esltest.Call) {})
}

// TestLegsAtTheEndOfTheScript: those that the script has made are hung up unless it says otherwise.
func TestLegsAtTheEndOfTheScript(t *testing.T) {
	for _, tt := range []struct {
		name, more, left string
	}{
		{"hung up", "", "\n0 total.\n"},
		{"kept", "b:setAutoHangup(false)", "\n2 total.\n"},
		{"an error", "error('x')", "\n0 total.\n"},
		{"forgotten", "b = nil collectgarbage()", "\n0 total.\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t, `
				session:answer()
				local b = freeswitch.Session("loopback/patient/default")
				`+tt.more, noOptions)
			c := h.call()
			h.finish(c)
			h.sw.After(time.Second)
			if out := h.sw.API("show channels count"); out != tt.left {
				t.Errorf("channels: %q, want %q", out, tt.left)
			}
			if c.Variable("after") != "yes" {
				t.Error("the dialplan did not go on")
			}
		})
	}
}
