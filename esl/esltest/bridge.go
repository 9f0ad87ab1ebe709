package esltest

import (
	"strings"
	"time"

	"eslua/esl"
)

// bridgeApp dials and connects the channel with whoever answers. When nobody does, the channel is hung up unless
// continue_on_fail says otherwise.
func bridgeApp(ch *channel, t *thread, arg string) {
	timeout := ch.sw.world.OriginateTimeout
	for _, name := range []string{"call_timeout", "originate_timeout"} {
		if v := ch.own(name); v != "" {
			timeout = time.Duration(atoi(v)) * time.Second
		}
	}
	a := ch.sw.originate(t, ch, arg, callerID{}, timeout)
	if a.leg == nil {
		ch.bridgeFailed(a)
		return
	}
	ch.set("originate_disposition", "SUCCESS")
	ch.set("DIALSTATUS", "SUCCESS")
	ch.vars.push("originate_causes", a.leg.uuid+";NONE", false)
	ch.bridge(t, a.leg)
	ch.afterBridge(a.leg)
}

// afterBridge is what becomes of the channel that was bridged to b, as its variables say.
func (ch *channel) afterBridge(b *channel) {
	if ch.transferred || ch.down() {
		return
	}
	cause := b.cause
	if cause == 0 {
		cause = esl.CauseNormalClearing
	}
	after := ch.own("hangup_after_bridge")
	switch {
	case strings.EqualFold(after, "explicit"):
		ch.hangup(cause, siteUnbridge)
	case b.answered && esl.IsTrue(ch.own("park_after_bridge")) || esl.IsTrue(ch.own("park_after_early_bridge")):
		ch.goPark()
	case !b.answered:
	case ch.own("transfer_after_bridge") != "":
		ch.transferAfterBridge()
	case esl.IsTrue(after):
		ch.hangup(cause, siteUnbridge)
	}
}

// transferAfterBridge sends the channel where transfer_after_bridge says: extension:dialplan:context.
func (ch *channel) transferAfterBridge() {
	a := append(esl.SplitArgs(ch.own("transfer_after_bridge"), ':'), "", "", "")
	ch.transfer(a[0], a[1], a[2])
}

// leaveBridge is what becomes of the channel that somebody was bridged to.
func (ch *channel) leaveBridge() {
	switch {
	case ch.down() || ch.state != csExchangeMedia:
	case esl.IsTrue(ch.own("park_after_bridge")):
		ch.goPark()
	case ch.own("transfer_after_bridge") != "":
		ch.transferAfterBridge()
	case !ch.answered:
		ch.hangup(esl.CauseOriginatorCancel, siteUnbridge)
	default:
		ch.hangup(esl.CauseNormalClearing, siteUnbridge)
	}
}

// dialStatus is what DIALSTATUS says for a cause.
func dialStatus(c esl.Cause) string {
	switch c {
	case esl.CauseUserBusy:
		return "BUSY"
	case esl.CauseNoAnswer:
		return "NOANSWER"
	case esl.CauseOriginatorCancel:
		return "CANCEL"
	case esl.CauseCallRejected:
		return "DONTCALL"
	}
	return c.String()
}

func (ch *channel) bridgeFailed(a attempt) {
	cause := a.cause
	ch.set("originate_disposition", cause.String())
	ch.set("DIALSTATUS", dialStatus(cause))
	for _, leg := range a.tried {
		ch.vars.push("originate_causes", leg.uuid+";"+leg.cause.String(), false)
	}
	ch.set("originate_failed_cause", cause.String())
	if ch.down() {
		return
	}
	keep := ch.get("continue_on_fail")
	if keep == "" {
		// No answer is always a reason to go on.
		if cause == esl.CauseNoAnswer || cause == 18 || cause == esl.CauseOriginatorCancel {
			return
		}
	} else if esl.IsTrue(keep) || containsFold(strings.Split(keep, ","), cause.String(), itoa(int(cause))) {
		return
	}
	if !ch.transferred {
		ch.hangup(cause, siteBridge)
	}
}

