package scripts

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"

	"eslua/internal/clock"
)

// watching runs a library in real time, as the system tells of changes in real time. It returns when the watches are set.
func watching(t *testing.T, root string, gate func(context.Context, *Generation) error) (*Library, *records) {
	t.Helper()
	l, log := open(t, Options{Root: root, Gate: gate})
	run(t, l)
	// The library looks once more when its watches are set: a first change that it takes proves them.
	put(t, root, map[string]string{"watched.lua": ""})
	log.await(t, "scripts loaded", "generation=2")
	return l, log
}

func run(t *testing.T, l *Library) {
	ctx, cancel := context.WithCancel(context.Background())
	var g sync.WaitGroup
	g.Go(func() {
		if err := l.Run(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("Run: %v", err)
		}
	})
	t.Cleanup(func() {
		cancel()
		g.Wait()
	})
}

// becomes waits until the library serves these files, and watched.lua.
func becomes(t *testing.T, l *Library, log *records, files map[string]string) {
	t.Helper()
	files["watched.lua"] = ""
	for !maps.Equal(contents(l.Generation()), files) {
		log.await(t, "scripts loaded") // fails after a while
	}
}

func do(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestChangesAreNoticedHoweverTheyAreMade(t *testing.T) {
	for name, change := range map[string]struct {
		do   func(t *testing.T, dir string)
		want map[string]string
	}{
		"saved in place": {func(t *testing.T, dir string) {
			put(t, dir, map[string]string{"a.lua": "return 2"})
		}, map[string]string{"a.lua": "return 2", "sub/b.lua": "return 1"}},
		"written beside and renamed": {func(t *testing.T, dir string) {
			put(t, dir, map[string]string{".a.lua.swp": "return 2"})
			do(t, os.Rename(filepath.Join(dir, ".a.lua.swp"), filepath.Join(dir, "a.lua")))
		}, map[string]string{"a.lua": "return 2", "sub/b.lua": "return 1"}},
		"moved to a backup and written anew": {func(t *testing.T, dir string) { // as vim does
			do(t, os.Rename(filepath.Join(dir, "a.lua"), filepath.Join(dir, "a.lua~")))
			put(t, dir, map[string]string{"a.lua": "return 2", "4913": ""})
			do(t, os.Remove(filepath.Join(dir, "4913")))
			do(t, os.Remove(filepath.Join(dir, "a.lua~")))
		}, map[string]string{"a.lua": "return 2", "sub/b.lua": "return 1"}},
		"written bit by bit": {func(t *testing.T, dir string) {
			f, err := os.Create(filepath.Join(dir, "a.lua"))
			do(t, err)
			for _, part := range []string{"return", " ", "2"} {
				_, err := f.WriteString(part)
				do(t, err)
			}
			do(t, f.Close())
		}, map[string]string{"a.lua": "return 2", "sub/b.lua": "return 1"}},
		"removed": {func(t *testing.T, dir string) {
			do(t, os.Remove(filepath.Join(dir, "a.lua")))
		}, map[string]string{"sub/b.lua": "return 1"}},
		"in a directory below": {func(t *testing.T, dir string) {
			put(t, dir, map[string]string{"sub/b.lua": "return 2"})
		}, map[string]string{"a.lua": "return 1", "sub/b.lua": "return 2"}},
		"new directories": {func(t *testing.T, dir string) {
			put(t, dir, map[string]string{"x/y/z/c.lua": "return 2"})
		}, map[string]string{"a.lua": "return 1", "sub/b.lua": "return 1", "x/y/z/c.lua": "return 2"}},
		"a directory removed": {func(t *testing.T, dir string) {
			do(t, os.RemoveAll(filepath.Join(dir, "sub")))
		}, map[string]string{"a.lua": "return 1"}},
		"a directory renamed": {func(t *testing.T, dir string) {
			do(t, os.Rename(filepath.Join(dir, "sub"), filepath.Join(dir, "bus")))
		}, map[string]string{"a.lua": "return 1", "bus/b.lua": "return 1"}},
		"a directory moved in": {func(t *testing.T, dir string) {
			other := t.TempDir()
			put(t, other, map[string]string{"new/c.lua": "return 2"})
			do(t, os.Rename(filepath.Join(other, "new"), filepath.Join(dir, "new")))
		}, map[string]string{"a.lua": "return 1", "sub/b.lua": "return 1", "new/c.lua": "return 2"}},
		"a link within": {func(t *testing.T, dir string) {
			do(t, os.Symlink("sub", filepath.Join(dir, "way")))
		}, map[string]string{"a.lua": "return 1", "sub/b.lua": "return 1", "way/b.lua": "return 1"}},
		"removed and made again": {func(t *testing.T, dir string) {
			do(t, os.RemoveAll(dir))
			put(t, dir, map[string]string{"c.lua": "return 2", "watched.lua": ""})
		}, map[string]string{"c.lua": "return 2"}},
		"a directory above replaced": {func(t *testing.T, dir string) {
			above := filepath.Dir(filepath.Dir(dir))
			put(t, above+".new/below/scripts", map[string]string{"c.lua": "return 2", "watched.lua": ""})
			do(t, os.Rename(above, above+".old"))
			do(t, os.Rename(above+".new", above))
		}, map[string]string{"c.lua": "return 2"}},
		"a directory above removed and made again": {func(t *testing.T, dir string) {
			do(t, os.RemoveAll(filepath.Dir(filepath.Dir(dir))))
			put(t, dir, map[string]string{"c.lua": "return 2", "watched.lua": ""})
		}, map[string]string{"c.lua": "return 2"}},
		"replaced as a whole": {func(t *testing.T, dir string) {
			put(t, dir+".new", map[string]string{"c.lua": "return 2", "watched.lua": ""})
			do(t, os.Rename(dir, dir+".old"))
			do(t, os.Rename(dir+".new", dir))
		}, map[string]string{"c.lua": "return 2"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "above/below/scripts")
			put(t, dir, map[string]string{"a.lua": "return 1", "sub/b.lua": "return 1"})
			l, log := watching(t, dir, nil)
			change.do(t, dir)
			becomes(t, l, log, change.want)
			// The watches are where the files are now.
			put(t, dir, map[string]string{"again.lua": "return 3", "x/again.lua": "return 3"})
			again := maps.Clone(change.want)
			again["again.lua"], again["x/again.lua"] = "return 3", "return 3"
			becomes(t, l, log, again)
		})
	}
}

