package channel

import (
	"context"
	"slices"
	"strings"
	"time"

	"eslua/esl"
)

// Digit is a pressed key.
type Digit struct {
	// Key is one of 0-9 * # A-D.
	Key byte
	// Duration is how long it was pressed, in samples at 8 kHz.
	Duration int
}

// maxDigits is how many digits wait for us; the oldest are dropped beyond it, as the switch does.
const maxDigits = 1000

// NextDigit takes the oldest digit that was pressed and used by nobody.
func (l *Leg) NextDigit() (Digit, bool) {
	if len(l.digits) == 0 {
		return Digit{}, false
	}
	d := l.digits[0]
	l.digits = l.digits[1:]
	return d, true
}

// FlushDigits throws the digits away that were pressed so far.
func (l *Leg) FlushDigits(ctx context.Context) error {
	if err := l.call.Flush(ctx); err != nil {
		return l.orHangup(err)
	}
	// Park takes one digit every 20 ms: others may still wait in the channel.
	var err error
	switch {
	case l.gone() != nil:
	case l.call.mode.Full:
		_, err = l.call.API(ctx, "uuid_flush_dtmf", l.uuid)
	default:
		_, err = l.Execute(ctx, Exec{App: "flush_dtmf"})
	}
	l.call.Serve()
	l.digits = nil
	return l.orHangup(err)
}

// feed gives the digits and events that wait to an input, and tells whether it wants to stop what goes on.
func (l *Leg) feed(in Input) bool {
	for in.Event != nil && len(l.queued) > 0 {
		ev := l.queued[0]
		l.queued = l.queued[1:]
		if in.Event(ev) {
			return true
		}
	}
	for in.Digit != nil {
		d, ok := l.NextDigit()
		if !ok {
			return false
		}
		if in.Digit(d) {
			return true
		}
	}
	return false
}

// giveDigits gives the digits that wait back to the channel, for what runs there now.
func (l *Leg) giveDigits() {
	if len(l.digits) == 0 || !l.call.mode.Full {
		return
	}
	b := make([]byte, 0, len(l.digits))
	for _, d := range l.digits {
		b = append(b, d.Key)
	}
	l.digits = nil
	l.returned = append(l.returned, b...)
	l.returned = l.returned[max(0, len(l.returned)-maxDigits):]        // the switch keeps no more, either
	l.call.conn.Start(esl.API("uuid_recv_dtmf", l.uuid+" "+string(b))) // that it fails means that the connection has ended
}

// PutBack puts digits back that were taken and not used, in front of those that wait.
func (l *Leg) PutBack(digits []Digit) {
	if len(digits) > 0 {
		l.digits = append(slices.Clone(digits), l.digits...)
	}
}

// Await waits for an input to stop it. between is how long it waits for each digit and total how long for all of it; 0 is
// without limit. Without an input for digits the first that is pressed ends it, and stays queued.
func (l *Leg) Await(ctx context.Context, between, total time.Duration, in Input) error {
	now := l.call.clock.Now()
	since := now
	if in.Digit != nil {
		digit := in.Digit
		in.Digit = func(d Digit) bool {
			since = l.call.clock.Now()
			return digit(d)
		}
	}
	deadline := func() (until time.Time) {
		if total > 0 {
			until = now.Add(total)
		}
		if next := since.Add(between); between > 0 && (until.IsZero() || next.Before(until)) {
			until = next
		}
		return until
	}
	var failure error
	err := l.call.wait(ctx, deadline, func() bool {
		failure = l.unusable()
		return failure != nil || in.Digit == nil && len(l.digits) > 0 || l.feed(in)
	})
	if failure != nil {
		return failure
	}
	return err
}

// Collect says how digits are collected.
type Collect struct {
	// Max is how many digits end it.
	Max int
	// Terminators are digits that end it and are not part of the result.
	Terminators string
	// First is how long to wait for the first digit, Between for each further one; where one of them is 0 the other holds
	// for both, and with neither there is no limit.
	First, Between time.Duration
	// Total is how long the whole may take; 0 is without limit.
	Total time.Duration
}

// Collect collects digits behind those in have. With ErrTimeout, ErrHangup and other errors it returns those that came
// before. terminator is 0 when none was used (switch_ivr_collect_digits_count).
func (l *Leg) Collect(ctx context.Context, c Collect, have string) (digits string, terminator byte, err error) {
	if i := strings.IndexAny(have, c.Terminators); i >= 0 && len(have) < c.Max {
		return have[:i], have[i], nil
	}
	first, between := c.First, c.Between
	if first == 0 {
		first = between
	}
	if between == 0 {
		between = first
	}
	digits = have
	began := l.call.clock.Now()
	wait, since := first, began
	for {
		if len(digits) >= c.Max {
			return digits, 0, nil
		}
		var until time.Time
		if wait > 0 {
			until = since.Add(wait)
		}
		if end := began.Add(c.Total); c.Total > 0 && (until.IsZero() || end.Before(until)) {
			until = end
		}
		var d Digit
		var failure error
		pressed := false
		err := l.call.wait(ctx, at(until), func() bool {
			if d, pressed = l.NextDigit(); pressed {
				return true
			}
			failure = l.unusable()
			return failure != nil
		})
		if failure != nil {
			err = failure
		}
		if err != nil {
			return digits, 0, err
		}
		if strings.IndexByte(c.Terminators, d.Key) >= 0 {
			return digits, d.Key, nil
		}
		digits += string(d.Key)
		wait, since = between, l.call.clock.Now()
	}
}

// Pause waits. It reports stopped when the input has ended it. Digits do not shorten it by themselves.
func (l *Leg) Pause(ctx context.Context, d time.Duration, in Input) (stopped bool, err error) {
	var failure error
	err = l.call.wait(ctx, l.call.after(d), func() bool {
		if failure = l.unusable(); failure != nil {
			return true
		}
		stopped = l.feed(in)
		return stopped
	})
	switch {
	case failure != nil:
		return false, failure
	case err == ErrTimeout:
		return false, nil
	}
	return stopped, err
}

// SendDigits sends digits to the other end: w and W pause, @ and a number behind them is their duration in ms.
func (l *Leg) SendDigits(ctx context.Context, digits string) error {
	_, err := l.Execute(ctx, Exec{App: "send_dtmf", Arg: esl.Literal(digits), KeepDigits: true})
	return err
}
