package channel

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"eslua/esl"
)

// Hangup hangs the channel up, with a cause as USER_BUSY or a number; "" is NORMAL_CLEARING. The channel counts as gone
// from then on. It does not wait.
func (l *Leg) Hangup(cause string) error {
	if l.gone() != nil || l.ending {
		return nil
	}
	l.ending = true
	if cause == "" {
		cause = esl.CauseNormalClearing.String()
	}
	channel := ""
	if l != l.call.leg {
		channel = l.uuid
	}
	_, err := l.call.conn.Start(esl.Hangup(channel, esl.ParseCause(cause).String()))
	return err
}

// Transfer sends the channel to an extension: "" for dialplan and context keeps the present ones. It is done at the end of
// the call, as the last thing; until then the channel counts as gone, as it does for a script within the switch.
func (l *Leg) Transfer(extension, dialplan, context string) {
	if l.gone() != nil {
		return
	}
	if strings.TrimSpace(extension) == "" {
		extension = "service"
	}
	words := []string{word(extension)}
	if dialplan != "" || context != "" {
		words = append(words, word(cmp.Or(dialplan, l.data.Get("Caller-Dialplan"), "XML")))
	}
	if context != "" {
		words = append(words, word(context))
	}
	l.leaving = true
	l.profile(extension, dialplan, context)
	l.transfer = &Exec{App: "transfer", Arg: esl.Literal(strings.Join(words, " "))}
}

// profile notes where the channel is going, as variables tell it from now on.
func (l *Leg) profile(extension, dialplan, context string) {
	for name, value := range map[string]string{"destination_number": extension, "dialplan": dialplan, "context": context} {
		if value != "" {
			l.note(name, value) // one that is too long cannot be dialled, either
		}
	}
}

// word quotes s where it would not be one word otherwise.
func word(s string) string {
	if strings.ContainsAny(s, " '\\\n\r\t") {
		return esl.QuoteArg(s)
	}
	return s
}

// endTime is how long the end of a call may take at each of its steps.
const endTime = 5 * time.Second

// End ends the connection in good order: what was started is finished, a transfer is done, and the dialplan goes on with
// what stands behind the socket application, unless the channel is gone. The caller would be stranded if the connection
// ended before the channel was parked; so it is made sure of that first (event-socket.md 1.2). When End returns nothing
// of the call is left, whatever its error says: that of ctx, or that the connection was lost.
func (c *Call) End(ctx context.Context) error {
	defer c.conn.Close()
	err := c.finish(ctx)
	if errors.Is(err, ErrRefused) {
		err = c.finishUnseen(ctx)
	}
	c.closing = true
	if err == nil {
		err = c.learnCause(ctx)
	}
	if err == nil {
		if _, err = c.conn.Start(esl.Exit()); err == nil {
			err = c.wait(ctx, c.after(endTime), func() bool { return false })
		}
	}
	if end := c.conn.End(); end != nil && end.Reason == esl.EndNotice {
		return nil // the switch has said goodbye
	}
	return err
}

// learnCause waits a moment until a channel that was told to hang up has, and the switch has said why.
func (c *Call) learnCause(ctx context.Context) error {
	l := c.leg
	if l == nil || !l.ending && !l.hungUp {
		return nil
	}
	err := c.wait(ctx, c.after(grace), func() bool { return l.hungUp && l.cause != "" })
	if errors.Is(err, ErrTimeout) {
		return nil
	}
	return err
}

// finish does what is left to do before the connection may end.
func (c *Call) finish(ctx context.Context) error {
	limit := c.after(endTime)
	stop := func() bool { return c.leg != nil && c.leg.gone() != nil }
	for _, e := range c.unfinished {
		err := c.wait(ctx, limit, func() bool { return stop() || e.finished() || e.failure() != nil })
		if err != nil && !errors.Is(err, ErrTimeout) {
			return err
		}
		e.Forget()
	}
	l := c.leg
	if l == nil {
		return nil
	}
	x := l.transfer
	switch {
	case l.gone() != nil, !c.mode.Async && x == nil:
		return nil
	case l.outside && x == nil:
		// Bridge took it out of the application that connected it with us. Nothing brings it back to its dialplan, so that it
		// would stay parked for ever.
		return l.Hangup("")
	case x == nil && l.parked:
		return nil
	case x == nil:
		x = &Exec{App: "eval"} // does nothing, and that it ends shows that the channel is parked
	}
	e, err := l.send(*x)
	if err != nil {
		return err
	}
	defer e.Forget()
	err = c.wait(ctx, c.after(endTime), func() bool { return stop() || e.finished() || e.failure() != nil })
	if errors.Is(err, ErrTimeout) {
		return nil
	}
	return err
}
