package scripts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"eslua/luabind/vm"
)

// put writes files below dir, by name.
func put(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// records is a log that can be waited for.
type records struct {
	mu    sync.Mutex
	text  bytes.Buffer
	lines chan string
}

func newRecords() *records { return &records{lines: make(chan string, 1000)} }

func (r *records) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.text.Write(p)
	r.lines <- string(p)
	return len(p), nil
}

func (r *records) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

func (r *records) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(r, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
}

// await takes lines until one has all the words.
func (r *records) await(t *testing.T, words ...string) {
	t.Helper()
	limit := time.After(10 * time.Second)
	for {
		select {
		case line := <-r.lines:
			if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(line, w) }) {
				return
			}
		case <-limit:
			t.Fatalf("no line with %q in\n%s", words, r)
		}
	}
}

func open(t *testing.T, opts Options) (*Library, *records) {
	t.Helper()
	log := newRecords()
	opts.Log = log.logger()
	l, err := Open(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return l, log
}

// contents are the texts that a generation serves, by name.
func contents(g *Generation) map[string]string {
	m := make(map[string]string)
	for f := range g.All() {
		name, _ := filepath.Rel(g.Root(), f.Path)
		m[name] = f.Content
		if f.Err != nil {
			m[name] = "broken"
		}
	}
	return m
}

func want(t *testing.T, g *Generation, number uint64, files map[string]string) {
	t.Helper()
	if got := contents(g); g.Number() != number || !maps.Equal(got, files) {
		t.Errorf("generation %d has %v, want %d with %v", g.Number(), got, number, files)
	}
}

func reload(t *testing.T, l *Library) {
	t.Helper()
	if err := l.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestAGenerationHasAllLuaFilesBelowTheRoot(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{
		"a.lua": "return 1", "sub/deep/b.lua": "return 2", "readme.md": "x", "a.lua~": "x", ".hidden.lua": "x", "#a.lua#": "x",
		".#a.lua": "x", ".git/c.lua": "x", "sub/a": "x", "lost+found/d.lua": "x",
		"\xe4\xff/l\n \xe4.lua": "return 3", // no UTF-8, as of old disks
	})
	for link, target := range map[string]string{
		"link.lua": "sub/deep/b.lua", "linked": "sub", "dangling.lua": "nowhere.lua", ".#b.lua": "user@host.123",
		"absolute.lua": filepath.Join(dir, "sub/deep/b.lua"), "absolute": filepath.Join(dir, "sub/deep"),
	} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	l, _ := open(t, Options{Root: dir})
	want(t, l.Generation(), 1, map[string]string{
		"a.lua": "return 1", "sub/deep/b.lua": "return 2", "link.lua": "return 2", "linked/deep/b.lua": "return 2",
		"absolute.lua": "return 2", "absolute/b.lua": "return 2", "\xe4\xff/l\n \xe4.lua": "return 3",
	})
	if b := l.Status().Broken; len(b) > 0 {
		t.Errorf("%+v", b)
	}
	f, err := l.Generation().Script("sub/deep/b.lua")
	if err != nil || f.Path != filepath.Join(dir, "sub/deep/b.lua") || f.Chunk.Name() != f.Path {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestLinksInACircleEnd(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"sub/a.lua": "return 1", "other/b.lua": "return 2"})
	for link, target := range map[string]string{"sub/up": "..", "sub/self": ".", "other/sub": "../sub", "sub/other": "../other"} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	l, _ := open(t, Options{Root: dir})
	want(t, l.Generation(), 1, map[string]string{
		"sub/a.lua": "return 1", "other/b.lua": "return 2", "other/sub/a.lua": "return 1", "sub/other/b.lua": "return 2",
	})
}

func TestALinkOutOfTheRootIsNotFollowed(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	put(t, dir, map[string]string{"a.lua": ""})
	put(t, other, map[string]string{"secret.lua": ""})
	do(t, os.Symlink(filepath.Join(other, "secret.lua"), filepath.Join(dir, "b.lua")))
	do(t, os.Symlink("../"+filepath.Base(other), filepath.Join(dir, "lib")))
	l, log := open(t, Options{Root: dir})
	if f, err := l.Generation().Script("b.lua"); err == nil || f.Content != "" {
		t.Errorf("%+v", f)
	}
	if b := l.Status().Broken; len(b) != 1 || b[0].Path != filepath.Join(dir, "b.lua") || !strings.HasSuffix(b[0].Err.Error(), "/b.lua: "+errLink.Error()) {
		t.Errorf("%+v", b)
	}
	l.Reload(t.Context())
	if n := strings.Count(log.String(), "not followed\" link="+filepath.Join(dir, "lib")); n != 1 || l.Status().Files != 2 {
		t.Errorf("logged %d times:\n%s", n, log)
	}
}

func TestNamesAreLookedUpBelowTheRoot(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.lua": "", "sub/b.lua": "", "bad.lua": "x = = 1"})
	l, _ := open(t, Options{Root: dir})
	g := l.Generation()
	for _, c := range []struct {
		name         string
		script, file string // "": found
	}{
		{"a.lua", "", ""},
		{"./sub//b.lua", "", ""},
		{dir + "/sub/b.lua", "", ""},
		{"sub/../a.lua", "outside", ""},
		{dir + "/sub/../a.lua", "outside", ""},
		{"../" + filepath.Base(dir) + "/a.lua", "outside", ""},
		{"../a.lua", "outside", "outside"},
		{"/etc/passwd", "outside", "outside"},
		{dir + "x/a.lua", "outside", "outside"},
		{"a", "missing", "missing"},
		{"", "missing", "missing"},
		{".", "missing", "missing"},
		{"sub", "missing", "missing"},
		{"a.lua/", "", ""},
		{"a..lua", "missing", "missing"},
		{"bad.lua", "broken", "broken"},
	} {
		kind := func(f *File, err error) string {
			var syntax *vm.SyntaxError
			switch {
			case errors.Is(err, ErrOutside):
				return "outside"
			case errors.Is(err, ErrNotFound):
				return "missing"
			case errors.As(err, &syntax) && syntax.Line == 1 && syntax.Name == filepath.Join(dir, "bad.lua") && f != nil:
				return "broken"
			case err != nil || f.Chunk == nil:
				return fmt.Sprint(f, err)
			}
			return ""
		}
		if got := kind(g.Script(c.name)); got != c.script {
			t.Errorf("Script(%q): %q, want %q", c.name, got, c.script)
		}
		if got := kind(g.File(c.name)); got != c.file {
			t.Errorf("File(%q): %q, want %q", c.name, got, c.file)
		}
	}
	_, err := g.Script("a")
	if got := err.Error(); got != fmt.Sprintf(`script "a": not found below %s (there is a.lua; the name has to be given in full)`, dir) {
		t.Error(got)
	}
}

func TestReloadMakesAGenerationOfWhatHasChanged(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.lua": "return 1", "b.lua": "return 1", "c.lua": "return 1"})
	l, _ := open(t, Options{Root: dir})
	first := l.Generation()
	reload(t, l)
	if l.Generation() != first {
		t.Error("a new generation without a change")
	}
	put(t, dir, map[string]string{"a.lua": "return 2", "new/d.lua": "return 1"})
	if err := os.Remove(filepath.Join(dir, "c.lua")); err != nil {
		t.Fatal(err)
	}
	reload(t, l)
	want(t, first, 1, map[string]string{"a.lua": "return 1", "b.lua": "return 1", "c.lua": "return 1"})
	want(t, l.Generation(), 2, map[string]string{"a.lua": "return 2", "b.lua": "return 1", "new/d.lua": "return 1"})
	old, _ := first.Script("b.lua")
	now, _ := l.Generation().Script("b.lua")
	if old.Chunk != now.Chunk {
		t.Error("an unchanged file was compiled again")
	}
	if s := l.Status(); s.Generation != 2 || s.Files != 3 || s.Refused != nil || len(s.Broken) != 0 || s.Since.IsZero() {
		t.Errorf("%+v", s)
	}
}

func TestAChangeThatKeepsSizeAndTimeIsSeen(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.lua": "return 1"})
	l, _ := open(t, Options{Root: dir})
	info, err := os.Stat(filepath.Join(dir, "a.lua"))
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir, map[string]string{"a.lua": "return 2"})
	if err := os.Chtimes(filepath.Join(dir, "a.lua"), info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	reload(t, l)
	want(t, l.Generation(), 2, map[string]string{"a.lua": "return 2"})
}

func TestAnOldFileIsNotReadAgain(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.lua": "return 1"})
	look := func(last *tree, later time.Duration) *tree {
		t.Helper()
		now, err := scan(t.Context(), dir, last, time.Now().Add(later), func(string, bool) {})
		do(t, err)
		t.Cleanup(now.close)
		return now
	}
	young := look(new(tree), 0)
	old := look(young, time.Hour)
	if old.nodes["a.lua"] == young.nodes["a.lua"] {
		t.Error("a file that has just been changed is not read again")
	}
	if again := look(old, time.Hour); again.nodes["a.lua"] != old.nodes["a.lua"] {
		t.Error("an old file is read again")
	}
	do(t, os.Chtimes(filepath.Join(dir, "a.lua"), time.Now(), time.Now()))
	if touched := look(old, time.Hour); touched.nodes["a.lua"] == old.nodes["a.lua"] || !touched.same(old) {
		t.Errorf("touched: %+v", touched.nodes["a.lua"])
	}
}

// An archive can give another text the same size and time, and the system the number of the file that was there.
func TestAnOldFileIsReadAgainThatKeepsItsTime(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.lua")
	put(t, dir, map[string]string{"a.lua": "return 1"})
	long := time.Now().Add(-time.Hour)
	do(t, os.Chtimes(path, long, long))
	old, err := scan(t.Context(), dir, new(tree), time.Now().Add(time.Hour), func(string, bool) {})
	do(t, err)
	defer old.close()
	for changeTime(old.nodes["a.lua"].info).Equal(changeTime(stat(t, path))) { // the system counts in steps of some milliseconds
		put(t, dir, map[string]string{"a.lua": "return 2"})
		do(t, os.Chtimes(path, long, long))
	}
	now, err := scan(t.Context(), dir, old, time.Now().Add(time.Hour), func(string, bool) {})
	do(t, err)
	defer now.close()
	if got := now.nodes["a.lua"].content; got != "return 2" {
		t.Errorf("%q", got)
	}
}

func stat(t *testing.T, path string) os.FileInfo {
	t.Helper()
	info, err := os.Stat(path)
	do(t, err)
	return info
}

func TestABrokenFileKeepsItsLastGoodText(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.lua": "return 1", "b.lua": "return 1"})
	l, log := open(t, Options{Root: dir})
	put(t, dir, map[string]string{"a.lua": "return\n= 2", "b.lua": "return 2", "new.lua": "if"})
	err := l.Reload(t.Context())
	var syntax *vm.SyntaxError
	if !errors.As(err, &syntax) || syntax.Line != 2 || syntax.Name != filepath.Join(dir, "a.lua") {
		t.Errorf("Reload: %v", err)
	}
	want(t, l.Generation(), 2, map[string]string{"a.lua": "return 1", "b.lua": "return 2", "new.lua": "broken"})
	s := l.Status()
	if len(s.Broken) != 2 || s.Broken[0].Path != filepath.Join(dir, "a.lua") || !strings.Contains(s.Broken[0].Err.Error(), "a.lua:2: ") ||
		s.Broken[1].Path != filepath.Join(dir, "new.lua") {
		t.Errorf("%+v", s.Broken)
	}
	l.Reload(t.Context())
	if n := strings.Count(log.String(), "script broken"); n != 2 {
		t.Errorf("logged %d times:\n%s", n, log)
	}
	put(t, dir, map[string]string{"a.lua": "return 3", "new.lua": "return 3"})
	reload(t, l)
	want(t, l.Generation(), 3, map[string]string{"a.lua": "return 3", "b.lua": "return 2", "new.lua": "return 3"})
	if s := l.Status(); len(s.Broken) != 0 || strings.Count(log.String(), "script mended") != 2 {
		t.Errorf("%+v\n%s", s.Broken, log)
	}
}

func TestABrokenFileThatGoesBackToItsGoodTextIsGood(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.lua": "return 1"})
	l, _ := open(t, Options{Root: dir})
	first := l.Generation()
	put(t, dir, map[string]string{"a.lua": "("})
	if l.Reload(t.Context()) == nil {
		t.Error("no error")
	}
	put(t, dir, map[string]string{"a.lua": "return 1"})
	reload(t, l)
	if l.Generation() != first || len(l.Status().Broken) != 0 {
		t.Errorf("generation %d, %+v", l.Generation().Number(), l.Status())
	}
}

func TestWhatCannotBeReadKeepsItsLastGoodText(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.lua": "return 1", "b.lua": "return 1"})
	l, _ := open(t, Options{Root: dir})
	path := filepath.Join(dir, "a.lua")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path, 0o755); err != nil { // a directory named like a script is a directory
		t.Fatal(err)
	}
	put(t, dir, map[string]string{"b.lua": strings.Repeat("-", maxFile+1)})
	if err := l.Reload(t.Context()); err == nil || !strings.Contains(err.Error(), "b.lua: longer than") {
		t.Error(err)
	}
	want(t, l.Generation(), 2, map[string]string{"b.lua": "return 1"})
}

