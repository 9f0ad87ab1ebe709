// Package engine takes calls from the accepted socket to their end: it decides which script runs, when, and within what
// limits, and knows no method of a script's session.
//
// An Engine serves the connections that the switch's socket application opens. Each call gets a script by its dialplan
// line or a route, runs it in a state of its own, and is given back to its dialplan in good order, whatever became of the
// script. The program examples/embed has one within it.
package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	lua "github.com/yuin/gopher-lua"

	"eslua/esl"
	"eslua/internal/clock"
	"eslua/internal/config"
	"eslua/luabind"
	"eslua/luabind/dbh"
	"eslua/luabind/modules"
	"eslua/luabind/vm"
	"eslua/scripts"
)

// ErrDraining: the server stops, and the script with it.
var ErrDraining = errors.New("the server is shutting down")

// Route gives a script to calls that fulfil its conditions.
type Route = config.Route

// Options are the options of an Engine. Those that have no default here may be zero, with the meaning that is given.
type Options struct {
	// Scripts are the scripts that calls can ask for.
	Scripts *scripts.Library
	// Routes give scripts to calls whose dialplan line names none; DefaultScript is for the others, "" is none.
	Routes        []Route
	DefaultScript string
	// NoInline refuses dialplan lines that are Lua code themselves.
	NoInline bool
	// RefuseDegraded gives calls back at once whose dialplan line lacks async full.
	RefuseDegraded bool
	// Rights are what scripts may touch, Limits how much of it; zero fields of Limits are their defaults.
	Rights Rights
	Limits vm.Limits
	// Switch is where the event socket of the switch is, for scripts without a call and calls without async full; nil: calls have
	// only their own connections, and scripts without a call none.
	Switch *Switch
	// Switches are others, by the names that scripts and hooks know them by.
	Switches map[string]*Switch
	// Startup are scripts that Begin starts, each a line as that of luarun; Hooks run for events of the switch.
	Startup []string
	Hooks   []Hook
	// Databases are the databases that scripts may open.
	Databases dbh.Options
	// Library is what scripts can call; nil: the engine makes one. Several engines may share it.
	Library *luabind.Library
	// HTTP carries the requests of scripts out, wherever they go; nil: the network does, as far as Rights go.
	HTTP http.RoundTripper
	// Mail sends the messages of freeswitch.email, see MailProgram; nil: nobody does.
	Mail luabind.Mailer
	// Machine changes what a script may touch before its state is made; call is the uuid of its call, "" for none. Tests put
	// stand-ins there. Nil changes nothing.
	Machine func(call string, m *vm.Options)
	// Modules are Lua modules of the program that embeds the engine, beside our own.
	Modules []Module
	// Allow lists the addresses that may connect; empty: all.
	Allow []netip.Prefix
	// MaxCalls is how many scripts may run at once; 0: as many as come.
	MaxCalls int
	// AfterHangup is how long a script may go on after its call has been hung up; 0: for ever.
	AfterHangup time.Duration
	// Drain is how long calls may go on once Shutdown is called; 0: not at all.
	Drain time.Duration
	// Log receives what happens; nil is slog.Default.
	Log *slog.Logger
	// Tap sees what goes over the connections of all calls, see esl.Conn.Tap; nil: nobody does.
	Tap func(esl.Traffic)
	// Clock is the time of everything; nil is real time.
	Clock clock.Clock
	// Rand makes ids; nil is a random source. Tests give one, so that runs are equal.
	Rand *rand.Rand
}

// Engine serves calls.
type Engine struct {
	opts    Options
	log     *slog.Logger
	library *luabind.Library
	server  *esl.Server
	rights  *rights
	watch   *vm.Watch
	pools   *dbh.Pools
	modules *modules.Modules
	own     map[string]*lua.LFunction // loaders of the program's modules
	// running ends when scripts are to end.
	running context.Context
	stop    context.CancelCauseFunc

	free sync.Once
	// started are the scripts that run on their own.
	started *clock.Group
	hooks   *hooks

	mu       sync.Mutex
	stopping bool // nothing is started any more
	ended    bool // calls have ended, and nothing is run any more
	calls    map[*serving]bool
	counts   Counts
}

