package esltest_test

import (
	"strings"
	"testing"
	"time"

	"eslua/esl"
	"eslua/esl/esltest"
)

func TestBridge(t *testing.T) {
	for _, tt := range []struct {
		name, dial  string
		vars        string
		disposition string
		dialStatus  string
		cause       string // of the caller's hang-up; "" when the call goes on in the dialplan
		ms          int64  // until the end of the application
	}{
		{name: "answered", dial: "loopback/brief", disposition: "SUCCESS", dialStatus: "SUCCESS", ms: 2000},
		{name: "a user of the directory", dial: "user/1002@example.com", disposition: "SUCCESS", dialStatus: "SUCCESS", ms: 30000},
		{name: "busy", dial: "loopback/busy", disposition: "USER_BUSY", dialStatus: "BUSY", cause: "USER_BUSY"},
		{name: "busy, going on", dial: "loopback/busy", vars: "continue_on_fail=true", disposition: "USER_BUSY", dialStatus: "BUSY"},
		{name: "busy, going on for that", dial: "loopback/busy", vars: "continue_on_fail=NO_ANSWER,USER_BUSY", disposition: "USER_BUSY",
			dialStatus: "BUSY"},
		{name: "busy, going on for another", dial: "loopback/busy", vars: "continue_on_fail=NO_ANSWER", disposition: "USER_BUSY",
			dialStatus: "BUSY", cause: "USER_BUSY"},
		{name: "nobody answers", dial: "loopback/silent", vars: "call_timeout=3", disposition: "NO_ANSWER", dialStatus: "NOANSWER", ms: 3000},
		{name: "nobody answers this leg", dial: "[leg_timeout=3]loopback/silent", disposition: "NO_ANSWER", dialStatus: "NOANSWER", ms: 3000},
		{name: "an error", dial: "error/NO_ROUTE_DESTINATION", disposition: "NO_ROUTE_DESTINATION", dialStatus: "NO_ROUTE_DESTINATION",
			cause: "NO_ROUTE_DESTINATION"},
		{name: "an unknown kind", dial: "pigeon/1", disposition: "CHAN_NOT_IMPLEMENTED", dialStatus: "CHAN_NOT_IMPLEMENTED",
			cause: "CHAN_NOT_IMPLEMENTED"},
		{name: "an unknown user", dial: "user/1003@example.com", disposition: "SUBSCRIBER_ABSENT", dialStatus: "SUBSCRIBER_ABSENT",
			cause: "SUBSCRIBER_ABSENT"},
		{name: "the second of two", dial: "loopback/busy|loopback/brief", disposition: "SUCCESS", dialStatus: "SUCCESS", ms: 2000},
		{name: "the faster of two", dial: "loopback/silent,loopback/brief", disposition: "SUCCESS", dialStatus: "SUCCESS", ms: 2000},
		{name: "hang-up afterwards", dial: "loopback/brief", vars: "hangup_after_bridge=true", disposition: "SUCCESS",
			dialStatus: "SUCCESS", cause: "NORMAL_CLEARING", ms: 2000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t, world("async full"))
			call, p := l.answered()
			if tt.vars != "" {
				p.run("1", "set", tt.vars)
			}
			p.want(execute("2", "bridge", tt.dial), "+OK")
			began := p.event("CHANNEL_EXECUTE", "Application-UUID", "2")
			ended := p.event("CHANNEL_EXECUTE_COMPLETE", "Application-UUID", "2")
			if tt.disposition == "SUCCESS" {
				if p.count("CHANNEL_BRIDGE", "Bridge-A-Unique-ID", p.uuid) != 1 || p.count("CHANNEL_UNBRIDGE", "Bridge-A-Unique-ID", p.uuid) != 1 {
					t.Error("there was no bridge")
				}
			}
			for name, want := range map[string]string{"originate_disposition": tt.disposition, "DIALSTATUS": tt.dialStatus} {
				if got := ended.Variable(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
			if ms := stamp(t, ended).Sub(stamp(t, began)).Milliseconds(); ms < tt.ms-30 || ms > tt.ms+150 {
				t.Errorf("it took %d ms, want %d", ms, tt.ms)
			}
			if tt.cause != "" {
				if cause := l.finish(call); cause != tt.cause {
					t.Errorf("cause %s, want %s", cause, tt.cause)
				}
				return
			}
			p.send("exit")
			l.finish(call)
			if call.Variable("after") != "yes" {
				t.Error("the dialplan did not go on")
			}
		})
	}
}

