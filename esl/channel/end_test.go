package channel_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"eslua/esl"
	"eslua/esl/channel"
	"eslua/esl/esltest"
)

func TestATransferIsDoneAtTheEndOfTheCall(t *testing.T) {
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			l := newLab(t, mode, func(ctx context.Context, c *channel.Call) {
				leg := c.Leg()
				leg.Answer(ctx)
				leg.Transfer("elsewhere", "", "")
				if leg.Ready() {
					t.Error("the channel is ready after a transfer")
				}
				if _, err := leg.Play(ctx, "welcome.wav", 0, channel.Input{}); !errors.Is(err, channel.ErrTransferred) {
					t.Errorf("play: %v", err)
				}
				leg.Set(ctx, "late", "1")
				if v, _, err := leg.Get(ctx, "elsewhere"); v != "" || err != nil {
					t.Errorf("the other extension runs already: %q, %v", v, err)
				}
			})
			call := l.call()
			l.finish(call)
			for name, want := range map[string]string{"elsewhere": "yes", "after": "", "late": "1"} {
				if got := call.Variable(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
		})
	}
}

func TestATransferFromOutsideEndsWhatWaits(t *testing.T) {
	l := newLab(t, "async full", func(ctx context.Context, c *channel.Call) {
		leg := c.Leg()
		leg.Answer(ctx)
		if stopped, err := leg.Pause(ctx, time.Minute, channel.Input{}); stopped || !errors.Is(err, channel.ErrTransferred) {
			t.Errorf("pause: %v, %v", stopped, err)
		}
		if _, err := leg.Play(ctx, "welcome.wav", 0, channel.Input{}); !errors.Is(err, channel.ErrTransferred) {
			t.Errorf("play: %v", err)
		}
	})
	call := l.call()
	l.sw.After(time.Second)
	l.sw.API("uuid_transfer " + call.UUID() + " elsewhere")
	l.finish(call)
	if call.Variable("elsewhere") != "yes" {
		t.Error("the transfer did not take place")
	}
}

func TestHangupFromHere(t *testing.T) {
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			l := newLab(t, mode, func(ctx context.Context, c *channel.Call) {
				if err := c.Leg().Hangup("call_rejected"); err != nil {
					t.Error(err)
				}
				if c.Leg().Ready() {
					t.Error("the channel is ready after a hang-up")
				}
				c.Leg().Hangup("USER_BUSY") // changes nothing
			})
			call := l.call()
			l.finish(call)
			if call.Cause() != "CALL_REJECTED" {
				t.Errorf("cause %s", call.Cause())
			}
		})
	}
}

