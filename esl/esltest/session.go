package esltest

import (
	"slices"
	"time"

	"eslua/esl"
)

// frameTime is how long a media frame lasts, and thus how often an application looks at what has happened.
const frameTime = 20 * time.Millisecond

// condTime is the tick of the switch's timer thread: how long a thread takes to see a change of state.
const condTime = time.Millisecond

// launch starts the thread of the channel.
func (ch *channel) launch() {
	ch.launched = true
	ch.thread = ch.sw.spawn(ch.run)
}

// run is the state machine of a channel, from CS_INIT to its destruction.
func (ch *channel) run(t *thread) {
	for {
		s := ch.state
		if s != ch.running {
			ch.enter(s)
			switch s {
			case csInit:
				ch.onInit()
			case csRouting:
				ch.onRouting()
			case csExecute:
				ch.onExecute(t)
			case csHangup:
				ch.onHangup()
			case csReporting:
				ch.onReporting(t)
				return
			}
		}
		if ch.state == ch.running {
			ch.parseEvents(t)
			if ch.state == ch.running {
				t.wait(time.Time{})
			}
			ch.parseEvents(t)
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
			ch.setCallState(ccsRinging)
		case ch.answered:
			ch.setCallState(ccsActive)
		case ch.early:
			ch.setCallState(ccsEarly)
		}
	}
	ch.fire("CHANNEL_STATE", siteRunningState)
	for _, w := range ch.watchers {
		w.wake()
	}
}

func (ch *channel) onInit() {
	if ch.outbound && ch.leg == loopbackLeg {
		ch.makeOther()
	}
	if ch.leg == loopbackLeg {
		if ch.outbound {
			ch.set("loopback_leg", "A")
		} else {
			ch.set("loopback_leg", "B")
		}
	}
	ch.setState(csRouting)
	ch.fire("CHANNEL_CREATE", siteCreate)
	if ch.outbound {
		ch.fire("CHANNEL_ORIGINATE", siteOriginate)
	}
}

// onRouting finds what the channel is to execute. An originated one waits for those who originated it.
func (ch *channel) onRouting() {
	if ch.outbound && !ch.hitDialplan {
		ch.setState(csConsumeMedia)
		return
	}
	ch.set("call_uuid", ch.uuid)
	if ch.actions != nil { // made by a transfer to an extension
		ch.setState(csExecute)
		return
	}
	actions, ok := ch.sw.world.Extensions[ch.profile.destination]
	if !ok || len(actions) == 0 {
		ch.logf(esl.LogInfo, siteLastAction, "No Route, Aborting")
		ch.hangup(noRoute, siteLastAction)
		return
	}
	ch.actions = append([]esl.Action{}, actions...)
	ch.setState(csExecute)
}

const noRoute = esl.Cause(3)

// onExecute runs the actions of the extension one after the other.
func (ch *channel) onExecute(t *thread) {
	ch.set("call_uuid", ch.uuid)
	if ch.actions == nil {
		ch.hangup(esl.CauseNormalClearing, siteLastAction)
		return
	}
	for ch.state == csExecute && len(ch.actions) > 0 {
		a := ch.actions[0]
		ch.actions = ch.actions[1:]
		if !ch.execute(t, a.App, a.Data) {
			return
		}
	}
	if ch.ready() && ch.state == csExecute {
		ch.logf(esl.LogNotice, siteLastAction, "%s has executed the last dialplan instruction, hanging up.", ch.name)
		ch.hangup(esl.CauseNormalClearing, siteLastAction)
	}
}

func (ch *channel) onHangup() {
	ch.profile.times.hungup = ch.sw.micros()
	ch.stopRecordings()
	ch.set("hangup_cause", ch.cause.String())
	ch.set("hangup_cause_q850", itoa(ch.cause.Q850()))
	ch.setReport()
	ch.setCallState(ccsHangup)
	if ch.leg == loopbackLeg {
		ch.set("is_loopback", "1")
	}
	if other := ch.other; other != nil {
		other.hangup(ch.cause, siteLoopbackKill)
		if !ch.outbound {
			other.release()
		}
	}
	ch.setState(csReporting)
}

func (ch *channel) onReporting(t *thread) {
	ev := ch.sw.newEvent("CHANNEL_HANGUP_COMPLETE", siteComplete)
	ev.Add("Hangup-Cause", ch.cause.String())
	ch.addData(ev)
	ch.sw.fire(ev)
	for ch.holds > 0 {
		t.wait(time.Time{})
	}
	ch.fire("CHANNEL_DESTROY", siteDestroy)
	ch.state = csDestroy
	ch.enter(csDestroy)
	ch.done = true
	ch.sw.forget(ch)
	if ch.call != nil {
		ch.call.changed.Wake()
	}
}

// forget takes a channel that is gone off the lists.
func (sw *Switch) forget(ch *channel) {
	delete(sw.channels, ch.uuid)
	sw.calls = slices.DeleteFunc(sw.calls, func(x *channel) bool { return x == ch })
}

// hold keeps the channel from being destroyed, as a read lock of its session does; release gives it free.
func (ch *channel) hold() { ch.holds++ }

func (ch *channel) release() {
	ch.holds--
	ch.changed()
}

// frame lets one media frame pass. It reports whether the channel can still be worked with.
func (ch *channel) frame(t *thread) bool {
	if !ch.ready() {
		return false
	}
	t.sleep(untilTick(ch.sw.now, ch.ticks))
	return true
}

// idle lets media pass until something has happened to the channel, or until a time (zero: only then). It returns on
// the boundary of a frame, as the application sees nothing before.
func (ch *channel) idle(t *thread, until time.Time) bool {
	if !ch.ready() {
		return false
	}
	t.wait(until)
	t.sleep(untilTick(ch.sw.now, ch.ticks))
	return true
}

// untilTick is how long it is to the next tick of a timer that was started at base.
func untilTick(now, base time.Time) time.Duration {
	return frameTime - now.Sub(base)%frameTime
}
