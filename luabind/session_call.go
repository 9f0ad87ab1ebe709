package luabind

import (
	"errors"
	"slices"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"eslua/esl"
	"eslua/esl/channel"
	"eslua/luabind/vm"
)

func (x *session) answer(c *call) int {
	ok, err := x.leg.Answer(x.ctx())
	c.failed(err)
	return c.number(oneIf(ok))
}

func (x *session) preAnswer(c *call) int {
	ok, err := x.leg.PreAnswer(x.ctx())
	c.failed(err)
	return c.number(oneIf(ok))
}

func oneIf(ok bool) int {
	if ok {
		return 1
	}
	return 0
}

func (x *session) hangup(c *call) int {
	cause := "normal_clearing"
	if c.l.GetTop() > 1 {
		cause = c.text(1)
	}
	c.failed(x.leg.Hangup(cause))
	return 0
}

func (x *session) transfer(c *call) int {
	x.leg.Transfer(c.text(1), c.text(2), c.text(3))
	return c.number(1)
}

func (x *session) setAutoHangup(c *call) int {
	x.autoHangup = c.bool(1)
	return c.number(0)
}

// ready does not complain about an object without a call.
func ready(c *call) int {
	x := c.receiver()
	if x.leg == nil {
		return c.truth(false)
	}
	x.serve()
	ok := x.leg.Ready()
	x.runHook(c)
	return c.truth(ok)
}

func (x *session) answered(c *call) int {
	x.serve()
	return c.truth(x.leg.Answered())
}

func (x *session) mediaReady(c *call) int {
	x.serve()
	return c.truth(x.leg.MediaReady())
}

func (x *session) bridged(c *call) int {
	x.serve()
	_, ok := x.leg.Bridged()
	return c.truth(ok)
}

func getState(c *call) int {
	x := c.receiver()
	if x.leg == nil {
		return c.string("ERROR")
	}
	x.serve()
	switch {
	case x.leg.Ending():
		return c.string("CS_HANGUP")
	case x.leg.Transferred():
		return c.string("CS_ROUTING")
	case !x.leg.Ready(): // the connection is lost, and with it the call
		return c.string("CS_HANGUP")
	case x.made:
		return c.string("CS_SOFT_EXECUTE")
	}
	return c.string(x.leg.State())
}

func (x *session) waitForAnswer(c *call) int {
	other, _ := object[*session](c.l.Get(2))
	err := x.leg.Call().Wait(x.ctx(), time.Time{}, func() bool {
		return x.leg.Answered() || !x.leg.Ready() || other != nil && other.leg != nil && !other.leg.Ready()
	})
	c.failed(err)
	return 0
}

// destroy lets go of the call. A text becomes an error without a place.
func destroy(c *call) int {
	x := c.receiver()
	x.letGo()
	x.script.sessions = slices.DeleteFunc(x.script.sessions, func(other *session) bool { return other == x })
	if text := c.text(1); text != "" {
		c.l.Error(lua.LString(text), 0)
	}
	return 0
}

func (x *session) getVariable(c *call) int {
	v, ok, err := x.leg.Get(x.ctx(), c.text(1))
	c.failed(err)
	return c.stringOrNil(v, ok)
}

func (x *session) setVariable(c *call) int {
	c.failed(x.leg.Set(x.ctx(), c.text(1), c.text(2)))
	return 0
}

// unawaited are the applications that are over in no time and whose effect only shows in what is read later
// (modlua-api.md 0.5, write barrier).
var unawaited = map[string]bool{"set": true, "unset": true, "export": true, "multiset": true, "multiunset": true, "push": true, "unshift": true}

func (x *session) execute(c *call) int {
	app, arg := strings.TrimSpace(c.text(1)), c.text(2)
	if app == "" {
		c.script.write(esl.LogErr, "No application specified", false)
		return 0
	}
	x.run(c, app, arg)
	return 0
}

// run executes an application.
func (x *session) run(c *call, app, arg string) {
	if x.leg.Ending() {
		x.executeLocally(c, strings.ToLower(app), arg)
		return
	}
	if lower := strings.ToLower(app); x == c.script.session && c.script.Inner != nil && lower == "lua" {
		x.runLua(c, x.expand(arg))
		return
	}
	exec := channel.Exec{App: app, Arg: arg}
	if unawaited[strings.ToLower(app)] {
		exec.KeepDigits = true
		c.failed(x.leg.StartDetached(x.ctx(), exec))
		return
	}
	exec.GiveDigits = true
	_, err := x.leg.Execute(x.ctx(), exec)
	c.failed(err)
}

// runLua runs another script for the call, as the application lua does.
func (x *session) runLua(c *call, data string) {
	s := c.script
	var failure *vm.Error
	switch err := s.Inner(s.ctx, data); {
	case errors.As(err, &failure):
		if failure.Text != "" {
			s.write(esl.LogErr, failure.Text+"\n"+failure.Traceback, false)
		}
	case err != nil && !s.over():
		s.write(esl.LogErr, "lua "+data+": "+err.Error(), false)
	}
	s.Call.OnWait(s.state.Waiting, s.state.Resumed)
}

// executeLocally does for a channel that is hung up what applications can still do there: change the variables that the
// script sees.
func (x *session) executeLocally(c *call, app, arg string) {
	arg = x.expand(arg)
	name, value, _ := strings.Cut(arg, "=")
	name = strings.TrimSpace(name)
	switch app {
	case "set", "export":
		c.failed(x.leg.Set(x.ctx(), strings.TrimPrefix(name, "nolocal:"), value))
	case "unset":
		c.failed(x.leg.Set(x.ctx(), name, ""))
	}
}

// expand puts in the values of ${variables}.
func (x *session) expand(s string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "${")
		name, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			b.WriteString(s)
			return b.String()
		}
		v, _, _ := x.leg.Get(x.ctx(), name)
		b.WriteString(before)
		b.WriteString(v)
		s = after
	}
}
