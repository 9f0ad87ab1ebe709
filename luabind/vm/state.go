package vm

import (
	"context"
	"io"
	"math/rand/v2"
	"time"

	lua "github.com/yuin/gopher-lua"
)

func init() {
	// A table with the single key 67108863 would take gigabytes. What is above the limit of memory anyway is kept in a hash (lua-vm.md 0).
	lua.MaxArrayIndex = 1 << 20
}

// Options are the options of a state: what its script may touch, and how much of it. What is not given is not there; an operation
// that needs it fails as in a C Lua whose operating system refuses it.
type Options struct {
	// Print receives what the script prints, line by line without line feeds; nil throws it away.
	Print func(line string)
	// Write receives what the script writes to io.stdout and io.stderr; nil: it goes to Print, line by line.
	Write func(text string)
	// Host is what Host returns to the functions that the script calls.
	Host any
	// Environment are the globals besides those of the language; nil: none.
	Environment *Environment
	// Limits are the limits of the script.
	Limits Limits
	// Watch is shared by the states of a process; nil: the state makes one of its own.
	Watch *Watch
	// Source finds a source for require, dofile and loadfile: by a file name as the script has given it or as package.path has made it of a
	// module's name. Where there is none, the error is one of fs.ErrNotExist. Nil: there are no sources.
	Source func(name string) (*Chunk, error)
	// Modules gives the loaders of modules that neither package.preload nor a source has, as an installed C module; nil for one that there is
	// not. It is shared by states. Nil: there are none.
	Modules func(name string) *lua.LFunction
	// Path is the first value of package.path; "": "./?.lua;./?/init.lua".
	Path string
	// Files are the directories that the script may touch.
	Files []Dir
	// Getenv gives the environment variables that the script may see; nil: none.
	Getenv func(name string) (value string, ok bool)
	// Exec runs a command for os.execute and io.popen; nil: there is no shell, only a few built-in commands on Files.
	Exec func(ctx context.Context, command string, stdin []byte) (stdout []byte, status int, err error)
	// Exit is called by os.exit, which then returns, as in mod_lua.
	Exit func()
	// Now is the wall clock; nil: time.Now. Local time is its location's.
	Now func() time.Time
	// Sleep waits for the command sleep; nil: real time.
	Sleep func(ctx context.Context, d time.Duration) error
	// Waits is told the place in the script whenever a host function begins to wait, as Where gives it; nil: nobody is.
	Waits func(where string)
	// Coverage counts what the script carries out; nil: nothing is counted, at no cost.
	Coverage *Coverage
	// Seed is the seed of math.random; 0: another one for each state.
	Seed uint64
}

// State is a Lua state. It belongs to one goroutine; only Kill may be called from others.
type State struct {
	// L is the main thread.
	L *lua.LState

	guard
	opts Options
	ctx  context.Context

	main       *thread
	cur        *thread   // the one that runs
	spares     []*thread // helpers that wait for work
	below      int       // calls on the stacks of the threads that wait for the one that runs
	boundaries int       // calls from Go into Lua that are nested
	nested     int       // coroutines that are nested
	entered    int       // calls from the host that are nested

	make    map[string]Make // the libraries
	globals lazy
	loaded  lazy
	lib     [libraries]*lua.LTable
	finders *lua.LTable // what package.loaders began as
	text    *lua.LTable // the string metatable that the script sees; nil: it has not asked for it
	views   map[*lua.LTable]*lua.LTable
	random  *rand.Rand
	files   *fileSet
	local   map[any]any
	held    map[io.Closer]struct{}
	made    time.Time
	counts  map[*lua.FunctionProto][]uint64 // for the coverage
}

// New makes a state with the libraries of the language.
func New(opts Options) *State {
	l := lua.NewState(lua.Options{
		RegistrySize: 128, RegistryMaxSize: 1 << 18, RegistryGrowStep: 256, CallStackSize: 64, MinimizeStackMemory: true, SkipOpenLibs: true,
	})
	// Other threads begin smaller.
	l.Options.RegistrySize, l.Options.CallStackSize = 64, 64
	s := &State{L: l, opts: opts, ctx: context.Background()}
	s.limits = opts.Limits.WithDefaults()
	if s.watch = opts.Watch; s.watch == nil {
		s.watch, s.own = NewWatch(), true
	}
	s.made = time.Now()
	env := opts.Environment
	if env == nil {
		env = language
	}
	s.make = stdlib
	s.globals.entries = env.globals
	s.loaded.entries = modules
	g := newTable(8)
	g.Metatable = env.globals.meta
	s.globals.table = g
	l.G.Global, l.G.Registry, l.Env = g, newTable(0), g
	l.G.MainThread, l.G.CurrentThread = l, l
	s.main = s.adopt(l, top)
	s.cur = s.main
	s.shareText()
	s.allocated = newMeter()
	s.walked = s.allocated.read()
	return s
}