func TestSwappedLinksAreNoticed(t *testing.T) {
	for name, c := range map[string]struct{ root, link string }{
		"the root":          {"scripts", "scripts"},
		"above the root":    {"current/scripts", "current"},
		"a link to a link":  {"outer", "scripts"},
		"inside, as volume": {"volume", "volume/..data"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			suffix := ""
			if c.link == "current" {
				suffix = "/scripts"
			}
			for v := range 4 {
				put(t, dir, map[string]string{
					fmt.Sprintf("v%d%s/a.lua", v, suffix): fmt.Sprintf("return %d", v), fmt.Sprintf("v%d%s/watched.lua", v, suffix): "",
				})
			}
			target := func(v int) string { return fmt.Sprintf("v%d", v) }
			if c.root == "volume" {
				for v := range 4 {
					do(t, os.MkdirAll(filepath.Join(dir, "volume"), 0o755))
					do(t, os.Rename(filepath.Join(dir, target(v)), filepath.Join(dir, "volume", ".."+target(v))))
				}
				target = func(v int) string { return fmt.Sprintf("..v%d", v) }
				do(t, os.Symlink("..data/a.lua", filepath.Join(dir, "volume/a.lua")))
			}
			relink(t, target(0), filepath.Join(dir, c.link))
			if c.root == "outer" {
				do(t, os.Symlink(filepath.Join(dir, "scripts"), filepath.Join(dir, "outer")))
			}
			root := filepath.Join(dir, c.root)
			l, log := open(t, Options{Root: root})
			run(t, l)
			put(t, root, map[string]string{"proof.lua": ""})
			log.await(t, "scripts loaded", "generation=2")
			for v := 1; v < 4; v++ {
				relink(t, target(v), filepath.Join(dir, c.link))
				for contents(l.Generation())["a.lua"] != fmt.Sprintf("return %d", v) {
					log.await(t, "scripts loaded")
				}
			}
			// The last target is watched itself.
			put(t, root, map[string]string{"b.lua": "return 9"})
			for contents(l.Generation())["b.lua"] != "return 9" {
				log.await(t, "scripts loaded")
			}
		})
	}
}