// bridged has a call that is bridged to an extension.
func (l *lab) bridged(dial string) (*esltest.Call, *peer, *esl.Event) {
	l.Helper()
	call, p := l.answered()
	p.want(execute("b", "bridge", dial), "+OK")
	return call, p, p.event("CHANNEL_BRIDGE")
}

func TestDigitsPassABridge(t *testing.T) {
	l := newLab(t, world("async full"))
	call, p, ev := l.bridged("loopback/reads")
	other := ev.Get("Bridge-B-Unique-ID")
	call.Press("7")
	p.event("DTMF", "DTMF-Digit", "7", "Unique-ID", p.uuid)
	l.sw.API("uuid_send_dtmf " + other + " 8")
	p.next("the digit on the far leg", func(m message) bool {
		return matches(m, "DTMF", []string{"DTMF-Digit", "7"}) && m.event.Get("Unique-ID") != p.uuid
	})
}

func TestTheEndOfABridge(t *testing.T) {
	for name, tt := range map[string]struct {
		end   func(l *lab, call *esltest.Call, other string)
		cause string // of the caller's leg; "" if it goes on
	}{
		"the caller": {func(l *lab, call *esltest.Call, _ string) { call.Hangup("USER_BUSY") }, "USER_BUSY"},
		"the called": {func(l *lab, _ *esltest.Call, other string) { l.sw.API("uuid_kill " + other) }, ""},
		"both":       {func(l *lab, _ *esltest.Call, _ string) { l.sw.API("hupall") }, "MANAGER_REQUEST"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, world("async full"))
			call, p, ev := l.bridged("loopback/answers")
			other := ev.Get("Bridge-B-Unique-ID")
			l.sw.After(time.Second)
			p.cmd("linger")
			tt.end(l, call, other)
			p.event("CHANNEL_UNBRIDGE", "Bridge-A-Unique-ID", p.uuid)
			l.sw.After(time.Second)
			if out := l.sw.API("uuid_exists " + other); out != "false" {
				t.Error("the other leg is still there")
			}
			if cause := call.Cause(); cause != tt.cause {
				t.Errorf("cause %q, want %q", cause, tt.cause)
			}
		})
	}
}

// TestTheCallerLeavesWhileItRings: whatever takes him away ends the attempt, and the leg that rings.
func TestTheCallerLeavesWhileItRings(t *testing.T) {
	for _, tt := range []struct {
		name, api string
		vars      string
		cause     string // of the caller's leg; "" if it goes on
	}{
		{"killed", "uuid_kill <uuid> USER_BUSY", "", "USER_BUSY"},
		{"transferred", "uuid_transfer <uuid> answers", "", ""},
		{"transferred, and no failure is to go on", "uuid_transfer <uuid> answers", "continue_on_fail=false", ""},
		{"parked", "uuid_park <uuid>", "", ""},
	} {
		for _, dial := range []string{"loopback/silent", "loopback/silent|loopback/answers", "[leg_timeout=60]loopback/silent,loopback/rings"} {
			t.Run(tt.name+" "+dial, func(t *testing.T) {
				l := newLab(t, world("async full"))
				call, p := l.answered()
				if tt.vars != "" {
					p.run("1", "set", tt.vars)
				}
				p.cmd("linger")
				p.want(execute("b", "bridge", dial), "+OK")
				p.event("CHANNEL_EXECUTE", "Application-UUID", "b")
				l.sw.After(2 * time.Second)
				began := l.clock.Now()
				if out := l.sw.API(strings.ReplaceAll(tt.api, "<uuid>", p.uuid)); !strings.HasPrefix(out, "+OK") {
					t.Fatal(out)
				}
				ended := p.event("CHANNEL_EXECUTE_COMPLETE", "Application-UUID", "b")
				if how := ended.Variable("originate_disposition") + " " + ended.Variable("DIALSTATUS"); how != "ORIGINATOR_CANCEL CANCEL" {
					t.Errorf("it ended with %s", how)
				}
				if ms := l.since(began); ms > 100 {
					t.Errorf("it took %d ms", ms)
				}
				l.sw.After(time.Second)
				if cause := call.Cause(); cause != tt.cause {
					t.Errorf("cause %q, want %q", cause, tt.cause)
				}
				want := "\n2 total.\n" // those of the call
				if tt.cause != "" {
					want = "\n1 total.\n" // which the connection holds
				}
				if out := l.sw.API("show channels count"); out != want {
					t.Errorf("channels: %q, want %q", out, want)
				}
			})
		}
	}
}

