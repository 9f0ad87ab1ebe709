package channel_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"eslua/esl"
	"eslua/esl/channel"
	"eslua/esl/esltest"
	"eslua/internal/clock"
)

// TestWhatHappensToALegIsNeverDropped: however many events nobody takes, digits and the hang-up of a leg that was made are kept.
func TestWhatHappensToALegIsNeverDropped(t *testing.T) {
	l := newLabOf(t, "async full", esl.Options{Queue: esl.QueueLimits{Events: 8}}, nil)
	l.serve = func(ctx context.Context, c *channel.Call) {
		leg, err := c.Originate(ctx, channel.Originate{Dial: "loopback/stays/default"})
		if err != nil {
			t.Error(err)
			return
		}
		if _, err := c.SubscribeOwn(ctx, "CUSTOM", "my::x"); err != nil {
			t.Error(err)
		}
		flood := func() {
			for i := range 50 {
				if _, err := c.FireEvent(ctx, "CUSTOM", custom("my::x", fmt.Sprint(i))); err != nil {
					t.Error(err)
				}
			}
			clock.Sleep(ctx, c.Clock(), time.Second) // takes nothing
		}
		l.sw.API("uuid_recv_dtmf " + leg.UUID() + " 5")
		flood()
		l.sw.API("uuid_kill " + leg.UUID() + " USER_BUSY")
		flood()
		if c.DroppedEvents() < 50 {
			t.Errorf("%d events were dropped", c.DroppedEvents())
		}
		if _, err := leg.Pause(ctx, time.Minute, channel.Input{}); !errors.Is(err, channel.ErrHangup) {
			t.Errorf("a wait ended with %v", err)
		}
		if d, ok := leg.NextDigit(); !ok || d.Key != '5' {
			t.Errorf("the digit is %q, %t", d.Key, ok)
		}
		if cause, _ := leg.HungUp(); cause != "USER_BUSY" {
			t.Errorf("cause %s", cause)
		}
	}
	l.finish(l.call())
}

// TestNothingIsLeftOfWhatHasEnded: a call may last for hours and do the same thing again and again.
func TestNothingIsLeftOfWhatHasEnded(t *testing.T) {
	l := newLab(t, "async full", nil)
	l.serve = func(ctx context.Context, c *channel.Call) {
		var deleted atomic.Int64
		c.Conn().Tap(func(tr esl.Traffic) { deleted.Add(int64(strings.Count(string(tr.Sent), "filter delete Unique-ID "))) })
		before := c.Held()
		for range 20 {
			if _, err := c.Leg().Launch(channel.Exec{App: "playback", Arg: "again.wav", Loops: 2}); err != nil {
				t.Error(err)
			}
			if _, err := c.Leg().Launch(channel.Exec{App: "set", Arg: "a=b"}); err != nil {
				t.Error(err)
			}
			if _, err := c.Leg().Launch(channel.Exec{App: "playback", Arg: "again.wav", LeadFrames: 5}); err != nil {
				t.Error(err)
			}
			if err := c.Leg().StartDetached(ctx, channel.Exec{App: "set", Arg: "a=b"}); err != nil {
				t.Error(err)
			}
			if _, err := c.API(ctx, "status", ""); err != nil {
				t.Error(err)
			}
			for _, dial := range []string{"loopback/elsewhere/default", "loopback/elsewhere/default|error/X", "error/USER_BUSY"} {
				leg, err := c.Originate(ctx, channel.Originate{Dial: dial})
				if err != nil {
					continue
				}
				if _, err := leg.Pause(ctx, time.Minute, channel.Input{}); !errors.Is(err, channel.ErrHangup) {
					t.Errorf("a leg ended with %v", err)
				}
			}
			if _, err := c.Attach(ctx, "nobody"); !errors.Is(err, channel.ErrNoSuchChannel) {
				t.Error(err)
			}
			c.Leg().Pause(ctx, 10*time.Second, channel.Input{})
		}
		if after := c.Held(); after != before {
			t.Errorf("applications, jobs, legs, followed channels: %v, at the start %v", after, before)
		}
		if n := deleted.Load(); n != 60 { // of two legs that were there, and the one that there is not
			t.Errorf("%d filters were taken back", n)
		}
	}
	l.finish(l.call())
}

// TestNothingIsLeftOfWhatIsRefused: the switch has room for so many messages to a channel, and says no to further ones.
func TestNothingIsLeftOfWhatIsRefused(t *testing.T) {
	const all = 1000
	l := newLab(t, "async full", nil)
	l.serve = func(ctx context.Context, c *channel.Call) {
		l.sw.Inject(esltest.Fault{Command: "sendmsg", Kind: esltest.ErrorReply, Text: "-ERR memory error!", Times: all})
		for range all {
			if _, err := c.Leg().Launch(channel.Exec{App: "playback", Arg: "again.wav"}); err != nil {
				t.Error(err)
			}
			if _, err := c.API(ctx, "hostname", ""); err != nil { // behind its reply
				t.Error(err)
			}
		}
		if n := c.Held()[0]; n > all/10 {
			t.Errorf("%d applications are remembered", n)
		}
	}
	l.finish(l.call())
}