// What a link leads to is watched, also where its name is none of a script, and where nothing else is read.
func TestWhatALinkLeadsToIsWatched(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"main.v1": "return 1", ".old/b.lua": "return 1", ".r1/c.lua": "return 1", ".r2/c.lua": "return 2"})
	for link, target := range map[string]string{
		"a.lua": "main.v1", "b.lua": ".old/b.lua", ".current": ".r1", "app": ".current", "abs.lua": filepath.Join(dir, "main.v1"),
	} {
		do(t, os.Symlink(target, filepath.Join(dir, link)))
	}
	l, log := watching(t, dir, nil)
	files := map[string]string{"a.lua": "return 1", "abs.lua": "return 1", "b.lua": "return 1", "app/c.lua": "return 1"}
	becomes(t, l, log, files)
	put(t, dir, map[string]string{"main.v1": "return 2"})
	files["a.lua"], files["abs.lua"] = "return 2", "return 2"
	becomes(t, l, log, files)
	put(t, dir, map[string]string{".old/b.lua": "return 2"})
	files["b.lua"] = "return 2"
	becomes(t, l, log, files)
	relink(t, ".r2", filepath.Join(dir, ".current"))
	files["app/c.lua"] = "return 2"
	becomes(t, l, log, files)
}

// A change that begins while the directory is read is taken when it has settled, too.
func TestAHalfSeenChangeIsNotTaken(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{"x/m.lua": "return 1", "y/m.lua": "return 1"}
	put(t, dir, files)
	l, log := open(t, Options{Root: dir})
	add := l.watch
	var once sync.Once
	var seen []string
	l.watch = func(w *fsnotify.Watcher, path string) error {
		if name := filepath.Base(path); name == "x" || name == "y" {
			if seen = append(seen, name); len(seen) == 2 { // the one has been read, the other has not
				once.Do(func() {
					put(t, dir, map[string]string{seen[0] + "/m.lua": "return 2"})
					do(t, os.RemoveAll(filepath.Join(dir, seen[1])))
					time.Sleep(20 * time.Millisecond) // the system tells of it in real time
				})
			}
		}
		return add(w, path)
	}
	run(t, l)
	log.await(t, "scripts loaded", "generation=2")
	if got := contents(l.Generation()); !maps.Equal(got, map[string]string{seen[0] + "/m.lua": "return 2"}) {
		t.Errorf("half of a change was taken: %v", got)
	}
}

// unwatched runs a library by a virtual clock; what it returns sleeps until then, after the start. Watching a directory does what watch does.
func unwatched(t *testing.T, dir string, watch func(*fsnotify.Watcher, string) error) (*Library, func(time.Duration)) {
	start := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	v := clock.NewVirtual(start)
	l, _ := open(t, Options{Root: dir, Clock: v})
	l.watch = watch
	ctx, cancel := context.WithCancel(context.Background())
	g := clock.NewGroup(v)
	g.Go(func() { l.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		g.Wait(context.Background())
	})
	w := v.NewWaiter()
	return l, func(d time.Duration) { w.Wait(context.Background(), start.Add(d)) }
}

func TestWhatTheSystemDoesNotTellIsFoundLater(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.lua": "return 1"})
	l, until := unwatched(t, dir, func(*fsnotify.Watcher, string) error { return nil })
	until(time.Second)
	put(t, dir, map[string]string{"b.lua": "return 2"})
	long := time.Now().Add(-time.Hour)
	do(t, os.Chtimes(filepath.Join(dir, "b.lua"), long, long))
	until(2 * lookInterval)
	want(t, l.Generation(), 2, map[string]string{"a.lua": "return 1", "b.lua": "return 2"})
}

func TestWatchesAreTriedAgain(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.lua": "return 1"})
	var free atomic.Bool
	l, until := unwatched(t, dir, func(*fsnotify.Watcher, string) error {
		if free.Load() {
			return nil
		}
		return syscall.ENOSPC
	})
	until(time.Second)
	if s := l.Status(); s.Mode != Poll || !errors.Is(s.Fallback, syscall.ENOSPC) || !strings.Contains(s.Fallback.Error(), "fs.inotify.max_user_watches") {
		t.Errorf("%+v", s)
	}
	until(90 * time.Second)
	if s := l.Status(); s.Mode != Poll {
		t.Errorf("%+v", s)
	}
	free.Store(true)
	until(3 * time.Minute)
	if s := l.Status(); s.Mode != Watch || s.Fallback != nil {
		t.Errorf("%+v", s)
	}
}

