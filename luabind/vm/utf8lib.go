package vm

import (
	"unicode/utf8"

	lua "github.com/yuin/gopher-lua"
)

// utf8Table is Lua 5.3's utf8.
var utf8Table = func() Make {
	all := functions(map[string]lua.LGFunction{
		"char": utf8Char, "codepoint": utf8Codepoint, "codes": utf8Codes, "len": utf8Len, "offset": utf8Offset,
	})
	all["charpattern"] = lua.LString("[\x00-\x7F\xC2-\xF4][\x80-\xBF]*")
	return Table(all)
}()

func utf8Char(l *lua.LState) int {
	var out []byte
	for i := 1; i <= l.GetTop(); i++ {
		c := checkInt(l, i)
		if c < 0 || c > maxRune {
			argument(l, i, "value out of range")
		}
		out = appendUTF8(out, rune(c))
	}
	l.Push(lua.LString(out))
	return 1
}

const maxRune = 0x10FFFF

// appendUTF8 is utf8.AppendRune, but for surrogates: Go refuses them, C Lua does not.
func appendUTF8(b []byte, c rune) []byte {
	if c >= 0xD800 && c <= 0xDFFF {
		return append(b, byte(0xE0|c>>12), byte(0x80|c>>6&0x3F), byte(0x80|c&0x3F))
	}
	return utf8.AppendRune(b, c)
}

// decode is the character at the begin of s; size 0: there is none.
func decode(s string) (c rune, size int) {
	c, size = utf8.DecodeRuneInString(s)
	if c == utf8.RuneError && size <= 1 {
		return 0, 0
	}
	return c, size
}

func utf8Codepoint(l *lua.LState) int {
	s := checkString(l, 1)
	from := position(optInt(l, 2, 1), len(s))
	to := position(optInt(l, 3, from), len(s))
	if from < 1 {
		argument(l, 2, "out of range")
	}
	if to > len(s) {
		argument(l, 3, "out of range")
	}
	if to-from >= maxResults {
		raise(l, 1, "string slice too long")
	}
	n := 0
	for i := from - 1; i < to; {
		c, size := decode(s[i:])
		if size == 0 {
			raise(l, 1, "invalid UTF-8 code")
		}
		l.Push(lua.LNumber(c))
		n++
		i += size
	}
	return n
}

func utf8Len(l *lua.LState) int {
	s := checkString(l, 1)
	i := position(optInt(l, 2, 1), len(s)) - 1
	to := position(optInt(l, 3, -1), len(s))
	if i < 0 || i > len(s) {
		argument(l, 2, "initial position out of string")
	}
	if to > len(s) {
		argument(l, 3, "final position out of string")
	}
	StateOf(l).work(len(s) / 16)
	n := 0
	for i < to {
		_, size := decode(s[i:])
		if size == 0 {
			l.Push(lua.LNil)
			l.Push(lua.LNumber(i + 1))
			return 2
		}
		i += size
		n++
	}
	l.Push(lua.LNumber(n))
	return 1
}

func continuation(s string, i int) bool { return i < len(s) && s[i]&0xC0 == 0x80 }

func utf8Offset(l *lua.LState) int {
	s, n := checkString(l, 1), checkInt(l, 2)
	otherwise := 1
	if n <= 0 {
		otherwise = len(s) + 1
	}
	i := position(optInt(l, 3, otherwise), len(s)) - 1
	if i < 0 || i > len(s) {
		argument(l, 3, "position out of range")
	}
	StateOf(l).work(len(s) / 16)
	if n == 0 {
		for i > 0 && continuation(s, i) {
			i--
		}
		l.Push(lua.LNumber(i + 1))
		return 1
	}
	if continuation(s, i) {
		raise(l, 1, "initial position is a continuation byte")
	}
	for ; n < 0 && i > 0; n++ {
		for i--; i > 0 && continuation(s, i); i-- {
		}
	}
	if n > 0 {
		for n--; n > 0 && i < len(s); n-- {
			for i++; continuation(s, i); i++ {
			}
		}
	}
	if n == 0 {
		l.Push(lua.LNumber(i + 1))
	} else {
		l.Push(lua.LNil)
	}
	return 1
}

var utf8Step = goFunction(func(l *lua.LState) int {
	s, i := checkString(l, 1), checkInt(l, 2)
	if i > 0 {
		for ; continuation(s, i); i++ {
		}
	}
	if i >= len(s) {
		return 0
	}
	c, size := decode(s[max(i, 0):])
	if size == 0 {
		raise(l, 1, "invalid UTF-8 code")
	}
	l.Push(lua.LNumber(i + 1))
	l.Push(lua.LNumber(c))
	return 2
})

func utf8Codes(l *lua.LState) int {
	checkString(l, 1)
	l.SetTop(1)
	l.Insert(utf8Step, 1)
	l.Push(lua.LNumber(0))
	return 3
}
