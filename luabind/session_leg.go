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
			x.take(leg)
		} else {
			a, _ := object[*session](c.l.Get(2))
			x.autoHangup = x.dial(c, dest, originateTimeout, a) == nil
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
	err := x.dial(c, dest, timeout, a)
	var failed *channel.OriginateError
	if errors.As(err, &failed) { // freeswitch.Session does not say it
		c.script.write(esl.LogWarning, "Error Creating Outgoing Channel! ["+dest+"]", false)
	}
	return c.number(oneIf(err != nil))
}

// dial makes the leg. Its error has been logged, but for the *channel.OriginateError of an attempt that failed: the switch
// itself has said what is to be said of that.
func (x *session) dial(c *call, dest string, timeout time.Duration, a *session) error {
	s := c.script
	x.cause = esl.CauseDestinationOutOfOrder.String()
	w, err := s.wire()
	if err != nil {
		s.write(esl.LogErr, "originate: "+err.Error(), false)
		return err
	}
	if strings.TrimSpace(dest) == "" { // the switch would say so, and is not asked
		s.write(esl.LogWarning, "No origination URL specified!", false)
	}
	o := channel.Originate{Dial: dest, Timeout: timeout}
	if a != nil {
		o.For = a.leg
	}
	leg, err := w.Originate(s.ctx, o)
	var failed *channel.OriginateError
	switch {
	case errors.As(err, &failed):
		x.cause = failed.Cause
		return err
	case err != nil:
		c.failed(err)
		return err
	}
	x.made, x.cause = true, "SUCCESS"
	x.take(leg)
	return nil
}