// TestAMessageWhileItRings is executed meanwhile.
func TestAMessageWhileItRings(t *testing.T) {
	l := newLab(t, world("async full"))
	_, p := l.answered()
	p.want(execute("b", "bridge", "loopback/silent"), "+OK")
	p.event("CHANNEL_EXECUTE", "Application-UUID", "b")
	began := l.clock.Now()
	p.want(execute("s", "set", "a=b"), "+OK")
	p.event("CHANNEL_EXECUTE_COMPLETE", "Application-UUID", "s")
	if ms := l.since(began); ms > 100 || p.count("CHANNEL_EXECUTE_COMPLETE", "Application-UUID", "b") != 0 {
		t.Errorf("it took %d ms", ms)
	}
}

// TestAMessageDuringABridge is executed within it; under event-lock it waits for its end (event-socket.md, trap 8).
func TestAMessageDuringABridge(t *testing.T) {
	for _, lock := range []bool{false, true} {
		l := newLab(t, world("async full"))
		_, p := l.answered()
		var more []string
		if lock {
			more = append(more, "event-lock: true")
		}
		p.want(execute("b", "bridge", "loopback/brief", more...), "+OK")
		p.event("CHANNEL_BRIDGE")
		p.want(execute("s", "set", "a=b"), "+OK")
		p.event("CHANNEL_EXECUTE_COMPLETE", "Application-UUID", "s")
		if got := p.count("CHANNEL_UNBRIDGE") == 1; got != lock {
			t.Errorf("lock %t: the bridge had ended: %t", lock, got)
		}
	}
}

func TestUUIDBridge(t *testing.T) {
	l := newLab(t, world("async full"))
	watcher := l.login()
	watcher.want("event plain CHANNEL_BRIDGE CHANNEL_UNBRIDGE", "+OK event listener enabled plain")
	for _, id := range []string{"one", "two"} {
		if out := l.sw.API("originate {origination_uuid=" + id + "}loopback/answers &park()"); out != "+OK "+id+"\n" {
			t.Fatal(out)
		}
	}
	if out := l.sw.API("uuid_bridge one nobody"); out != "-ERR Invalid uuid\n" {
		t.Errorf("%q", out)
	}
	if out := l.sw.API("uuid_bridge one two"); out != "+OK two\n" {
		t.Errorf("%q", out)
	}
	watcher.event("CHANNEL_BRIDGE", "Bridge-A-Unique-ID", "one", "Bridge-B-Unique-ID", "two")
	l.sw.After(time.Second)
	if out := l.sw.API("show bridged_calls count"); !strings.Contains(out, "1 total") {
		t.Errorf("%q", out)
	}
	l.sw.API("uuid_kill two")
	watcher.event("CHANNEL_UNBRIDGE")
}

// TestUUIDBridgeOfACallInTheApplication: the channel leaves the socket application and is reset on its way to the other one, while
// the connection stays. Afterwards it parks if it is told to, and goes on with its dialplan if not.
func TestUUIDBridgeOfACallInTheApplication(t *testing.T) {
	for park, after := range map[string]string{"true": "CS_PARK", "": "CS_EXECUTE"} {
		l := newLab(t, world("async full"))
		_, p := l.answered()
		if out := l.sw.API("originate {origination_uuid=two}loopback/answers &park()"); out != "+OK two\n" {
			t.Fatal(out)
		}
		l.sw.API("uuid_setvar " + p.uuid + " park_after_bridge " + park)
		l.sw.API("uuid_bridge " + p.uuid + " two")
		p.event("CHANNEL_UNPARK", "Channel-State-Number", "8", "Unique-ID", p.uuid)
		p.event("CHANNEL_EXECUTE_COMPLETE", "Application", "socket")
		for _, state := range []string{"CS_HIBERNATE", "CS_RESET", "CS_SOFT_EXECUTE"} {
			p.event("CHANNEL_STATE", "Channel-State", state, "Unique-ID", p.uuid)
		}
		p.event("CHANNEL_BRIDGE", "Bridge-B-Unique-ID", "two")
		l.sw.API("uuid_kill two")
		p.event("CHANNEL_UNBRIDGE", "Channel-State", "CS_SOFT_EXECUTE")
		p.event("CHANNEL_STATE", "Channel-State", after, "Unique-ID", p.uuid)
	}
}
