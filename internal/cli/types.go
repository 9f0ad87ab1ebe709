package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"eslua/luabind/api"
)

func typesCommand(w World) *cli.Command {
	return &cli.Command{
		Name:      "types",
		Usage:     "write annotation files for the Lua language server",
		ArgsUsage: "[DIR]",
		Description: "The files describe what scripts can call, so that an editor can complete and check it. They go to DIR, types if none is given, and\n" +
			"replace those of an earlier run.",
		OnUsageError: usageError,
		Action: func(c *cli.Context) error {
			if c.NArg() > 1 {
				return fmt.Errorf("%w: types takes one directory, got %q too", errUsage, c.Args().Get(1))
			}
			dir := c.Args().First()
			if dir == "" {
				dir = "types"
			}
			if err := writeTypes(dir); err != nil {
				return fmt.Errorf("writing annotations: %w", err)
			}
			settings, err := json.Marshal(map[string]any{
				"runtime.version":   "LuaJIT", // the server's name for a Lua 5.1 that knows goto and the escapes of 5.2
				"runtime.builtin":   map[string]string{"bit": "disable", "ffi": "disable", "jit": "disable", "bit32": "enable", "utf8": "enable"},
				"workspace.library": []string{filepath.ToSlash(dir)},
			})
			if err != nil {
				return err
			}
			fmt.Fprintf(w.Out, "%s is written; the language server reads it with this in .luarc.json:\n%s\n", dir, settings)
			return nil
		},
	}
}

// writeTypes writes the annotation files. It leaves files alone that are none.
func writeTypes(dir string) error {
	files := api.Annotations()
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
		old, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return err
		case !strings.HasPrefix(string(old), api.Meta):
			return fmt.Errorf("%s is there and no annotation file", filepath.Join(dir, name))
		}
	}
	slices.Sort(names)
	for _, name := range names {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(files[name]), 0o644); err != nil {
			return err
		}
	}
	return nil
}
