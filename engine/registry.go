package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"eslua/esl"
	"eslua/luabind/vm"
)

// ErrKilled: somebody has ended the script.
var ErrKilled = errors.New("the script was killed")

// ErrNoCall: no call of that uuid is being served.
var ErrNoCall = errors.New("there is no such call")

// Counts is what there has been since the engine was made.
type Counts struct {
	// Calls have ended. Failed is how many of them had a script that did not run to its end, or none that could, and Limited
	// how many of these a limit has ended.
	Calls   uint64 `json:"calls"`
	Failed  uint64 `json:"failed"`
	Limited uint64 `json:"limited"`
	// Dropped is how many events scripts did not take in time.
	Dropped uint64 `json:"events_dropped"`
}

// Counts are the present counts.
func (e *Engine) Counts() Counts {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.counts
}

// count adds a call that has ended.
func (e *Engine) count(err error, dropped int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.counts.Calls++
	if err != nil {
		e.counts.Failed++
	}
	for _, limit := range []error{vm.ErrInstructions, vm.ErrTime, vm.ErrMemory, vm.ErrWall} {
		if errors.Is(err, limit) {
			e.counts.Limited++
		}
	}
	e.counts.Dropped += uint64(dropped)
}

// CallInfo is what is to be said of a call that is being served.
type CallInfo struct {
	UUID   string        `json:"uuid"`
	Script string        `json:"script"`
	Mode   string        `json:"mode"`
	From   string        `json:"from"`
	To     string        `json:"to"`
	Began  time.Time     `json:"began"`
	Lasts  time.Duration `json:"lasts_ns"`
}

// List are the calls that are being served, the oldest first.
func (e *Engine) List() []CallInfo {
	now := e.opts.Clock.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	out := make([]CallInfo, 0, len(e.calls)) // as JSON an empty list is one, too
	for c := range e.calls {
		hello := c.call.Hello()
		out = append(out, CallInfo{
			UUID: c.call.Leg().UUID(), Script: c.script, Mode: c.call.Mode().String(), From: hello.Get("Caller-Caller-ID-Number"),
			To: hello.Get("Caller-Destination-Number"), Began: c.began, Lasts: now.Sub(c.began),
		})
	}
	slices.SortFunc(out, func(a, b CallInfo) int {
		if n := a.Began.Compare(b.Began); n != 0 {
			return n
		}
		return strings.Compare(a.UUID, b.UUID)
	})
	return out
}

// find finds a call by its uuid, or by the beginning of it where only one begins so. e.mu is locked.
func (e *Engine) find(uuid string) (*serving, error) {
	var found *serving
	for c := range e.calls {
		id := c.call.Leg().UUID()
		if id == uuid {
			return c, nil
		}
		if uuid != "" && strings.HasPrefix(id, uuid) {
			if found != nil {
				return nil, errors.New("several calls begin with " + uuid)
			}
			found = c
		}
	}
	if found == nil {
		return nil, fmt.Errorf("%w: %q", ErrNoCall, uuid)
	}
	return found, nil
}

// Kill ends the script of a call, which goes on in its dialplan.
func (e *Engine) Kill(uuid string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	c, err := e.find(uuid)
	if err != nil {
		return err
	}
	if c.cancel != nil {
		c.cancel(ErrKilled)
	}
	c.call.Conn().Interrupt()
	return nil
}

// Trace has f see what goes over the connection of a call, until the returned function is called; see esl.Conn.Tap. gone
// is closed when the call ends.
func (e *Engine) Trace(uuid string, f func(esl.Traffic)) (stop func(), gone <-chan struct{}, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	c, err := e.find(uuid)
	if err != nil {
		return nil, nil, err
	}
	return c.call.Conn().Tap(f), c.gone, nil
}

// cancels notes how the script that runs is ended; what it returns goes back to the one before.
func (c *serving) cancels(cancel context.CancelCauseFunc) (undo func()) {
	c.engine.mu.Lock()
	defer c.engine.mu.Unlock()
	before := c.cancel
	c.cancel = cancel
	return func() {
		c.engine.mu.Lock()
		defer c.engine.mu.Unlock()
		c.cancel = before
	}
}