// TestAWaitEndsInAFlood: a switch that sends faster than its events are dealt with keeps nobody longer than he wants to wait.
func TestAWaitEndsInAFlood(t *testing.T) {
	const enough = 20 * time.Second // of real time, which only a failure takes
	ours, theirs := esltest.Pipe()
	said := make(chan error)
	go func() { // the switch says yes to everything
		lines := bufio.NewScanner(theirs)
		for lines.Scan() {
			switch lines.Text() {
			case "":
			case "connect":
				io.WriteString(theirs, "Content-Type: command/reply\nSocket-Mode: async\nControl: full\nEvent-Name: CHANNEL_DATA\nUnique-ID: a\n\n")
			default:
				io.WriteString(theirs, "Content-Type: command/reply\nReply-Text: +OK\n\n")
			}
		}
		said <- lines.Err()
	}()
	conn := esl.NewConn(ours, esl.Options{})
	c, err := channel.Accept(t.Context(), conn, channel.Options{})
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	event := func() {
		io.WriteString(theirs, "Content-Length: 30\nContent-Type: text/event-plain\n\nEvent-Name: DTMF\nUnique-ID: b\n")
	}
	c.Listen(func(*esl.Event) { // with each event that is taken there is the next
		for event(); conn.Stats().Waiting == 0 && time.Since(began) < enough; {
			runtime.Gosched()
		}
	})
	event()
	for name, wait := range map[string]func() error{
		"time-out": func() error {
			_, err := c.Leg().Pause(t.Context(), time.Millisecond, channel.Input{})
			return err
		},
		"context": func() error {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if err := c.Wait(ctx, time.Time{}, func() bool { return false }); err != context.Canceled {
				return fmt.Errorf("the end of the context: %w", err)
			}
			return nil
		},
	} {
		if err := wait(); err != nil || time.Since(began) > enough {
			t.Errorf("%s: %v after %v", name, err, time.Since(began))
		}
	}
	conn.Close()
	if err := <-said; err != nil {
		t.Error(err)
	}
}

// TestListenersWithinListeners: one that waits in turn has others called, as deep as is bearable and no deeper. All get their
// events.
func TestListenersWithinListeners(t *testing.T) {
	l := newLab(t, "async full", nil)
	l.serve = func(ctx context.Context, c *channel.Call) {
		const all = 1000
		calls, depth, deepest := 0, 0, 0
		c.Listen(func(ev *esl.Event) {
			if ev.Name() != "CHANNEL_EXECUTE_COMPLETE" || calls == all {
				return
			}
			calls++
			depth++
			deepest = max(deepest, depth)
			if _, err := c.Leg().Execute(ctx, channel.Exec{App: "eval"}); err != nil {
				t.Error(err)
			}
			depth--
		})
		for calls < all {
			if _, err := c.Leg().Execute(ctx, channel.Exec{App: "eval"}); err != nil {
				t.Error(err)
				return
			}
		}
		if deepest > 64 || deepest < 10 {
			t.Errorf("%d within each other", deepest)
		}
	}
	l.finish(l.call())
}

