package esl

import (
	"context"
	"time"

	"eslua/internal/clock"
)

// Pending is a command whose reply has not been taken. It never has the reply of another one: a reply that nobody waits
// for any more is passed over when it comes.
type Pending struct {
	conn    *Conn
	verb    verb
	awaited *Awaited // what comes behind a good reply, which wakes nobody

	// Under conn.mu.
	done   bool
	reply  *Reply
	err    error
	waiter *clock.Waiter // of the goroutine in Wait; nil: the consumer of the connection is woken
	next   *Pending
}

// Poll returns the reply if it is there. Its error is the *End if the connection ended before it came.
func (p *Pending) Poll() (reply *Reply, err error, done bool) {
	p.conn.mu.Lock()
	defer p.conn.mu.Unlock()
	return p.reply, p.err, p.done
}

// Wait waits for the reply, for the end of the connection or of ctx. It is for one goroutine at a time.
func (p *Pending) Wait(ctx context.Context) (*Reply, error) {
	if err := p.conn.waitFor(ctx, &p.done, &p.waiter); err != nil {
		return nil, err
	}
	return p.reply, p.err // once done it stays
}

// waitFor sleeps until done, which is under c.mu as is the slot in which whoever sets it finds the sleeper.
func (c *Conn) waitFor(ctx context.Context, done *bool, slot **clock.Waiter) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if *done {
		return nil
	}
	w := c.spare
	if c.spare = nil; w == nil {
		w = c.clock.NewWaiter()
	}
	*slot = w
	for {
		c.mu.Unlock()
		cause := w.Wait(ctx, time.Time{})
		c.mu.Lock()
		switch {
		case *done:
			c.spare = w // if somebody wakes it once more, its next user sleeps again
			return nil
		case cause == clock.Cancelled:
			*slot = nil // from now on the consumer is woken
			return ctx.Err()
		}
	}
}

// complete gives p its reply, or the end of the connection. c.mu is locked.
func (c *Conn) complete(p *Pending, r *Reply, err error) {
	p.done, p.reply, p.err = true, r, err
	a := p.awaited
	if a == nil {
		c.wake(p.waiter)
		return
	}
	if err == nil {
		err = r.Err()
	}
	if err != nil && !a.done { // nothing will come
		a.forget()
		c.settle(a, nil, err)
	}
}

// wake wakes the goroutine of w, or the consumer of the connection when nobody waits for the thing itself. c.mu is
// locked.
func (c *Conn) wake(w *clock.Waiter) {
	if w == nil {
		w = c.consumer
	}
	w.Wake()
}

// pendingRing is the line of commands without a reply, oldest first.
type pendingRing struct{ first, last *Pending }

func (r *pendingRing) push(p *Pending) {
	if r.last == nil {
		r.first = p
	} else {
		r.last.next = p
	}
	r.last = p
}

func (r *pendingRing) pop() *Pending {
	p := r.first
	if p == nil {
		return nil
	}
	if r.first = p.next; r.first == nil {
		r.last = nil
	}
	p.next = nil
	return p
}
