package vm

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// slice is how many instructions pass at most between two looks at the limits.
const slice = 10_000

// guard keeps a script to its limits. The machine asks the context of a thread for Done before each instruction, on the
// goroutine of the script (lua-vm.md 2.1): thread.Done counts there and comes here when the count is used up, a step of the watch has passed or
// somebody wants the script to end.
type guard struct {
	limits Limits
	watch  *Watch
	own    bool // the watch is this state's own

	left int64 // instructions until the next look; below zero once the script is dead
	seen atomic.Uint64

	granted int64 // what left began with
	used    int64 // instructions since the last wait
	total   int64
	until   int64 // Limit: the total at which the script ends; 0: none
	cpu     time.Duration

	size      int64 // bytes held at the last walk
	allocated meter
	walked    uint64 // what the process had allocated then
	fresh     int64  // bytes of strings made since then
	paused    uint64 // what the process had allocated when the wait began
	waited    bool   // there was a wait since the last look
	waiting   int

	kill atomic.Pointer[error] // set from any goroutine
	dead *Ended                // why no instruction is carried out any more
	deny string                // the error that the next instruction raises
}

// Ended is the error of a script that was ended: by a limit, by the end of its context, by Stop, or by a panic in a Go function.
type Ended struct {
	// Reason is the limit (ErrMemory, ...), the cause of the context's end, or what Stop was given.
	Reason error
	// Where is the place in the script, as main.lua:12; "" if it was not running.
	Where string
	// Detail is the value of the limit; "" for other reasons.
	Detail string
	// Traceback is where the script was, one line for each level.
	Traceback string
}

func (e *Ended) Error() string {
	text := e.Reason.Error()
	if e.Detail != "" {
		text += " (" + e.Detail + ")"
	}
	if e.Where != "" {
		text = e.Where + ": " + text
	}
	return text
}

func (e *Ended) Unwrap() error { return e.Reason }

var closed = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// Done is the hook before each instruction.
func (t *thread) Done() <-chan struct{} {
	s := t.s
	s.left--
	if s.left < 0 || s.watch.tick.Load() != s.seen.Load() || int(t.stack.segIdx) >= t.mark {
		return t.look()
	}
	return nil
}

// look is the slow part of Done.
func (t *thread) look() <-chan struct{} {
	s := t.s
	if s.dead == nil {
		s.check()
	}
	if s.dead != nil {
		return closed
	}
	if int(t.stack.segIdx) >= t.mark && !t.deepen() || s.deny != "" {
		return closed
	}
	return nil
}

// Err is the text that the machine raises after Done.
func (t *thread) Err() error {
	if t.s.dead != nil {
		return t.s.dead
	}
	text := t.s.deny
	t.s.deny = ""
	return denied(text)
}

type denied string

func (d denied) Error() string { return string(d) }

func (t *thread) Deadline() (time.Time, bool) { return time.Time{}, false }
func (t *thread) Value(any) any               { return nil }

// check looks at all limits.
func (s *State) check() {
	spent := s.granted - s.left
	s.used += spent
	s.total += spent
	tick := s.watch.tick.Load()
	last := s.seen.Load()
	ticked := tick != last
	s.seen.Store(tick)
	if cause := s.kill.Load(); cause != nil {
		s.end(*cause, "")
		return
	}
	switch l := &s.limits; {
	case s.used > l.Instructions:
		s.end(ErrInstructions, fmt.Sprintf("more than %d without a wait", l.Instructions))
		return
	case l.Total > 0 && s.total > l.Total:
		s.end(ErrInstructions, fmt.Sprintf("more than %d", l.Total))
		return
	case s.until > 0 && s.total > s.until:
		s.end(ErrInstructions, "")
		return
	}
	if ticked {
		// One instruction may take longer than a step, but most of a long pause is that others compute.
		if s.cpu += watchStep * time.Duration(min(tick-last, 4)); s.cpu > s.limits.CPU {
			s.end(ErrTime, fmt.Sprintf("more than %v without a wait", s.limits.CPU))
			return
		}
	}
	// What the process has allocated since the last walk bounds what the state has grown by (lua-vm.md 3). What others have
	// allocated during a wait is not this script's.
	now := s.allocated.read()
	if s.waited {
		s.walked += now - s.paused
		s.waited = false
	}
	if s.size+int64(now-s.walked) > s.limits.Memory && !s.weigh(0) {
		return
	}
	room := int64(slice)
	room = min(room, s.limits.Instructions-s.used+1)
	if s.limits.Total > 0 {
		room = min(room, s.limits.Total-s.total+1)
	}
	if s.until > 0 {
		room = min(room, s.until-s.total+1)
	}
	s.granted, s.left = room, room
	s.relax()
}

