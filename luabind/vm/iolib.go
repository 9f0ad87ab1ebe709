package vm

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"

	lua "github.com/yuin/gopher-lua"
)

// maxFiles is how many files a script may have open.
const maxFiles = 64

// file is what is behind a file of a script.
type file struct {
	f      *os.File
	r      *bufio.Reader // buffered input; nil: none yet
	w      *bufio.Writer // buffered output; nil: none yet
	mode   string        // of setvbuf: "full", "line" or "no"
	input  *bytes.Reader // of a command, instead of f
	write  bool
	append bool
	closed bool

	print   bool // io.stdout, io.stderr
	stdin   bool
	command string // of popen in mode w: runs when it is closed
	piped   bool
	status  int
	stdout  []byte // what goes to the command
}

// Size is what the file holds in memory.
func (f *file) Size() int {
	n := len(f.stdout)
	if f.r != nil {
		n += f.r.Size()
	}
	if f.w != nil {
		n += f.w.Size()
	}
	if f.input != nil {
		n += int(f.input.Size())
	}
	return n
}

// fileSet are the files of a state.
type fileSet struct {
	open          map[*file]struct{}
	in, out       *lua.LUserData
	stdin, stdout *lua.LUserData
	stderr        *lua.LUserData
	partial       string // the begin of a line that io.write has not ended yet
}

func (s *State) fileSet() *fileSet {
	if s.files == nil {
		s.files = &fileSet{open: map[*file]struct{}{}}
		s.files.stdin = s.fileValue(&file{stdin: true})
		s.files.stdout = s.fileValue(&file{print: true, write: true})
		s.files.stderr = s.fileValue(&file{print: true, write: true})
		s.files.in, s.files.out = s.files.stdin, s.files.stdout
	}
	return s.files
}

func (fs *fileSet) size() int64 {
	n := int64(0)
	for f := range fs.open {
		n += int64(f.Size())
	}
	return n
}

func (fs *fileSet) closeAll() {
	if fs == nil {
		return
	}
	for f := range fs.open {
		if f.f != nil {
			f.flush()
			f.f.Close()
		}
	}
	fs.open = nil
}

// print hands on what the script has written to its output.
func (s *State) print(text string) {
	switch {
	case s.opts.Write != nil:
		s.opts.Write(text)
	case s.opts.Print != nil:
		fs := s.fileSet()
		text = fs.partial + text
		fs.partial = ""
		for {
			line, rest, ok := strings.Cut(text, "\n")
			if !ok {
				fs.partial = line
				if len(line) > 4096 {
					s.opts.Print(line)
					fs.partial = ""
				}
				return
			}
			s.opts.Print(line)
			text = rest
		}
	}
}

// printLines hands on what the script prints.
func (s *State) printLines(text string) {
	if s.opts.Print == nil {
		return
	}
	if s.files != nil && s.files.partial != "" {
		text = s.files.partial + text
		s.files.partial = ""
	}
	for _, line := range strings.Split(text, "\n") {
		s.opts.Print(line)
	}
}

// fileMeta is the metatable of files, which all states share. Scripts see a View of it.
var fileMeta *lua.LTable

var fileMethods = map[string]lua.LGFunction{
	"close": fileClose, "flush": fileFlush, "lines": fileLines, "read": fileRead, "seek": fileSeek, "setvbuf": fileSetvbuf, "write": fileWrite,
}

func init() {
	methods := &lua.LTable{Metatable: lua.LNil}
	for name, f := range functions(fileMethods) {
		methods.RawSetString(name, f)
	}
	fileMeta = &lua.LTable{Metatable: lua.LNil}
	fileMeta.RawSetString("__index", methods)
	fileMeta.RawSetString("__tostring", goFunction(fileToString))
	shown := Table(functions(fileMethods))
	Show(fileMeta, func(s *State) *lua.LTable {
		t := shown(s).(*lua.LTable)
		s.whole(t)
		t.RawSetString("__index", t)
		t.RawSetString("__tostring", fileMeta.RawGetString("__tostring"))
		return t
	})
}

