package esl_test

import (
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"eslua/esl"
)

func TestFramesAreReadAsTheSwitchWritesThem(t *testing.T) {
	for name, tt := range map[string]struct {
		stream  string
		typ     esl.FrameType
		body    string
		headers map[string]string
	}{
		"a colon and a blank in a value": {
			stream:  "Content-Type: command/reply\nReply-Text: +OK: a: b\n\n",
			typ:     esl.CommandReply,
			headers: map[string]string{"Reply-Text": "+OK: a: b"},
		},
		"no Reply-Text": {
			stream:  "Content-Type: command/reply\n\n",
			typ:     esl.CommandReply,
			headers: map[string]string{"Reply-Text": ""},
		},
		"an empty Reply-Text": {
			stream:  "Content-Type: command/reply\nReply-Text: \n\n",
			typ:     esl.CommandReply,
			headers: map[string]string{"Reply-Text": "", "Content-Type": "command/reply"},
		},
		"an empty Reply-Text without a blank": {
			stream:  "Content-Type: command/reply\nReply-Text:\n\n",
			typ:     esl.CommandReply,
			headers: map[string]string{"Reply-Text": ""},
		},
		"a header twice": {
			stream:  "Content-Type: command/reply\nJob-UUID: one\nJob-UUID: two\n\n",
			typ:     esl.CommandReply,
			headers: map[string]string{"Job-UUID": "one"},
		},
		"CR LF": {
			stream:  "Content-Type: command/reply\r\nReply-Text: +OK\r\n\r\n",
			typ:     esl.CommandReply,
			headers: map[string]string{"Reply-Text": "+OK"},
		},
		"empty lines in front": {
			stream:  "\n\r\n\nContent-Type: command/reply\nReply-Text: +OK\n\n",
			typ:     esl.CommandReply,
			headers: map[string]string{"Reply-Text": "+OK"},
		},
		"names in another case": {
			stream:  "content-type: api/response\nCONTENT-LENGTH: 2\n\nhi",
			typ:     esl.APIResponse,
			body:    "hi",
			headers: map[string]string{"Content-Type": "api/response", "content-length": "2"},
		},
		"a line without a colon": {
			stream:  "Content-Type: command/reply\nnonsense\nReply-Text: +OK\n\n",
			typ:     esl.CommandReply,
			headers: map[string]string{"Reply-Text": "+OK", "nonsense": ""},
		},
		"a name that begins like another": {
			stream:  "Content-Type: command/reply\nReply-Text-2: no\nReply-Text: yes\n\n",
			typ:     esl.CommandReply,
			headers: map[string]string{"Reply-Text": "yes"},
		},
		"an api reply of one byte": {
			stream:  "Content-Type: api/response\nContent-Length: 1\n\nx",
			typ:     esl.APIResponse,
			body:    "x",
			headers: map[string]string{"Content-Length": "1"},
		},
		"a body of line feeds": {
			stream:  "Content-Type: api/response\nContent-Length: 3\n\n\n\n\n",
			typ:     esl.APIResponse,
			body:    "\n\n\n",
			headers: map[string]string{"Content-Length": "3"},
		},
		"Content-Length 0": {
			stream:  "Content-Type: api/response\nContent-Length: 0\n\n",
			typ:     esl.APIResponse,
			headers: map[string]string{"Content-Length": "0"},
		},
		"an event whose headers come the other way round": {
			stream:  "Content-Type: text/event-plain\nContent-Length: 3\n\na:b",
			typ:     esl.EventPlain,
			body:    "a:b",
			headers: map[string]string{"Content-Length": "3", "Content-Type": "text/event-plain"},
		},
		"an unknown type": {
			stream:  "Content-Type: text/event-yaml\nContent-Length: 4\nX: y\n\nbody",
			typ:     esl.UnknownType,
			body:    "body",
			headers: map[string]string{"Content-Type": "text/event-yaml", "X": "y"},
		},
		"no type": {
			stream:  "X: y\n\n",
			typ:     esl.UnknownType,
			headers: map[string]string{"X": "y", "Content-Type": ""},
		},
	} {
		t.Run(name, func(t *testing.T) {
			fr := esl.NewFrameReader(strings.NewReader(tt.stream+"Content-Type: auth/request\n\n"), esl.Limits{})
			f, err := fr.Next()
			if err != nil {
				t.Fatal(err)
			}
			if f.Type != tt.typ || string(f.Body) != tt.body {
				t.Errorf("type %v and body %q, want %v and %q", f.Type, f.Body, tt.typ, tt.body)
			}
			if !strings.Contains(tt.stream, f.Head()) {
				t.Errorf("the head is not what was sent: %q", f.Head())
			}
			for name, want := range tt.headers {
				if got := f.Header(name); got != want {
					t.Errorf("header %s: %q, want %q", name, got, want)
				}
			}
			if next, err := fr.Next(); err != nil || next.Type != esl.AuthRequest {
				t.Errorf("the next frame: %v, %v, want auth/request", next.Type, err)
			}
			if _, err := fr.Next(); err != io.EOF {
				t.Errorf("at the end: %v, want EOF", err)
			}
		})
	}
}

