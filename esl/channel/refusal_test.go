package channel_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"eslua/esl"
	"eslua/esl/channel"
	"eslua/esl/esltest"
	"eslua/internal/clock"
)

// refuse has the switch refuse a command.
func (l *lab) refuse(command string) {
	l.sw.Inject(esltest.Fault{Command: command, Kind: esltest.ErrorReply, Text: "-ERR permission denied"})
}

// setUp are the commands that a call cannot be served without, by the mode of its connection.
var setUp = []struct{ mode, command string }{
	{"async full", "linger"},
	{"async full", "filter Unique-ID"},
	{"async full", "filter Job-Owner-UUID"},
	{"async full", "event plain"},
	{"full", "event plain"},
	{"async", "myevents"},
	{"", "myevents"},
}

// TestACallThatTheSwitchDoesNotServe is given back at once, with an error that says what was refused.
func TestACallThatTheSwitchDoesNotServe(t *testing.T) {
	waits := map[string]func(ctx context.Context, c *channel.Call) error{
		"play": func(ctx context.Context, c *channel.Call) error {
			_, err := c.Leg().Play(ctx, "long.wav", 0, channel.Input{})
			return err
		},
		"get": func(ctx context.Context, c *channel.Call) error {
			_, _, err := c.Leg().Get(ctx, "before")
			return err
		},
		"pause": func(ctx context.Context, c *channel.Call) error {
			_, err := c.Leg().Pause(ctx, time.Minute, channel.Input{})
			return err
		},
		"write and read": func(ctx context.Context, c *channel.Call) error {
			if err := c.Leg().StartDetached(ctx, channel.Exec{App: "set", Arg: "a=b"}); err != nil {
				return err
			}
			_, _, err := c.Leg().Get(ctx, "a")
			return err
		},
		"nothing": nil,
	}
	for _, s := range setUp {
		for name, wait := range waits {
			if name == "play" && !strings.HasPrefix(s.mode, "async") {
				continue // the switch looks at no command before it has played
			}
			t.Run(s.mode+" "+s.command+" "+name, func(t *testing.T) {
				var took time.Duration
				l := newLab(t, s.mode, nil)
				l.serve = func(ctx context.Context, c *channel.Call) {
					began := l.clock.Now()
					if wait != nil {
						err := wait(ctx, c)
						if !errors.Is(err, channel.ErrRefused) || !strings.Contains(err.Error(), s.command) || !strings.Contains(err.Error(), "-ERR permission denied") {
							t.Errorf("the error is %v", err)
						}
						if c.Refused() == nil || c.Leg().Ready() {
							t.Errorf("refused: %v, ready: %v", c.Refused(), c.Leg().Ready())
						}
					}
					t.Cleanup(func() {
						if c.Refused() == nil {
							t.Error("nobody has noticed")
						}
					})
					took = l.clock.Now().Sub(began)
				}
				l.refuse(s.command)
				call := l.call()
				l.finish(call)
				if call.Variable("after") != "yes" || call.Cause() != "NORMAL_CLEARING" {
					t.Errorf("the dialplan did not go on: after = %q, cause %s", call.Variable("after"), call.Cause())
				}
				if took > 100*time.Millisecond {
					t.Errorf("it took %v", took)
				}
				if all := l.clock.Now().Sub(l.began); all > time.Second {
					t.Errorf("the call took %v", all)
				}
			})
		}
	}
}

// TestTheHelloDoesNotWait for the answers to what it asks for: the call begins without them.
func TestTheHelloDoesNotWait(t *testing.T) {
	l := newLab(t, "async full", nil)
	l.serve = func(ctx context.Context, c *channel.Call) {
		if took := l.clock.Now().Sub(l.began); took > time.Second {
			t.Errorf("the call began after %v", took)
		}
		if v, _, err := c.Leg().Get(ctx, "before"); v != "yes" || err != nil || c.Refused() != nil {
			t.Errorf("%q, %v, %v", v, err, c.Refused())
		}
	}
	l.sw.Inject(esltest.Fault{Command: "filter Unique-ID", Kind: esltest.Stall, For: 3 * time.Second})
	l.finish(l.call())
	if took := l.clock.Now().Sub(l.began); took < 3*time.Second {
		t.Errorf("nothing has stalled: %v", took)
	}
}

// endsIn makes a context that ends after a time, as that of a script does which has to end.
func endsIn(ctx context.Context, c *channel.Call, d time.Duration) (_ context.Context, done func()) {
	ctx, cancel := context.WithCancel(ctx)
	timer := clock.NewGroup(c.Clock())
	w, until := c.Clock().NewWaiter(), c.Clock().Now().Add(d)
	timer.Go(func() {
		w.Wait(context.Background(), until)
		cancel()
		c.Conn().Interrupt()
	})
	return ctx, func() {
		w.Wake()
		timer.Wait(context.Background())
	}
}

