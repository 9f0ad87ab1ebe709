package esl

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// FrameType says what a message of the switch is, by its Content-Type (event-socket.md 2.2).
type FrameType int

// The types of messages that the switch sends. UnknownType is any other; such frames are delivered like all others.
const (
	UnknownType FrameType = iota
	AuthRequest
	CommandReply
	APIResponse
	EventPlain
	EventJSON
	EventXML
	LogData
	DisconnectNotice
	RudeRejection
)

var frameTypeNames = [...]string{
	AuthRequest:      "auth/request",
	CommandReply:     "command/reply",
	APIResponse:      "api/response",
	EventPlain:       "text/event-plain",
	EventJSON:        "text/event-json",
	EventXML:         "text/event-xml",
	LogData:          "log/data",
	DisconnectNotice: "text/disconnect-notice",
	RudeRejection:    "text/rude-rejection",
}

// String is the Content-Type.
func (t FrameType) String() string {
	if t == UnknownType {
		return "unknown"
	}
	return frameTypeNames[t]
}

func frameType(contentType []byte) FrameType {
	for t, name := range frameTypeNames {
		if t != int(UnknownType) && string(contentType) == name {
			return FrameType(t)
		}
	}
	return UnknownType
}

// Frame is one message of the switch: a block of headers and, where Content-Length announces one, a body.
type Frame struct {
	Type FrameType
	// Body is the body as it was sent; nil when there was none. It must not be changed: the event in it keeps it.
	Body []byte
	// head is the header block without the empty line at its end. It is empty for an event frame whose block is the one
	// that usualHead makes of Type and Body.
	head string
}

// Head is the header block as it was sent, without the empty line at its end.
func (f *Frame) Head() string {
	if f.head == "" && f.isEvent() {
		return string(f.appendUsualHead(nil, len(f.Body)))
	}
	return f.head
}

// appendUsualHead appends the header block that the switch writes for every event.
func (f *Frame) appendUsualHead(b []byte, length int) []byte {
	b = append(b, "Content-Length: "...)
	b = strconv.AppendInt(b, int64(length), 10)
	b = append(b, "\nContent-Type: "...)
	b = append(b, f.Type.String()...)
	return append(b, '\n')
}

func (f *Frame) isEvent() bool {
	return f.Type == EventPlain || f.Type == EventJSON || f.Type == EventXML
}

// Header is the value of the first header of that name, as it was sent: values of frame headers are not encoded, but
// for those of the reply to connect (see Event). Names are compared without case.
func (f *Frame) Header(name string) string {
	for line, rest := "", f.Head(); rest != ""; {
		line, rest, _ = strings.Cut(rest, "\n")
		if n := len(name); len(line) > n && line[n] == ':' && strings.EqualFold(line[:n], name) {
			_, value, _ := splitHeader(line)
			return value
		}
	}
	return ""
}

// Event is the event in the frame: the body of one of the three event types, or the header block itself, as in the
// reply to connect (event-socket.md 5.2).
func (f *Frame) Event() (*Event, error) {
	switch f.Type {
	case EventPlain:
		return ParsePlain(f.Body), nil
	case EventJSON:
		return ParseJSON(f.Body)
	case EventXML:
		return ParseXML(f.Body)
	case CommandReply:
		return &Event{raw: f.head}, nil
	}
	return nil, fmt.Errorf("esl: a %s frame holds no event", f.Type)
}

// splitHeader cuts a line of a frame's header block at its first colon. Blanks before the value and the line's end are
// no part of it.
func splitHeader(line string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(strings.TrimRight(line, "\r\n"), ":")
	return name, strings.TrimLeft(value, " "), ok
}

// Limits bounds what a FrameReader accepts. A zero field means its default.
type Limits struct {
	// HeaderBlock is the size of a header block in bytes; 4 MiB by default, as the reply to connect carries all
	// variables of a channel.
	HeaderBlock int
	// Headers is the number of lines in a header block; 20,000 by default.
	Headers int
	// Body is the size of a body in bytes; 16 MiB by default.
	Body int
}

func (l Limits) withDefaults() Limits {
	if l.HeaderBlock == 0 {
		l.HeaderBlock = 4 << 20
	}
	if l.Headers == 0 {
		l.Headers = 20_000
	}
	if l.Body == 0 {
		l.Body = 16 << 20
	}
	return l
}

