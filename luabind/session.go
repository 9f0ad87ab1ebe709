package luabind

import (
	"context"
	"errors"

	lua "github.com/yuin/gopher-lua"

	"eslua/esl"
	"eslua/esl/channel"
	"eslua/luabind/api"
)

// session is mod_lua's session object: one leg in the hands of the script.
type session struct {
	script *Script
	value  *lua.LUserData
	leg    *channel.Leg // nil: there is no call behind the object
	made   bool         // by the script; else it is the call that the script was started for, or an attached one
	cause  string       // how making it has ended

	autoHangup bool
	engine     *string // of speak; nil: never set
	voice      string

	input     string // the name of the input callback, "" for none
	inputArg  string
	hook      string // the name of the hang-up hook, "" for none
	hookArg   string
	hookGiven bool // hookArg was
}

// newSession makes an object for a leg, which may be nil.
func (s *Script) newSession(leg *channel.Leg) *session {
	x := &session{script: s}
	x.value = s.lib.session.object(x)
	if leg != nil {
		x.take(leg)
	}
	return x
}

func (x *session) class() *class { return x.script.lib.session }

// take puts a leg behind the object, and makes the object a global variable with the name of the channel (modlua-api.md 0.1).
func (x *session) take(leg *channel.Leg) {
	if x.leg == nil {
		x.script.sessions = append(x.script.sessions, x)
	}
	x.leg = leg
	x.script.state.SetGlobal(leg.UUID(), x.value)
}

// letGo does at the end of the script what the destructor does in mod_lua.
func (x *session) letGo() {
	if x.leg == nil {
		return
	}
	switch _, bridged := x.leg.Bridged(); {
	case x.autoHangup && !x.leg.Transferred():
		x.leg.Hangup("")
	case x.made && x.leg.Ready() && !bridged:
		x.script.write(esl.LogWarning, "the leg "+x.leg.UUID()+" stays parked: the script has made it and not hung it up", false)
	}
	x.leg = nil
}

func (x *session) uuid() string {
	if x.leg == nil {
		return "uninitialized"
	}
	return x.leg.UUID()
}

// sessionAttribute reads the attributes of the object. Those that are pointers of C are opaque objects.
func sessionAttribute(self any, name string) (lua.LValue, bool) {
	x := self.(*session)
	switch name {
	case "vars": // of the native interface
		return x.script.lib.vars.object(&vars{x}), true
	case "uuid":
		return lua.LString(x.uuid()), true
	case "tts_name":
		if x.engine == nil {
			return lua.LNil, true
		}
		return lua.LString(*x.engine), true
	case "voice_name":
		return lua.LString(x.voice), true
	case "session", "channel", "flags", "allocated", "cb_state", "hook_state", "cause":
		return &lua.LUserData{Metatable: lua.LNil}, true
	case "cb_function", "cb_arg", "hangup_func_str", "hangup_func_arg":
		return lua.LString(map[string]string{
			"cb_function": x.input, "cb_arg": x.inputArg, "hangup_func_str": x.hook, "hangup_func_arg": x.hookArg,
		}[name]), true
	}
	return nil, false
}

// receiver is the session that a method was called for.
func (c *call) receiver() *session {
	if x, ok := object[*nativeSession](c.l.Get(1)); ok {
		return x.session
	}
	x, _ := object[*session](c.l.Get(1))
	return x
}

// withCall makes a method of one that needs a call behind the object: without it, there is a line in the log and nothing
// gives the answer.
func withCall(nothing func(c *call) int, f func(x *session, c *call) int) method {
	return func(c *call) int {
		x := c.receiver()
		if x.leg == nil {
			c.script.write(esl.LogErr, "session is not initalized", false) // mod_lua's spelling
			return nothing(c)
		}
		return f(x, c)
	}
}

// hooked makes a method of one that runs a hang-up hook that is due, before and after (modlua-api.md 3.2).
func hooked(f func(x *session, c *call) int) func(x *session, c *call) int {
	return func(x *session, c *call) int {
		x.serve()
		x.runHook(c)
		n := f(x, c)
		x.runHook(c)
		return n
	}
}

// serve takes what the switch has said meanwhile.
func (x *session) serve() {
	x.leg.Call().Serve()
}

// The answers of methods without a call.
func minusOne(c *call) int { return c.number(-1) }
func empty(c *call) int    { return c.string("") }
func no(c *call) int       { return c.truth(false) }
func void(*call) int       { return 0 }

// ctx is the context of what waits for the script.
func (x *session) ctx() context.Context { return x.script.ctx }

// failed logs an error that is neither the end of the call nor that of the script.
func (c *call) failed(err error) {
	switch {
	case err == nil, errors.Is(err, channel.ErrHangup), errors.Is(err, channel.ErrTransferred), errors.Is(err, esl.ErrClosed),
		errors.Is(err, channel.ErrTimeout), c.script.over():
	default:
		c.script.write(esl.LogErr, err.Error(), false)
	}
}

