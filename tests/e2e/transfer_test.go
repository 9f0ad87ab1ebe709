package e2e

import (
	"strings"
	"testing"
	"time"

	"eslua/esl/esltest"
)

// wantElsewhere checks that a call was transferred, and did not go on behind the socket application.
func wantElsewhere(t *testing.T, c *esltest.Call) {
	t.Helper()
	if c.Variable("elsewhere") != "yes" || c.Variable("after") != "" {
		t.Errorf("elsewhere %q, after %q", c.Variable("elsewhere"), c.Variable("after"))
	}
}

// TestTransferByTheScript: the script goes on with a call that is not ready; the other extension begins when it ends.
func TestTransferByTheScript(t *testing.T) {
	for _, tt := range []struct{ name, script, want string }{
		{"straight", `
			session:answer()
			print(session:transfer("elsewhere", "XML", "default"), session:ready(), session:getState())
			print(session:streamFile("welcome.wav"), session:sleep(5000), session:getDigits(1, "", 5000), session:recordFile("/rec/a.wav", 5))
			session:execute("playback", "welcome.wav")
			session:setVariable("late", "kept")
			print(session:getVariable("late"), session:getVariable("destination_number"), session:getVariable("elsewhere"))`,
			"1\tfalse\tCS_ROUTING\n0\t1\t\t0\nkept\telsewhere\tnil"},
		{"with a hook", `
			function hook(s, why, arg) print("hook", why, arg, s:ready()) return "x" end
			about = 7
			session:answer()
			session:setHangupHook("hook", "about")
			print(session:transfer("elsewhere"))
			print(session:ready(), session:getVariable("lua_hangup_hook_return_val"))`,
			"hook\ttransfer\t7\tfalse\n1\nfalse\tx"},
		{"in a callback", `
			function key(s) print(s:transfer("elsewhere", "XML", "default")) end
			session:answer()
			session:setInputCallback("key")
			print(session:streamFile("long.wav"), session:ready())`, "1\n0\tfalse"},
		{"in a hook of a transfer", `
			function hook(s, why) print("hook", why, s:transfer("agent", "XML", "default")) end
			session:answer()
			session:setHangupHook("hook")
			session:transfer("agent", "XML", "default")
			print(session:transfer("elsewhere", "XML", "default"))`, "hook\ttransfer\t1\n1"},
		{"when all tries have failed", `
			session:answer()
			print(session:playAndGetDigits(1, 1, 2, 500, "", "short.wav", "short.wav", "", "x", 0, "elsewhere XML default"))
			print(session:ready(), session:getState(), session:streamFile("welcome.wav"))`, "\nfalse\tCS_ROUTING\t0"},
		{"by its application", `
			session:answer()
			print(session:execute("transfer", "elsewhere XML default"))
			print(session:ready(), session:getState(), session:streamFile("welcome.wav"), session:sleep(1000))`, "\nfalse\tCS_ROUTING\t0\t1"},
		{"and an error", `
			session:answer()
			session:transfer("elsewhere")
			error("after it")`, "main.lua:4: after it"},
		{"and auto-hangup", `
			session:answer()
			session:setAutoHangup(true)
			session:transfer("elsewhere")`, ""},
		{"before the answer", `print(session:transfer("elsewhere"))`, "1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, c := run(t, tt.script, tt.want, func(h *house, c *esltest.Call) {
				if strings.Contains(tt.script, "key") {
					h.sw.After(time.Second)
					c.Press("5")
				}
			})
			wantElsewhere(t, c)
		})
	}
}

// TestNothingOfTheScriptRunsElsewhere: what a script does after its transfer never reaches the channel.
func TestNothingOfTheScriptRunsElsewhere(t *testing.T) {
	h, c := run(t, `
		session:answer()
		session:transfer("patient", "XML", "default")
		for i = 1, 3 do
			session:streamFile("welcome.wav")
			session:execute("playback", "again.wav")
			session:execute("set", "x=" .. i)
			session:say("1", "en", "number", "pronounced")
		end`, "", func(h *house, c *esltest.Call) {
		h.sw.After(10 * time.Second)
		c.Hangup("")
	})
	if heard := h.heard(c); heard != "long.wav" {
		t.Errorf("heard %s", heard)
	}
}

// TestTransferByAnotherConnection: in every method that waits. It returns as it does with a hang-up, and so do those after
// it, but the state is that of a transfer.
func TestTransferByAnotherConnection(t *testing.T) {
	for _, hook := range []bool{false, true} {
		for i, b := range blockers {
			if b.stays {
				continue
			}
			name := b.title(i)
			setHook := ""
			if hook {
				name += " with a hook"
				setHook = `
					function hook(s, why, arg) print("hook", why, arg, s:ready(), s:getState()) end
					session:setHangupHook("hook", "context")`
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				h, c := b.begin(t, setHook)
				if out := h.command(h.inbound(), "uuid_transfer", c.UUID()+" elsewhere XML default"); out != "+OK\n" {
					t.Fatalf("uuid_transfer: %s", out)
				}
				gone := h.sw.Clock().Now().Sub(h.began)
				h.finish(c)
				wantElsewhere(t, c)
				lines := []string{"go", b.protected(b.during), "false\tCS_ROUTING", b.protected(b.after)}
				at := 2
				if b.hook {
					at = 1
				}
				if hook {
					lines = append(lines[:at:at], append([]string{"hook\ttransfer\ttold\tfalse\tCS_ROUTING"}, lines[at:]...)...)
				}
				h.wantPrinted(c, strings.Join(lines, "\n"))
				if took := h.end(c) - gone; took > b.soon() {
					t.Errorf("it took %v until the end of the script", took)
				}
			})
		}
	}
}
