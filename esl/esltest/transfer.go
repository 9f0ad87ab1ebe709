package esltest

import (
	"eslua/esl"
)

// transfer sends the channel to another extension: routing begins when its thread comes back to the state machine.
func (ch *channel) transfer(extension, dialplan, context string) {
	if ch.down() || extension == "" {
		return
	}
	ch.newProfile(extension, orElse(dialplan, orElse(ch.profile.dialplan, "XML")),
		orElse(context, orElse(ch.profile.context, ch.sw.world.Context)))
	ch.actions = nil
	ch.transferTo("bl_xfer:" + extension + "/" + ch.profile.context + "/" + ch.profile.dialplan)
}

// transferToActions sends the channel to an extension made of the actions in a message.
func (ch *channel) transferToActions(m *esl.Event) {
	actions := []esl.Action{}
	for name, value := range m.Headers() {
		if name == "application" {
			app, data, _ := cutByte(value, ' ')
			actions = append(actions, esl.Action{App: app, Data: data})
		}
	}
	ch.actions = actions
	ch.hitDialplan = true
	ch.transferred = true
	ch.setState(csRouting)
}

// newProfile makes the caller profile of the time after a transfer.
func (ch *channel) newProfile(extension, dialplan, context string) {
	p := *ch.profile
	p.destination, p.dialplan, p.context = extension, dialplan, context
	p.index++
	now := ch.sw.micros()
	ch.profile.times.transferred = now
	p.times.profileCreated = now
	p.times.transferred = 0
	ch.profile = &p
}

func (ch *channel) transferTo(how string) {
	entry := itoa(int(ch.sw.now.Unix())) + ":" + ch.sw.uuid() + ":" + how
	ch.vars.push("transfer_history", entry, false)
	ch.set("transfer_source", entry)
	ch.profile.transferSource = entry
	ch.hitDialplan = true
	ch.transferred = true
	ch.setState(csRouting)
	ch.changed()
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
