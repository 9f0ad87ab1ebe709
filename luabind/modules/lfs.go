package modules

import (
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"time"

	lua "github.com/yuin/gopher-lua"

	"eslua/luabind/vm"
)

// lfsFunctions are those of LuaFileSystem on the directories that the script may touch. The working directory is the first of
// them, and stays it: it is where io looks for names that are not absolute, in all scripts of the process.
var lfsFunctions = map[string]lua.LGFunction{
	"attributes":        func(l *lua.LState) int { return attributes(l, (*os.Root).Stat) },
	"symlinkattributes": func(l *lua.LState) int { return attributes(l, (*os.Root).Lstat) },
	"currentdir": func(l *lua.LState) int {
		if dirs := vm.StateOf(l).Dirs(); len(dirs) > 0 {
			l.Push(lua.LString(dirs[0].Path))
			return 1
		}
		return done(l, "", fs.ErrNotExist)
	},
	"chdir": func(l *lua.LState) int {
		name := vm.CheckString(l, 1)
		if dirs := vm.StateOf(l).Dirs(); len(dirs) > 0 && (name == "." || strings.TrimSuffix(name, "/") == dirs[0].Path) {
			l.Push(lua.LTrue)
			return 1
		}
		return fail(l, "Unable to change working directory to '"+name+"'\nPermission denied\n")
	},
	"dir":     dir,
	"mkdir":   changing(func(d vm.Dir, rel string) error { return d.Root.Mkdir(rel, 0o775) }),
	"rmdir":   changing(removeDir),
	"touch":   touch,
	"link":    link,
	"setmode": setMode,
}

// done answers as lfs does: true, or nil, a message and C's number of the error.
func done(l *lua.LState, name string, err error) int {
	if err == nil {
		l.Push(lua.LTrue)
		return 1
	}
	text, number := vm.FileError(err)
	if name != "" {
		text = name + ": " + text
	}
	fail(l, text)
	l.Push(lua.LNumber(number))
	return 3
}

// changing is a function that changes what is under the name in its first argument.
func changing(do func(d vm.Dir, rel string) error) lua.LGFunction {
	return func(l *lua.LState) int { return done(l, "", vm.StateOf(l).Find(vm.CheckString(l, 1), true, do)) }
}

func removeDir(d vm.Dir, rel string) error {
	info, err := d.Root.Lstat(rel)
	switch {
	case err != nil:
		return err
	case !info.IsDir():
		return syscall.ENOTDIR
	case rel == ".":
		return syscall.EBUSY
	}
	return d.Root.Remove(rel)
}

// maxNames is how many bytes of names are read from a directory.
const maxNames = 1 << 20

