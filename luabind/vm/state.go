package vm

import (
	"context"
	"errors"
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// Options are the options of a state.
type Options struct {
	// Print receives what the script prints, line by line without line feeds; nil throws it away.
	Print func(line string)
	// Host is what Host returns to the functions that the script calls.
	Host any
}

// State is a Lua state. It belongs to one goroutine.
type State struct {
	L     *lua.LState
	guard *guard
}

// New makes a state with the libraries of the language, without those that reach out of it.
func New(opts Options) *State {
	l := lua.NewState(lua.Options{
		RegistrySize: 128, RegistryMaxSize: 16384, RegistryGrowStep: 256, CallStackSize: 1000, MinimizeStackMemory: true,
		SkipOpenLibs: true,
	})
	s := &State{L: l, guard: &guard{ctx: context.Background(), host: opts.Host}}
	for name, open := range map[string]lua.LGFunction{
		"": lua.OpenBase, lua.TabLibName: lua.OpenTable, lua.StringLibName: lua.OpenString, lua.MathLibName: lua.OpenMath,
		lua.CoroutineLibName: lua.OpenCoroutine, lua.OsLibName: lua.OpenOs,
	} {
		l.Push(l.NewFunction(open))
		l.Push(lua.LString(name))
		l.Call(1, 0)
	}
	// What reads files, ends the process, or works for ever out of reach of the guard.
	for _, name := range []string{"dofile", "loadfile", "load", "loadstring", "module", "require", "collectgarbage", "newproxy", "_printregs"} {
		l.SetGlobal(name, lua.LNil)
	}
	s.guardCoroutines()
	os := l.CreateTable(0, 4)
	all := l.GetGlobal(lua.OsLibName).(*lua.LTable)
	for _, name := range []string{"clock", "date", "difftime", "time"} {
		os.RawSetString(name, all.RawGetString(name))
	}
	l.SetGlobal(lua.OsLibName, os)
	l.SetGlobal("print", l.NewFunction(func(l *lua.LState) int {
		words := make([]string, l.GetTop())
		for i := range words {
			words[i] = l.ToStringMeta(l.Get(i + 1)).String()
		}
		if opts.Print != nil {
			opts.Print(strings.Join(words, "\t"))
		}
		return 0
	}))
	return s
}

// guardCoroutines has the guard watch coroutines, too: the machine gives each a context of its own.
func (s *State) guardCoroutines() {
	lib := s.L.GetGlobal(lua.CoroutineLibName).(*lua.LTable)
	create := lib.RawGetString("create").(*lua.LFunction).GFunction
	wrap := lib.RawGetString("wrap").(*lua.LFunction).GFunction
	lib.RawSetString("create", s.L.NewFunction(func(l *lua.LState) int {
		n := create(l)
		l.Get(-1).(*lua.LState).SetContext(s.guard)
		return n
	}))
	lib.RawSetString("wrap", s.L.NewFunction(func(l *lua.LState) int {
		n := wrap(l)
		for _, up := range l.Get(-1).(*lua.LFunction).Upvalues {
			if co, ok := up.Value().(*lua.LState); ok {
				co.SetContext(s.guard)
			}
		}
		return n
	}))
}

// Close frees the state.
func (s *State) Close() { s.L.Close() }

// Limit stops the script with ErrInstructions once it has carried out n more instructions; 0 takes the limit away.
func (s *State) Limit(n uint64) {
	s.guard.limit = 0
	if n > 0 {
		s.guard.limit = s.guard.count + n
	}
}

// Error is an error that a script has not caught.
type Error struct {
	// Text is the message, with the place where it was raised; "" if the script raised something else than a text.
	Text string
	// Traceback is where the script was, one line for each level.
	Traceback string
}

func (e *Error) Error() string {
	if e.Text == "" {
		return "(error object is not a string)"
	}
	return e.Text
}

// Run runs a chunk to its end. Its error is an *Error, or says why the script was stopped: the cause of ctx's end, or a
// limit.
func (s *State) Run(ctx context.Context, c *Chunk) error {
	stop := s.guard.watch(ctx)
	defer stop()
	s.L.SetContext(s.guard)
	_, err := s.Call(s.L, s.L.NewFunctionFromProto(c.proto))
	return err
}

// Call calls a function of the script from within a function that the script has called on the thread l, and returns its
// first result. Its error is as that of Run.
func (s *State) Call(l *lua.LState, f *lua.LFunction, args ...lua.LValue) (lua.LValue, error) {
	err := l.CallByParam(lua.P{Fn: f, NRet: 1, Protect: true}, args...)
	switch {
	case s.guard.dead != nil:
		return lua.LNil, s.guard.dead
	case err == nil:
		result := l.Get(-1)
		l.Pop(1)
		return result, nil
	}
	var ae *lua.ApiError
	if !errors.As(err, &ae) {
		return lua.LNil, fmt.Errorf("lua: %w", err)
	}
	out := &Error{Traceback: ae.StackTrace}
	if text, ok := ae.Object.(lua.LString); ok {
		out.Text = string(text)
	}
	return lua.LNil, out
}

// Stop stops the script for the reason err: no instruction of it is carried out any more.
func (s *State) Stop(err error) {
	if s.guard.dead == nil {
		s.guard.dead = err
	}
}

// Where is the place in the script that is being carried out, as main.lua:12.
func (s *State) Where() string { return strings.TrimSuffix(s.L.Where(1), ": ") }
