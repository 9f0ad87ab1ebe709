package scripts

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// maxFile is how long a file may be, in bytes. The compiler has a limit of its own, which is less.
const maxFile = 4 << 20

// maxDirs and maxFiles are how many directories and files there may be. Links that lead into each other's directories show
// a few of them at any number of paths.
const (
	maxDirs  = 20_000
	maxFiles = 100_000
)

// settleTime is the age from which a file's times tell whether it is still the same: file systems count in steps of up to
// two seconds.
const settleTime = 2 * time.Second

// kubernetesLink is the link in a mounted volume that a cluster swaps to change all of its files at once.
const kubernetesLink = "..data"

// tree is what is on disk below the root.
type tree struct {
	// dir is the root, open.
	dir *os.Root
	// links are where links to directories lead, by the names of the links. The root is the name "".
	links map[string]string
	nodes map[string]*node // by the name below the root, with slashes
	// outside are the names of links to directories that lie outside of the root, which are not followed.
	outside []string
}

// node is a Lua file on disk, or a directory that cannot be read.
type node struct {
	info    fs.FileInfo
	changed time.Time     // the last change, as far as the system tells
	age     time.Duration // from then until the scan began that has read it; below zero for one that was changed during that
	content string
	hash    [32]byte
	err     error
}

// close frees the directory. It may be called on nil.
func (t *tree) close() {
	if t != nil && t.dir != nil {
		t.dir.Close()
	}
}

// same tells whether nothing has changed from t to u.
func (t *tree) same(u *tree) bool {
	if !maps.Equal(t.links, u.links) || len(t.nodes) != len(u.nodes) {
		return false
	}
	for name, n := range t.nodes {
		m := u.nodes[name]
		if m == nil || n.hash != m.hash || (n.err == nil) != (m.err == nil) || n.err != nil && n.err.Error() != m.err.Error() {
			return false
		}
	}
	return true
}

// swapped tells whether a link to a directory leads somewhere else.
func swapped(before, now map[string]string) bool {
	for name, target := range now {
		if was, ok := before[name]; ok && was != target {
			return true
		}
	}
	return false
}

// scanner reads a tree. What is the same as in last is not read again.
type scanner struct {
	path string // where the root is, without links
	last *tree
	tree *tree
	now  time.Time
	dirs int
	see  func(name string, link bool)
}

// scan reads all Lua files below root; now is the computer's time, by which files have theirs. Before a directory is read and
// before a link is followed see is called with its name below the root.
func scan(ctx context.Context, root string, last *tree, now time.Time, see func(name string, link bool)) (*tree, error) {
	for attempt := 0; ; attempt++ {
		t, err := scanOnce(ctx, root, last, now, see)
		// What was read while a link was swapped is half old. One that is swapped all the time is taken as it comes.
		if err != nil || attempt == 3 || !t.shaky() {
			return t, err
		}
		t.close()
	}
}

func scanOnce(ctx context.Context, root string, last *tree, now time.Time, see func(name string, link bool)) (*tree, error) {
	place, err := filepath.EvalSymlinks(root)
	if err != nil {
		return nil, err
	}
	dir, err := os.OpenRoot(place)
	if err != nil {
		return nil, err
	}
	s := &scanner{path: place, last: last, tree: &tree{dir: dir, links: map[string]string{"": place}, nodes: make(map[string]*node)}, now: now, see: see}
	top, err := dir.Stat(".")
	if err == nil {
		s.see(".", false)
		err = s.directory(ctx, ".", dir, []fs.FileInfo{top})
	}
	if err != nil {
		dir.Close()
		return nil, err
	}
	return s.tree, nil
}

// shaky tells whether a link has been swapped since it was followed.
func (t *tree) shaky() bool {
	for name, target := range t.links {
		if name == "" {
			continue // the directory that it led to is open
		}
		if now, err := t.dir.Readlink(name); err != nil || now != target {
			return true
		}
	}
	return false
}

// directory reads a directory, which is open as at, and those below it; above are those that it is in, and itself. Its error
// ends the scan: the root cannot be read, ctx has ended, or there is too much.
func (s *scanner) directory(ctx context.Context, dir string, at *os.Root, above []fs.FileInfo) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.dirs++; s.dirs > maxDirs {
		return fmt.Errorf("%s: more than %d directories, those counted again that links lead to", s.path, maxDirs)
	}
	entries, err := list(at)
	if err != nil {
		if dir == "." {
			return err
		}
		s.unreadable(dir, err)
		return nil
	}
	if slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == kubernetesLink }) {
		if target, err := at.Readlink(kubernetesLink); err == nil {
			s.tree.links[path.Join(dir, kubernetesLink)] = target
		}
	}
	for _, e := range entries {
		if hidden(e.Name()) {
			continue
		}
		if err := s.entry(ctx, path.Join(dir, e.Name()), e, at, above); err != nil {
			return err
		}
	}
	return nil
}

