package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/urfave/cli/v2"

	"eslua/engine/scripttest"
	"eslua/scripts"
)

func testCommand(w World) *cli.Command {
	return &cli.Command{
		Name:      "test",
		Usage:     "run the tests of scripts, *_test.lua, on a simulated switch",
		ArgsUsage: "[PATH...]",
		Description: "A PATH is a test file, or a directory that is searched for them; without one, the directory of the scripts is.\n" +
			"docs/testing.md says what stands in a test file. Exit status: 0 all passed, 1 something failed, 2 wrong usage.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "scripts", Usage: "the `DIR` of the scripts (default: PATH when that is one directory, else the present one) [$ESLUA_SCRIPTS]"},
			&cli.StringFlag{Name: "format", Value: "pretty", Usage: "how results are printed: `FORMAT` pretty, tap, junit or json"},
			&cli.StringFlag{Name: "filter", Usage: "only the tests whose names match the regular expression `RE`, with those of their blocks in front"},
			&cli.StringFlag{Name: "coverage", Usage: "write which lines of the scripts were carried out to `FILE`, as lcov, and print a table"},
			&cli.BoolFlag{Name: "watch", Usage: "run the tests again whenever a script or a test changes", DisableDefaultText: true},
			&cli.BoolFlag{Name: "fail-fast", Usage: "begin no further test after the first failure", DisableDefaultText: true},
			&cli.BoolFlag{Name: "faults", Usage: "run each test again with a hang-up, an error reply and a lost connection at each step", DisableDefaultText: true},
			&cli.BoolFlag{Name: "update", Usage: "write golden traces instead of comparing with them", DisableDefaultText: true},
			&cli.Uint64Flag{Name: "seed", Usage: "the `NUMBER` that uuids and random numbers are made from", DefaultText: "another one each time"},
		},
		OnUsageError: usageError,
		Action: func(c *cli.Context) error {
			opts, err := testOptions(c, w)
			if err != nil {
				return err
			}
			print, ok := testFormats[c.String("format")]
			if !ok {
				return fmt.Errorf("%w: --format %q is none of pretty, tap, junit, json", errUsage, c.String("format"))
			}
			if _, given := w.Env("GOGC"); !given {
				// Each test makes a switch and throws it away: collecting less often makes tests more than twice as fast.
				defer debug.SetGCPercent(debug.SetGCPercent(400))
			}
			ctx, stop := untilSignal(c.Context, w)
			defer stop()
			if c.Bool("watch") {
				return watchTests(ctx, w, opts, c.String("coverage"), print)
			}
			return runTests(ctx, w, opts, c.String("coverage"), print)
		},
	}
}

// testOptions reads the flags.
func testOptions(c *cli.Context, w World) (scripttest.Options, error) {
	opts := scripttest.Options{
		Paths: c.Args().Slice(), Scripts: c.String("scripts"), Seed: c.Uint64("seed"), FailFast: c.Bool("fail-fast"),
		Update: c.Bool("update"), Faults: c.Bool("faults"), Coverage: c.IsSet("coverage"),
	}
	if opts.Scripts == "" {
		opts.Scripts, _ = w.Env("ESLUA_SCRIPTS")
	}
	if opts.Scripts == "" {
		opts.Scripts = "."
		if len(opts.Paths) == 1 && isDirectory(opts.Paths[0]) {
			opts.Scripts = opts.Paths[0]
		}
	}
	if len(opts.Paths) == 0 {
		opts.Paths = []string{opts.Scripts}
	}
	if !isDirectory(opts.Scripts) {
		return opts, fmt.Errorf("%w: --scripts %q is no directory", errUsage, opts.Scripts)
	}
	if opts.Seed == 0 {
		opts.Seed = uint64(time.Now().UnixNano()%1_000_000) + 1
	}
	if opts.Coverage && c.String("coverage") == "" {
		return opts, fmt.Errorf("%w: --coverage needs the name of a file", errUsage)
	}
	if text := c.String("filter"); text != "" {
		var err error
		if opts.Filter, err = regexp.Compile(text); err != nil {
			return opts, fmt.Errorf("%w: --filter: %v", errUsage, err)
		}
	}
	return opts, nil
}

