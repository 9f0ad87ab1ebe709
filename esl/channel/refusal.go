package channel

import (
	"context"
	"errors"
	"fmt"
	"time"

	"eslua/esl"
)

// ErrRefused: the switch has refused a command without which a call cannot be served, as the one that subscribes to its
// events. The error that wraps it names the command and the reply.
var ErrRefused = errors.New("refused by the switch")

// needed is a command that the call cannot do without, until its reply is seen.
type needed struct {
	cmd  esl.Command
	sent *esl.Pending
}

// refusalOf is the error of a command whose reply says that it was not carried out, or nil.
func refusalOf(cmd esl.Command, reply *esl.Reply) error {
	if err := reply.Err(); err != nil {
		return fmt.Errorf("channel: %s: %w: %w", cmd.Line(), ErrRefused, err)
	}
	return nil
}

// refusal is why the command was refused, or nil as far as its reply has come.
func (n needed) refusal() error {
	if reply, _, _ := n.sent.Poll(); reply != nil {
		return refusalOf(n.cmd, reply)
	}
	return nil
}

// need has the replies to commands looked at when they come. To wait for them would cost a round trip.
func (c *Call) need(cmds []esl.Command, sent []*esl.Pending) {
	for i, p := range sent {
		c.needed = append(c.needed, needed{cmds[i], p})
	}
}

// refusal looks at the replies to the commands that are needed, as far as they have come. They come in order, so that
// whoever gets the reply to a later command knows of a refusal already.
func (c *Call) refusal() error {
	for len(c.needed) > 0 {
		n := c.needed[0]
		if _, _, done := n.sent.Poll(); !done {
			break
		}
		if c.needed = c.needed[1:]; c.refused == nil {
			c.refused = n.refusal()
		}
	}
	if len(c.needed) == 0 {
		c.needed = nil // so that commands and replies are held by nobody
	}
	if c.closing {
		return nil
	}
	return c.refused
}

// Refused says that the switch has refused what the call needs (ErrRefused), as far as is known; nil: it has not. Then no
// method that waits does so any longer; what is left is End, which gives the call back.
func (c *Call) Refused() error {
	c.refusal()
	return c.refused
}

// lookAgain is how long to wait before the switch is asked once more whether the channel is parked.
const lookAgain = 20 * time.Millisecond

// finishUnseen is finish without the events that it waits for: the switch has refused them. That the channel is parked is
// seen in another way: messages are carried out by a parked channel only, and leave their application in a variable.
func (c *Call) finishUnseen(ctx context.Context) error {
	c.closing = true
	c.forgetUnfinished()
	l := c.leg
	if l == nil || !c.mode.Async || l.gone() != nil {
		return nil
	}
	x := Exec{App: "eval"} // does nothing
	if l.transfer != nil {
		x = *l.transfer
	}
	e, err := l.send(x)
	if err != nil {
		return err
	}
	defer e.Forget()
	for until := c.clock.Now().Add(endTime); l.gone() == nil && c.clock.Now().Before(until); {
		reply, err := c.send(ctx, esl.GetVar("current_application"))
		if err != nil {
			return err
		}
		if reply.Text != "socket" {
			return nil
		}
		err = c.wait(ctx, c.after(lookAgain), func() bool { return l.gone() != nil })
		if err != nil && !errors.Is(err, ErrTimeout) {
			return err
		}
	}
	return nil
}