// bridge connects the channel with another until one of them goes. The thread of ch runs it.
func (ch *channel) bridge(t *thread, b *channel) {
	ch.bridged, b.bridged = b, ch
	ch.bridgeOriginate = true
	now := ch.sw.micros()
	ch.profile.times.bridged, b.profile.times.bridged = now, now
	b.setState(csExchangeMedia)
	fire := func(name string, at site) {
		ev := ch.newEvent(name, at)
		if ev == nil {
			return
		}
		ev.Add("Bridge-A-Unique-ID", ch.uuid)
		ev.Add("Bridge-B-Unique-ID", b.uuid)
		ch.addData(ev)
		ch.sw.fire(ev)
	}
	fire("CHANNEL_BRIDGE", siteBridge)
	for _, x := range []struct{ a, b *channel }{{ch, b}, {b, ch}} {
		x.a.set("last_bridge_to", x.b.uuid)
		x.a.set("bridge_channel", x.b.name)
		x.a.bridgeTo = x.b.target
		x.a.set("bridge_uuid", x.b.uuid)
		x.a.set("signal_bond", x.b.uuid)
	}
	ch.set("last_sent_callee_id_name", b.profile.calleeName)
	ch.set("last_sent_callee_id_number", b.profile.calleeNumber)
	b.watch(t)
	for ch.ready() && b.state == csExchangeMedia && b.bridged == ch {
		ch.parseEvents(t)
		if ch.breaking {
			ch.breaking = false
			break
		}
		moved := false
		for _, x := range []struct{ from, to *channel }{{ch, b}, {b, ch}} {
			if d, ok := x.from.takeDTMF(); ok {
				x.to.sendDTMF(d)
				moved = true
			}
		}
		if moved {
			ch.toTick(t)
			continue
		}
		if ch.ready() && b.state == csExchangeMedia {
			ch.idle(t, time.Time{})
		}
	}
	b.unwatch(t)
	ch.bridged, b.bridged = nil, nil
	ch.reset()
	b.reset()
	b.leaveBridge()
	if b.cause != 0 {
		ch.set("bridge_hangup_cause", b.cause.String())
	}
	ch.bridgeOriginate = false
	fire("CHANNEL_UNBRIDGE", siteUnbridge)
}

// bridgeWith takes two channels out of what they are doing and bridges them, in the thread of the first one
// (switch_ivr_uuid_bridge). Both are reset on the way.
func (ch *channel) bridgeWith(b *channel) {
	if ch.outbound {
		ch.setExtension(ch.actions)
	}
	ch.uuidBridge, b.uuidBridge = b, nil
	for _, x := range []struct{ a, b *channel }{{ch, b}, {b, ch}} {
		x.a.set("bridge_channel", x.b.name)
		x.a.bridgeTo = x.b.target
		x.a.set("bridge_uuid", x.b.uuid)
		x.a.set("signal_bond", x.b.uuid)
		x.a.originating, x.a.transferred = false, true
		x.a.setState(csHibernate)
	}
}

// onReset goes on with a uuid_bridge in the channel that is to lead it; the other one waits to be fetched.
func (ch *channel) onReset() {
	if ch.uuidBridge != nil {
		ch.setState(csSoftExecute)
	}
}

// onSoftExecute is one half of a uuid_bridge: the first channel waits until the second has come, and bridges to it. The
// second one sleeps.
func (ch *channel) onSoftExecute(t *thread) {
	b := ch.uuidBridge
	ch.uuidBridge = nil
	if b == nil {
		return
	}
	for b.up() && ch.up() && b.running != csSoftExecute {
		if b.state == csReset && b.running == csReset {
			b.setState(csSoftExecute)
		}
		t.sleep(frameTime)
	}
	ch.reset()
	switch {
	case !ch.ready():
		b.hangup(esl.CauseDestinationOutOfOrder, siteUUIDBridge)
	case !b.ready():
		ch.hangup(esl.CauseDestinationOutOfOrder, siteUUIDBridge)
	default:
		for _, x := range []struct{ a, b *channel }{{ch, b}, {b, ch}} {
			x.a.fireExecute("CHANNEL_EXECUTE", siteUUIDBridge, "uuid_bridge", x.b.uuid, "", "", "")
		}
		ch.bridge(t, b)
		ch.afterBridge(b)
		if ch.up() && ch.state == csSoftExecute {
			ch.setState(csExecute)
		}
	}
}
