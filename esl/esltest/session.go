package esltest

import (
	"slices"
	"strings"
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
			case csSoftExecute:
				ch.onSoftExecute(t)
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
	if ch.originating {
		ch.setState(csConsumeMedia)
		return
	}
	ch.set("call_uuid", ch.uuid)
	if ch.actions != nil { // made by a transfer to an extension
		ch.setState(csExecute)
		return
	}
	actions := ch.sw.world.Extensions[ch.profile.destination]
	if strings.EqualFold(ch.profile.dialplan, "inline") {
		actions = inlineActions(ch.profile.destination)
	}
	if len(actions) == 0 {
		ch.logf(esl.LogInfo, siteLastAction, "No Route, Aborting")
		ch.hangup(noRoute, siteLastAction)
		return
	}
	ch.setExtension(append([]esl.Action{}, actions...))
	ch.setState(csExecute)
}

// inlineActions are those of an extension of the inline dialplan: app:data,app:data, or with another separator
// m:^:app:data^app:data.
func inlineActions(s string) []esl.Action {
	sep := ","
	if rest, ok := strings.CutPrefix(s, "m:"); ok && len(rest) > 2 && rest[1] == ':' {
		sep, s = rest[:1], rest[2:]
	}
	var actions []esl.Action
	for _, a := range strings.Split(s, sep) {
		app, data, _ := strings.Cut(strings.TrimLeft(a, " "), ":")
		actions = append(actions, esl.Action{App: app, Data: data})
	}
	return actions
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
	ev := ch.sw.newEvent("CHANNEL_HANGUP_COMPLETE", siteComplete)
	ev.Add("Hangup-Cause", ch.cause.String())
	ch.addData(ev)
	ch.sw.fire(ev)
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
