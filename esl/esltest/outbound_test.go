package esltest_test

import (
	"context"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"eslua/esl"
	"eslua/esl/esltest"
)

var modes = []struct{ words, mode, control string }{
	{"async full", "async", "full"},
	{"async", "async", "single-channel"},
	{"full", "static", "full"},
	{"", "static", "single-channel"},
}

// TestACallInEachMode is one whole call in each of the four modes, in memory and over TCP.
func TestACallInEachMode(t *testing.T) {
	for _, m := range modes {
		for name, newLab := range map[string]func(t *testing.T) *lab{
			"memory": func(t *testing.T) *lab { return newLab(t, world(m.words)) },
			"tcp":    func(t *testing.T) *lab { return newTCPLab(t, world(m.words)) },
		} {
			t.Run(m.mode+" "+m.control+" "+name, func(t *testing.T) {
				l := newLab(t)
				call, p := l.call()
				hello := p.connect()
				for header, want := range map[string]string{
					"Event-Name": "CHANNEL_DATA", "Socket-Mode": m.mode, "Control": m.control, "Unique-ID": call.UUID(),
					"Channel-Destination-Number": "1000", "Caller-Destination-Number": "1000", "variable_before": "yes",
					"Reply-Text": "+OK\n", "Answer-State": "ringing", "Call-Direction": "inbound",
				} {
					if got := hello.Get(header); got != want {
						t.Errorf("connect: %s is %q, want %q", header, got, want)
					}
				}
				p.want("myevents", "+OK Events Enabled")
				began := l.clock.Now()
				p.want(execute("a", "answer", ""), "+OK")
				p.want(execute("b", "playback", "short.wav"), "+OK")
				static := m.mode == "static"
				if waited := l.since(began) >= 1000; waited != static {
					t.Errorf("the reply to playback came after %d ms", l.since(began))
				}
				if ev := p.event("CHANNEL_EXECUTE_COMPLETE", "Application-UUID", "b"); ev.Get("Application-Response") != "FILE PLAYED" ||
					ev.Get("Answer-State") != "answered" {
					t.Errorf("end of playback: %s, %s", ev.Get("Application-Response"), ev.Get("Answer-State"))
				}
				p.want("exit", "+OK bye")
				if notice := p.end(); notice != goodbye {
					t.Errorf("notice %q", notice)
				}
				if cause := l.finish(call); cause != "NORMAL_CLEARING" || call.Variable("after") != "yes" {
					t.Errorf("the call ended with %s, after=%q", cause, call.Variable("after"))
				}
			})
		}
	}
}

func TestWithoutFullMostCommandsAreUnknown(t *testing.T) {
	const unknown = "-ERR command not found"
	for _, words := range []string{"async", ""} {
		t.Run(words, func(t *testing.T) {
			l := newLab(t, world(words))
			_, p := l.connected()
			for _, c := range []string{"api status", "bgapi status", "event plain ALL", "nixevent ALL", "noevents", "log", "nolog",
				"linger", "nolinger", "sendevent CUSTOM", "auth ClueCon"} {
				p.want(c, unknown)
			}
			p.want("filter A b", "+OK filter added. [A]=[b]")
			p.want("filter delete all", "+OK filter deleted. [all][]")
			p.want("getvar before", "yes")
			p.want("getvar missing", unknown)
			p.want("divert_events on", "+OK events diverted")
			p.want("divert_events off", "+OK events not diverted")
			p.want("divert_events", "-ERR missing value.")
			p.want("myevents", "+OK Events Enabled")
			p.want("myevents", "-ERR aready enabled.")
			p.want("sendmsg", "+OK")
			p.want("sendmsg 12", "-ERR invalid session id [12]")
			p.want("nonsense", unknown)
		})
	}
}

