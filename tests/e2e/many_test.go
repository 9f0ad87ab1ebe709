package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"eslua/esl/esltest"
)

// TestAThousandChattyCalls: at once, each with prompts, digits, variables and applications of its own. None gets anything
// of another.
func TestAThousandChattyCalls(t *testing.T) {
	const calls = 1000
	h := newHouse(t, `
		local id = session:getVariable("id")
		local keys = ""
		function key(s, kind, obj) keys = keys .. obj.digit if obj.digit == "*" then return "break" end end
		session:answer()
		for i = 1, 5 do session:execute("set", "n" .. i .. "=" .. id .. "-" .. i) end
		session:setVariable("n3", id .. " O'Neill ${id} \\")
		local pin = session:playAndGetDigits(4, 4, 2, 3000, "#", "welcome.wav", "wrong.wav", "^\\d+$", "pin")
		session:setInputCallback("key")
		local stopped = session:streamFile("long.wav")
		session:unsetInputCallback()
		local rest = session:getDigits(2, "", 1000)
		session:execute("playback", "short.wav")
		session:sleep(250)
		local said = table.concat({ pin, keys, stopped, rest, session:getVariable("pin"), session:getVariable("n1"),
			session:getVariable("n3"), session:getVariable("n5"), session:getVariable("caller_id_number"),
			tostring(session:ready()), tostring(_G[session:get_uuid()] == session) }, "|")
		session:setVariable("said", said)
		session:execute("set", "last=${said}!")`, noOptions)
	placed := make([]*esltest.Call, calls)
	for i := range placed {
		placed[i] = h.place(esltest.CallSpec{CallerNumber: fmt.Sprint(2000 + i), Variables: map[string]string{"id": fmt.Sprint("call", i)}})
		if i%20 == 19 {
			h.sw.After(10 * time.Millisecond)
		}
	}
	if n := h.engine.Calls(); n < calls*9/10 {
		t.Errorf("%d calls at once", n)
	}
	h.sw.After(time.Second)
	for i, c := range placed {
		c.Press(fmt.Sprintf("%04d", i)) // the pin; it stops the prompt
		if i%50 == 49 {
			h.sw.After(20 * time.Millisecond)
		}
	}
	h.sw.After(time.Second)
	for i, c := range placed {
		c.Press(fmt.Sprintf("%d*%02d", i%10, i%100))
	}
	h.finish(placed...)
	for i, c := range placed {
		want := fmt.Sprintf(`%04[1]d|%[2]d*|0|%02[3]d|%04[1]d|call%[1]d-1|call%[1]d O'Neill ${id} \|call%[1]d-5|%[4]d|true|true`, i, i%10, i%100, 2000+i)
		if got := c.Variable("said"); got != want {
			t.Errorf("call %d:\n%s, want\n%s", i, got, want)
		}
		if got := c.Variable("last"); got != strings.ReplaceAll(want, "${id}", fmt.Sprint("call", i))+"!" { // set expands what was expanded
			t.Errorf("call %d: last is %s", i, got)
		}
		if c.Variable("after") != "yes" || c.Variable("lua_served") != "true" {
			t.Errorf("call %d: after %q, lua_served %q", i, c.Variable("after"), c.Variable("lua_served"))
		}
		if heard := h.heard(c); heard != "welcome.wav long.wav short.wav" {
			t.Errorf("call %d heard %s", i, heard)
		}
		if t.Failed() && i > 20 {
			break
		}
	}
	for _, e := range h.log.all() {
		if e.level > 0 {
			t.Errorf("the log says: %s %v", e.text, e.attrs)
			break
		}
	}
}
