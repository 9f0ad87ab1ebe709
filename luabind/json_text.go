package luabind

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// jsonKind is the kind of a JSON value.
type jsonKind int

const (
	jsonNull jsonKind = iota
	jsonTrue
	jsonFalse
	jsonNumber
	jsonText
	jsonArray
	jsonObject
)

// jsonValue is a JSON value whose members keep their order and may occur twice, as in the switch's library cJSON.
type jsonValue struct {
	kind    jsonKind
	name    string // as a member of an object
	text    string
	number  float64
	members []*jsonValue // of an object or an array
}

// maxJSONDepth is how deep values may be nested, as in cJSON.
const maxJSONDepth = 1000

// member is the first member of that name in any case, nil if there is none.
func (v *jsonValue) member(name string) *jsonValue {
	for _, m := range v.members {
		if strings.EqualFold(m.name, name) {
			return m
		}
	}
	return nil
}

// jsonBytes is what a value takes in memory, besides its texts.
const jsonBytes = 112

// parseJSON reads the value at the beginning of a text, and passes over what is behind it.
func parseJSON(s string, a *allowance) (*jsonValue, bool) {
	p := jsonReader{s: strings.TrimPrefix(s, "\ufeff"), allowed: a}
	p.blanks()
	v := &jsonValue{}
	if !p.value(v) {
		return nil, false
	}
	return v, true
}

type jsonReader struct {
	s       string
	depth   int
	allowed *allowance
}

func (p *jsonReader) blanks() {
	for p.s != "" && p.s[0] <= ' ' {
		p.s = p.s[1:]
	}
}

func (p *jsonReader) accept(text string) bool {
	rest, ok := strings.CutPrefix(p.s, text)
	p.s = rest
	return ok
}

func (p *jsonReader) value(v *jsonValue) bool {
	switch {
	case p.accept("null"):
		v.kind = jsonNull
	case p.accept("false"):
		v.kind = jsonFalse
	case p.accept("true"):
		v.kind = jsonTrue
	case p.s == "":
		return false
	case p.s[0] == '"':
		v.kind = jsonText
		var ok bool
		v.text, ok = p.text()
		return ok
	case p.s[0] == '-' || '0' <= p.s[0] && p.s[0] <= '9':
		v.kind = jsonNumber
		return p.number(&v.number)
	case p.accept("["):
		v.kind = jsonArray
		return p.list(v, "]")
	case p.accept("{"):
		v.kind = jsonObject
		return p.list(v, "}")
	default:
		return false
	}
	return true
}

// list reads the members of an array or an object, and what ends it.
func (p *jsonReader) list(v *jsonValue, end string) bool {
	if p.depth++; p.depth > maxJSONDepth {
		return false
	}
	defer func() { p.depth-- }()
	p.blanks()
	if p.accept(end) {
		return true
	}
	for {
		m := &jsonValue{}
		v.members = append(v.members, m)
		p.blanks()
		if v.kind == jsonObject {
			var ok bool
			if m.name, ok = p.text(); !ok {
				return false
			}
			p.blanks()
			if !p.accept(":") {
				return false
			}
			p.blanks()
		}
		if !p.value(m) {
			return false
		}
		p.allowed.hold(jsonBytes + len(m.name) + len(m.text))
		p.allowed.work(2)
		p.blanks()
		if !p.accept(",") {
			return p.accept(end)
		}
	}
}

// maxJSONNumber is how many characters of a number are read.
const maxJSONNumber = 63

// number reads the longest number at the beginning, as C's strtod does.
func (p *jsonReader) number(out *float64) bool {
	n := 0
	for n < len(p.s) && n < maxJSONNumber && strings.IndexByte("0123456789+-eE.", p.s[n]) >= 0 {
		n++
	}
	for ; n > 0; n-- {
		f, err := strconv.ParseFloat(p.s[:n], 64)
		if err == nil || math.IsInf(f, 0) {
			*out, p.s = f, p.s[n:]
			return true
		}
	}
	return false
}

// text reads a string.
func (p *jsonReader) text() (string, bool) {
	if !p.accept(`"`) {
		return "", false
	}
	var b []byte
	for p.s != "" {
		c := p.s[0]
		p.s = p.s[1:]
		switch c {
		case '"':
			return string(b), true
		case '\\':
			var ok bool
			if b, ok = p.escape(b); !ok {
				return "", false
			}
		default:
			b = append(b, c)
		}
	}
	return "", false
}

