package cli

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

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
			cfg, name, err := configOfScript(c, w)
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

// configOfScript is the configuration for a command that runs a script, its first argument, and the script's name below the
// directory of the scripts: that which is given, or else the one that the script is in.
func configOfScript(c *cli.Context, w World) (cfg *config.Config, name string, err error) {
	src := source(c, w)
	name = c.Args().First()
	info, statErr := os.Stat(name)
	missing := statErr != nil || info.IsDir()
	beside := false
	src.Default = func(flag string) string {
		if flag != "scripts" {
			return ""
		}
		if beside = true; missing {
			return "."
		}
		return filepath.Dir(name)
	}
	cfg, err = config.Load(src)
	switch {
	case beside && missing:
		return nil, "", fmt.Errorf("there is no script %s", name)
	case beside:
		name = filepath.Base(name)
	}
	if arg := strayOption(c); arg != "" {
		fmt.Fprintf(w.Err, "eslua: note: %s stands behind the script, so that it is an argument of the script and no option of eslua %s\n", arg, c.Command.Name)
	}
	return cfg, name, err
}

// strayOption finds an option of the command among the arguments of the script.
func strayOption(c *cli.Context) string {
	for _, arg := range c.Args().Tail() {
		name, isOption := strings.CutPrefix(arg, "--")
		name, _, _ = strings.Cut(name, "=")
		if isOption && slices.ContainsFunc(c.Command.Flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), name) }) {
			return arg
		}
	}
	return ""
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
	running, stop := untilSignal(ctx, w)
	err = e.Run(running, run)
	stop()
	e.Shutdown(context.Background())
	if err != nil {
		return errFailed // it has been logged
	}
	return nil
}
