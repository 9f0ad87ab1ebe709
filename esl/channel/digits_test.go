package channel_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"eslua/esl/channel"
	"eslua/esl/esltest"
)

// collected is what the tests below have got.
type collected struct {
	digits     string
	terminator byte
	err        error
	took       time.Duration
}

// pressing runs f in a call in which keys are pressed at given times after the answer.
func pressing(t *testing.T, keys map[time.Duration]string, f func(ctx context.Context, leg *channel.Leg) collected) collected {
	t.Helper()
	var got collected
	l := newLab(t, "async full", func(ctx context.Context, c *channel.Call) {
		c.Leg().Answer(ctx)
		began := c.Clock().Now()
		got = f(ctx, c.Leg())
		got.took = c.Clock().Now().Sub(began)
	})
	call := l.call()
	for d := range 30_000 {
		if k := keys[time.Duration(d)*time.Millisecond]; k != "" {
			l.sw.After(l.began.Add(time.Duration(d+100) * time.Millisecond).Sub(l.clock.Now()))
			call.Press(k)
		}
	}
	l.finish(call)
	return got
}

func TestDigitsTypedDuringPlaybackStayForCollect(t *testing.T) {
	keys := map[time.Duration]string{500 * time.Millisecond: "12", 1500 * time.Millisecond: "3", 2500 * time.Millisecond: "4#5"}
	got := pressing(t, keys, func(ctx context.Context, leg *channel.Leg) (c collected) {
		if p, err := leg.Play(ctx, "welcome.wav", 0, channel.Input{}); p != channel.Played || err != nil {
			t.Errorf("play: %v, %v", p, err)
		}
		c.digits, c.terminator, c.err = leg.Collect(ctx, channel.Collect{Max: 10, Terminators: "#", First: 5 * time.Second}, "")
		if d, ok := leg.NextDigit(); ok {
			t.Errorf("digit %c is there before it can be", d.Key)
		}
		leg.Pause(ctx, time.Second, channel.Input{})
		if d, ok := leg.NextDigit(); !ok || d.Key != '5' {
			t.Errorf("the digit behind the terminator: %c, %v", d.Key, ok)
		}
		return c
	})
	if got.digits != "1234" || got.terminator != '#' || got.err != nil {
		t.Errorf("collected %q, terminator %q, %v", got.digits, got.terminator, got.err)
	}
}

func TestCollectEndsByItsRules(t *testing.T) {
	second := time.Second
	for _, c := range []struct {
		name    string
		keys    map[time.Duration]string
		collect channel.Collect
		digits  string
		err     error
		took    time.Duration // roughly
	}{
		{"nothing pressed", nil, channel.Collect{Max: 4, First: 2 * second}, "", channel.ErrTimeout, 2 * second},
		{"max reached", map[time.Duration]string{second: "1234"}, channel.Collect{Max: 3, First: 2 * second}, "123", nil, second},
		{"between digits", map[time.Duration]string{second: "1"}, channel.Collect{Max: 3, First: 2 * second, Between: 500 * time.Millisecond},
			"1", channel.ErrTimeout, 1500 * time.Millisecond},
		{"one time for both", map[time.Duration]string{second: "1"}, channel.Collect{Max: 3, First: 2 * second}, "1", channel.ErrTimeout, 3 * second},
		{"only a time between", map[time.Duration]string{second: "1"}, channel.Collect{Max: 3, Between: 2 * second}, "1", channel.ErrTimeout, 3 * second},
		{"total time", map[time.Duration]string{second: "1", 2 * second: "2"}, channel.Collect{Max: 9, First: 3 * second, Total: 2500 * time.Millisecond},
			"12", channel.ErrTimeout, 2500 * time.Millisecond},
		{"terminator alone", map[time.Duration]string{second: "#"}, channel.Collect{Max: 9, First: 3 * second, Terminators: "#*"}, "", nil, second},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := pressing(t, c.keys, func(ctx context.Context, leg *channel.Leg) (r collected) {
				r.digits, r.terminator, r.err = leg.Collect(ctx, c.collect, "")
				return r
			})
			if got.digits != c.digits || !errors.Is(got.err, c.err) {
				t.Errorf("%q, %v; want %q, %v", got.digits, got.err, c.digits, c.err)
			}
			if over := got.took - c.took; over < -100*time.Millisecond || over > 200*time.Millisecond {
				t.Errorf("took %v, want about %v", got.took, c.took)
			}
		})
	}
}

