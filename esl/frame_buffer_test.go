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
