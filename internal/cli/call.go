package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"eslua/esl"
	"eslua/esl/esltest"
	"eslua/internal/clock"
	"eslua/internal/config"
	"eslua/scripts"
)

func callCommand(w World) *cli.Command {
	return &cli.Command{
		Name:      "call",
		Usage:     "place one call to a script on a simulated switch",
		ArgsUsage: scriptArgs + " [ARG...]",
		Description: "On a terminal the keys 0-9 * # A-D are those of the telephone, q and ctrl-C hang up, and again end the script, and the call takes\n" +
			"as long as it does. With --digits, or when the input is no terminal, it takes no time. Every sound file exists and lasts two\n" +
			"seconds. What stands behind SCRIPT are its arguments. It may touch what the configuration allows: databases, HTTP servers and so on.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "dest", Value: dialled, Usage: "the `NUMBER` that is dialled"},
			&cli.StringFlag{Name: "caller", Value: "1000", Usage: "the caller's `NUMBER`"},
			&cli.StringSliceFlag{Name: "var", Usage: "`NAME=VALUE` of a channel variable"},
			&cli.StringFlag{Name: "digits", Usage: "`KEYS` that the caller presses from the first second on; a comma waits one second, w half a second"},
			&cli.DurationFlag{Name: "hangup-after", Usage: "the `TIME` after which the caller hangs up, as 5s", DefaultText: "not at all"},
			&cli.BoolFlag{Name: "trace", Usage: "show what goes between eslua and the switch, too", DisableDefaultText: true},
			&cli.BoolFlag{Name: "vars", Usage: "show at the end which variables the call has", DisableDefaultText: true},
			&cli.StringFlag{Name: "scripts", Usage: "the `DIR` of the scripts (default: that of SCRIPT) [$ESLUA_SCRIPTS]"},
			configFlag(),
		},
		OnUsageError: usageError,
		Action: func(c *cli.Context) error {
			if !c.Args().Present() {
				return fmt.Errorf("%w: call needs the name of a script; see eslua call --help", errUsage)
			}
			spec, err := callSpec(c)
			if err != nil {
				return err
			}
			cfg, name, err := configOfScript(c, w)
			if err != nil {
				return err
			}
			line := strings.Join(append([]string{name}, quoted(c.Args().Tail())...), " ")
			ctx, stop := untilSignal(c.Context, w)
			defer stop()
			return placeCall(ctx, c, w, cfg, line, spec)
		},
	}
}

// callSpec reads the flags that describe the call.
func callSpec(c *cli.Context) (esltest.CallSpec, error) {
	spec := esltest.CallSpec{
		Destination: c.String("dest"), CallerNumber: c.String("caller"), CallerName: "Caller", Variables: make(map[string]string),
	}
	for _, v := range c.StringSlice("var") {
		name, value, ok := strings.Cut(v, "=")
		if !ok || name == "" {
			return spec, fmt.Errorf("%w: --var %q is not NAME=VALUE", errUsage, v)
		}
		spec.Variables[name] = value
	}
	if keys := c.String("digits"); strings.Trim(keys, "0123456789*#ABCDabcdwW,") != "" {
		return spec, fmt.Errorf("%w: --digits %q: a key is one of 0-9 * # A-D, a pause one of , w W", errUsage, keys)
	}
	return spec, nil
}

func quoted(args []string) []string {
	out := make([]string, len(args))
	for i, a := range args {
		out[i] = esl.QuoteArg(a)
	}
	return out
}

// anySound is how long every file lasts.
const anySound = 2 * time.Second

