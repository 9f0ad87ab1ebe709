package modules

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	lua "github.com/yuin/gopher-lua"

	"eslua/luabind/vm"
)

type rxiDecoder struct {
	l     *lua.LState
	s     *vm.State
	text  string
	at    int
	depth int
}

// fail raises an error at a byte of the text.
func (d *rxiDecoder) fail(at int, format string, args ...any) {
	before := d.text[:min(at, len(d.text))]
	line, column := 1+strings.Count(before, "\n"), at-strings.LastIndexByte(before, '\n')
	vm.Raise(d.l, fmt.Sprintf("%s at line %d col %d", fmt.Sprintf(format, args...), line, column))
}

func (d *rxiDecoder) blanks() {
	for d.at < len(d.text) && strings.IndexByte(" \t\r\n", d.text[d.at]) >= 0 {
		d.at++
	}
}

// peek is the byte that comes next, as text; "" at the end.
func (d *rxiDecoder) peek() string {
	if d.at >= len(d.text) {
		return ""
	}
	return d.text[d.at : d.at+1]
}

// word is what comes before the next byte that parts values.
func (d *rxiDecoder) word() string {
	n := strings.IndexAny(d.text[d.at:], " \t\r\n]},")
	if n < 0 {
		n = len(d.text) - d.at
	}
	return d.text[d.at : d.at+n]
}

func (d *rxiDecoder) value() lua.LValue {
	d.s.Work(4)
	switch c := d.peek(); {
	case c == "":
		d.fail(d.at, "unexpected character ''")
	case c == `"`:
		return lua.LString(d.string())
	case c == "[" || c == "{":
		if d.depth++; d.depth > maxNesting {
			vm.Raise(d.l, "stack overflow")
		}
		defer func() { d.depth-- }()
		if c == "[" {
			return d.array()
		}
		return d.object()
	case c == "-" || isDigit(c[0]):
		word := d.word()
		n, ok := vm.Number(lua.LString(word))
		if !ok {
			d.fail(d.at, "invalid number '%s'", word)
		}
		d.at += len(word)
		return lua.LNumber(n)
	case strings.Contains("tfn", c):
		word := d.word()
		v, ok := map[string]lua.LValue{"true": lua.LTrue, "false": lua.LFalse, "null": lua.LNil}[word]
		if !ok {
			d.fail(d.at, "invalid literal '%s'", word)
		}
		d.at += len(word)
		return v
	default:
		d.fail(d.at, "unexpected character '%s'", c)
	}
	return lua.LNil
}

func (d *rxiDecoder) array() lua.LValue {
	t := d.l.CreateTable(0, 0)
	d.at++
	for n := 1; ; n++ {
		if d.blanks(); d.peek() == "]" {
			d.at++
			return t
		}
		t.RawSetInt(n, d.value())
		d.blanks()
		c := d.peek()
		d.at++
		if c == "]" {
			return t
		}
		if c != "," {
			d.fail(d.at, "expected ']' or ','")
		}
	}
}

func (d *rxiDecoder) object() lua.LValue {
	t := d.l.CreateTable(0, 0)
	d.at++
	for {
		d.blanks()
		switch d.peek() {
		case "}":
			d.at++
			return t
		case `"`:
		default:
			d.fail(d.at, "expected string for key")
		}
		key := d.string()
		if d.blanks(); d.peek() != ":" {
			d.fail(d.at, "expected ':' after key")
		}
		d.at++
		d.blanks()
		t.RawSetString(key, d.value())
		d.blanks()
		c := d.peek()
		d.at++
		if c == "}" {
			return t
		}
		if c != "," {
			d.fail(d.at, "expected '}' or ','")
		}
	}
}

// string reads a string, whose first quote comes next.
func (d *rxiDecoder) string() string {
	start := d.at
	d.at++
	var b []byte
	for d.at < len(d.text) {
		switch c := d.text[d.at]; {
		case c < ' ':
			d.fail(d.at, "control character in string")
		case c == '"':
			d.at++
			d.s.Room(d.l, len(b))
			return string(b)
		case c == '\\':
			b = d.escape(b)
		default:
			b = append(b, c)
			d.at++
		}
	}
	d.fail(start, "expected closing quote for string")
	return ""
}

// escape appends what an escape sequence stands for, whose backslash comes next.
func (d *rxiDecoder) escape(b []byte) []byte {
	start := d.at
	d.at++
	c := d.peek()
	if c != "u" {
		i := strings.Index(`bfnrt"\/`, c)
		if c == "" || i < 0 {
			d.fail(start, "invalid escape char '%s' in string", c)
		}
		d.at++
		return append(b, "\b\f\n\r\t\"\\/"[i])
	}
	r, ok := d.unit(d.at + 1)
	if !ok {
		d.fail(start, "invalid unicode escape in string")
	}
	d.at += 5
	if r >= 0xd800 && r < 0xdc00 && strings.HasPrefix(d.text[d.at:], `\u`) {
		if low, ok := d.unit(d.at + 2); ok {
			d.at += 6
			return utf8.AppendRune(b, (r-0xd800)<<10+(low-0xdc00)+0x10000)
		}
	}
	if r >= 0xd800 && r < 0xe000 { // half of a pair: its own bytes, which are no UTF-8
		return append(b, 0xe0|byte(r>>12), 0x80|byte(r>>6&0x3f), 0x80|byte(r&0x3f))
	}
	return utf8.AppendRune(b, r)
}

// unit reads four hexadecimal digits.
func (d *rxiDecoder) unit(at int) (rune, bool) {
	if at+4 > len(d.text) || strings.ContainsAny(d.text[at:at+4], "+-_") {
		return 0, false
	}
	n, err := strconv.ParseUint(d.text[at:at+4], 16, 16)
	return rune(n), err == nil
}
