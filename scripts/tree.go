package scripts

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// maxFile is how long a file may be, in bytes. The compiler has a limit of its own, which is less.
const maxFile = 4 << 20

// settleTime is the age from which a file's time of change tells whether it is still the same: file systems count in
// steps of up to two seconds.
const settleTime = 2 * time.Second

// kubernetesLink is the link in a mounted volume that a cluster swaps to change all of its files at once.
const kubernetesLink = "..data"

// tree is what is on disk below the root.
type tree struct {
	// place is where the root and the volume in it lead. It is another one when a link was swapped.
	place string
	nodes map[string]*node // by the name below the root, with slashes
}

// node is a Lua file on disk, or a directory that cannot be read.
type node struct {
	info    fs.FileInfo
	settled bool // the same info means the same content
	content string
	hash    [32]byte
	err     error
}

// same tells whether nothing has changed from t to u.
func (t *tree) same(u *tree) bool {
	if t.place != u.place || len(t.nodes) != len(u.nodes) {
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

// scanner reads a tree. What is the same as in last is not read again.
type scanner struct {
	root  *os.Root
	last  *tree
	tree  *tree
	began time.Time
	enter func(dir string) // called before a directory is read, with its name below the root
}

// scan reads all Lua files below root.
func scan(ctx context.Context, root string, last *tree, enter func(dir string)) (*tree, error) {
	place, err := filepath.EvalSymlinks(root)
	if err != nil {
		return nil, err
	}
	r, err := os.OpenRoot(place)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if link, err := r.Readlink(kubernetesLink); err == nil {
		place += "\n" + link
	}
	s := &scanner{r, last, &tree{place, make(map[string]*node)}, time.Now(), enter} // as the times of files: real
	top, err := r.Stat(".")
	if err != nil {
		return nil, err
	}
	if err := s.directory(ctx, ".", []fs.FileInfo{top}); err != nil {
		return nil, err
	}
	return s.tree, nil
}

// directory reads a directory and those below it; above are those that it is in. Its error ends the scan: the root cannot
// be read, or ctx has ended.
func (s *scanner) directory(ctx context.Context, dir string, above []fs.FileInfo) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.enter(dir)
	entries, err := fs.ReadDir(s.root.FS(), dir)
	switch {
	case err == nil:
	case dir == ".":
		return err
	case !errors.Is(err, fs.ErrNotExist): // what was there before counts until it can be read again
		s.tree.nodes[dir] = &node{err: err}
		for name, n := range s.last.nodes {
			if strings.HasPrefix(name, dir+"/") {
				s.tree.nodes[name] = n
			}
		}
		return nil
	}
	for _, e := range entries {
		if hidden(e.Name()) {
			continue
		}
		name := path.Join(dir, e.Name())
		if !e.IsDir() && e.Type()&fs.ModeSymlink == 0 && !isLua(name) {
			continue
		}
		info, err := s.root.Stat(name)
		switch {
		case errors.Is(err, fs.ErrNotExist): // gone meanwhile, or a link to nothing
		case err == nil && info.IsDir():
			if slices.ContainsFunc(above, func(a fs.FileInfo) bool { return os.SameFile(a, info) }) {
				continue // a link makes a circle
			}
			if err := s.directory(ctx, name, append(slices.Clip(above), info)); err != nil {
				return err
			}
		case isLua(name):
			s.tree.nodes[name] = s.file(name, info, err)
		}
	}
	return nil
}

// hidden tells the names that are no scripts': those of editors and of version control.
func hidden(name string) bool { return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "#") }

func isLua(name string) bool { return strings.HasSuffix(name, ".lua") }

// file reads a file, of which err says that Stat failed.
func (s *scanner) file(name string, info fs.FileInfo, err error) *node {
	if err != nil {
		return &node{err: err}
	}
	if n := s.last.nodes[name]; n != nil && n.settled && os.SameFile(n.info, info) &&
		n.info.Size() == info.Size() && n.info.ModTime().Equal(info.ModTime()) {
		return n
	}
	content, err := s.read(name, info)
	if err != nil {
		return &node{err: err}
	}
	return &node{info, s.began.Sub(info.ModTime()) > settleTime, content, sha256.Sum256([]byte(content)), nil}
}

func (s *scanner) read(name string, info fs.FileInfo) (string, error) {
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s: not a regular file", name)
	}
	f, err := s.root.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	var b strings.Builder
	n, err := io.Copy(&b, io.LimitReader(f, maxFile+1))
	if err == nil && n > maxFile {
		return "", fmt.Errorf("%s: longer than %d bytes", name, maxFile)
	}
	return b.String(), err
}
