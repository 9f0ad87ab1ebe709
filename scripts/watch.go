package scripts

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"
)

// lookInterval is how often the directory is looked at though the system has told nothing, since it does not tell of everything:
// of what is mounted, of what is written through a mapping or through a name elsewhere, of a directory above that could not be read.
const lookInterval = 10 * time.Second

// retryPolls is how often the directory is polled before watches are tried again.
const retryPolls = 60

// runWatch takes changes when the system tells of them, until ctx ends. Each look at the directory sets all watches anew,
// so that none is left on what was renamed, removed or swapped.
func (l *Library) runWatch(ctx context.Context) error {
	changed := newSettling(l.clock)
	changed.mark() // something may have happened since Open
	var w *watches
	defer func() { w.close() }()
	for again := lookInterval; changed.wait(ctx, l.clock.Now().Add(again)); {
		next, wait, err := l.notice(ctx, changed)
		if err == nil && next.err != nil && w != nil { // the limits of the system count the old watches, too
			w.close()
			next.close()
			next, wait, err = l.notice(ctx, changed)
		}
		w.close() // at the end, as it takes the system a while
		w, again = next, wait
		if err != nil {
			return err
		}
		l.fallBack(w.err)
		if w.err == nil {
			continue
		}
		w.close()
		for range retryPolls {
			if err := l.poll(ctx); err != nil {
				return err
			}
		}
		changed.mark()
	}
	return context.Cause(ctx)
}

// notice sets watches, looks at the directory and takes what has changed. Its error is that of ctx. again is after which time to look
// once more, though nothing more is marked.
func (l *Library) notice(ctx context.Context, changed *settling) (w *watches, again time.Duration, err error) {
	w = newWatches(l, changed.mark)
	l.loading.Lock()
	defer l.loading.Unlock()
	t, err := l.scan(ctx, w.see)
	if changed.goesOn() {
		t.close()
		return w, lookInterval, nil
	}
	again, err = l.take(ctx, t, err, quietTime)
	if again == 0 {
		again = lookInterval
	}
	return w, again, err
}

// fallBack notes that there are no watches to be had; nil: there are.
func (l *Library) fallBack(why error) {
	l.mu.Lock()
	was := l.status.Fallback
	l.status.Mode, l.status.Fallback = Watch, why
	if why != nil {
		l.status.Mode = Poll
	}
	l.mu.Unlock()
	switch {
	case why != nil && (was == nil || was.Error() != why.Error()):
		l.log.Warn("scripts cannot be watched, polling instead", "root", l.root, "interval", pollInterval, "err", why)
	case why == nil && was != nil:
		l.log.Info("scripts are watched again", "root", l.root)
	}
}

// watches are those on the directories of one tree and on the way to it.
type watches struct {
	lib    *Library
	fs     *fsnotify.Watcher   // nil when there is none to be had
	place  string              // where the root leads
	way    map[string][]string // to the root
	reader sync.WaitGroup
	err    error // there are no more watches to be had

	mu    sync.Mutex
	added map[string]bool // directories that have been seen, and links
	names map[string]bool // what links within the root lead over, and to
}

// newWatches watches the way to the root of l and calls mark for each change that counts.
func newWatches(l *Library, mark func()) *watches {
	top := filepath.VolumeName(l.root) + string(filepath.Separator)
	w := &watches{lib: l, way: way(top, l.root[len(top)-1:]), added: make(map[string]bool), names: make(map[string]bool)}
	w.place, _ = filepath.EvalSymlinks(l.root) // where there is none, there are no links within
	var err error
	if w.fs, err = fsnotify.NewWatcher(); err != nil {
		w.fs, w.err = nil, fmt.Errorf("watch: %w", limit(err))
		return w
	}
	w.reader.Go(func() { w.read(mark) })
	for dir := range w.way {
		w.add(dir)
	}
	return w
}

