package channel

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"eslua/esl"
)

// Exec is an application to be executed.
type Exec struct {
	App string
	// Arg is its argument, in which the switch expands ${variables}; see esl.Literal.
	Arg string
	// KeepDigits: digits that are pressed while it runs are not used up by it and stay for us.
	KeepDigits bool
	// GiveDigits gives it the digits that were pressed before.
	GiveDigits bool
	// Lock, Loops and LeadFrames are those of esl.Execute.
	Lock       bool
	Loops      int
	LeadFrames int
}

// Input is what happens while a method waits that is to be noticed at once. Its functions are called from within the
// method and may use the call themselves.
type Input struct {
	// Digit is given the digits one after the other, also those that were pressed before. It reports true to stop what
	// goes on; the digits after that stay queued. Without it all stay.
	Digit func(Digit) (stop bool)
	// Event is given events that are queued to the channel, such as recognised speech.
	Event func(*esl.Event) (stop bool)
}

// Execution is an application that was sent to the channel.
type Execution struct {
	leg     *Leg
	exec    Exec
	id      string
	awaited *esl.Awaited

	detached bool // nobody waits for its end
	running  bool
	passedAt time.Time // when the switch said that it has dealt with the message
	runs     int       // that have ended, of a loop
	last     *esl.Event
	done     *esl.Event
	breaking bool         // it is to be broken off
	broken   *esl.Pending // the break that was sent last
	brokenAt time.Time
}

const (
	// grace is how long the end of an application is waited for after the hang-up: it may come or not.
	grace = 2 * time.Second
	// lateHangup is how long news of a hang-up may be on their way that has kept an application from being executed.
	lateHangup = 100 * time.Millisecond
	// breakAgain is when a break is sent again that had no effect: one that comes in the first instant of an application
	// is lost.
	breakAgain = time.Second
)

// Execute executes an application and waits for its end, whose event it returns: it has the application's response and
// all variables. With ErrHangup and ErrTransferred the event is returned as well if the application still came to its end.
func (l *Leg) Execute(ctx context.Context, x Exec) (*esl.Event, error) {
	return l.execute(ctx, x, Input{}, nil)
}

// execute is Execute with input; stopped is set when the input has stopped it.
func (l *Leg) execute(ctx context.Context, x Exec, in Input, stopped *bool) (*esl.Event, error) {
	e, err := l.Start(x)
	if err != nil {
		return nil, err
	}
	defer e.Forget()
	ev, err := e.wait(ctx, func() bool {
		if e.running && !e.breaking && (l.feed(in) || l.leaving) {
			e.Break()
			if stopped != nil {
				*stopped = true
			}
		}
		return false
	})
	if ctx.Err() != nil || errors.Is(err, ErrRefused) {
		e.abandon()
	}
	return ev, err
}

// Launch sends an application to the channel that nobody will wait for, and gives its Application-UUID. It runs as one that
// was started with Start.
func (l *Leg) Launch(x Exec) (id string, err error) {
	l.call.forgetRefused()
	e, err := l.Start(x)
	if err != nil {
		return "", err
	}
	e.detached = true
	return e.id, nil
}

// forgetRefused forgets the applications from Launch that the switch has refused: no event will tell of them. It looks at all
// whenever there are twice as many as it has left.
func (c *Call) forgetRefused() {
	if len(c.executions) < c.launched {
		return
	}
	for _, e := range c.executions {
		if e.detached && e.failure() != nil {
			e.Forget()
		}
	}
	c.launched = maxUnfinished + 2*len(c.executions)
}

// Start sends an application to the channel and does not wait. It runs after those that were sent before, or within one
// that runs.
func (l *Leg) Start(x Exec) (*Execution, error) {
	if err := l.unusable(); err != nil {
		return nil, err
	}
	return l.send(x)
}

func (l *Leg) send(x Exec) (*Execution, error) {
	e := &Execution{leg: l, exec: x, id: l.call.newID()}
	message := esl.Execute{App: x.App, Arg: x.Arg, UUID: e.id, Lock: x.Lock, Loops: x.Loops, LeadFrames: x.LeadFrames}
	if l != l.call.leg {
		message.Channel = l.uuid
	}
	var err error
	if e.awaited, err = l.call.conn.Execute(message); err != nil {
		return nil, fmt.Errorf("channel: execute %s: %w", x.App, err)
	}
	l.call.executions[e.id] = e
	return e, nil
}

// ID is the Application-UUID.
func (e *Execution) ID() string { return e.id }

// begin is called when the application begins.
func (e *Execution) begin() {
	e.running = true
	if e.exec.GiveDigits {
		e.leg.giveDigits()
	}
	if e.breaking {
		e.sendBreak()
	}
}

func (e *Execution) complete(ev *esl.Event) {
	e.running = false
	e.runs++
	e.last = ev
	if e.exec.Loops == 0 || e.runs == e.exec.Loops {
		e.done = ev
		e.settle()
	}
}

// settle forgets an application at its end that nobody waits for.
func (e *Execution) settle() {
	if e.detached {
		e.Forget()
	}
}

// pass is called when the switch says that it has dealt with the message. A loop can end before its time.
func (e *Execution) pass() {
	e.passedAt = e.leg.call.clock.Now()
	e.done = e.last
	e.settle()
}

// Break stops the application. A break before it runs waits until it does, since the switch forgets one that comes too
// early.
func (e *Execution) Break() {
	e.breaking = true
	if e.running {
		e.sendBreak()
	}
}

