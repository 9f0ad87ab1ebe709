package channel

import (
	"context"
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

// Record records and tells whether it ended by itself. Digits do not end it unless the input does, and are thrown away
// after it. A file that cannot be written hangs the channel up (ErrHangup).
func (l *Leg) Record(ctx context.Context, r Record, in Input) (bool, error) {
	if r.Threshold > 0 && r.Silence == 0 {
		r.Silence = 3
	}
	arg := fmt.Sprintf("%s%s %d %d %d", keepTerminators, esl.Literal(word(r.File)), r.Limit, r.Threshold, r.Silence)
	stopped := false
	_, err := l.execute(ctx, Exec{App: "record", Arg: arg, KeepDigits: true}, in, &stopped)
	l.digits = nil
	return err == nil && !stopped, err
}
