package luabind

import (
	lua "github.com/yuin/gopher-lua"

	"eslua/internal/clock"
)

// freeswitchFunctions are what the rows of api.Freeswitch say.
var freeswitchFunctions = map[string]method{
	"Session":         newSession,
	"consoleLog":      consoleLog,
	"consoleLog2":     consoleLog2,
	"consoleCleanLog": consoleCleanLog,
	"msleep":          msleep,
	"running":         func(c *call) int { return c.truth(true) },
}

// freeswitch makes the table freeswitch of a state. A script may change it.
func (s *Script) freeswitch() *lua.LTable {
	t := s.l.CreateTable(0, len(s.lib.freeswitch))
	for name, f := range s.lib.freeswitch {
		t.RawSetString(name, f)
	}
	for name, value := range map[string]int{"S_HUP": 1, "S_FREE": 2, "S_RDLOCK": 4} {
		t.RawSetString(name, lua.LNumber(value))
	}
	return t
}

// msleep waits whatever becomes of the call. Events are taken meanwhile, so that none is lost.
func msleep(c *call) int {
	s, d := c.script, ms(c.int(1))
	if s.Call == nil {
		clock.Sleep(s.ctx, s.Clock, d)
		return 0
	}
	until := s.Clock.Now().Add(d)
	if err := s.Call.Wait(s.ctx, until, func() bool { return false }); err != nil {
		clock.Sleep(s.ctx, s.Clock, until.Sub(s.Clock.Now())) // the connection may be lost
	}
	return 0
}
