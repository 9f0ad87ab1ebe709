package channel

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/dlclark/regexp2"

	"eslua/esl"
)

// Read says what Leg.Read asks for.
type Read struct {
	// Min and Max are how many digits are wanted.
	Min, Max int
	// Prompt is played first; the first digit stops it. "" and "silence" are none.
	Prompt string
	// Variable is set to the digits; "" is none.
	Variable string
	// Timeout is how long to wait for the first digit behind the prompt, DigitTimeout for further ones; 0 is as Timeout.
	Timeout, DigitTimeout time.Duration
	// Terminators are digits that end it. Behind a leading = one of them is required; + in front of one makes it part of
	// the result, x the same and that the input is to begin anew.
	Terminators string
}

// ReadResult is how Leg.Read ended.
type ReadResult int

const (
	// ReadFailed: nothing was read, because the prompt could not be played.
	ReadFailed ReadResult = iota
	// ReadOK: there are Max digits, or a terminator was used.
	ReadOK
	// ReadTimeout: there are enough digits, and no more came.
	ReadTimeout
	// ReadShort: there are fewer than Min digits, or a required terminator was not used.
	ReadShort
	// ReadRestart: a terminator asks for the input to begin anew.
	ReadRestart
)

// Read plays a prompt and collects digits, and sets read_result and read_terminator_used, as switch_ivr_read does
// (modlua-api.md 1.4). The digits are returned also when they are too few.
func (l *Leg) Read(ctx context.Context, r Read) (digits string, result ReadResult, err error) {
	if r.DigitTimeout == 0 {
		r.DigitTimeout = r.Timeout
	}
	r.Max = max(r.Max, r.Min)
	if err := l.setAll(ctx, []string{"read_result", r.Variable}, ""); err != nil {
		return "", ReadFailed, err
	}
	if r.Prompt == "" || strings.EqualFold(r.Prompt, "silence") {
		if !l.MediaReady() {
			if _, err := l.PreAnswer(ctx); err != nil {
				return "", ReadFailed, err
			}
		}
	} else {
		played, err := l.Play(ctx, r.Prompt, 0, Input{Digit: func(d Digit) bool {
			digits = string(d.Key)
			return true
		}})
		if err != nil || played != Played && played != PlaybackStopped {
			return digits, ReadFailed, err
		}
	}
	var terminator byte
	result = ReadOK
	if len(digits) < r.Max {
		c := Collect{Max: r.Max, Terminators: r.Terminators, First: r.Timeout, Between: r.DigitTimeout}
		if digits != "" {
			c.First = r.DigitTimeout
		}
		digits, terminator, err = l.Collect(ctx, c, digits)
		switch {
		case errors.Is(err, ErrTimeout):
			result, err = ReadTimeout, nil
		case err != nil:
			return digits, ReadFailed, err
		}
	}
	required := strings.HasPrefix(r.Terminators, "=")
	switch {
	case terminator != 0:
		if err := l.Set(ctx, "read_terminator_used", string(terminator)); err != nil {
			return digits, ReadFailed, err
		}
		if i := strings.IndexByte(r.Terminators, terminator); i > 0 {
			switch r.Terminators[i-1] {
			case '+':
				digits += string(terminator)
			case 'x':
				digits += string(terminator)
				result = ReadRestart
			}
		}
	case required:
		result = ReadShort
	}
	if len(digits) < r.Min {
		result = ReadShort
	}
	text := map[ReadResult]string{ReadOK: "success", ReadTimeout: "timeout"}[result]
	if text == "" {
		text = "failure"
	}
	if err := l.Set(ctx, "read_result", text); err != nil {
		return digits, result, err
	}
	if result != ReadRestart && r.Max == 1 && len(digits) == 1 && strings.Contains(r.Terminators, digits) {
		digits = ""
	}
	if r.Variable != "" && digits != "" {
		err = l.Set(ctx, r.Variable, digits)
	}
	return digits, result, err
}

// Prompted says what Leg.PlayAndGetDigits asks for.
type Prompted struct {
	Read
	// Tries is how often it is asked.
	Tries int
	// BadInput is played after each try that failed.
	BadInput string
	// Regex is what the digits must match somewhere; "" is anything.
	Regex string
	// TransferOnFailure is where the channel is sent when all tries have failed: extension, dialplan, context.
	TransferOnFailure string
}

// PlayAndGetDigits asks for digits until they are good or the tries are used up; then it returns "" (modlua-api.md 1.4).
func (l *Leg) PlayAndGetDigits(ctx context.Context, p Prompted) (string, error) {
	if p.Regex != "" && p.Variable != "" {
		if err := l.Set(ctx, p.Variable+"_invalid", ""); err != nil {
			return "", err
		}
	}
	for ; p.Tries > 0; p.Tries-- {
		digits, result, err := l.Read(ctx, p.Read)
		if err != nil || result == ReadRestart {
			return digits, err
		}
		if digits == "" && p.Min == 0 {
			if used, _, err := l.Get(ctx, "read_terminator_used"); used != "" || err != nil {
				return "", err
			}
		}
		if digits != "" && (result == ReadOK || result == ReadTimeout) {
			if matches(digits, p.Regex) {
				return digits, nil
			}
			if p.Variable != "" {
				if err := l.Set(ctx, p.Variable, ""); err != nil {
					return "", err
				}
				if err := l.Set(ctx, p.Variable+"_invalid", digits); err != nil {
					return "", err
				}
			}
		}
		if p.BadInput != "" {
			if _, err := l.Play(ctx, p.BadInput, 0, Input{}); err != nil {
				return "", err
			}
		} else if err := l.unusable(); err != nil {
			return "", err
		}
	}
	if to := esl.SplitArgs(p.TransferOnFailure, ' '); len(to) > 0 {
		to = append(to, "", "")
		l.Transfer(to[0], to[1], to[2])
	}
	return "", nil
}

// matchTime bounds the work of one pattern.
const matchTime = time.Second

// matches tells whether digits match a pattern somewhere. The switch's patterns are Perl's, so Go's are not enough. One
// that is none matches nothing.
func matches(digits, pattern string) bool {
	if pattern == "" {
		return true
	}
	re, err := regexp2.Compile(pattern, regexp2.None)
	if err != nil {
		return false
	}
	re.MatchTimeout = matchTime
	good, err := re.MatchString(digits)
	return good && err == nil
}
