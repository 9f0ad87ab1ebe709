package esltest

import (
	"cmp"
	"fmt"
	"strings"

	"eslua/esl"
)

// maxTransfers is how often a channel may be transferred, unless a variable says otherwise.
const maxTransfers = 70

// transfer sends the channel to another extension: routing begins when its thread comes back to the state machine. That
// ends a bridge (switch_ivr_session_transfer).
func (ch *channel) transfer(extension, dialplan, context string) {
	if ch.down() {
		return
	}
	limit, left := "max_session_transfers", maxTransfers
	if ch.get(limit) == "" {
		limit = "max_forwards"
	}
	if v := ch.get(limit); v != "" {
		left = atoi(v) - 1
	}
	if left <= 0 {
		ch.hangup(esl.ParseCause("EXCHANGE_ROUTING_ERROR"), siteTransfer)
		return
	}
	ch.set(limit, itoa(left))
	ch.reset()
	ch.originating = false
	ch.set("temp_hold_music", "")
	ch.runOn("execute_on_blind_transfer")
	if dialplan == "" {
		dialplan = ch.get("force_transfer_dialplan")
	}
	if context == "" {
		context = ch.get("force_transfer_context")
	}
	if dialplan == "" && !strings.EqualFold(ch.profile.dialplan, "inline") {
		dialplan = ch.profile.dialplan
	}
	ch.newProfile(cmp.Or(extension, "service"), cmp.Or(dialplan, "XML"), cmp.Or(context, ch.profile.context, "default"))
	ch.set("signal_bond", "")
	ch.transferred = true
	if b := ch.bridged; b != nil {
		b.set("signal_bond", "")
	}
	p := ch.profile
	ch.logf(esl.LogNotice, siteTransfer, "Transfer %s to %s[%s@%s]", ch.name, p.dialplan, p.destination, p.context)
	p.transferSource = fmt.Sprintf("%d:%s:bl_xfer:%s/%s/%s", ch.sw.now.Unix(), ch.sw.uuid(), p.destination, p.context, p.dialplan)
	ch.vars.push("transfer_history", p.transferSource, false)
	ch.set("transfer_source", p.transferSource)
	ch.actions = nil
	ch.setState(csRouting)
}

// reset throws away what was meant for the present application (switch_core_session_reset).
func (ch *channel) reset() {
	ch.digits = nil
	ch.breaking, ch.unicast = false, false
}

// transferToActions sends the channel to an extension made of the actions in a message.
func (ch *channel) transferToActions(m *esl.Event) {
	actions := []esl.Action{}
	for name, value := range m.Headers() {
		if name == "application" {
			app, data, _ := strings.Cut(value, " ")
			actions = append(actions, esl.Action{App: app, Data: data})
		}
	}
	ch.setExtension(actions)
	ch.transferred = true
	ch.setState(csRouting)
}

// newProfile makes the caller profile of the time after a transfer.
func (ch *channel) newProfile(extension, dialplan, context string) {
	p := *ch.profile
	p.rdnis, p.destination, p.dialplan, p.context = p.destination, extension, dialplan, context
	p.index++
	now := ch.sw.micros()
	old := &ch.profile.times
	old.transferred = now
	p.times = times{profileCreated: now, created: old.created, answered: old.answered, progress: old.progress,
		progressMedia: old.progressMedia, hungup: old.hungup}
	ch.profile = &p
}

func transferApp(ch *channel, _ *thread, arg string) {
	a := esl.SplitArgs(arg, ' ')
	if len(a) > 0 && (a[0] == "-bleg" || a[0] == "-both") {
		if p := ch.partner(); p != nil && len(a) > 1 {
			w := append(a[1:], "", "")
			p.transfer(w[0], w[1], w[2])
		}
		if a[0] == "-bleg" {
			return
		}
		a = a[1:]
	}
	w := append(a, "", "", "")
	ch.transfer(w[0], w[1], w[2])
}

// executeExtensionApp runs the actions of another extension on the spot.
func executeExtensionApp(ch *channel, t *thread, arg string) {
	number := words(arg, 1)[0]
	for _, a := range ch.sw.world.Extensions[number] {
		if !ch.ready() || !ch.execute(t, a.App, a.Data) {
			return
		}
	}
}
