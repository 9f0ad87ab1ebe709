package e2e

import (
	"fmt"
	"testing"
	"time"

	"eslua/esl/esltest"
)

// TestRecordLimits: by time, by silence, by neither. A limit is a whole second of the clock (modlua-api.md 1.3).
func TestRecordLimits(t *testing.T) {
	for _, tt := range []struct {
		args, want  string
		least, most time.Duration
	}{
		{`"/rec/a.wav", 1`, "1 true", time.Second, 2200 * time.Millisecond},
		{`"/rec/a.wav", 5`, "1 true", 5 * time.Second, 6200 * time.Millisecond},
		{`"/rec/a.wav", 5, 0, 1`, "1 true", 5 * time.Second, 6200 * time.Millisecond}, // without a threshold nothing is silence
		{`"/rec/a.wav", 60, 200, 2`, "1 true", 1900 * time.Millisecond, 2200 * time.Millisecond},
		{`"/rec/a.wav", 60, 200`, "1 true", 2900 * time.Millisecond, 3200 * time.Millisecond},
		{`"/rec/a.wav", 2, 200, 30`, "1 true", 2 * time.Second, 3200 * time.Millisecond},
		{`"/rec/a b'c.wav", 1`, "1 true", time.Second, 2200 * time.Millisecond},
		{`nil, 5`, "0 true", 0, 100 * time.Millisecond},
		{`"", 5`, "0 true", 0, 100 * time.Millisecond},
		{`"/none/a.wav", 5`, "0 false", 0, 200 * time.Millisecond},
	} {
		t.Run(tt.args, func(t *testing.T) {
			h := newHouse(t, fmt.Sprintf(`
				session:answer()
				local api = freeswitch.API()
				local began = api:getTime()
				local r = session:recordFile(%s)
				print(r .. " " .. tostring(session:ready()))
				print(api:getTime() - began)`, tt.args), noOptions)
			c := h.call()
			h.finish(c)
			var ms int
			var got string
			if _, err := fmt.Sscanf(h.printed(c), "%1s %s\n%d", new(string), &got, &ms); err != nil {
				t.Fatalf("printed %q: %v", h.printed(c), err)
			}
			h.wantPrinted(c, fmt.Sprintf("%s\n%d", tt.want, ms))
			if took := time.Duration(ms) * time.Millisecond; took < tt.least || took > tt.most {
				t.Errorf("it took %v", took)
			}
			if tt.want == "0 false" && c.Cause() != "DESTINATION_OUT_OF_ORDER" {
				t.Errorf("cause %s", c.Cause())
			}
		})
	}
}

// TestDigitsInARecording: they neither end it nor outlive it; with a callback they end it.
func TestDigitsInARecording(t *testing.T) {
	press := func(h *house, c *esltest.Call) { h.sw.After(time.Second); c.Press("*12") }
	run(t, `
		session:answer()
		print(session:recordFile("/rec/a.wav", 3), session:getDigits(1, "", 300))
		print(session:getVariable("record_seconds"), session:getVariable("silence_hits_exhausted"))`, "1\t\n0\tfalse", press)
	run(t, `
		function key(s, kind, obj) print(obj.digit) return "true" end
		session:answer()
		session:setInputCallback("key")
		print(session:recordFile("/rec/a.wav", 3), session:getDigits(1, "", 300))`, "*\n1\n2\n1\t", press)
	run(t, `
		function key(s, kind, obj) print(obj.digit) return "stop" end
		session:answer()
		session:setInputCallback("key")
		print(session:recordFile("/rec/a.wav", 3), session:streamFile("short.wav"))`, "*\n0\t1", press)
}
