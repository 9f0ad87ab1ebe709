package luabind

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	lua "github.com/yuin/gopher-lua"

	"eslua/esl"
	"eslua/esl/channel"
	"eslua/internal/clock"
	"eslua/luabind/dbh"
	"eslua/luabind/vm"
)

// ErrAfterHangup: the call is long gone, and the script still ran.
var ErrAfterHangup = errors.New("the script went on for too long after the hang-up")

// LogLine is a line that a script writes to the log.
type LogLine struct {
	Level esl.LogLevel
	Text  string
	// Place is where in the script it was written, as main.lua:12.
	Place string
	// Printed: by print, not by consoleLog.
	Printed bool
}

// Options are what a Script is given.
type Options struct {
	// Call is the call that the script works for; nil: there is none.
	Call *channel.Call
	// Connect makes a connection to the switch for what the call's own one cannot serve: without a call, or where it was not
	// made with full. Nil: there is none.
	Connect func(ctx context.Context) (*channel.Call, error)
	// ConnectTo makes a connection to one of Switches, which are the names of others that the script may use.
	ConnectTo func(ctx context.Context, name string) (*channel.Call, error)
	Switches  []string
	// Clock is the time of scripts without a call; nil is real time.
	Clock clock.Clock
	// Args are the words of the global argv, of which the first is the script as it was asked for; nil: there is no argv.
	Args []string
	// Log receives what the script writes, and errors that end a callback. Nil throws it away.
	Log func(LogLine)
	// Machine is what the script may touch beside the call, and how much of it. Print, Host, Environment, Now, Sleep and
	// Exit are set here.
	Machine vm.Options
	// Stream is the global stream of a script that is run as an API command; nil: there is none.
	Stream *Stream
	// Env is the event of the global env, which such a script has; nil: there is none.
	Env *esl.Event
	// Mail sends the messages of freeswitch.email; nil: it answers false.
	Mail Mailer
	// API runs a script as the API command lua does, without a call, and gives what it has written to its stream. Nil: that
	// is not possible here.
	API func(ctx context.Context, line string) (string, error)
	// Start starts another script on its own, by a line as that of luarun; Inner runs one for the same call, by the data of
	// the application lua, and waits for its end. Nil: that is not possible here.
	Start func(line string) error
	Inner func(ctx context.Context, data string) error
	// ESL makes the connections of the module ESL to the event socket of a switch, where the script may have one to that
	// host and port; its errors name no password. Nil: no script may.
	ESL func(ctx context.Context, host string, port int, login esl.Login) (*esl.Conn, error)
	// Databases are what freeswitch.Dbh opens; nil: there are none.
	Databases *dbh.Pools
	// AfterHangup is how long the script may go on when its call has gone, and AfterHangupInstructions how many
	// instructions it may carry out then; 0 is without limit.
	AfterHangup             time.Duration
	AfterHangupInstructions uint64
}

// Script is one run of a script.
type Script struct {
	Options
	lib   *Library
	state *vm.State
	l     *lua.LState // the thread that has called, see enter

	// ctx ends when the script is to end, because its caller says so or for another cause.
	ctx  context.Context
	kill context.CancelCauseFunc

	control  line             // made by Connect
	switches map[string]*line // by the names of Switches
	session  *session         // that of the call
	sessions []*session       // those that have a leg
	// consumers are those that events come to.
	consumers []*eventConsumer
	// databases are the handles that are open.
	databases []*dbh.Handle
	partial   string // the begin of a line of the log that has no end yet
	level     esl.LogLevel
	handlers  []*handler
	lastID    int
	events    int // that the script has made
	depth     int // of callbacks within callbacks
	// subscriptions are those of the native interface, by type and subclass, and filters its filters.
	subscriptions map[[2]string]*channel.Subscription
	filters       []filter
	late          bool   // the call has gone
	lateCall      int    // methods that were called since then
	unlimit       func() // ends the time that the script has then

	callLink    *callLink // the call's connection for the module ESL; nil: the script has not asked for it
	descriptors int       // connections of that module so far
	eslLogs     bool      // it writes a log, up to eslLevel
	eslLevel    esl.LogLevel
}

// New makes a script's state, with everything in it that the script will see.
func (lib *Library) New(opts Options) *Script {
	if opts.Call != nil {
		opts.Clock = opts.Call.Clock()
	}
	opts.Clock = clock.Or(opts.Clock)
	s := &Script{Options: opts, lib: lib, unlimit: func() {}}
	machine := opts.Machine
	machine.Host, machine.Environment = s, lib.environment
	more := opts.Machine.Modules
	machine.Modules = func(name string) *lua.LFunction { return lib.module(name, more) }
	machine.Print = func(line string) { s.write(esl.LogInfo, line, true) }
	machine.Now = opts.Clock.Now
	machine.Sleep = func(_ context.Context, d time.Duration) error {
		s.sleep(d)
		return s.ctx.Err()
	}
	machine.Exit = func() { s.write(esl.LogErr, "Surely you jest! exiting is a bad plan....", false) }
	s.control.connect = opts.Connect
	s.state = vm.New(machine)
	s.l = s.state.L
	s.state.Preload("eslua", lib.eslua)
	if opts.Args != nil {
		argv := s.l.CreateTable(len(opts.Args), 1)
		for i, word := range opts.Args {
			argv.RawSetInt(i, lua.LString(word))
		}
		s.state.SetGlobal("argv", argv)
	}
	if opts.Stream != nil {
		s.state.SetGlobal("stream", s.newStream(opts.Stream))
	}
	if opts.Env != nil {
		s.state.SetGlobal("env", s.newEvent(opts.Env))
	}
	if opts.Call != nil {
		s.session = s.newSession(opts.Call.Leg())
		s.session.cause = "NONE"
		s.state.SetGlobal("session", s.session.value)
		opts.Call.OnWait(s.state.Waiting, s.state.Resumed)
	}
	return s
}

