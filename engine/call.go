package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"eslua/esl"
	"eslua/esl/channel"
	"eslua/internal/clock"
	"eslua/luabind"
	"eslua/luabind/vm"
	"eslua/scripts"
)

const (
	// helloTime is how long the switch may take to say who calls.
	helloTime = 10 * time.Second
	// instructionsAfterHangup are how many a script may carry out after the hang-up: about a second of work.
	instructionsAfterHangup = 20_000_000
	// served is the variable by which a dialplan can tell that a script has had the call (modlua-api.md 5.5).
	served = "lua_served"
)

// serve serves one connection of the switch.
func (e *Engine) serve(ctx context.Context, conn *esl.Conn) {
	if e.opts.Tap != nil {
		conn.Tap(e.opts.Tap)
	}
	hello, cancel := clock.WithTimeout(ctx, e.opts.Clock, helloTime)
	call, err := channel.Accept(hello, conn, channel.Options{Rand: e.opts.Rand})
	cancel()
	if err != nil {
		e.log.Warn("no call came of a connection", "addr", conn.RemoteAddr(), "err", err)
		return
	}
	c := &serving{engine: e, call: call, began: e.opts.Clock.Now(), log: e.log.With("call", call.Leg().UUID()), gone: make(chan struct{})}
	defer close(c.gone)
	c.run(ctx)
	if call.Refused() != nil {
		// No script has had an answer of the switch before it was ended: the fall-back of the dialplan is to serve the call.
		call.Leg().Set(ctx, served, "")
	}
	if leg := call.Leg(); leg.Ready() && !leg.InDialplan() {
		c.log.Warn("the call is hung up: freeswitch.bridge has taken it out of its dialplan")
	}
	err = call.End(context.WithoutCancel(ctx))
	c.report(err)
}

// serving is one call in the hands of the engine.
type serving struct {
	engine *Engine
	call   *channel.Call
	began  time.Time
	log    *slog.Logger
	script string
	cancel context.CancelCauseFunc // ends the script that runs
	err    error                   // why the script ended early
	gone   chan struct{}           // closed when the call has ended
	hook   string                  // the hang-up hook that is set and has not run
	// generation is that of all scripts that have the call, the first and those that it executes.
	generation *scripts.Generation
}

// run finds the call's script and runs it.
func (c *serving) run(ctx context.Context) {
	e, mode := c.engine, c.call.Mode()
	if !mode.Async || !mode.Full {
		line := c.call.Hello().Variable("current_application_data")
		address, _ := cutWord(line)
		c.log.Warn("the dialplan line lacks async full", "mode", mode.String(), "line", "socket "+line,
			"use", "socket "+address+" async full ...", "refused", e.opts.RefuseDegraded)
		if e.opts.RefuseDegraded {
			c.err = errors.New("refused: the dialplan line lacks async full")
			return
		}
	}
	sel, err := e.choose(c.call.Hello())
	if c.script = sel.title(); c.script != "" {
		c.log = c.log.With("script", c.script)
	}
	if err != nil {
		c.err = err
		return
	}
	if !e.admit(c) {
		c.err = fmt.Errorf("refused: as many calls are being served as max_calls allows, %d", e.opts.MaxCalls)
		return
	}
	defer e.leave(c)
	if err := context.Cause(e.running); err != nil {
		c.err = err
		return
	}
	c.generation = e.opts.Scripts.Generation()
	chunk, err := load(c.generation, sel)
	if err != nil {
		c.err = err
		return
	}
	c.log.Info("call started", "mode", mode.String(), "from", c.call.Hello().Get("Caller-Caller-ID-Number"),
		"to", c.call.Hello().Get("Caller-Destination-Number"), "args", sel.args)
	if err := c.call.Leg().Set(ctx, served, "true"); err != nil {
		c.err = err
		return
	}
	c.err = c.execute(ctx, sel, chunk)
}

// load compiles what was selected.
func load(gen *scripts.Generation, sel selection) (*vm.Chunk, error) {
	if sel.isCode {
		return vm.Compile("~", sel.inline)
	}
	f, err := gen.Script(sel.name)
	if err != nil {
		return nil, err
	}
	return f.Chunk, nil
}

// execute runs the script in a state of its own, until it ends or has to.
func (c *serving) execute(ctx context.Context, sel selection, chunk *vm.Chunk) (err error) {
	running, cancel := context.WithCancelCause(c.engine.running)
	defer cancel(nil)
	defer context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })()
	defer c.cancels(cancel)()
	script := c.engine.library.New(c.engine.scriptOptions("", luabind.Options{
		Call: c.call, Machine: c.engine.machine(c.generation, c.call.Leg().UUID()), Args: sel.argv(), Log: c.print, AfterHangup: c.engine.opts.AfterHangup,
		AfterHangupInstructions: instructionsAfterHangup, Inner: c.inner,
	}))
	defer script.Close()
	defer caught(c.log, &err) // its call goes on in the dialplan
	err = script.Run(running, chunk)
	if _, down := c.call.Leg().HungUp(); down {
		c.hook = script.Hook()
	}
	return err
}

// inner runs another script for the same call, by the argument of the application lua, in a state of its own.
func (c *serving) inner(ctx context.Context, data string) error {
	sel, err := c.engine.parse(data)
	if err != nil {
		return err
	}
	chunk, err := load(c.generation, sel)
	if err != nil {
		return err
	}
	return c.execute(ctx, sel, chunk)
}

// print writes what the script says to the log.
func (c *serving) print(line luabind.LogLine) {
	c.log.Log(context.Background(), levels[line.Level], line.Text, "source", "lua")
}

// report writes the line at the end of a call.
func (c *serving) report(end error) {
	var attrs []any
	cause, down := c.call.Leg().HungUp()
	switch {
	case down:
		attrs = append(attrs, "cause", cause)
		if c.hook != "" {
			attrs = append(attrs, "hook_not_run", c.hook)
		}
	case c.call.Leg().Transferred():
		attrs = append(attrs, "then", "transfer")
	case end != nil:
		attrs = append(attrs, "then", "unknown")
	default:
		attrs = append(attrs, "then", "dialplan")
	}
	attrs = append(attrs, "lasted", c.engine.opts.Clock.Now().Sub(c.began).Round(time.Millisecond))
	dropped := c.call.DroppedEvents()
	if dropped > 0 {
		attrs = append(attrs, "events_dropped", dropped)
	}
	refused := c.call.Refused()
	c.engine.count(cmp.Or(c.err, refused), dropped)
	if refused != nil {
		c.log.Error("the switch does not serve the call", "err", refused)
	}
	if refused == nil || !errors.Is(c.err, channel.ErrRefused) {
		logFailure(c.log, c.err)
	}
	if refused != nil || c.err != nil {
		attrs = append(attrs, "failed", true)
	}
	if end != nil {
		c.log.Warn("the connection did not end in good order", "err", end)
	}
	c.log.Info("call ended", attrs...)
}
