package scripts

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestAStormOfChanges makes changes of all kinds at random, and looks for one that was not noticed.
func TestAStormOfChanges(t *testing.T) {
	const rounds, changes = 10, 60
	top := t.TempDir()
	root := filepath.Join(top, "current/scripts")
	for _, release := range []string{"r0", "r1"} {
		put(t, filepath.Join(top, release, "scripts"), map[string]string{"a.lua": "return 0", ".hidden/h.lua": "return 0"})
	}
	relink(t, "r0", filepath.Join(top, "current"))
	l, log := watching(t, root, nil)
	r := rand.New(rand.NewPCG(1, 2))
	dirs := []string{".", "x", "x/y", "z", "z/y/x", "link", ".hidden", "lib.lua"}
	path := func() string {
		name := []string{"a.lua", "b.lua", "c", "d.lua", "link"}[r.IntN(5)]
		return filepath.Join(root, dirs[r.IntN(len(dirs))], name)
	}
	dir := func() string { return filepath.Join(root, dirs[1+r.IntN(len(dirs)-1)]) }
	// What cannot be done, as what it needs is not there, is left out.
	for range rounds {
		for n := range changes {
			text := fmt.Sprintf("return %d", r.IntN(1000))
			switch r.IntN(14) {
			case 0, 1, 2:
				os.WriteFile(path(), []byte(text), 0o644)
			case 3:
				p := path()
				os.WriteFile(p+".tmp", []byte(text), 0o644)
				os.Rename(p+".tmp", p)
			case 4:
				os.Remove(path())
			case 5, 6:
				os.MkdirAll(dir(), 0o755)
			case 7:
				os.RemoveAll(dir())
			case 8:
				os.Rename(dir(), dir())
			case 9:
				os.Rename(path(), path())
			case 10:
				os.Symlink([]string{"x", "../z", ".hidden", "a.lua", "../c", ".hidden/h.lua"}[r.IntN(6)], path())
			case 11:
				p := dir()
				os.Symlink([]string{"x", "z/y", ".hidden", "link"}[r.IntN(4)], p+".new")
				os.Rename(p+".new", p)
			case 12:
				os.WriteFile(path(), []byte("return ("), 0o644)
			case 13:
				if n%10 == 0 {
					os.Symlink(fmt.Sprintf("r%d", r.IntN(2)), filepath.Join(top, "new"))
					os.Rename(filepath.Join(top, "new"), filepath.Join(top, "current"))
				} else if n%10 == 1 {
					os.Rename(filepath.Join(top, "r0"), filepath.Join(top, "tmp"))
					os.Rename(filepath.Join(top, "r1"), filepath.Join(top, "r0"))
					os.Rename(filepath.Join(top, "tmp"), filepath.Join(top, "r1"))
				}
			}
			if r.IntN(6) == 0 {
				time.Sleep(time.Duration(r.IntN(30)) * time.Millisecond) // the system tells of it in real time
			}
		}
		put(t, root, map[string]string{"end.lua": fmt.Sprint("return ", r.Uint64())})
		fresh, err := scan(t.Context(), root, new(tree), time.Now(), func(string, bool) {})
		do(t, err)
		fresh.close()
		limit := time.Now().Add(lookInterval - 2*time.Second) // before it is looked at anyhow
		for {
			l.loading.Lock()
			ok := fresh.same(l.tree)
			l.loading.Unlock()
			if ok {
				break
			}
			if time.Now().After(limit) {
				t.Fatalf("the library has not seen\n%v\n%v\nbut\n%v\n%v\n%s", fresh.links, names(fresh), l.tree.links, names(l.tree), log)
			}
			time.Sleep(5 * time.Millisecond) // nothing tells when a look is over that found nothing new
		}
		for len(log.lines) > 0 {
			<-log.lines
		}
	}
}

// names are the texts of a tree, by name.
func names(t *tree) map[string]string {
	m := make(map[string]string)
	for name, n := range maps.All(t.nodes) {
		m[name] = n.content
		if n.err != nil {
			m[name] = n.err.Error()
		}
	}
	return m
}
