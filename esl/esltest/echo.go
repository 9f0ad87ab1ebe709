package esltest

import "time"

// echoApp sends the caller's audio back until it goes; digits come back, too.
func echoApp(ch *channel, t *thread, _ string) {
	for ch.ready() {
		if ch.breaking {
			ch.breaking = false
			return
		}
		ch.parseEvents(t)
		if d, ok := ch.takeDTMF(); ok {
			ch.sendDTMF(d)
			ch.frame(t)
			continue
		}
		ch.idle(t, time.Time{})
	}
}