func TestTheRootMayVanishAndComeBack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "scripts")
	put(t, dir, map[string]string{"a.lua": "return 1"})
	l, log := open(t, Options{Root: dir})
	if err := os.Rename(dir, dir+".old"); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := l.Reload(t.Context()); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("Reload: %v", err)
		}
	}
	want(t, l.Generation(), 1, map[string]string{"a.lua": "return 1"})
	if n := strings.Count(log.String(), "scripts refused"); n != 1 || l.Status().Refused == nil {
		t.Errorf("logged %d times; %+v", n, l.Status())
	}
	if err := os.Rename(dir+".old", dir); err != nil {
		t.Fatal(err)
	}
	reload(t, l)
	reload(t, l)
	if s := l.Status(); s.Refused != nil || s.Generation != 1 || strings.Count(log.String(), "scripts no longer refused") != 1 {
		t.Errorf("%+v\n%s", s, log)
	}
}

// relink lets a link lead to another target at once.
func relink(t *testing.T, target, link string) {
	t.Helper()
	if err := os.Symlink(target, link+".new"); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(link+".new", link); err != nil {
		t.Fatal(err)
	}
}

func TestASwappedLinkIsAllOrNothing(t *testing.T) {
	for name, layout := range map[string]struct{ root, link, v1, v2, v3 string }{
		"the root itself":        {"scripts", "scripts", "v1", "v2", "v3"},
		"a link above the root":  {"current/scripts", "current", "v1/scripts", "v2/scripts", "v3/scripts"},
		"a volume of Kubernetes": {"scripts", "scripts/..data", "scripts/..1", "scripts/..2", "scripts/..3"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, dir, map[string]string{
				layout.v1 + "/a.lua": "return 1", layout.v1 + "/b.lua": "return 1",
				layout.v2 + "/a.lua": "return 2", layout.v2 + "/b.lua": "return (",
				layout.v3 + "/a.lua": "return 3", layout.v3 + "/b.lua": "return 1",
			})
			to := func(v string) string {
				if layout.link == "current" {
					return filepath.Dir(v)
				}
				return filepath.Base(v)
			}
			relink(t, to(layout.v1), filepath.Join(dir, layout.link))
			if layout.link == "scripts/..data" {
				for _, f := range []string{"a.lua", "b.lua"} {
					if err := os.Symlink("..data/"+f, filepath.Join(dir, "scripts", f)); err != nil {
						t.Fatal(err)
					}
				}
			}
			l, _ := open(t, Options{Root: filepath.Join(dir, layout.root)})
			want(t, l.Generation(), 1, map[string]string{"a.lua": "return 1", "b.lua": "return 1"})
			old, _ := l.Generation().Script("b.lua")

			relink(t, to(layout.v2), filepath.Join(dir, layout.link))
			if err := l.Reload(t.Context()); err == nil || l.Status().Refused == nil || len(l.Status().Broken) != 1 {
				t.Errorf("Reload: %v; %+v", err, l.Status())
			}
			want(t, l.Generation(), 1, map[string]string{"a.lua": "return 1", "b.lua": "return 1"})

			relink(t, to(layout.v3), filepath.Join(dir, layout.link))
			reload(t, l)
			want(t, l.Generation(), 2, map[string]string{"a.lua": "return 3", "b.lua": "return 1"})
			if now, _ := l.Generation().Script("b.lua"); now.Chunk != old.Chunk {
				t.Error("an unchanged file was compiled again")
			}
			if layout.link != "scripts/..data" { // in place, after the swap: file by file again
				put(t, dir, map[string]string{layout.v3 + "/a.lua": "return 4", layout.v3 + "/b.lua": "return ("})
				l.Reload(t.Context())
				want(t, l.Generation(), 3, map[string]string{"a.lua": "return 4", "b.lua": "return 1"})
			}
		})
	}
}

