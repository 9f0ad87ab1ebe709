// Package scripts is the library of scripts: it finds them below one directory, compiles each once for all calls, and
// replaces them while calls run.
//
// A Generation is an immutable snapshot of all Lua files. A call takes the present one when it starts and keeps to it, so
// that old and new code never mix. A file that does not compile keeps its last good text. With a swapped link, or with a
// gate, a new generation is taken whole or not at all.
package scripts

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fsnotify/fsnotify"

	"eslua/internal/clock"
	"eslua/luabind/vm"
)

// ErrOff: the library does not change in this mode.
var ErrOff = errors.New("reload is off")

// Options are the options of a library.
type Options struct {
	// Root is the directory of the scripts. It may be a link, or lie behind one.
	Root string
	// Mode says how Run notices changes; the zero value is Watch.
	Mode Mode
	// Gate is asked before a changed generation serves; its error keeps the old one. nil: none.
	Gate func(ctx context.Context, next *Generation) error
	// Changed is called when the files have changed, whether or not they can be used, and by each Reload; nil: nobody is told.
	Changed func()
	// Clock is the time by which changes settle; nil is real time.
	Clock clock.Clock
	// Log receives new generations and broken files; nil is slog.Default.
	Log *slog.Logger
}

// Library is a directory of scripts. Open makes one; all of its methods may be called at any time by anybody.
type Library struct {
	root    string
	opts    Options
	clock   clock.Clock
	log     *slog.Logger
	current atomic.Pointer[Generation]

	watch func(*fsnotify.Watcher, string) error // Add

	loading sync.Mutex           // one load at a time; what follows is its own
	tree    *tree                // what was seen last, also when it was refused
	built   map[string]*File     // what has come of it
	links   map[string]string    // where those of the current generation lead
	held    map[string]time.Time // files that are being written, and since when their old text counts

	mu     sync.Mutex
	status Status
}

// Status is what is to be said of a library.
type Status struct {
	Root string
	// Mode is how changes are noticed: as configured, or Poll when there were no watches to be had, see Fallback.
	Mode Mode
	// Fallback is why changes are not noticed in the configured way.
	Fallback error
	// Generation is the number of the present generation, Files how many files it has, Since when it began to serve.
	Generation uint64
	Files      int
	Since      time.Time
	// Broken are the files that could not be read or compiled, in the order of their paths. Their last good text serves.
	Broken []Problem
	// Refused is why what is on disk does not serve at all: the root is gone, a gate refused it, or it has broken files and
	// must be taken whole.
	Refused error
}

// Problem is a file that cannot be used as it is on disk.
type Problem struct {
	Path string // absolute
	Err  error  // names path and, of a syntax error, the line
}

// Open reads a library for the first time. Broken files are no error, see Status.
func Open(ctx context.Context, opts Options) (*Library, error) {
	root, err := filepath.Abs(opts.Root)
	if err != nil {
		return nil, fmt.Errorf("scripts: %w", err)
	}
	l := &Library{root: root, opts: opts, clock: clock.Or(opts.Clock), log: opts.Log, tree: new(tree), watch: (*fsnotify.Watcher).Add}
	if l.log == nil {
		l.log = slog.Default()
	}
	l.status = Status{Root: root, Mode: opts.Mode}
	t, err := l.scan(ctx, func(string, bool) {})
	if err != nil {
		return nil, fmt.Errorf("scripts: %w", err)
	}
	return l, l.install(ctx, t)
}

// Of is a library that serves one generation for ever.
func Of(g *Generation) *Library {
	l := &Library{root: g.root, opts: Options{Root: g.root, Mode: Off}, clock: clock.Real{}}
	l.current.Store(g)
	l.status = Status{Root: g.root, Mode: Off, Generation: g.number, Files: len(g.files)}
	return l
}

// Generation is the present generation.
func (l *Library) Generation() *Generation { return l.current.Load() }

