package luabind_test

import (
	"testing"
	"time"

	"eslua/esl/esltest"
)

// TestBridge is the first part of s24 of the recordings.
func TestBridge(t *testing.T) {
	_, call := run(t, "async full", `
		session:answer()
		function on_input(s, kind, obj) print(kind, obj.digit) end
		session:setInputCallback("on_input")
		local p = freeswitch.Session("{loopback_bowout=false}loopback/agent/default", session)
		print(p:ready(), session:bridged(), p:bridged())
		print(select("#", freeswitch.bridge(session, p)))
		print(session:bridged(), p:ready(), p:hangupCause(), session:getVariable("bridge_hangup_cause"))
		freeswitch.bridge(session, p)`,
		"true\tfalse\tfalse\ndtmf\t5\n0\nfalse\tfalse\tSUCCESS\tNORMAL_CLEARING\nChannels not ready", func(l *lab, c *esltest.Call) {
			l.sw.After(2 * time.Second)
			c.Press("5")
		})
	if call.Cause() == "" {
		t.Error("the call has not ended")
	}
}