func (e *Execution) sendBreak() {
	l := e.leg
	cmd := esl.API("uuid_break", l.uuid)
	if !l.call.mode.Full {
		message := esl.Execute{App: "break"}
		if l != l.call.leg {
			message.Channel = l.uuid
		}
		cmd = message.Command()
	}
	if ps, err := l.call.conn.Start(cmd); err == nil {
		e.broken, e.brokenAt = ps[0], l.call.clock.Now()
	}
}

// Wait waits for the end of the application.
func (e *Execution) Wait(ctx context.Context) (*esl.Event, error) {
	return e.wait(ctx, func() bool { return false })
}

// wait is Wait that calls step after everything that comes; it ends early, with no event, when step reports true.
func (e *Execution) wait(ctx context.Context, step func() bool) (*esl.Event, error) {
	l := e.leg
	for {
		var failure error
		stepped := false
		err := l.call.wait(ctx, e.deadline, func() bool {
			if failure = e.failure(); failure != nil || e.finished() {
				return true
			}
			stepped = step()
			return stepped || e.finished()
		})
		switch {
		case failure != nil:
			return nil, failure
		case e.finished() && l.hungUp:
			return e.done, ErrHangup
		case e.finished() && l.left:
			return e.done, ErrTransferred
		case e.finished():
			return e.done, nil
		case stepped:
			return nil, nil
		case errors.Is(err, ErrTimeout) && !l.hungUp:
			if e.broken != nil && e.running {
				e.sendBreak()
			}
		case ctx.Err() == nil && l.hungUp:
			return nil, ErrHangup
		default:
			return nil, err
		}
	}
}

// abandon breaks off what is played or recorded when nobody waits for it any more: the call would hear a file to its end
// before it goes on in its dialplan. Where no event tells whether it has begun, it is taken back if it has not. Other
// applications, such as bridge, come to their own end.
func (e *Execution) abandon() {
	l := e.leg
	switch refused := l.call.refused != nil; {
	case e.done != nil || !e.exec.KeepDigits || l.gone() != nil:
	case e.running || refused && !l.call.mode.Full:
		e.sendBreak()
	case refused:
		l.call.conn.Start(esl.API("uuid_break", l.uuid+" all"))
	}
}

// deadline is when something is to be done about the application: after the hang-up, and when the switch is done with it, it
// is given up; after a break that did nothing it is broken off again.
func (e *Execution) deadline() time.Time {
	switch {
	case !e.passedAt.IsZero() && e.done == nil && !(e.running && e.leg.hungUp):
		return e.over()
	case e.leg.hungUp:
		return e.leg.hungUpAt.Add(grace)
	case e.broken != nil && e.running:
		return e.brokenAt.Add(breakAgain)
	}
	return time.Time{}
}

// finished tells whether the application has ended and the answer to a break has come: a break on its way would stop the
// next one.
func (e *Execution) finished() bool {
	if e.done == nil {
		return false
	}
	if e.broken != nil {
		_, _, replied := e.broken.Poll()
		return replied
	}
	return true
}

// failure says why the end of the application will not come, or nil.
func (e *Execution) failure() error {
	if e.done != nil {
		return nil
	}
	l := e.leg
	if l.hungUp && l.finished || l.left {
		return l.gone()
	}
	if _, err, settled := e.awaited.Poll(); settled && errors.Is(err, esl.ErrReply) {
		return fmt.Errorf("channel: execute %s: %w", e.exec.App, err)
	}
	if !e.passedAt.IsZero() && !l.call.clock.Now().Before(e.over()) {
		if err := l.gone(); err != nil {
			return err
		}
		return fmt.Errorf("channel: execute %s: %w", e.exec.App, ErrNotExecuted)
	}
	return nil
}

// over is when nothing more is to be expected of an application that the switch is done with. A switch with several threads for
// events may tell of the end late. If it never began the channel has most likely been hung up, which is told soon.
func (e *Execution) over() time.Time {
	if e.running {
		return e.passedAt.Add(grace)
	}
	return e.passedAt.Add(lateHangup)
}

// Forget gives the application up: its end will be noticed by nobody.
func (e *Execution) Forget() {
	e.awaited.Forget()
	delete(e.leg.call.executions, e.id)
}

// maxUnfinished is how many applications are sent ahead before the oldest is waited for.
const maxUnfinished = 32

// StartDetached executes an application that does not wait for anything, such as set, and leaves it at that: what reads
// afterwards waits for its end (Flush), so that twenty of them cost one wait and not twenty (modlua-api.md 0.5, write
// barrier).
func (l *Leg) StartDetached(ctx context.Context, x Exec) error {
	if len(l.call.unfinished) >= maxUnfinished {
		if err := l.call.Flush(ctx); err != nil {
			return err
		}
	}
	if err := l.gone(); err != nil {
		return err
	}
	e, err := l.send(x)
	if err != nil {
		return err
	}
	l.call.unfinished = append(l.call.unfinished, e)
	return nil
}

// Flush waits until the applications from StartDetached have ended. That a channel has gone is no error: there is nothing
// to wait for then, nor where the switch does not tell of it (Refused).
func (c *Call) Flush(ctx context.Context) error {
	if c.refusal() != nil {
		c.forgetUnfinished()
	}
	for len(c.unfinished) > 0 {
		e := c.unfinished[0]
		_, err := e.Wait(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		e.Forget()
		c.unfinished = slices.DeleteFunc(c.unfinished, func(x *Execution) bool { return x == e })
		if err != nil && errors.Is(err, esl.ErrClosed) {
			c.unfinished = nil
			return err
		}
	}
	return nil
}

// forgetUnfinished gives the applications from StartDetached up. They run all the same.
func (c *Call) forgetUnfinished() {
	for _, e := range c.unfinished {
		e.Forget()
	}
	c.unfinished = nil
}
