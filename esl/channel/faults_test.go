package channel_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"eslua/esl"
	"eslua/esl/channel"
	"eslua/esl/esltest"
)

// everything does all that a call can be made to do, and lets nothing stop it.
func everything(ctx context.Context, c *channel.Call) {
	leg := c.Leg()
	stop := channel.Input{Digit: func(channel.Digit) bool { return true }}
	leg.Set(ctx, "a", "b")
	leg.Get(ctx, "a")
	leg.Answer(ctx)
	sub, _ := c.SubscribeOwn(ctx, "CUSTOM", "my::x")
	c.FireEvent(ctx, "CUSTOM", custom("my::x", "1"))
	c.WaitEvent(ctx, c.Clock().Now().Add(time.Second), func(ev *esl.Event) bool { return ev.Name() == "CUSTOM" })
	if sub != nil {
		sub.Close()
	}
	for range 3 {
		leg.StartDetached(ctx, channel.Exec{App: "set", Arg: "c=d"})
	}
	leg.Play(ctx, "welcome.wav", 0, channel.Input{})
	leg.Launch(channel.Exec{App: "playback", Arg: "again.wav"})
	leg.Play(ctx, "long.wav", 0, stop)
	leg.Record(ctx, channel.Record{File: "/tmp/x.wav", Limit: 1}, channel.Input{})
	leg.Read(ctx, channel.Read{Min: 1, Max: 1, Prompt: "again.wav", Timeout: time.Second, Variable: "got"})
	leg.PlayAndGetDigits(ctx, channel.Prompted{Read: channel.Read{Min: 1, Max: 1, Timeout: time.Second}, Tries: 1, BadInput: "again.wav"})
	leg.Execute(ctx, channel.Exec{App: "bridge", Arg: "{originate_timeout=2}loopback/elsewhere/default", GiveDigits: true})
	c.API(ctx, "status", "")
	b, err := c.Originate(ctx, channel.Originate{Dial: "loopback/stays/default", Timeout: 5 * time.Second, For: leg})
	if err != nil {
		return
	}
	b.Play(ctx, "again.wav", 0, channel.Input{})
	pressed := channel.Input{Digit: func(d channel.Digit) bool { return d.Key == '9' }}
	c.Bridge(ctx, leg, b, pressed, channel.Input{})
	leg.Play(ctx, "again.wav", 0, channel.Input{})
	leg.FlushDigits(ctx)
	leg.Transfer("elsewhere", "", "")
}

// TestEveryWaitEndsWithTheCall: whatever goes wrong at whichever command, nothing is left waiting behind the hang-up.
func TestEveryWaitEndsWithTheCall(t *testing.T) {
	const commands, patience = 64, 60 * time.Second // of the caller, who hangs up then
	for _, kind := range []esltest.FaultKind{esltest.Cut, esltest.CutAfter, esltest.Stall, esltest.ErrorReply, esltest.NoReply, esltest.NoCompletion, esltest.HangUp} {
		for n := 1; n <= commands; n++ { // connect has the deadline of its context
			for _, mode := range []string{"async full", "async"} {
				t.Run(fmt.Sprint(kind, n, mode), func(t *testing.T) {
					t.Parallel()
					l := newLab(t, mode, nil)
					l.lost = true
					var ended time.Duration
					l.serve = func(ctx context.Context, c *channel.Call) {
						everything(ctx, c)
						c.End(ctx)
						ended = l.clock.Now().Sub(l.began)
					}
					l.sw.Inject(esltest.Fault{Kind: kind, Skip: n, Text: "-ERR no", For: 3 * time.Second})
					call := l.call()
					for l.clock.Now().Sub(l.began) < patience {
						l.sw.After(3 * time.Second)
						call.Press("9")
					}
					call.Hangup("")
					l.finish(call)
					l.sw.After(time.Minute)
					if ended > patience+20*time.Second {
						t.Errorf("it ended after %v", ended)
					}
				})
			}
		}
	}
}
