package esltest

import (
	"strconv"
	"strings"
	"time"
)

// dtmf is a pressed key.
type dtmf struct {
	digit    byte
	duration int // in samples at 8 kHz
	source   string
}

const defaultDuration = 2000

// queueDTMF puts a digit where applications and park take it from. The oldest is dropped beyond 1,000.
func (ch *channel) queueDTMF(d dtmf) {
	if d.duration == 0 {
		d.duration = defaultDuration
	}
	if len(ch.digits) >= 1000 {
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
	ch.dialledDigits += string(d.digit)
	if isTrue(ch.own("sensitive_dtmf")) {
		return d, true
	}
	ev := ch.sw.newEvent("DTMF", siteDTMF)
	ch.addData(ev)
	ev.Add("DTMF-Digit", string(d.digit))
	ev.Add("DTMF-Duration", strconv.Itoa(d.duration))
	ev.Add("DTMF-Source", d.source)
	if ch.divert {
		ch.queueEvent(ev)
	} else {
		ch.sw.fire(ev)
	}
	return d, true
}

// sendDTMF sends a digit out of the channel, to whoever is at its other end.
func (ch *channel) sendDTMF(d dtmf) {
	ch.set("last_dtmf_duration", itoa(d.duration*1000/(sampleRate/1000)/1000))
	if ch.other != nil {
		ch.other.queueDTMF(d)
	} else {
		ch.hear("dtmf:" + string(d.digit))
	}
}

// sendDigits sends digits one after the other: w and W pause for half a second and for one, @ and a number behind them
// is their duration in ms. The time it takes passes in a thread of its own unless t is given.
func (ch *channel) sendDigits(t *thread, digits string) {
	digits, ms, timed := strings.Cut(digits, "@")
	duration := defaultDuration
	if timed {
		duration = atoi(ms) * sampleRate / 1000
	}
	send := func(t *thread) {
		for i := range len(digits) {
			switch c := digits[i]; c {
			case 'w':
				t.sleep(500 * time.Millisecond)
			case 'W':
				t.sleep(time.Second)
			default:
				if ch.down() {
					return
				}
				if strings.IndexByte("0123456789*#ABCDabcd", c) >= 0 {
					ch.sendDTMF(dtmf{c, duration, "UNKNOWN"})
				}
			}
		}
	}
	if t != nil || !strings.ContainsAny(digits, "wW") {
		send(t)
		return
	}
	ch.sw.spawn(send)
}

// rtpGap is how long a telephone is silent between two keys (wire/sip_connect).
const rtpGap = 282 * time.Millisecond

// receiveDigits lets keys arrive as telephone events over RTP: each one when it is released.
func (ch *channel) receiveDigits(keys string) {
	keys, ms, timed := strings.Cut(keys, "@")
	duration := defaultDuration
	if timed {
		duration = atoi(ms) * sampleRate / 1000
	}
	ch.sw.spawn(func(t *thread) {
		for i := range len(keys) {
			switch c := keys[i]; c {
			case 'w':
				t.sleep(500 * time.Millisecond)
			case 'W':
				t.sleep(time.Second)
			default:
				t.sleep(time.Duration(duration) * time.Second / sampleRate)
				if ch.down() {
					return
				}
				ch.queueDTMF(dtmf{c, duration, "RTP"})
				t.sleep(rtpGap)
			}
		}
	})
}

// queueDTMFApp sends digits without waiting for the pauses in them.
func queueDTMFApp(ch *channel, _ *thread, arg string) { ch.sendDigits(nil, arg) }
