package scripts

import (
	"context"
	"sync"
	"time"

	"eslua/internal/clock"
)

// A change has settled when nothing has happened for quietTime, and at the latest after patience (design.md 4).
const (
	quietTime = 50 * time.Millisecond
	patience  = 150 * time.Millisecond
)

// settling waits for changes to settle.
type settling struct {
	clock  clock.Clock
	waiter *clock.Waiter

	mu          sync.Mutex
	first, last time.Time // zero: nothing has happened
	settled     time.Time // first of what has settled last
}

func newSettling(c clock.Clock) *settling { return &settling{clock: c, waiter: c.NewWaiter()} }

// mark says that something has happened. Anybody may call it.
func (s *settling) mark() {
	now := s.clock.Now()
	s.mu.Lock()
	if s.first.IsZero() {
		s.first = now
	}
	s.last = now
	s.mu.Unlock()
	s.waiter.Wake()
}

// wait sleeps until what was marked has settled, and forgets it. When nothing is marked it sleeps until a time; zero is for ever.
// It is false when ctx ends first.
func (s *settling) wait(ctx context.Context, otherwise time.Time) bool {
	for {
		due := s.due()
		if due.IsZero() {
			due = otherwise
		}
		if !due.IsZero() && !s.clock.Now().Before(due) {
			s.mu.Lock()
			if s.settled = s.first; s.settled.IsZero() {
				s.settled = s.clock.Now()
			}
			s.first, s.last = time.Time{}, time.Time{}
			s.mu.Unlock()
			return true
		}
		if s.waiter.Wait(ctx, due) == clock.Cancelled {
			return false
		}
	}
}

// goesOn tells whether something has happened since wait, so that a look at the directory has seen half of it perhaps, and there
// is patience left to look again. Then it is one change with what has settled.
func (s *settling) goesOn() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.first.IsZero() || !s.clock.Now().Before(s.settled.Add(patience)) {
		return false
	}
	s.first = s.settled
	return true
}

func (s *settling) due() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.first.IsZero() {
		return time.Time{}
	}
	quiet, end := s.last.Add(quietTime), s.first.Add(patience)
	if end.Before(quiet) {
		return end
	}
	return quiet
}
