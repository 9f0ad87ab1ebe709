package luabind

import (
	"errors"
	"strings"
	"time"

	"eslua/esl"
	"eslua/esl/channel"
)

// originateTimeout is that of mod_lua where none is given.
const originateTimeout = 60 * time.Second

// newSession is freeswitch.Session: it takes a channel by its uuid, or dials.
func newSession(c *call) int {
	s, dest := c.script, c.text(1)
	x := s.newSession(nil)
	x.cause = esl.CauseNone.String()
	if c.given(1) {
		if leg := s.attach(dest); leg != nil {
			x.leg = leg
			x.publish()
		} else {
			a, _ := object[*session](c.l.Get(2))
			x.autoHangup = x.dial(c, dest, originateTimeout, a)
		}
	}
	c.l.Push(x.value)
	return 1
}

// attach is the leg of an id, nil if there is no such channel.
func (s *Script) attach(uuid string) *channel.Leg {
	if !isUUID(uuid) {
		return nil
	}
	w, err := s.wire()
	if err != nil {
		return nil
	}
	leg, err := w.Attach(s.ctx, uuid)
	if err != nil {
		return nil
	}
	return leg
}

// isUUID tells whether a text may be the id of a channel; anything else is dialled without asking.
func isUUID(s string) bool { return s != "" && !strings.ContainsAny(s, "/{[<,|: ") }

// originate makes a leg for an object that has none. It answers 0 when that went well.
func originate(c *call) int {
	x := c.receiver()
	dest, timeout := c.text(2), time.Duration(c.int(3))*time.Second
	if dest == "" {
		c.script.write(esl.LogErr, "Missing destination.", false)
		return c.number(0)
	}
	if timeout <= 0 {
		timeout = originateTimeout
	}
	a, _ := object[*session](c.l.Get(2))
	return c.number(1 - oneIf(x.dial(c, dest, timeout, a)))
}

// dial makes the leg and tells whether it was made.
func (x *session) dial(c *call, dest string, timeout time.Duration, a *session) bool {
	s := c.script
	x.cause = esl.CauseDestinationOutOfOrder.String()
	w, err := s.wire()
	if err != nil {
		s.write(esl.LogErr, "originate: "+err.Error(), false)
		return false
	}
	o := channel.Originate{Dial: dest, Timeout: timeout}
	if a != nil {
		o.For = a.leg
	}
	leg, err := w.Originate(s.ctx, o)
	var refused *channel.OriginateError
	switch {
	case errors.As(err, &refused):
		x.cause = refused.Cause
		s.write(esl.LogWarning, "Error Creating Outgoing Channel! ["+dest+"]", false)
		return false
	case err != nil:
		c.failed(err)
		return false
	}
	x.leg, x.made, x.cause = leg, true, "SUCCESS"
	x.publish()
	return true
}
