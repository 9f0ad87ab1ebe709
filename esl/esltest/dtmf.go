package esltest

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"eslua/esl"
)

// dtmf is a pressed key.
type dtmf struct {
	digit     byte
	duration  int // in samples at 8 kHz
	source    string
	sensitive bool // it came while sensitive_dtmf was on: no event will tell of it
}

// The sources of digits, as DTMF events name them.
const (
	fromRTP     = "RTP"
	fromApp     = "APP"
	fromUnknown = "UNKNOWN" // what the far end of a loopback sends
)

// Durations of digits in samples.
const (
	defaultDuration = 2000
	minDuration     = 400
	maxDuration     = 192000
)

// digitLetters are what the switch takes for digits. w and W are two of them: they stand for a pause only where they are
// sent.
const digitLetters = "0123456789*#ABCDabcdFfwW"

// parseDigits reads a string of digits: parts with + between them, each of which may end in @ and the duration of its
// digits in ms. What is no digit is left out.
func parseDigits(s, source string) []dtmf {
	var list []dtmf
	for _, part := range esl.SplitArgs(strings.TrimPrefix(s, "~"), '+') {
		part, ms, _ := strings.Cut(part, "@")
		duration := defaultDuration
		if n := atoi(ms) * sampleRate / 1000; n > minDuration {
			duration = min(n, maxDuration)
		}
		for i := range len(part) {
			if strings.IndexByte(digitLetters, part[i]) >= 0 {
				list = append(list, dtmf{digit: part[i], duration: duration, source: source})
			}
		}
	}
	return list
}

// pause is how long a digit makes the switch wait instead of sending it.
func (d dtmf) pause() time.Duration {
	switch d.digit {
	case 'w':
		return 500 * time.Millisecond
	case 'W':
		return time.Second
	}
	return 0
}

// digitQueue is how many digits a channel keeps. The oldest is dropped beyond that.
const digitQueue = 1000

// queueDTMF puts a digit where applications and park take it from.
func (ch *channel) queueDTMF(d dtmf) {
	if ch.metaDigit(d.digit, false) {
		return
	}
	d.sensitive = esl.IsTrue(ch.own("sensitive_dtmf"))
	if len(ch.digits) >= digitQueue {
		ch.digits = ch.digits[1:]
	}
	ch.digits = append(ch.digits, d)
	ch.changed()
}

// takeDTMF takes the oldest digit, and with that the switch first says that there was one.
func (ch *channel) takeDTMF() (dtmf, bool) {
	if len(ch.digits) == 0 {
		return dtmf{}, false
	}
	d := ch.digits[0]
	ch.digits = ch.digits[1:]
	if d.sensitive {
		return d, true
	}
	ch.dialledDigits += string(d.digit)
	ev := ch.makeEvent("DTMF", siteDTMF)
	ch.addData(ev)
	ev.Add("DTMF-Digit", string(d.digit))
	ev.Add("DTMF-Duration", strconv.Itoa(d.duration))
	ev.Add("DTMF-Source", d.source)
	if ch.divert {
		ch.queueEvent("DTMF", ev)
	} else {
		ch.sw.fire(ev)
	}
	return d, true
}

// sendDTMF sends a digit out of the channel, to whoever is at its other end.
func (ch *channel) sendDTMF(d dtmf) {
	if ch.metaDigit(d.digit, true) {
		return
	}
	ch.hear("dtmf:" + string(d.digit))
	o := ch.other
	switch {
	case o == nil:
	case o.leg == loopbackLeg:
		o.queueDTMF(dtmf{digit: d.digit, duration: d.duration, source: d.source})
	default: // telephone events, one behind the other: each arrives when it is released
		from := ch.sw.now
		if ch.dtmfFree.After(from) {
			from = ch.dtmfFree
		}
		arrives := from.Add(time.Duration(d.duration) * time.Second / sampleRate)
		ch.dtmfFree = arrives.Add(rtpGap)
		ch.sw.spawn(func(t *thread) {
			t.sleep(arrives.Sub(ch.sw.now))
			if o.up() {
				o.queueDTMF(dtmf{digit: d.digit, duration: d.duration, source: fromRTP})
			}
		})
	}
}

