package esltest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"eslua/esl"
	"eslua/esl/esltest"
)

// TestHangupInEveryApplication: whatever runs, it ends, the connection ends and the cause is the caller's.
func TestHangupInEveryApplication(t *testing.T) {
	for app, arg := range map[string]string{
		"park": "", "sleep": "60000", "playback": "long.wav", "endless_playback": "short.wav", "loop_playback": "+inf short.wav",
		"record": "/tmp/x.wav", "echo": "", "read": "1 5 long.wav got 60000 #", "say": "en number pronounced 1 2 3",
		"play_and_get_digits": "1 5 3 60000 # long.wav long.wav got \\d+", "speak": "test|v|hello", "phrase": "long",
		"play_and_detect_speech": "long.wav detect:test grammar", "bridge": "loopback/answers", "send_dtmf": "1w2w3W4W5W6W7W8W9",
		"execute_extension": "answers",
	} {
		for _, mode := range []string{"async full", "full"} {
			for _, sip := range []bool{false, true} {
				t.Run(fmt.Sprint(app, " ", mode, " sip ", sip), func(t *testing.T) {
					w := world(mode)
					w.Extensions["1000"] = append([]esl.Action{{App: "answer"}}, w.Extensions["1000"]...)
					w.Say = time.Minute
					w.Speech = map[string]esltest.SpeechEngine{"test": {Speaking: time.Minute}}
					w.Phrases = map[string][]esltest.PhraseAction{"long": {{Function: "play-file", Data: "long.wav"}}}
					l := newLab(t, w)
					call := l.place(esltest.CallSpec{Destination: "1000", SIP: sip})
					p := l.accept()
					p.connect()
					p.want("linger 2", "+OK will linger 2 seconds")
					p.subscribe()
					l.sw.After(100 * time.Millisecond)
					p.send(execute("1", app, arg))
					l.sw.After(1300 * time.Millisecond)
					call.Hangup("USER_BUSY")
					began := l.clock.Now()
					if cause := l.finish(call); cause != "USER_BUSY" {
						t.Errorf("cause %s", cause)
					}
					if ms := l.since(began); ms > 4100 { // linger, and at most a pause of send_dtmf
						t.Errorf("it took %d ms", ms)
					}
					if p.end() != goodbye {
						t.Error("the connection ended otherwise")
					}
					if call.Variable("after") != "" {
						t.Error("the dialplan went on")
					}
				})
			}
		}
	}
}

// TestTheTailOfACall is what the connection of a call gets at its end (event-socket.md 10).
func TestTheTailOfACall(t *testing.T) {
	for _, tt := range []struct {
		name, linger string
		ms           int64 // from the hang-up to the end of the connection
		notice       string
		complete     bool
	}{
		{"without linger", "", 40, "", true},
		{"linger", "linger", 0, "-1", true},
		{"linger for a time", "linger 5", 6000, "5", true},
		{"linger taken back", "nolinger", 40, "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t, world("async full"))
			call, p := l.answered()
			if tt.linger == "nolinger" {
				p.cmd("linger")
			}
			if tt.linger != "" {
				p.cmd(tt.linger)
			}
			call.Hangup("NORMAL_UNSPECIFIED")
			began := l.clock.Now()
			if tt.notice != "" {
				m := p.next("linger notice", func(m message) bool { return m.frame.Header("Content-Disposition") == "linger" })
				for header, want := range map[string]string{
					"Linger-Time": tt.notice, "Controlled-Session-UUID": p.uuid, "Channel-Name": "loopback/1000-b", "Content-Length": "0",
				} {
					if got := m.frame.Header(header); got != want {
						t.Errorf("%s is %q, want %q", header, got, want)
					}
				}
				// getvar works after the hang-up, uuid_getvar does not (event-socket.md 5.3, 15).
				p.want("getvar before", "yes")
				p.want("api uuid_getvar "+p.uuid+" before", "-ERR No such channel!\n")
				p.want("sendmsg\ncall-command: execute\nexecute-app-name: set\nexecute-app-arg: late=1", "+OK")
				if got := p.connect().Get("Answer-State"); got != "hangup" {
					t.Errorf("connect says %q", got)
				}
			}
			if tt.ms == 0 {
				l.sw.After(time.Hour)
				if p.isClosed() {
					t.Fatal("the connection has ended")
				}
				p.want("exit", "+OK bye")
			}
			p.end()
			if ms := l.since(began); tt.ms > 0 && (ms < tt.ms-1100 || ms > tt.ms) {
				t.Errorf("it took %d ms, want %d", ms, tt.ms)
			}
			if got := slices.Contains(p.names(), "CHANNEL_HANGUP_COMPLETE"); got != tt.complete {
				t.Errorf("CHANNEL_HANGUP_COMPLETE came: %t; %s", got, p)
			}
			if p.count("CHANNEL_DESTROY", "Unique-ID", p.uuid) != 0 {
				t.Error("CHANNEL_DESTROY of the own channel came")
			}
			l.finish(call)
		})
	}
}

