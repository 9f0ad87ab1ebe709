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
	raw := unsafe.String(unsafe.SliceData(b), len(b))
	e := &Event{raw: raw}
	e.lines = make([]headerLine, 0, strings.Count(raw, "\n")+1)
	pos := 0
	for pos < len(raw) {
		line := raw[pos:]
		if i := strings.IndexByte(line, '\n'); i >= 0 {
			line = line[:i]
		}
		if line == "" || line == "\r" {
			pos += len(line) + 1
			break
		}
		if i := strings.IndexByte(line, ':'); i > 0 {
			e.lines = append(e.lines, headerLine{uint32(pos), uint32(pos + i)})
		}
		pos += len(line) + 1
	}
	if pos < len(raw) {
		e.cutBody(raw[pos:])
	}
	return e
}

// cutBody takes the body of the event from what is behind the header block. The switch's own Content-Length is the last
// header; there may be one of the event's sender before it (event-socket.md 5.7).
func (e *Event) cutBody(rest string) {
	if len(e.lines) == 0 {
		return
	}
	last := e.lines[len(e.lines)-1]
	if !strings.EqualFold(e.raw[last.start:last.colon], "Content-Length") {
		return
	}
	n, err := strconv.Atoi(e.rawValue(last))
	if err != nil || n <= 0 {
		return
	}
	e.body = rest[:min(n, len(rest))]
	e.lines = e.lines[:len(e.lines)-1]
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