func TestALostConnectionEndsWhateverWaits(t *testing.T) {
	for name, wait := range map[string]func(ctx context.Context, leg *channel.Leg) error{
		"play": func(ctx context.Context, leg *channel.Leg) error {
			_, err := leg.Play(ctx, "long.wav", 0, channel.Input{})
			return err
		},
		"pause": func(ctx context.Context, leg *channel.Leg) error {
			_, err := leg.Pause(ctx, time.Minute, channel.Input{})
			return err
		},
		"read": func(ctx context.Context, leg *channel.Leg) error {
			_, _, err := leg.Read(ctx, channel.Read{Min: 1, Max: 3, Timeout: time.Minute})
			return err
		},
		"event": func(ctx context.Context, leg *channel.Leg) error {
			_, err := leg.Call().WaitEvent(ctx, time.Time{}, func(*esl.Event) bool { return false })
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			var err error
			l := newLab(t, "async full", nil)
			l.serve = func(ctx context.Context, c *channel.Call) {
				c.Leg().Answer(ctx)
				c.Clock().Go(func() {
					l.sw.After(time.Second)
					l.sw.Inject(esltest.Fault{Command: "api echo", Kind: esltest.Cut})
					c.Conn().Start(esl.API("echo", "x"))
				})
				err = wait(ctx, c.Leg())
				if c.Leg().Ready() {
					t.Error("the channel is ready without a connection")
				}
				l.lost = true
			}
			call := l.call()
			l.sw.After(2 * time.Second)
			call.Hangup("")
			l.finish(call)
			if !errors.Is(err, esl.ErrClosed) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func TestFaultsOfTheSwitch(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault esltest.Fault
		check func(ev *esl.Event, err error) error
	}{
		{"error reply", esltest.Fault{App: "set", Kind: esltest.ErrorReply, Text: "-ERR invalid session id [x]"}, func(ev *esl.Event, err error) error {
			if !errors.Is(err, esl.ErrReply) {
				return fmt.Errorf("%v is not an error reply", err)
			}
			return nil
		}},
		{"stall", esltest.Fault{App: "set", Kind: esltest.Stall, For: 3 * time.Second}, func(ev *esl.Event, err error) error { return err }},
		{"no reply", esltest.Fault{App: "set", Kind: esltest.NoReply}, func(ev *esl.Event, err error) error { return err }},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(t, "async full", nil)
			l.serve = func(ctx context.Context, call *channel.Call) {
				call.Leg().Answer(ctx)
				l.sw.Inject(c.fault)
				if err := c.check(call.Leg().Execute(ctx, channel.Exec{App: "set", Arg: "x=1"})); err != nil {
					t.Error(err)
				}
				if p, err := call.Leg().Play(ctx, "welcome.wav", 0, channel.Input{}); p != channel.Played || err != nil {
					t.Errorf("afterwards: %v, %v", p, err)
				}
			}
			l.finish(l.call())
		})
	}
}

func TestTheContextEndsWhatWaits(t *testing.T) {
	l := newLab(t, "async full", nil)
	l.serve = func(ctx context.Context, c *channel.Call) {
		c.Leg().Answer(ctx)
		ctx, cancel := context.WithCancel(ctx)
		returned := make(chan struct{})
		c.Clock().Go(func() {
			l.sw.After(time.Second)
			cancel()
			<-returned // holds the clock: what a context wakes is woken in real time
		})
		if p, err := c.Leg().Play(ctx, "long.wav", 0, channel.Input{}); !errors.Is(err, context.Canceled) {
			t.Errorf("play: %v, %v", p, err)
		}
		close(returned)
	}
	call := l.call()
	l.finish(call)
	if call.Variable("after") != "yes" {
		t.Error("the dialplan did not go on")
	}
}

func TestManyCallsAtOnce(t *testing.T) {
	const calls = 200
	l := newLab(t, "async full", func(ctx context.Context, c *channel.Call) {
		leg := c.Leg()
		leg.Answer(ctx)
		for i := range 3 {
			leg.StartDetached(ctx, channel.Exec{App: "set", Arg: fmt.Sprintf("n=%d", i)})
		}
		if v, _, err := leg.Get(ctx, "n"); v != "2" || err != nil {
			t.Errorf("n: %q, %v", v, err)
		}
		if p, err := leg.Play(ctx, "welcome.wav", 0, channel.Input{}); p != channel.Played || err != nil {
			t.Errorf("play: %v, %v", p, err)
		}
	})
	var placed []*esltest.Call
	for range calls {
		placed = append(placed, l.call())
	}
	for _, call := range placed {
		l.finish(call)
		if call.Variable("after") != "yes" {
			t.Fatal("a call did not go on")
		}
	}
}

// TestTheCauseIsKnownAtTheEnd: a call that hangs up as its last act knows how that ended, so that a log can tell.
func TestTheCauseIsKnownAtTheEnd(t *testing.T) {
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			l := newLab(t, mode, nil)
			var call *channel.Call
			l.serve = func(ctx context.Context, c *channel.Call) {
				call = c
				if err := c.Leg().Hangup("USER_BUSY"); err != nil {
					t.Error(err)
				}
			}
			l.finish(l.call())
			l.sw.After(time.Second)
			if cause, down := call.Leg().HungUp(); !down || cause != "USER_BUSY" {
				t.Errorf("hung up %t, cause %q", down, cause)
			}
		})
	}
}
