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

	"github.com/fsnotify/fsnotify"
)

// runWatch takes changes when the system tells of them, until ctx ends. Each look at the directory sets all watches anew,
// so that none is left on what was renamed, removed or swapped.
func (l *Library) runWatch(ctx context.Context) error {
	changed := newSettling(l.clock)
	changed.mark() // something may have happened since Open
	var w *watches
	defer func() { w.close() }()
	for changed.wait(ctx) {
		next, err := newWatches(l, changed.mark)
		if err == nil {
			l.loading.Lock()
			err = l.load(ctx, next.enter, false)
			l.loading.Unlock()
			w.close()
			w = next
			if err != nil {
				return err
			}
			err = next.err
		}
		if err != nil {
			w.close()
			l.fallBack(err)
			return l.runPoll(ctx)
		}
	}
	return context.Cause(ctx)
}

// fallBack notes that there are no watches to be had.
func (l *Library) fallBack(why error) {
	l.mu.Lock()
	l.status.Mode, l.status.Fallback = Poll, why
	l.mu.Unlock()
	l.log.Warn("scripts cannot be watched, polling instead", "root", l.root, "interval", pollInterval, "err", why)
}

// watches are those on the directories of one tree and on the way to it.
type watches struct {
	lib    *Library
	fs     *fsnotify.Watcher
	way    map[string][]string
	reader sync.WaitGroup
	err    error // there are no more watches to be had
}

// newWatches watches the way to the root of l and calls mark for each change that counts.
func newWatches(l *Library, mark func()) (*watches, error) {
	fsw, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watch: %w", err)
	}
	w := &watches{lib: l, fs: fsw, way: way(l.root)}
	w.reader.Go(func() { w.read(mark) })
	for dir := range w.way {
		w.add(dir)
	}
	return w, nil
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
	if rel, err := filepath.Rel(w.lib.root, ev.Name); err != nil || !filepath.IsLocal(rel) {
		return false
	}
	switch {
	case name == kubernetesLink, isLua(name) && !hidden(name):
		return true
	case hidden(name):
		return false
	}
	return ev.Op != fsnotify.Write // a directory, perhaps, or a link to one
}

// enter watches a directory below the root, given by its name.
func (w *watches) enter(dir string) { w.add(filepath.Join(w.lib.root, filepath.FromSlash(dir))) }

func (w *watches) add(dir string) {
	err := w.lib.watch(w.fs, dir)
	// What has gone is seen from above, as is the mending of what may not be read.
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) && w.err == nil {
		w.err = fmt.Errorf("watch %s: %w", dir, err)
	}
}

// close ends the watches. It may be called on nil.
func (w *watches) close() {
	if w != nil {
		w.fs.Close()
		w.reader.Wait()
	}
}

// way is what leads to the root: by directories, the names in them whose replacement moves it. These are the links on the
// way, those that they lead to, and the root itself, also where one of them does not exist.
func way(root string) map[string][]string {
	names := make(map[string][]string)
	at := filepath.VolumeName(root) + string(filepath.Separator)
	rest := split(root[len(filepath.VolumeName(root)):])
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
		path := filepath.Join(at, name)
		info, err := os.Lstat(path)
		if err != nil || len(rest) == 0 || info.Mode()&fs.ModeSymlink != 0 {
			names[at] = append(names[at], name)
		}
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
