package esltest

import (
	"strings"
	"time"

	"eslua/esl"
)

// park keeps the channel until it is hung up, sent elsewhere, or whoever controls it has gone. It executes the messages
// that come, and throws every digit away that is pressed meanwhile.
func (ch *channel) park(t *thread) {
	if ch.controlled {
		ch.logf(esl.LogErr, sitePark, "Cannot park channels that are under control already.")
		return
	}
	if ch.state == csReset {
		return
	}
	var expires time.Time
	cause := esl.CauseNormalClearing
	if to := ch.own("park_timeout"); to != "" {
		if _, name, ok := strings.Cut(to, ":"); ok {
			cause = esl.ParseCause(name)
		}
		expires = ch.sw.now.Add(time.Duration(atoi(to)) * time.Second)
		ch.set("park_timeout", "")
		ch.set("park_after_bridge", "")
	}
	ch.controlled, ch.parked = true, true
	ch.fire("CHANNEL_PARK", sitePark)
	began := ch.sw.now
	for ch.ready() && ch.controlled && ch.parked {
		if !ch.parkFrame(t, began, expires) {
			break
		}
		if !expires.IsZero() && !ch.sw.now.Before(expires) {
			ch.hangup(cause, sitePark)
			break
		}
		ch.parseEvents(t)
		ch.takeDTMF()
		if len(ch.events) > 0 && !ch.divert {
			ev := ch.events[0]
			ch.events = ch.events[1:]
			ch.addDataAs(ev.Event, ev.name)
			ch.sw.addStandard(ev.Event, ev.name, siteParkEvent)
			ch.sw.fire(ev.Event)
		}
	}
	ch.controlled, ch.parked = false, false
	ch.fire("CHANNEL_UNPARK", siteUnpark)
	ch.unicast = false
}

// goPark takes the channel out of whatever it does and parks it (switch_ivr_park_session).
func (ch *channel) goPark() {
	ch.originating, ch.transferred = false, true
	ch.setState(csPark)
}

// parkFrame waits for the next moment at which park looks around. With media that is a frame; without, it looks every
// 20 ms, at one message each time.
func (ch *channel) parkFrame(t *thread, began, expires time.Time) bool {
	if ch.mediaReady() {
		if len(ch.digits) > 0 || len(ch.events) > 0 && !ch.divert {
			return ch.frame(t)
		}
		return ch.idle(t, expires)
	}
	if !ch.parkBusy() {
		t.wait(expires)
	}
	t.sleep(pollTime - ch.sw.now.Sub(began)%pollTime)
	if m := ch.nextPrivate(); m != nil {
		ch.parseEvent(t, m)
	}
	return true
}

func (ch *channel) parkBusy() bool {
	return len(ch.digits) > 0 || len(ch.events) > 0 && !ch.divert || len(ch.private) > 0 && ch.lock == 0 || len(ch.priv) > 0 && ch.lockPri == 0
}
