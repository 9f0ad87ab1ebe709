package esltest

import (
	"strconv"

	"eslua/esl"
)

// state is a state of a channel's state machine. The numbers are the switch's.
type state int

const (
	csNew state = iota
	csInit
	csRouting
	csSoftExecute
	csExecute
	csExchangeMedia
	csPark
	csConsumeMedia
	csHibernate
	csReset
	csHangup
	csReporting
	csDestroy
	csNone
)

func (s state) String() string {
	return [...]string{"CS_NEW", "CS_INIT", "CS_ROUTING", "CS_SOFT_EXECUTE", "CS_EXECUTE", "CS_EXCHANGE_MEDIA", "CS_PARK",
		"CS_CONSUME_MEDIA", "CS_HIBERNATE", "CS_RESET", "CS_HANGUP", "CS_REPORTING", "CS_DESTROY", "CS_NONE"}[s]
}

// callState is what a telephone would show. The numbers are the switch's.
type callState int

const (
	ccsDown callState = iota
	ccsDialing
	ccsRinging
	ccsEarly
	ccsActive
	ccsHeld
	ccsRingWait
	ccsHangup
)

func (s callState) String() string {
	return [...]string{"DOWN", "DIALING", "RINGING", "EARLY", "ACTIVE", "HELD", "RING_WAIT", "HANGUP"}[s]
}

// ready is whether the channel can be worked with: it is up and not about to go elsewhere.
func (ch *channel) ready() bool {
	return ch.cause == 0 && ch.state > csRouting && ch.state < csHangup && ch.state != csReset && !ch.transferred &&
		ch.state == ch.running
}

func (ch *channel) up() bool   { return ch.state < csHangup }
func (ch *channel) down() bool { return ch.state >= csHangup }

func (ch *channel) mediaReady() bool { return (ch.answered || ch.early) && ch.up() }

// setState asks the thread of the channel to go to another state.
func (ch *channel) setState(s state) {
	if ch.state >= csHangup && s <= ch.state {
		return
	}
	ch.state = s
	ch.changed()
}

// setCallState changes the state in which users see the call. by is the place that says so in the log.
func (ch *channel) setCallState(s callState, by site) {
	if ch.callState == s || ch.callState == ccsHangup {
		return
	}
	old := ch.callState
	ch.callState = s
	ch.logFrom(esl.LogDebug, by, "(%s) Callstate Change %s -> %s", ch.name, old, s)
	ev := ch.newEvent("CHANNEL_CALLSTATE", siteSetCallState)
	if ev == nil {
		return
	}
	ev.Add("Original-Channel-Call-State", old.String())
	ev.Add("Channel-Call-State-Number", strconv.Itoa(int(s)))
	ch.addData(ev)
	ch.sw.fire(ev)
}

// changed wakes all that wait for the channel.
func (ch *channel) changed() {
	if ch.thread != nil {
		ch.thread.wake()
	}
	for _, t := range ch.watchers {
		t.wake()
	}
}

func (ch *channel) watch(t *thread) { ch.watchers = append(ch.watchers, t) }

func (ch *channel) unwatch(t *thread) {
	for i, w := range ch.watchers {
		if w == t {
			ch.watchers = append(ch.watchers[:i], ch.watchers[i+1:]...)
			return
		}
	}
}

// enter makes s the running state, and says so.
func (ch *channel) enter(s state) {
	ch.running = s
	ch.transferred = false
	if !ch.outbound && s < csHangup {
		switch {
		case s == csRouting:
			ch.setCallState(ccsRinging, siteRunningState)
		case ch.answered:
			ch.setCallState(ccsActive, siteRunningState)
		case ch.early:
			ch.setCallState(ccsEarly, siteRunningState)
		}
	}
	ch.fire("CHANNEL_STATE", siteRunningState)
	for _, w := range ch.watchers {
		w.wake()
	}
}
