package cli

import (
	"context"
	"log/slog"

	"eslua/engine"
	"eslua/esl"
	"eslua/esl/esltest"
	"eslua/internal/clock"
)

// simulation is an engine and a simulated switch that brings it calls, in one process.
type simulation struct {
	trace   *trace
	sw      *esltest.Switch
	engine  *engine.Engine
	serving *clock.Group
}

// dialled is the extension that is served by the script.
const dialled = "5000"

// simulate sets both up. line is what stands behind "async full" in the dialplan.
func simulate(ck clock.Clock, t *trace, opts engine.Options, world esltest.World, number, line string) (*simulation, error) {
	pipes := esltest.NewPipeListener()
	if world.Extensions == nil {
		world.Extensions = make(map[string][]esl.Action)
	}
	world.Extensions[number] = []esl.Action{{App: "socket", Data: "127.0.0.1:8084 async full " + line}}
	s := &simulation{trace: t, serving: clock.NewGroup(ck)}
	s.sw = esltest.New(world, esltest.Options{Clock: ck, Dial: pipes.Dial, Log: t.fromSwitch})
	opts.Log, opts.Clock, opts.Tap = slog.New(t.handler()), ck, t.tap()
	var err error
	if s.engine, err = engine.New(opts); err != nil {
		s.sw.Close()
		return nil, err
	}
	s.serving.Go(func() { s.engine.Serve(context.Background(), pipes) })
	return s, nil
}

// close ends both.
func (s *simulation) close() {
	s.engine.Shutdown(context.Background())
	s.serving.Wait(context.Background())
	s.sw.Close()
}

// press has the caller press keys, and shows it.
func (s *simulation) press(c *esltest.Call, keys string) {
	s.trace.line(theCaller, "presses "+keys)
	c.Press(keys)
}
