package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"eslua/esl/esltest"
)

// around are moments around the end of something, by offset to it: each of them has its own order of what the switch and
// we do.
func around(from, to, step time.Duration) []time.Duration {
	var list []time.Duration
	for d := from; d <= to; d += step {
		list = append(list, d)
	}
	return list
}

// TestABreakNeverHitsTheNextThing: a key stops a playback around the very moment in which it ends by itself. Whatever
// comes next is played to its end.
func TestABreakNeverHitsTheNextThing(t *testing.T) {
	for _, tt := range []struct {
		name, script string
		want         []string // what may be printed
	}{
		{"the next file", `
			function key() return "break" end
			session:answer()
			session:setInputCallback("key")
			local first = session:streamFile("short.wav")
			session:unsetInputCallback()
			print(first, session:streamFile("again.wav"), session:streamFile("short.wav"), session:getDigits(1, "", 200))`,
			[]string{"0\t1\t1\t", "1\t1\t1\t5"}},
		{"the next file, with the callback still there", `
			local stop = "break"
			function key() local s = stop stop = nil return s end
			session:answer()
			session:setInputCallback("key")
			print(session:streamFile("short.wav"), session:streamFile("again.wav"), session:streamFile("short.wav"))`,
			[]string{"0\t1\t1", "1\t0\t1"}},
		{"an application", `
			function key() return "break" end
			session:answer()
			session:setInputCallback("key")
			local first = session:streamFile("short.wav")
			session:unsetInputCallback()
			local api = freeswitch.API()
			local began = api:getTime()
			session:execute("sleep", "1000")
			local slept = api:getTime() - began >= 1000
			session:execute("playback", "again.wav")
			print(first, slept, session:getVariable("playback_ms"))`,
			[]string{"0\ttrue\t1000", "1\tfalse\t1000"}}, // a key that comes too late ends the application sleep
		{"a recording", `
			function key() return "break" end
			session:answer()
			session:setInputCallback("key")
			local first = session:streamFile("short.wav")
			session:unsetInputCallback()
			local api = freeswitch.API()
			local began = api:getTime()
			print(first, session:recordFile("/rec/a.wav", 1), api:getTime() - began >= 1000)`,
			[]string{"0\t1\ttrue", "1\t1\ttrue"}},
		{"a prompt for digits", `
			function key() return "break" end
			session:answer()
			session:setInputCallback("key")
			local first = session:streamFile("short.wav")
			session:unsetInputCallback()
			print(first, session:playAndGetDigits(1, 1, 1, 500, "", "again.wav", "short.wav", ""))`,
			[]string{"0\t", "1\t5"}},
		{"a phrase behind one", `
			function key() return "break" end
			session:answer()
			session:setInputCallback("key")
			session:streamFile("short.wav")
			session:unsetInputCallback()
			local api = freeswitch.API()
			local began = api:getTime()
			session:sayPhrase("greet")
			print(api:getTime() - began >= 2000)`,
			[]string{"true"}},
		{"by a native method", `
			session:answer()
			local ok, why, digit = session:playback("short.wav", { terminators = "5" })
			print(ok, why, digit, session:streamFile("again.wav"))`,
			[]string{"nil\tbreak\t5\t1", "true\tnil\tnil\t1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			seen := make(map[string]int)
			for _, offset := range around(-80*time.Millisecond, 120*time.Millisecond, 5*time.Millisecond) {
				h := newHouse(t, tt.script, noOptions)
				c := h.call()
				// The first file begins some 40 ms after the call and lasts 500 ms.
				h.sw.After(540*time.Millisecond + offset)
				c.Press("5")
				h.finish(c)
				got := h.printed(c)
				seen[got]++
				if c.Variable("after") != "yes" {
					t.Errorf("at %v: the dialplan did not go on", offset)
				}
				good := false
				for _, want := range tt.want {
					good = good || got == want
				}
				if !good {
					t.Errorf("at %v: printed %q, want one of %q; heard %s", offset, got, tt.want, h.heard(c))
				}
			}
			for _, want := range tt.want {
				if seen[want] == 0 {
					t.Errorf("%q did not happen: the moments are not those that matter; %v", want, seen)
				}
			}
		})
	}
}

