package esltest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"eslua/esl"
	"eslua/esl/esltest"
)

func TestFilters(t *testing.T) {
	for _, tt := range []struct {
		name    string
		filters []string
		want    string // the k of the events that come
	}{
		{"none", nil, "a b c"},
		{"equal", []string{"k a"}, "a"},
		{"case does not count", []string{"K A"}, "a"},
		{"two are alternatives", []string{"k a", "k c"}, "a c"},
		{"two headers are alternatives", []string{"k a", "other 2"}, "a b"},
		{"a sign", []string{"k +b"}, "b"},
		{"a negative one alone passes nothing", []string{"k -b"}, ""},
		{"a negative one drops", []string{"common yes", "k -b"}, "a c"},
		{"a negative one drops what was let through before", []string{"k b", "common -yes"}, ""},
		{"a pattern", []string{"k /^[ab]$/"}, "a b"},
		{"a pattern without case", []string{"k /^[AB]$/i"}, "a b"},
		{"behind a sign it is no pattern", []string{"common yes", "k -/a/"}, "a b c"},
		{"a header that is not there", []string{"nothing a"}, ""},
		{"deleted by value", []string{"k a", "k b", "delete k a"}, "b"},
		{"deleted by name", []string{"k a", "other 2", "delete k"}, "b"},
		{"all deleted", []string{"k a", "delete all"}, "a b c"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t, world(""))
			p, sender := l.login(), l.login()
			p.want("event plain CUSTOM", "+OK event listener enabled plain")
			for _, f := range tt.filters {
				if reply := p.cmd("filter " + f); !strings.HasPrefix(reply, "+OK filter ") {
					t.Errorf("filter %s: %q", f, reply)
				}
			}
			for i, k := range []string{"a", "b", "c"} {
				sender.cmd(fmt.Sprintf("sendevent CUSTOM\nk: %s\nother: %d\ncommon: yes", k, i+1))
			}
			p.want("filter delete all", "+OK filter deleted. [all][]")
			sender.cmd("sendevent CUSTOM\nk: end")
			p.event("CUSTOM", "k", "end")
			var got []string
			for _, k := range []string{"a", "b", "c"} {
				if p.count("CUSTOM", "k", k) > 0 {
					got = append(got, k)
				}
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("%q came, want %q", got, tt.want)
			}
		})
	}
}

// TestFiltersByChannel: each way to say that only one channel matters, and what it lets through.
func TestFiltersByChannel(t *testing.T) {
	for _, tt := range []struct {
		name     string
		commands []string
		own      int // answers of the own channel
		foreign  int
		jobs     int // own ones
	}{
		{"nothing", nil, 1, 1, 1},
		{"the channel", []string{"filter Unique-ID <uuid>"}, 1, 0, 0},
		{"the channel in capitals", []string{"filter Unique-ID <UUID>"}, 1, 0, 0},
		{"the channel and its jobs", []string{"filter Unique-ID <uuid>", "filter Job-Owner-UUID <uuid>"}, 1, 0, 1},
		{"its jobs", []string{"filter job-owner-uuid <uuid>"}, 0, 0, 1},
		{"without a type", []string{"filter Unique-ID <uuid>", "filter Event-Name -CHANNEL_ANSWER"}, 0, 0, 0},
		{"another header", []string{"filter Unique-ID <uuid>", "filter Event-Name CHANNEL_ANSWER"}, 1, 1, 0},
		{"a pattern", []string{"filter Unique-ID /./"}, 1, 1, 0},
		{"another channel", []string{"filter Unique-ID 1234"}, 0, 0, 0},
		{"deleted again", []string{"filter Unique-ID 1234", "filter delete Unique-ID"}, 1, 1, 1},
		{"myevents", []string{"myevents"}, 1, 0, 1},
		{"myevents and a filter", []string{"myevents", "filter Event-Name CHANNEL_ANSWER"}, 1, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t, world("async full"))
			_, p := l.connected()
			for _, c := range tt.commands {
				c = strings.NewReplacer("<uuid>", p.uuid, "<UUID>", strings.ToUpper(p.uuid)).Replace(c)
				if reply := p.cmd(c); !strings.HasPrefix(reply, "+OK") {
					t.Errorf("%s: %q", c, reply)
				}
			}
			p.want("event plain CHANNEL_ANSWER BACKGROUND_JOB", "+OK event listener enabled plain")
			p.cmd("bgapi echo job")
			p.want(execute("own", "answer", ""), "+OK")
			l.sw.API("originate {origination_uuid=foreign}loopback/answers &park()")
			l.sw.After(time.Second)
			got := [3]int{p.count("CHANNEL_ANSWER", "Unique-ID", p.uuid), p.count("CHANNEL_ANSWER", "Unique-ID", "foreign"),
				p.count("BACKGROUND_JOB", "Job-Command", "echo")}
			if want := [3]int{tt.own, tt.foreign, tt.jobs}; got != want {
				t.Errorf("own answers, foreign answers, jobs: %v, want %v; there was %s", got, want, p)
			}
		})
	}
}

