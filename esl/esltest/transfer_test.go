package esltest_test

import (
	"testing"
	"time"

	"eslua/esl"
)

// TestATransferDuringTheConnection: in async mode the channel goes at once and the connection stays; in static mode it goes
// when the connection ends (event-socket.md 11).
func TestATransferDuringTheConnection(t *testing.T) {
	for _, mode := range []string{"async full", "full"} {
		for _, by := range []string{"application", "api"} {
			t.Run(mode+" "+by, func(t *testing.T) {
				w := world(mode)
				w.Extensions["elsewhere"] = []esl.Action{{App: "set", Data: "elsewhere=yes"}, {App: "sleep", Data: "5000"}}
				l := newLab(t, w)
				call, p := l.answered()
				if by == "api" {
					p.want("api uuid_transfer "+p.uuid+" elsewhere", "+OK\n")
				} else {
					p.want(execute("1", "transfer", "elsewhere"), "+OK")
				}
				l.sw.After(time.Second)
				if static := mode == "full"; (call.Variable("elsewhere") == "") != static {
					t.Errorf("elsewhere is %q", call.Variable("elsewhere"))
				}
				if p.isClosed() {
					t.Error("the connection has ended")
				}
				p.want("api echo still here", "still here")
				p.want("exit", "+OK bye")
				p.end()
				l.finish(call)
				if call.Variable("elsewhere") != "yes" || call.Variable("after") != "" {
					t.Errorf("elsewhere %q, after %q", call.Variable("elsewhere"), call.Variable("after"))
				}
			})
		}
	}
}

func TestWhatATransferLeaves(t *testing.T) {
	w := world("async full")
	w.Extensions["elsewhere"] = []esl.Action{{App: "answer"}, {App: "sleep", Data: "60000"}}
	l := newLab(t, w)
	_, p := l.connected()
	p.subscribe()
	p.want(execute("1", "transfer", "elsewhere XML other"), "+OK")
	ev := p.event("CHANNEL_EXECUTE", "Application", "answer")
	for header, want := range map[string]string{
		"Caller-Destination-Number": "elsewhere", "Caller-RDNIS": "1000", "Caller-Context": "other", "Caller-Profile-Index": "2",
		"variable_max_forwards": "70",
	} {
		if got := ev.Get(header); got != want {
			t.Errorf("%s is %q, want %q", header, got, want)
		}
	}
}

func TestTransfersAreLimited(t *testing.T) {
	w := world("")
	w.Extensions["round"] = []esl.Action{{App: "transfer", Data: "round"}}
	l := newLab(t, w)
	call, p := l.connected()
	p.want(execute("1", "transfer", "round"), "+OK")
	p.send("exit")
	if cause := l.finish(call); cause != "EXCHANGE_ROUTING_ERROR" {
		t.Errorf("cause %s", cause)
	}
}

func TestTransfersThatGoNowhere(t *testing.T) {
	for _, tt := range []struct{ app, arg, cause string }{
		{"transfer", "nowhere", "NO_ROUTE_DESTINATION"},
		{"transfer", "'set:a=1,hangup:USER_BUSY' inline", "USER_BUSY"},
		{"transfer", "m:^:set:a=1^hangup:USER_BUSY inline", "USER_BUSY"},
		{"execute_extension", "busy", "USER_BUSY"},
	} {
		t.Run(tt.arg, func(t *testing.T) {
			l := newLab(t, world("async full"))
			call, p := l.connected()
			p.want(execute("1", tt.app, tt.arg), "+OK")
			if cause := l.finish(call); cause != tt.cause {
				t.Errorf("cause %s, want %s", cause, tt.cause)
			}
		})
	}
}

func TestATransferOfTheOtherLeg(t *testing.T) {
	for _, which := range []string{"-bleg", "-both"} {
		t.Run(which, func(t *testing.T) {
			w := world("async full")
			w.Extensions["elsewhere"] = []esl.Action{{App: "set", Data: "elsewhere=yes"}, {App: "park"}}
			l := newLab(t, w)
			call, p, ev := l.bridged("loopback/answers")
			other := ev.Get("Bridge-B-Unique-ID")
			p.cmd("linger")
			p.want("api uuid_transfer "+p.uuid+" "+which+" elsewhere", "+OK\n")
			l.sw.After(time.Second)
			if got := l.sw.API("uuid_getvar " + other + " elsewhere"); got != "yes" {
				t.Errorf("the other leg has elsewhere=%q", got)
			}
			if got := call.Variable("elsewhere") == "yes"; got != (which == "-both") {
				t.Errorf("the leg itself was transferred: %t", got)
			}
		})
	}
}

func TestUUIDPark(t *testing.T) {
	w := world("")
	l := newLab(t, w)
	watcher := l.login()
	watcher.want("event plain CHANNEL_PARK", "+OK event listener enabled plain")
	l.sw.API("originate {origination_uuid=mine}loopback/answers answers")
	if out := l.sw.API("uuid_park mine"); out != "+OK\n" {
		t.Errorf("%q", out)
	}
	watcher.event("CHANNEL_PARK", "Unique-ID", "mine")
}
