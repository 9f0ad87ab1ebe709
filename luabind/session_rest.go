package luabind

import (
	"eslua/esl"
)

// setEventData adds what is known of the channel to an event.
func (x *session) setEventData(c *call) int {
	ev, _ := object[*event](c.l.Get(2))
	if ev == nil || ev.ev == nil {
		return 0
	}
	for name, value := range x.leg.Snapshot().Headers() {
		if !standardHeader(name) {
			ev.add(name, value)
		}
	}
	return 0
}

// sendEvent hands an event to the endpoint in mod_lua, where nothing comes of it.
func (x *session) sendEvent(c *call) int {
	c.script.write(esl.LogDebug, "sendEvent: the endpoint takes no events", false)
	return 0
}

func (x *session) getXMLCDR(c *call) int {
	c.script.write(esl.LogWarning, "getXMLCDR is not available off-box", false)
	return c.string("")
}

// offBox raises the error of what cannot be done outside of the switch.
func (x *session) offBox(c *call) int {
	c.raise("%s is not available off-box", c.row.Name)
	return 0
}
