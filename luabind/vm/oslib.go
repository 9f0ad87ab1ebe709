package vm

import (
	"os"
	"strconv"
	"time"

	lua "github.com/yuin/gopher-lua"
)

var osFunctions = map[string]lua.LGFunction{
	"clock": osClock, "date": osDate, "difftime": osDifftime, "execute": osExecute, "exit": osExit, "getenv": osGetenv, "remove": osRemove,
	"rename": osRename, "setlocale": osSetlocale, "time": osTime, "tmpname": osTmpname,
}

// osClock is the time since the state was made, in real time: a process has no CPU time for each of its scripts.
func osClock(l *lua.LState) int {
	l.Push(lua.LNumber(time.Since(StateOf(l).made).Seconds()))
	return 1
}

func osDifftime(l *lua.LState) int {
	a := checkNumber(l, 1)
	b := 0.0
	if l.Get(2) != lua.LNil {
		b = checkNumber(l, 2)
	}
	l.Push(lua.LNumber(a - b))
	return 1
}

// osExit does not end anything: mod_lua logs that it was called.
func osExit(l *lua.LState) int {
	if f := StateOf(l).opts.Exit; f != nil {
		f()
	}
	return 0
}

func osGetenv(l *lua.LState) int {
	name := checkString(l, 1)
	if f := StateOf(l).opts.Getenv; f != nil {
		if v, ok := f(name); ok {
			l.Push(lua.LString(v))
			return 1
		}
	}
	l.Push(lua.LNil)
	return 1
}

func osSetlocale(l *lua.LState) int {
	switch optString(l, 1, "C") {
	case "", "C", "POSIX":
		l.Push(lua.LString("C"))
	default:
		l.Push(lua.LNil)
	}
	return 1
}

func osRemove(l *lua.LState) int {
	name := checkString(l, 1)
	return result(l, name, StateOf(l).remove(name))
}

func osRename(l *lua.LState) int {
	from, to := checkString(l, 1), checkString(l, 2)
	return result(l, from, StateOf(l).rename(from, to))
}

// osTmpname is the name of a new file in the first directory that may be written.
func osTmpname(l *lua.LState) int {
	s := StateOf(l)
	for range 20 {
		name := "lua_" + strconv.FormatUint(s.generator().Uint64()&0xffffffffff, 36)
		for _, d := range s.opts.Files {
			if !d.Write {
				continue
			}
			if f, err := d.Root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); err == nil {
				f.Close()
				l.Push(lua.LString(d.join(name)))
				return 1
			}
		}
	}
	raise(l, 1, "unable to generate a unique filename")
	return 0
}

// result is how io and os answer: true, or nil, a message and C's number of the error.
func result(l *lua.LState, name string, err error) int {
	if err == nil {
		l.Push(lua.LTrue)
		return 1
	}
	text, number := cError(err)
	if name != "" {
		text = name + ": " + text
	}
	l.Push(lua.LNil)
	l.Push(lua.LString(text))
	l.Push(lua.LNumber(number))
	return 3
}
