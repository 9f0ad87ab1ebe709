package luabind

import (
	"eslua/esl"
	"eslua/esl/channel"
)

// bridgeSessions is freeswitch.bridge (modlua-api.md 1.5).
func bridgeSessions(c *call) int {
	a, _ := object[*session](c.l.Get(1))
	b, _ := object[*session](c.l.Get(2))
	if a.leg == nil || b.leg == nil {
		c.script.write(esl.LogErr, "Channels not ready", false)
		return 0
	}
	a.serve()
	a.runHook(c)
	if a.leg == nil || b.leg == nil || !a.leg.Ready() || !b.leg.Ready() {
		c.script.write(esl.LogErr, "Channels not ready", false)
		return 0
	}
	if a.leg.Call() != b.leg.Call() {
		c.script.write(esl.LogErr, "bridge: the channels are not on one connection to a switch", false)
		return 0
	}
	if !a.made && !a.leg.MediaReady() {
		_, err := a.leg.PreAnswer(a.ctx())
		c.failed(err)
	}
	mine, theirs := a.callbacks(c, noFile), channel.Input{}
	if a.input != "" { // else the switch calls none
		theirs = b.callbacks(c, noFile)
	}
	c.failed(a.leg.Call().Bridge(a.ctx(), a.leg, b.leg, mine, theirs))
	a.runHook(c)
	return 0
}

// callbackOfC raises the error of functions that only C can call.
func callbackOfC(c *call) int {
	c.raise("%s is a callback of C and cannot be called", c.row.Name)
	return 0
}