// weigh walks the state; more is what is about to be allocated. It says whether the script may go on.
func (s *State) weigh(more int64) bool {
	s.size = s.walk()
	s.walked, s.waited = s.allocated.read(), false
	s.fresh = 0
	if s.size+more > s.limits.Memory {
		s.end(ErrMemory, fmt.Sprintf("more than %d bytes", s.limits.Memory))
		return false
	}
	return true
}

// end has no instruction carried out any more.
func (s *State) end(reason error, detail string) {
	if s.dead != nil {
		return
	}
	s.left = -1
	s.dead = &Ended{Reason: reason, Where: s.Where(), Detail: detail, Traceback: s.traceback(s.cur, 0)}
}

// killed ends the Go function that runs, as an error that no pcall of the script catches.
func (s *State) killed() {
	panic(&lua.ApiError{Type: lua.ApiErrorRun, Object: lua.LString(s.dead.Error())})
}

// work accounts for n steps of a library function, and ends it when the script is to end.
func (s *State) work(n int) {
	s.left -= int64(n)
	if s.left < 0 || s.watch.tick.Load() != s.seen.Load() {
		if s.dead == nil {
			s.check()
		}
		if s.dead != nil {
			s.killed()
		}
	}
}

// room accounts for a string of n bytes that is about to be made.
func (s *State) room(l *lua.LState, n int) {
	if n > s.limits.String {
		raise(l, 1, fmt.Sprintf("string length overflow (limit is %d bytes)", s.limits.String))
	}
	if n > 256 {
		s.work(n / 64)
	}
	s.fresh += int64(n)
	if s.size+s.fresh > s.limits.Memory && !s.weigh(int64(n)) {
		s.killed()
	}
}

// watchContext has the script end when ctx ends. What it returns undoes that.
func (s *State) watchContext(ctx context.Context) (stop func() bool) {
	return context.AfterFunc(ctx, func() { s.Kill(context.Cause(ctx)) })
}

// Kill ends the script for the given reason at its next instruction. It may be called from any goroutine. A host function that waits has to watch
// Context by itself.
func (s *State) Kill(reason error) {
	s.kill.CompareAndSwap(nil, &reason)
	s.seen.Store(^uint64(0))
}

// Stop ends the script for the given reason at its next instruction. Only the goroutine of the script may call it.
func (s *State) Stop(reason error) { s.end(reason, "") }

// Limit ends the script with ErrInstructions once it has carried out n more instructions; 0 takes the limit away.
func (s *State) Limit(n uint64) {
	s.until = 0
	if n > 0 {
		s.until = s.total + s.granted - max(s.left, 0) + int64(n)
		s.account()
	}
}

// account ends the slice of instructions that runs, so that the next one begins with a look at the limits.
func (s *State) account() {
	if s.dead == nil {
		s.granted -= s.left
		s.left = 0
	}
}

// Waiting says that a host function begins to wait for something outside; Resumed, that it has ended. The time between counts for no limit but
// Wall, and the budgets that hold between two waits begin anew. Calls may be nested.
func (s *State) Waiting() {
	if s.waiting++; s.waiting == 1 {
		if !s.waited {
			s.paused, s.waited = s.allocated.read(), true
		}
		if len(s.spares) > spare {
			clear(s.spares[spare:])
			s.spares = s.spares[:spare]
		}
		s.watch.leave()
		if s.opts.Waits != nil {
			s.opts.Waits(s.Where())
		}
	}
}

// Resumed ends what Waiting began.
func (s *State) Resumed() {
	if s.waiting--; s.waiting > 0 {
		return
	}
	s.watch.enter()
	s.account()
	s.total += s.granted
	s.used, s.granted, s.cpu = 0, 0, 0
	if s.ctx.Err() != nil {
		s.Kill(context.Cause(s.ctx)) // what the context tells by itself may come too late for a script that is nearly at its end
	}
}
