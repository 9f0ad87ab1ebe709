package vm

import lua "github.com/yuin/gopher-lua"

type status uint8

const (
	suspended status = iota
	running
	normal
	dead
)

var statusNames = [...]string{"suspended", "running", "normal", "dead"}

// body is the main function of each coroutine: it calls the function that lies below the arguments of the first resume. The machine takes no yield
// in tail position of a main function (lua-vm.md 2.6).
var body = &lua.LFunction{Proto: &lua.FunctionProto{
	SourceName: "=[coroutine]", NumUsedRegisters: 2,
	Code: []uint32{
		instruction(lua.OP_CALL, 0, 0, 0),
		instruction(lua.OP_RETURN, 0, 0, 0),
	},
	DbgSourcePositions: []int{0, 0},
}}

// machineResume is the machine's own coroutine.resume.
var machineResume = func() lua.LGFunction {
	l := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer l.Close()
	l.Push(l.NewFunction(lua.OpenCoroutine))
	l.Call(0, 1)
	return l.Get(-1).(*lua.LTable).RawGetString("resume").(*lua.LFunction).GFunction
}()

var coroutineFunctions = map[string]lua.LGFunction{
	"create": coCreate, "isyieldable": coIsYieldable, "resume": coResume, "running": coRunning, "status": coStatus, "wrap": coWrap, "yield": coYield,
}

// spawn makes a coroutine that looks as if it had yielded before it calls f.
func (s *State) spawn(from *lua.LState, f lua.LValue) *thread {
	s.grown(4096) // the machine throws 10 kB away for each
	t := s.newThread(coroutine)
	t.l.Env = from.Env
	seg := t.stack.segments[0]
	seg.array[0] = frame{Fn: body, Base: 0, LocalBase: 1, ReturnBase: 0, NRet: lua.MultRet}
	t.stack.segSp = 1
	t.l.Push(lua.LNil)
	t.l.Push(f)
	setCurrentFrame(t.l, &seg.array[0])
	return t
}

func coCreate(l *lua.LState) int {
	f := l.Get(1)
	if _, ok := f.(*lua.LFunction); !ok {
		argument(l, 1, "Lua function expected")
	}
	l.Push(StateOf(l).spawn(l, f).l)
	return 1
}

// resume resumes a coroutine with the arguments above it on the stack of l. What it gives is on the stack: true and values, or false and an
// error.
func (s *State) resume(l *lua.LState, t *thread) int {
	refuse := func(text string) int {
		l.SetTop(0)
		l.Push(lua.LFalse)
		l.Push(lua.LString(text))
		return 2
	}
	switch {
	case t.status == dead:
		return refuse("cannot resume dead coroutine")
	case t.status != suspended:
		return refuse("cannot resume " + statusNames[s.statusOf(l, t)] + " coroutine")
	case s.nested >= s.limits.Coroutines || s.boundaries >= s.limits.Boundaries:
		return refuse("C stack overflow")
	}
	// The yield has been called for a fixed number of results: the machine pushes what it is given.
	f := currentFrame(t.l)
	if inst := f.Fn.Proto.Code[max(f.Pc-1, 0)]; f.Fn != body && opOf(inst) == lua.OP_CALL && argC(inst) > 0 {
		l.SetTop(1 + argC(inst) - 1)
	}
	parent := threadOf(l)
	depth, before := parent.stack.depth(), l.G.CurrentThread
	boundaries := s.boundaries
	parent.status, t.status, t.parent = normal, running, parent
	s.below += depth
	s.boundaries++
	s.nested++
	s.cur, t.raised = t, false
	fit(t.l, l.GetTop())
	n := machineResume(l)
	s.cur = parent
	s.nested--
	s.boundaries = boundaries
	s.below -= depth
	t.parent, parent.status = nil, running
	l.G.CurrentThread = before
	t.status = suspended
	if t.l.Dead {
		t.status = dead
	}
	if s.dead != nil {
		s.killed()
	}
	if l.Get(-n) == lua.LFalse && !t.raised {
		text := lua.LVAsString(l.Get(-1))
		if text != "lua callstack overflow" {
			s.crash(text, nil)
			s.killed()
		}
		l.Pop(1)
		l.Push(lua.LString("stack overflow"))
	}
	return n
}

func checkCoroutine(l *lua.LState, n int) *thread {
	co, ok := l.Get(n).(*lua.LState)
	if !ok {
		argument(l, n, "coroutine expected")
	}
	return threadOf(co)
}

func coResume(l *lua.LState) int {
	t := checkCoroutine(l, 1)
	return StateOf(l).resume(l, t)
}

func coWrap(l *lua.LState) int {
	f := l.Get(1)
	if _, ok := f.(*lua.LFunction); !ok {
		argument(l, 1, "Lua function expected")
	}
	s := StateOf(l)
	t := s.spawn(l, f)
	fn := &lua.LFunction{IsG: true, GFunction: func(l *lua.LState) int {
		l.Insert(t.l, 1)
		n := s.resume(l, t)
		if l.Get(-n) == lua.LTrue {
			return n - 1
		}
		v := l.Get(-1)
		if text, ok := v.(lua.LString); ok {
			v = lua.LString(s.where(threadOf(l), 1)) + text
		}
		l.Error(v, 0)
		return 0
	}}
	// An upvalue, for the walk to see.
	up := &lua.Upvalue{}
	up.Close()
	up.SetValue(t.l)
	fn.Upvalues = []*lua.Upvalue{up}
	l.Push(fn)
	return 1
}

// yieldable says whether only calls of Lua functions lie between the function that runs and the main function of its coroutine.
func yieldable(l *lua.LState) bool {
	if threadOf(l).kind != coroutine {
		return false
	}
	for f := currentFrame(l); f.Parent != nil; f = f.Parent {
		if !calledByLua(f.Parent) {
			return false
		}
	}
	return true
}

func coYield(l *lua.LState) int {
	if !yieldable(l) {
		raise(l, 0, "attempt to yield across metamethod/C-call boundary")
	}
	return -1
}

func coIsYieldable(l *lua.LState) int {
	l.Push(lua.LBool(yieldable(l)))
	return 1
}

// current is the coroutine that runs, nil if it is the main thread: helper threads are none.
func (s *State) current(t *thread) *thread {
	for t != nil && t.kind != coroutine {
		t = t.parent
	}
	return t
}

func coRunning(l *lua.LState) int {
	if t := StateOf(l).current(threadOf(l)); t != nil {
		l.Push(t.l)
	} else {
		l.Push(lua.LNil)
	}
	return 1
}

func coStatus(l *lua.LState) int {
	t := checkCoroutine(l, 1)
	l.Push(lua.LString(statusNames[StateOf(l).statusOf(l, t)]))
	return 1
}

// statusOf is the status of a coroutine as the code on l sees it: it runs if a helper thread works for it.
func (s *State) statusOf(l *lua.LState, t *thread) status {
	if t.status == normal && s.current(threadOf(l)) == t {
		return running
	}
	return t.status
}