// New makes an engine. Its error is that a directory of Options.Rights cannot be opened. Shutdown frees what it holds.
func New(opts Options) (*Engine, error) {
	opts.Clock = clock.Or(opts.Clock)
	for _, h := range opts.Hooks {
		if _, err := opts.known(h.Switch); err != nil {
			return nil, fmt.Errorf("hook for %s: %w", h.Event, err)
		}
	}
	own, err := loaders(opts.Modules)
	if err != nil {
		return nil, err
	}
	rights, err := openRights(opts.Rights)
	if err != nil {
		return nil, err
	}
	e := &Engine{opts: opts, log: opts.Log, library: opts.Library, calls: make(map[*serving]bool), rights: rights, watch: vm.NewWatch(), pools: dbh.New(opts.Databases), started: clock.NewGroup(opts.Clock)}
	e.own = own
	e.modules = modules.New(modules.Options{Allow: opts.Rights.HTTP, Transport: opts.HTTP, Databases: e.pools})
	if e.log == nil {
		e.log = slog.Default()
	}
	if e.library == nil {
		e.library = luabind.NewLibrary()
	}
	e.running, e.stop = context.WithCancelCause(context.Background())
	e.server = &esl.Server{
		Handler: e.serve, Allow: opts.Allow, Log: e.log, Options: esl.Options{Clock: opts.Clock},
	}
	return e, nil
}

// Begin starts the startup scripts and the hooks.
func (e *Engine) Begin() error {
	if len(e.opts.Hooks) > 0 {
		if err := e.startHooks(); err != nil {
			return err
		}
	}
	for _, line := range e.opts.Startup {
		if err := e.Start(line); err != nil {
			return err
		}
	}
	return nil
}

// Serve takes calls from l until ctx ends or Shutdown is called, and returns esl.ErrServerClosed then, when the calls have
// ended. When ctx ends calls are cut off.
func (e *Engine) Serve(ctx context.Context, l net.Listener) error { return e.server.Serve(ctx, l) }

// giveBackTime is how long Shutdown tries to give calls back after its context has ended.
const giveBackTime = 2 * time.Second

// Shutdown takes no more calls, lets those and other scripts that run go on for the time of Options.Drain or until ctx ends, then
// stops their scripts and gives the calls back to their dialplans. Calls that cannot be given back soon after ctx has ended
// are cut off, and its error is returned.
func (e *Engine) Shutdown(ctx context.Context) error {
	patience, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	drain := clock.NewGroup(e.opts.Clock)
	w := e.opts.Clock.NewWaiter()
	until := e.opts.Clock.Now().Add(e.opts.Drain)
	drain.Go(func() {
		if w.Wait(ctx, until) == clock.Woken {
			return
		}
		e.stopAll(ErrDraining)
		// A connection that ends before its channel is parked strands the caller, so that cutting off is the last resort.
		if ctx.Err() == nil && w.Wait(ctx, time.Time{}) == clock.Woken {
			return
		}
		if w.Wait(context.Background(), e.opts.Clock.Now().Add(giveBackTime)) == clock.Expired {
			cancel()
		}
	})
	e.mu.Lock()
	e.stopping = true
	e.mu.Unlock()
	if e.hooks != nil {
		e.hooks.stop()
	}
	err := e.server.Shutdown(patience)
	e.mu.Lock()
	e.ended = true
	e.mu.Unlock()
	if e.started.Wait(patience) != nil {
		e.stop(ErrDraining)
		e.started.Wait(context.Background())
	}
	if e.hooks != nil {
		e.hooks.close()
	}
	cancel()
	w.Wake()
	drain.Wait(context.Background())
	e.free.Do(func() {
		e.watch.Close()
		e.modules.Close()
		e.pools.Close()
		e.rights.close()
	})
	return err
}

// stopAll ends all scripts. Their calls are given back.
func (e *Engine) stopAll(cause error) {
	e.stop(cause)
	e.mu.Lock()
	defer e.mu.Unlock()
	for c := range e.calls {
		c.call.Conn().Interrupt()
	}
}

// Limits are those of each script.
func (e *Engine) Limits() vm.Limits { return e.opts.Limits.WithDefaults() }

// Stopping tells whether Shutdown has been called.
func (e *Engine) Stopping() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.stopping
}

// Calls is how many scripts run.
func (e *Engine) Calls() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.calls)
}

// admit takes a call, unless there are too many.
func (e *Engine) admit(c *serving) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.opts.MaxCalls > 0 && len(e.calls) >= e.opts.MaxCalls {
		return false
	}
	e.calls[c] = true
	return true
}

func (e *Engine) leave(c *serving) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.calls, c)
}
