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

func TestACallIsServedInAllFourModes(t *testing.T) {
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			l := newLab(t, mode, func(ctx context.Context, c *channel.Call) {
				leg := c.Leg()
				if v, ok, err := leg.Get(ctx, "before"); v != "yes" || !ok || err != nil {
					t.Errorf("before: %q, %v, %v", v, ok, err)
				}
				if ok, err := leg.Answer(ctx); !ok || err != nil {
					t.Errorf("answer: %v, %v", ok, err)
				}
				if p, err := leg.Play(ctx, "welcome.wav", 0, channel.Input{}); p != channel.Played || err != nil {
					t.Errorf("play: %v, %v", p, err)
				}
				if err := leg.Set(ctx, "mine", "a 'quoted' ${before} \\ value"); err != nil {
					t.Error(err)
				}
				if v, ok, err := leg.Get(ctx, "mine"); v != "a 'quoted' ${before} \\ value" || !ok || err != nil {
					t.Errorf("mine: %q, %v, %v", v, ok, err)
				}
				if p, err := leg.Play(ctx, "missing.wav", 0, channel.Input{}); p != channel.FileNotFound || err != nil {
					t.Errorf("missing: %v, %v", p, err)
				}
			})
			call := l.call()
			l.finish(call)
			if v := call.Variable("after"); v != "yes" {
				t.Errorf("the dialplan did not go on: after = %q", v)
			}
			if call.Cause() != "NORMAL_CLEARING" {
				t.Errorf("cause %s", call.Cause())
			}
		})
	}
}

func TestACallThatIsEndedAtOnceIsNotStranded(t *testing.T) {
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			l := newLab(t, mode, func(context.Context, *channel.Call) {})
			call := l.call()
			l.finish(call)
			if v := call.Variable("after"); v != "yes" {
				t.Errorf("the dialplan did not go on: after = %q", v)
			}
		})
	}
}

func TestHangupEndsWhateverWaits(t *testing.T) {
	waits := map[string]func(ctx context.Context, leg *channel.Leg) error{
		"play": func(ctx context.Context, leg *channel.Leg) error {
			_, err := leg.Play(ctx, "long.wav", 0, channel.Input{})
			return err
		},
		"execute": func(ctx context.Context, leg *channel.Leg) error {
			_, err := leg.Execute(ctx, channel.Exec{App: "sleep", Arg: "60000"})
			return err
		},
		"pause": func(ctx context.Context, leg *channel.Leg) error {
			_, err := leg.Pause(ctx, time.Minute, channel.Input{})
			return err
		},
		"collect": func(ctx context.Context, leg *channel.Leg) error {
			_, _, err := leg.Collect(ctx, channel.Collect{Max: 3}, "")
			return err
		},
		"read": func(ctx context.Context, leg *channel.Leg) error {
			_, _, err := leg.Read(ctx, channel.Read{Min: 1, Max: 3, Prompt: "welcome.wav", Timeout: time.Minute})
			return err
		},
		"play and get digits": func(ctx context.Context, leg *channel.Leg) error {
			_, err := leg.PlayAndGetDigits(ctx, channel.Prompted{Read: channel.Read{Min: 1, Max: 3, Timeout: time.Minute}, Tries: 3})
			return err
		},
	}
	for name, wait := range waits {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, "async full", func(ctx context.Context, c *channel.Call) {
				c.Leg().Answer(ctx)
				if err := wait(ctx, c.Leg()); !errors.Is(err, channel.ErrHangup) {
					t.Errorf("the error is %v, not that of a hang-up", err)
				}
				if cause, ok := c.Leg().HungUp(); !ok || cause != "USER_BUSY" {
					t.Errorf("hung up: %q, %v", cause, ok)
				}
				if v, _, err := c.Leg().Get(ctx, "before"); v != "yes" || err != nil {
					t.Errorf("a variable after the hang-up: %q, %v", v, err)
				}
			})
			call := l.call()
			l.sw.After(5 * time.Second)
			call.Hangup("USER_BUSY")
			l.finish(call)
		})
	}
}

// TestAMessageThatSpeaksOfAHangup: what somebody sends to the channel says nothing about the channel itself.
func TestAMessageThatSpeaksOfAHangup(t *testing.T) {
	l := newLab(t, "async full", nil)
	l.serve = func(ctx context.Context, c *channel.Call) {
		leg := c.Leg()
		if err := leg.DivertEvents(true); err != nil {
			t.Error(err)
		}
		headers := []esl.Header{{Name: "Unique-ID", Value: leg.UUID()}, {Name: "Hangup-Cause", Value: "USER_BUSY"}}
		if _, err := c.Send(ctx, esl.SendEvent("MESSAGE", headers, "")); err != nil {
			t.Error(err)
		}
		got := ""
		if stopped, err := leg.Pause(ctx, time.Second, channel.Input{Event: func(ev *esl.Event) bool {
			got = ev.Get("Hangup-Cause")
			return true
		}}); !stopped || err != nil || got != "USER_BUSY" {
			t.Errorf("the message did not come: %t, %v, %q", stopped, err, got)
		}
		if cause, down := leg.HungUp(); down || !leg.Ready() {
			t.Errorf("the leg counts as hung up: %s", cause)
		}
	}
	l.finish(l.call())
}

// TestEventsFromBeforeTheHello: a busy switch hands out what it did with the channel before only after the hello.
func TestEventsFromBeforeTheHello(t *testing.T) {
	l := newLab(t, "async full", nil)
	l.serve = func(ctx context.Context, c *channel.Call) {
		leg := c.Leg()
		text := ""
		for _, headers := range []string{
			"Event-Name: CHANNEL_STATE\nChannel-State: CS_ROUTING\nAnswer-State: ringing",
			"Event-Name: CHANNEL_EXECUTE\nChannel-State: CS_EXECUTE\nApplication: socket\nApplication-UUID: before",
			"Event-Name: DTMF\nDTMF-Digit: 1\nDTMF-Duration: 2000",
			"Event-Name: CHANNEL_UNPARK\nChannel-State: CS_EXECUTE\nChannel-State-Number: 2",
		} {
			body := headers + "\nUnique-ID: " + leg.UUID() + "\nEvent-Sequence: 1\n\n"
			text += fmt.Sprintf("Content-Length: %d\nContent-Type: text/event-plain\n\n%s", len(body), body)
		}
		l.sw.Inject(esltest.Fault{Command: "api", Kind: esltest.Frame, Text: text})
		leg.Get(ctx, "before")
		if !leg.Ready() || leg.Transferred() || leg.State() != "CS_EXECUTE" {
			t.Errorf("ready %t, transferred %t, state %s", leg.Ready(), leg.Transferred(), leg.State())
		}
		l.sw.API("uuid_recv_dtmf " + leg.UUID() + " 2")
		if _, err := leg.Pause(ctx, time.Second, channel.Input{}); err != nil {
			t.Error(err)
		}
		if d, ok := leg.NextDigit(); !ok || d.Key != '2' {
			t.Errorf("the digit after the hello is %q, %t", d.Key, ok)
		}
	}
	l.finish(l.call())
}