func (p *jsonReader) escape(b []byte) ([]byte, bool) {
	if p.s == "" {
		return b, false
	}
	c := p.s[0]
	p.s = p.s[1:]
	switch c {
	case '"', '\\', '/':
		return append(b, c), true
	case 'u':
		r, ok := p.unit()
		if 0xD800 <= r && r < 0xDC00 && p.accept(`\u`) {
			low, good := p.unit()
			if !good || low < 0xDC00 || low > 0xDFFF {
				return b, false
			}
			r = 0x10000 + (r-0xD800)<<10 + (low - 0xDC00)
		}
		return utf8.AppendRune(b, r), ok && (r < 0xD800 || r > 0xDFFF)
	}
	if i := strings.IndexByte("bfnrt", c); i >= 0 {
		return append(b, "\b\f\n\r\t"[i]), true
	}
	return b, false
}

func (p *jsonReader) unit() (rune, bool) {
	if len(p.s) < 4 {
		return 0, false
	}
	n, err := strconv.ParseUint(p.s[:4], 16, 16)
	p.s = p.s[4:]
	return rune(n), err == nil
}

// jsonPrinter writes values as cJSON does.
type jsonPrinter struct {
	b       []byte
	indent  bool             // on lines of their own, with indents
	grown   func(length int) // told how long b is, now and then
	noticed int
}

// printJSON writes a value, on one line or with indents. grown is told how long that becomes; nil: nobody is.
func printJSON(v *jsonValue, indent bool, grown func(length int)) string {
	p := jsonPrinter{indent: indent, grown: grown}
	p.value(v, 0)
	if grown != nil {
		grown(len(p.b))
	}
	return string(p.b)
}

// value writes one value. depth is how many objects and arrays it is in.
func (p *jsonPrinter) value(v *jsonValue, depth int) {
	if p.grown != nil && len(p.b)-p.noticed >= allowanceStep {
		p.noticed = len(p.b)
		p.grown(len(p.b))
	}
	switch v.kind {
	case jsonNull:
		p.b = append(p.b, "null"...)
	case jsonTrue:
		p.b = append(p.b, "true"...)
	case jsonFalse:
		p.b = append(p.b, "false"...)
	case jsonNumber:
		p.b = appendJSONNumber(p.b, v.number)
	case jsonText:
		p.b = appendJSONText(p.b, v.text)
	case jsonArray:
		p.b = append(p.b, '[')
		for i, m := range v.members {
			if i > 0 {
				p.b = append(p.b, ',')
				if p.indent {
					p.b = append(p.b, ' ')
				}
			}
			p.value(m, depth+1)
		}
		p.b = append(p.b, ']')
	case jsonObject:
		p.object(v, depth)
	}
}

func (p *jsonPrinter) object(v *jsonValue, depth int) {
	line := func(tabs int) {
		if p.indent {
			p.b = append(p.b, '\n')
			for range tabs {
				p.b = append(p.b, '\t')
			}
		}
	}
	p.b = append(p.b, '{')
	for i, m := range v.members {
		if i > 0 {
			p.b = append(p.b, ',')
		}
		line(depth + 1)
		p.b = append(appendJSONText(p.b, m.name), ':')
		if p.indent {
			p.b = append(p.b, '\t')
		}
		p.value(m, depth+1)
	}
	line(depth)
	p.b = append(p.b, '}')
}

// appendJSONNumber writes a number with 15 digits, or with 17 if it needs them.
func appendJSONNumber(b []byte, n float64) []byte {
	if math.IsNaN(n) || math.IsInf(n, 0) {
		return append(b, "null"...)
	}
	short := strconv.AppendFloat(nil, n, 'g', 15, 64)
	if back, err := strconv.ParseFloat(string(short), 64); err != nil || back != n {
		return strconv.AppendFloat(b, n, 'g', 17, 64)
	}
	return append(b, short...)
}

func appendJSONText(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch j := strings.IndexByte("\"\\\b\f\n\r\t", c); {
		case j >= 0:
			b = append(b, '\\', `"\bfnrt`[j])
		case c < ' ':
			b = append(b, `\u00`...)
			b = append(b, "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}