// A directory within can be a release, or a volume, as the root can.
func TestASwappedLinkWithinIsAllOrNothing(t *testing.T) {
	for name, link := range map[string]string{"a directory": "app", "a volume of Kubernetes": "app/..data"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			base := filepath.Dir(filepath.Join(dir, link))
			for v, b := range map[string]string{".1": "return 1", ".2": "return (", ".3": "return 3"} {
				put(t, base, map[string]string{"." + v + "/a.lua": "return " + v[1:], "." + v + "/b.lua": b})
			}
			relink(t, "..1", filepath.Join(dir, link))
			if link != "app" {
				do(t, os.Symlink("..data/a.lua", filepath.Join(base, "a.lua")))
				do(t, os.Symlink("..data/b.lua", filepath.Join(base, "b.lua")))
			}
			l, _ := open(t, Options{Root: dir})
			want(t, l.Generation(), 1, map[string]string{"app/a.lua": "return 1", "app/b.lua": "return 1"})
			relink(t, "..2", filepath.Join(dir, link))
			if err := l.Reload(t.Context()); err == nil || l.Status().Refused == nil {
				t.Errorf("Reload: %v; %+v", err, l.Status())
			}
			want(t, l.Generation(), 1, map[string]string{"app/a.lua": "return 1", "app/b.lua": "return 1"})
			relink(t, "..3", filepath.Join(dir, link))
			reload(t, l)
			want(t, l.Generation(), 2, map[string]string{"app/a.lua": "return 3", "app/b.lua": "return 3"})
		})
	}
}

