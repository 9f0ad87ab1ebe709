package vm

import (
	"context"
	"fmt"
	"runtime/debug"

	lua "github.com/yuin/gopher-lua"
)

type threadKind uint8

const (
	top       threadKind = iota // the main thread, and those on which the host calls into the script: nothing catches their errors
	protected                   // runs the function of a pcall or xpcall
	coroutine
)

// thread is what belongs to one thread of the machine. It is the thread's context, too: the machine asks it before each
// instruction.
//
// A protected call runs on a thread of its own, since an error makes the machine close, or forget to close, the captured
// variables of the whole thread (lua-vm.md 2.6).
type thread struct {
	s       *State
	l       *lua.LState
	stack   *callStack
	mark    int     // the segment of the call stack at which depth is looked at
	parent  *thread // who waits for this one; nil for a coroutine that is not running
	kind    threadKind
	status  status
	handler lua.LValue // of an xpcall; nil: none
	failing bool       // the handler runs
	raised  bool       // an error has gone through onError since the coroutine was resumed
	trace   string     // top: where the error that ended it was raised
}

func threadOf(l *lua.LState) *thread {
	if t, ok := l.Context().(*thread); ok {
		return t
	}
	return l.Context().(*counting).thread
}

// StateOf is the state that a host function was called by.
func StateOf(l *lua.LState) *State { return threadOf(l).s }

// headroom is how many segments stay free above the mark, for the frames that library functions push between two instructions.
const headroom = 4

// stride is after how many segments a thread's depth is looked at.
const stride = 16

func (s *State) adopt(l *lua.LState, kind threadKind) *thread {
	t := &thread{s: s, l: l, stack: callStackOf(l), kind: kind}
	t.mark = len(t.stack.segments) - headroom
	l.Panic = onError
	l.SetContext(t.hook())
	return t
}

// hook is what the machine asks before each instruction of the thread.
func (t *thread) hook() context.Context {
	if t.s.opts.Coverage != nil {
		return &counting{thread: t}
	}
	return t
}

// newThread makes a thread. The machine would derive its context from that of its maker, with a goroutine for each.
func (s *State) newThread(kind threadKind) *thread {
	s.L.RemoveContext()
	l, _ := s.L.NewThread()
	s.L.SetContext(s.main.hook())
	return s.adopt(l, kind)
}

// deepen makes room on the call stack, and says whether the limits allow it.
func (t *thread) deepen() bool {
	s, at := t.s, int(t.stack.segIdx)
	limit := s.limits.Depth
	if t.failing {
		limit += limit/10 + 10*lua.FramesPerSegment // a handler of errors must be able to say that the stack is full
	}
	if s.below+t.stack.depth() > limit {
		s.deny = "stack overflow"
		return false
	}
	if s.boundaries+t.metamethods() > s.limits.Boundaries {
		s.deny = "C stack overflow"
		return false
	}
	if n := len(t.stack.segments); at+headroom >= n {
		grown := make([]*segment, min(2*n, 65000))
		copy(grown, t.stack.segments)
		t.stack.segments = grown
	}
	if v := valuesOf(t.l); v.growBy < len(v.array) {
		v.growBy = len(v.array) // else growth is quadratic
	}
	t.mark = min(at+stride, len(t.stack.segments)-headroom)
	return true
}

// relax lowers the mark again once a deep recursion has ended.
func (s *State) relax() {
	t := s.cur
	t.mark = min(int(t.stack.segIdx)+stride, len(t.stack.segments)-headroom)
}

// metamethods counts the calls on the thread's stack that the machine, or a library function, has made from Go.
func (t *thread) metamethods() int {
	n := 0
	for f := currentFrame(t.l); f != nil && f.Parent != nil; f = f.Parent {
		if !calledByLua(f.Parent) {
			n++
		}
	}
	return n
}

// calledByLua says whether what f has called was called by an instruction for that.
func calledByLua(f *frame) bool {
	if f.Fn.IsG || f.Pc < 1 {
		return false
	}
	op := opOf(f.Fn.Proto.Code[f.Pc-1])
	return op == lua.OP_CALL || op == lua.OP_TAILCALL
}

// enter counts a call from Go into Lua; leave undoes it.
func (s *State) enter(l *lua.LState) {
	if s.boundaries >= s.limits.Boundaries {
		raise(l, 1, "C stack overflow")
	}
	s.boundaries++
	if t := threadOf(l); int(t.stack.segIdx) >= t.mark && !t.deepen() {
		s.boundaries--
		text := s.deny
		s.deny = ""
		raise(l, 1, text)
	}
}

// call calls a function of the script from a library function: nargs arguments on the stack above the function. An error passes through.
func (s *State) call(l *lua.LState, nargs, nret int) {
	boundaries := s.boundaries
	s.enter(l)
	callable(l, l.Get(-nargs-1))
	l.Call(nargs, nret)
	s.boundaries = boundaries
}

