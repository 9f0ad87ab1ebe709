package vm

import (
	"io"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// Host is what Options.Host was for the state that l belongs to. Functions that are shared by all states find in it whom
// they work for.
func Host(l *lua.LState) any { return StateOf(l).opts.Host }

// Local is a value that the host keeps with a state: what make has made when the key was first asked for. Only the goroutine of
// the script may call it.
func (s *State) Local(key any, make func() any) any {
	v, ok := s.local[key]
	if !ok {
		if v = make(); s.local == nil {
			s.local = map[any]any{}
		}
		s.local[key] = v
	}
	return v
}

// maxHeld is how many things a state may hold open for its script.
const maxHeld = 100

// Hold has the state close c at its own end, unless Drop comes first. It is false when the script holds as many things as it may: then
// nothing was noted. c is a pointer.
func (s *State) Hold(c io.Closer) bool {
	if len(s.held) == maxHeld {
		return false
	}
	if s.held == nil {
		s.held = map[io.Closer]struct{}{}
	}
	s.held[c] = struct{}{}
	return true
}

// Drop takes back what Hold has noted.
func (s *State) Drop(c io.Closer) { delete(s.held, c) }

// Now is the wall clock of the script.
func (s *State) Now() time.Time { return s.now() }

// Work accounts for n steps of a host function, each about as long as an instruction, and ends it when the script is to end.
func (s *State) Work(n int) { s.work(n) }

// Room accounts for a string of n bytes that a host function is about to make. It raises an error when that is longer than Limits.String, and
// ends the script when it holds too much memory.
func (s *State) Room(l *lua.LState, n int) { s.room(l, n) }

// Grow accounts for n bytes that a value of the host is about to hold for the script, and ends the script when that is too much. The value has a
// method Size() int, by which it counts from then on.
func (s *State) Grow(n int) {
	s.fresh += int64(n)
	if s.size+s.fresh > s.limits.Memory && !s.weigh(int64(n)) {
		s.killed()
	}
}

// Load makes a function of a chunk, in the global environment of the script.
func (s *State) Load(c *Chunk) *lua.LFunction { return s.function(c) }

// Call calls a function of the script from within a host function: nargs arguments lie on the stack above it. It leaves nret results, and an
// error passes through.
func Call(l *lua.LState, nargs, nret int) { StateOf(l).call(l, nargs, nret) }

// Dirs are the directories that the script may touch.
func (s *State) Dirs() []Dir { return s.opts.Files }

// Find tries a name in the directories that it may lie in, in the name of the script, until one answers otherwise than that there is no such
// file. With write only those count that the script may change. FileError has the text of its error.
func (s *State) Find(name string, write bool, try func(d Dir, rel string) error) error {
	return s.each(name, write, try)
}

// Execute runs a command as os.execute does, in the name of the script, and gives its status.
func (s *State) Execute(command string) (status int) {
	_, status = s.execute(command, nil)
	return status
}

// FileError is the text and the number that C has for an error of the file system.
func FileError(err error) (text string, number int) { return cError(err) }

// The arguments of host functions, with Lua's conversions and PUC's errors. n counts from 1.

// CheckString is an argument that has to be a string, or a number, which becomes one.
func CheckString(l *lua.LState, n int) string { return checkString(l, n) }

// OptString is CheckString, or otherwise if the argument is nil.
func OptString(l *lua.LState, n int, otherwise string) string { return optString(l, n, otherwise) }

// CheckNumber is an argument that has to be a number, or a string of one.
func CheckNumber(l *lua.LState, n int) float64 { return checkNumber(l, n) }

// CheckTable is an argument that has to be a table.
func CheckTable(l *lua.LState, n int) *lua.LTable { return checkTable(l, n) }

// BadArgument raises the error for an argument that a function cannot work with.
func BadArgument(l *lua.LState, n int, text string) { argument(l, n, text) }

// BadType raises the error for an argument that is not of the type.
func BadType(l *lua.LState, n int, typ string) { expected(l, n, typ) }