func TestTheInputStopsAPlayback(t *testing.T) {
	keys := map[time.Duration]string{500 * time.Millisecond: "123"}
	seen := ""
	got := pressing(t, keys, func(ctx context.Context, leg *channel.Leg) (c collected) {
		p, err := leg.Play(ctx, "long.wav", 0, channel.Input{Digit: func(d channel.Digit) bool {
			seen += string(d.Key)
			return d.Key == '2'
		}})
		if p != channel.PlaybackStopped || err != nil {
			t.Errorf("play: %v, %v", p, err)
		}
		// The next one must not be hit by the break of the last.
		if p, err := leg.Play(ctx, "again.wav", 0, channel.Input{}); p != channel.Played || err != nil {
			t.Errorf("play again: %v, %v", p, err)
		}
		c.digits, c.terminator, c.err = leg.Collect(ctx, channel.Collect{Max: 1, First: time.Second}, "")
		return c
	})
	if seen != "12" || got.digits != "3" {
		t.Errorf("the input saw %q, then %q was left", seen, got.digits)
	}
	if got.took > 3*time.Second {
		t.Errorf("took %v", got.took)
	}
}

func TestAnApplicationKeepsTheDigitsItHasUsed(t *testing.T) {
	keys := map[time.Duration]string{500 * time.Millisecond: "12#", 4 * time.Second: "9"}
	got := pressing(t, keys, func(ctx context.Context, leg *channel.Leg) (c collected) {
		leg.Execute(ctx, channel.Exec{App: "read", Arg: "1 5 silence_stream://100 pin 3000 #"})
		if v, _, err := leg.Get(ctx, "pin"); v != "12" || err != nil {
			t.Errorf("pin: %q, %v", v, err)
		}
		c.digits, c.terminator, c.err = leg.Collect(ctx, channel.Collect{Max: 1, First: 5 * time.Second}, "")
		return c
	})
	if got.digits != "9" || got.err != nil {
		t.Errorf("left: %q, %v", got.digits, got.err)
	}
}

func TestAnApplicationIsGivenTheDigitsThatWait(t *testing.T) {
	keys := map[time.Duration]string{500 * time.Millisecond: "123"}
	pressing(t, keys, func(ctx context.Context, leg *channel.Leg) (c collected) {
		leg.Pause(ctx, time.Second, channel.Input{})
		leg.Execute(ctx, channel.Exec{App: "read", Arg: "3 3 silence_stream://1000 pin 2000 #", GiveDigits: true})
		if v, _, err := leg.Get(ctx, "pin"); v != "123" || err != nil {
			t.Errorf("pin: %q, %v", v, err)
		}
		if d, ok := leg.NextDigit(); ok {
			t.Errorf("digit %c was used twice", d.Key)
		}
		return c
	})
}

func TestFlushDigitsForgetsWhatWasPressed(t *testing.T) {
	keys := map[time.Duration]string{500 * time.Millisecond: "12", 2 * time.Second: "3"}
	got := pressing(t, keys, func(ctx context.Context, leg *channel.Leg) (c collected) {
		leg.Pause(ctx, time.Second, channel.Input{})
		leg.FlushDigits(ctx)
		c.digits, c.terminator, c.err = leg.Collect(ctx, channel.Collect{Max: 1, First: 2 * time.Second}, "")
		return c
	})
	if got.digits != "3" {
		t.Errorf("%q", got.digits)
	}
}

