package esl_test

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"testing"
	"testing/iotest"

	"eslua/esl"
	"eslua/tests/transcript"
)

// recordings calls f for each recorded connection.
func recordings(t *testing.T, f func(t *testing.T, tr *transcript.Transcript)) {
	names, err := transcript.Names()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr, err := transcript.Load(name)
			if err != nil {
				t.Fatal(err)
			}
			f(t, tr)
		})
	}
}

func readFrames(r io.Reader) (frames []esl.Frame, err error) {
	fr := esl.NewFrameReader(r, esl.Limits{})
	for {
		f, err := fr.Next()
		if err != nil {
			return frames, err
		}
		frames = append(frames, f)
	}
}

// chunks delivers a stream in pieces of a size, the first being shorter: as TCP may.
type chunks struct {
	rest        []byte
	first, size int
}

func (c *chunks) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		return 0, io.EOF
	}
	n := c.size
	if c.first > 0 {
		n, c.first = c.first, 0
	}
	n = copy(p, c.rest[:min(n, len(c.rest))])
	c.rest = c.rest[n:]
	return n, nil
}

// TestRecordedStreamsGiveTheSameFramesHoweverTheyArrive feeds what the switch sent whole, byte by byte and cut at every
// position.
func TestRecordedStreamsGiveTheSameFramesHoweverTheyArrive(t *testing.T) {
	recordings(t, func(t *testing.T, tr *transcript.Transcript) {
		stream := tr.Stream(transcript.Switch)
		want, err := readFrames(bytes.NewReader(stream))
		if err != io.EOF {
			t.Fatalf("whole: %v", err)
		}
		var blocks int
		for _, b := range tr.Blocks {
			if b.From == transcript.Switch {
				if head := want[min(blocks, len(want)-1)].Head(); !bytes.Contains(b.Bytes, []byte(head)) {
					t.Errorf("message %d of the recording is not frame %d:\n%s", blocks, blocks, head)
				}
				blocks++
			}
		}
		if blocks != len(want) {
			t.Fatalf("%d frames, but the recording has %d messages", len(want), blocks)
		}
		check := func(what string, at int, r io.Reader) {
			got, err := readFrames(r)
			if err != io.EOF || !reflect.DeepEqual(got, want) {
				t.Fatalf("%s %d: %d frames and %v, want %d frames", what, at, len(got), err, len(want))
			}
		}
		check("byte by byte", 0, iotest.OneByteReader(bytes.NewReader(stream)))
		const size = 61 // each position is a cut in one of these runs
		for first := range size {
			check("cut at", first, &chunks{stream, first, size})
		}
		if len(stream) > 8000 {
			return
		}
		for cut := range stream {
			check("in two at", cut, &chunks{stream, cut, len(stream)})
			got, err := readFrames(bytes.NewReader(stream[:cut]))
			if len(got) > len(want) || len(got) > 0 && !reflect.DeepEqual(got, want[:len(got)]) {
				t.Fatalf("ended at %d: other frames", cut)
			}
			if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Fatalf("ended at %d: %v", cut, err)
			}
		}
	})
}

func TestRecordedEventsAreWrittenAsTheyWere(t *testing.T) {
	recordings(t, func(t *testing.T, tr *transcript.Transcript) {
		frames, _ := readFrames(bytes.NewReader(tr.Stream(transcript.Switch)))
		for i, f := range frames {
			var write func(*esl.Event, []byte) []byte
			switch f.Type {
			case esl.EventPlain:
				write = (*esl.Event).AppendPlain
			case esl.EventJSON:
				write = (*esl.Event).AppendJSON
			case esl.EventXML:
				write = (*esl.Event).AppendXML
			default:
				continue
			}
			ev, err := f.Event()
			if err != nil {
				t.Errorf("frame %d: %v", i, err)
				continue
			}
			for form, e := range map[string]*esl.Event{"the event": ev, "its clone": ev.Clone()} {
				if got := write(e, nil); !bytes.Equal(got, f.Body) {
					t.Errorf("frame %d, %s:\n%s\nwant\n%s", i, form, got, f.Body)
				}
			}
		}
	})
}