// The limit of the system is for all watches together. Where the old ones and the next exceed it, the old ones go first.
func TestTheLimitIsThatOfOneTree(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.lua": "return 1"})
	l, log := open(t, Options{Root: dir})
	add := l.watch
	seen := make(map[*fsnotify.Watcher]bool)
	l.watch = func(w *fsnotify.Watcher, path string) error {
		seen[w] = true
		for other := range seen {
			if other != w && other.WatchList() != nil {
				return syscall.ENOSPC
			}
		}
		return add(w, path)
	}
	run(t, l)
	for v := 2; v < 5; v++ {
		put(t, dir, map[string]string{"a.lua": fmt.Sprintf("return %d", v)})
		for contents(l.Generation())["a.lua"] != fmt.Sprintf("return %d", v) {
			log.await(t, "scripts loaded")
		}
	}
	if s := l.Status(); s.Mode != Watch || s.Fallback != nil || strings.Contains(log.String(), "polling") {
		t.Errorf("%+v\n%s", s, log)
	}
}

func TestABrokenFileIsReportedAndMended(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.lua": "return 1"})
	l, log := watching(t, dir, nil)
	put(t, dir, map[string]string{"a.lua": "local a = 1\nif a then\n= 2"})
	log.await(t, "script broken", "a.lua:3: ")
	want(t, l.Generation(), 2, map[string]string{"a.lua": "return 1", "watched.lua": ""})
	put(t, dir, map[string]string{"a.lua": "return 2"})
	log.await(t, "script mended")
	becomes(t, l, log, map[string]string{"a.lua": "return 2"})
}

func TestAGateIsAskedOnceForAChange(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.lua": "return 1"})
	var mu sync.Mutex
	var asked []string
	l, log := watching(t, dir, func(_ context.Context, g *Generation) error {
		mu.Lock()
		defer mu.Unlock()
		text := contents(g)["a.lua"]
		asked = append(asked, text)
		if text == "return 2" {
			return errors.New("a test failed")
		}
		return nil
	})
	put(t, dir, map[string]string{"a.lua": "return 2"})
	log.await(t, "scripts refused", "a test failed")
	put(t, dir, map[string]string{"x.lua~": "", "notes.txt": ""}) // noticed, and no change
	put(t, dir, map[string]string{"a.lua": "return 3"})
	becomes(t, l, log, map[string]string{"a.lua": "return 3"})
	mu.Lock()
	defer mu.Unlock()
	if !slices.Equal(asked, []string{"return 1", "return 2", "return 3"}) {
		t.Errorf("asked for %q", asked)
	}
}

func TestWithoutWatchesTheLibraryPolls(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.lua": "return 1", "sub/b.lua": "return 1"})
	l, log := open(t, Options{Root: dir})
	add := l.watch
	l.watch = func(w *fsnotify.Watcher, path string) error { // as the system does when a limit is reached
		if strings.HasSuffix(path, "sub") {
			return syscall.ENOSPC
		}
		return add(w, path)
	}
	run(t, l)
	log.await(t, "scripts cannot be watched, polling instead", "sub: no space left on device")
	if s := l.Status(); s.Mode != Poll || !errors.Is(s.Fallback, syscall.ENOSPC) {
		t.Errorf("%+v", s)
	}
	put(t, dir, map[string]string{"sub/b.lua": "return 2"})
	log.await(t, "scripts loaded", "generation=2")
	want(t, l.Generation(), 2, map[string]string{"a.lua": "return 1", "sub/b.lua": "return 2"})
}

