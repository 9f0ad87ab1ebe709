package esl

import (
	"strconv"
	"strings"
	"unsafe"
)

// ParsePlain parses the body of a text/event-plain frame, or the reply to connect: a header block with encoded values,
// and where the last header is a Content-Length with something behind the empty line, an event body (event-socket.md
// 2.2). It never fails: lines without a colon are passed over. The event keeps b, which must not change any more.
func ParsePlain(b []byte) *Event {
	raw, rest := cutBlock(unsafe.String(unsafe.SliceData(b), len(b)))
	e := &Event{raw: raw}
	if rest != "" {
		e.cutBody(rest)
	}
	return e
}

// cutBlock cuts s at its first empty line.
func cutBlock(s string) (block, rest string) {
	if i := strings.Index(s, "\n\n"); i > 0 && strings.IndexByte(s[:i], '\r') < 0 && s[0] != '\n' {
		return s[:i+1], s[i+2:]
	}
	for pos := 0; pos < len(s); { // line by line, as there are CRs, or no empty line
		line := s[pos:]
		if i := strings.IndexByte(line, '\n'); i >= 0 {
			line = line[:i+1]
		}
		if strings.Trim(line, "\r\n") == "" && len(line) <= len("\r\n") {
			return s[:pos], s[pos+len(line):]
		}
		pos += len(line)
	}
	return s, ""
}

// cutBody takes the body of the event from what is behind the header block. The switch's own Content-Length is the last
// header; there may be one of the event's sender before it (event-socket.md 5.7).
func (e *Event) cutBody(rest string) {
	last := strings.LastIndexByte(strings.TrimSuffix(e.raw, "\n"), '\n') + 1
	value, ok := lookupLine(e.raw[last:], "Content-Length")
	n, err := strconv.Atoi(value)
	if !ok || err != nil || n <= 0 {
		return
	}
	e.raw, e.body = e.raw[:last], rest[:min(n, len(rest))]
}

// lookupLine finds the first line with a header of that name and returns its value, decoded.
func lookupLine(block, name string) (string, bool) {
	if name == "" || strings.IndexByte(name, ':') >= 0 {
		return "", false
	}
	for block != "" {
		end := strings.IndexByte(block, '\n')
		if end < 0 {
			end = len(block)
		}
		if n := len(name); n < end && block[n] == ':' && strings.EqualFold(block[:n], name) {
			return lineValue(block[n+1 : end]), true
		}
		block = block[min(end+1, len(block)):]
	}
	return "", false
}

// lineValue is the value of a header, from what is behind its colon.
func lineValue(v string) string {
	v = strings.TrimRight(strings.TrimLeft(v, " "), "\r\n")
	if v == undefined {
		return ""
	}
	return URLDecode(v)
}

// AppendPlain appends the event as the switch writes it in the body of a text/event-plain frame.
func (e *Event) AppendPlain(b []byte) []byte {
	for name, value := range e.Headers() {
		b = append(b, name...)
		b = append(b, ": "...)
		if value == "" {
			b = append(b, undefined...)
		} else {
			b = AppendURLEncoded(b, value)
		}
		b = append(b, '\n')
	}
	if e.body != "" {
		b = append(b, "Content-Length: "...)
		b = strconv.AppendInt(b, int64(len(e.body)), 10)
		b = append(b, "\n\n"...)
		return append(b, e.body...)
	}
	return append(b, '\n')
}

// String is the event in plain form with its values decoded, for people.
func (e *Event) String() string {
	var b strings.Builder
	for name, value := range e.Headers() {
		b.WriteString(name + ": " + value + "\n")
	}
	if e.body != "" {
		b.WriteString("\n" + e.body)
	}
	return b.String()
}
