package engine_test

import (
	"strings"
	"testing"
	"time"

	"eslua/engine"
	"eslua/esl/esltest"
)

// TestACallWhoseEventsAreRefused is given back at once to the fall-back of its dialplan, whatever its script does.
func TestACallWhoseEventsAreRefused(t *testing.T) {
	for _, script := range []string{
		`session:answer() session:streamFile("menu.wav") session:setVariable("late", "yes")`,
		`while true do pcall(session.sleep, session, 1000) end`,
		`while session:ready() do freeswitch.msleep(1000) end session:setVariable("late", "yes")`,
		`session:execute("lua", "other.lua") session:setVariable("late", "yes")`,
		`local s = require("eslua").session
		while true do s:wait_event("CHANNEL_HANGUP") end`,
	} {
		for _, mode := range []string{"async full", "async", ""} {
			t.Run(mode+" "+script, func(t *testing.T) {
				h := newHouse(t, map[string]string{"main.lua": script, "other.lua": `session:sleep(60000)`}, engine.Options{})
				command := "event plain"
				if mode != "async full" {
					command = "myevents"
				}
				h.sw.Inject(esltest.Fault{Command: command, Kind: esltest.ErrorReply, Text: "-ERR permission denied"})
				began := h.sw.Clock().Now()
				call := h.call("", mode+" main.lua")
				h.finish(call)
				if call.Variable("after") != "yes" || call.Variable("lua_served") != "" || call.Variable("late") != "" {
					t.Errorf("after %q, lua_served %q, late %q", call.Variable("after"), call.Variable("lua_served"), call.Variable("late"))
				}
				if took := h.sw.Clock().Now().Sub(began); took > 3*time.Second {
					t.Errorf("it took %v", took)
				}
				h.says("the switch does not serve the call", command, "-ERR permission denied", "msg=\"call ended\"", "then=dialplan", "failed=true")
				if n := h.engine.Counts(); n.Calls != 1 || n.Failed != 1 {
					t.Errorf("counted: %+v", n)
				}
				if strings.Contains(h.log.String(), "source=lua") || strings.Count(h.log.String(), "level=ERROR") != 1 {
					t.Errorf("the log says more:\n%s", h.log.String())
				}
			})
		}
	}
}

// TestAKilledScriptPlaysNoMore: what it has playing ends with it.
func TestAKilledScriptPlaysNoMore(t *testing.T) {
	h := newHouse(t, map[string]string{"main.lua": `session:streamFile("tone_stream://%(1000,0,500);loops=-1")`}, engine.Options{})
	call := h.call("", "async full main.lua")
	h.sw.After(3 * time.Second)
	if err := h.engine.Kill(call.UUID()); err != nil {
		t.Fatal(err)
	}
	killed := h.sw.Clock().Now()
	h.finish(call)
	if took := h.sw.Clock().Now().Sub(killed); took > time.Second || call.Variable("after") != "yes" {
		t.Errorf("it took %v, after = %q", took, call.Variable("after"))
	}
}