func TestMyeventsOfAnInboundConnection(t *testing.T) {
	l := newLab(t, world("full"))
	call, app := l.connected()
	for _, tt := range []struct{ command, reply string }{
		{"myevents nobody json", "-ERR invalid uuid"},
		{"myevents " + call.UUID() + " json", "+OK Events Enabled"},
	} {
		p := l.login()
		p.want(tt.command, tt.reply)
		if strings.HasPrefix(tt.reply, "-") {
			continue
		}
		app.want(execute("x", "set", "a=b"), "+OK")
		if ev := p.event("CHANNEL_EXECUTE"); ev.Get("Unique-ID") != call.UUID() {
			t.Errorf("an event of %s", ev.Get("Unique-ID"))
		}
		p.want("getvar before", "yes")
		if p.connect().Get("Unique-ID") != call.UUID() {
			t.Error("connect has another channel")
		}
	}
}

func TestSubscriptions(t *testing.T) {
	for _, tt := range []struct {
		name     string
		commands []string
		want     string
	}{
		{"a type", []string{"event plain MESSAGE"}, "MESSAGE"},
		{"types add up", []string{"event plain MESSAGE", "event NOTIFY_IN"}, "MESSAGE NOTIFY_IN"},
		{"all", []string{"event plain ALL"}, "MESSAGE NOTIFY_IN CUSTOM CUSTOM:a::b"},
		{"all but one", []string{"event plain ALL", "nixevent MESSAGE"}, "NOTIFY_IN CUSTOM"},
		{"custom", []string{"event plain CUSTOM"}, "CUSTOM"},
		{"a subclass", []string{"event plain CUSTOM a::b"}, "CUSTOM CUSTOM:a::b"},
		{"a subclass no more", []string{"event plain CUSTOM a::b", "nixevent CUSTOM a::b"}, "CUSTOM"},
		{"subclasses have case", []string{"event plain CUSTOM A::B"}, "CUSTOM"},
		{"types behind CUSTOM are subclasses", []string{"event plain CUSTOM MESSAGE"}, "CUSTOM"},
		{"no events", []string{"event plain ALL", "noevents"}, ""},
		{"after noevents", []string{"event plain ALL", "noevents", "event plain MESSAGE"}, "MESSAGE"},
		{"unknown words", []string{"event plain NONSENSE MESSAGE"}, "MESSAGE"},
		{"without a format", []string{"event MESSAGE"}, "MESSAGE"},
		{"with capitals", []string{"EVENT PLAIN message"}, "MESSAGE"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t, world(""))
			p, sender := l.login(), l.login()
			for _, c := range tt.commands {
				if reply := p.cmd(c); !strings.HasPrefix(reply, "+OK") {
					t.Errorf("%s: %q", c, reply)
				}
			}
			for _, ev := range []string{"MESSAGE", "NOTIFY_IN", "CUSTOM", "CUSTOM\nEvent-Subclass: a::b"} {
				sender.cmd("sendevent " + ev)
			}
			l.sw.After(time.Second)
			var got []string
			for _, ev := range []string{"MESSAGE", "NOTIFY_IN", "CUSTOM", "CUSTOM:a::b"} {
				name, subclass, _ := strings.Cut(ev, ":")
				if p.count(name, "Event-Subclass", subclass) > 0 {
					got = append(got, ev)
				}
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("%q came, want %q", got, tt.want)
			}
		})
	}
}