func TestEditorsFilesAreNoChange(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"sub/a.lua": "", "calls.log": "", "main.v2": ""})
	do(t, os.Symlink("sub", filepath.Join(dir, "link")))
	do(t, os.Symlink("main.v2", filepath.Join(dir, "main.lua")))
	w := newWatches(&Library{root: dir, watch: (*fsnotify.Watcher).Add}, func() {})
	defer w.close()
	seen, err := scan(t.Context(), dir, new(tree), time.Now(), w.see)
	do(t, err)
	defer seen.close()
	put(t, dir, map[string]string{"new/a.lua": ""})
	do(t, os.Symlink("sub", filepath.Join(dir, "new.link")))
	do(t, os.RemoveAll(filepath.Join(dir, "sub")))
	for _, c := range []struct {
		name string
		op   fsnotify.Op
		want bool
	}{
		{"a.lua", fsnotify.Write, true},
		{"sub/a.lua", fsnotify.Remove, true},
		{".a.lua.swp", fsnotify.Create, false},
		{".#a.lua", fsnotify.Create, false},
		{"#a.lua#", fsnotify.Remove, false},
		{"lost+found", fsnotify.Create, false},
		{"calls.log", fsnotify.Create, false},
		{"calls.log", fsnotify.Write, false},
		{"calls.tmp", fsnotify.Remove, false},
		{"sub", fsnotify.Remove, true},
		{"link", fsnotify.Remove, true},
		{"main.v2", fsnotify.Write, true},
		{"new", fsnotify.Create, true},
		{"new.link", fsnotify.Create, true},
		{"..data", fsnotify.Create, true},
		{"..2026_11", fsnotify.Create, false},
		{"../" + filepath.Base(dir), fsnotify.Rename, true},
		{"../other", fsnotify.Create, false},
		{"../../" + filepath.Base(filepath.Dir(dir)), fsnotify.Rename, true},
	} {
		if got := w.counts(fsnotify.Event{Name: filepath.Join(dir, c.name), Op: c.op}); got != c.want {
			t.Errorf("%v %s: %v, want %v", c.op, c.name, got, c.want)
		}
	}
}

func TestTheWayToTheRoot(t *testing.T) {
	top, err := filepath.EvalSymlinks(t.TempDir())
	do(t, err)
	do(t, os.MkdirAll(filepath.Join(top, "data/v1/scripts"), 0o755))
	do(t, os.MkdirAll(filepath.Join(top, "srv"), 0o755))
	do(t, os.Symlink("../data/current", filepath.Join(top, "srv/app")))
	do(t, os.Symlink(filepath.Join(top, "data/v1"), filepath.Join(top, "data/current")))
	do(t, os.Symlink("round", filepath.Join(top, "round")))
	for root, want := range map[string]string{
		"data/v1/scripts": "data/v1:[scripts] data:[v1] top:[data]",
		"srv/app/scripts": "data/v1:[scripts] data:[current v1] srv:[app] top:[srv data]",
		"srv/app":         "data:[current v1] srv:[app] top:[srv data]",
		"srv/nowhere/x":   "srv:[nowhere] top:[srv]",
		"round":           "top:[round]",
	} {
		var got []string
		for dir, names := range way("/", filepath.Join(top, root)) {
			rel, err := filepath.Rel(top, dir)
			switch {
			case err != nil || !filepath.IsLocal(rel):
				continue // what the test itself lies in
			case rel == ".":
				rel = "top"
			}
			var once []string // a link that leads through a directory again names it again
			for _, name := range names {
				if !slices.Contains(once, name) {
					once = append(once, name)
				}
			}
			got = append(got, fmt.Sprint(rel, ":", once))
		}
		slices.Sort(got)
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q, want %q", root, strings.Join(got, " "), want)
		}
	}
}

// New code serves within 200 ms of the write (design.md 6).
func BenchmarkFromWriteToGeneration(b *testing.B) {
	for _, c := range []struct{ dirs, files int }{{1, 300}, {500, 5000}} {
		b.Run(fmt.Sprintf("%d files", c.files), func(b *testing.B) { fromWriteToGeneration(b, c.dirs, c.files) })
	}
}

func fromWriteToGeneration(b *testing.B, dirs, files int) {
	dir := b.TempDir()
	for i := range files {
		path := filepath.Join(dir, fmt.Sprintf("d%d/f%d.lua", i%dirs, i))
		do(b, os.MkdirAll(filepath.Dir(path), 0o755))
		do(b, os.WriteFile(path, []byte("local x = 1\nreturn x\n"), 0o644))
	}
	time.Sleep(settleTime) // as they mostly are, the files are not new
	log := newRecords()
	l, err := Open(b.Context(), Options{Root: dir, Log: log.logger()})
	do(b, err)
	ctx, cancel := context.WithCancel(b.Context())
	var g sync.WaitGroup
	g.Go(func() { l.Run(ctx) })
	defer g.Wait()
	defer cancel()
	time.Sleep(500 * time.Millisecond) // the watches are set; nothing says so
	<-log.lines
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		began := time.Now()
		do(b, os.WriteFile(filepath.Join(dir, "d0/f0.lua"), []byte(fmt.Sprintf("return %d", i)), 0o644))
		<-log.lines
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "median-ms")
	b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "max-ms")
}