func TestViolationsOfTheFramingAreTypedErrors(t *testing.T) {
	manyDigits := strings.Repeat("9", 400)
	for name, tt := range map[string]struct {
		stream string
		limits esl.Limits
		is     error
		text   string
	}{
		"a length far above the limit": {
			stream: "Content-Length: 99999999999999\n\n",
			is:     esl.ErrBodyLength,
			text:   "esl: read frame: Content-Length 99999999999999 is above the limit 16777216",
		},
		"a length just above the limit": {
			stream: "Content-Length: 16777217\n\n",
			is:     esl.ErrBodyLength,
			text:   "esl: read frame: Content-Length 16777217 is above the limit 16777216",
		},
		"a length above a limit of one's own": {
			stream: "Content-Length: 11\n\nhello world",
			limits: esl.Limits{Body: 10},
			is:     esl.ErrBodyLength,
			text:   "esl: read frame: Content-Length 11 is above the limit 10",
		},
		"a length of 400 digits": {
			stream: "Content-Length: " + manyDigits + "\n\n",
			is:     esl.ErrBodyLength,
			text:   "esl: read frame: Content-Length " + manyDigits[:40] + " is above the limit 16777216",
		},
		"a negative length": {
			stream: "Content-Length: -1\n\n",
			is:     esl.ErrContentLength,
			text:   `esl: read frame: Content-Length "-1" is not a length`,
		},
		"a length with an exponent": {
			stream: "Content-Length: 1e400\n\n",
			is:     esl.ErrContentLength,
			text:   `esl: read frame: Content-Length "1e400" is not a length`,
		},
		"a length with a sign": {
			stream: "Content-Length: +5\n\nhello",
			is:     esl.ErrContentLength,
			text:   `esl: read frame: Content-Length "+5" is not a length`,
		},
		"two numbers": {
			stream: "Content-Length: 5 5\n\nhello",
			is:     esl.ErrContentLength,
			text:   `esl: read frame: Content-Length "5 5" is not a length`,
		},
		"a blank length": {
			stream: "Content-Length: \n\n",
			is:     esl.ErrContentLength,
			text:   `esl: read frame: Content-Length "" is not a length`,
		},
		"the second length of two": {
			stream: "Content-Length: 1\nContent-Length: x\n\n",
			is:     esl.ErrContentLength,
			text:   `esl: read frame: Content-Length "x" is not a length`,
		},
		"too many header lines": {
			stream: strings.Repeat("a: b\n", 21) + "\n",
			limits: esl.Limits{Headers: 20},
			is:     esl.ErrHeaderBlock,
			text:   "esl: read frame: header block has more than 20 lines",
		},
		"a header block that ends above the limit": {
			stream: "a: " + strings.Repeat("b", 200) + "\n\n",
			limits: esl.Limits{HeaderBlock: 100},
			is:     esl.ErrHeaderBlock,
			text:   "esl: read frame: header block is above the limit of 100 bytes",
		},
		"a header block that does not end": {
			stream: strings.Repeat("a: b\n", 2_000_000),
			is:     esl.ErrHeaderBlock,
			text:   "esl: read frame: header block is above the limit of 4194304 bytes",
		},
	} {
		t.Run(name, func(t *testing.T) {
			fr := esl.NewFrameReader(strings.NewReader(tt.stream), tt.limits)
			_, err := fr.Next()
			var fe *esl.FrameError
			if !errors.As(err, &fe) || !errors.Is(err, tt.is) {
				t.Fatalf("error %v, want a FrameError of %v", err, tt.is)
			}
			if err.Error() != tt.text {
				t.Errorf("the error reads\n%v\nwant\n%v", err, tt.text)
			}
		})
	}
}

func TestWhatIsAtTheLimitIsRead(t *testing.T) {
	body := strings.Repeat("x", 16<<20)
	lines := "Content-Length: " + strconv.Itoa(len(body)) + "\n" + strings.Repeat("a: b\n", 19_999)
	block := lines[:len(lines)-1] + strings.Repeat("b", 4<<20-len(lines)) + "\n"
	fr := esl.NewFrameReader(strings.NewReader(block+"\n"+body), esl.Limits{})
	f, err := fr.Next()
	if err != nil {
		t.Fatal(err)
	}
	if f.Head() != block || string(f.Body) != body {
		t.Errorf("head of %d bytes and body of %d, want %d and %d", len(f.Head()), len(f.Body), len(block), len(body))
	}
}

// endless is a stream that never ends. It counts what was read.
type endless struct {
	text string
	read int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.text[e.read%len(e.text):])
	e.read += n
	return n, nil
}

