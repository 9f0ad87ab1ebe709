package channel

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"eslua/esl"
)

// Bridge connects two legs of the call and waits until they are apart again. The first one is parked then, unless its
// variable hangup_after_bridge has it hung up; the other one is hung up. The first one has left the socket application, so
// that its dialplan does not go on when the connection ends: at the end of the call it is hung up, if it has not been
// transferred. When ctx ends the two talk on, and the dialplan goes on behind that.
//
// The digits of a leg are for the other one. Its input gets them as well, and ends the bridge when it stops; the switch has
// passed the digit on by then (switch_ivr_bridge.c, audio_bridge_thread, where it has not). Events never end it.
func (c *Call) Bridge(ctx context.Context, a, b *Leg, inA, inB Input) error {
	if err := errors.Join(a.unusable(), b.unusable()); err != nil {
		return err
	}
	after, _, err := a.Get(ctx, "hangup_after_bridge")
	if err != nil {
		return err
	}
	if !esl.IsTrue(after) {
		if err := a.setAll(ctx, afterBridge[:], "true"); err != nil {
			return err
		}
	}
	outsideA, outsideB := a.outside, b.outside
	a.joined, b.joined = true, true
	a.outside, b.outside = true, true
	out, err := c.API(ctx, "uuid_bridge", a.uuid+" "+b.uuid)
	if err == nil && strings.HasPrefix(out, "-") {
		err = errors.New(strings.TrimSpace(out))
	}
	if err != nil {
		if ctx.Err() == nil { // else it may still come to that
			a.joined, b.joined, a.outside, b.outside = false, false, outsideA, outsideB
			a.setAll(ctx, afterBridge[:], "")
		}
		return fmt.Errorf("channel: bridge: %w", err)
	}
	met, stopped := false, false
	inA, inB = inA.withoutEnd(), inB.withoutEnd()
	apart := func() bool { return a.gone() != nil || met && !a.bridged || b.hungUp && !a.bridged }
	err = c.wait(ctx, never, func() bool {
		if !met && (a.bridged || b.bridged) {
			met = true
			a.giveDigits()
			b.giveDigits()
		}
		stopped = met && !apart() && (a.feed(inA) || b.feed(inB))
		return stopped || apart()
	})
	if err == nil && stopped {
		if err = b.dismiss(ctx); err == nil {
			err = c.wait(ctx, never, apart)
		}
	}
	a.digits, b.digits = nil, nil // they were for the other side
	if ctx.Err() != nil && a.bridged {
		a.leaveBridged(b)
	}
	if err != nil || a.gone() != nil || esl.IsTrue(after) {
		return err
	}
	return a.setAll(ctx, afterBridge[:], "")
}

// afterBridge are the variables that park the first leg when the other one hangs up: else the switch would go on with its
// dialplan. The second is for when that one was never answered.
var afterBridge = [...]string{"park_after_bridge", "park_after_early_bridge"}

func (l *Leg) setAll(ctx context.Context, names []string, value string) error {
	for _, name := range names {
		if err := l.Set(ctx, name, value); err != nil {
			return err
		}
	}
	return nil
}

// withoutEnd is an input whose events do not end what goes on.
func (in Input) withoutEnd() Input {
	if event := in.Event; event != nil {
		in.Event = func(ev *esl.Event) bool {
			event(ev)
			return false
		}
	}
	return in
}

// dismiss does with the second leg of a bridge what the switch does when an input callback has ended it
// (switch_ivr_bridge.c, audio_bridge_on_exchange_media).
func (l *Leg) dismiss(ctx context.Context) error {
	park, _, err := l.Get(ctx, "park_after_bridge")
	if err != nil {
		return err
	}
	to, _, err := l.Get(ctx, "transfer_after_bridge")
	if err != nil {
		return err
	}
	cause := esl.CauseNormalClearing
	if !l.answered {
		cause = esl.CauseOriginatorCancel
	}
	cmd := esl.API("uuid_kill", l.uuid+" "+cause.String())
	switch words := esl.SplitArgs(to, ':'); {
	case esl.IsTrue(park):
		cmd = esl.API("uuid_park", l.uuid)
	case len(words) > 0:
		for i := range words {
			words[i] = word(words[i])
		}
		cmd = esl.API("uuid_transfer", l.uuid+" "+strings.Join(words, " "))
	}
	_, err = l.call.conn.Start(cmd)
	return err
}

// leaveBridged lets a bridge be: its legs are none of ours from then on.
func (l *Leg) leaveBridged(other *Leg) {
	for _, name := range afterBridge {
		l.call.conn.Start(esl.API("uuid_setvar", l.uuid+" "+name)) // that it fails means that the connection has ended
	}
	l.left, other.left = true, true
}

// InDialplan tells whether the dialplan goes on with the channel when the connection ends. Bridge has taken it out.
func (l *Leg) InDialplan() bool { return !l.outside }
