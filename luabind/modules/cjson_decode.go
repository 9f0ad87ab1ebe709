package modules

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	lua "github.com/yuin/gopher-lua"

	"eslua/luabind/vm"
)

// token is a token of JSON, by the name that lua-cjson's errors have for it; those that are errors have their text.
type token struct {
	kind   string
	at     int
	text   string
	number float64
}

const (
	tString  = "T_STRING"
	tNumber  = "T_NUMBER"
	tBoolean = "T_BOOLEAN"
	tNull    = "T_NULL"
	tEnd     = "T_END"
)

// punctuation are the tokens of one character.
var punctuation = map[byte]string{
	'{': "T_OBJ_BEGIN", '}': "T_OBJ_END", '[': "T_ARR_BEGIN", ']': "T_ARR_END", ',': "T_COMMA", ':': "T_COLON",
}

type cjsonDecoder struct {
	*cjson
	l     *lua.LState
	s     *vm.State
	text  string
	at    int
	depth int
}

func (c *cjson) decode(l *lua.LState) int {
	if l.GetTop() != 1 {
		vm.BadArgument(l, 1, "expected 1 argument")
	}
	d := &cjsonDecoder{cjson: c, l: l, s: vm.StateOf(l), text: vm.CheckString(l, 1)}
	if len(d.text) >= 2 && (d.text[0] == 0 || d.text[1] == 0) {
		panic(syntax("JSON parser does not support UTF-16 or UTF-32"))
	}
	v := d.value(d.next())
	if t := d.next(); t.kind != tEnd {
		d.expected("the end", t)
	}
	l.Push(v)
	return 1
}

func (d *cjsonDecoder) expected(what string, found token) {
	panic(syntax(fmt.Sprintf("Expected %s but found %s at character %d", what, found.kind, found.at+1)))
}

// value is the value that a token begins.
func (d *cjsonDecoder) value(t token) lua.LValue {
	d.s.Work(4)
	switch t.kind {
	case tString:
		return lua.LString(t.text)
	case tNumber:
		return lua.LNumber(t.number)
	case tBoolean:
		return lua.LBool(t.text == "true")
	case tNull:
		return null
	case "T_OBJ_BEGIN", "T_ARR_BEGIN":
		if d.depth++; d.depth > min(d.decodeDepth, maxNesting) {
			panic(syntax(fmt.Sprintf("Found too many nested data structures (%d) at character %d", d.depth, d.at)))
		}
		defer func() { d.depth-- }()
		if t.kind == "T_OBJ_BEGIN" {
			return d.object()
		}
		return d.array()
	}
	d.expected("value", t)
	return nil
}

func (d *cjsonDecoder) object() lua.LValue {
	out := d.l.CreateTable(0, 0)
	t := d.next()
	if t.kind == "T_OBJ_END" {
		return out
	}
	for {
		if t.kind != tString {
			d.expected("object key string", t)
		}
		if colon := d.next(); colon.kind != "T_COLON" {
			d.expected("colon", colon)
		}
		out.RawSetString(t.text, d.value(d.next()))
		switch t = d.next(); t.kind {
		case "T_OBJ_END":
			return out
		case "T_COMMA":
			t = d.next()
		default:
			d.expected("comma or object end", t)
		}
	}
}

func (d *cjsonDecoder) array() lua.LValue {
	out := d.l.CreateTable(0, 0)
	if d.arraysMark {
		out.Metatable = d.marks.array
	}
	t := d.next()
	if t.kind == "T_ARR_END" {
		return out
	}
	for i := 1; ; i++ {
		out.RawSetInt(i, d.value(t))
		switch t = d.next(); t.kind {
		case "T_ARR_END":
			return out
		case "T_COMMA":
			t = d.next()
		default:
			d.expected("comma or array end", t)
		}
	}
}

// next is the next token.
func (d *cjsonDecoder) next() token {
	for d.at < len(d.text) && strings.IndexByte(" \t\r\n", d.text[d.at]) >= 0 {
		d.at++
	}
	t := token{at: d.at}
	if d.at == len(d.text) || d.text[d.at] == 0 {
		t.kind = tEnd
		return t
	}
	c, rest := d.text[d.at], d.text[d.at:]
	if kind, ok := punctuation[c]; ok {
		d.at++
		t.kind = kind
		return t
	}
	switch {
	case c == '"':
		return d.string()
	case c == '-' || isDigit(c):
		if !d.decodeInvalid && invalidNumber(rest) {
			t.kind = "invalid number"
			return t
		}
		return d.number(t)
	}
	for word, kind := range map[string]string{"true": tBoolean, "false": tBoolean, "null": tNull} {
		if strings.HasPrefix(rest, word) {
			d.at += len(word)
			t.kind, t.text = kind, word
			return t
		}
	}
	if strings.IndexByte("iInN+", c) >= 0 && d.decodeInvalid && invalidNumber(rest) {
		return d.number(t)
	}
	t.kind = "invalid token"
	return t
}

