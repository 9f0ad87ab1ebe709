package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"slices"
	"time"

	"eslua/esl"
	"eslua/esl/channel"
	"eslua/internal/clock"
	"eslua/luabind"
)

// Switch is where the event socket of a switch is.
type Switch struct {
	Addr  string // host:port
	Login esl.Login
	// Dial connects to it; nil dials TCP.
	Dial func(ctx context.Context) (net.Conn, error)
}

// connectTime is how long it may take to connect to the switch and to log in.
const connectTime = 10 * time.Second

// ErrNoSwitch: the configuration has no switch of a name, or none at all.
var ErrNoSwitch = errors.New("no such connection to a switch")

// known gives the switch of a name; "" is Options.Switch.
func (o *Options) known(name string) (*Switch, error) {
	sw := o.Switch
	if name != "" {
		sw = o.Switches[name]
	}
	switch {
	case sw != nil:
		return sw, nil
	case name == "":
		return nil, fmt.Errorf("engine: %w (esl.address)", ErrNoSwitch)
	}
	return nil, fmt.Errorf("engine: %w: %q", ErrNoSwitch, name)
}

// connect makes a connection to a switch for one script.
func (e *Engine) connect(ctx context.Context, name string) (*channel.Call, error) {
	sw, err := e.opts.known(name)
	if err != nil {
		return nil, err
	}
	ctx, cancel := clock.WithTimeout(ctx, e.opts.Clock, connectTime)
	defer cancel()
	conn, err := sw.dial(ctx, esl.Options{Clock: e.opts.Clock})
	if err != nil {
		return nil, err
	}
	c, err := channel.Control(ctx, conn, channel.Options{Rand: e.opts.Rand})
	if err != nil {
		conn.Close()
	}
	return c, err
}

func (sw *Switch) dial(ctx context.Context, opts esl.Options) (*esl.Conn, error) {
	if sw.Dial == nil {
		return esl.Dial(ctx, sw.Addr, sw.Login, opts)
	}
	nc, err := sw.Dial(ctx)
	if err != nil {
		return nil, err
	}
	nc = opts.Clock.Conn(nc)
	conn, err := esl.NewInbound(ctx, nc, sw.Login, opts)
	if err != nil {
		nc.Close()
	}
	return conn, err
}

// Run is a script that runs without a call, as those of luarun do.
type Run struct {
	// Script is its name, Args the words behind it.
	Script string
	Args   []string
	// Stream and Env are the globals of a script that is run as an API command; nil: it has none.
	Stream *luabind.Stream
	Env    *esl.Event
	// Begin may set globals before the script runs, and End read some when it has ended; nil does nothing.
	Begin, End func(*luabind.Script)
	// Switch is the name of the switch that it works with, and the scripts that it starts; "" is Options.Switch.
	Switch string
}

// Run runs a script without a call, to its end. What it writes goes to the log. Its error says why it did not come to its
// end; it has been logged already. Shutdown waits for it once calls have ended, and it is ErrDraining from then on.
func (e *Engine) Run(ctx context.Context, r Run) (err error) {
	ended := e.opts.Clock.NewWaiter()
	e.mu.Lock()
	if e.ended {
		e.mu.Unlock()
		return ErrDraining
	}
	e.started.Go(func() {
		err = e.run(ctx, r)
		ended.Wake()
	})
	e.mu.Unlock()
	ended.Wait(context.Background(), time.Time{})
	return err
}

func (e *Engine) run(ctx context.Context, r Run) error {
	log := e.log.With("script", r.Script)
	err := e.runScript(ctx, r, log)
	logFailure(log, err)
	return err
}

func (e *Engine) runScript(ctx context.Context, r Run, log *slog.Logger) (err error) {
	defer caught(log, &err)
	if r.Switch != "" {
		if _, err := e.opts.known(r.Switch); err != nil {
			return err
		}
	}
	sel := selection{name: r.Script, args: r.Args}
	generation := e.opts.Scripts.Generation()
	chunk, err := load(generation, sel)
	if err != nil {
		return err
	}
	running, cancel := context.WithCancelCause(e.running)
	defer cancel(nil)
	defer context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })()
	script := e.library.New(e.scriptOptions(r.Switch, luabind.Options{
		Machine: e.machine(generation, ""), Clock: e.opts.Clock, Args: sel.argv(), Stream: r.Stream, Env: r.Env,
		Log: func(l luabind.LogLine) { log.Log(ctx, levels[l.Level], l.Text, "source", "lua") },
	}))
	defer script.Close()
	if r.Begin != nil {
		r.Begin(script)
	}
	err = script.Run(running, chunk)
	if r.End != nil && err == nil {
		r.End(script)
	}
	return err
}

// scriptOptions adds what every script gets. name is that of the switch that it works with where its call's own connection
// does not serve.
func (e *Engine) scriptOptions(name string, o luabind.Options) luabind.Options {
	if _, err := e.opts.known(name); err == nil {
		o.Connect = func(ctx context.Context) (*channel.Call, error) { return e.connect(ctx, name) }
	}
	o.ESL = e.dialESL
	o.ConnectTo, o.Switches = e.connect, slices.Collect(maps.Keys(e.opts.Switches))
	o.Start = func(line string) error { return e.start(line, name) }
	o.API = func(ctx context.Context, line string) (string, error) { return e.api(ctx, line, name) }
	o.Databases, o.Mail = e.pools, e.opts.Mail
	return o
}

// API runs a script as the API command lua does, by its argument, and gives what it has written to its stream.
func (e *Engine) API(ctx context.Context, line string) (string, error) {
	return e.api(ctx, line, "")
}

func (e *Engine) api(ctx context.Context, line, name string) (string, error) {
	sel, err := e.parse(line)
	switch {
	case err != nil:
		return "", err
	case sel.isCode:
		return "", fmt.Errorf("engine: %s: only scripts with a name can be run", sel.title())
	}
	env := esl.NewEvent("REQUEST_PARAMS")
	env.Add("API-Command", "lua")
	env.Add("API-Command-Argument", line)
	stream := &luabind.Stream{}
	err = e.Run(ctx, Run{Script: sel.name, Args: sel.args, Stream: stream, Env: env, Switch: name})
	return stream.Output(), err
}

// Start starts a script without a call, by a line as that of luarun: name and arguments. It runs on its own; Shutdown
// waits for it, and ends it as it does calls.
func (e *Engine) Start(line string) error { return e.start(line, "") }

func (e *Engine) start(line, name string) error {
	sel, err := e.parse(line)
	if err != nil {
		return err
	}
	if sel.isCode {
		return fmt.Errorf("engine: %s: only scripts with a name can be started", sel.title())
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.stopping {
		return ErrDraining
	}
	e.started.Go(func() { e.run(e.running, Run{Script: sel.name, Args: sel.args, Switch: name}) })
	return nil
}
