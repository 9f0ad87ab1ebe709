package clock

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Group counts goroutines so that their owner can wait for their end by the clock. NewGroup makes one.
type Group struct {
	clock   Clock
	mu      sync.Mutex
	running int
	waiters []*Waiter
}

// NewGroup makes a group whose goroutines run by clock c.
func NewGroup(c Clock) *Group { return &Group{clock: c} }

// Go runs f in a goroutine of the group.
func (g *Group) Go(f func()) {
	g.mu.Lock()
	g.running++
	g.mu.Unlock()
	g.clock.Go(func() {
		defer g.done()
		f()
	})
}

func (g *Group) done() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running--
	if g.running == 0 {
		for _, w := range g.waiters {
			w.Wake()
		}
	}
}

// Running is how many goroutines of the group have not ended.
func (g *Group) Running() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.running
}

// Wait sleeps until no goroutine of the group runs, or until ctx ends, whose error it returns then.
func (g *Group) Wait(ctx context.Context) error {
	w := g.clock.NewWaiter()
	g.mu.Lock()
	g.waiters = append(g.waiters, w)
	g.mu.Unlock()
	defer func() {
		g.mu.Lock()
		g.waiters = slices.DeleteFunc(g.waiters, func(x *Waiter) bool { return x == w })
		g.mu.Unlock()
	}()
	for g.Running() > 0 {
		if w.Wait(ctx, time.Time{}) == Cancelled {
			return ctx.Err()
		}
	}
	return nil
}