func (d *cjsonDecoder) number(t token) token {
	f, n := strtod(d.text[d.at:])
	if n == 0 {
		t.kind = "invalid number"
		return t
	}
	d.at += n
	t.kind, t.number = tNumber, f
	return t
}

// invalidNumber tells whether what C reads as a number is none of JSON.
func invalidNumber(s string) bool {
	if strings.HasPrefix(s, "+") {
		return true
	}
	s = strings.TrimPrefix(s, "-")
	if strings.HasPrefix(s, "0") {
		return len(s) > 1 && (s[1]|0x20 == 'x' || isDigit(s[1]))
	}
	if s != "" && s[0] <= '9' {
		return false
	}
	return len(s) >= 3 && (strings.EqualFold(s[:3], "inf") || strings.EqualFold(s[:3], "nan"))
}

// strtod reads as much of a text as C's function of that name, and says how long that is.
func strtod(s string) (f float64, n int) {
	at := 0
	if at < len(s) && (s[at] == '-' || s[at] == '+') {
		at++
	}
	sign := 1.0
	if at > 0 && s[0] == '-' {
		sign = -1
	}
	for _, word := range []string{"infinity", "inf", "nan"} {
		if len(s)-at >= len(word) && strings.EqualFold(s[at:at+len(word)], word) {
			if word == "nan" {
				return math.NaN(), at + len(word)
			}
			return math.Inf(int(sign)), at + len(word)
		}
	}
	hexadecimal := len(s)-at > 2 && s[at] == '0' && s[at+1]|0x20 == 'x'
	digits, exponent := "0123456789", byte('e')
	begin := at
	if hexadecimal {
		digits, exponent, at = "0123456789abcdefABCDEF", 'p', at+2
	}
	some := false
	take := func() {
		for at < len(s) && strings.IndexByte(digits, s[at]) >= 0 {
			at++
			some = true
		}
	}
	take()
	if at < len(s) && s[at] == '.' {
		at++
		take()
	}
	if !some {
		if hexadecimal { // the 0 alone
			return math.Copysign(0, sign), begin + 1
		}
		return 0, 0
	}
	whole := s[begin:at]
	if at < len(s) && s[at]|0x20 == exponent {
		end := at + 1
		if end < len(s) && (s[end] == '-' || s[end] == '+') {
			end++
		}
		if end < len(s) && isDigit(s[end]) {
			for end < len(s) && isDigit(s[end]) {
				end++
			}
			at, whole = end, s[begin:end]
		}
	}
	if hexadecimal && !strings.ContainsAny(whole, "pP") {
		whole += "p0"
	}
	f, _ = strconv.ParseFloat(whole, 64) // beyond the range it is infinite, as in C
	return sign * f, at
}

// string reads a string, whose first quote comes next.
func (d *cjsonDecoder) string() token {
	t := token{kind: tString}
	d.at++
	var b []byte
	for {
		if d.at >= len(d.text) || d.text[d.at] == 0 {
			return token{kind: "unexpected end of string", at: d.at}
		}
		switch c := d.text[d.at]; c {
		case '"':
			d.at++
			d.s.Room(d.l, len(b))
			t.text = string(b)
			return t
		case '\\':
			if strings.HasPrefix(d.text[d.at+1:], "u") {
				r, size := (&jsonParser{text: d.text, at: d.at}).codePoint()
				if size == 0 {
					return token{kind: "invalid unicode escape code", at: d.at}
				}
				b = utf8.AppendRune(b, r)
				d.at += size
				continue
			}
			i := -1
			if d.at+1 < len(d.text) {
				i = strings.IndexByte(`bfnrt"\/`, d.text[d.at+1])
			}
			if i < 0 {
				return token{kind: "invalid escape code", at: d.at}
			}
			b = append(b, "\b\f\n\r\t\"\\/"[i])
			d.at += 2
		default:
			b = append(b, c)
			d.at++
		}
	}
}
