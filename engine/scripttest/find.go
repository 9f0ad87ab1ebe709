package scripttest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"eslua/scripts"
)

// suffix is what the names of test files end with.
const suffix = "_test.lua"

// ErrNoTests: there is no test file.
var ErrNoTests = errors.New("no test files (*" + suffix + ")")

// find gives the test files that paths name: files themselves, and all below directories. Directories that begin with a dot
// are left out.
func find(paths []string) ([]string, error) {
	var files []string
	for _, path := range paths {
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("%w: there is no %s", ErrNoTests, path)
		case err != nil:
			return nil, fmt.Errorf("tests: %w", err)
		case !info.IsDir() && !strings.HasSuffix(path, suffix):
			return nil, fmt.Errorf("%w: %s is none", ErrNoTests, path)
		case !info.IsDir():
			files = append(files, filepath.Clean(path))
			continue
		}
		// A name that ends so is that of the directory itself, also where it is a link.
		err = filepath.WalkDir(path+string(filepath.Separator), func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && filepath.Clean(name) != filepath.Clean(path) && strings.HasPrefix(d.Name(), "."):
				return filepath.SkipDir
			case !d.IsDir() && strings.HasSuffix(d.Name(), suffix):
				files = append(files, filepath.Clean(name))
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("tests: %w", err)
		}
	}
	slices.Sort(files)
	files = slices.Compact(files)
	if len(files) == 0 {
		return nil, fmt.Errorf("%w in %s", ErrNoTests, strings.Join(paths, ", "))
	}
	return files, nil
}

// tests gives the test files of a generation.
func tests(g *scripts.Generation) ([]string, error) {
	var files []string
	for f := range g.All() {
		if strings.HasSuffix(f.Path, suffix) {
			files = append(files, f.Path)
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%w in %s", ErrNoTests, g.Root())
	}
	return files, nil
}
