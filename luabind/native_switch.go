package luabind

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"eslua/esl"
	"eslua/esl/channel"
)

// line is a connection to a switch that is made when it is first needed, and anew when it was lost.
type line struct {
	connect func(ctx context.Context) (*channel.Call, error)
	call    *channel.Call // nil before
}

// get gives the connection.
func (n *line) get(s *Script) (*channel.Call, error) {
	if n.call != nil && n.call.Conn().End() == nil {
		return n.call, nil
	}
	if n.connect == nil {
		return nil, errNoConnection
	}
	n.close(s.ctx)
	s.state.Waiting()
	defer s.state.Resumed()
	c, err := n.connect(s.ctx)
	if err != nil {
		return nil, err
	}
	c.OnWait(s.state.Waiting, s.state.Resumed)
	n.call = c
	return c, nil
}

func (n *line) close(ctx context.Context) {
	if n.call != nil {
		n.call.End(ctx)
		n.call = nil
	}
}

// otherSwitch is what eslua.switch gives; wire is its connection.
type otherSwitch struct {
	script *Script
	wire   func() (*channel.Call, error)
}

func (x *otherSwitch) class() *class { return x.script.lib.otherSwitch }

// moduleFunctions are what the rows of api.NativeModule say.
var moduleFunctions = map[string]method{
	"switch": func(c *call) int {
		s, name := c.script, c.text(1)
		x := &otherSwitch{s, s.wire}
		if c.given(1) {
			if !slices.Contains(s.Switches, name) {
				return c.reason("not_found")
			}
			n := s.switches[name]
			if n == nil {
				n = &line{connect: func(ctx context.Context) (*channel.Call, error) { return s.ConnectTo(ctx, name) }}
				if s.switches == nil {
					s.switches = make(map[string]*line)
				}
				s.switches[name] = n
			}
			x.wire = func() (*channel.Call, error) { return n.get(s) }
		}
		c.l.Push(s.lib.otherSwitch.object(x))
		return 1
	},
}

// switchMethods are what the rows of api.Switch say.
var switchMethods = map[string]method{
	"api":       func(c *call) int { return c.apiOver(c.otherSwitch().wire()) },
	"bgapi":     func(c *call) int { return c.bgAPIOver(c.otherSwitch().wire()) },
	"originate": (*call).originateThere,
}

func (c *call) otherSwitch() *otherSwitch {
	x, _ := object[*otherSwitch](c.l.Get(1))
	return x
}

// originateThere dials from a switch.
func (c *call) originateThere() int {
	o := channel.Originate{Dial: c.text(1), Timeout: originateTimeout}
	c.options(2, map[string]func(v lua.LValue){
		"timeout":   func(v lua.LValue) { o.Timeout = time.Duration(float64(lua.LVAsNumber(v)) * float64(time.Second)) },
		"variables": func(v lua.LValue) { o.Dial = c.dialVariables(v) + o.Dial },
	})
	w, err := c.otherSwitch().wire()
	if err != nil {
		return c.because(err)
	}
	leg, err := w.Originate(c.script.ctx, o)
	var refused *channel.OriginateError
	switch {
	case errors.As(err, &refused):
		return c.reason("error: " + refused.Cause)
	case err != nil:
		return c.because(err)
	}
	x := c.script.newSession(leg)
	x.made, x.autoHangup, x.cause = true, true, "SUCCESS"
	c.l.Push(x.value)
	return 1
}

// dialVariables writes a table of variables as they stand in front of a dial string.
func (c *call) dialVariables(v lua.LValue) string {
	t, ok := v.(*lua.LTable)
	if !ok {
		c.raise("%s: the variables must be a table, not a %s", c.row.Name, v.Type())
	}
	var vars []string
	t.ForEach(func(k, v lua.LValue) { vars = append(vars, fmt.Sprintf("%s=%s", k, esl.QuoteArg(c.field(k, v)))) })
	slices.Sort(vars) // an order of their own makes runs equal
	if vars == nil {
		return ""
	}
	return "{" + strings.Join(vars, ",") + "}"
}