// Close frees the state, and closes the files that it has open and what it holds.
func (s *State) Close() {
	if s.counts != nil {
		s.opts.Coverage.add(s.counts)
		s.counts = nil
	}
	s.files.closeAll()
	for c := range s.held {
		c.Close()
	}
	s.L.Close()
	if s.own {
		s.watch.Close()
	}
}

// SetGlobal sets a global of the script.
func (s *State) SetGlobal(name string, v lua.LValue) { s.globals.set(name, v) }

// Global is a global of the script.
func (s *State) Global(name string) lua.LValue {
	if v := s.globals.table.RawGetString(name); v != lua.LNil {
		return v
	}
	return s.globals.get(s, name)
}

// Context ends when the script is to end. A host function that waits has to watch it.
func (s *State) Context() context.Context { return s.ctx }

// Error is an error that a script has not caught.
type Error struct {
	// Text is the message, with the place where it was raised; "" if the script raised something else than a text.
	Text string
	// Value is what the script raised.
	Value lua.LValue
	// Traceback is where the script was, one line for each level.
	Traceback string
}

func (e *Error) Error() string {
	if e.Text == "" {
		return "(error object is not a string)"
	}
	return e.Text
}

// Run runs a chunk to its end. Its error is an *Error, or an *Ended when the script was stopped: by the end of ctx, by a limit, by
// Stop or Kill, or by a panic in a Go function.
func (s *State) Run(ctx context.Context, c *Chunk) error {
	if s.limits.Wall > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeoutCause(ctx, s.limits.Wall, ErrWall)
		defer stop()
	}
	outer := s.ctx
	s.ctx = ctx
	defer func() { s.ctx = outer }()
	defer s.watchContext(ctx)()
	_, err := s.Call(s.L, s.function(c))
	return err
}

// function makes a function of a chunk, in the script's global environment.
func (s *State) function(c *Chunk) *lua.LFunction {
	return &lua.LFunction{Env: s.globals.table, Proto: c.proto, Upvalues: []*lua.Upvalue{}}
}

// Call calls a function of the script from within a function that the script has called on the thread l, and returns its
// first result. Its error is as that of Run.
func (s *State) Call(l *lua.LState, f *lua.LFunction, args ...lua.LValue) (lua.LValue, error) {
	results, err := s.Results(l, f, args...)
	if len(results) == 0 {
		return lua.LNil, err
	}
	return results[0], err
}

// Results is as Call and returns all results.
func (s *State) Results(l *lua.LState, f lua.LValue, args ...lua.LValue) (results []lua.LValue, err error) {
	if s.dead != nil {
		return nil, s.dead
	}
	if s.entered++; s.entered == 1 {
		s.watch.enter()
		s.account()
	} else if waits := s.waiting; waits > 0 {
		// The script computes while its host waits: this is no waiting.
		s.waiting = 1
		s.Resumed()
		defer func() {
			s.Waiting()
			s.waiting = waits
		}()
	}
	defer func() {
		if s.entered--; s.entered == 0 {
			s.watch.leave()
		}
		if r := recover(); r != nil {
			if e, ok := r.(*lua.ApiError); ok && s.dead == nil {
				results, err = nil, failure(&raised{e.Object, e.StackTrace}) // more calls are nested than may be
				return
			}
			if s.dead == nil {
				panic(r)
			}
			results, err = nil, s.dead
		}
	}()
	l.Push(f)
	for _, arg := range args {
		l.Push(arg)
	}
	t, failed := s.main, (*raised)(nil)
	if l == s.L && currentFrame(l) == nil {
		failed = t.run(len(args))
		defer l.SetTop(0)
	} else {
		t, failed = s.guarded(l, top, nil, len(args))
		defer s.release(t)
	}
	switch {
	case s.dead != nil:
		return nil, s.dead
	case failed != nil:
		return nil, failure(failed)
	}
	for i := range t.l.GetTop() {
		results = append(results, t.l.Get(i+1))
	}
	return results, nil
}

func failure(r *raised) *Error {
	out := &Error{Value: r.value, Traceback: r.trace}
	if text, ok := stringOf(r.value); ok {
		out.Text = text
	}
	return out
}

func (s *State) now() time.Time {
	if s.opts.Now != nil {
		return s.opts.Now()
	}
	return time.Now()
}