// TestVariablesBehindTheHangup: what is kept of them has a limit.
func TestVariablesBehindTheHangup(t *testing.T) {
	l := newLab(t, "async full", nil)
	l.serve = func(ctx context.Context, c *channel.Call) {
		leg := c.Leg()
		if _, err := leg.Pause(ctx, time.Minute, channel.Input{}); !errors.Is(err, channel.ErrHangup) {
			t.Error(err)
		}
		big := strings.Repeat("x", 1<<19)
		set := func(name, value string, want error) {
			t.Helper()
			if err := leg.Set(ctx, name, value); !errors.Is(err, want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		set("one", big, nil)
		set("one", big, nil) // in its place
		set("two", big, channel.ErrTooMuch)
		set("two", big[:1<<18], nil)
		for i := range 1 << 18 {
			if err := leg.Set(ctx, fmt.Sprint("small", i), ""); err != nil {
				if !errors.Is(err, channel.ErrTooMuch) || i < 1000 {
					t.Errorf("%d: %v", i, err)
				}
				break
			}
		}
		set("one", "short", nil)
		for name, want := range map[string]string{"one": "short", "two": big[:1<<18], "before": "yes"} {
			if v, _, err := leg.Get(ctx, name); v != want || err != nil {
				t.Errorf("%s is %.20q, %v", name, v, err)
			}
		}
	}
	call := l.call()
	l.sw.After(time.Second)
	call.Hangup("")
	l.finish(call)
}

// TestAReplyThatDoesNotCome: the call waits for it no longer than a moment behind its hang-up.
func TestAReplyThatDoesNotCome(t *testing.T) {
	for name, ask := range map[string]func(ctx context.Context, c *channel.Call) error{
		"api": func(ctx context.Context, c *channel.Call) error {
			_, err := c.API(ctx, "hash", "select/a/b")
			return err
		},
		"command": func(ctx context.Context, c *channel.Call) error {
			_, err := c.Send(ctx, esl.Log(esl.LogInfo))
			return err
		},
		"subscribe": func(ctx context.Context, c *channel.Call) error {
			_, err := c.Subscribe(ctx, "HEARTBEAT", "", func(*esl.Event) {})
			return err
		},
	} {
		for _, late := range []bool{false, true} {
			t.Run(fmt.Sprint(name, late), func(t *testing.T) {
				l := newLab(t, "async full", nil)
				l.serve = func(ctx context.Context, c *channel.Call) {
					if _, _, err := c.Leg().Get(ctx, "before"); err != nil {
						t.Error(err)
					}
					if late {
						c.Leg().Pause(ctx, time.Minute, channel.Input{})
						clock.Sleep(ctx, c.Clock(), 10*time.Second)
					}
					for _, command := range []string{"api hash", "log", "filter", "event"} {
						l.sw.Inject(esltest.Fault{Command: command, Kind: esltest.NoReply})
					}
					began := c.Clock().Now()
					if err := ask(ctx, c); !errors.Is(err, channel.ErrHangup) {
						t.Errorf("it ended with %v", err)
					}
					if took := c.Clock().Now().Sub(began); took < 5*time.Second || took > 8*time.Second {
						t.Errorf("it took %v", took)
					}
				}
				call := l.call()
				l.sw.After(2 * time.Second)
				call.Hangup("")
				l.finish(call)
			})
		}
	}
}

// dealtWith has the switch say, at the next read of a variable, that it has dealt with the message of an application.
func (l *lab) dealtWith(ctx context.Context, leg *channel.Leg, e *channel.Execution) {
	body := "Event-Name: PRIVATE_COMMAND\nUnique-ID: " + leg.UUID() + "\nevent-uuid: " + e.ID() + "\n\n"
	l.sw.Inject(esltest.Fault{Command: "api uuid_getvar", Kind: esltest.Frame,
		Text: fmt.Sprintf("Content-Length: %d\nContent-Type: text/event-plain\n\n%s", len(body), body)})
	if _, _, err := leg.Get(ctx, "before"); err != nil {
		l.Error(err)
	}
}

// TestAHangupThatIsToldLate: an application that was not executed because the channel is hung up, which is told a little later.
func TestAHangupThatIsToldLate(t *testing.T) {
	l := newLab(t, "async full", nil)
	l.serve = func(ctx context.Context, c *channel.Call) {
		leg := c.Leg()
		if _, err := leg.Start(channel.Exec{App: "playback", Arg: "silence_stream://-1", Lock: true}); err != nil {
			t.Error(err)
		}
		e, err := leg.Start(channel.Exec{App: "sleep", Arg: "1", Lock: true}) // the file lets nothing else begin
		if err != nil {
			t.Error(err)
			return
		}
		leg.Pause(ctx, 2*time.Second, channel.Input{})
		l.dealtWith(ctx, leg, e)
		if _, err := e.Wait(ctx); !errors.Is(err, channel.ErrHangup) {
			t.Errorf("it ended with %v", err)
		}
	}
	call := l.call()
	l.sw.After(2*time.Second + 60*time.Millisecond)
	call.Hangup("")
	l.finish(call)
}

// TestAnEndThatIsNotTold: where the switch says that it has dealt with a message, its application is not waited for any longer.
func TestAnEndThatIsNotTold(t *testing.T) {
	l := newLab(t, "async full", nil)
	l.serve = func(ctx context.Context, c *channel.Call) {
		leg := c.Leg()
		if _, err := leg.Execute(ctx, channel.Exec{App: "eval"}); err != nil {
			t.Error(err)
		}
		l.sw.Inject(esltest.Fault{App: "playback", Kind: esltest.NoCompletion})
		e, err := leg.Start(channel.Exec{App: "playback", Arg: "again.wav"})
		if err != nil {
			t.Error(err)
			return
		}
		leg.Pause(ctx, 2*time.Second, channel.Input{})
		l.dealtWith(ctx, leg, e)
		began := c.Clock().Now()
		if _, err := e.Wait(ctx); !errors.Is(err, channel.ErrNotExecuted) {
			t.Errorf("it ended with %v", err)
		}
		if took := c.Clock().Now().Sub(began); took > 3*time.Second {
			t.Errorf("it took %v", took)
		}
		l.sw.API("uuid_recv_dtmf " + leg.UUID() + " 7")
		leg.Pause(ctx, time.Second, channel.Input{})
		if d, ok := leg.NextDigit(); !ok || d.Key != '7' {
			t.Errorf("a digit that nobody has used is %q, %t", d.Key, ok)
		}
	}
	l.finish(l.call())
}
