package esl

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ErrEvent is what the errors of ParseJSON and ParseXML wrap: the text is no event.
var ErrEvent = errors.New("not an event")

// ParseJSON parses the body of a text/event-json frame: one object whose members are strings, or arrays of strings for
// array headers, and _body. Members are kept in their order and as often as they occur; bytes that are no UTF-8 stay as
// they are, since the switch passes them through (which is why encoding/json cannot do this).
func ParseJSON(b []byte) (*Event, error) {
	p := jsonParser{s: string(b)}
	e := &Event{}
	if err := p.object(e); err != nil {
		return nil, fmt.Errorf("esl: parse JSON event at byte %d: %w", p.pos, err)
	}
	if n := len(e.headers) - 1; e.body != "" && n >= 0 && strings.EqualFold(e.headers[n].name, "Content-Length") {
		e.headers = e.headers[:n]
	}
	return e, nil
}

type jsonParser struct {
	s   string
	pos int
}

func (p *jsonParser) object(e *Event) error {
	if !p.accept('{') {
		return p.expected("an object")
	}
	if p.accept('}') {
		return nil
	}
	for {
		p.blanks()
		name, err := p.text()
		if err != nil {
			return err
		}
		if !p.accept(':') {
			return p.expected("a colon")
		}
		if err := p.member(e, name); err != nil {
			return err
		}
		if p.accept('}') {
			return nil
		}
		if !p.accept(',') {
			return p.expected("a comma")
		}
	}
}

func (p *jsonParser) member(e *Event, name string) error {
	if p.accept('[') {
		var values []string
		for !p.accept(']') {
			if len(values) > 0 && !p.accept(',') {
				return p.expected("a comma")
			}
			v, err := p.value()
			if err != nil {
				return err
			}
			values = append(values, v)
		}
		h := header{name: name}
		h.setValues(values)
		e.headers = append(e.headers, h)
		return nil
	}
	v, err := p.value()
	if err != nil {
		return err
	}
	if name == "_body" {
		e.body = v
	} else {
		e.headers = append(e.headers, header{name: name, value: v})
	}
	return nil
}

// value is a string, or the text of a number or a word, which the switch does not send but a hand-made event may have.
func (p *jsonParser) value() (string, error) {
	p.blanks()
	if p.pos < len(p.s) && p.s[p.pos] == '"' {
		return p.text()
	}
	start := p.pos
	for p.pos < len(p.s) && strings.IndexByte(",]} \t\r\n", p.s[p.pos]) < 0 {
		p.pos++
	}
	word := p.s[start:p.pos]
	if _, err := strconv.ParseFloat(word, 64); err != nil && word != "true" && word != "false" && word != "null" {
		p.pos = start
		return "", p.expected("a string, a number or an array of them")
	}
	return word, nil
}

func (p *jsonParser) text() (string, error) {
	if p.pos >= len(p.s) || p.s[p.pos] != '"' {
		return "", p.expected("a string")
	}
	p.pos++
	start := p.pos
	for p.pos < len(p.s) && p.s[p.pos] != '"' && p.s[p.pos] != '\\' {
		p.pos++
	}
	if p.pos < len(p.s) && p.s[p.pos] == '"' { // nearly all: no escapes
		p.pos++
		return p.s[start : p.pos-1], nil
	}
	b := []byte(p.s[start:p.pos])
	for p.pos < len(p.s) {
		c := p.s[p.pos]
		p.pos++
		switch c {
		case '"':
			return string(b), nil
		case '\\':
			var err error
			if b, err = p.escape(b); err != nil {
				return "", err
			}
		default:
			b = append(b, c)
		}
	}
	return "", p.expected("the end of a string")
}

func (p *jsonParser) escape(b []byte) ([]byte, error) {
	if p.pos >= len(p.s) {
		return b, p.expected("an escape")
	}
	c := p.s[p.pos]
	p.pos++
	switch c {
	case '"', '\\', '/':
		return append(b, c), nil
	case 'b':
		return append(b, '\b'), nil
	case 'f':
		return append(b, '\f'), nil
	case 'n':
		return append(b, '\n'), nil
	case 'r':
		return append(b, '\r'), nil
	case 't':
		return append(b, '\t'), nil
	case 'u':
		r, err := p.codeUnit()
		if err != nil {
			return b, err
		}
		if 0xD800 <= r && r < 0xDC00 && strings.HasPrefix(p.s[p.pos:], `\u`) {
			p.pos += 2
			low, err := p.codeUnit()
			if err != nil {
				return b, err
			}
			if 0xDC00 <= low && low < 0xE000 {
				r = 0x10000 + (r-0xD800)<<10 + (low - 0xDC00)
			} else {
				b = utf8.AppendRune(b, r)
				r = low
			}
		}
		return utf8.AppendRune(b, r), nil
	}
	return b, p.expected("an escape")
}

func (p *jsonParser) codeUnit() (rune, error) {
	if p.pos+4 > len(p.s) {
		return 0, p.expected("four hexadecimal digits")
	}
	n, err := strconv.ParseUint(p.s[p.pos:p.pos+4], 16, 16)
	if err != nil {
		return 0, p.expected("four hexadecimal digits")
	}
	p.pos += 4
	return rune(n), nil
}

func (p *jsonParser) blanks() {
	for p.pos < len(p.s) && strings.IndexByte(" \t\r\n", p.s[p.pos]) >= 0 {
		p.pos++
	}
}

func (p *jsonParser) accept(c byte) bool {
	p.blanks()
	if p.pos < len(p.s) && p.s[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

func (p *jsonParser) expected(what string) error {
	return fmt.Errorf("%w: %s expected", ErrEvent, what)
}

// AppendJSON appends the event as the switch writes it in the body of a text/event-json frame: values are not encoded.
func (e *Event) AppendJSON(b []byte) []byte {
	b = append(b, '{')
	first := true
	member := func(name string) {
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(appendJSONText(b, name), ':')
	}
	for _, h := range e.decoded() {
		member(h.name)
		if h.values == nil {
			b = appendJSONText(b, h.value)
			continue
		}
		b = append(b, '[')
		for i, v := range h.values {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSONText(b, v)
		}
		b = append(b, ']')
	}
	if body := e.Body(); body != "" {
		member("Content-Length")
		b = appendJSONText(b, strconv.Itoa(len(body)))
		member("_body")
		b = appendJSONText(b, body)
	}
	return append(b, '}')
}

// decoded is the headers of e in decoded form, to be read only.
func (e *Event) decoded() []header {
	if e.raw != "" {
		return e.Clone().headers
	}
	return e.headers
}

func appendJSONText(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\b':
			b = append(b, `\b`...)
		case '\f':
			b = append(b, `\f`...)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\t':
			b = append(b, `\t`...)
		default:
			if c < ' ' {
				b = append(b, `\u00`...)
				b = append(b, "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
			} else {
				b = append(b, c)
			}
		}
	}
	return append(b, '"')
}
