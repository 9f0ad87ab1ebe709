package vm

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// ErrInstructions: a script has carried out more instructions than it may.
var ErrInstructions = errors.New("too many instructions")

// guard stops a script. The machine asks Done before each instruction, on the goroutine of the script, so that a script
// can be stopped in a loop without calls, and its instructions counted, at less cost than with a context of the standard
// library (lua-vm.md 2.1). A protected call may catch the error; the next instruction raises it again.
type guard struct {
	ctx     context.Context
	stopped atomic.Bool // ctx has ended
	dead    error       // why the script is stopped
	count   uint64
	limit   uint64 // 0: none
	host    any
}

// watch has the guard stop the script when ctx ends. What it returns undoes that.
func (g *guard) watch(ctx context.Context) (stop func() bool) {
	g.ctx = ctx
	g.stopped.Store(false)
	return context.AfterFunc(ctx, func() { g.stopped.Store(true) })
}

var closed = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

func (g *guard) Done() <-chan struct{} {
	g.count++
	if g.dead == nil {
		if g.stopped.Load() {
			g.dead = context.Cause(g.ctx)
		} else if g.limit > 0 && g.count > g.limit {
			g.dead = ErrInstructions
		}
	}
	if g.dead != nil {
		return closed
	}
	return nil
}

func (g *guard) Err() error                  { return g.dead }
func (g *guard) Deadline() (time.Time, bool) { return time.Time{}, false }

// Value gives what the state was made for: see Host.
func (g *guard) Value(key any) any {
	if key == (hostKey{}) {
		return g.host
	}
	return nil
}