// What a FrameReader refuses. After one of these the stream has no known frame boundary any more: the connection is to
// be closed.
var (
	// ErrHeaderBlock: a header block that does not end within Limits.HeaderBlock or has more lines than Limits.Headers.
	ErrHeaderBlock = errors.New("header block is above the limit")
	// ErrBodyLength: a Content-Length above Limits.Body.
	ErrBodyLength = errors.New("Content-Length is above the limit")
	// ErrContentLength: a Content-Length that is negative or no number.
	ErrContentLength = errors.New("Content-Length is not a length")
)

// FrameError is a violation of the framing. Err is one of ErrHeaderBlock, ErrBodyLength and ErrContentLength.
type FrameError struct {
	Err    error
	Detail string
}

func (e *FrameError) Error() string { return "esl: read frame: " + e.Detail }
func (e *FrameError) Unwrap() error { return e.Err }

const (
	// calm is how many reads in a row that need little room make the buffer small again.
	calm = 32
)

// FrameReader cuts a byte stream of the switch into frames. It reads as much at a time as there is, so the reader under
// it must not be read by others.
type FrameReader struct {
	src    io.Reader
	limits Limits
	spare  *buffers // where buf comes from
	buf    []byte
	r, w   int // what is in buf and not yet used: buf[r:w]

	full   bool // the last read filled the buffer
	little int  // how many reads in a row needed little room
	large  bool // the buffer has grown for one large header block
}

// NewFrameReader makes a reader of frames.
func NewFrameReader(src io.Reader, limits Limits) *FrameReader {
	return newFrameReader(src, limits, new(buffers))
}

// newFrameReader makes one whose buffers are shared with others. It must be released.
func newFrameReader(src io.Reader, limits Limits, spare *buffers) *FrameReader {
	return &FrameReader{src: src, limits: limits.withDefaults(), spare: spare}
}

// release gives the buffer back. Nothing can be read any more.
func (fr *FrameReader) release() {
	fr.spare.put(fr.buf)
	fr.src, fr.buf, fr.r, fr.w = nil, nil, 0, 0
}

// exchange goes over to another buffer of the given size, with what is not yet used.
func (fr *FrameReader) exchange(size int) {
	old := fr.buf
	fr.buf = fr.spare.get(size)
	fr.w = copy(fr.buf, old[fr.r:fr.w])
	fr.r = 0
	fr.spare.put(old)
}

// Next returns the next frame. At the end of the stream it returns io.EOF between two frames and io.ErrUnexpectedEOF
// within one, and errors of the stream as they are. A violation of the framing is a *FrameError.
func (fr *FrameReader) Next() (Frame, error) {
	head, err := fr.block()
	if err != nil {
		return Frame{}, err
	}
	f, length, err := fr.parse(head)
	if err != nil {
		return Frame{}, err
	}
	if length > 0 {
		if f.Body, err = fr.body(length); err != nil {
			return Frame{}, midFrame(err)
		}
	}
	return f, nil
}

// body returns the next bytes in memory of their own. What is small comes through the buffer, together with what follows
// it; what is large is read to where it belongs.
func (fr *FrameReader) body(length int) ([]byte, error) {
	for fr.w-fr.r < length && length <= len(fr.buf)/2 {
		if err := fr.fill(); err != nil {
			return nil, err
		}
	}
	have := fr.buf[fr.r:fr.w]
	if len(have) >= length {
		fr.r += length
		return bytes.Clone(have[:length]), nil
	}
	b := append(make([]byte, 0, min(length, max(promised, len(have)))), have...)
	fr.r += len(have)
	for len(b) < length {
		if len(b) == cap(b) {
			b = append(make([]byte, 0, min(length, 2*cap(b))), b...)
		}
		n, err := io.ReadFull(fr.src, b[len(b):cap(b)])
		if b = b[:len(b)+n]; err != nil {
			return nil, err
		}
	}
	return b, nil
}

// promised is how much memory a body gets for its Content-Length alone. What is longer gets more as it comes: else whoever
// connects could have much of it for forty bytes.
const promised = 1 << 20