// A volume is swapped while it is read.
func TestOldAndNewAreNotReadTogether(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"..1/a.lua": "return 1", "..1/b.lua": "return 1", "..2/a.lua": "return 2", "..2/b.lua": "return 2"})
	relink(t, "..1", filepath.Join(dir, "..data"))
	do(t, os.Symlink("..data/a.lua", filepath.Join(dir, "a.lua")))
	do(t, os.Symlink("..data/b.lua", filepath.Join(dir, "b.lua")))
	links := 0
	got, err := scan(t.Context(), dir, new(tree), time.Now(), func(_ string, link bool) {
		if link {
			if links++; links == 2 {
				relink(t, "..2", filepath.Join(dir, "..data"))
			}
		}
	})
	do(t, err)
	defer got.close()
	if a, b := got.nodes["a.lua"].content, got.nodes["b.lua"].content; a != "return 2" || b != "return 2" {
		t.Errorf("%q and %q", a, b)
	}
}

func TestThereIsAnEndOfDirectories(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"sub/a.lua": ""})
	root, err := os.OpenRoot(dir)
	do(t, err)
	defer root.Close()
	s := &scanner{path: dir, last: new(tree), tree: &tree{dir: root, nodes: make(map[string]*node)}, dirs: maxDirs - 1, see: func(string, bool) {}}
	if err := s.directory(t.Context(), ".", root, nil); err == nil || !strings.Contains(err.Error(), "more than 20000 directories") {
		t.Error(err)
	}
}

