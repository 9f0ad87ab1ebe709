package modules

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxJSONDepth is how deep arrays and objects may be nested, as in cJSON.
const maxJSONDepth = 1000

// SyntaxError is a text that is not JSON.
type SyntaxError struct {
	Offset int // in bytes
	Text   string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("json: byte %d: %s", e.Offset, e.Text) }

// ParseJSON reads the value that text begins with and gives what follows it. It takes what cJSON 1.7 takes, which
// freeswitch.JSON is made of (modlua-api.md 1.10): a byte order mark in front, any control character as a blank or within a
// string, numbers as 01 and 1. too. Bytes that are no UTF-8 stay as they are. The error is a *SyntaxError.
func ParseJSON(text string) (v JSON, rest string, err error) {
	p := &jsonParser{text: text, at: len(text) - len(strings.TrimPrefix(text, "\ufeff"))}
	v, ok := p.value(0)
	if !ok {
		return JSON{}, "", p.err
	}
	return v, text[p.at:], nil
}

type jsonParser struct {
	text string
	at   int
	err  *SyntaxError
}

// fail notes what is wrong.
func (p *jsonParser) fail(format string, args ...any) bool {
	p.err = &SyntaxError{p.at, fmt.Sprintf(format, args...)}
	return false
}

// next skips blanks and gives the byte that follows, or 0 at the end.
func (p *jsonParser) next() byte {
	for p.at < len(p.text) && p.text[p.at] <= ' ' {
		p.at++
	}
	if p.at == len(p.text) {
		return 0
	}
	return p.text[p.at]
}

func (p *jsonParser) value(depth int) (v JSON, ok bool) {
	switch c := p.next(); {
	case c == '"':
		v.Kind = String
		v.Text, ok = p.string()
		return v, ok
	case c == '[' || c == '{':
		if depth == maxJSONDepth {
			return v, p.fail("nested deeper than %d", maxJSONDepth)
		}
		return p.items(c, depth+1)
	case c == '-' || isDigit(c):
		return p.number()
	}
	switch {
	case p.has("null"):
		return v, true
	case p.has("true"):
		return JSON{Kind: Bool, Bool: true}, true
	case p.has("false"):
		return JSON{Kind: Bool}, true
	}
	return v, p.fail("no value")
}

// has skips a word if it comes next.
func (p *jsonParser) has(word string) bool {
	if !strings.HasPrefix(p.text[p.at:], word) {
		return false
	}
	p.at += len(word)
	return true
}

// items reads what stands in an array or an object.
func (p *jsonParser) items(open byte, depth int) (v JSON, ok bool) {
	v.Kind = Array
	end := byte(']')
	if open == '{' {
		v.Kind, end = Object, '}'
	}
	p.at++
	if p.next() == end {
		p.at++
		return v, true
	}
	for {
		if v.Kind == Object {
			if p.next() != '"' {
				return v, p.fail("no name of a member")
			}
			name, ok := p.string()
			if !ok {
				return v, false
			}
			if p.next() != ':' {
				return v, p.fail("no colon")
			}
			p.at++
			v.Names = append(v.Names, name)
		}
		item, ok := p.value(depth)
		if !ok {
			return v, false
		}
		v.Items = append(v.Items, item)
		switch p.next() {
		case ',':
			p.at++
		case end:
			p.at++
			return v, true
		default:
			return v, p.fail("neither a comma nor %q", end)
		}
	}
}

// number reads as much as strtod would of what looks like a number.
func (p *jsonParser) number() (JSON, bool) {
	start, at := p.at, p.at
	digits := func() (some bool) {
		for ; at < len(p.text) && isDigit(p.text[at]); at++ {
			some = true
		}
		return some
	}
	has := func(set string) bool {
		if at < len(p.text) && strings.IndexByte(set, p.text[at]) >= 0 {
			at++
			return true
		}
		return false
	}
	has("-")
	some := digits()
	if has(".") {
		some = digits() || some
	}
	if !some {
		return JSON{}, p.fail("no number")
	}
	if before := at; has("eE") {
		has("+-")
		if !digits() {
			at = before
		}
	}
	p.at = at
	f, _ := strconv.ParseFloat(p.text[start:at], 64) // beyond the range it is infinite, as in C
	return JSON{Kind: Number, Number: f}, true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// string reads a string, whose first quote is at p.at.
func (p *jsonParser) string() (string, bool) {
	p.at++
	end := strings.IndexAny(p.text[p.at:], `"\`)
	if end >= 0 && p.text[p.at+end] == '"' { // nothing to decode
		s := p.text[p.at : p.at+end]
		p.at += end + 1
		return s, true
	}
	var b []byte
	for p.at < len(p.text) {
		switch c := p.text[p.at]; c {
		case '"':
			p.at++
			return string(b), true
		case '\\':
			var ok bool
			if b, ok = p.escape(b); !ok {
				return "", false
			}
		default:
			b = append(b, c)
			p.at++
		}
	}
	return "", p.fail("a string without end")
}

// escape appends what an escape sequence stands for, whose backslash is at p.at.
func (p *jsonParser) escape(b []byte) ([]byte, bool) {
	if p.at+1 == len(p.text) {
		return nil, p.fail("a string without end")
	}
	c := p.text[p.at+1]
	if c == 'u' {
		r, size := p.codePoint()
		if size == 0 {
			return nil, p.fail("no character")
		}
		p.at += size
		return utf8.AppendRune(b, r), true
	}
	i := strings.IndexByte(`bfnrt"\/`, c)
	if i < 0 {
		return nil, p.fail("unknown escape sequence")
	}
	p.at += 2
	return append(b, "\b\f\n\r\t\"\\/"[i]), true
}

// codePoint reads \uXXXX, or two of them for a character beyond the first 65,536. The size is 0 if they stand for none.
func (p *jsonParser) codePoint() (r rune, size int) {
	unit := func(at int) (rune, bool) {
		if at+6 > len(p.text) || p.text[at:at+2] != `\u` {
			return 0, false
		}
		n, err := strconv.ParseUint(p.text[at+2:at+6], 16, 16)
		return rune(n), err == nil
	}
	first, ok := unit(p.at)
	switch {
	case !ok || first >= 0xdc00 && first <= 0xdfff:
		return 0, 0
	case first < 0xd800 || first > 0xdbff:
		return first, 6
	}
	second, ok := unit(p.at + 6)
	if !ok || second < 0xdc00 || second > 0xdfff {
		return 0, 0
	}
	return 0x10000 + (first-0xd800)<<10 + (second - 0xdc00), 12
}
