package clock

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// Virtual is a clock that stands still while anybody holds it and otherwise jumps to the next time that a waiter waits
// for. It wakes one waiter at a time and lets everything that follows from it come to rest before it wakes the next,
// also when both are due at the same instant.
type Virtual struct {
	mu    sync.Mutex
	now   time.Time
	holds int // running goroutines, bytes under way, sleepers just woken
	due   dueHeap
	ids   uint64
	links links

	away   int         // goroutines that wait for what is outside
	pacing *time.Timer // the clock goes as real time does until then
	paced  time.Time   // since when, in real time
}

// NewVirtual makes a virtual clock that shows start and that the caller holds: it starts to run when the caller calls
// Release or sleeps in a Wait.
func NewVirtual(start time.Time) *Virtual {
	v := &Virtual{now: start, holds: 1}
	v.links.init()
	return v
}

// Now is the virtual time.
func (v *Virtual) Now() time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.now
}

// NewWaiter makes a waiter that sleeps in virtual time.
func (v *Virtual) NewWaiter() *Waiter {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.ids++
	return &Waiter{ch: make(chan Cause, 1), virtual: v, id: v.ids, index: -1}
}

// Go runs f in a goroutine that holds the clock until f returns.
func (v *Virtual) Go(f func()) {
	v.Hold()
	go func() {
		defer v.Release()
		f()
	}()
}

// Hold keeps the clock from advancing.
func (v *Virtual) Hold() {
	v.mu.Lock()
	v.holds++
	v.mu.Unlock()
}

// Release undoes one Hold. With the last one the clock advances.
func (v *Virtual) Release() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.release(1)
}

// release gives n holds back. v.mu is locked; it is unlocked by a defer, so that the panic is seen and nobody waits for the
// lock for ever.
func (v *Virtual) release(n int) {
	v.holds -= n
	if v.holds < 0 {
		panic("clock: released more often than held: a goroutine waits or reads that was not started with the clock's Go, as in " +
			"clock.Go(func() { server.Serve(ctx, listener) })")
	}
	if v.holds > 0 {
		return
	}
	v.unpace()
	if len(v.due) == 0 {
		return
	}
	if wait := v.due[0].due.Sub(v.now); v.away > 0 && wait > 0 {
		v.pace(wait)
	} else {
		v.advance()
	}
}

// advance jumps to the next time that a waiter waits for, and wakes it. v.mu is locked.
func (v *Virtual) advance() {
	w := v.due[0]
	if w.due.After(v.now) {
		v.now = w.due
	}
	v.resume(w, Expired)
}

// resume wakes a parked waiter and takes the hold for it. v.mu is locked.
func (v *Virtual) resume(w *Waiter, why Cause) {
	v.unpark(w)
	w.ch <- why
}

// unpark takes w out of the parked ones and holds the clock for it. v.mu is locked.
func (v *Virtual) unpark(w *Waiter) {
	if w.index >= 0 {
		heap.Remove(&v.due, w.index)
	}
	w.parked = false
	v.holds++
}

func (v *Virtual) wake(w *Waiter) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if w.parked {
		v.resume(w, Woken)
	} else {
		w.token = true
	}
}

// park lets go of the clock until w is woken, unless it has been already.
func (v *Virtual) park(w *Waiter, until time.Time) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if w.token {
		w.token = false
		return false
	}
	w.parked = true
	if !until.IsZero() {
		w.due = until
		heap.Push(&v.due, w)
	}
	v.release(1)
	return true
}

func (v *Virtual) wait(ctx context.Context, w *Waiter, until time.Time) Cause {
	var done <-chan struct{}
	if ctx != nil {
		if ctx.Err() != nil {
			return Cancelled
		}
		done = ctx.Done()
	}
	if !v.park(w, until) {
		return Woken
	}
	select {
	case why := <-w.ch:
		return why
	case <-done:
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if !w.parked { // woken in the same moment: what it was woken for comes first
		return <-w.ch
	}
	v.unpark(w)
	return Cancelled
}

// dueHeap orders parked waiters by the time they are due, and by their age where that is the same.
type dueHeap []*Waiter

func (h dueHeap) Len() int { return len(h) }

func (h dueHeap) Less(i, j int) bool {
	if !h[i].due.Equal(h[j].due) {
		return h[i].due.Before(h[j].due)
	}
	return h[i].id < h[j].id
}

func (h dueHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *dueHeap) Push(x any) {
	w := x.(*Waiter)
	w.index = len(*h)
	*h = append(*h, w)
}

func (h *dueHeap) Pop() any {
	old := *h
	w := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	w.index = -1
	return w
}