// Close frees the state, and releases the databases that are open.
func (s *Script) Close() {
	s.releaseDatabases()
	s.state.Close()
}

// Where is the place in the script that is being carried out.
func (s *Script) Where() string { return s.state.Where() }

// Run runs a chunk as the script. When it returns the sessions are let go of as mod_lua does at the end of a script: those
// with auto-hangup are hung up. The error is one of vm.State.Run, or ErrAfterHangup.
func (s *Script) Run(ctx context.Context, chunk *vm.Chunk) error {
	s.ctx, s.kill = context.WithCancelCause(ctx)
	if s.Call != nil {
		defer s.Call.Listen(func(*esl.Event) { s.notice() }).Stop()
	}
	err := s.state.Run(s.ctx, chunk)
	s.endLine()
	for _, x := range s.sessions {
		x.letGo()
	}
	for _, x := range slices.Clone(s.consumers) {
		x.cleanup()
	}
	if s.callLink != nil {
		s.callLink.close()
	}
	s.unlimit()
	s.control.close(context.WithoutCancel(ctx))
	for _, name := range slices.Sorted(maps.Keys(s.switches)) {
		s.switches[name].close(context.WithoutCancel(ctx))
	}
	s.kill(nil)
	return err
}

// errNoConnection: nothing can be asked of the switch.
var errNoConnection = errors.New("this needs the socket application with async full, or a connection to the switch (esl.address)")

// wire is a connection that can do everything: that of the call, or one that is made now.
func (s *Script) wire() (*channel.Call, error) {
	if s.Call != nil && s.Call.Mode().Full {
		return s.Call, nil
	}
	return s.control.get(s)
}

// notice looks whether the call has gone, by whatever way, from when on the time of the script is limited, unless it has
// made another leg that is up. It is called while a method waits, too: it could wait for something that never comes. A
// call that the switch does not serve is no longer the script's at all.
func (s *Script) notice() {
	if s.refused() != nil {
		s.state.Stop(s.refused())
		return
	}
	switch gone := s.Call != nil && !s.served(); {
	case gone && !s.late:
		s.late, s.lateCall = true, 0
		s.state.Limit(s.AfterHangupInstructions)
		if s.AfterHangup > 0 {
			s.unlimit = s.killIn(s.AfterHangup, fmt.Errorf("%w: %v", ErrAfterHangup, s.AfterHangup))
		}
	case !gone && s.late:
		s.late = false
		s.state.Limit(0)
		s.unlimit()
	}
}

// refused is why the switch does not serve the call, or nil.
func (s *Script) refused() error {
	if s.Call == nil {
		return nil
	}
	return s.Call.Refused()
}

// over tells whether the script is to end, so that there is nothing to be said of what fails in it.
func (s *Script) over() bool { return s.ctx.Err() != nil || s.refused() != nil }

// killIn ends the script after a time, unless undo is called before.
func (s *Script) killIn(d time.Duration, why error) (undo func()) {
	waiting, stop := context.WithCancel(s.ctx)
	w, timer, until := s.Clock.NewWaiter(), clock.NewGroup(s.Clock), s.Clock.Now().Add(d)
	timer.Go(func() {
		if w.Wait(waiting, until) == clock.Expired {
			s.kill(why)
			s.Call.Conn().Interrupt() // whoever waits there wakes in this very moment
		}
	})
	return func() {
		stop()
		w.Wake()
		timer.Wait(context.Background())
	}
}

// served tells whether the script has a leg to work with.
func (s *Script) served() bool {
	return s.Call.Leg().Ready() || slices.ContainsFunc(s.sessions, func(x *session) bool { return x.leg != nil && x.leg.Ready() })
}

// maxLateCalls is how many methods a script may call when its call has gone: most of them do nothing and return at once, so
// that a script which waits for something turns round and round in them (modlua-api.md 3.1).
const maxLateCalls = 100_000

// count counts the methods that are called after the hang-up.
func (s *Script) count() {
	if !s.late {
		return
	}
	if s.lateCall++; s.lateCall > maxLateCalls {
		s.state.Stop(fmt.Errorf("%w: %d method calls", ErrAfterHangup, maxLateCalls))
	}
}

// maxDepth is how deep callbacks may be nested (modlua-api.md 2.2).
const maxDepth = 25

// callback calls a function of the script from within a method that waits. An error in it is logged.
func (s *Script) callback(what string, f lua.LValue, args ...lua.LValue) (lua.LValue, bool) {
	fn, ok := f.(*lua.LFunction)
	if !ok {
		s.write(esl.LogErr, fmt.Sprintf("%s: attempt to call a %s value", what, f.Type()), false)
		return lua.LNil, false
	}
	if s.depth >= maxDepth {
		s.write(esl.LogErr, fmt.Sprintf("%s: nested too deeply", what), false)
		return lua.LNil, false
	}
	s.depth++
	result, err := s.state.Call(s.l, fn, args...)
	s.depth--
	var failure *vm.Error
	switch {
	case err == nil:
		return result, true
	case errors.As(err, &failure):
		if failure.Text != "" {
			s.write(esl.LogErr, failure.Text+"\n"+failure.Traceback, false)
		}
	default:
		s.kill(err) // the script is at its end: nothing may wait any longer
	}
	return lua.LNil, false
}
