package esl_test

import (
	"bytes"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"eslua/esl"
	"eslua/tests/transcript"
)

// recorded gives every recording to f.
func recorded(f *testing.F, use func(tr *transcript.Transcript)) {
	names, err := transcript.Names()
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		tr, err := transcript.Load(name)
		if err != nil {
			f.Fatal(err)
		}
		use(tr)
	}
}

// largestSeed keeps the seeds small: the fuzzer spends its time on making large inputs smaller.
const largestSeed = 4 << 10

// seedEvents adds the bodies of recorded events of one type: of each kind of event those that differ in length.
func seedEvents(f *testing.F, typ esl.FrameType) {
	type kind struct {
		name   string
		length int
	}
	seen := map[kind]bool{}
	recorded(f, func(tr *transcript.Transcript) {
		frames, _ := readFrames(bytes.NewReader(tr.Stream(transcript.Switch)))
		for _, fr := range frames {
			if fr.Type != typ || len(fr.Body) > largestSeed {
				continue
			}
			ev, err := fr.Event()
			if err != nil {
				f.Fatal(err)
			}
			if k := (kind{ev.Name(), len(fr.Body) / 256}); !seen[k] {
				seen[k] = true
				f.Add(fr.Body)
			}
		}
	})
}

// FuzzFrames: a stream gives the same frames and the same end however it is cut, and every frame is a part of it.
func FuzzFrames(f *testing.F) {
	recorded(f, func(tr *transcript.Transcript) {
		if stream := tr.Stream(transcript.Switch); len(stream) <= largestSeed {
			f.Add(stream, uint8(7))
		}
	})
	for _, hostile := range []string{
		"Content-Length: -1\n\n", "Content-Length: 99999999999999\n\n", "Content-Type: api/response\nContent-Length: 1\n\nx",
		"Content-Type: command/reply\nReply-Text: \n\n", "\r\n\r\na:b\r\n\r\n", "a\n\r\n",
	} {
		f.Add([]byte(hostile), uint8(1))
	}
	limits := esl.Limits{HeaderBlock: 8 << 10, Headers: 500, Body: 64 << 10}
	read := func(r io.Reader) (frames []esl.Frame, end string) {
		fr := esl.NewFrameReader(r, limits)
		for {
			frame, err := fr.Next()
			if err != nil {
				return frames, err.Error()
			}
			frames = append(frames, frame)
		}
	}
	f.Fuzz(func(t *testing.T, stream []byte, cut uint8) {
		want, end := read(bytes.NewReader(stream))
		for what, r := range map[string]io.Reader{
			"byte by byte": iotest.OneByteReader(bytes.NewReader(stream)),
			"in pieces":    &chunks{stream, int(cut) / 2, int(cut) + 1},
		} {
			if got, gotEnd := read(r); !reflect.DeepEqual(got, want) || gotEnd != end {
				t.Errorf("%s: %q and %s, want %q and %s", what, got, gotEnd, want, end)
			}
		}
		rest := stream
		for _, frame := range want {
			part := []byte(frame.Head())
			at := bytes.Index(rest, part)
			if at < 0 {
				t.Fatalf("the head %q is not what was sent: %q", part, rest)
			}
			rest = rest[at+len(part):]
			if at = bytes.Index(rest, frame.Body); at < 0 || at > 2 {
				t.Fatalf("the body %q is not what was sent: %q", frame.Body, rest)
			}
			rest = rest[at+len(frame.Body):]
		}
	})
}

// sameEvent compares an event with what it has become in another form.
func sameEvent(t *testing.T, what string, got *esl.Event, err error, headers []string, body string) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if p := pairs(got); !reflect.DeepEqual(p, headers) {
		t.Errorf("%s: %q, want %q", what, p, headers)
	}
	if got.Body() != body {
		t.Errorf("%s: body %q, want %q", what, got.Body(), body)
	}
}