func TestTheThreeFormats(t *testing.T) {
	for _, format := range []string{"plain", "json", "xml"} {
		t.Run(format, func(t *testing.T) {
			w := world("async full")
			w.Extensions["1000"][0] = esl.Action{App: "set", Data: "odd=ä & <b> \"100%\""}
			l := newLab(t, w)
			_, p := l.connected()
			p.want("event "+format+" CHANNEL_EXECUTE", "+OK event listener enabled "+format)
			p.want(execute("x", "set", "a=b"), "+OK")
			if got := p.event("CHANNEL_EXECUTE").Variable("odd"); got != "ä & <b> \"100%\"" {
				t.Errorf("the variable is %q", got)
			}
		})
	}
}

// TestTooManyEvents: a connection that does not read loses events when its queue is full, and after 500 in a row is ended
// (event-socket.md 9).
func TestTooManyEvents(t *testing.T) {
	for _, tt := range []struct {
		events int
		notice string
	}{{1000, ""}, {1500, ""}, {1501, "killed listener because of lost events\n"}} {
		t.Run(fmt.Sprint(tt.events), func(t *testing.T) {
			l := newLab(t, world(""), func(o *esltest.Options) { o.QueueLimit = 1000 })
			p, sender := l.login(), l.login()
			p.want("event plain MESSAGE", "+OK event listener enabled plain")
			p.conn.Write([]byte("api echo half a command\n")) // nothing is sent to us now
			l.sw.After(time.Second)
			for i := range tt.events {
				sender.send(fmt.Sprintf("sendevent MESSAGE\nn: %d", i))
			}
			for range tt.events {
				sender.reply()
			}
			l.sw.After(time.Second)
			if tt.notice != "" {
				if notice := p.end(); notice != tt.notice {
					t.Errorf("notice %q", notice)
				}
				return
			}
			p.conn.Write([]byte("\n"))
			if got := p.reply(); got != "half a command" {
				t.Errorf("reply %q", got)
			}
			l.sw.After(time.Second)
			if n := p.count("MESSAGE"); n != 1000 {
				t.Errorf("%d events came, want 1000", n)
			}
			if p.count("MESSAGE", "n", "0") != 1 || p.count("MESSAGE", "n", "1000") != 0 {
				t.Error("not the newest were dropped")
			}
		})
	}
}

// TestEventsWaitForThePoll: events are sent when the poll of 20 ms ends, a command's reply at once.
func TestEventsWaitForThePoll(t *testing.T) {
	l := newLab(t, world(""))
	p, sender := l.login(), l.login()
	p.want("event plain MESSAGE", "+OK event listener enabled plain")
	l.sw.After(7 * time.Millisecond)
	began := l.clock.Now()
	sender.cmd("sendevent MESSAGE")
	if l.since(began) != 0 {
		t.Errorf("the reply took %d ms", l.since(began))
	}
	p.event("MESSAGE")
	if ms := l.since(began); ms < 10 || ms > 21 {
		t.Errorf("the event took %d ms", ms)
	}
}

func TestDivertedDigits(t *testing.T) {
	l := newLab(t, world("async full"))
	call, p := l.connected()
	watcher := l.login()
	watcher.want("event plain DTMF", "+OK event listener enabled plain")
	p.want("event plain CHANNEL_EXECUTE_COMPLETE", "+OK event listener enabled plain")
	p.run("a", "answer", "")
	p.want("divert_events on", "+OK events diverted")
	call.Press("5")
	p.event("DTMF", "DTMF-Digit", "5") // though nobody asked for it here
	l.sw.After(time.Second)
	if n := watcher.count("DTMF", "Unique-ID", p.uuid); n != 0 {
		t.Errorf("the digit went to the bus %d times", n)
	}
	p.want("divert_events off", "+OK events not diverted")
	call.Press("6")
	watcher.event("DTMF", "DTMF-Digit", "6")
}
