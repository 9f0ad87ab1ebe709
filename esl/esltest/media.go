package esltest

import "time"

// sampleRate is that of every simulated leg; a frame is 160 samples.
const (
	sampleRate   = 8000
	frameSamples = 160
)

// frameTime is how long a media frame lasts, and thus how often an application looks at what has happened.
const frameTime = 20 * time.Millisecond

// condTime is the tick of the switch's timer thread: how long a thread takes to see a change of state.
const condTime = time.Millisecond

// frame lets one media frame pass. It reports whether the channel can still be worked with.
func (ch *channel) frame(t *thread) bool {
	if !ch.ready() {
		return false
	}
	ch.toTick(t)
	return true
}

// idle lets media pass until something has happened to the channel, or until a time (zero: only then). It returns on
// the boundary of a frame, as the application sees nothing before.
func (ch *channel) idle(t *thread, until time.Time) bool {
	if !ch.ready() {
		return false
	}
	if !t.wait(until) || !ch.turn(t) {
		ch.toTick(t)
	}
	return true
}

// turn tells, of a thread that was just woken, that it was woken at a tick by an older one: its own turn in that tick is
// now.
func (ch *channel) turn(t *thread) bool {
	return t.waker < t.number && untilTick(ch.sw.now, ch.ticks) == frameTime
}

// toTick lets the present frame end. With a hang-up over SIP the media end at once.
func (ch *channel) toTick(t *thread) {
	until := ch.sw.now.Add(untilTick(ch.sw.now, ch.ticks))
	if ch.leg != sipLeg {
		t.sleep(until.Sub(ch.sw.now))
		return
	}
	for ch.up() && ch.sw.now.Before(until) {
		t.wait(until)
	}
}

// untilTick is how long it is to the next tick of a timer that was started at base.
func untilTick(now, base time.Time) time.Duration {
	return frameTime - now.Sub(base)%frameTime
}

// tick is the number of the present frame.
func (ch *channel) tick() int { return int(ch.sw.now.Sub(ch.ticks) / frameTime) }

// awaitFrames lets n frames pass, or fewer if something happens that is to be looked at.
func (ch *channel) awaitFrames(t *thread, n int, in *input) {
	next := untilTick(ch.sw.now, ch.ticks)
	if in != nil && (len(ch.digits) > 0 || len(ch.events) > 0 && !ch.divert) || ch.breaking || !ch.ready() {
		ch.toTick(t)
		return
	}
	if t.wait(ch.sw.now.Add(next+time.Duration(n-1)*frameTime)) && !ch.turn(t) {
		ch.toTick(t)
	}
}