// FuzzPlainEvent: what was read is the same after it was written and read again.
func FuzzPlainEvent(f *testing.F) {
	seedEvents(f, esl.EventPlain)
	f.Add([]byte("a[0]: ARRAY%3A%3Ax%7C%3Ay\nb: _undef_\nc: 100%25\nContent-Length: 3\n\nxyz"))
	f.Fuzz(func(t *testing.T, text []byte) {
		e := esl.ParsePlain(bytes.Clone(text))
		c := e.Clone() // where arrays of one are bare
		sameEvent(t, "clone of clone", c.Clone(), nil, pairs(c), e.Body())
		sameEvent(t, "plain", esl.ParsePlain(c.AppendPlain(nil)), nil, encodedOnce(c), e.Body())
		for name := range e.Headers() {
			if _, ok := e.Lookup(name); !ok {
				t.Errorf("header %q is not found", name)
			}
		}
		if e.Len() != len(pairs(e)) {
			t.Errorf("Len: %d, want %d", e.Len(), len(pairs(e)))
		}
	})
}

// FuzzJSONEvent: what is accepted is the same after it was written and read again.
func FuzzJSONEvent(f *testing.F) {
	seedEvents(f, esl.EventJSON)
	f.Add([]byte(`{"a":["x","\u00e4\n"],"b":"","Content-Length":"3","_body":"x\"z"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		e, err := esl.ParseJSON(text)
		if err != nil {
			return
		}
		written := e.AppendJSON(nil)
		again, err := esl.ParseJSON(written)
		sameEvent(t, "json", again, err, pairs(e), e.Body())
		if twice := again.AppendJSON(nil); !bytes.Equal(twice, written) {
			t.Errorf("written again: %s, want %s", twice, written)
		}
		sameEvent(t, "clone", e.Clone(), nil, pairs(e), e.Body())
	})
}

// FuzzXMLEvent: what is accepted is the same after it was written and read again.
func FuzzXMLEvent(f *testing.F) {
	seedEvents(f, esl.EventXML)
	f.Add([]byte("<event><headers><a>x%20y</a><a/><b>&amp;</b></headers><Content-Length>3</Content-Length><body>x&lt;\n  </body></event>"))
	f.Fuzz(func(t *testing.T, text []byte) {
		e, err := esl.ParseXML(text)
		if err != nil {
			return
		}
		again, err := esl.ParseXML(e.AppendXML(nil))
		sameEvent(t, "xml", again, err, encodedOnce(e), e.Body())
		sameEvent(t, "clone", e.Clone(), nil, pairs(e), e.Body())
	})
}

// FuzzURLEncoding: encoding gives safe bytes only, is done once, and comes back unless the text looked encoded before.
func FuzzURLEncoding(f *testing.F) {
	recorded(f, func(tr *transcript.Transcript) {
		if tr.Name != "encoding_ascii" && tr.Name != "variables_odd" {
			return
		}
		frames, _ := readFrames(bytes.NewReader(tr.Stream(transcript.Switch)))
		for _, fr := range frames {
			if fr.Type == esl.EventPlain {
				for _, value := range esl.ParsePlain(fr.Body).Headers() {
					f.Add(value)
				}
			}
		}
	})
	f.Fuzz(func(t *testing.T, s string) {
		encoded := string(esl.AppendURLEncoded(nil, s))
		for i := range len(encoded) {
			if c := encoded[i]; c <= ' ' || c > '~' || strings.IndexByte("#&+:;<=>?@[\\]^`{|}\"", c) >= 0 {
				t.Fatalf("%q is encoded as %q with byte 0x%02x in it", s, encoded, c)
			}
		}
		if twice := string(esl.AppendURLEncoded(nil, encoded)); twice != encoded {
			t.Errorf("%q is encoded as %q, and then again as %q", s, encoded, twice)
		}
		decoded := esl.URLDecode(encoded)
		if !strings.Contains(s, "%") && decoded != s {
			t.Errorf("%q comes back as %q", s, decoded)
		}
		if len(esl.URLDecode(s)) > len(s) {
			t.Errorf("%q is longer decoded: %q", s, esl.URLDecode(s))
		}
	})
}
