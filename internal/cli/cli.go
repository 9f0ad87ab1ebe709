// Package cli is the command line of eslua: commands, flags, what is printed, exit statuses. What the commands do is done
// elsewhere.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"eslua/internal/config"
)

// The exit statuses (design.md 5).
const (
	statusGood   = 0
	statusFailed = 1
	statusUsage  = 2
	statusConfig = 78 // EX_CONFIG of sysexits.h
)

// World is what a command can reach.
type World struct {
	In       io.Reader
	Out, Err io.Writer
	// Env looks up variables of the environment.
	Env func(name string) (string, bool)
	// Keys makes In give every key at once, as long as it is a terminal; restore undoes that. Nil: it is none.
	Keys func() (restore func(), err error)
	// Colour: Out is a terminal that may be written to in colour.
	Colour bool
	// Signals begins to take the signals that ask to stop, Reloads those that ask to load scripts anew, until stop; else they end
	// the process. Nil: there are none.
	Signals, Reloads func() (signals <-chan os.Signal, stop func())
}

// errUsage: the command line is wrong.
var errUsage = errors.New("wrong usage")

// errFailed: what was to be shown has been printed, and it is not good.
var errFailed = errors.New("failed")

// Main runs a command line and returns its exit status.
func Main(ctx context.Context, args []string, w World) int {
	app := &cli.App{
		Name:                 "eslua",
		Usage:                "runs FreeSWITCH's Lua call scripts off the switch",
		Writer:               w.Out,
		ErrWriter:            w.Err,
		HideVersion:          true,
		EnableBashCompletion: true,
		ExitErrHandler:       func(*cli.Context, error) {},
		OnUsageError:         usageError,
		CommandNotFound:      func(*cli.Context, string) {},
		Commands:             append([]*cli.Command{serveCommand(w), demoCommand(w), callCommand(w), testCommand(w), runCommand(w), checkCommand(w), typesCommand(w), versionCommand(w)}, adminCommands(w)...),
		Action: func(c *cli.Context) error {
			if name := c.Args().First(); name != "" {
				return fmt.Errorf("%w: there is no command %q; see eslua help", errUsage, name)
			}
			return cli.ShowAppHelp(c)
		},
	}
	for _, c := range app.Commands {
		c.Before = valuesAreNoOptions
	}
	err := app.RunContext(ctx, optionsFirst(args, app.Commands))
	switch {
	case err == nil:
		return statusGood
	case errors.Is(err, errFailed):
		return statusFailed
	}
	fmt.Fprintf(w.Err, "eslua: %v\n", err)
	switch {
	case errors.Is(err, config.ErrInvalid):
		return statusConfig
	case errors.Is(err, errUsage):
		return statusUsage
	}
	return statusFailed
}

func usageError(c *cli.Context, err error, _ bool) error {
	command := "eslua"
	if c.Command.Name != "" && c.Command.Name != "eslua" {
		command += " " + c.Command.Name
	}
	return fmt.Errorf("%w: %s; see %s --help", errUsage, flagError(c, err), command)
}

var (
	unknownFlag  = regexp.MustCompile(`^flag provided but not defined: -+(.*)$`)
	missingValue = regexp.MustCompile(`^flag needs an argument: -+(.*)$`)
	badValue     = regexp.MustCompile(`^invalid (?:boolean )?value ("(?s:.*)") for (?:flag )?-+(\S+): parse error$`)
)

// flagError says what package flag says in the words of this one.
func flagError(c *cli.Context, err error) string {
	text := err.Error()
	if m := unknownFlag.FindStringSubmatch(text); m != nil {
		return "there is no option --" + m[1]
	}
	if m := missingValue.FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("the option --%s needs a value", m[1])
	}
	m := badValue.FindStringSubmatch(text)
	if m == nil {
		return text
	}
	wanted := "no number"
	for _, f := range c.Command.Flags {
		if slices.Contains(f.Names(), m[2]) {
			switch f.(type) {
			case *cli.DurationFlag:
				wanted = "no duration, as 500ms, 5s or 2m"
			case *cli.BoolFlag:
				wanted = "neither true nor false"
			}
		}
	}
	return fmt.Sprintf("--%s: %s is %s", m[2], m[1], wanted)
}

// valuesAreNoOptions finds an option whose value was forgotten, so that it took the option behind it for one.
func valuesAreNoOptions(c *cli.Context) error {
	for _, name := range c.LocalFlagNames() {
		values := []string{c.String(name)}
		if list := c.StringSlice(name); len(list) > 0 {
			values = list
		}
		for _, v := range values {
			if strings.HasPrefix(v, "--") {
				return fmt.Errorf("%w: the option --%s needs a value, and %s is an option; see %s --help", errUsage, name, v, c.Command.HelpName)
			}
		}
	}
	return nil
}

func versionCommand(w World) *cli.Command {
	return &cli.Command{
		Name:         "version",
		Usage:        "print the version of eslua and of the Go that it was built with",
		OnUsageError: usageError,
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return fmt.Errorf("%w: version takes no arguments, got %q", errUsage, c.Args().First())
			}
			fmt.Fprintln(w.Out, version())
			return nil
		},
	}
}

// version says what the build says about itself.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "eslua, unknown build"
	}
	out := []string{"eslua", strings.Trim(info.Main.Version, "()")}
	settings := make(map[string]string)
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if revision := settings["vcs.revision"]; revision != "" {
		out = append(out, revision[:min(12, len(revision))])
	}
	if settings["vcs.modified"] == "true" {
		out = append(out, "with changes")
	}
	return strings.Join(append(out, info.GoVersion), " ")
}
