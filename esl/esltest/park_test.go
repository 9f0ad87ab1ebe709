package esltest_test

import (
	"testing"
	"time"

	"eslua/esl"
)

// TestParkEatsDigits: in async mode digits that nobody takes exist as events only; in static mode they wait for the next
// application (event-socket.md 1.3).
func TestParkEatsDigits(t *testing.T) {
	for mode, want := range map[string]string{"async full": "", "full": "12"} {
		t.Run(mode, func(t *testing.T) {
			l := newLab(t, world(mode))
			call, p := l.answered()
			call.Press("12")
			l.sw.After(time.Second)
			async := mode != "full"
			if n := p.count("DTMF", "Unique-ID", p.uuid); (n == 2) != async {
				t.Errorf("%d digits were told", n)
			}
			p.run("1", "read", "2 2 silence got 1000 #")
			if got := call.Variable("got"); got != want {
				t.Errorf("read got %q, want %q", got, want)
			}
		})
	}
}

func TestParkSaysOneDigitAFrame(t *testing.T) {
	l := newLab(t, world("async full"))
	call, p := l.connected()
	p.want("event plain DTMF CHANNEL_EXECUTE_COMPLETE", "+OK event listener enabled plain")
	p.run("0", "answer", "")
	call.Press("1234567890*#ABCD")
	var before time.Time
	for i, digit := range "1234567890*#ABCD" {
		ev := p.event("DTMF", "Unique-ID", p.uuid)
		if ev.Get("DTMF-Digit") != string(digit) || ev.Get("DTMF-Duration") != "2000" {
			t.Errorf("digit %q of %s", ev.Get("DTMF-Digit"), ev.Get("DTMF-Duration"))
		}
		at, _ := time.Parse(time.RFC1123, ev.Get("Event-Date-GMT"))
		if i > 0 && at.Before(before) {
			t.Error("out of order")
		}
		before = at
	}
}

func TestParkTimeout(t *testing.T) {
	for value, want := range map[string]string{"3": "NORMAL_CLEARING", "3:USER_BUSY": "USER_BUSY"} {
		t.Run(value, func(t *testing.T) {
			w := world("async full")
			w.Extensions["1000"][0] = esl.Action{App: "set", Data: "park_timeout=" + value}
			l := newLab(t, w)
			call, p := l.connected()
			began := l.clock.Now()
			if notice := p.end(); notice != goodbye {
				t.Errorf("notice %q", notice)
			}
			if cause := l.finish(call); cause != want || l.since(began) < 2900 || l.since(began) > 3100 {
				t.Errorf("%s after %d ms", cause, l.since(began))
			}
		})
	}
}

// TestThePollTick: a message to a parked channel is executed at the next tick of 20 ms.
func TestThePollTick(t *testing.T) {
	for _, media := range []bool{false, true} {
		l := newLab(t, world("async full"))
		_, p := l.connected()
		p.subscribe()
		p.run("0", "eval", "")
		if media {
			p.run("1", "answer", "")
		}
		var total time.Duration
		const times = 50
		for i := range times {
			l.sw.After(time.Duration(i) * time.Millisecond)
			began := l.clock.Now()
			p.run(string(rune('A'+i)), "set", "a=b")
			d := l.clock.Now().Sub(began)
			if d > 45*time.Millisecond {
				t.Errorf("media %t: a message took %v", media, d)
			}
			total += d
		}
		if mean := total / times; mean < 10*time.Millisecond || mean > 41*time.Millisecond {
			t.Errorf("media %t: a message takes %v", media, mean)
		}
	}
}

func TestAParkedChannelIsNotParkedTwice(t *testing.T) {
	l := newLab(t, world("async full"))
	call, p := l.connected()
	p.subscribe()
	p.run("1", "park", "")
	if !l.logged("Cannot park channels that are under control already.") {
		t.Error("the log does not say so")
	}
	p.send("exit")
	l.finish(call)
}

func TestWhatIsQueuedBeforeTheExitStillRuns(t *testing.T) {
	l := newLab(t, world("async full"))
	call, p := l.connected()
	p.subscribe()
	p.run("0", "eval", "")
	p.send(execute("1", "set", "late=yes"), "exit")
	p.end()
	l.finish(call)
	if call.Variable("late") != "yes" || call.Variable("after") != "yes" {
		t.Errorf("late %q, after %q", call.Variable("late"), call.Variable("after"))
	}
}