// list gives what is in a directory. Names may be any bytes, which fs.FS does not take.
func list(at *os.Root) ([]fs.DirEntry, error) {
	f, err := at.Open(".")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.ReadDir(-1)
}

// unreadable notes that a directory cannot be read. What was there before counts until it can be read again.
func (s *scanner) unreadable(dir string, err error) {
	if errors.Is(err, fs.ErrNotExist) { // gone meanwhile
		return
	}
	s.tree.nodes[dir] = &node{err: plain(err)}
	for name, n := range s.last.nodes {
		if strings.HasPrefix(name, dir+"/") {
			s.tree.nodes[name] = n
		}
	}
}

// entry reads what a directory has under a name.
func (s *scanner) entry(ctx context.Context, name string, e fs.DirEntry, at *os.Root, above []fs.FileInfo) error {
	base, link := e.Name(), e.Type()&fs.ModeSymlink != 0
	if !e.IsDir() && !link && !isLua(name) {
		return nil
	}
	info, err := e.Info()
	if link {
		at, base = s.tree.dir, name // it may lead up, as long as it stays below the root
		s.see(name, true)
		if info, err = at.Stat(base); err != nil {
			if rel, ok := s.inside(name); ok { // an absolute link, which os.Root does not follow
				base = rel
				info, err = at.Stat(base)
			}
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist): // gone meanwhile, or a link to nothing
	case err == nil && info.IsDir():
		if slices.ContainsFunc(above, func(a fs.FileInfo) bool { return os.SameFile(a, info) }) {
			return nil // a link makes a circle
		}
		if link {
			target, err := at.Readlink(name)
			if err != nil {
				return nil // gone meanwhile
			}
			s.tree.links[name] = target
		}
		s.see(name, false)
		sub, err := at.OpenRoot(base)
		if err != nil {
			s.unreadable(name, err)
			return nil
		}
		defer sub.Close()
		return s.directory(ctx, name, sub, append(slices.Clip(above), info))
	case isLua(name):
		if len(s.tree.nodes) == maxFiles {
			return fmt.Errorf("%s: more than %d Lua files", s.path, maxFiles)
		}
		s.tree.nodes[name] = s.file(name, at, base, info, err)
	case err != nil && link:
		if target, err := os.Stat(filepath.Join(s.path, filepath.FromSlash(name))); err == nil && target.IsDir() {
			s.tree.outside = append(s.tree.outside, name)
		}
	}
	return nil
}

// inside is where a link leads, with a name below the root, ok if it does lead there.
func (s *scanner) inside(name string) (rel string, ok bool) {
	path, err := filepath.EvalSymlinks(filepath.Join(s.path, filepath.FromSlash(name)))
	if err != nil {
		return "", false
	}
	rel, err = filepath.Rel(s.path, path)
	return filepath.ToSlash(rel), err == nil && filepath.IsLocal(rel)
}

// hidden tells the names that are no scripts': those of editors, of version control and of file systems.
func hidden(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "#") || name == "lost+found"
}

func isLua(name string) bool { return strings.HasSuffix(name, ".lua") }

// file reads a file, of which err says that Stat failed.
func (s *scanner) file(name string, at *os.Root, base string, info fs.FileInfo, err error) *node {
	if err != nil {
		if _, there := os.Stat(filepath.Join(s.path, filepath.FromSlash(name))); there == nil {
			return &node{err: errLink}
		}
		return &node{err: plain(err)}
	}
	if n := s.last.nodes[name]; n != nil && n.err == nil && n.age > settleTime && os.SameFile(n.info, info) &&
		n.info.Size() == info.Size() && n.changed.Equal(changeTime(info)) {
		return n
	}
	n, err := read(at, base, info)
	if err != nil {
		return &node{err: plain(err)}
	}
	n.age = s.now.Sub(n.changed)
	return n
}

var (
	errNotRegular = errors.New("not a regular file") // a pipe, a device and the like
	errLink       = errors.New("a link that leads out of the directory of the scripts")
)

// read reads a file, which was a regular one when info was asked for. That may have changed, so that it is opened in a way that
// waits for nobody.
func read(at *os.Root, base string, info fs.FileInfo) (*node, error) {
	if !info.Mode().IsRegular() {
		return nil, errNotRegular
	}
	f, err := at.OpenFile(base, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err = f.Stat(); err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errNotRegular
	}
	var b strings.Builder
	size, err := io.Copy(&b, io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return nil, err
	case size > maxFile:
		return nil, fmt.Errorf("longer than %d bytes", maxFile)
	}
	content := b.String()
	return &node{info: info, changed: changeTime(info), content: content, hash: sha256.Sum256([]byte(content))}, nil
}

// plain is an error without the path, which is said at the node.
func plain(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