func (s *State) fileValue(f *file) *lua.LUserData {
	return &lua.LUserData{Value: f, Metatable: fileMeta}
}

// ioTable makes io.
func ioTable(s *State) lua.LValue {
	t := ioFunctions(s).(*lua.LTable)
	s.whole(t)
	fs := s.fileSet()
	t.RawSetString("stdin", fs.stdin)
	t.RawSetString("stdout", fs.stdout)
	t.RawSetString("stderr", fs.stderr)
	return t
}

var ioFunctions = Table(functions(map[string]lua.LGFunction{
	"close": ioClose, "flush": ioFlush, "input": ioInput, "lines": ioLines, "open": ioOpen, "output": ioOutput, "popen": ioPopen, "read": ioRead,
	"tmpfile": ioTmpfile, "type": ioType, "write": ioWrite,
}))

func checkFile(l *lua.LState, n int) *file {
	ud, ok := l.Get(n).(*lua.LUserData)
	if ok {
		if f, ok := ud.Value.(*file); ok {
			if f.closed {
				raise(l, 1, "attempt to use a closed file")
			}
			return f
		}
	}
	expected(l, n, "FILE*")
	return nil
}

func fileToString(l *lua.LState) int {
	ud, _ := l.Get(1).(*lua.LUserData)
	f, ok := ud.Value.(*file)
	switch {
	case !ok:
		expected(l, 1, "FILE*")
	case f.closed:
		l.Push(lua.LString("file (closed)"))
	default:
		l.Push(lua.LString(fmt.Sprintf("file (%p)", f)))
	}
	return 1
}

func ioType(l *lua.LState) int {
	checkAny(l, 1)
	var v lua.LValue = lua.LNil
	if ud, ok := l.Get(1).(*lua.LUserData); ok {
		if f, ok := ud.Value.(*file); ok {
			v = lua.LString("file")
			if f.closed {
				v = lua.LString("closed file")
			}
		}
	}
	l.Push(v)
	return 1
}

// openFile opens a file of the script in one of C's modes.
func (s *State) openFile(name, mode string) (*lua.LUserData, error) {
	flags := 0
	switch strings.Replace(mode, "b", "", 1) {
	case "r":
		flags = os.O_RDONLY
	case "w":
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	case "a":
		flags = os.O_WRONLY | os.O_CREATE | os.O_APPEND
	case "r+":
		flags = os.O_RDWR
	case "w+":
		flags = os.O_RDWR | os.O_CREATE | os.O_TRUNC
	case "a+":
		flags = os.O_RDWR | os.O_CREATE | os.O_APPEND
	default:
		return nil, syscall.EINVAL
	}
	if len(s.fileSet().open) >= maxFiles {
		return nil, syscall.EMFILE
	}
	f, err := s.open(name, flags)
	if err != nil {
		return nil, err
	}
	x := &file{f: f, write: flags&(os.O_WRONLY|os.O_RDWR) != 0, append: flags&os.O_APPEND != 0}
	s.files.open[x] = struct{}{}
	return s.fileValue(x), nil
}

func ioOpen(l *lua.LState) int {
	name, mode := checkString(l, 1), optString(l, 2, "r")
	ud, err := StateOf(l).openFile(name, mode)
	if err != nil {
		return result(l, name, err)
	}
	l.Push(ud)
	return 1
}

func ioTmpfile(l *lua.LState) int {
	s := StateOf(l)
	osTmpname(l)
	name := string(l.Get(-1).(lua.LString))
	ud, err := s.openFile(name, "w+")
	if err == nil {
		err = s.remove(name) // the file lives on while it is open
	}
	if err != nil {
		return result(l, name, err)
	}
	l.Push(ud)
	return 1
}

