package vm

import (
	"strings"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// stringFunctions are the values of the table string.
var stringFunctions = func() map[string]lua.LValue {
	all := functions(stringLibrary)
	all["gfind"] = all["gmatch"]
	return all
}()

var stringLibrary = map[string]lua.LGFunction{
	"byte": stringByte, "char": stringChar, "dump": stringDump, "find": stringFind, "format": stringFormat,
	"gmatch": stringGmatch, "gsub": stringGsub, "len": stringLen, "lower": stringLower, "match": stringMatch, "rep": stringRep,
	"reverse": stringReverse, "sub": stringSub, "upper": stringUpper,
}

func stringLen(l *lua.LState) int {
	l.Push(lua.LNumber(len(checkString(l, 1))))
	return 1
}

func stringSub(l *lua.LState) int {
	s := checkString(l, 1)
	from := max(position(checkInt(l, 2), len(s)), 1)
	to := min(position(optInt(l, 3, -1), len(s)), len(s))
	if from > to {
		l.Push(lua.LString(""))
	} else {
		if to-from > 256 {
			StateOf(l).room(l, to-from)
		}
		l.Push(lua.LString(cut(s, from-1, to)))
	}
	return 1
}

func stringByte(l *lua.LState) int {
	s := checkString(l, 1)
	first := optInt(l, 2, 1)
	from := max(position(first, len(s)), 1)
	to := min(position(optInt(l, 3, position(first, len(s))), len(s)), len(s))
	if from > to {
		return 0
	}
	n := to - from + 1
	if n > maxResults {
		raise(l, 1, "string slice too long")
	}
	fit(l, n)
	for i := from; i <= to; i++ {
		l.Push(lua.LNumber(s[i-1]))
	}
	return n
}

func stringChar(l *lua.LState) int {
	out := make([]byte, l.GetTop())
	for i := range out {
		c := checkInt(l, i+1)
		if c < 0 || c > 255 {
			argument(l, i+1, "invalid value")
		}
		out[i] = byte(c)
	}
	l.Push(lua.LString(out))
	return 1
}

// stringDump: there is no bytecode.
func stringDump(l *lua.LState) int {
	checkFunction(l, 1)
	raise(l, 1, "unable to dump given function")
	return 0
}

func stringRep(l *lua.LState) int {
	s, n, sep := checkString(l, 1), checkInt(l, 2), optString(l, 3, "")
	if n <= 0 {
		l.Push(lua.LString(""))
		return 1
	}
	state := StateOf(l)
	if total := len(s) + len(sep); total > 0 && n > (state.limits.String+len(sep))/total+1 {
		state.room(l, state.limits.String+1)
	}
	size := n*len(s) + (n-1)*len(sep)
	state.room(l, size)
	if sep == "" {
		if len(s) == 0 {
			n = 0
		}
		l.Push(lua.LString(strings.Repeat(s, n)))
		return 1
	}
	var b strings.Builder
	b.Grow(size)
	for i := range n {
		if i > 0 {
			b.WriteString(sep)
		}
		b.WriteString(s)
	}
	l.Push(lua.LString(b.String()))
	return 1
}

func stringReverse(l *lua.LState) int {
	s := checkString(l, 1)
	StateOf(l).room(l, len(s))
	out := make([]byte, len(s))
	for i := range len(s) {
		out[len(s)-1-i] = s[i]
	}
	l.Push(made(out))
	return 1
}

func stringUpper(l *lua.LState) int { return changeCase(l, 'a', 'z') }

func stringLower(l *lua.LState) int { return changeCase(l, 'A', 'Z') }

// changeCase changes the case of ASCII letters, as C does in its own locale.
func changeCase(l *lua.LState, from, to byte) int {
	s := checkString(l, 1)
	for i := range len(s) {
		if s[i] >= from && s[i] <= to {
			StateOf(l).room(l, len(s))
			out := []byte(s)
			for ; i < len(out); i++ {
				if out[i] >= from && out[i] <= to {
					out[i] ^= 0x20
				}
			}
			l.Push(made(out))
			return 1
		}
	}
	l.Push(lua.LString(s))
	return 1
}

// made is the string of bytes that were made for it and that nobody changes any more. Short ones, and those with much room to spare, are copied.
func made(b []byte) lua.LString {
	if len(b) < 64 || cap(b)-len(b) > len(b)/8 {
		return lua.LString(b)
	}
	return lua.LString(unsafe.String(unsafe.SliceData(b), len(b)))
}
