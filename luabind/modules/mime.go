package modules

import (
	"encoding/base64"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"eslua/luabind/vm"
)

// mimeFunctions are the low-level filters of LuaSocket's module mime: each is given its state and a piece of text, nil at the end of all, and gives
// what is ready and the state for the next piece. The filters in mime.lua are made of them.
var mimeFunctions = map[string]lua.LGFunction{
	"b64": pieceFilter(func(b []byte, last bool) (string, []byte) {
		n := len(b)
		if !last {
			n -= n % 3
		}
		return base64.StdEncoding.EncodeToString(b[:n]), b[n:]
	}),
	"unb64": pieceFilter(func(b []byte, last bool) (string, []byte) {
		kept := b[:0]
		for _, c := range b {
			if base64Value(c) {
				kept = append(kept, c)
			}
		}
		n := len(kept)
		if !last {
			n -= n % 4
		}
		return string(decodeBase64(kept[:n])), kept[n:]
	}),
	"qp": func(l *lua.LState) int {
		marker := vm.OptString(l, 3, "\r\n")
		return pieceFilter(func(b []byte, last bool) (string, []byte) { return quote(l, b, last, marker) })(l)
	},
	"unqp":  pieceFilter(unquote),
	"wrp":   wrapFilter("\r\n", 0, 0),
	"qpwrp": wrapFilter("=\r\n", 3, 1),
	"eol":   normalize,
	"dot":   stuff,
}

// pieceFilter is a filter whose state is what is left of the piece before. work gives what it has made, and what is left.
func pieceFilter(work func(b []byte, last bool) (string, []byte)) lua.LGFunction {
	return func(l *lua.LState) int {
		if l.Get(1) == lua.LNil {
			l.Push(lua.LNil)
			l.Push(lua.LNil)
			return 2
		}
		b := message(l, 1)
		last := l.Get(2) == lua.LNil
		if !last {
			b = append(b, message(l, 2)...)
		}
		out, left := work(b, last)
		if last {
			if out == "" {
				l.Push(lua.LNil)
			} else {
				text(l, out)
			}
			l.Push(lua.LNil)
			return 2
		}
		text(l, out)
		l.Push(lua.LString(left))
		return 2
	}
}

// quote encodes as quoted-printable (RFC 2045 6.7); line ends become marker, which may be long.
func quote(l *lua.LState, b []byte, last bool, marker string) (string, []byte) {
	const digits = "0123456789ABCDEF"
	out := writer{l: l}
	quoted := func(c byte) { out.b = append(out.b, '=', digits[c>>4], digits[c&15]) }
	for len(b) > 0 {
		c := b[0]
		switch {
		case c == '\r' && len(b) > 1 && b[1] == '\n':
			out.b = append(out.b, marker...)
			out.spend()
			b = b[2:]
			continue
		case c == '\r' && len(b) < 2 && !last, (c == ' ' || c == '\t') && len(b) < 3 && !last:
			return string(out.b), b // what follows decides
		case (c == ' ' || c == '\t') && len(b) > 2 && (b[1] != '\r' || b[2] != '\n'), c > ' ' && c < 0x7f && c != '=':
			out.b = append(out.b, c)
		case (c == ' ' || c == '\t') && len(b) == 2 && b[1] != '\r': // last, but not at the end
			out.b = append(out.b, c)
		default:
			quoted(c)
			if len(b) == 1 && (c == ' ' || c == '\t' || c == '\r') {
				out.b = append(out.b, "=\r\n"...) // so that no blank ends the text
			}
		}
		b = b[1:]
	}
	return string(out.b), nil
}

// unquote decodes quoted-printable. What is no escape sequence stays.
func unquote(b []byte, last bool) (string, []byte) {
	var out strings.Builder
	for len(b) > 0 {
		if b[0] != '=' {
			out.WriteByte(b[0])
			b = b[1:]
			continue
		}
		if len(b) < 3 {
			if !last {
				return out.String(), b
			}
			out.Write(b)
			break
		}
		high, low := hexDigit(b[1]), hexDigit(b[2])
		switch {
		case b[1] == '\r' && b[2] == '\n':
		case high < 0 || low < 0:
			out.Write(b[:3])
		default:
			out.WriteByte(byte(high<<4 | low))
		}
		b = b[3:]
	}
	return out.String(), nil
}

func hexDigit(c byte) int { return strings.IndexByte("0123456789ABCDEF", upper(c)) }

func upper(c byte) byte {
	if c >= 'a' && c <= 'f' {
		return c - 'a' + 'A'
	}
	return c
}

// wrapFilter is a filter that breaks lines; its state is the room that is left in the line. A line is broken when there is no more room than
// escape before an escape sequence, and than plain before anything else.
func wrapFilter(lineBreak string, escape, plain int) lua.LGFunction {
	return func(l *lua.LState) int {
		left, length := int(vm.CheckNumber(l, 1)), 76
		if l.Get(3) != lua.LNil {
			length = int(vm.CheckNumber(l, 3))
		}
		if l.Get(2) == lua.LNil {
			l.Push(lua.LNil)
			if left < length {
				l.Push(lua.LString(lineBreak))
			}
			l.Push(lua.LNumber(length))
			return 2
		}
		var out strings.Builder
		for _, c := range message(l, 2) {
			switch c {
			case '\r':
				continue
			case '\n':
				out.WriteString("\r\n")
				left = length
				continue
			}
			room := plain
			if c == '=' {
				room = escape
			}
			if left <= room {
				out.WriteString(lineBreak)
				left = length
			}
			out.WriteByte(c)
			left--
		}
		text(l, out.String())
		l.Push(lua.LNumber(left))
		return 2
	}
}

// normalize turns line ends of all kinds into one; its state is the line end's first character if another may follow. The one may be
// long.
func normalize(l *lua.LState) int {
	last := byte(vm.CheckNumber(l, 1))
	if l.Get(2) == lua.LNil {
		l.Push(lua.LNil)
		l.Push(lua.LNumber(0))
		return 2
	}
	marker := vm.OptString(l, 3, "\r\n")
	out := writer{l: l}
	for _, c := range message(l, 2) {
		switch {
		case c != '\r' && c != '\n':
			out.b = append(out.b, c)
			last = 0
		case last != 0 && c != last: // the second of a pair
			last = 0
		default:
			out.b = append(out.b, marker...)
			out.spend()
			last = c
		}
	}
	text(l, string(out.b))
	l.Push(lua.LNumber(last))
	return 2
}

// stuff doubles the dots that begin lines, as SMTP wants it; its state is 2 at the begin of a line and 1 after a carriage return.
func stuff(l *lua.LState) int {
	state := int(vm.CheckNumber(l, 1))
	if l.Get(2) == lua.LNil {
		l.Push(lua.LNil)
		l.Push(lua.LNumber(2))
		return 2
	}
	var out strings.Builder
	for _, c := range message(l, 2) {
		out.WriteByte(c)
		switch {
		case c == '\r':
			state = 1
		case c == '\n' && state == 1:
			state = 2
		default:
			if c == '.' && state == 2 {
				out.WriteByte('.')
			}
			state = 0
		}
	}
	text(l, out.String())
	l.Push(lua.LNumber(state))
	return 2
}