// ioPopen runs a command at once, or when its input is complete. Without a shell it is one that fails.
func ioPopen(l *lua.LState) int {
	s := StateOf(l)
	command, mode := checkString(l, 1), optString(l, 2, "r")
	f := &file{piped: true}
	switch mode {
	case "r":
		var out []byte
		out, f.status = s.execute(command, nil)
		s.room(l, len(out))
		f.input = bytes.NewReader(out)
	case "w":
		f.command, f.write = command, true
	default:
		argument(l, 2, "invalid mode")
	}
	if len(s.fileSet().open) >= maxFiles {
		return result(l, command, syscall.EMFILE)
	}
	s.files.open[f] = struct{}{}
	l.Push(s.fileValue(f))
	return 1
}

func (s *State) closeFile(l *lua.LState, f *file) int {
	if f.print || f.stdin {
		l.Push(lua.LNil)
		l.Push(lua.LString("cannot close standard file"))
		return 2
	}
	f.closed = true
	delete(s.fileSet().open, f)
	if f.piped {
		if f.command != "" {
			var out []byte
			if out, f.status = s.execute(f.command, f.stdout); len(out) > 0 {
				s.print(string(out))
			}
		}
		return exited(l, f.status)
	}
	return result(l, "", errors.Join(f.flush(), f.f.Close()))
}

// flush writes what is buffered.
func (f *file) flush() error {
	if f.w == nil {
		return nil
	}
	return f.w.Flush()
}

func fileClose(l *lua.LState) int { return StateOf(l).closeFile(l, checkFile(l, 1)) }

func ioClose(l *lua.LState) int {
	if l.GetTop() == 0 {
		l.Push(StateOf(l).fileSet().out)
	}
	return fileClose(l)
}

func fileFlush(l *lua.LState) int {
	return result(l, "", checkFile(l, 1).flush())
}

func ioFlush(l *lua.LState) int {
	l.SetTop(0)
	l.Push(StateOf(l).fileSet().out)
	return fileFlush(l)
}

func fileSetvbuf(l *lua.LState) int {
	f := checkFile(l, 1)
	switch mode := checkString(l, 2); mode {
	case "no", "line", "full":
		f.mode = mode
	default:
		argument(l, 2, "invalid option '"+mode+"'")
	}
	f.flush()
	l.Push(lua.LTrue)
	return 1
}

// reader is the input of a file.
func (f *file) reader() (*bufio.Reader, error) {
	if f.r == nil {
		switch {
		case f.stdin:
			f.r = bufio.NewReaderSize(strings.NewReader(""), 16)
		case f.input != nil:
			f.r = bufio.NewReader(f.input)
		case f.f != nil:
			f.r = bufio.NewReader(f.f)
		default:
			return nil, syscall.EBADF
		}
	}
	return f.r, nil
}

// settle writes what is buffered and gives back what was read ahead, before the position in the file counts.
func (f *file) settle() {
	f.flush()
	if f.r != nil && f.f != nil {
		f.f.Seek(-int64(f.r.Buffered()), io.SeekCurrent)
		f.r.Reset(f.f)
	}
}

func fileSeek(l *lua.LState) int {
	f := checkFile(l, 1)
	whence := map[string]int{"set": io.SeekStart, "cur": io.SeekCurrent, "end": io.SeekEnd}
	name := optString(l, 2, "cur")
	how, ok := whence[name]
	if !ok {
		argument(l, 2, "invalid option '"+name+"'")
	}
	offset := optInt(l, 3, 0)
	if f.f == nil {
		return result(l, "", syscall.ESPIPE)
	}
	f.settle()
	at, err := f.f.Seek(int64(offset), how)
	if err != nil {
		return result(l, "", err)
	}
	l.Push(lua.LNumber(at))
	return 1
}

func fileWrite(l *lua.LState) int {
	return write(l, checkFile(l, 1), 2)
}

// ioWrite writes to the current output.
func ioWrite(l *lua.LState) int {
	l.Insert(StateOf(l).fileSet().out, 1)
	return write(l, checkFile(l, 1), 2)
}

