// Package clock is the time that everything in eslua waits by: the computer's, or a virtual one that jumps from one
// thing that is due to the next.
//
// Code that sleeps, times out or reads from a connection does so through a Clock. With the real clock that costs
// nothing. With the virtual clock sixty seconds of a simulated call take milliseconds and pass in the same order every
// time, because the clock knows when everybody is idle: it counts holds.
//
// The rules of holds, for code that runs under either clock:
//
//   - A goroutine that takes part is started with Go (or calls Hold itself). While it runs it holds the clock.
//   - It sleeps only in Waiter.Wait, in Group.Wait, or in Read or Accept of a connection or listener that the clock
//     wrapped. There it lets go of the clock and has it again when it returns.
//   - Who wakes another does so through Waiter.Wake, which takes the hold for the sleeper before it wakes. Bytes that were
//     written and not yet read hold the clock, too.
//   - Everything else that blocks (a database, an HTTP request, a DNS query) simply keeps its hold: virtual time stands
//     still meanwhile.
//   - While somebody dials out of this process, or reads from a connection that leads there, virtual time goes no faster than
//     real time does, so that time-outs are what they say.
package clock

import (
	"context"
	"net"
	"time"
)

// Clock is a source of time and of everything that waits for time. It has two implementations: Real and *Virtual.
type Clock interface {
	// Now is the present time of this clock.
	Now() time.Time
	// NewWaiter makes a place where one goroutine can sleep. Among waiters that are due at the same instant the one
	// that was made first wakes first.
	NewWaiter() *Waiter
	// Go runs f in a goroutine that holds the clock until f returns.
	Go(f func())
	// Hold keeps the clock from advancing until Release. Each Hold needs its Release.
	Hold()
	Release()
	// Conn makes reads and writes of c known to the clock. Both ends of a connection within this process need it.
	Conn(c net.Conn) net.Conn
	// Listener makes the connections that l accepts known to the clock.
	Listener(l net.Listener) net.Listener
	// Dial connects and returns a connection that is known to the clock.
	Dial(ctx context.Context, network, address string) (net.Conn, error)
}

// Or returns c, or the real clock when c is nil: the zero value of an option means real time.
func Or(c Clock) Clock {
	if c == nil {
		return Real{}
	}
	return c
}

// Real is the time of the computer.
type Real struct{}

// Now is time.Now.
func (Real) Now() time.Time { return time.Now() }

// NewWaiter makes a waiter that sleeps in real time.
func (Real) NewWaiter() *Waiter { return &Waiter{ch: make(chan Cause, 1)} }

// Go runs f in a goroutine.
func (Real) Go(f func()) { go f() }

// Hold does nothing: real time cannot be held.
func (Real) Hold() {}

// Release does nothing.
func (Real) Release() {}

// Conn returns c itself.
func (Real) Conn(c net.Conn) net.Conn { return c }

// Listener returns l itself.
func (Real) Listener(l net.Listener) net.Listener { return l }

// Dial connects with net.Dialer.
func (Real) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, network, address)
}

// Sleep waits for d by clock c. It returns the context's error when ctx ends first.
func Sleep(ctx context.Context, c Clock, d time.Duration) error {
	if c.NewWaiter().Wait(ctx, c.Now().Add(d)) == Cancelled {
		return ctx.Err()
	}
	return nil
}

// WithTimeout returns a context that ends after d by clock c, or when cancel is called, with the error of
// context.WithTimeout.
func WithTimeout(ctx context.Context, c Clock, d time.Duration) (_ context.Context, cancel context.CancelFunc) {
	if _, ok := c.(Real); ok {
		return context.WithTimeout(ctx, d)
	}
	ctx, end := context.WithCancelCause(ctx)
	w := c.NewWaiter()
	c.Go(func() {
		if w.Wait(ctx, c.Now().Add(d)) == Expired {
			end(context.DeadlineExceeded)
		}
	})
	return timeout{ctx}, func() {
		end(context.Canceled)
		w.Wake()
	}
}

// timeout shows the cause of its end as its error, as a context with a deadline does.
type timeout struct{ context.Context }

func (t timeout) Err() error {
	if t.Context.Err() == nil {
		return nil
	}
	return context.Cause(t.Context)
}
