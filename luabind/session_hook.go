package luabind

import (
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// setHangupHook remembers the hook. One that is set when the call has gone is never called.
func (x *session) setHangupHook(c *call) int {
	x.serve()
	x.hook, x.hookArg, x.hookGiven = c.text(1), c.text(2), c.given(2)
	if !x.leg.Ready() {
		x.hook = ""
	}
	return 0
}

// Hook is the name of a hang-up hook that is set and has not run; "" if there is none.
func (s *Script) Hook() string {
	for _, x := range s.sessions {
		if x.hook != "" {
			return x.hook
		}
	}
	return ""
}

// runHook runs the hang-up hook once the call is hung up or transferred. What it returns may end the method that it runs
// in: exit and die are raised as errors.
func (x *session) runHook(c *call) {
	if x.hook == "" || x.leg == nil || x.leg.Ready() {
		return
	}
	why := "transfer"
	if x.leg.Ending() {
		why = "hangup"
	} else if !x.leg.Transferred() {
		return // the connection is lost: nobody knows
	}
	f := c.script.state.Global(x.hook)
	args := []lua.LValue{x.value, lua.LString(why)}
	if x.hookGiven {
		args = append(args, c.script.state.Global(x.hookArg))
	}
	x.hook = ""
	result, _ := x.script.callback("hangup hook", f, args...)
	if !lua.LVCanConvToString(result) {
		return
	}
	text := lua.LVAsString(result)
	if x.leg == nil {
		return // the hook has destroyed the session
	}
	c.failed(x.leg.Set(x.ctx(), "lua_hangup_hook_return_val", text))
	if strings.EqualFold(text, "exit") || strings.EqualFold(text, "die") {
		c.l.Error(lua.LString(text), 0)
	}
}
