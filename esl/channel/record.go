package channel

import (
	"context"
	"errors"
	"fmt"

	"eslua/esl"
)

// Record says what Leg.Record records.
type Record struct {
	// File is written on the switch.
	File string
	// Limit is how many seconds it lasts at most; 0 is without limit.
	Limit int
	// Threshold and Silence end it after that many seconds of sounds below an energy of Threshold; 0 does not look.
	Threshold, Silence int
}

// Record records and tells whether it ended by itself, which it also does when the far end hangs up in it (ErrHangup).
// Digits do not end it unless the input does, and are thrown away after it. A file that cannot be written hangs the
// channel up: then nothing was recorded.
func (l *Leg) Record(ctx context.Context, r Record, in Input) (bool, error) {
	if r.Threshold > 0 && r.Silence == 0 {
		r.Silence = 3
	}
	arg := fmt.Sprintf("%s%s %d %d %d", keepTerminators, esl.Literal(word(r.File)), r.Limit, r.Threshold, r.Silence)
	l.recorded = false
	stopped := false
	_, err := l.execute(ctx, Exec{App: "record", Arg: arg, KeepDigits: true}, in, &stopped)
	l.digits = nil
	return !stopped && (err == nil || errors.Is(err, ErrHangup) && l.recorded), err
}