// maxSent is the longest string of digits that can be sent at once.
const maxSent = 99

// sendDigits sends a string of digits, with its pauses, and tells whether there were any.
func (ch *channel) sendDigits(t *thread, s string) bool {
	if s == "" || ch.down() || len(s) > maxSent {
		return false
	}
	ch.preAnswer(siteExecute)
	total := 0
	for _, d := range parseDigits(s, fromUnknown) {
		if ch.down() {
			return total > 0
		}
		if pause := d.pause(); pause > 0 {
			t.sleep(pause)
		} else {
			ch.sendDTMF(d)
		}
		total += d.duration*1000/sampleRate + 250
	}
	if total > 0 {
		ch.set("last_dtmf_duration", itoa(total))
	}
	return total > 0
}

// press has the far end press keys behind those that it is still about to press: a caller has one finger.
func (ch *channel) press(keys string, with func(t *thread, keys string)) {
	ch.keys = append(ch.keys, keys)
	if ch.pressing {
		return
	}
	ch.pressing = true
	ch.sw.spawn(func(t *thread) {
		for len(ch.keys) > 0 {
			next := ch.keys[0]
			ch.keys = ch.keys[1:]
			with(t, next)
		}
		ch.pressing = false
	})
}

// pressKeys has the far end of the call press keys. What comes before the first pause is there when it returns.
func (ch *channel) pressKeys(keys string) {
	if ch.pressing || strings.ContainsAny(keys, "wW") {
		ch.press(keys, func(t *thread, keys string) { ch.sendDigits(t, keys) })
		return
	}
	ch.sendDigits(nil, keys)
}

// rtpGap is how long a telephone is silent between two keys (wire/sip_connect).
const rtpGap = 282 * time.Millisecond

// receiveDigits lets keys arrive as telephone events over RTP: each one when it is released.
func (ch *channel) receiveDigits(keys string) {
	ch.press(keys, func(t *thread, keys string) {
		for _, d := range parseDigits(keys, fromRTP) {
			if pause := d.pause(); pause > 0 {
				t.sleep(pause)
				continue
			}
			t.sleep(time.Duration(d.duration) * time.Second / sampleRate)
			if ch.down() {
				return
			}
			ch.queueDTMF(d)
			t.sleep(rtpGap)
		}
	})
}

// queueDTMFApp makes digits arrive on the channel itself, as if its far end had sent them.
func queueDTMFApp(ch *channel, _ *thread, arg string) {
	for _, d := range parseDigits(arg, fromApp) {
		ch.queueDTMF(d)
	}
}

func uuidSendDTMFAPI(c apiCall) string {
	ch, digits, problem := c.digits()
	if ch == nil {
		return problem
	}
	if !ch.sendDigits(c.t, digits) {
		return "-ERR Operation failed\n"
	}
	return fmt.Sprintf("+OK %s sent DTMF %s.\n", ch.uuid, digits)
}

func uuidRecvDTMFAPI(c apiCall) string {
	ch, digits, problem := c.digits()
	if ch == nil {
		return problem
	}
	queueDTMFApp(ch, c.t, digits)
	return fmt.Sprintf("+OK %s received DTMF %s.\n", ch.uuid, digits)
}

// digits is the channel and the digits that uuid_send_dtmf and uuid_recv_dtmf are called with, or what they say when one
// is missing.
func (c apiCall) digits() (ch *channel, digits, problem string) {
	a := words(c.arg, 2)
	if a[0] == "" || a[1] == "" {
		return nil, "", "-USAGE: <uuid> <dtmf_data>\n"
	}
	if ch = c.sw.find(a[0]); ch == nil {
		return nil, "", "-ERR Cannot locate session!\n"
	}
	return ch, a[1], ""
}

func uuidFlushDTMFAPI(c apiCall) string {
	ch := c.sw.find(c.arg)
	if ch == nil {
		return "-ERR No such session\n"
	}
	ch.digits = nil
	return "+OK\n"
}