func write(l *lua.LState, f *file, from int) int {
	s := StateOf(l)
	for i := from; i <= l.GetTop(); i++ {
		text, ok := stringOf(l.Get(i))
		if !ok {
			argument(l, i-1, "string expected, got "+typeName(l.Get(i)))
		}
		s.work(len(text)/64 + 1)
		var err error
		switch {
		case f.print:
			s.print(text)
		case f.command != "":
			s.room(l, len(f.stdout)+len(text))
			f.stdout = append(f.stdout, text...)
		case !f.write:
			err = syscall.EBADF
		default:
			if f.r != nil && f.r.Buffered() > 0 {
				f.settle()
			}
			if f.w == nil {
				f.w = bufio.NewWriter(f.f)
			}
			_, err = f.w.WriteString(text)
			if err == nil && (f.mode == "no" || f.mode == "line" && strings.IndexByte(text, '\n') >= 0) {
				s.work(500) // a system call
				err = f.flush()
			}
		}
		if err != nil {
			return result(l, "", err)
		}
	}
	l.Push(l.Get(1)) // the file, as 5.2
	return 1
}

func fileRead(l *lua.LState) int {
	f := checkFile(l, 1)
	return read(l, f, 2, l.GetTop())
}

func ioRead(l *lua.LState) int {
	l.Insert(StateOf(l).fileSet().in, 1)
	return fileRead(l)
}

// read carries out the formats from the argument first to last.
func read(l *lua.LState, f *file, first, last int) int {
	r, err := f.reader()
	if err == nil {
		err = f.flush()
	}
	if err != nil {
		return result(l, "", err)
	}
	if first > last {
		v, err := readLine(l, r, false)
		return given(l, []lua.LValue{v}, err)
	}
	var out []lua.LValue
	for i := first; i <= last; i++ {
		var v lua.LValue = lua.LNil
		var err error
		if n, ok := l.Get(i).(lua.LNumber); ok {
			v, err = readBytes(l, r, truncate(float64(n)))
		} else {
			switch format := strings.TrimPrefix(checkString(l, i), "*"); {
			case strings.HasPrefix(format, "n"):
				v, err = readNumber(r)
			case strings.HasPrefix(format, "l"):
				v, err = readLine(l, r, false)
			case strings.HasPrefix(format, "L"):
				v, err = readLine(l, r, true)
			case strings.HasPrefix(format, "a"):
				v, err = readAll(l, r)
			default:
				argument(l, i-1, "invalid format")
			}
		}
		out = append(out, v)
		if err != nil || v == lua.LNil {
			return given(l, out, err)
		}
	}
	return given(l, out, nil)
}

func given(l *lua.LState, out []lua.LValue, err error) int {
	if err != nil && !errors.Is(err, io.EOF) {
		return result(l, "", err)
	}
	for _, v := range out {
		l.Push(v)
	}
	return len(out)
}

func readLine(l *lua.LState, r *bufio.Reader, keep bool) (lua.LValue, error) {
	s := StateOf(l)
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		s.room(l, len(line))
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil && len(line) == 0 {
			return lua.LNil, err
		}
		if !keep {
			line = bytes.TrimSuffix(line, []byte("\n"))
		}
		return lua.LString(line), nil
	}
}

func readAll(l *lua.LState, r *bufio.Reader) (lua.LValue, error) {
	s := StateOf(l)
	var all []byte
	buf := make([]byte, 4096)
	for {
		n, err := r.Read(buf)
		all = append(all, buf[:n]...)
		if len(all) > s.limits.String {
			s.room(l, len(all))
		}
		s.work(n/64 + 1)
		if err != nil {
			s.room(l, len(all))
			return lua.LString(all), nil
		}
	}
}

func readBytes(l *lua.LState, r *bufio.Reader, n int) (lua.LValue, error) {
	if n <= 0 {
		if _, err := r.Peek(1); err != nil {
			return lua.LNil, err
		}
		return lua.LString(""), nil
	}
	s := StateOf(l)
	var out []byte
	for len(out) < n {
		part := make([]byte, min(n-len(out), 64<<10))
		k, err := r.Read(part)
		out = append(out, part[:k]...)
		s.room(l, len(out))
		if err != nil {
			break
		}
	}
	if len(out) == 0 {
		return lua.LNil, io.EOF
	}
	return lua.LString(out), nil
}

