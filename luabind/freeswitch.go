package luabind

import (
	"time"

	lua "github.com/yuin/gopher-lua"

	"eslua/internal/clock"
	"eslua/luabind/vm"
)

// freeswitchFunctions are what the rows of api.Freeswitch say.
var freeswitchFunctions = map[string]method{
	"consoleLog":      consoleLog,
	"consoleLog2":     consoleLog2,
	"consoleCleanLog": consoleCleanLog,
	"msleep":          msleep,
	"running":         func(c *call) int { return c.truth(true) },

	"getGlobalVariable": getGlobalVariable,
	"setGlobalVariable": setGlobalVariable,
	"email":             email,
	"bridge":            bridgeSessions,
	"hanguphook":        callbackOfC,
	"dtmf_callback":     callbackOfC,
}

// constructors are what the rows of api.Constructors say.
var constructors = map[string]method{
	"Session": newSession,
	"API":     newAPI,

	"Event":                  newEventOf,
	"EventConsumer":          newEventConsumer,
	"JSON":                   newJSON,
	"IVRMenu":                newIVRMenu,
	"Stream":                 newStream,
	"Dbh":                    newDbh,
	"DTMF":                   newDTMF,
	"string":                 newCString,
	"input_callback_state_t": newInputState,
}

// table makes the table freeswitch of a state. A script may change it.
func (lib *Library) table(s *vm.State) lua.LValue {
	t := s.L.CreateTable(0, len(lib.freeswitch)+len(lib.constructors)+4)
	for name, f := range lib.freeswitch {
		t.RawSetString(name, f)
	}
	for name, meta := range lib.constructors {
		k := s.L.CreateTable(0, 0)
		k.Metatable = meta
		t.RawSetString(name, k)
	}
	t.RawSetString("CoreSession", s.L.CreateTable(0, 0)) // the class of all sessions, which makes no objects
	for name, value := range map[string]int{"S_HUP": 1, "S_FREE": 2, "S_RDLOCK": 4} {
		t.RawSetString(name, lua.LNumber(value))
	}
	return t
}

// msleep waits whatever becomes of the call. Events are taken meanwhile, so that none is lost.
func msleep(c *call) int {
	c.script.sleep(ms(c.int(1)))
	return 0
}

// sleep waits, as long as the script may run.
func (s *Script) sleep(d time.Duration) {
	s.state.Waiting()
	defer s.state.Resumed()
	if s.Call == nil {
		clock.Sleep(s.ctx, s.Clock, d)
		return
	}
	until := s.Clock.Now().Add(d)
	if err := s.Call.Wait(s.ctx, until, func() bool { return false }); err != nil {
		clock.Sleep(s.ctx, s.Clock, until.Sub(s.Clock.Now())) // the connection may be lost
	}
}