// TestAStopAndTheNextFileAtOnce: files that are stopped by a key each, one straight after the other: no key stops two,
// and none is lost.
func TestAStopAndTheNextFileAtOnce(t *testing.T) {
	const files = 20
	h := newHouse(t, fmt.Sprintf(`
		local keys = ""
		function key(s, kind, obj) keys = keys .. obj.digit return "break" end
		session:answer()
		session:setInputCallback("key")
		local stopped = 0
		for i = 1, %d do stopped = stopped + 1 - session:streamFile("long.wav") end
		print(stopped, keys)
		session:unsetInputCallback()
		print(session:streamFile("short.wav"))`, files), noOptions)
	c := h.call()
	h.sw.After(300 * time.Millisecond)
	keys := "12345678901234567890"
	c.Press(keys[:5]) // at once
	for i := 5; i < files; i++ {
		h.sw.After(time.Duration(i) * 7 * time.Millisecond)
		c.Press(keys[i : i+1])
	}
	h.finish(c)
	h.wantPrinted(c, "20\t"+keys+"\n1")
}

// TestABreakBeforeTheFirstFrame: digits that were there before stop a file in its first moment.
func TestABreakBeforeTheFirstFrame(t *testing.T) {
	run(t, `
		function key(s, kind, obj) return obj.digit == "1" and "break" or nil end
		session:answer()
		session:sleep(1000)
		session:setInputCallback("key")
		local api = freeswitch.API()
		local began = api:getTime()
		print(session:streamFile("long.wav"), session:streamFile("short.wav"), session:recordFile("/rec/x.wav", 60), session:streamFile("short.wav"))
		print(api:getTime() - began < 3000)`,
		"0\t1\t0\t1\ntrue", func(h *house, c *esltest.Call) {
			h.sw.After(500 * time.Millisecond)
			c.Press("1")
			h.sw.After(1500*time.Millisecond - 20*time.Millisecond)
			c.Press("1")
		})
}

// TestABreakByAnotherConnection: uuid_break from outside ends what plays, and the script goes on.
func TestABreakByAnotherConnection(t *testing.T) {
	for _, offset := range around(400*time.Millisecond, 700*time.Millisecond, 10*time.Millisecond) {
		h := newHouse(t, `
			session:answer()
			print(session:streamFile("short.wav"), session:streamFile("again.wav"))
			print(session:streamFile("short.wav"))`, noOptions)
		other := h.inbound()
		c := h.call()
		h.sw.After(offset)
		h.command(other, "uuid_break", c.UUID())
		h.finish(c)
		got := h.printed(c)
		if got != "0\t1\n1" && got != "1\t0\n1" && got != "1\t1\n1" { // the last: it came between the two, where nothing plays
			t.Errorf("at %v: printed %q", offset, got)
		}
		if n := strings.Count(h.heard(c), "short.wav"); n != 2 {
			t.Errorf("at %v: heard %s", offset, h.heard(c))
		}
	}
}

// TestABreakThatIsLate: the switch is slow with the break, so that the file has ended when it carries it out. What comes
// next waits for that.
func TestABreakThatIsLate(t *testing.T) {
	late := 0
	for _, offset := range around(-60*time.Millisecond, 20*time.Millisecond, 10*time.Millisecond) {
		for _, delay := range []time.Duration{7 * time.Millisecond, 25 * time.Millisecond, 45 * time.Millisecond, 300 * time.Millisecond} {
			h := newHouse(t, `
				function key() return "break" end
				session:answer()
				session:setInputCallback("key")
				local api = freeswitch.API()
				local began = api:getTime()
				local first = session:streamFile("short.wav")
				session:setVariable("whole", tostring(api:getTime() - began >= 500))
				session:unsetInputCallback()
				print(first, session:streamFile("again.wav"), session:streamFile("short.wav"))`, noOptions)
			h.sw.Inject(esltest.Fault{Command: "api uuid_break", Kind: esltest.Stall, For: delay})
			c := h.call()
			h.sw.After(540*time.Millisecond + offset)
			c.Press("5")
			h.finish(c)
			got := h.printed(c)
			if got != "0\t1\t1" && got != "1\t1\t1" {
				t.Errorf("at %v, break %v late: printed %q", offset, delay, got)
			}
			if got == "0\t1\t1" && c.Variable("whole") == "true" {
				late++
			}
		}
	}
	if late == 0 {
		t.Error("no break was late")
	}
}
