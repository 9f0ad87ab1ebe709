package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"eslua/luabind/lint"
)

func checkCommand(w World) *cli.Command {
	return &cli.Command{
		Name:      "check",
		Usage:     "find what is wrong with scripts without running them",
		ArgsUsage: "[PATH...]",
		Description: "Paths are scripts, or directories with scripts; without one it is the directory of the scripts, or this one. Each finding is a line\n" +
			"file:line:column: code: text. The exit status is 1 when there is an error or a warning. A comment \"-- eslua: ignore CODE\" on the line, on the\n" +
			"line above or at the top of the file ignores findings.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "scripts", Usage: "the scripts are those below `DIR`: modules and paths are looked at, too"},
			&cli.StringSliceFlag{Name: "read", Usage: "scripts may read `DIR`"},
			&cli.StringSliceFlag{Name: "write", Usage: "scripts may read and change `DIR`"},
			&cli.StringFlag{Name: "sounds", Usage: "prompts are in `DIR`"},
			&cli.StringFlag{Name: "format", Value: "text", Usage: "how findings are written: `FORMAT` text, json or sarif"},
		},
		OnUsageError: usageError,
		Action: func(c *cli.Context) error {
			format := c.String("format")
			if !slices.Contains([]string{"text", "json", "sarif"}, format) {
				return fmt.Errorf("%w: --format %q is not text, json or sarif", errUsage, format)
			}
			findings, err := check(c)
			if err != nil {
				return err
			}
			switch format {
			case "json":
				err = lint.WriteJSON(w.Out, findings)
			case "sarif":
				err = lint.WriteSARIF(w.Out, findings, strings.TrimPrefix(version(), "eslua "))
			default:
				err = lint.WriteText(w.Out, findings)
			}
			if err != nil {
				return err
			}
			if slices.ContainsFunc(findings, func(f lint.Finding) bool { return f.Severity != lint.Note }) {
				return errFailed
			}
			return nil
		},
	}
}

// check reads the scripts and looks at them.
func check(c *cli.Context) ([]lint.Finding, error) {
	var opts lint.Options
	var err error
	if root := c.String("scripts"); root != "" {
		if opts.Root, err = directory("scripts", root); err != nil {
			return nil, err
		}
	}
	for flag, dirs := range map[string]*[]string{"read": &opts.Read, "write": &opts.Write} {
		for _, name := range c.StringSlice(flag) {
			dir, err := directory(flag, name)
			if err != nil {
				return nil, err
			}
			*dirs = append(*dirs, dir)
		}
	}
	if sounds := c.String("sounds"); sounds != "" {
		if opts.SoundsPath, err = directory("sounds", sounds); err != nil {
			return nil, err
		}
		opts.Sounds = os.DirFS(opts.SoundsPath)
	}
	paths := c.Args().Slice()
	if len(paths) == 0 {
		paths = []string{"."}
		if root := c.String("scripts"); root != "" {
			paths = []string{root}
		}
	}
	files, err := readScripts(c.Context, paths, c.String("scripts"))
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if path, err := filepath.Abs(f.Path); err == nil && opts.Root != "" {
			if rel, err := filepath.Rel(opts.Root, path); err == nil && filepath.IsLocal(rel) {
				opts.Scripts = append(opts.Scripts, filepath.ToSlash(rel))
			}
		}
	}
	return lint.Check(files, opts)
}

// directory is the absolute path of a directory that an option names.
func directory(option, name string) (string, error) {
	if !isDirectory(name) {
		return "", fmt.Errorf("%w: --%s %q is no directory", errUsage, option, name)
	}
	return filepath.Abs(name)
}

// readScripts reads scripts, and what tells more about them: those below the root, and those beside a script.
func readScripts(ctx context.Context, paths []string, root string) ([]lint.File, error) {
	seen := make(map[string]bool)
	var files []lint.File
	read := func(name string, context bool) error {
		path, err := filepath.Abs(name)
		if err != nil || seen[path] {
			return err
		}
		seen[path] = true
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		files = append(files, lint.File{Path: filepath.ToSlash(filepath.Clean(name)), Text: string(text), Context: context})
		return ctx.Err()
	}
	// above are the directories that dir is in, and itself: a link may lead back to one.
	var tree func(dir string, context bool, above ...fs.FileInfo) error
	tree = func(dir string, context bool, above ...fs.FileInfo) error {
		info, err := os.Stat(dir)
		if err != nil || slices.ContainsFunc(above, func(a fs.FileInfo) bool { return os.SameFile(a, info) }) {
			return err
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			name, mode := filepath.Join(dir, e.Name()), e.Type()
			if strings.HasPrefix(e.Name(), ".") {
				continue
			}
			if mode&fs.ModeSymlink != 0 {
				target, err := os.Stat(name)
				if err != nil {
					continue // it leads nowhere
				}
				mode = target.Mode()
			}
			switch {
			case mode.IsDir():
				err = tree(name, context, append(slices.Clip(above), info)...)
			case mode.IsRegular() && filepath.Ext(name) == ".lua":
				err = read(name, context)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	var alone []string
	for _, name := range paths {
		info, err := os.Stat(name)
		if err == nil && info.IsDir() {
			err = tree(name, false)
		} else if err == nil {
			alone = append(alone, name)
			err = read(name, false)
		}
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("there is no %s", name)
		case err != nil:
			return nil, fmt.Errorf("reading scripts: %w", err)
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%w: no scripts (*.lua) in %s", errUsage, strings.Join(paths, ", "))
	}
	for _, name := range alone {
		beside, err := filepath.Glob(filepath.Join(filepath.Dir(name), "*.lua"))
		for _, other := range beside {
			if err == nil {
				err = read(other, true)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("reading the scripts beside %s: %w", name, err)
		}
	}
	if root != "" {
		if err := tree(root, true); err != nil {
			return nil, fmt.Errorf("reading scripts: %w", err)
		}
	}
	return files, nil
}