// nativeMethods are what the rows of api.Native say.
func nativeMethods() map[string]method {
	return map[string]method{
		"answer": native((*session).nativeAnswer), "pre_answer": native((*session).nativePreAnswer), "ring_ready": native((*session).ringReady),
		"hangup": native((*session).nativeHangup), "transfer": native((*session).nativeTransfer), "bridge": native((*session).bridgeTo),
		"ready": nativeReady, "answered": withCall(no, (*session).answered), "bridged": native((*session).bridgedWith),
		"uuid": func(c *call) int { return c.string(c.receiver().uuid()) }, "info": native((*session).info),

		"get": native((*session).get), "set": native((*session).setNative), "unset": native((*session).unset), "export": native((*session).export),

		"playback": native((*session).playback), "stop_playback": native((*session).stopPlayback), "record": native((*session).nativeRecord),
		"say": native((*session).nativeSay), "speak": native((*session).nativeSpeak), "sleep": native((*session).nativeSleep),

		"gather": native((*session).gather), "wait_digit": native((*session).waitDigit), "send_dtmf": native((*session).sendDTMF),
		"flush_digits": native((*session).nativeFlush),

		"wait_event": native((*session).waitEvent), "on": native((*session).on), "off": off, "subscribe": native((*session).subscribe),
		"unsubscribe": native((*session).unsubscribe), "filter": native((*session).addFilter), "filter_delete": native((*session).filterDelete),
		"divert_events": native((*session).divertEvents),

		"exec": native((*session).exec), "api": native((*session).nativeAPI), "bgapi": native((*session).bgAPI), "sendmsg": native((*session).sendMsg),
		"sendevent": native((*session).nativeSendEvent), "getvar": native((*session).get), "linger": native((*session).linger),
		"nolinger": native((*session).noLinger), "resume": simple(esl.Resume), "log_level": native((*session).logLevel), "nolog": simple(esl.NoLog),
		"unicast": native((*session).unicast), "nomedia": native((*session).noMedia), "xferext": native((*session).xferExt), "exit": native((*session).exit),
	}
}

// sessionMethods are what the rows of api.CallClass say, and those of api.Native that it does not have.
func sessionMethods() map[string]method {
	m := map[string]method{
		"answer":        withCall(minusOne, (*session).answer),
		"preAnswer":     withCall(minusOne, (*session).preAnswer),
		"hangup":        withCall(void, hooked((*session).hangup)),
		"transfer":      withCall(minusOne, hooked((*session).transfer)),
		"setAutoHangup": withCall(minusOne, (*session).setAutoHangup),
		"ready":         ready,
		"answered":      withCall(no, (*session).answered),
		"mediaReady":    withCall(no, (*session).mediaReady),
		"bridged":       withCall(no, (*session).bridged),
		"getState":      getState,
		"hangupCause":   func(c *call) int { return c.string(c.receiver().cause) },
		"hangupState":   withCall(void, hooked(func(*session, *call) int { return 0 })),
		"get_uuid":      func(c *call) int { return c.string(c.receiver().uuid()) },
		"waitForAnswer": withCall(void, (*session).waitForAnswer),
		"originate":     originate,
		"destroy":       destroy,

		"getVariable": withCall(empty, (*session).getVariable),
		"setVariable": withCall(void, (*session).setVariable),
		"setPrivate":  withCall(void, func(*session, *call) int { return 0 }),
		"getPrivate":  withCall(func(c *call) int { return c.stringOrNil("", false) }, func(_ *session, c *call) int { return c.stringOrNil("", false) }),

		"streamFile":          withCall(minusOne, hooked((*session).streamFile)),
		"recordFile":          withCall(minusOne, hooked((*session).recordFile)),
		"sleep":               withCall(minusOne, hooked((*session).sleep)),
		"say":                 withCall(void, hooked((*session).say)),
		"sayPhrase":           withCall(void, hooked((*session).sayPhrase)),
		"speak":               withCall(minusOne, hooked((*session).speak)),
		"set_tts_params":      withCall(void, (*session).setTTS),
		"set_tts_parms":       withCall(void, (*session).setTTSOld),
		"detectSpeech":        withCall(void, hooked((*session).detectSpeech)),
		"playAndDetectSpeech": withCall(empty, hooked((*session).playAndDetectSpeech)),
		"execute":             withCall(void, hooked((*session).execute)),

		"getDigits":        withCall(empty, hooked((*session).getDigits)),
		"read":             withCall(empty, hooked((*session).read)),
		"playAndGetDigits": withCall(empty, hooked((*session).playAndGetDigits)),
		"collectDigits":    withCall(minusOne, hooked((*session).collectDigits)),
		"flushDigits":      withCall(minusOne, (*session).flushDigits),
		"flushEvents":      withCall(minusOne, (*session).flushEvents),

		"setInputCallback":   withCall(void, (*session).setInputCallback),
		"unsetInputCallback": withCall(void, (*session).unsetInputCallback),
		"setHangupHook":      withCall(void, (*session).setHangupHook),

		"consoleLog":   consoleLog,
		"consoleLog2":  consoleLog2,
		"setEventData": withCall(void, (*session).setEventData),
		"sendEvent":    withCall(void, (*session).sendEvent),
		"getXMLCDR":    withCall(empty, (*session).getXMLCDR),
		"insertFile":   withCall(minusOne, (*session).offBox),
		"print":        withCall(minusOne, (*session).offBox),
	}
	names := api.Native.Except(&api.CallClass)
	all := nativeMethods()
	for _, row := range names.Methods {
		m[row.Name] = all[row.Name]
	}
	return m
}