func TestAnEndlessHeaderBlockIsGivenUpAtItsLimit(t *testing.T) {
	for name, text := range map[string]string{"of short lines": "a: b\n", "in one line": "a"} {
		src := &endless{text: text}
		_, err := esl.NewFrameReader(src, esl.Limits{HeaderBlock: 100_000}).Next()
		if !errors.Is(err, esl.ErrHeaderBlock) {
			t.Errorf("%s: %v, want %v", name, err, esl.ErrHeaderBlock)
		}
		if src.read > 300_000 {
			t.Errorf("%s: given up only after %d bytes", name, src.read)
		}
	}
}

// stingy gives a text, and then as little as is asked for of a body, up to a limit. It notes how much is asked for at once.
type stingy struct {
	text  string
	rest  int
	asked []int
}

func (s *stingy) Read(p []byte) (int, error) {
	if s.text != "" {
		n := copy(p, s.text)
		s.text = s.text[n:]
		return n, nil
	}
	s.asked = append(s.asked, len(p))
	n := min(len(p), s.rest)
	s.rest -= n
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// TestALongBodyGetsItsMemoryAsItComes: a length that is only announced costs little.
func TestALongBodyGetsItsMemoryAsItComes(t *testing.T) {
	const head, length = "Content-Type: api/response\nContent-Length: 16777216\n\n", 16 << 20
	for _, sent := range []int{0, 1 << 20, 3 << 20, length} {
		src := &stingy{text: head, rest: sent}
		f, err := esl.NewFrameReader(src, esl.Limits{}).Next()
		if sent == length {
			if err != nil || len(f.Body) != length || cap(f.Body) != length {
				t.Errorf("all: %v, %d bytes", err, len(f.Body))
			}
			continue
		}
		if err != io.ErrUnexpectedEOF {
			t.Errorf("%d bytes: %v", sent, err)
		}
		if all := max(1<<20, 2*sent); slices.Max(src.asked) > all {
			t.Errorf("%d bytes: memory for %d more was ready", sent, slices.Max(src.asked))
		}
	}
}

func TestAStreamThatEndsWithinAFrameIsUnexpected(t *testing.T) {
	for _, stream := range []string{
		"C",
		"Content-Type: command/reply\n",
		"Content-Type: command/reply\nReply-Text: +OK\r\n",
		"Content-Type: api/response\nContent-Length: 5\n\n",
		"Content-Type: api/response\nContent-Length: 5\n\nhell",
	} {
		if _, err := esl.NewFrameReader(strings.NewReader(stream), esl.Limits{}).Next(); err != io.ErrUnexpectedEOF {
			t.Errorf("%q: %v, want %v", stream, err, io.ErrUnexpectedEOF)
		}
	}
	for _, stream := range []string{"", "\n\n", "\r\n"} {
		if _, err := esl.NewFrameReader(strings.NewReader(stream), esl.Limits{}).Next(); err != io.EOF {
			t.Errorf("%q: %v, want %v", stream, err, io.EOF)
		}
	}
}

// failing gives a text and then an error, and at last nothing at all.
type failing struct {
	text string
	err  error
}

func (f *failing) Read(p []byte) (int, error) {
	if f.text != "" {
		n := copy(p, f.text)
		f.text = f.text[n:]
		return n, nil
	}
	return 0, f.err
}

func TestErrorsOfTheStreamAreReturnedAsTheyAre(t *testing.T) {
	broken := errors.New("broken")
	for _, text := range []string{"", "Content-", "Content-Length: 5\n\nhell"} {
		if _, err := esl.NewFrameReader(&failing{text, broken}, esl.Limits{}).Next(); err != broken {
			t.Errorf("after %q: %v, want %v", text, err, broken)
		}
	}
	if _, err := esl.NewFrameReader(&failing{"", nil}, esl.Limits{}).Next(); err != io.ErrNoProgress {
		t.Errorf("of a stream that gives nothing and no error: %v, want %v", err, io.ErrNoProgress)
	}
}

func TestAFrameTypePrintsAsItsContentType(t *testing.T) {
	for typ, want := range map[esl.FrameType]string{
		esl.UnknownType:      "unknown",
		esl.AuthRequest:      "auth/request",
		esl.CommandReply:     "command/reply",
		esl.APIResponse:      "api/response",
		esl.EventPlain:       "text/event-plain",
		esl.EventJSON:        "text/event-json",
		esl.EventXML:         "text/event-xml",
		esl.LogData:          "log/data",
		esl.DisconnectNotice: "text/disconnect-notice",
		esl.RudeRejection:    "text/rude-rejection",
	} {
		if typ.String() != want {
			t.Errorf("type %d prints as %q, want %q", typ, typ, want)
		}
	}
}

func TestOnlyEventsAndRepliesHoldAnEvent(t *testing.T) {
	for _, contentType := range []string{"api/response", "log/data", "text/disconnect-notice", "auth/request", "other/type"} {
		f, err := esl.NewFrameReader(strings.NewReader("Content-Type: "+contentType+"\n\n"), esl.Limits{}).Next()
		if err != nil {
			t.Fatal(err)
		}
		if ev, err := f.Event(); err == nil {
			t.Errorf("%s: event %v, want an error", contentType, ev)
		}
	}
}