// dir is an iterator over the names in a directory. They are read at once, so that nothing stays open.
func dir(l *lua.LState) int {
	s, name := vm.StateOf(l), vm.CheckString(l, 1)
	names := []string{".", ".."}
	err := s.Find(name, false, func(d vm.Dir, rel string) error {
		f, err := d.Root.OpenFile(rel, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe must not hold the script up
		if err != nil {
			return err
		}
		defer f.Close()
		for size := 0; size < maxNames; {
			some, err := f.Readdirnames(500)
			for _, n := range some {
				size += len(n) + 16
			}
			names = append(names, some...)
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			s.Work(10 * len(some))
		}
		return syscall.EOVERFLOW
	})
	if err != nil {
		text, _ := vm.FileError(err)
		vm.Raise(l, "cannot open "+name+": "+text)
	}
	d := &listing{names: names}
	s.Grow(d.Size())
	l.Push(dirNext)
	l.Push(dirClass.object(d))
	return 2
}

// listing is what is left of the names in a directory.
type listing struct {
	names  []string
	closed bool
}

// Size is how many bytes it takes.
func (d *listing) Size() int {
	n := 0
	for _, name := range d.names {
		n += len(name) + 16
	}
	return n
}

func (d *listing) next(l *lua.LState) int {
	if d.closed {
		vm.BadArgument(l, 1, "closed directory")
	}
	if len(d.names) == 0 {
		d.closed = true
		l.Push(lua.LNil)
		return 1
	}
	l.Push(lua.LString(d.names[0]))
	d.names = d.names[1:]
	return 1
}

var dirClass = newClass("directory metatable", map[string]func(*lua.LState, *listing) int{
	"next": func(l *lua.LState, d *listing) int { return d.next(l) },
	"close": func(_ *lua.LState, d *listing) int {
		d.names, d.closed = nil, true
		return 0
	},
}, nil)

var dirNext = vm.Function(func(l *lua.LState) int { return dirClass.self(l, 1).next(l) })

// touch sets the times of access and of change; without any they become the present one.
func touch(l *lua.LState) int {
	s := vm.StateOf(l)
	access := s.Now()
	if l.Get(2) != lua.LNil {
		access = seconds(vm.CheckNumber(l, 2))
	}
	change := access
	if l.Get(3) != lua.LNil {
		change = seconds(vm.CheckNumber(l, 3))
	}
	return done(l, "", s.Find(vm.CheckString(l, 1), true, func(d vm.Dir, rel string) error { return d.Root.Chtimes(rel, access, change) }))
}

func seconds(f float64) time.Time {
	whole := int64(f)
	return time.Unix(whole, int64((f-float64(whole))*1e9))
}

// link makes a link in a directory that may be changed. One that would lead out of it could not be followed by any script.
func link(l *lua.LState) int {
	old, name := vm.CheckString(l, 1), vm.CheckString(l, 2)
	symbolic := lua.LVAsBool(l.Get(3))
	return done(l, "", vm.StateOf(l).Find(name, true, func(d vm.Dir, rel string) error {
		if symbolic {
			return d.Root.Symlink(old, rel)
		}
		from, ok := strings.CutPrefix(old, strings.TrimSuffix(d.Path, "/")+"/")
		if !ok && strings.HasPrefix(old, "/") {
			return syscall.EXDEV
		}
		return d.Root.Link(from, rel)
	}))
}

// setMode tells that a file is binary, as it always is.
func setMode(l *lua.LState) int {
	switch mode := vm.CheckString(l, 2); mode {
	case "binary", "text":
	default:
		vm.BadArgument(l, 2, "invalid option '"+mode+"'")
	}
	l.Push(lua.LTrue)
	l.Push(lua.LString("binary"))
	return 2
}

// attributes gives what is known about a file: all as a table, new or given, or one thing by its name.
func attributes(l *lua.LState, stat func(*os.Root, string) (os.FileInfo, error)) int {
	name := vm.CheckString(l, 1)
	var info os.FileInfo
	var target string
	err := vm.StateOf(l).Find(name, false, func(d vm.Dir, rel string) (err error) {
		if info, err = stat(d.Root, rel); err == nil && info.Mode()&fs.ModeSymlink != 0 {
			target, err = d.Root.Readlink(rel)
		}
		return err
	})
	if err != nil {
		text, number := vm.FileError(err)
		fail(l, "cannot obtain information from file '"+name+"': "+text)
		l.Push(lua.LNumber(number))
		return 3
	}
	known := describe(info)
	if target != "" {
		known["target"] = lua.LString(target)
	}
	if what, ok := l.Get(2).(lua.LString); ok {
		v, ok := known[string(what)]
		if !ok {
			if what == "target" {
				l.Push(lua.LNil)
				return 1
			}
			vm.Raise(l, "invalid attribute name '"+string(what)+"'")
		}
		l.Push(v)
		return 1
	}
	t, ok := l.Get(2).(*lua.LTable)
	if !ok {
		t = l.CreateTable(0, len(known))
	}
	for _, member := range members {
		if v, ok := known[member]; ok {
			t.RawSetString(member, v)
		}
	}
	l.Push(t)
	return 1
}

// members are what describe may know, in lfs's order.
var members = [...]string{
	"mode", "dev", "ino", "nlink", "uid", "gid", "rdev", "access", "modification", "change", "size", "permissions", "blocks", "blksize", "target",
}

// describe is what is known about a file on every system.
func describe(info os.FileInfo) map[string]lua.LValue {
	changed := lua.LNumber(info.ModTime().Unix())
	known := map[string]lua.LValue{
		"mode": lua.LString(kindOf(info.Mode())), "size": lua.LNumber(info.Size()), "permissions": lua.LString(info.Mode().Perm().String()[1:]),
		"modification": changed, "access": changed, "change": changed,
	}
	describeSystem(info, known)
	return known
}

func kindOf(m fs.FileMode) string {
	switch {
	case m.IsRegular():
		return "file"
	case m.IsDir():
		return "directory"
	case m&fs.ModeSymlink != 0:
		return "link"
	case m&fs.ModeSocket != 0:
		return "socket"
	case m&fs.ModeNamedPipe != 0:
		return "named pipe"
	case m&fs.ModeCharDevice != 0:
		return "char device"
	case m&fs.ModeDevice != 0:
		return "block device"
	}
	return "other"
}
