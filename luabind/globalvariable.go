package luabind

import (
	"strings"

	"eslua/esl"
	"eslua/esl/channel"
)

// Global variables of the switch (modlua-api.md 1.13).

func getGlobalVariable(c *call) int {
	name := c.text(1)
	if name == "" {
		return c.stringOrNil("", false)
	}
	v := c.script.api(c, "global_getvar", name)
	return c.stringOrNil(v, v != "" && v != invalidCommand)
}

// setGlobalVariable uses the application where API commands are not allowed.
func setGlobalVariable(c *call) int {
	s, name, value := c.script, c.text(1), c.text(2)
	if name == "" {
		return 0
	}
	if _, err := s.wire(); err != nil && s.Call != nil {
		c.failed(s.Call.Leg().StartDetached(s.ctx, channel.Exec{App: "set_global", Arg: esl.Literal(name + "=" + value), KeepDigits: true}))
		return 0
	}
	// The command takes its line apart at = and unquotes the words.
	if strings.ContainsAny(value, "='\\\"") || strings.TrimSpace(value) != value {
		value = esl.QuoteArg(value)
	}
	s.api(c, "global_setvar", name+"="+value)
	return 0
}
