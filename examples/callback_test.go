package examples_test

import (
	"testing"
	"time"

	"eslua/engine"
	"eslua/esl"
	"eslua/esl/esltest"
)

// callbacks is a world with an agent who presses keys when somebody calls back, and a customer.
func callbacks(keys string) esltest.World {
	x := extensions()
	x["agents"] = []esl.Action{{App: "answer"}, {App: "sleep", Data: "5000"}, {App: "send_dtmf", Data: keys}, {App: "sleep", Data: "60000"}}
	x["5102"] = []esl.Action{{App: "set", Data: "callback_gateway=loopback/"}, {App: "socket", Data: "127.0.0.1:8084 async full callback/main.lua connect"}}
	x["004930123456"] = []esl.Action{{App: "answer"}, {App: "sleep", Data: "9000"}}
	x["4930123456"] = x["004930123456"]
	return esltest.World{Extensions: x}
}

func TestCallBack(t *testing.T) {
	vars := map[string]string{"callback_prefixes": "0049", "callback_agents": "loopback/agents"}
	for _, c := range []struct {
		name  string
		keys  string // of the agent
		vars  map[string]string
		steps []step
		logs  []string
		hears []string
	}{
		{"types the number", "1", vars, []step{{3 * time.Second, "004930123456#"}, {6 * time.Second, "1"}},
			[]string{"will call 004930123456", "004930123456: done"}, []string{"please_enter_the_number", "ivr-you_entered", "digits/0.wav", "we_will_return", "thank_you_for_calling"}},
		{"the agent does not want it", "2", vars, []step{{3 * time.Second, "004930123456#"}, {6 * time.Second, "1"}},
			[]string{"will call 004930123456", "the agent did not want"}, nil},
		{"nobody is called elsewhere", "1", vars, []step{{3 * time.Second, "0900123456#"}, {4 * time.Second, "0049#"}, {4 * time.Second, "12345#"}},
			[]string{"not allowed: 0900123456", "not allowed: 0049", "not allowed: 12345"}, []string{"invalid_number", "invalid_number", "invalid_number", "ivr-im_sorry"}},
		{"hangs up once it is confirmed", "1", vars, []step{{3 * time.Second, "004930123456#"}, {6 * time.Second, "1"}, {300 * time.Millisecond, ""}},
			[]string{"will call 004930123456", "004930123456: done"}, nil},
		{"the dialplan names no agents", "1", map[string]string{"callback_prefixes": "0049"}, []step{{3 * time.Second, "004930123456#"}, {6 * time.Second, "1"}},
			[]string{"cannot call 004930123456 later: callback_agents"}, []string{"ivr-im_sorry"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := open(t, callbacks(c.keys), engine.Options{}, esltest.Options{})
			call := o.call("callback/main.lua offer 5102", c.vars)
			o.play(call, c.steps...)
			o.sw.After(5 * time.Minute)
			o.hears(call, c.hears...)
			o.logs(c.logs...)
		})
	}
}

func TestCallBackAtTheCallersNumber(t *testing.T) {
	o := open(t, callbacks("1"), engine.Options{}, esltest.Options{})
	vars := map[string]string{"callback_prefixes": "4930", "callback_agents": "loopback/agents"}
	call := o.call("callback/main.lua offer 5102", vars)
	o.play(call, step{10 * time.Second, "1"})
	o.hears(call, "it_appears_that", "digits/4.wav", "digits/9.wav", "we_will_return")
	o.logs("will call 4930123456")
	o.sw.After(time.Minute)
	// Nothing is remembered of a caller who hangs up before.
	o = open(t, callbacks("1"), engine.Options{}, esltest.Options{})
	o.play(o.call("callback/main.lua offer 5102", vars), step{10 * time.Second, ""})
	o.sw.After(5 * time.Minute)
	if log := o.log(); len(log) > len("INFO call started\nINFO call ended") {
		t.Error(log)
	}
}
