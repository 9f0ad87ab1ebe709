package esltest

import (
	"fmt"
	"strings"
)

// makeOther makes the leg that comes in where this one goes out, and starts it: the -b leg of a loopback pair, or what the
// switch takes for a call over SIP to itself.
func (ch *channel) makeOther() {
	sw := ch.sw
	b := sw.newChannel(ch.leg, false, "")
	b.name = fmt.Sprintf("loopback/%s-b", ch.profile.destination)
	if ch.leg == sipLeg {
		b.name = fmt.Sprintf("sofia/internal/%s@%s", ch.profile.callerNumber, domain)
	}
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
		if name, header := strings.CutPrefix(v.name, "sip_h_"); ch.leg == loopbackLeg || header && name != "" {
			b.set(v.name, v.value)
		}
	}
	if ch.leg == loopbackLeg {
		ch.set("other_loopback_leg_uuid", b.uuid)
		b.set("other_loopback_leg_uuid", ch.uuid)
		if from := ch.own("loopback_from_uuid"); from != "" {
			b.set("other_loopback_from_uuid", from)
		}
	} else {
		b.profile.source, b.profile.dialplan, b.profile.networkAddr = "mod_sofia", "XML", domain
		b.profile.calleeName, b.profile.calleeNumber = "", ""
		b.set("sip_from_user", ch.profile.callerNumber)
		b.set("sip_to_user", ch.profile.destination)
		b.set("sip_call_id", sw.uuid())
		ch.set("sip_call_id", b.own("sip_call_id"))
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
