package esltest

import (
	"cmp"
	"strings"
	"time"

	"eslua/esl"
)

// collector gathers digits as switch_ivr_collect_digits_count does.
type collector struct {
	max         int
	terminators string
	first       time.Duration // to the first digit; 0: as between
	between     time.Duration // between digits; 0: as to the first
	absolute    time.Duration // for all of it; 0: none
}

// collect adds digits to buf. It returns the terminator that ended it, if any, and how it ended.
func (ch *channel) collect(t *thread, c collector, buf string) (digits string, terminator byte, o outcome) {
	if len(buf) >= c.max {
		return buf, 0, failed
	}
	if i := strings.IndexAny(buf, c.terminators); c.terminators != "" && i >= 0 {
		return buf[:i], buf[i], played
	}
	began := ch.sw.now
	last := began
	wait := c.first
	if wait == 0 {
		wait = c.between
	}
	between := c.between
	if between == 0 {
		between = c.first
	}
	for ch.ready() {
		var limit time.Time
		if c.absolute > 0 {
			limit = began.Add(c.absolute)
		}
		if wait > 0 && (limit.IsZero() || last.Add(wait).Before(limit)) {
			limit = last.Add(wait)
		}
		if !limit.IsZero() && !ch.sw.now.Before(limit) {
			return buf, 0, timedOut
		}
		ch.parseEvents(t)
		if len(ch.digits) > 0 {
			if wait > 0 {
				wait, last = between, ch.sw.now
			}
			for range c.max + 1 {
				d, ok := ch.takeDTMF()
				if !ok {
					break
				}
				if strings.IndexByte(c.terminators, d.digit) >= 0 {
					return buf, d.digit, played
				}
				buf += string(d.digit)
				if len(buf) >= c.max {
					return buf, 0, played
				}
			}
			continue
		}
		ch.idle(t, limit)
	}
	return buf, 0, failed
}

// reader is what the applications read and play_and_get_digits, and the functions behind them, are asked for.
type reader struct {
	min, max         int
	prompt, variable string
	timeout          time.Duration
	terminators      string
	digitTimeout     time.Duration
}

// Outcomes of a read besides those of playing.
const (
	tooShort outcome = iota + 100 // fewer digits than asked for
	restart                       // a terminator after which there is no further try
)

// read plays a prompt and collects digits, as switch_ivr_read does (modlua-api.md 1.4).
func (ch *channel) read(t *thread, r reader) (string, outcome) {
	if r.digitTimeout == 0 {
		r.digitTimeout = r.timeout
	}
	r.max = max(r.max, r.min)
	ch.set("read_result", "")
	if r.variable != "" {
		ch.set(r.variable, "")
	}
	if !ch.preAnswer(siteExecute) {
		return "", failed
	}
	digits := ""
	if r.prompt != "" && !strings.EqualFold(r.prompt, "silence") {
		o := ch.play(t, r.prompt, 0, &input{digit: func(d dtmf) bool {
			digits = string(d.digit)
			return true
		}})
		if o != played && o != broken {
			return digits, o
		}
	}
	var terminator byte
	o := played
	if len(digits) < r.max {
		c := collector{max: r.max, terminators: r.terminators, first: r.timeout, between: r.digitTimeout}
		if digits != "" {
			c.first = r.digitTimeout
		}
		digits, terminator, o = ch.collect(t, c, digits)
	}
	if terminator != 0 {
		ch.set("read_terminator_used", string(terminator))
		// A plus in front of a terminator keeps it as a digit; an x as well, and ends all further tries.
		if i := strings.IndexByte(r.terminators, terminator); i > 0 && strings.IndexByte("+x", r.terminators[i-1]) >= 0 {
			digits += string(terminator)
			if r.terminators[i-1] == 'x' {
				o = restart
			}
		}
	} else if strings.HasPrefix(r.terminators, "=") {
		o = tooShort
	}
	if len(digits) < r.min {
		o = tooShort
	}
	switch o {
	case played:
		ch.set("read_result", "success")
	case timedOut:
		ch.set("read_result", "timeout")
	default:
		ch.set("read_result", "failure")
	}
	if o != restart && r.max == 1 && len(digits) == 1 && strings.Contains(r.terminators, digits) {
		digits = ""
	}
	if r.variable != "" && digits != "" {
		ch.set(r.variable, digits)
	}
	return digits, o
}

func readApp(ch *channel, t *thread, arg string) {
	a := words(arg, 7)
	if arg == "" {
		ch.logf(esl.LogErr, siteExecute, "No arguments specified.")
		return
	}
	ch.read(t, reader{
		min: max(atoi(a[0]), 1), max: atoi(a[1]), prompt: a[2], variable: a[3],
		timeout: millis(max(atoi(a[4]), 1000)), terminators: cmp.Or(a[5], "#"), digitTimeout: millis(atoi(a[6])),
	})
}

func playAndGetDigitsApp(ch *channel, t *thread, arg string) {
	a := words(arg, 11)
	if arg == "" {
		ch.logf(esl.LogErr, siteExecute, "No arguments specified.")
		return
	}
	r := reader{
		min: max(atoi(a[0]), 0), max: atoi(a[1]), prompt: a[5], variable: a[7],
		timeout: millis(max(atoi(a[3]), 1000)), terminators: cmp.Or(a[4], "#"), digitTimeout: millis(atoi(a[9])),
	}
	badInput, pattern, transfer := a[6], a[8], a[10]
	if pattern != "" && r.variable != "" {
		ch.set(r.variable+"_invalid", "")
	}
	for tries := atoi(a[2]); ch.ready() && tries > 0; tries-- {
		digits, o := ch.read(t, r)
		if o == restart {
			return
		}
		if o == timedOut && len(digits) >= r.min {
			o = played
		}
		if r.min == 0 && digits == "" && ch.own("read_terminator_used") != "" {
			return
		}
		if o == played && digits != "" {
			if pattern == "" || matches(digits, pattern) {
				return
			}
			if r.variable != "" {
				ch.set(r.variable, "")
				ch.set(r.variable+"_invalid", digits)
			}
		}
		if !ch.ready() {
			return
		}
		ch.play(t, badInput, 0, nil)
	}
	if transfer != "" {
		w := words(transfer, 3)
		ch.transfer(w[0], w[1], w[2])
	}
}
