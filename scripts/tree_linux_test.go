package scripts

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestWhatIsNoFileIsBroken(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.lua": "return 1"})
	do(t, syscall.Mkfifo(filepath.Join(dir, "pipe.lua"), 0o600))
	do(t, os.Symlink("round.lua", filepath.Join(dir, "round.lua")))
	l, _ := open(t, Options{Root: dir})
	want(t, l.Generation(), 1, map[string]string{"a.lua": "return 1", "pipe.lua": "broken", "round.lua": "broken"})
	b := l.Status().Broken
	if len(b) != 2 || b[0].Err.Error() != filepath.Join(dir, "pipe.lua")+": not a regular file" || !strings.HasSuffix(b[1].Err.Error(), "/round.lua: "+syscall.ELOOP.Error()) {
		t.Errorf("%+v", b)
	}
	if err := l.Reload(t.Context()); err == nil || l.Generation().Number() != 1 {
		t.Errorf("%v, a new generation %d without a change", err, l.Generation().Number())
	}
}

// A pipe that takes the place of a file, after it was asked what it is, holds nobody up.
func TestAPipeIsNotWaitedFor(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.lua": "return 1"})
	info := stat(t, filepath.Join(dir, "a.lua"))
	do(t, os.Remove(filepath.Join(dir, "a.lua")))
	do(t, syscall.Mkfifo(filepath.Join(dir, "a.lua"), 0o600))
	at, err := os.OpenRoot(dir)
	do(t, err)
	defer at.Close()
	if _, err := read(at, "a.lua", info); !errors.Is(err, errNotRegular) {
		t.Error(err)
	}
}