// TestLingerInStaticMode: the channel cannot run its hang-up states meanwhile, but what may run on a dead channel does.
func TestLingerInStaticMode(t *testing.T) {
	l := newLab(t, world("full"))
	call, p := l.connected()
	p.subscribe()
	p.want("linger 3", "+OK will linger 3 seconds")
	call.Hangup("")
	p.next("linger notice", func(m message) bool { return m.frame.Header("Content-Disposition") == "linger" })
	p.want(execute("1", "set", "late=yes"), "+OK")
	p.want(execute("2", "playback", "short.wav"), "+OK")
	p.want("getvar late", "yes")
	p.end()
	if p.count("CHANNEL_HANGUP_COMPLETE", "Unique-ID", p.uuid) != 0 {
		t.Error("CHANNEL_HANGUP_COMPLETE came")
	}
	if p.count("CHANNEL_EXECUTE", "Application-UUID", "2") != 0 {
		t.Error("playback ran on a dead channel")
	}
	l.finish(call)
}

func TestCausesOfAHangup(t *testing.T) {
	for cause, want := range map[string]string{
		"": "NORMAL_CLEARING", "USER_BUSY": "USER_BUSY", "user_busy": "USER_BUSY", "17": "USER_BUSY", "bogus": "NORMAL_CLEARING",
		"NO_ANSWER": "NO_ANSWER",
	} {
		for _, by := range []string{"message", "application", "caller", "uuid_kill"} {
			t.Run(by+" "+cause, func(t *testing.T) {
				l := newLab(t, world("async full"))
				call, p := l.connected()
				p.want("event plain CHANNEL_HANGUP", "+OK event listener enabled plain")
				switch by {
				case "message":
					p.want(strings.TrimSuffix("sendmsg\ncall-command: hangup\nhangup-cause: "+cause, "\nhangup-cause: "), "+OK")
				case "application":
					p.want(execute("1", "hangup", cause), "+OK")
				case "caller":
					call.Hangup(cause)
				case "uuid_kill":
					p.send("api " + strings.TrimSpace("uuid_kill "+p.uuid+" "+cause))
				}
				if got := p.event("CHANNEL_HANGUP", "Unique-ID", p.uuid).Get("Hangup-Cause"); got != want {
					t.Errorf("the event says %s, want %s", got, want)
				}
				if got := l.finish(call); got != want || call.Variable("hangup_cause") != want {
					t.Errorf("the call says %s, want %s", got, want)
				}
			})
		}
	}
}

func TestTheReportOfACall(t *testing.T) {
	l := newLab(t, world("async full"))
	call, p := l.connected()
	p.subscribe()
	l.sw.After(2 * time.Second)
	p.run("0", "answer", "")
	p.run("1", "playback", "tone_stream://%(5000,0,440)")
	call.Press("42")
	l.sw.After(100 * time.Millisecond)
	call.Hangup("")
	ev := p.event("CHANNEL_HANGUP_COMPLETE", "Unique-ID", p.uuid)
	l.finish(call)
	for name, want := range map[string]string{
		"hangup_cause": "NORMAL_CLEARING", "hangup_cause_q850": "16", "digits_dialed": "42", "billsec": "5", "duration": "7",
		"answersec": "2", "last_app": "playback", "last_arg": "tone_stream://%(5000,0,440)",
	} {
		if got := ev.Variable(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestSchedHangup(t *testing.T) {
	for _, tt := range []struct{ command, cause string }{
		{"app +3", "ALLOTTED_TIMEOUT"}, {"app +3 USER_BUSY", "USER_BUSY"}, {"api +3", "ALLOTTED_TIMEOUT"}, {"api +3 17", "USER_BUSY"},
	} {
		t.Run(tt.command, func(t *testing.T) {
			l := newLab(t, world("async full"))
			call, p := l.connected()
			began := l.clock.Now()
			how, arg, _ := strings.Cut(tt.command, " ")
			if how == "app" {
				p.want(execute("1", "sched_hangup", arg), "+OK")
			} else {
				when, cause, _ := strings.Cut(arg, " ")
				p.want("api sched_hangup "+strings.TrimSpace(when+" "+p.uuid+" "+cause), "+OK\n")
			}
			if cause := l.finish(call); cause != tt.cause || l.since(began) < 2900 || l.since(began) > 3200 {
				t.Errorf("%s after %d ms", cause, l.since(began))
			}
		})
	}
}
