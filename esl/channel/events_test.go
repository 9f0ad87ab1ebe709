package channel_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"eslua/esl"
	"eslua/esl/channel"
)

func named(name string) func(*esl.Event) bool {
	return func(ev *esl.Event) bool { return ev.Name() == name }
}

func TestWaitEventTakesEventsInTheirOrder(t *testing.T) {
	l := newLab(t, "async full", func(ctx context.Context, c *channel.Call) {
		c.KeepEvents(100)
		leg := c.Leg()
		leg.Answer(ctx)
		leg.Execute(ctx, channel.Exec{App: "set", Arg: "x=1"})
		var apps []string
		for range 2 {
			ev, err := c.WaitEvent(ctx, c.Clock().Now(), named("CHANNEL_EXECUTE_COMPLETE"))
			if err != nil {
				t.Fatal(err)
			}
			apps = append(apps, ev.Get("Application"))
		}
		if apps[0] != "answer" || apps[1] != "set" {
			t.Errorf("%v", apps)
		}
		if _, err := c.WaitEvent(ctx, c.Clock().Now().Add(time.Second), named("CHANNEL_EXECUTE_COMPLETE")); !errors.Is(err, channel.ErrTimeout) {
			t.Errorf("%v is not a time-out", err)
		}
		if _, err := c.WaitEvent(ctx, time.Time{}, named("DTMF")); err != nil {
			t.Error(err)
		}
		if _, err := c.WaitEvent(ctx, time.Time{}, named("DTMF")); !errors.Is(err, channel.ErrHangup) {
			t.Errorf("%v is not a hang-up", err)
		}
	})
	call := l.call()
	l.sw.After(5 * time.Second)
	call.Press("1")
	l.sw.After(5 * time.Second)
	call.Hangup("")
	l.finish(call)
}

func TestListenersSeeEventsWhileSomethingElseWaits(t *testing.T) {
	l := newLab(t, "async full", func(ctx context.Context, c *channel.Call) {
		var seen []string
		listener := c.Listen(func(ev *esl.Event) {
			if ev.Name() == "DTMF" {
				seen = append(seen, ev.Get("DTMF-Digit"))
			}
		})
		leg := c.Leg()
		leg.Answer(ctx)
		leg.Pause(ctx, 3*time.Second, channel.Input{})
		listener.Stop()
		leg.Pause(ctx, 3*time.Second, channel.Input{})
		if len(seen) != 2 || seen[0] != "1" || seen[1] != "2" {
			t.Errorf("%v", seen)
		}
	})
	call := l.call()
	l.sw.After(2 * time.Second)
	call.Press("12")
	l.sw.After(2 * time.Second)
	call.Press("3")
	l.finish(call)
}

func TestTheOldestEventsAreDroppedAndCounted(t *testing.T) {
	l := newLab(t, "async full", func(ctx context.Context, c *channel.Call) {
		c.KeepEvents(3)
		for range 4 {
			c.Leg().Execute(ctx, channel.Exec{App: "set", Arg: "x=1"})
		}
		if c.DroppedEvents() == 0 {
			t.Error("nothing was dropped")
		}
		if _, err := c.WaitEvent(ctx, c.Clock().Now(), named("CHANNEL_PARK")); !errors.Is(err, channel.ErrTimeout) {
			t.Errorf("the oldest is still there: %v", err)
		}
	})
	l.finish(l.call())
}

func TestJobsRunBesideTheCall(t *testing.T) {
	l := newLab(t, "async full", func(ctx context.Context, c *channel.Call) {
		leg := c.Leg()
		leg.Answer(ctx)
		slow, err := c.BgAPI(ctx, "msleep", "5000")
		if err != nil {
			t.Fatal(err)
		}
		began := c.Clock().Now()
		if out, err := c.API(ctx, "echo", "hello  world"); out != "hello  world" || err != nil {
			t.Errorf("echo: %q, %v", out, err)
		}
		if out, err := c.API(ctx, "hash", "insert/a/b/c"); out != "+OK\n" || err != nil {
			t.Errorf("hash: %q, %v", out, err)
		}
		if took := c.Clock().Now().Sub(began); took > time.Second {
			t.Errorf("that took %v", took)
		}
		if out, err := slow.Wait(ctx); out != "+OK" || err != nil {
			t.Errorf("msleep: %q, %v", out, err)
		}
		if out, err := c.API(ctx, "no_such_command", ""); out != "-ERR no_such_command Command not found!\n" || err != nil {
			t.Errorf("no such command: %q, %v", out, err)
		}
	})
	l.finish(l.call())
}