// Status says how the library is.
func (l *Library) Status() Status {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.status
}

// Reload looks at the directory at once and takes what has changed. Its error says what does not serve as it is on disk:
// all broken files, or why everything was refused. It is ErrOff in the mode Off.
func (l *Library) Reload(ctx context.Context) error {
	if l.opts.Mode == Off {
		return fmt.Errorf("scripts: %w", ErrOff)
	}
	l.loading.Lock()
	defer l.loading.Unlock()
	t, err := l.scan(ctx, func(string, bool) {})
	if err == nil {
		err = l.install(ctx, t)
	} else {
		err = l.gone(ctx, err)
	}
	if err != nil {
		return fmt.Errorf("scripts: %w", err)
	}
	s := l.Status()
	problems := []error{s.Refused}
	for _, p := range s.Broken {
		problems = append(problems, p.Err)
	}
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("scripts: %w", err)
	}
	return nil
}

// scan looks at the directory. l.loading is locked, or nobody else has l yet.
func (l *Library) scan(ctx context.Context, see func(name string, link bool)) (*tree, error) {
	return scan(ctx, l.root, l.tree, time.Now(), see)
}

// take makes a generation of what a look at the directory has given, when that is not what was seen last. Files that are being
// written stay as they were; those count as such that were changed less than quiet ago. When there are some, again is the time
// after which to look once more. Its error is that of ctx. l.loading is locked.
func (l *Library) take(ctx context.Context, t *tree, err error, quiet time.Duration) (again time.Duration, _ error) {
	if err != nil {
		return 0, l.gone(ctx, err)
	}
	again = l.hold(t, quiet)
	switch {
	case again > 0 && l.opts.Gate != nil: // it is to see the whole change
		t.close()
	case l.knows(t):
		t.close()
		l.tree = t // knows more of the times of files
	default:
		return again, l.install(ctx, t)
	}
	return again, nil
}

// knows tells whether a tree is as what was seen last, and in the same place.
func (l *Library) knows(t *tree) bool { return t.same(l.tree) && l.current.Load().at(t.dir) }

// gone notes that the directory cannot be read. Its error is that of ctx.
func (l *Library) gone(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	l.tree = new(tree)
	l.refuse(err)
	return nil
}

// install makes a generation of a tree and lets it serve, unless it is the present one. Its error is that of ctx. l.loading is
// locked, or nobody else has l yet.
func (l *Library) install(ctx context.Context, t *tree) error {
	old := l.current.Load()
	if old == nil {
		old = &Generation{}
	}
	next := &Generation{number: old.number + 1, root: l.root, dir: t.dir, files: make(map[string]*File)}
	if old.at(t.dir) {
		t.close()
		next.dir = old.dir
	}
	built := l.build(t, old)
	var broken []Problem
	for _, name := range slices.Sorted(maps.Keys(built)) {
		f := built[name]
		if f.Err != nil {
			broken = append(broken, Problem{f.Path, f.Err})
		}
		switch last := old.files[name]; {
		case f.Err != nil && last != nil && last.Err == nil:
			next.files[name] = last
		case isLua(name):
			next.files[name] = f
		}
	}
	l.built = built
	l.setBroken(broken)
	if old.number > 0 {
		if l.opts.Changed != nil {
			l.opts.Changed()
		}
		err := l.admit(ctx, old, next, len(broken) > 0, swapped(l.links, t.links))
		if ctx.Err() != nil { // whoever looks next has to see the change
			next.free(old)
			return context.Cause(ctx)
		}
		l.refuse(err)
		if err != nil {
			l.see(t)
			next.free(old)
			return nil
		}
	}
	l.see(t)
	l.links = t.links
	if maps.Equal(old.files, next.files) && next.dir == old.dir {
		return nil
	}
	l.mu.Lock()
	l.status.Generation, l.status.Files, l.status.Since = next.number, len(next.files), l.clock.Now()
	l.mu.Unlock()
	l.current.Store(next)
	l.log.Info("scripts loaded", "root", l.root, "generation", next.number, "files", len(next.files), "changed", changes(old, next))
	return nil
}

