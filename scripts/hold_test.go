package scripts

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"eslua/internal/clock"
)

// held takes what is on disk so long after the last change of a.lua, as a watch does, and checks what is served then.
func held(t *testing.T, l *Library, after, again time.Duration, content string) {
	t.Helper()
	now := changeTime(stat(t, filepath.Join(l.root, "a.lua"))).Add(after)
	l.loading.Lock()
	defer l.loading.Unlock()
	seen, err := scan(t.Context(), l.root, l.tree, now, func(string, bool) {})
	do(t, err)
	got, err := l.take(t.Context(), seen, nil, quietTime)
	do(t, err)
	if got != again {
		t.Errorf("after %v: again in %v, want %v", after, got, again)
	}
	if served := contents(l.Generation())["a.lua"]; served != content {
		t.Errorf("after %v: %q serves, want %q", after, served, content)
	}
}

func TestAFileThatIsBeingWrittenKeepsItsText(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.lua": "return 1", "b.lua": "return 1"})
	l, _ := open(t, Options{Root: dir})
	held(t, l, 0, 0, "return 1") // young, and the same
	put(t, dir, map[string]string{"a.lua": "return 2"})
	held(t, l, 10*time.Millisecond, 40*time.Millisecond, "return 1")
	held(t, l, -10*time.Millisecond, 60*time.Millisecond, "return 1") // changed while the directory was read
	held(t, l, 50*time.Millisecond, 0, "return 2")
	put(t, dir, map[string]string{"a.lua": "return 3"})
	held(t, l, -time.Hour, 0, "return 3") // the clock of a file server
	do(t, os.Remove(filepath.Join(dir, "b.lua")))
	put(t, dir, map[string]string{"a.lua": "return 4"})
	held(t, l, 0, 50*time.Millisecond, "return 3")
	want(t, l.Generation(), 4, map[string]string{"a.lua": "return 3"})
}

func TestANewFileThatIsBeingWrittenIsNotThere(t *testing.T) {
	dir := t.TempDir()
	l, _ := open(t, Options{Root: dir})
	put(t, dir, map[string]string{"a.lua": "return 1"})
	held(t, l, 0, 50*time.Millisecond, "")
	want(t, l.Generation(), 1, nil)
	held(t, l, 50*time.Millisecond, 0, "return 1")
}

func TestAnEmptiedFileKeepsItsTextForAWhile(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.lua": "return 1"})
	l, _ := open(t, Options{Root: dir})
	put(t, dir, map[string]string{"a.lua": ""})
	held(t, l, 200*time.Millisecond, 800*time.Millisecond, "return 1")
	held(t, l, time.Second, 0, "")
	put(t, dir, map[string]string{"a.lua": "return 2"})
	held(t, l, time.Second, 0, "return 2")
	put(t, dir, map[string]string{"a.lua": ""})
	reload(t, l) // somebody has asked for it
	want(t, l.Generation(), 4, map[string]string{"a.lua": ""})
}

func TestAFileThatIsWrittenWithoutEndIsTakenInTheEnd(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.lua": "return 1"})
	v := clock.NewVirtual(time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC))
	l, _ := open(t, Options{Root: dir, Clock: v})
	g := clock.NewGroup(v)
	g.Go(func() {
		put(t, dir, map[string]string{"a.lua": "return 2"})
		held(t, l, 0, 50*time.Millisecond, "return 1")
		clock.Sleep(t.Context(), v, maxHold-time.Second)
		put(t, dir, map[string]string{"a.lua": "return 3"})
		held(t, l, 0, 50*time.Millisecond, "return 1")
		clock.Sleep(t.Context(), v, time.Second)
		put(t, dir, map[string]string{"a.lua": "return 4"})
		held(t, l, 0, 0, "return 4")
		put(t, dir, map[string]string{"a.lua": "return 5"})
		held(t, l, 0, 50*time.Millisecond, "return 4")
	})
	g.Wait(t.Context())
}

// A release that a link leads to was written in another place, and is whole.
func TestASwappedLinkWaitsForNoFile(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"v1/a.lua": "return 1", "v2/a.lua": "", "v3/a.lua": "return 3"})
	link := filepath.Join(dir, "scripts")
	relink(t, "v1", link)
	l, _ := open(t, Options{Root: link})
	relink(t, "v2", link)
	held(t, l, 0, 0, "")
	relink(t, "v3", link)
	held(t, l, 0, 0, "return 3")
}
