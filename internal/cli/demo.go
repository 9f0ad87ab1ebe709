package cli

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/urfave/cli/v2"

	"eslua/engine"
	"eslua/esl"
	"eslua/esl/esltest"
	"eslua/examples"
	"eslua/scripts"
)

func demoCommand(w World) *cli.Command {
	return &cli.Command{
		Name:         "demo",
		Usage:        "show a call: server, simulated switch and a caller who walks through the example menu",
		OnUsageError: usageError,
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return fmt.Errorf("%w: demo takes no arguments, got %q", errUsage, c.Args().First())
			}
			return demo(c.Context, w)
		},
	}
}

// demo plays a call through examples/ivr/main.lua. A minute of it takes milliseconds.
func demo(ctx context.Context, w World) error {
	dir, err := os.MkdirTemp("", "eslua-demo-")
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := os.CopyFS(dir, examples.Scripts); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	ck, release := esltest.Virtual()
	defer release()
	library, err := scripts.Open(ctx, scripts.Options{Root: dir, Mode: scripts.Off, Clock: ck, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	world := esltest.World{
		CallerName: "Ada", CallerNumber: "4930123456",
		Sounds: map[string]time.Duration{
			"ivr/welcome.wav": 2 * time.Second, "ivr/menu.wav": 5 * time.Second, "ivr/wrong.wav": time.Second,
			"ivr/opening-hours.wav": 4 * time.Second, "ivr/connecting.wav": time.Second, "ivr/nobody-there.wav": 2 * time.Second,
			"ivr/leave-message.wav": 3 * time.Second, "ivr/goodbye.wav": time.Second, "ivr/closed.wav": 2 * time.Second,
		},
		Extensions: map[string][]esl.Action{
			"agents": {{App: "ring_ready"}, {App: "sleep", Data: "3000"}, {App: "answer"}, {App: "sleep", Data: "12000"}},
		},
	}
	t := &trace{out: w.Out, colour: w.Colour, clock: ck, began: ck.Now()}
	const line = "ivr/main.lua agents"
	s, err := simulate(ck, t, engine.Options{Scripts: library}, world, dialled, line)
	if err != nil {
		return err
	}
	fmt.Fprintf(w.Out, "Extension %s:  <action application=\"socket\" data=\"127.0.0.1:8084 async full %s\"/>\n\n", dialled, line)
	t.line(theCaller, "dials "+dialled)
	call, err := s.sw.Call(esltest.CallSpec{Destination: dialled, Variables: map[string]string{"hour": "10"}})
	if err != nil {
		s.close()
		return fmt.Errorf("demo: %w", err)
	}
	for _, step := range []struct {
		after time.Duration
		keys  string
	}{{5 * time.Second, "1"}, {8 * time.Second, "7"}, {4 * time.Second, "2"}} {
		s.sw.After(step.after)
		s.press(call, step.keys)
	}
	err = call.Wait(ctx)
	cause := call.Cause()
	s.close()
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	fmt.Fprintf(w.Out, "\nThe call has ended with %s.\n", cause)
	if t.failed {
		return errFailed
	}
	return nil
}