// A gate is left while it is asked. The change is not lost.
func TestAnInterruptedReloadLosesNoChange(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.lua": "return 1"})
	ctx, cancel := context.WithCancel(t.Context())
	l, _ := open(t, Options{Root: dir, Gate: func(ctx context.Context, _ *Generation) error {
		cancel()
		return ctx.Err()
	}})
	put(t, dir, map[string]string{"a.lua": "return 2"})
	if err := l.Reload(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Reload: %v", err)
	}
	seen, err := l.scan(t.Context(), func(string, bool) {}) // as a watch or a poll would
	do(t, err)
	_, err = l.take(t.Context(), seen, nil, 0)
	do(t, err)
	want(t, l.Generation(), 2, map[string]string{"a.lua": "return 2"})
}

// What lies beside the scripts is that of the generation, and goes when the generation goes.
func TestAGenerationHasItsDirectory(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"v1/a.lua": "return 1", "v1/data": "1", "v2/a.lua": "return 1", "v2/data": "2"})
	link := filepath.Join(dir, "scripts")
	relink(t, "v1", link)
	l, _ := open(t, Options{Root: link})
	first := l.Generation()
	read := func(g *Generation) string {
		t.Helper()
		text, err := g.Dir().ReadFile("data")
		do(t, err)
		return string(text)
	}
	put(t, link, map[string]string{"b.lua": ""})
	reload(t, l)
	if l.Generation().Dir() != first.Dir() {
		t.Error("the directory was opened again")
	}
	do(t, os.Remove(filepath.Join(link, "b.lua")))
	reload(t, l)
	relink(t, "v2", link)
	reload(t, l)
	if was, is := read(first), read(l.Generation()); was != "1" || is != "2" {
		t.Errorf("%q and %q", was, is)
	}
}