// TestAFileIsNotPlayedOnForNobody: when the script has to end while something is played, the dialplan goes on at once.
func TestAFileIsNotPlayedOnForNobody(t *testing.T) {
	for _, mode := range []string{"async full", "async"} {
		t.Run(mode, func(t *testing.T) {
			l := newLab(t, mode, func(ctx context.Context, c *channel.Call) {
				ctx, done := endsIn(ctx, c, 2*time.Second)
				defer done()
				if _, err := c.Leg().Play(ctx, "long.wav", 0, channel.Input{}); !errors.Is(err, context.Canceled) {
					t.Errorf("play: %v", err)
				}
			})
			call := l.call()
			l.finish(call)
			if took := l.clock.Now().Sub(l.began); took > 3*time.Second || call.Variable("after") != "yes" {
				t.Errorf("the call took %v, after = %q", took, call.Variable("after"))
			}
		})
	}
}

// TestASubscriptionThatIsRefused fails, and leaves nothing behind.
func TestASubscriptionThatIsRefused(t *testing.T) {
	for _, command := range []string{"event plain CUSTOM my::x", "filter Event-Subclass"} {
		t.Run(command, func(t *testing.T) {
			l := newLab(t, "async full", nil)
			l.serve = func(ctx context.Context, c *channel.Call) {
				if _, _, err := c.Leg().Get(ctx, "before"); err != nil {
					t.Error(err)
				}
				l.refuse(command)
				_, err := c.Subscribe(ctx, "CUSTOM", "my::x", func(*esl.Event) { t.Error("there is an event") })
				if !errors.Is(err, channel.ErrRefused) || !strings.Contains(err.Error(), command) {
					t.Errorf("the error is %v", err)
				}
				if c.Refused() != nil || !c.Leg().Ready() {
					t.Error("the call is not served any more")
				}
				came := 0
				if _, err := c.Subscribe(ctx, "CUSTOM", "my::x", func(*esl.Event) { came++ }); err != nil {
					t.Error(err)
				}
				if _, err := c.FireEvent(ctx, "CUSTOM", custom("my::x", "1")); err != nil {
					t.Error(err)
				}
				c.Leg().Pause(ctx, time.Second, channel.Input{})
				if came != 1 {
					t.Errorf("%d events came", came)
				}
			}
			l.finish(l.call())
		})
	}
}

// TestALegWhoseEventsAreRefused is not taken, and one that was made for it does not stay.
func TestALegWhoseEventsAreRefused(t *testing.T) {
	l := newLab(t, "async full", nil)
	l.serve = func(ctx context.Context, c *channel.Call) {
		if _, _, err := c.Leg().Get(ctx, "before"); err != nil {
			t.Error(err)
		}
		l.refuse("filter Unique-ID")
		l.refuse("filter Unique-ID")
		leg, err := c.Originate(ctx, channel.Originate{Dial: "loopback/stays/default"})
		if leg != nil || !errors.Is(err, channel.ErrRefused) {
			t.Errorf("a leg %v, the error is %v", leg, err)
		}
		c.Leg().Pause(ctx, time.Second, channel.Input{})
		if out := l.sw.API("show channels count"); out != "\n2 total.\n" { // those of the call
			t.Errorf("channels: %q", out)
		}
	}
	l.finish(l.call())
}

// TestALegThatNobodyWaitsFor does not ring on when the script has to end.
func TestALegThatNobodyWaitsFor(t *testing.T) {
	l := newLab(t, "async full", nil)
	l.serve = func(ctx context.Context, c *channel.Call) {
		ctx, done := endsIn(ctx, c, 100*time.Millisecond)
		defer done()
		leg, err := c.Originate(ctx, channel.Originate{Dial: "loopback/rings/default"})
		if leg != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("a leg %v, the error is %v", leg, err)
		}
	}
	call := l.call()
	l.finish(call)
	if out := l.sw.API("show channels count"); out != "\n0 total.\n" {
		t.Errorf("channels: %q", out)
	}
	if took := l.clock.Now().Sub(l.began); took > 2*time.Second || call.Variable("after") != "yes" {
		t.Errorf("the call took %v, after = %q", took, call.Variable("after"))
	}
}

// TestControlThatIsRefused: a connection for work without a call is none then.
func TestControlThatIsRefused(t *testing.T) {
	for _, command := range []string{"filter Event-Name", "event plain"} {
		l := newLab(t, "async full", nil)
		l.refuse(command)
		pipes := esltest.NewPipeListener()
		l.sw.Serve(pipes)
		nc, err := pipes.Dial(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		conn, err := esl.NewInbound(t.Context(), l.clock.Conn(nc), esl.Login{Password: "ClueCon"}, esl.Options{Clock: l.clock})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := channel.Control(t.Context(), conn, channel.Options{}); !errors.Is(err, channel.ErrRefused) {
			t.Errorf("%s: the error is %v", command, err)
		}
		conn.Close()
	}
}