func TestTheSocketApplicationTriesOneHostAfterTheOther(t *testing.T) {
	for _, tt := range []struct {
		name, data  string
		dialled     []string
		host, path  string
		reachable   string
		connects    bool
		destination string
	}{
		{name: "the second answers", data: "10.0.0.1:9000|10.0.0.2:9001/some/where", reachable: "10.0.0.2:9001",
			dialled: []string{"10.0.0.1:9000", "10.0.0.2:9001"}, host: "10.0.0.2", path: "some/where", connects: true},
		{name: "a port is that of the host before", data: "10.0.0.1:9000|10.0.0.2", reachable: "10.0.0.2:9000",
			dialled: []string{"10.0.0.1:9000", "10.0.0.2:9000"}, host: "10.0.0.2", connects: true},
		{name: "the port is 8084", data: "10.0.0.1 full ivr.lua 'two words'", reachable: "10.0.0.1:8084",
			dialled: []string{"10.0.0.1:8084"}, host: "10.0.0.1", connects: true},
		{name: "nobody answers", data: "10.0.0.1|10.0.0.2", dialled: []string{"10.0.0.1:8084", "10.0.0.2:8084"}, host: "10.0.0.2"},
		{name: "no host", data: ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var dialled []string
			w := world("")
			w.Extensions["1000"][1].Data = tt.data
			l := newLab(t, w, func(o *esltest.Options) {
				pipes := o.Dial
				o.Dial = func(ctx context.Context, address string) (net.Conn, error) {
					dialled = append(dialled, address)
					if address != tt.reachable {
						return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
					}
					return pipes(ctx, address)
				}
			})
			call := l.place(esltest.CallSpec{})
			if tt.connects {
				p := l.accept()
				hello := p.connect()
				if got := hello.Get("variable_current_application_data"); got != tt.data {
					t.Errorf("current_application_data is %q", got)
				}
				p.want("exit", "+OK bye")
			}
			if cause := l.finish(call); cause != "NORMAL_CLEARING" || call.Variable("after") != "yes" {
				t.Errorf("the dialplan did not go on: %s, after=%q", cause, call.Variable("after"))
			}
			if got := strings.Join(dialled, " "); got != strings.Join(tt.dialled, " ") {
				t.Errorf("dialled %q, want %q", dialled, tt.dialled)
			}
			for name, want := range map[string]string{"socket_host": tt.host, "socket_path": tt.path} {
				if got := call.Variable(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
		})
	}
}

func TestTheFirstCommandGetsNoReply(t *testing.T) {
	for _, words := range []string{"async full", "full"} {
		t.Run(words, func(t *testing.T) {
			l := newLab(t, world(words))
			call, p := l.call()
			p.send(execute("x", "set", "first=done"), "getvar before")
			if got := p.reply(); got != "yes" {
				t.Errorf("the first reply is %q", got)
			}
			p.connect()
			l.sw.After(100 * time.Millisecond) // until the channel is parked
			p.send("exit")
			p.end()
			l.finish(call)
			if got := call.Variable("first"); got != "done" {
				t.Errorf("the first command was not carried out: %q", got)
			}
		})
	}
}

// TestTheTrapForCallers shows the three ways in which an asynchronous connection that ends before the channel is parked
// leaves the caller in silence for ever (event-socket.md 1.2), and that none of them harms in static mode.
func TestTheTrapForCallers(t *testing.T) {
	ways := map[string]func(l *lab, p *peer){
		"nothing is said":            func(l *lab, p *peer) {},
		"closed without a command":   func(l *lab, p *peer) { p.conn.Close() },
		"connect and exit in a rush": func(l *lab, p *peer) { p.send("connect", "exit") },
	}
	for name, end := range ways {
		for _, mode := range []string{"async full", "async", "full", ""} {
			t.Run(name+" "+mode, func(t *testing.T) {
				l := newLab(t, world(mode))
				call, p := l.call()
				end(l, p)
				l.sw.After(10 * time.Minute)
				if !p.isClosed() {
					t.Error("the connection is still there")
				}
				stranded := strings.HasPrefix(mode, "async")
				switch {
				case stranded && (call.Cause() != "" || call.Variable("after") != ""):
					t.Errorf("the call went on: %s, after=%q", call.Cause(), call.Variable("after"))
				case !stranded && (call.Cause() != "NORMAL_CLEARING" || call.Variable("after") != "yes"):
					t.Errorf("the call did not go on: %s, after=%q", call.Cause(), call.Variable("after"))
				}
				call.Hangup("")
				l.finish(call)
			})
		}
	}
}

func TestTheFirstCommandIsWaitedForInWholeSeconds(t *testing.T) {
	l := newLab(t, world("full"))
	call, p := l.call()
	began := l.clock.Now()
	if notice := p.end(); notice != goodbye {
		t.Errorf("notice %q", notice)
	}
	if ms := l.since(began); ms < 24_000 || ms > 25_020 {
		t.Errorf("the connection ended after %d ms", ms)
	}
	if !l.logged("Socket Error!") {
		t.Error("the log does not say so")
	}
	l.finish(call)
}

func TestParkIsOverWhenTheConnectionEnds(t *testing.T) {
	for name, end := range map[string]func(p *peer){
		"exit":       func(p *peer) { p.send("exit") },
		"dots":       func(p *peer) { p.send("...") },
		"close":      func(p *peer) { p.conn.Close() },
		"half close": func(p *peer) { p.conn.(interface{ CloseWrite() error }).CloseWrite() },
		"resume":     func(p *peer) { p.send("resume", "exit") },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, world("async full"))
			call, p := l.connected()
			p.subscribe()
			p.run("proof", "eval", "") // the channel is parked
			end(p)
			if cause := l.finish(call); cause != "NORMAL_CLEARING" || call.Variable("after") != "yes" {
				t.Errorf("the dialplan did not go on: %s, after=%q", cause, call.Variable("after"))
			}
		})
	}
}

