package esltest_test

import (
	"testing"
	"time"

	"eslua/esl/esltest"
)

// TestFaults: each kind of fault, at the command that it is for and at no other.
func TestFaults(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault esltest.Fault
		try   func(t *testing.T, l *lab, call *esltest.Call, p *peer)
	}{
		{"cut", esltest.Fault{Command: "api", Kind: esltest.Cut}, func(t *testing.T, l *lab, call *esltest.Call, p *peer) {
			p.want("getvar before", "yes")
			p.send("api uuid_setvar " + p.uuid + " done yes")
			if notice := p.end(); notice != "" {
				t.Errorf("there is a notice: %q", notice)
			}
			if call.Variable("done") != "" {
				t.Error("the command was carried out")
			}
			l.finish(call)
		}},
		{"cut after", esltest.Fault{Command: "api", Kind: esltest.CutAfter}, func(t *testing.T, l *lab, call *esltest.Call, p *peer) {
			p.want("api uuid_setvar "+p.uuid+" done yes", "+OK\n")
			if notice := p.end(); notice != "" {
				t.Errorf("there is a notice: %q", notice)
			}
			if call.Variable("done") != "yes" {
				t.Error("the command was not carried out")
			}
		}},
		{"stall", esltest.Fault{Command: "getvar", Kind: esltest.Stall, For: 3 * time.Second}, func(t *testing.T, l *lab, _ *esltest.Call, p *peer) {
			began := l.clock.Now()
			p.want("getvar before", "yes")
			if ms := l.since(began); ms < 3000 || ms > 3100 {
				t.Errorf("the reply took %d ms", ms)
			}
			p.want("getvar before", "yes")
			if ms := l.since(began); ms > 3100 {
				t.Errorf("it stalled twice")
			}
		}},
		{"error reply", esltest.Fault{App: "set", Kind: esltest.ErrorReply, Text: "-ERR memory error"}, func(t *testing.T, l *lab, call *esltest.Call, p *peer) {
			p.want(execute("1", "eval", ""), "+OK")
			p.want(execute("2", "set", "done=yes"), "-ERR memory error")
			l.sw.After(time.Second)
			if call.Variable("done") != "" {
				t.Error("the command was carried out")
			}
		}},
		{"past the beginning", esltest.Fault{Command: "getvar", Kind: esltest.ErrorReply, Text: "-ERR late", Past: 50}, func(t *testing.T, l *lab, _ *esltest.Call, p *peer) {
			for range 20 {
				p.want("getvar before", "yes")
			}
			for range 50 {
				p.send("getvar before")
				if got := p.reply(); got == "-ERR late" {
					return
				}
			}
			t.Error("it did not strike")
		}},
		{"no reply", esltest.Fault{Command: "sendmsg", App: "set", Kind: esltest.NoReply}, func(t *testing.T, l *lab, call *esltest.Call, p *peer) {
			p.send(execute("1", "set", "done=yes"), "getvar before")
			if got := p.reply(); got != "yes" {
				t.Errorf("the reply is %q", got)
			}
			l.sw.After(time.Second)
			if call.Variable("done") != "yes" {
				t.Error("the command was not carried out")
			}
		}},
		{"no reply to api", esltest.Fault{Command: "api", Kind: esltest.NoReply}, func(t *testing.T, l *lab, call *esltest.Call, p *peer) {
			p.send("api uuid_setvar "+p.uuid+" done yes", "getvar done")
			if got := p.reply(); got != "yes" {
				t.Errorf("the reply is %q", got)
			}
		}},
		{"no reply to connect", esltest.Fault{Command: "connect", Kind: esltest.NoReply}, func(t *testing.T, l *lab, call *esltest.Call, p *peer) {
			p.send("connect", "getvar before")
			if got := p.reply(); got != "yes" {
				t.Errorf("the reply is %q", got)
			}
		}},
		{"no completion", esltest.Fault{App: "set", Kind: esltest.NoCompletion}, func(t *testing.T, l *lab, call *esltest.Call, p *peer) {
			p.subscribe()
			p.want(execute("1", "set", "done=yes"), "+OK")
			p.event("CHANNEL_EXECUTE", "Application-UUID", "1")
			l.sw.After(time.Minute)
			if p.count("CHANNEL_EXECUTE_COMPLETE", "Application-UUID", "1") != 0 || p.count("PRIVATE_COMMAND", "event-uuid", "1") != 0 {
				t.Error("its end was told")
			}
			if call.Variable("done") != "yes" {
				t.Error("the application did not run")
			}
			p.run("2", "set", "a=b")
		}},
		{"frame", esltest.Fault{Command: "getvar", Kind: esltest.Frame, Text: "Content-Type: command/reply\nReply-Text: -ERR hostile\n\n"},
			func(t *testing.T, l *lab, _ *esltest.Call, p *peer) {
				p.want("getvar before", "-ERR hostile")
				if got := p.reply(); got != "yes" {
					t.Errorf("the reply behind it is %q", got)
				}
			}},
		{"skipped", esltest.Fault{Command: "getvar", Kind: esltest.ErrorReply, Text: "-ERR x", Skip: 2, Times: 2},
			func(t *testing.T, l *lab, _ *esltest.Call, p *peer) {
				for _, want := range []string{"yes", "yes", "-ERR x", "-ERR x", "yes"} {
					p.want("getvar before", want)
				}
			}},
		{"any command", esltest.Fault{Kind: esltest.ErrorReply, Text: "-ERR x"}, func(t *testing.T, l *lab, _ *esltest.Call, p *peer) {
			p.want("linger", "-ERR x")
			p.want("linger", "+OK will linger")
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t, world("async full"))
			call, p := l.connected()
			l.sw.After(time.Second)
			l.sw.Inject(tt.fault)
			tt.try(t, l, call, p)
		})
	}
}
