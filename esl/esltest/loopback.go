package esltest

import "fmt"

// makeOther makes the -b leg of a loopback pair, which comes in where the -a leg goes out, and starts it.
func (ch *channel) makeOther() {
	sw := ch.sw
	b := sw.newChannel(loopbackLeg, false, "")
	b.name = fmt.Sprintf("loopback/%s-b", ch.profile.destination)
	b.other, ch.other = ch, b
	ch.hold() // until b has hung up
	b.hold()  // until ch has
	b.set("direction", "inbound")
	b.set("uuid", b.uuid)
	b.set("call_uuid", b.uuid)
	b.set("session_id", itoa(b.number))
	b.set("channel_name", b.name)
	b.setCodecVariables()
	b.profile = ch.profile.clone()
	b.profile.outbound, b.profile.logicalOutbound = false, false
	b.profile.uuid, b.profile.channelName = b.uuid, b.name
	for _, v := range ch.dialled {
		b.set(v.name, v.value)
	}
	ch.set("other_loopback_leg_uuid", b.uuid)
	b.set("other_loopback_leg_uuid", ch.uuid)
	if from := ch.own("loopback_from_uuid"); from != "" {
		b.set("other_loopback_from_uuid", from)
	}
	if ch.call != nil {
		b.call, ch.call.near = ch.call, b
		ch.call.changed.Wake()
		b.actions = ch.call.spec.Actions
		for _, name := range sortedKeys(ch.call.spec.Called) {
			b.set(name, ch.call.spec.Called[name])
		}
	}
	b.state = csInit
	b.launch()
}

func (ch *channel) setCodecVariables() {
	c := ch.codec()
	ch.set("read_codec", c.name)
	ch.set("read_rate", itoa(c.rate))
	ch.set("write_codec", c.name)
	ch.set("write_rate", itoa(c.rate))
}
