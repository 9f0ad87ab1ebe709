package esltest

import (
	"strings"
	"time"
)

// voice notes that something begins to sound on the channel, or ends; whoever records at the other end hears it.
func (ch *channel) voice(n int) {
	ch.voices += n
	if o := ch.other; o != nil && o.recording > 0 {
		o.changed()
	}
}

// hearsVoice tells whether the far end says something.
func (ch *channel) hearsVoice() bool {
	return ch.other != nil && ch.other.voices > 0 || ch.sw.now.Before(ch.voiceUntil)
}

// hearing follows what the far end says while it is recorded.
type hearing struct {
	speaking bool
	since    time.Time // the last change
	last     time.Time
	samples  int // that were heard
}

func (ch *channel) listen() *hearing {
	return &hearing{speaking: ch.hearsVoice(), since: ch.sw.now, last: ch.sw.now}
}

func (h *hearing) update(ch *channel) {
	now := ch.sw.now
	if h.speaking {
		until := now
		if ch.other == nil && ch.voiceUntil.Before(now) {
			until = ch.voiceUntil
		}
		h.samples += int(until.Sub(h.last) * sampleRate / time.Second)
	}
	h.last = now
	if speaking := ch.hearsVoice(); speaking != h.speaking {
		h.speaking, h.since = speaking, now
	}
}

// speak has the caller of a call over SIP say what an application of the far end plays: &playback(file).
func (c *Call) speak() {
	file, ok := strings.CutPrefix(strings.TrimSuffix(c.spec.Far, ")"), "&playback(")
	if !ok {
		return
	}
	fh, ok := c.near.open(file)
	if _, silent := cutPrefixFold(file, "silence_stream:"); !ok || silent {
		return
	}
	length := time.Duration(fh.length) * time.Second / sampleRate
	if fh.length < 0 {
		length = 1 << 62
	}
	c.near.voiceUntil = c.sw.now.Add(length)
	c.sw.spawn(func(t *thread) { // who records hears the end of it
		if fh.length >= 0 {
			t.sleep(length)
			c.near.changed()
		}
	})
}
