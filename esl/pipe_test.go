package esl_test

import (
	"io"
	"net"
	"sync"
	"time"
)

// newPipe makes the two ends of a connection within the process. Unlike those of net.Pipe they take what is written at
// once, as the buffers of TCP do.
func newPipe() (net.Conn, net.Conn) {
	ab, ba := newStream(), newStream()
	return pipeEnd{in: ba, out: ab}, pipeEnd{in: ab, out: ba}
}

// stream is one direction of a pipe.
type stream struct {
	mu     sync.Mutex
	change *sync.Cond
	buf    []byte
	ended  bool // nothing more will be written
	gone   bool // nobody will read
}

func newStream() *stream {
	s := &stream{}
	s.change = sync.NewCond(&s.mu)
	return s
}

func (s *stream) end(gone bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	s.gone = s.gone || gone
	s.change.Broadcast()
}

type pipeEnd struct{ in, out *stream }

func (p pipeEnd) Read(b []byte) (int, error) {
	s := p.in
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.buf) == 0 && !s.ended {
		s.change.Wait()
	}
	switch {
	case s.gone:
		return 0, net.ErrClosed
	case len(s.buf) == 0:
		return 0, io.EOF
	}
	n := copy(b, s.buf)
	s.buf = s.buf[n:]
	return n, nil
}

func (p pipeEnd) Write(b []byte) (int, error) {
	s := p.out
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return 0, io.ErrClosedPipe
	}
	s.buf = append(s.buf, b...)
	s.change.Broadcast()
	return len(b), nil
}

func (p pipeEnd) Close() error {
	p.in.end(true)
	p.out.end(false)
	return nil
}

func (p pipeEnd) LocalAddr() net.Addr              { return pipeAddr{} }
func (p pipeEnd) RemoteAddr() net.Addr             { return pipeAddr{} }
func (p pipeEnd) SetDeadline(time.Time) error      { return nil }
func (p pipeEnd) SetReadDeadline(time.Time) error  { return nil }
func (p pipeEnd) SetWriteDeadline(time.Time) error { return nil }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }
