package scripts

import (
	"errors"
	"path"
	"slices"
	"strings"
	"testing"
)

// FuzzScript: a name leads to the file that the operating system would find under it below the root, or to none.
func FuzzScript(f *testing.F) {
	for _, name := range []string{"main.lua", "dir/a.lua", "./dir//a.lua", "dir/../main.lua", "../s/main.lua", "/s/main.lua", "/s/../s/dir/./a.lua", "/sx/main.lua", "..", "/", "", ".", "main", "main.lua/", "/s", "dir.a", "a\x00/../main.lua", "...", "dir/..a.lua"} {
		f.Add(name)
	}
	g := &Generation{root: "/s", files: map[string]*File{}}
	for _, name := range []string{"main.lua", "dir/a.lua", "dir/init.lua", "..a.lua", "dir/..a.lua"} {
		g.files[name] = &File{Path: path.Join(g.root, name)}
	}
	f.Fuzz(func(t *testing.T, name string) {
		at := path.Clean(name)
		if !path.IsAbs(name) {
			at = path.Join(g.root, name)
		}
		there := slices.ContainsFunc([]string{"/s/main.lua", "/s/dir/a.lua", "/s/dir/init.lua", "/s/..a.lua", "/s/dir/..a.lua"}, func(p string) bool { return p == at })
		file, err := g.File(name)
		if there != (err == nil) || there && file.Path != at || !there && !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrOutside) {
			t.Errorf("%q is %s, and leads to %v, %v", name, at, file, err)
		}
		if below := at == "/s" || strings.HasPrefix(at, "/s/"); errors.Is(err, ErrOutside) == below {
			t.Errorf("%q is %s: %v", name, at, err)
		}
		up := slices.Contains(strings.Split(name, "/"), "..")
		if script, err := g.Script(name); (err == nil) != (there && !up) || err == nil && script != file {
			t.Errorf("the script %q: %v, %v", name, script, err)
		}
	})
}
