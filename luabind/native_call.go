package luabind

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"eslua/esl"
	"eslua/esl/channel"
	"eslua/luabind/vm"
)

// nativeSession is the object require("eslua").session: the same session, on which every name is native.
type nativeSession struct{ *session }

func (x *nativeSession) class() *class { return x.script.lib.native }

// native makes a method of the native interface: without a call the answer is nil and "hangup".
func native(f func(x *session, c *call) int) method {
	return func(c *call) int {
		x := c.receiver()
		if x.leg == nil {
			return gone(c)
		}
		return f(x, c)
	}
}

// did is the answer of what has no other result.
func (c *call) did(err error) int {
	if err != nil {
		return c.because(err)
	}
	return c.truth(true)
}

// okay is the answer of what went well or not, without an error.
func (c *call) okay(ok bool, err error) int {
	switch {
	case err != nil:
		return c.because(err)
	case !ok:
		return c.reason("error: it did not go well")
	}
	return c.truth(true)
}

// options reads a table of options: each has a function that takes it. One that is not known raises.
func (c *call) options(i int, known map[string]func(v lua.LValue)) {
	t, ok := c.l.Get(c.self + i).(*lua.LTable)
	if !ok {
		return
	}
	t.ForEach(func(k, v lua.LValue) {
		take := known[k.String()]
		if take == nil {
			c.raise("%s: unknown option %s", c.row.Name, k)
		}
		take(v)
	})
}

// into makes of a variable what takes an option of its type.
func into[T string | int | float64 | bool](to *T) func(v lua.LValue) {
	return func(v lua.LValue) {
		switch to := any(to).(type) {
		case *string:
			*to = lua.LVAsString(v)
		case *int:
			*to = int(lua.LVAsNumber(v))
		case *float64:
			*to = float64(lua.LVAsNumber(v))
		case *bool:
			*to = lua.LVAsBool(v)
		}
	}
}

// field is a member of a table that is sent to the switch as the value of a variable or header: a text, a number, or a
// boolean as true and false.
func (c *call) field(k, v lua.LValue) string {
	if b, ok := v.(lua.LBool); ok {
		return b.String()
	}
	text, ok := vm.Text(v)
	if !ok {
		c.raise("%s: %s is a %s, not a text", c.row.Name, k, v.Type())
	}
	return text
}

func (x *session) nativeAnswer(c *call) int {
	ok, err := x.leg.Answer(x.ctx())
	return c.okay(ok, err)
}

func (x *session) nativePreAnswer(c *call) int {
	ok, err := x.leg.PreAnswer(x.ctx())
	return c.okay(ok, err)
}

func (x *session) ringReady(c *call) int {
	_, err := x.leg.Execute(x.ctx(), channel.Exec{App: "ring_ready", KeepDigits: true})
	return c.did(err)
}

func (x *session) nativeHangup(c *call) int { return c.did(x.leg.Hangup(c.text(1))) }

func (x *session) nativeTransfer(c *call) int {
	if !x.leg.Ready() {
		return gone(c)
	}
	x.leg.Transfer(c.text(1), c.text(2), c.text(3))
	return c.truth(true)
}

// bridgeTo executes bridge with continue_on_fail in its scope, so that the call goes on when it fails.
func (x *session) bridgeTo(c *call) int {
	dest := c.text(1)
	if t := c.l.Get(3); t != lua.LNil {
		dest = c.dialVariables(t) + dest
	}
	ev, err := x.leg.Execute(x.ctx(), channel.Exec{App: "bridge", Arg: "%[continue_on_fail=true,hangup_after_bridge=false]" + dest, GiveDigits: true})
	if err != nil {
		return c.because(err)
	}
	if how := ev.Variable("originate_disposition"); how != "SUCCESS" {
		return c.reason("error: " + how)
	}
	return c.truth(true)
}

func nativeReady(c *call) int {
	x := c.receiver()
	if x.leg == nil {
		return c.truth(false)
	}
	x.serve()
	return c.truth(x.leg.Ready())
}

func (x *session) bridgedWith(c *call) int {
	x.serve()
	other, ok := x.leg.Bridged()
	return c.stringOrNil(other, ok)
}

func (x *session) info(c *call) int {
	x.serve()
	c.l.Push(c.script.newEvent(x.leg.Snapshot()))
	return 1
}

func (x *session) get(c *call) int {
	v, ok, err := x.leg.Get(x.ctx(), c.text(1))
	if err != nil {
		return c.because(err)
	}
	return c.stringOrNil(v, ok)
}

func (x *session) setNative(c *call) int { return c.did(x.leg.Set(x.ctx(), c.text(1), c.text(2))) }

func (x *session) unset(c *call) int { return c.did(x.leg.Set(x.ctx(), c.text(1), "")) }

func (x *session) export(c *call) int {
	arg := esl.Literal(c.text(1) + "=" + c.text(2)) // unlike set it expands its argument once only
	return c.did(x.leg.StartDetached(x.ctx(), channel.Exec{App: "export", Arg: arg, KeepDigits: true}))
}

// vars is the proxy for the variables of a session.
type vars struct{ *session }

func (x *vars) class() *class { return x.script.lib.vars }

func readVariable(self any, name string) (lua.LValue, bool) {
	x := self.(*vars)
	if x.leg == nil {
		return lua.LNil, true
	}
	v, ok, err := x.leg.Get(x.ctx(), name)
	if err != nil || !ok {
		return lua.LNil, true
	}
	return lua.LString(v), true
}

func writeVariable(self any, name string, v lua.LValue) bool {
	x := self.(*vars)
	if v != lua.LNil && !lua.LVCanConvToString(v) {
		return false
	}
	if x.leg != nil {
		if err := x.leg.Set(x.ctx(), name, lua.LVAsString(v)); err != nil && x.ctx().Err() == nil {
			x.script.write(esl.LogErr, fmt.Sprintf("variable %s: %v", name, err), false)
		}
	}
	return true
}

// nativeAttribute reads the attributes of the native view.
func nativeAttribute(self any, name string) (lua.LValue, bool) {
	if name != "vars" {
		return nil, false
	}
	x := self.(*nativeSession)
	return x.script.lib.vars.object(&vars{x.session}), true
}
