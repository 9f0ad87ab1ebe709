package esltest

import (
	"time"

	"eslua/esl"
)

func sleepApp(ch *channel, t *thread, arg string) {
	if arg == "" {
		ch.logf(esl.LogErr, siteExecute, "No timeout specified.")
		return
	}
	in := &input{}
	if esl.IsTrue(ch.get("sleep_eat_digits")) {
		in = ch.terminators()
		ch.set("playback_terminator_used", "")
	}
	ch.rest(t, millis(atoi(arg)), in)
}

// rest is switch_ivr_sleep: nothing sounds for a while. Without an input digits stay where they are; an input without a
// digit function ends it at the first one, which stays, too.
func (ch *channel) rest(t *thread, d time.Duration, in *input) outcome {
	end := ch.sw.now.Add(d)
	if !ch.mediaReady() {
		return ch.restWithoutMedia(t, end)
	}
	for {
		if o := ch.interrupted(); o != played || !ch.sw.now.Before(end) {
			return o
		}
		ch.parseEvents(t)
		if in != nil {
			if in.digit == nil && len(ch.digits) > 0 || ch.feed(in) {
				return broken
			}
			if len(ch.digits) > 0 {
				ch.toTick(t)
				continue
			}
		}
		ch.idle(t, end)
	}
}

// restWithoutMedia looks at nothing but break and hang-up, every 20 ms.
func (ch *channel) restWithoutMedia(t *thread, end time.Time) outcome {
	began := ch.sw.now
	for ch.ready() && ch.sw.now.Before(end) {
		if ch.breaking {
			ch.breaking = false
			return broken
		}
		if t.wait(end) {
			t.sleep(untilTick(ch.sw.now, began))
		}
	}
	return played
}
