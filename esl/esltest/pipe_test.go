package esltest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"eslua/esl/esltest"
)

func TestPipe(t *testing.T) {
	a, b := esltest.Pipe()
	big := bytes.Repeat([]byte("0123456789"), 100_000)
	if n, err := a.Write(big); n != len(big) || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	a.Write([]byte("end"))
	a.(interface{ CloseWrite() error }).CloseWrite()
	got, err := io.ReadAll(b)
	if err != nil || !bytes.Equal(got, append(big, "end"...)) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if _, err := b.Write([]byte("back")); err != nil { // the other direction is open
		t.Error(err)
	}
	buf := make([]byte, 3)
	for _, want := range []string{"bac", "k"} {
		if n, err := a.Read(buf); string(buf[:n]) != want || err != nil {
			t.Errorf("%q, %v", buf[:n], err)
		}
	}
	a.Close()
	if _, err := b.Write([]byte("x")); err == nil {
		t.Error("a write to a closed pipe succeeds")
	}
	if _, err := a.Read(buf); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a read of a closed pipe: %v", err)
	}
	if _, err := a.Write(buf); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a write of a closed pipe: %v", err)
	}
	if a.LocalAddr() != b.RemoteAddr() || a.LocalAddr().Network() != "pipe" {
		t.Errorf("addresses %v and %v", a.LocalAddr(), b.RemoteAddr())
	}
}

// TestAReaderThatNeverCatchesUp: what is written and what is read stay the same stream while the buffer is used again.
func TestAReaderThatNeverCatchesUp(t *testing.T) {
	a, b := esltest.Pipe()
	var want, got []byte
	buf := make([]byte, 700)
	for i := range 2000 {
		piece := bytes.Repeat([]byte{byte(i)}, 701)
		want = append(want, piece...)
		a.Write(piece)
		n, _ := b.Read(buf)
		got = append(got, buf[:n]...)
	}
	a.Close()
	rest, _ := io.ReadAll(b)
	if got = append(got, rest...); !bytes.Equal(got, want) {
		t.Error("the stream has changed")
	}
}

func TestADeadlineOfAPipe(t *testing.T) {
	a, b := esltest.Pipe()
	defer a.Close()
	b.SetDeadline(time.Now().Add(-time.Second))
	if _, err := b.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%v", err)
	}
	// One that comes while the read waits: a millisecond of real time, which deadlines are in.
	b.SetReadDeadline(time.Now().Add(time.Millisecond))
	if _, err := b.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%v", err)
	}
	b.SetReadDeadline(time.Time{})
	a.Write([]byte("x"))
	if n, err := b.Read(make([]byte, 1)); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

func TestAPipeListener(t *testing.T) {
	l := esltest.NewPipeListener()
	if l.Addr().String() == esltest.NewPipeListener().Addr().String() {
		t.Error("two listeners have one address")
	}
	a, err := l.Dial(context.Background(), "anywhere")
	if err != nil {
		t.Fatal(err)
	}
	b, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if a.RemoteAddr() != b.LocalAddr() || a.LocalAddr() != b.RemoteAddr() {
		t.Error("the ends do not name each other")
	}
	waiting, _ := l.Dial(context.Background(), "")
	l.Close()
	if _, err := waiting.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("a connection that nobody accepted: %v", err)
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("accept: %v", err)
	}
	if _, err := l.Dial(context.Background(), ""); err == nil {
		t.Error("a closed listener is dialled")
	}
}
