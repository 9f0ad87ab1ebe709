package esl

import (
	"fmt"
	"io"
	"strings"
	"testing"
)

// trickle gives each of its pieces to one Read.
type trickle struct{ pieces []string }

func (tr *trickle) Read(p []byte) (int, error) {
	if len(tr.pieces) == 0 {
		return 0, io.EOF
	}
	n := copy(p, tr.pieces[0])
	if tr.pieces[0] = tr.pieces[0][n:]; tr.pieces[0] == "" {
		tr.pieces = tr.pieces[1:]
	}
	return n, nil
}

// TestTheBufferGrowsInABurstAndShrinksAfterIt: thousands of connections that wait are to cost little, one that is busy
// is to read much at a time.
func TestTheBufferGrowsInABurstAndShrinksAfterIt(t *testing.T) {
	small := "Content-Type: command/reply\nReply-Text: +OK\n\n"
	event := fmt.Sprintf("Content-Length: %d\nContent-Type: text/event-plain\n\n%s", 6000, strings.Repeat("a: bcdef\n\n", 600))
	burst := strings.Repeat(event, 100)
	pieces := []string{small, burst}
	for range calm + 1 {
		pieces = append(pieces, small)
	}
	fr := NewFrameReader(&trickle{pieces}, Limits{})
	read := func(n int) {
		t.Helper()
		for range n {
			if _, err := fr.Next(); err != nil {
				t.Fatal(err)
			}
		}
	}
	read(1)
	if len(fr.buf) != minBuffer {
		t.Errorf("after a small frame the buffer has %d bytes, want %d", len(fr.buf), minBuffer)
	}
	read(99)
	if len(fr.buf) != maxBuffer {
		t.Errorf("in a burst the buffer has %d bytes, want %d", len(fr.buf), maxBuffer)
	}
	read(5)
	if len(fr.buf) != maxBuffer {
		t.Errorf("right after a burst the buffer has %d bytes, want %d", len(fr.buf), maxBuffer)
	}
	read(calm - 3)
	if len(fr.buf) != minBuffer {
		t.Errorf("long after the buffer has %d bytes, want %d", len(fr.buf), minBuffer)
	}
}

func TestALargeHeaderBlockDoesNotKeepItsBuffer(t *testing.T) {
	small := "Content-Type: command/reply\nReply-Text: +OK\n\n"
	large := "Reply-Text: " + strings.Repeat("x", 1<<20) + "\n\n"
	fr := NewFrameReader(&trickle{[]string{large, small, small}}, Limits{})
	for range 3 {
		if _, err := fr.Next(); err != nil {
			t.Fatal(err)
		}
	}
	if len(fr.buf) != minBuffer {
		t.Errorf("the buffer has %d bytes, want %d", len(fr.buf), minBuffer)
	}
}

// TestABufferThatIsPassedOn: what one connection has read shows up in no frame of the next one, and changes none of its own.
func TestABufferThatIsPassedOn(t *testing.T) {
	spare := new(buffers)
	frame := func(letter string, length int) string {
		return fmt.Sprintf("Content-Type: api/response\nContent-Length: %d\nX: %s\n\n%s", length, letter, strings.Repeat(letter, length))
	}
	lengths := []int{1, 100, 3000, minBuffer, 3 * minBuffer, maxBuffer, 10}
	var kept []Frame
	letters := "abcdefgh"
	for i := range letters {
		letter := letters[i : i+1]
		var pieces []string
		for _, n := range lengths {
			pieces = append(pieces, frame(letter, n))
		}
		fr := newFrameReader(&trickle{append(pieces, "Content-Type: api/res")}, Limits{}, spare) // it ends within a frame
		for range lengths {
			f, err := fr.Next()
			if err != nil {
				t.Fatal(err)
			}
			kept = append(kept, f)
		}
		if f, err := fr.Next(); err != io.ErrUnexpectedEOF {
			t.Errorf("behind the last frame: %v, %v", f, err)
		}
		fr.release()
	}
	for i, f := range kept {
		letter, n := letters[i/len(lengths):][:1], lengths[i%len(lengths)]
		if f.Header("X") != letter || string(f.Body) != strings.Repeat(letter, n) {
			t.Errorf("frame %d of %s has %q and a body of %d bytes that begins %.20q", i%len(lengths), letter, f.Header("X"), len(f.Body), f.Body)
		}
	}
}