// see notes what was seen last.
func (l *Library) see(t *tree) {
	for _, name := range t.outside {
		if !slices.Contains(l.tree.outside, name) {
			l.log.Warn("a link that leads out of the directory of the scripts is not followed", "link", filepath.Join(l.root, filepath.FromSlash(name)))
		}
	}
	l.tree = t
}

// build makes files of a tree, of which those that are new are compiled. The others are those of before.
func (l *Library) build(t *tree, old *Generation) map[string]*File {
	built := make(map[string]*File, len(t.nodes))
	var fresh []*File
	for name, n := range t.nodes {
		f := l.known(name, n, old)
		if f == nil {
			f = &File{Path: filepath.Join(l.root, filepath.FromSlash(name)), Content: n.content, Hash: n.hash}
			if n.err != nil {
				f.Err = unreadable(f.Path, n.err)
			} else {
				fresh = append(fresh, f)
			}
		}
		built[name] = f
	}
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(fresh)) {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(fresh)); i = next.Add(1) - 1 {
				f := fresh[i]
				f.Chunk, f.Err = vm.Compile(f.Path, f.Content)
			}
		})
	}
	workers.Wait()
	return built
}

// known is the file that has been made of the same before; nil: there is none.
func (l *Library) known(name string, n *node, old *Generation) *File {
	for _, f := range []*File{l.built[name], old.files[name]} {
		switch {
		case f == nil:
		case n.err == nil && f.Hash == n.hash:
			return f
		case n.err != nil && f.Err != nil && f.Err.Error() == unreadable(f.Path, n.err).Error():
			return f
		}
	}
	return nil
}

// unreadable is the error of a file, or of a directory, that cannot be read.
func unreadable(path string, why error) error { return fmt.Errorf("%s: %w", path, why) }

// admit decides whether a generation may follow another one.
func (l *Library) admit(ctx context.Context, old, next *Generation, broken, swapped bool) error {
	switch {
	case broken && (swapped || l.opts.Gate != nil):
		return errors.New("a file is broken, and this change is made as a whole or not at all")
	case l.opts.Gate != nil && !maps.Equal(old.files, next.files):
		return l.opts.Gate(ctx, next)
	}
	return nil
}

// refuse notes why what is on disk does not serve, and logs that once, and when it does again; nil: it does.
func (l *Library) refuse(why error) {
	l.mu.Lock()
	was := l.status.Refused
	l.status.Refused = why
	l.mu.Unlock()
	switch {
	case why == nil && was != nil:
		l.log.Info("scripts no longer refused", "root", l.root)
	case why != nil && (was == nil || was.Error() != why.Error()):
		l.log.Error("scripts refused", "root", l.root, "err", why)
	}
}

// setBroken notes the broken files and logs what is new of them.
func (l *Library) setBroken(broken []Problem) {
	l.mu.Lock()
	was := l.status.Broken
	l.status.Broken = broken
	l.mu.Unlock()
	text := func(ps []Problem) map[string]string {
		m := make(map[string]string)
		for _, p := range ps {
			m[p.Path] = p.Err.Error()
		}
		return m
	}
	before, now := text(was), text(broken)
	for _, p := range broken {
		if before[p.Path] != now[p.Path] {
			l.log.Error("script broken", "script", p.Path, "err", p.Err)
		}
	}
	for _, p := range was {
		if now[p.Path] == "" {
			l.log.Info("script mended", "script", p.Path)
		}
	}
}

// changes is in how many files two generations differ.
func changes(old, next *Generation) int {
	n := 0
	for name, f := range next.files {
		if old.files[name] != f {
			n++
		}
	}
	for name := range old.files {
		if next.files[name] == nil {
			n++
		}
	}
	return n
}