func placeCall(ctx context.Context, c *cli.Context, w World, cfg *config.Config, line string, spec esltest.CallSpec) error {
	live := w.Keys != nil && !c.IsSet("digits") && !c.IsSet("hangup-after")
	var ck clock.Clock = clock.Real{}
	if !live {
		virtual := clock.NewVirtual(time.Now().Truncate(time.Second)) // what a script does may depend on the hour
		defer virtual.Release()
		ck = virtual
	}
	library, err := scripts.Open(ctx, scripts.Options{Root: cfg.Scripts, Mode: scripts.Off, Clock: ck, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	t := &trace{out: w.Out, colour: w.Colour, clock: ck, began: ck.Now(), wire: c.Bool("trace")}
	s, err := simulate(ck, t, scriptOptions(cfg, library), esltest.World{AnySound: anySound}, spec.Destination, line)
	if err != nil {
		return err
	}
	t.line(theCaller, "dials "+spec.Destination)
	call, err := s.sw.Call(spec)
	if err != nil {
		s.close()
		return fmt.Errorf("call: %w", err)
	}
	if live {
		err = s.live(ctx, w, call)
	} else {
		err = s.scripted(ctx, c, call)
	}
	if c.Bool("vars") {
		s.showVariables(w.Out, call)
	}
	s.close()
	if err != nil {
		return fmt.Errorf("call: %w", err)
	}
	if t.failed {
		return errFailed
	}
	return nil
}

// scripted presses the keys of the flags and hangs up when they say so.
func (s *simulation) scripted(ctx context.Context, c *cli.Context, call *esltest.Call) error {
	began := s.trace.clock.Now()
	if keys := c.String("digits"); keys != "" {
		if err := s.keys(ctx, call, ","+keys); err != nil {
			return err
		}
	}
	if after := c.Duration("hangup-after"); after > 0 {
		if err := s.after(ctx, after-s.trace.clock.Now().Sub(began)); err != nil {
			return err
		}
		s.hangup(call)
	}
	return s.wait(ctx, call)
}

// wait waits for the end of a call.
func (s *simulation) wait(ctx context.Context, call *esltest.Call) error {
	if err := call.Wait(ctx); ctx.Err() == nil {
		return err
	}
	return context.Cause(ctx)
}

// after lets time pass.
func (s *simulation) after(ctx context.Context, d time.Duration) error {
	if clock.Sleep(ctx, s.trace.clock, d) != nil {
		return context.Cause(ctx)
	}
	return nil
}

// hangup has the caller hang up, and shows it.
func (s *simulation) hangup(call *esltest.Call) {
	s.trace.line(theCaller, "hangs up")
	call.Hangup("")
}

// showVariables prints the variables of a call that has ended.
func (s *simulation) showVariables(out io.Writer, call *esltest.Call) {
	variables := call.Variables()
	fmt.Fprint(out, "\nVariables:\n")
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		fmt.Fprintf(out, "  %s = %s\n", name, variables[name])
	}
}

// keys presses keys one after the other, with their pauses.
func (s *simulation) keys(ctx context.Context, call *esltest.Call, keys string) error {
	for keys != "" {
		n := strings.IndexAny(keys, ",wW")
		if n < 0 {
			n = len(keys)
		}
		if n > 0 {
			s.press(call, keys[:n])
			keys = keys[n:]
			continue
		}
		pause := time.Second
		if keys[0] == 'w' {
			pause /= 2
		}
		if err := s.after(ctx, pause); err != nil {
			return err
		}
		keys = keys[1:]
	}
	return nil
}

// live gives the keys of the terminal to the call.
func (s *simulation) live(ctx context.Context, w World, call *esltest.Call) error {
	restore, err := w.Keys()
	if err != nil {
		return fmt.Errorf("terminal: %w", err)
	}
	defer restore()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() { // ends with the process at the latest: a terminal cannot be told to stop reading
		in := bufio.NewReader(w.In)
		for hung := false; ctx.Err() == nil; {
			key, err := in.ReadByte()
			switch {
			case err != nil:
				if errors.Is(err, io.EOF) {
					s.hangup(call)
				}
				return
			case key != 'q' && key != ctrlC:
			case hung:
				cancel(errors.New("the script was stopped"))
				return
			default:
				s.hangup(call)
				hung = true
			}
			if strings.IndexByte("0123456789*#ABCDabcd", key) >= 0 {
				s.press(call, string(key))
			}
		}
	}()
	return s.wait(ctx, call)
}

// ctrlC is what a terminal gives for that key when it gives every key at once.
const ctrlC = 3