func midFrame(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// block returns the next header block with the line feed of its last line, without the empty line. It is valid until
// the next read.
func (fr *FrameReader) block() ([]byte, error) {
	seen := 0 // bytes from fr.r that are known to hold no end
	for {
		for seen == 0 && fr.r < fr.w && (fr.buf[fr.r] == '\n' || fr.buf[fr.r] == '\r') {
			fr.r++ // empty lines between frames mean nothing
		}
		if end, next := blockEnd(fr.buf[fr.r:fr.w], seen); end > 0 {
			if end > fr.limits.HeaderBlock {
				return nil, fr.blockTooLarge()
			}
			head := fr.buf[fr.r : fr.r+end]
			fr.r += next
			return head, nil
		}
		seen = max(fr.w-fr.r-3, 0)
		if fr.w-fr.r > fr.limits.HeaderBlock+len("\r\n") {
			return nil, fr.blockTooLarge()
		}
		if err := fr.fill(); err != nil {
			if fr.w > fr.r {
				return nil, midFrame(err)
			}
			return nil, err
		}
	}
}

func (fr *FrameReader) blockTooLarge() error {
	return &FrameError{ErrHeaderBlock, fmt.Sprintf("header block is above the limit of %d bytes", fr.limits.HeaderBlock)}
}

// blockEnd finds the empty line that ends a header block, from the position from on. It returns the length of the block
// and the position behind the empty line, or zeros.
func blockEnd(b []byte, from int) (end, next int) {
	for {
		i := bytes.IndexByte(b[from:], '\n')
		if i < 0 {
			return 0, 0
		}
		i += from + 1
		switch {
		case i < len(b) && b[i] == '\n':
			return i, i + 1
		case i+1 < len(b) && b[i] == '\r' && b[i+1] == '\n':
			return i, i + 2
		}
		from = i
	}
}

// fill reads once, behind what is in the buffer.
func (fr *FrameReader) fill() error {
	switch {
	case fr.r == fr.w:
		fr.resize()
		fr.r, fr.w = 0, 0
	case fr.w == len(fr.buf):
		large := fr.w-fr.r > len(fr.buf)/2
		fr.large = fr.large || large
		switch {
		case len(fr.buf) < maxBuffer:
			fr.exchange(bufferStep * len(fr.buf))
		case large:
			fr.exchange(2 * len(fr.buf))
		default:
			fr.w = copy(fr.buf, fr.buf[fr.r:fr.w])
			fr.r = 0
		}
	}
	for range 100 {
		n, err := fr.src.Read(fr.buf[fr.w:])
		fr.w += n
		fr.full = fr.w == len(fr.buf)
		if n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

// resize chooses the size of the empty buffer: small while messages are few, so that a connection that waits costs
// little, and larger while reads fill it.
func (fr *FrameReader) resize() {
	if fr.w < len(fr.buf)/4 {
		fr.little++
	} else {
		fr.little = 0
	}
	switch {
	case fr.full && len(fr.buf) < maxBuffer:
		fr.exchange(bufferStep * len(fr.buf))
	case fr.buf == nil, len(fr.buf) > minBuffer && (fr.large || fr.little >= calm):
		fr.exchange(minBuffer)
	}
	fr.large = false
}

// parse reads the lines that matter for the framing out of a header block. What it keeps of head is copied.
func (fr *FrameReader) parse(head []byte) (f Frame, length int, err error) {
	lines := 0
	for rest := head; len(rest) > 0; {
		line := rest
		if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			line, rest = rest[:i], rest[i+1:]
		} else {
			rest = nil
		}
		if lines++; lines > fr.limits.Headers {
			detail := fmt.Sprintf("header block has more than %d lines", fr.limits.Headers)
			return f, 0, &FrameError{ErrHeaderBlock, detail}
		}
		switch {
		case hasFold(line, "Content-Length:"):
			length, err = fr.contentLength(bytes.TrimSpace(line[len("Content-Length:"):]))
			if err != nil {
				return f, 0, err
			}
		case hasFold(line, "Content-Type:"):
			f.Type = frameType(bytes.TrimSpace(line[len("Content-Type:"):]))
		}
	}
	var usual [64]byte
	if !f.isEvent() || !bytes.Equal(head, f.appendUsualHead(usual[:0], length)) {
		f.head = string(head)
	}
	return f, length, nil
}

// hasFold tells whether b begins with the ASCII text prefix, in any case.
func hasFold(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && (b[0]|0x20) == (prefix[0]|0x20) && strings.EqualFold(string(b[:len(prefix)]), prefix)
}

func (fr *FrameReader) contentLength(digits []byte) (int, error) {
	n, err := strconv.ParseUint(string(digits), 10, 63)
	switch {
	case errors.Is(err, strconv.ErrRange), err == nil && n > uint64(fr.limits.Body):
		detail := fmt.Sprintf("Content-Length %.40s is above the limit %d", digits, fr.limits.Body)
		return 0, &FrameError{ErrBodyLength, detail}
	case err != nil:
		return 0, &FrameError{ErrContentLength, fmt.Sprintf("Content-Length %.40q is not a length", digits)}
	}
	return int(n), nil
}