// callable raises PUC's error for what cannot be called.
func callable(l *lua.LState, v lua.LValue) {
	if _, ok := v.(*lua.LFunction); !ok && event(l, v, "__call") == lua.LNil {
		l.Error(lua.LString("attempt to call a "+typeName(v)+" value"), 0)
	}
}

// raised is an error that was caught.
type raised struct {
	value lua.LValue
	trace string
}

// spare is how many helper threads a state keeps while it waits; spareBusy, while it computes.
const (
	spare     = 4
	spareBusy = 200
)

// guarded runs a function on a thread of its own; the function and its arguments are the topmost nargs+1 values of from. The results
// are on the thread that it gives, which the caller hands back with release.
func (s *State) guarded(from *lua.LState, kind threadKind, handler lua.LValue, nargs int) (*thread, *raised) {
	s.enter(from)
	var t *thread
	if n := len(s.spares); n > 0 {
		t = s.spares[n-1]
		s.spares = s.spares[:n-1]
		t.kind = kind
	} else {
		t = s.newThread(kind)
	}
	parent := threadOf(from)
	t.parent, t.handler, t.l.Env = parent, handler, from.Env
	depth := parent.stack.depth()
	s.below += depth
	boundaries, nested := s.boundaries, s.nested
	running := from.G.CurrentThread
	s.cur = t
	from.XMoveTo(t.l, nargs+1)
	err := t.run(nargs)
	s.cur = parent
	from.G.CurrentThread = running
	s.below -= depth
	s.boundaries, s.nested = boundaries-1, nested
	if s.dead != nil {
		s.release(t)
		s.killed()
	}
	return t, err
}

func (s *State) release(t *thread) {
	t.l.SetTop(0)
	t.parent, t.handler, t.failing, t.trace = nil, nil, false, ""
	if len(s.spares) < spareBusy && len(valuesOf(t.l).array) <= 1024 {
		s.spares = append(s.spares, t)
	}
}

// run calls what lies on the thread's stack.
func (t *thread) run(nargs int) (err *raised) {
	below := t.s.below
	defer func() {
		if r := recover(); r != nil {
			t.s.below = below
			err = t.caught(r)
			t.stack.reset()
			setCurrentFrame(t.l, nil)
			t.l.SetTop(0)
		}
	}()
	callable(t.l, t.l.Get(-nargs-1))
	t.l.Call(nargs, lua.MultRet)
	return nil
}

// caught makes an error of what a thread has panicked with.
func (t *thread) caught(r any) *raised {
	if e, ok := r.(*lua.ApiError); ok {
		return &raised{e.Object, e.StackTrace}
	}
	text := fmt.Sprint(r)
	if text == "lua callstack overflow" {
		// Only library functions that call each other without an instruction between get here.
		text = "stack overflow"
	} else {
		t.s.crash(r, debug.Stack())
	}
	// The machine closes captured variables when it raises an error, but not for a panic.
	func() {
		defer func() { _ = recover() }()
		t.l.Panic = func(*lua.LState) { panic(r) }
		defer func() { t.l.Panic = onError }()
		t.l.Error(lua.LNil, 0)
	}()
	return &raised{value: lua.LString(text)}
}

// PanicError is a panic in a Go function that a script has called.
type PanicError struct {
	Value any
	// Stack is where it was raised, in Go.
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic in a Go function: %v", e.Value) }

// crash ends the script for a panic in Go.
func (s *State) crash(value any, stack []byte) {
	if s.dead == nil {
		s.end(&PanicError{value, stack}, "")
	}
}

// onError is called by the machine for each error, before the stack is unwound; the error is on top of the stack.
func onError(l *lua.LState) {
	t := threadOf(l)
	s := t.s
	value := l.Get(-1)
	t.raised = true
	err := &lua.ApiError{Type: lua.ApiErrorRun, Object: value}
	if s.dead != nil {
		panic(err)
	}
	if text, ok := value.(lua.LString); ok {
		err.Object = lua.LString(t.reword(string(text)))
	}
	switch {
	case t.failing:
		err.Object = lua.LString("error in error handling")
	case t.kind == protected && t.handler != nil:
		t.failing = true
		boundaries := s.boundaries
		l.Push(t.handler)
		l.Push(err.Object)
		l.Call(1, 1)
		err.Object = l.Get(-1)
		s.boundaries = boundaries
	case t.kind == top:
		err.StackTrace = s.traceback(t, 0)
	}
	panic(err)
}

// raise raises an error with the place of the given level, as luaL_error does with level 1: the function that called the
// library function.
func raise(l *lua.LState, level int, text string) {
	l.Error(lua.LString(StateOf(l).where(threadOf(l), level)+text), 0)
}

// Raise raises an error from a host function, with the place in the script that has called it.
func Raise(l *lua.LState, text string) { raise(l, 1, text) }
