package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"eslua/engine/scripttest"
	"eslua/internal/config"
	"eslua/luabind/lint"
	"eslua/scripts"
)

// gate is what a new generation of scripts must pass before it serves; nil: nothing.
func gate(cfg *config.Config) func(context.Context, *scripts.Generation) error {
	switch cfg.ReloadGate {
	case config.GateCheck:
		return func(_ context.Context, next *scripts.Generation) error { return checkGeneration(cfg, next) }
	case config.GateTest:
		return testGeneration
	}
	return nil
}

// testGeneration runs the tests of a generation on its scripts. Its error says of each that failed why.
func testGeneration(ctx context.Context, next *scripts.Generation) error {
	report, err := scripttest.Run(ctx, scripttest.Options{Generation: next})
	switch {
	case errors.Is(err, scripttest.ErrNoTests):
		return nil
	case err != nil:
		return err
	}
	var lines []string
	for _, r := range report.Results {
		if r.Failure != nil {
			lines = append(lines, fmt.Sprintf("%s: %s: %s", cmp.Or(r.Failure.Place, r.File), strings.Join(r.Name, " "), r.Failure.Text))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return fmt.Errorf("%d of %d tests failed:%s", len(lines), len(report.Results), first(lines))
}

// maxLines is how many findings and failures an error has. The rest has the same cause, mostly.
const maxLines = 20

// first are the first lines, each on one of its own.
func first(lines []string) string {
	var b strings.Builder
	for i, line := range lines {
		if i == maxLines {
			fmt.Fprintf(&b, "\n... and %d more", len(lines)-maxLines)
			break
		}
		b.WriteString("\n" + line)
	}
	return b.String()
}

// checkGeneration is eslua check for all scripts of a generation. Its error has one line for each finding.
func checkGeneration(cfg *config.Config, next *scripts.Generation) error {
	opts := lint.Options{Root: next.Root(), Read: cfg.Read, Write: cfg.Write}
	var files []lint.File
	for f := range next.All() {
		name, err := filepath.Rel(next.Root(), f.Path)
		if err != nil {
			return err
		}
		opts.Scripts = append(opts.Scripts, filepath.ToSlash(name))
		files = append(files, lint.File{Path: f.Path, Text: f.Content})
	}
	findings, err := lint.Check(files, opts)
	if err != nil {
		return err
	}
	findings = slices.DeleteFunc(findings, func(f lint.Finding) bool { return f.Severity == lint.Note })
	if len(findings) == 0 {
		return nil
	}
	var lines []string
	for _, f := range findings {
		lines = append(lines, f.String())
	}
	return fmt.Errorf("eslua check has found:%s", first(lines))
}