// TestResumeInStaticModeIsTheEnd: nothing brings the channel back from CS_RESET (event-socket.md 11).
func TestResumeInStaticModeIsTheEnd(t *testing.T) {
	l := newLab(t, world("full"))
	call, p := l.connected()
	p.want("resume", "+OK")
	p.want("exit", "+OK bye")
	l.sw.After(time.Hour)
	if call.Cause() != "" || call.Variable("after") != "" || call.Variable("socket_resume") != "true" {
		t.Errorf("cause %q, after %q, socket_resume %q", call.Cause(), call.Variable("after"), call.Variable("socket_resume"))
	}
	call.Hangup("")
	l.finish(call)
}

// TestResumeInAsyncModeEndsAnApplication: without resume the dialplan waits for it (event-socket.md 11).
func TestResumeInAsyncModeEndsAnApplication(t *testing.T) {
	for command, wait := range map[string]int64{"eval": 60_000, "resume": 0} {
		t.Run(command, func(t *testing.T) {
			l := newLab(t, world("async full"))
			call, p := l.connected()
			p.subscribe()
			p.want(execute("x", "playback", "long.wav"), "+OK")
			p.event("PLAYBACK_START")
			began := l.clock.Now()
			p.send(command, "exit")
			l.finish(call)
			if ms := l.since(began); ms < wait-20 || ms > wait+500 {
				t.Errorf("the call went on after %d ms, want %d", ms, wait)
			}
			if call.Variable("after") != "yes" {
				t.Error("the dialplan did not go on")
			}
		})
	}
}

func TestAnApplicationThatEndsLetsBackgroundJobsFinish(t *testing.T) {
	l := newLab(t, world("async full"))
	call, p := l.connected()
	p.subscribe()
	p.run("proof", "eval", "")
	began := l.clock.Now()
	p.send("bgapi msleep 3000", "exit")
	p.end()
	if ms := l.since(began); ms < 3000 || ms > 3100 {
		t.Errorf("the connection ended after %d ms", ms)
	}
	l.finish(call)
}

func TestAHangupWhileTheSwitchDials(t *testing.T) {
	w := world("async full")
	w.Extensions["1000"] = []esl.Action{{App: "sleep", Data: "1000"}, socket("async full")}
	l := newLab(t, w)
	call := l.place(esltest.CallSpec{})
	call.Hangup("USER_BUSY")
	if cause := l.finish(call); cause != "USER_BUSY" {
		t.Errorf("cause %s", cause)
	}
}
