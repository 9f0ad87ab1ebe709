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
	return &Event{raw: unsafe.String(unsafe.SliceData(b), len(b))}
}

// cutPlain takes a plain event apart: its header lines and its body. The switch's own Content-Length, which is no header
// of the event, is the last line; there may be one of the event's sender before it (event-socket.md 5.7).
func cutPlain(raw string) (block, body string) {
	block, rest := cutBlock(raw)
	if rest == "" {
		return block, ""
	}
	last := strings.LastIndexByte(strings.TrimSuffix(block, "\n"), '\n') + 1
	value, ok := lookupLine(block[last:], "Content-Length")
	n, err := strconv.Atoi(value)
	if !ok || err != nil || n <= 0 {
		return block, ""
	}
	return block[:last], rest[:min(n, len(rest))]
}

// cutBlock cuts s at its first empty line.
func cutBlock(s string) (block, rest string) {
	for pos := 0; pos < len(s); {
		end := strings.IndexByte(s[pos:], '\n')
		if end < 0 {
			break
		}
		if end == 0 || end == 1 && s[pos] == '\r' {
			return s[:pos], s[pos+end+1:]
		}
		pos += end + 1
	}
	return s, ""
}

// lookupPlain finds a header of a plain event.
func lookupPlain(raw, name string) (string, bool) {
	if len(name) == len("Content-Length") && strings.EqualFold(name, "Content-Length") {
		raw, _ = cutPlain(raw)
	}
	return lookupLine(raw, name)
}

// lookupLine finds the first line with a header of that name, in front of the first empty line, and returns its value
// decoded.
func lookupLine(block, name string) (string, bool) {
	if name == "" || strings.IndexByte(name, ':') >= 0 {
		return "", false
	}
	for block != "" {
		end := strings.IndexByte(block, '\n')
		if end < 0 {
			end = len(block)
		}
		switch n := len(name); {
		case n < end:
			if block[n] == ':' && strings.EqualFold(block[:n], name) {
				return lineValue(block[n+1 : end]), true
			}
		case end == 0, end == 1 && block[0] == '\r':
			return "", false
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
	if body := e.Body(); body != "" {
		b = append(b, "Content-Length: "...)
		b = strconv.AppendInt(b, int64(len(body)), 10)
		b = append(b, "\n\n"...)
		return append(b, body...)
	}
	return append(b, '\n')
}

// String is the event in plain form with its values decoded, for people.
func (e *Event) String() string {
	var b strings.Builder
	for name, value := range e.Headers() {
		b.WriteString(name + ": " + value + "\n")
	}
	if body := e.Body(); body != "" {
		b.WriteString("\n" + body)
	}
	return b.String()
}
