package esl

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"eslua/internal/clock"
)

// ErrNoCompletion: the switch has dealt with a message, and the application did not run (event-socket.md 6.4).
var ErrNoCompletion = errors.New("the application was not executed")

// Awaited is an event that will come for something that was started: the result of a job, or the completion of an
// application. The event also comes through Recv, in its place among the others.
type Awaited struct {
	// ID is the Job-UUID or Application-UUID.
	ID   string
	conn *Conn
	sent Pending

	// Under conn.mu.
	done   bool
	event  *Event
	err    error
	waiter *clock.Waiter
}

// BgAPI starts an API command in a thread of the switch, under the Job-UUID id, which must be unique. To receive results
// the connection must be subscribed to BACKGROUND_JOB, with filters that let it pass.
func (c *Conn) BgAPI(id, cmd, arg string) (*Awaited, error) {
	if id == "" {
		return nil, fmt.Errorf("esl: bgapi: %w: no Job-UUID", ErrSyntax)
	}
	return c.await(id, BgAPI(id, cmd, arg))
}

// Execute starts an application under the Application-UUID x.UUID, which must be unique. To see its completion the
// connection must be subscribed to CHANNEL_EXECUTE_COMPLETE, and better to PRIVATE_COMMAND as well, since some failures
// bring no completion; and even then a channel that hangs up may bring neither: wait with a deadline, or leave all that
// to package channel.
func (c *Conn) Execute(x Execute) (*Awaited, error) {
	if x.UUID == "" {
		return nil, fmt.Errorf("esl: execute %s: %w: no UUID", x.App, ErrSyntax)
	}
	return c.await(x.UUID, x.Command())
}

func (c *Conn) await(id string, cmd Command) (*Awaited, error) {
	a := &Awaited{ID: id, conn: c}
	a.sent = Pending{conn: c, awaited: a}
	c.mu.Lock()
	if c.awaited == nil {
		c.awaited = make(map[string]*Awaited)
	}
	if c.awaited[id] != nil {
		c.mu.Unlock()
		return nil, fmt.Errorf("esl: %s: %w: the id %s is in use", cmd.Name(), ErrSyntax, id)
	}
	c.awaited[id] = a
	c.mu.Unlock()
	if err := c.start([]Command{cmd}, []*Pending{&a.sent}); err != nil {
		a.Forget()
		return nil, err
	}
	return a, nil
}

// Forget gives the event up: it will come through Recv only. What is neither waited for to its end nor forgotten stays in
// the connection's memory until its event comes.
func (a *Awaited) Forget() {
	a.conn.mu.Lock()
	defer a.conn.mu.Unlock()
	a.forget()
}

func (a *Awaited) forgotten() bool {
	a.conn.mu.Lock()
	defer a.conn.mu.Unlock()
	return !a.done && a.conn.awaited[a.ID] != a
}

func (a *Awaited) forget() {
	if a.conn.awaited[a.ID] == a {
		delete(a.conn.awaited, a.ID)
	}
}

// arrived settles what is awaited under the id in a header of ev, and tells whether something was. c.mu is locked.
func (c *Conn) arrived(ev *Event, header string) bool {
	if len(c.awaited) == 0 {
		return false
	}
	id := ev.Get(header)
	a := c.awaited[id]
	if a == nil {
		return false
	}
	delete(c.awaited, id)
	if ev.Name() == "PRIVATE_COMMAND" {
		c.settle(a, nil, fmt.Errorf("esl: execute %s: %w", ev.Get("execute-app-name"), ErrNoCompletion))
	} else {
		c.settle(a, ev, nil)
	}
	return true
}

// settle ends a with its event or an error. c.mu is locked.
func (c *Conn) settle(a *Awaited, ev *Event, err error) {
	a.done, a.event, a.err = true, ev, err
	c.wake(a.waiter)
}

// Poll returns the event if it is there, or the error that says why it will not come.
func (a *Awaited) Poll() (ev *Event, err error, done bool) {
	a.conn.mu.Lock()
	defer a.conn.mu.Unlock()
	return a.event, a.err, a.done
}

// Wait waits for the event, for the end of the connection or of ctx. An error reply to the command is a *ReplyError. When
// ctx ends the event is forgotten, and to wait for it again is an error: nothing would end that. It is for one goroutine at a
// time.
func (a *Awaited) Wait(ctx context.Context) (*Event, error) {
	if a.forgotten() {
		return nil, fmt.Errorf("esl: wait for %s: it was forgotten", a.ID)
	}
	if err := a.conn.waitFor(ctx, &a.done, &a.waiter); err != nil {
		a.Forget()
		return nil, err
	}
	return a.event, a.err // settled once and for all
}

// Output is the output of a job in its BACKGROUND_JOB event, with its line feeds.
func (a *Awaited) Output(ctx context.Context) (string, error) {
	ev, err := a.Wait(ctx)
	if err != nil {
		return "", err
	}
	if strings.HasPrefix(ev.Body(), "-ERR") {
		return ev.Body(), &ReplyError{strings.TrimRight(ev.Body(), "\n")}
	}
	return ev.Body(), nil
}