// read takes what the system says until the watcher is closed.
func (w *watches) read(mark func()) {
	for {
		select {
		case ev, ok := <-w.fs.Events:
			if !ok {
				return
			}
			if w.counts(ev) {
				mark()
			}
		case _, ok := <-w.fs.Errors: // mostly that events were lost
			if !ok {
				return
			}
			mark()
		}
	}
}

// counts tells whether an event may change the tree.
func (w *watches) counts(ev fsnotify.Event) bool {
	dir, name := filepath.Split(ev.Name)
	if slices.Contains(w.way[filepath.Clean(dir)], name) {
		return true
	}
	w.mu.Lock()
	known, led := w.added[ev.Name], w.names[name]
	w.mu.Unlock()
	if known || led {
		return true
	}
	if rel, err := filepath.Rel(w.lib.root, ev.Name); err != nil || !filepath.IsLocal(rel) {
		return false
	}
	switch {
	case name == kubernetesLink, isLua(name) && !hidden(name):
		return true
	case hidden(name), ev.Op == fsnotify.Write:
		return false
	}
	info, err := os.Lstat(ev.Name)
	return err == nil && (info.IsDir() || info.Mode()&fs.ModeSymlink != 0)
}

// see watches a directory below the root, or where a link leads, given by its name.
func (w *watches) see(name string, link bool) {
	path := filepath.Join(w.lib.root, filepath.FromSlash(name))
	w.mu.Lock()
	w.added[path] = true
	w.mu.Unlock()
	if !link {
		w.add(path)
		return
	}
	for dir, names := range way(w.place, name) {
		rel, err := filepath.Rel(w.place, dir)
		if err != nil || !filepath.IsLocal(rel) {
			continue
		}
		w.mu.Lock()
		for _, name := range names {
			w.names[name] = true
		}
		w.mu.Unlock()
		w.add(filepath.Join(w.lib.root, rel)) // events have the name under which a directory was watched first
	}
}

func (w *watches) add(dir string) {
	if w.fs == nil {
		return
	}
	err := w.lib.watch(w.fs, dir)
	// What has gone is seen from above, as is the mending of what may not be read.
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) && w.err == nil {
		w.err = fmt.Errorf("watch %s: %w", dir, limit(err))
	}
}

// limit names the setting of the system that an error comes from: its own text is about something else.
func limit(err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("%w (fs.inotify.max_user_watches is reached)", err)
	case errors.Is(err, syscall.EMFILE):
		return fmt.Errorf("%w (fs.inotify.max_user_instances or the limit of open files is reached)", err)
	}
	return err
}

// close ends the watches. It may be called on nil, and again.
func (w *watches) close() {
	if w != nil && w.fs != nil {
		w.fs.Close()
		w.reader.Wait()
	}
}

// way is what leads from a directory, which is behind no link, to a path in it: by directories, the names in them whose replacement
// moves it. These are all that the path consists of, the links and what they lead over instead of themselves, up to the first that
// does not exist.
func way(at, path string) map[string][]string {
	names := make(map[string][]string)
	rest := split(path)
	for range 255 { // as many links as the system follows, and more
		if len(rest) == 0 {
			break
		}
		name := rest[0]
		rest = rest[1:]
		if name == ".." {
			at = filepath.Dir(at)
			continue
		}
		names[at] = append(names[at], name)
		path := filepath.Join(at, name)
		info, err := os.Lstat(path)
		if err != nil {
			break
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			at = path
			continue
		}
		target, err := os.Readlink(path)
		if err != nil {
			break
		}
		if filepath.IsAbs(target) {
			at = filepath.VolumeName(target) + string(filepath.Separator)
			target = target[len(filepath.VolumeName(target)):]
		}
		rest = append(split(target), rest...)
	}
	return names
}

// split gives the parts of a path.
func split(path string) []string {
	return slices.DeleteFunc(strings.Split(filepath.ToSlash(path), "/"), func(part string) bool { return part == "" || part == "." })
}
