package vm

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"
)

// Dir is a directory that a script may touch.
type Dir struct {
	// Path is what the script calls it: an absolute path. Names that are not absolute are looked for in each Dir, in their order.
	Path string
	// Root is the directory; nothing outside of it can be reached through it.
	Root *os.Root
	// Write: the script may change what is in it. Otherwise it may only read.
	Write bool
}

func (d Dir) join(name string) string { return path.Join(d.Path, name) }

// inside is the name of a file in the directory, ok if it lies there.
func (d Dir) inside(name string) (rel string, ok bool) {
	if !path.IsAbs(name) {
		return path.Clean(name), true
	}
	name = path.Clean(name)
	base := path.Clean(d.Path)
	if name == base {
		return ".", true
	}
	rel, ok = strings.CutPrefix(name, strings.TrimSuffix(base, "/")+"/")
	return rel, ok
}

// cError is the text and the number that C has for an error.
func cError(err error) (text string, number int) {
	var errno syscall.Errno
	switch {
	case errors.As(err, &errno):
	case errors.Is(err, fs.ErrNotExist):
		errno = syscall.ENOENT
	case errors.Is(err, fs.ErrExist):
		errno = syscall.EEXIST
	case errors.Is(err, fs.ErrInvalid):
		errno = syscall.EINVAL
	default: // an os.Root that a name leads out of, among them
		errno = syscall.EACCES
	}
	text = errno.Error()
	return strings.ToUpper(text[:1]) + text[1:], int(errno)
}

// each tries a name in the directories that it may lie in, until one answers otherwise than that there is no such file.
func (s *State) each(name string, write bool, try func(d Dir, rel string) error) error {
	if strings.IndexByte(name, 0) >= 0 {
		name, _, _ = strings.Cut(name, "\x00") // C sees no more of it
	}
	if name == "" {
		return syscall.ENOENT
	}
	var err error = syscall.ENOENT
	denied := path.IsAbs(name)
	for _, d := range s.opts.Files {
		rel, ok := d.inside(name)
		if !ok {
			continue
		}
		if write && !d.Write {
			denied = true
			continue
		}
		denied = false
		s.work(1000) // a system call
		if err = try(d, rel); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if denied && errors.Is(err, fs.ErrNotExist) {
		return syscall.EACCES
	}
	return err
}

func (s *State) open(name string, flag int) (*os.File, error) {
	var f *os.File
	write := flag&(os.O_WRONLY|os.O_RDWR) != 0
	err := s.each(name, write, func(d Dir, rel string) (err error) {
		f, err = d.Root.OpenFile(rel, flag|syscall.O_NONBLOCK, 0o644) // a pipe must not hold the script up
		if err == nil && write {
			if info, e := f.Stat(); e == nil && !info.Mode().IsRegular() {
				f.Close()
				return syscall.EACCES // nor may a pipe or a device be written to
			}
		}
		return err
	})
	return f, err
}

func (s *State) remove(name string) error {
	return s.each(name, true, func(d Dir, rel string) error { return d.Root.Remove(rel) })
}

func (s *State) rename(from, to string) error {
	return s.each(from, true, func(d Dir, rel string) error {
		target, ok := d.inside(to)
		if ok {
			return d.Root.Rename(rel, target)
		}
		// Another directory: copied, as mv does between file systems.
		if err := s.copy(from, to); err != nil {
			return err
		}
		return d.Root.Remove(rel)
	})
}

// maxCopy is how large a file may be that is copied.
const maxCopy = 64 << 20

func (s *State) copy(from, to string) error {
	in, err := s.open(from, os.O_RDONLY)
	if err != nil {
		return err
	}
	defer in.Close()
	if info, err := in.Stat(); err != nil || !info.Mode().IsRegular() || info.Size() > maxCopy {
		return syscall.EFBIG
	}
	out, err := s.open(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return err
	}
	_, err = in.WriteTo(out)
	return errors.Join(err, out.Close())
}
