package esltest

import (
	"slices"
	"strings"
	"time"

	"eslua/esl"
)

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
				if !esl.IsTrue(ch.own("limit_ignore_transfer")) {
					ch.uncount()
				}
				ch.onRouting()
			case csExecute:
				ch.onExecute(t)
			case csPark:
				ch.park(t)
			case csHibernate:
				ch.setState(csReset) // only a uuid_bridge leads here
			case csReset:
				ch.onReset()
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

func (ch *channel) onInit() {
	if ch.outbound {
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

// forget takes a channel that is gone off the lists.
func (sw *Switch) forget(ch *channel) {
	delete(sw.channels, ch.uuid)
	sw.calls = slices.DeleteFunc(sw.calls, func(x *channel) bool { return x == ch })
}
