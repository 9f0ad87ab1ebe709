package scripts

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"eslua/luabind/vm"
)

// ErrNotFound: the generation has no such script.
var ErrNotFound = errors.New("not found")

// ErrOutside: a name that leads out of the root.
var ErrOutside = errors.New("not below the root of the scripts")

// File is one Lua file of a generation. It must not be changed.
type File struct {
	// Path is the absolute path: the root as it was configured, and the name below it.
	Path string
	// Content is the text that Chunk was compiled from.
	Content string
	// Hash is the SHA-256 of Content.
	Hash [32]byte
	// Chunk is the compiled text, named Path. It is nil when Err is not.
	Chunk *vm.Chunk
	// Err says why the file cannot be run: there has been no good text at this path.
	Err error
}

// Generation is a snapshot of all Lua files below the root. It never changes, and lives as long as somebody holds it:
// a call takes one when it starts and uses nothing else.
type Generation struct {
	number uint64
	root   string
	dir    *os.Root
	files  map[string]*File // by the name below the root, with slashes
}

// Number counts generations from 1.
func (g *Generation) Number() uint64 { return g.number }

// Root is the absolute path of the root, as it was configured.
func (g *Generation) Root() string { return g.root }

// Dir is the directory that the generation was read from, for what lies beside the scripts. It stays that one when the root is
// swapped, and is closed when nobody holds it any more, by os.Root's own finalizer.
func (g *Generation) Dir() *os.Root { return g.dir }

// at tells whether the generation was read from dir.
func (g *Generation) at(dir *os.Root) bool {
	if g.dir == nil {
		return false
	}
	a, err := g.dir.Stat(".")
	b, err2 := dir.Stat(".")
	return err == nil && err2 == nil && os.SameFile(a, b)
}

// free closes the directory of a generation that does not serve, unless that is the one of old.
func (g *Generation) free(old *Generation) {
	if g.dir != old.dir {
		g.dir.Close()
	}
}

// Path is the package.path that scripts start with (modlua-api.md 5.2).
func (g *Generation) Path() string {
	root := filepath.ToSlash(g.root)
	return root + "/?.lua;" + root + "/?/init.lua"
}

// All are all files in the order of their names.
func (g *Generation) All() iter.Seq[*File] {
	return func(yield func(*File) bool) {
		for _, name := range slices.Sorted(maps.Keys(g.files)) {
			if !yield(g.files[name]) {
				return
			}
		}
	}
}

// Script finds the script that a dialplan or the configuration names: a path below the root, absolute or not, without
// "..". No .lua is added (modlua-api.md 5.1). The error wraps ErrNotFound or ErrOutside, or is why the script is broken.
func (g *Generation) Script(name string) (*File, error) {
	if slices.Contains(strings.Split(filepath.ToSlash(name), "/"), "..") {
		return nil, fmt.Errorf("script %q: %w", name, ErrOutside)
	}
	return g.File(name)
}

// File finds a file for dofile and loadfile: a path, absolute or from the root. It may contain ".." as long as it ends
// below the root. The error is as that of Script.
func (g *Generation) File(name string) (*File, error) {
	key, ok := g.key(name)
	if !ok {
		return nil, fmt.Errorf("script %q: %w", name, ErrOutside)
	}
	f := g.files[key]
	if f == nil {
		if g.files[key+".lua"] != nil {
			return nil, fmt.Errorf("script %q: %w below %s (there is %s.lua; the name has to be given in full)", name, ErrNotFound, g.root, key)
		}
		return nil, fmt.Errorf("script %q: %w below %s", name, ErrNotFound, g.root)
	}
	return f, f.Err
}

// key is the name below the root for a path.
func (g *Generation) key(name string) (string, bool) {
	name = filepath.FromSlash(name)
	if !filepath.IsAbs(name) {
		name = filepath.Join(g.root, name)
	}
	rel, err := filepath.Rel(g.root, name)
	return filepath.ToSlash(rel), err == nil && filepath.IsLocal(rel)
}