func isDirectory(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// untilSignal ends a context with the first signal. A second one ends the process.
func untilSignal(ctx context.Context, w World) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	if w.Signals == nil {
		return ctx, func() { cancel(nil) }
	}
	signals, stop := w.Signals()
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer stop()
		select {
		case s := <-signals:
			cancel(fmt.Errorf("stopped: %v", s))
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		cancel(nil)
		<-done
	}
}

// testFormat prints results: each as it comes, and at the end the report.
type testFormat func(w World, opts *scripttest.Options) (each func(scripttest.Result), end func(*scripttest.Report) error)

var testFormats = map[string]testFormat{"pretty": prettyTests, "tap": tapTests, "junit": junitTests, "json": jsonTests}

func runTests(ctx context.Context, w World, opts scripttest.Options, coverage string, format testFormat) error {
	each, end := format(w, &opts)
	opts.Each = each
	report, err := scripttest.Run(ctx, opts)
	switch {
	case errors.Is(err, scripttest.ErrNoTests):
		return fmt.Errorf("%w: %v", errUsage, err)
	case err != nil:
		return err
	}
	if err := end(report); err != nil {
		return err
	}
	if len(report.Results) == 0 && opts.Filter != nil {
		return fmt.Errorf("%w: --filter %q: no test has such a name", errUsage, opts.Filter)
	}
	if coverage != "" {
		if err := writeCoverage(w, coverage, report.Coverage); err != nil {
			return err
		}
	}
	if !report.OK() {
		return errFailed
	}
	return nil
}

// writeCoverage writes the file, and prints the table to where results are not for a machine to read.
func writeCoverage(w World, path string, files []scripttest.FileCoverage) error {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("coverage: %w", err)
	}
	err = lcov(f, files)
	if other := f.Close(); err == nil {
		err = other
	}
	if err != nil {
		return fmt.Errorf("coverage: %w", err)
	}
	coverageTable(w.Err, files)
	return nil
}

// watchTests runs the tests, and again after each change of a Lua file below the scripts or the paths of tests, until ctx ends.
func watchTests(ctx context.Context, w World, opts scripttest.Options, coverage string, format testFormat) error {
	changed := make(chan struct{}, 1)
	watching, stop := context.WithCancel(ctx)
	var watches sync.WaitGroup
	defer watches.Wait()
	defer stop()
	for _, root := range watched(opts) {
		library, err := scripts.Open(ctx, scripts.Options{
			Root: root, Log: slog.New(slog.DiscardHandler),
			Changed: func() {
				select {
				case changed <- struct{}{}:
				default:
				}
			},
		})
		if err != nil {
			return err
		}
		watches.Go(func() { library.Run(watching) })
	}
	for {
		if err := runTests(ctx, w, opts, coverage, format); err != nil && !errors.Is(err, errFailed) && ctx.Err() == nil {
			fmt.Fprintf(w.Err, "eslua: %v\n", err)
		}
		io.WriteString(w.Err, "waiting for changes\n")
		select {
		case <-changed:
		case <-ctx.Done():
			return nil
		}
	}
}

// watched are the directories that scripts and tests are in, each once.
func watched(opts scripttest.Options) []string {
	roots := []string{opts.Scripts}
	for _, dir := range opts.Paths {
		if !isDirectory(dir) {
			dir = filepath.Dir(dir)
		}
		if !slices.ContainsFunc(roots, func(root string) bool { return within(root, dir) }) {
			roots = append(roots, dir)
		}
	}
	return roots
}

// within tells whether a directory is another one, or below it.
func within(root, dir string) bool {
	root, err := filepath.Abs(root)
	dir, err2 := filepath.Abs(dir)
	rel, err3 := filepath.Rel(root, dir)
	return errors.Join(err, err2, err3) == nil && filepath.IsLocal(rel)
}
