package clock

import (
	"context"
	"time"
)

// Cause says why a Wait returned.
type Cause int

const (
	// Woken: somebody called Wake.
	Woken Cause = iota
	// Expired: the deadline has come.
	Expired
	// Cancelled: the context has ended.
	Cancelled
)

func (c Cause) String() string {
	return [...]string{"woken", "expired", "cancelled"}[c]
}

// Waiter is a place where one goroutine sleeps until it is woken, until a time, or until a context ends. It remembers
// one Wake that came while nobody slept, so that a state which is tested before Wait and changed before Wake is never
// missed. What there is to do the sleeper finds elsewhere, under a lock of its own.
type Waiter struct {
	ch    chan Cause
	timer *time.Timer // real time only

	// For the virtual clock, under its lock.
	virtual *Virtual
	id      uint64
	due     time.Time
	index   int // in the heap of timers, -1 when not in it
	parked  bool
	token   bool
}

// Wake ends the present or the next Wait of w. It never blocks.
func (w *Waiter) Wake() {
	if w.virtual != nil {
		w.virtual.wake(w)
		return
	}
	select {
	case w.ch <- Woken:
	default:
	}
}

// Wait sleeps until Wake, until the time until (the zero time: without end) or until ctx ends (nil: never).
func (w *Waiter) Wait(ctx context.Context, until time.Time) Cause {
	if w.virtual != nil {
		return w.virtual.wait(ctx, w, until)
	}
	var done <-chan struct{}
	if ctx != nil {
		done = ctx.Done()
	}
	if until.IsZero() {
		select {
		case <-w.ch:
			return Woken
		case <-done:
			return Cancelled
		}
	}
	d := time.Until(until)
	if d <= 0 {
		select {
		case <-w.ch:
			return Woken
		case <-done:
			return Cancelled
		default:
			return Expired
		}
	}
	if w.timer == nil {
		w.timer = time.NewTimer(d)
	} else {
		w.timer.Reset(d)
	}
	defer w.timer.Stop()
	select {
	case <-w.ch:
		return Woken
	case <-w.timer.C:
		return Expired
	case <-done:
		return Cancelled
	}
}