func TestPlayAndGetDigits(t *testing.T) {
	ask := func(p channel.Prompted) func(ctx context.Context, leg *channel.Leg) collected {
		return func(ctx context.Context, leg *channel.Leg) (c collected) {
			c.digits, c.err = leg.PlayAndGetDigits(ctx, p)
			return c
		}
	}
	read := channel.Read{Min: 4, Max: 4, Prompt: "welcome.wav", Variable: "pin", Timeout: 2 * time.Second, Terminators: "#"}
	for _, c := range []struct {
		name   string
		keys   map[time.Duration]string
		asked  channel.Prompted
		digits string
		took   time.Duration
	}{
		{"at the prompt", map[time.Duration]string{500 * time.Millisecond: "1234"}, channel.Prompted{Read: read, Tries: 3}, "1234", 600 * time.Millisecond},
		{"too few, then good", map[time.Duration]string{time.Second: "12", 6 * time.Second: "5678"},
			channel.Prompted{Read: read, Tries: 2, BadInput: "again.wav"}, "5678", 6200 * time.Millisecond},
		{"never", nil, channel.Prompted{Read: read, Tries: 2, BadInput: "again.wav"}, "", 10 * time.Second},
		{"not as the pattern", map[time.Duration]string{500 * time.Millisecond: "1234", 4 * time.Second: "9999"},
			channel.Prompted{Read: read, Tries: 2, BadInput: "again.wav", Regex: `^9`}, "9999", 4200 * time.Millisecond},
		{"a pattern that Go has not", map[time.Duration]string{500 * time.Millisecond: "1233"},
			channel.Prompted{Read: read, Tries: 1, Regex: `(\d)\1`}, "1233", 600 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := pressing(t, c.keys, ask(c.asked))
			if got.digits != c.digits || got.err != nil {
				t.Errorf("%q, %v; want %q", got.digits, got.err, c.digits)
			}
			if over := got.took - c.took; over < -200*time.Millisecond || over > 400*time.Millisecond {
				t.Errorf("took %v, want about %v", got.took, c.took)
			}
		})
	}
}

// TestDigitsAreForTheInnermost: of applications that run within each other the last one reads the channel.
func TestDigitsAreForTheInnermost(t *testing.T) {
	l := newLab(t, "async full", func(ctx context.Context, c *channel.Call) {
		leg := c.Leg()
		if _, err := leg.Launch(channel.Exec{App: "playback", Arg: "long.wav"}); err != nil {
			t.Error(err)
		}
		leg.Pause(ctx, 2*time.Second, channel.Input{})
		got := ""
		p, err := leg.Play(ctx, "welcome.wav", 0, channel.Input{Digit: func(d channel.Digit) bool {
			got += string(d.Key)
			return false
		}})
		if p != channel.Played || err != nil || got != "5" {
			t.Errorf("%v, %v, digits %q", p, err, got)
		}
		leg.Pause(ctx, 4*time.Second, channel.Input{}) // the outer one goes on, and has the next digit
		if d, ok := leg.NextDigit(); ok {
			t.Errorf("a digit %c is left", d.Key)
		}
		leg.Hangup("")
	})
	call := l.call()
	l.sw.After(3 * time.Second)
	call.Press("5")
	l.sw.After(3 * time.Second)
	call.Press("6")
	l.finish(call)
}

// TestDigitsOfALegThatIsParked: that park was told of late does not make the digits those of an application.
func TestDigitsOfALegThatIsParked(t *testing.T) {
	l := newLab(t, "async full", nil)
	l.serve = func(ctx context.Context, c *channel.Call) {
		leg, err := c.Originate(ctx, channel.Originate{Dial: "loopback/stays/default"})
		if err != nil {
			t.Error(err)
			return
		}
		body := "Event-Name: CHANNEL_EXECUTE\nUnique-ID: " + leg.UUID() + "\nApplication: park\nApplication-UUID: late\n\n"
		l.sw.Inject(esltest.Fault{Command: "api uuid_getvar", Kind: esltest.Frame,
			Text: fmt.Sprintf("Content-Length: %d\nContent-Type: text/event-plain\n\n%s", len(body), body)})
		if _, _, err := leg.Get(ctx, "uuid"); err != nil {
			t.Error(err)
		}
		l.sw.API("uuid_recv_dtmf " + leg.UUID() + " 7")
		leg.Pause(ctx, time.Second, channel.Input{})
		if d, ok := leg.NextDigit(); !ok || d.Key != '7' {
			t.Errorf("the digit is %q, %t", d.Key, ok)
		}
	}
	l.finish(l.call())
}
