package examples_test

import (
	"strings"
	"testing"
	"time"

	"eslua/engine"
	"eslua/esl"
	"eslua/esl/esltest"
)

func TestQueue(t *testing.T) {
	x := extensions()
	x["agents"] = []esl.Action{{App: "ring_ready"}, {App: "sleep", Data: "4000"}, {App: "answer"}, {App: "sleep", Data: "30000"}}
	o := open(t, esltest.World{Extensions: x, Say: time.Second}, engine.Options{}, esltest.Options{})
	first := o.call("queue/main.lua support loopback/agents", nil)
	o.sw.After(time.Second)
	second := o.call("queue/main.lua support loopback/agents", nil)
	o.sw.After(time.Second)
	if got := o.sql("queue", "SELECT count(*) FROM waiting"); got != "2" {
		t.Errorf("%s are waiting", got)
	}
	o.sw.After(20 * time.Second)
	if got := o.sql("queue", "SELECT count(*) FROM waiting"); got != "0" {
		t.Errorf("%s are waiting though agents have taken both calls", got)
	}
	o.finish(first)
	o.finish(second)
	o.hears(second, "thank_you_for_holding", "you_are_number", "say:2", "local_stream://moh")
	o.logs("answered after 34 s")
}

func TestQueueWays(t *testing.T) {
	for _, c := range []struct {
		name  string
		vars  map[string]string
		steps []step
		logs  string
		went  string
	}{
		{"hangs up", nil, []step{{30 * time.Second, ""}}, "hung up after 30 s", ""},
		{"wants to be called back", map[string]string{"queue_callback": "5101", "queue_announce": "20"}, []step{{45 * time.Second, "1"}}, "callback after 4", "5101"},
		{"has waited too long", map[string]string{"queue_overflow": "5101", "queue_longest": "60"}, nil, "overflow after 6", "5101"},
		{"has waited too long, and there is no way out", map[string]string{"queue_longest": "60"}, nil, "overflow after 6", ""},
		{"a key that means nothing", map[string]string{"queue_longest": "60"}, []step{{30 * time.Second, "1"}}, "overflow after 6", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := extensions()
			x["5101"] = []esl.Action{{App: "set", Data: "went=5101"}}
			o := open(t, esltest.World{Extensions: x}, engine.Options{}, esltest.Options{})
			call := o.call("queue/main.lua support loopback/1002", c.vars)
			o.play(call, c.steps...)
			o.logs(c.logs, "no agent: error: USER_BUSY")
			if got := call.Variable("went"); got != c.went {
				t.Errorf("went to %q, want %q", got, c.went)
			}
			if got := o.sql("queue", "SELECT count(*) FROM waiting"); got != "0" {
				t.Errorf("%s are waiting", got)
			}
		})
	}
}

func TestQueueForgetsTheDead(t *testing.T) {
	o := open(t, esltest.World{}, engine.Options{}, esltest.Options{})
	o.sql("queue", `
		CREATE TABLE waiting (id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, uuid TEXT NOT NULL, since INTEGER NOT NULL, seen INTEGER NOT NULL);
		INSERT INTO waiting (queue, uuid, since, seen) VALUES ('support', 'dead', 1, 1), ('sales', 'elsewhere', 1, 99999999999)`)
	call := o.call("queue/main.lua support loopback/1003", nil)
	o.finish(call)
	o.logs("answered after")
	if strings.Contains(o.log(), "no agent") {
		t.Error(o.log())
	}
}
