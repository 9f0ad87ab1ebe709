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
	"syscall"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
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
		"replaced as a whole": {func(t *testing.T, dir string) {
			put(t, dir+".new", map[string]string{"c.lua": "return 2", "watched.lua": ""})
			do(t, os.Rename(dir, dir+".old"))
			do(t, os.Rename(dir+".new", dir))
		}, map[string]string{"c.lua": "return 2"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "scripts")
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
	w := &watches{lib: &Library{root: dir}, way: map[string][]string{filepath.Dir(dir): {filepath.Base(dir)}}}
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
		{"calls.log", fsnotify.Write, false},
		{"sub", fsnotify.Create, true},
		{"sub", fsnotify.Remove, true},
		{"..data", fsnotify.Create, true},
		{"..2026_11", fsnotify.Create, false},
		{"../" + filepath.Base(dir), fsnotify.Rename, true},
		{"../other", fsnotify.Create, false},
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
		"data/v1/scripts": "data/v1:[scripts]",
		"srv/app/scripts": "data/v1:[scripts] data:[current] srv:[app]",
		"srv/app":         "data:[current v1] srv:[app]",
		"srv/nowhere/x":   "srv:[nowhere]",
		"round":           ":[round]",
	} {
		var got []string
		for dir, names := range way(filepath.Join(top, root)) {
			got = append(got, fmt.Sprint(strings.TrimPrefix(strings.TrimPrefix(dir, top), "/"), ":", slices.Compact(names)))
		}
		slices.Sort(got)
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q, want %q", root, strings.Join(got, " "), want)
		}
	}
}

// New code serves within 200 ms of the write (design.md 6).
func BenchmarkFromWriteToGeneration(b *testing.B) {
	dir := b.TempDir()
	for i := range 300 {
		do(b, os.WriteFile(filepath.Join(dir, fmt.Sprintf("f%d.lua", i)), []byte("local x = 1\nreturn x\n"), 0o644))
	}
	log := newRecords()
	l, err := Open(b.Context(), Options{Root: dir, Log: log.logger()})
	do(b, err)
	ctx, cancel := context.WithCancel(b.Context())
	var g sync.WaitGroup
	g.Go(func() { l.Run(ctx) })
	defer g.Wait()
	defer cancel()
	time.Sleep(200 * time.Millisecond) // the watches are set; nothing says so
	<-log.lines
	for i := 0; b.Loop(); i++ {
		do(b, os.WriteFile(filepath.Join(dir, "f7.lua"), []byte(fmt.Sprintf("return %d", i)), 0o644))
		<-log.lines
	}
}