// maxNumber is how many characters of a number are read.
const maxNumber = 200

// readNumber reads as far as a number may go, as Lua 5.3 does. What it has read is gone, also when it is no number, as 1e.
func readNumber(r *bufio.Reader) (lua.LValue, error) {
	for {
		c, err := r.ReadByte()
		if err != nil {
			return lua.LNil, err
		}
		if !isSpace(c) {
			r.UnreadByte()
			break
		}
	}
	var text []byte
	accept := func(set string) bool {
		c, err := r.ReadByte()
		if err != nil {
			return false
		}
		if len(text) == maxNumber || strings.IndexByte(set, c) < 0 {
			r.UnreadByte()
			return false
		}
		text = append(text, c)
		return true
	}
	digits, exponent := "0123456789", "eE"
	accept("+-")
	if accept("0") && accept("xX") {
		digits, exponent = "0123456789abcdefABCDEF", "pP"
	}
	for accept(digits) {
	}
	if accept(".") {
		for accept(digits) {
		}
	}
	if accept(exponent) {
		accept("+-")
		for accept("0123456789") {
		}
	}
	if n, ok := ParseNumber(string(text)); ok && len(text) < maxNumber {
		return n, nil
	}
	return lua.LNil, nil
}

// fileLines gives an iterator over the lines of a file, which stays open.
func fileLines(l *lua.LState) int {
	checkFile(l, 1)
	ud := l.Get(1).(*lua.LUserData)
	l.Push(lines(l, ud, 2, false))
	return 1
}

// ioLines opens a file and closes it at its end. A file that cannot be opened raises.
func ioLines(l *lua.LState) int {
	s := StateOf(l)
	if l.Get(1) == lua.LNil {
		l.Push(lines(l, s.fileSet().in, 2, false))
		return 1
	}
	name := checkString(l, 1)
	ud, err := s.openFile(name, "r")
	if err != nil {
		text, _ := cError(err)
		raise(l, 1, name+": "+text)
	}
	l.Push(lines(l, ud, 2, true))
	return 1
}

func lines(l *lua.LState, ud *lua.LUserData, first int, shut bool) *lua.LFunction {
	var formats []lua.LValue
	for i := first; i <= l.GetTop(); i++ {
		formats = append(formats, l.Get(i))
	}
	step := &lua.LFunction{IsG: true, GFunction: func(l *lua.LState) int {
		f := ud.Value.(*file)
		if f.closed {
			raise(l, 1, "file is already closed")
		}
		l.SetTop(1)
		for _, v := range formats {
			l.Push(v)
		}
		n := read(l, f, 2, l.GetTop())
		if shut && l.Get(-n) == lua.LNil {
			f.closed = true
			delete(StateOf(l).files.open, f)
			f.f.Close()
		}
		return n
	}}
	up := &lua.Upvalue{}
	up.Close()
	up.SetValue(ud)
	step.Upvalues = []*lua.Upvalue{up}
	return step
}

func ioInput(l *lua.LState) int {
	s := StateOf(l)
	return redirect(l, &s.fileSet().in, "r")
}

func ioOutput(l *lua.LState) int {
	s := StateOf(l)
	return redirect(l, &s.fileSet().out, "w")
}

// redirect is io.input and io.output: a name, a file, or nothing.
func redirect(l *lua.LState, which **lua.LUserData, mode string) int {
	switch v := l.Get(1).(type) {
	case *lua.LNilType:
	case lua.LString:
		ud, err := StateOf(l).openFile(string(v), mode)
		if err != nil {
			text, _ := cError(err)
			raise(l, 1, string(v)+": "+text)
		}
		*which = ud
	default:
		checkFile(l, 1)
		*which = v.(*lua.LUserData)
	}
	l.Push(*which)
	return 1
}