func TestAGateKeepsTheOldGeneration(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.lua": "return 1"})
	var seen []uint64
	var verdict error
	l, _ := open(t, Options{Root: dir, Gate: func(_ context.Context, next *Generation) error {
		seen = append(seen, next.Number())
		return verdict
	}})
	if len(seen) != 0 {
		t.Error("the first generation was at the gate")
	}
	verdict = errors.New("2 tests failed")
	put(t, dir, map[string]string{"a.lua": "return 2"})
	if err := l.Reload(t.Context()); !errors.Is(err, verdict) || !errors.Is(l.Status().Refused, verdict) {
		t.Errorf("Reload: %v; %+v", err, l.Status())
	}
	want(t, l.Generation(), 1, map[string]string{"a.lua": "return 1"})
	put(t, dir, map[string]string{"a.lua": "return ("})
	if err := l.Reload(t.Context()); err == nil || len(seen) != 1 {
		t.Errorf("Reload: %v; at the gate %v", err, seen)
	}
	verdict = nil
	put(t, dir, map[string]string{"a.lua": "return 3"})
	reload(t, l)
	want(t, l.Generation(), 2, map[string]string{"a.lua": "return 3"})
}

func TestAGenerationIsFreedWithItsLastCall(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.lua": "return 1"})
	l, _ := open(t, Options{Root: dir})
	freed := make(chan uint64, 10)
	watch := func(g *Generation) { runtime.AddCleanup(g, func(n uint64) { freed <- n }, g.Number()) }
	held := l.Generation()
	watch(held)
	put(t, dir, map[string]string{"a.lua": "return 2"})
	reload(t, l)
	watch(l.Generation())
	put(t, dir, map[string]string{"a.lua": "return 3"})
	reload(t, l)
	await := func() uint64 {
		for range 100 {
			runtime.GC()
			select {
			case n := <-freed:
				return n
			case <-time.After(10 * time.Millisecond): // cleanups run in a goroutine of their own
			}
		}
		return 0
	}
	if n := await(); n != 2 {
		t.Errorf("generation %d was freed, want 2, which nobody holds", n)
	}
	want(t, held, 1, map[string]string{"a.lua": "return 1"})
	if n := await(); n != 1 {
		t.Errorf("generation %d was freed, want 1", n)
	}
}

func TestReloadIsRefusedWhenItIsOff(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.lua": "return 1"})
	l, _ := open(t, Options{Root: dir, Mode: Off})
	put(t, dir, map[string]string{"a.lua": "return 2"})
	if err := l.Reload(t.Context()); !errors.Is(err, ErrOff) {
		t.Error(err)
	}
	if err := l.Run(t.Context()); err != nil || l.Generation().Number() != 1 {
		t.Errorf("%v, generation %d", err, l.Generation().Number())
	}
}

func TestOpenSaysWhatIsMissing(t *testing.T) {
	if _, err := Open(t.Context(), Options{Root: "nowhere"}); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "nowhere") {
		t.Error(err)
	}
	file := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), Options{Root: file}); err == nil {
		t.Error("a file is no root")
	}
}

func TestReloadEndsWithItsContext(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.lua": "return 1"})
	l, _ := open(t, Options{Root: dir})
	put(t, dir, map[string]string{"a.lua": "return 2"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Reload(ctx); !errors.Is(err, context.Canceled) || l.Generation().Number() != 1 {
		t.Errorf("%v, generation %d", err, l.Generation().Number())
	}
	reload(t, l)
	want(t, l.Generation(), 2, map[string]string{"a.lua": "return 2"})
}

// Readers take generations while files change: whatever they find is whole.
func TestOldAndNewCodeNeverMix(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "scripts")
	const versions = 30
	for v := range versions {
		put(t, dir, map[string]string{
			fmt.Sprintf("v%d/a.lua", v): fmt.Sprintf("return %d", v), fmt.Sprintf("v%d/b.lua", v): fmt.Sprintf("return %d", v),
		})
	}
	relink(t, "v0", link)
	l, _ := open(t, Options{Root: link})
	ctx, cancel := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for ctx.Err() == nil {
				g := l.Generation()
				a, err := g.Script("a.lua")
				b, err2 := g.Script("b.lua")
				if err != nil || err2 != nil || a.Content != b.Content {
					t.Errorf("generation %d: %+v, %+v, %v, %v", g.Number(), a, b, err, err2)
					return
				}
				l.Status()
			}
		})
	}
	for v := 1; v < versions; v++ {
		relink(t, fmt.Sprintf("v%d", v), link)
		reload(t, l)
	}
	cancel()
	readers.Wait()
	if got := contents(l.Generation())["a.lua"]; got != fmt.Sprintf("return %d", versions-1) {
		t.Errorf("the last code is %q", got)
	}
}
