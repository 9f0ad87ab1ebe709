package esltest

import (
	"time"

	"eslua/esl"
)

// hangup hangs the channel up, once. Whoever calls it fires the event; the rest is done by the channel's own thread.
func (ch *channel) hangup(cause esl.Cause, by site) {
	if ch.hungUp || ch.down() {
		return
	}
	ch.hungUp = true
	last := ch.state
	ch.state = csHangup
	ch.cause = cause
	ch.logFrom(esl.LogNotice, by, "Hangup %s [%s] [%s]", ch.name, last, cause)
	if p := ch.partner(); p != nil {
		p.set("last_bridge_hangup_cause", cause.String())
	}
	switch {
	case ch.bridgeOriginate:
		ch.set("last_bridge_role", "originator")
	case ch.bridged != nil:
		ch.set("last_bridge_role", "originatee")
	}
	if !ch.launched {
		ch.launch()
	}
	ch.fire("CHANNEL_HANGUP", siteHangup)
	ch.changed()
	if ch.listener != nil {
		ch.listener.wake()
	}
}

func hangupApp(ch *channel, _ *thread, arg string) {
	cause := esl.CauseNormalClearing
	if arg != "" {
		cause = esl.ParseCause(arg)
	}
	ch.hangup(cause, siteHangupApp)
}

func (ch *channel) onHangup() {
	ch.profile.times.hungup = ch.sw.micros()
	ch.stopRecordings()
	ch.asr = nil
	ch.uncount()
	ch.set("hangup_cause", ch.cause.String())
	ch.set("hangup_cause_q850", itoa(ch.cause.Q850()))
	ch.setReport()
	ch.setCallState(ccsHangup, siteRunningState)
	if ch.leg == loopbackLeg {
		ch.set("is_loopback", "1")
	}
	if other := ch.other; other != nil {
		other.hangup(ch.cause, siteLoopbackKill)
		other.release()
	}
	ch.setState(csReporting)
}

func (ch *channel) onReporting(t *thread) {
	if ev := ch.newEvent("CHANNEL_HANGUP_COMPLETE", siteComplete); ev != nil {
		ev.Add("Hangup-Cause", ch.cause.String())
		ch.addData(ev)
		ch.sw.fire(ev)
	}
	for ch.holds > 0 {
		t.wait(time.Time{})
	}
	ch.state = csDestroy
	ch.fire("CHANNEL_DESTROY", siteDestroy)
	ch.enter(csDestroy)
	ch.done = true
	ch.sw.forget(ch)
	if ch.call != nil {
		ch.call.changed.Wake()
	}
}

// hold keeps the channel from being destroyed, as a read lock of its session does; release gives it free.
func (ch *channel) hold() { ch.holds++ }

func (ch *channel) release() {
	ch.holds--
	ch.changed()
}
