package cli

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	"github.com/urfave/cli/v2"

	"eslua/engine"
	"eslua/internal/config"
	"eslua/scripts"
)

func runCommand(w World) *cli.Command {
	flags := configFlags(slices.DeleteFunc(config.Options(), func(o config.Option) bool { return o.Serve }))
	return &cli.Command{
		Name:      "run",
		Usage:     "run a script without a call, as luarun does, over a connection to the switch",
		ArgsUsage: scriptArgs + " [ARG...]",
		Description: "The script is found below the directory of the scripts if that is given, else by its path. It can originate calls and run\n" +
			"API commands when --esl-address or --switch says where a switch's event socket is.",
		Flags:        append(flags, &cli.StringFlag{Name: "switch", Usage: "work with the switch of that `NAME` in the configuration, in place of --esl-address"}),
		OnUsageError: usageError,
		Action: func(c *cli.Context) error {
			if !c.Args().Present() {
				return fmt.Errorf("%w: run needs the name of a script; see eslua run --help", errUsage)
			}
			src := source(c, w)
			name := c.Args().First()
			if !given(src, "scripts") {
				root, base, err := locate(name, "")
				if err != nil {
					return err
				}
				inner := src.Flag
				name = base
				src.Flag = func(flag string) ([]string, bool) {
					if flag == "scripts" {
						return []string{root}, true
					}
					return inner(flag)
				}
			}
			cfg, err := config.Load(src)
			if err != nil {
				return err
			}
			other := c.String("switch")
			if other != "" && cfg.Switch(other) == nil {
				return fmt.Errorf("%w: --switch %q: there is none of that name in the configuration", errUsage, other)
			}
			return runScript(c.Context, w, cfg, engine.Run{Script: name, Args: c.Args().Tail(), Switch: other})
		},
	}
}

// given tells whether an option is set by a flag, a variable or, as far as there is one, the file.
func given(src config.Source, flag string) bool {
	if _, ok := src.Flag(flag); ok || src.File != "" {
		return true
	}
	for _, o := range config.Options() {
		if o.Flag() == flag {
			text, ok := src.Env(o.Env())
			return ok && text != ""
		}
	}
	return false
}

// runScript runs a script until it ends or a signal comes.
func runScript(ctx context.Context, w World, cfg *config.Config, run engine.Run) error {
	log := slog.New(logHandler(w.Err, cfg.LogFormat, cfg.LogLevel))
	library, err := scripts.Open(ctx, scripts.Options{Root: cfg.Scripts, Mode: scripts.Off, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	e, err := engine.New(options(cfg, library, log))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		select {
		case s := <-w.Signals:
			log.Info("stopping", "signal", s)
			cancel()
		case <-ctx.Done():
		}
	}()
	err = e.Run(ctx, run)
	cancel()
	<-stopped
	e.Shutdown(context.Background())
	if err != nil {
		return errFailed // it has been logged
	}
	return nil
}
