package esltest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// Pipe makes a connection that stays in memory. Unlike net.Pipe it has buffers without a limit, as a socket seems to have
// to whoever writes little: a write never waits for the reader. Deadlines work for reads.
func Pipe() (net.Conn, net.Conn) { return newPipe("pipe a", "pipe b") }

func newPipe(nameA, nameB string) (net.Conn, net.Conn) {
	a, b := newHalf(), newHalf()
	x := &pipeEnd{in: a, out: b, local: pipeAddr(nameA), remote: pipeAddr(nameB)}
	return x, &pipeEnd{in: b, out: a, local: x.remote, remote: x.local}
}

// half is one direction of a pipe.
type half struct {
	mu       sync.Mutex
	changed  *sync.Cond
	buf      []byte
	taken    int  // bytes of buf that have been read
	closed   bool // by the writer: the end of the stream
	broken   bool // by the reader: nobody will read
	deadline time.Time
	timer    *time.Timer
}

func newHalf() *half {
	h := &half{}
	h.changed = sync.NewCond(&h.mu)
	return h
}

type pipeEnd struct {
	in, out       *half
	local, remote pipeAddr
}

func (p *pipeEnd) Read(b []byte) (int, error) {
	h := p.in
	h.mu.Lock()
	defer h.mu.Unlock()
	for {
		switch {
		case h.broken:
			return 0, net.ErrClosed
		case len(h.buf) > h.taken:
			n := copy(b, h.buf[h.taken:])
			if h.taken += n; h.taken == len(h.buf) {
				h.buf, h.taken = h.buf[:0], 0
				if cap(h.buf) > maxSpare {
					h.buf = nil
				}
			}
			return n, nil
		case h.closed:
			return 0, io.EOF
		case !h.deadline.IsZero() && !time.Now().Before(h.deadline):
			return 0, os.ErrDeadlineExceeded
		}
		h.changed.Wait()
	}
}

func (p *pipeEnd) Write(b []byte) (int, error) {
	h := p.out
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.closed:
		return 0, net.ErrClosed
	case h.broken:
		return 0, errors.New("esltest: write on a pipe that the other side has closed")
	}
	if h.taken > len(h.buf)/2 { // a reader that never catches up
		h.buf, h.taken = append(h.buf[:0], h.buf[h.taken:]...), 0
	}
	h.buf = append(h.buf, b...)
	h.changed.Broadcast()
	return len(b), nil
}

func (p *pipeEnd) Close() error {
	p.CloseWrite()
	p.in.mu.Lock()
	defer p.in.mu.Unlock()
	p.in.broken = true
	p.in.buf, p.in.taken = nil, 0
	p.in.changed.Broadcast()
	return nil
}

// CloseWrite ends the stream to the other side; reading goes on.
func (p *pipeEnd) CloseWrite() error {
	p.out.mu.Lock()
	defer p.out.mu.Unlock()
	p.out.closed = true
	p.out.changed.Broadcast()
	return nil
}

func (p *pipeEnd) SetReadDeadline(t time.Time) error {
	h := p.in
	h.mu.Lock()
	defer h.mu.Unlock()
	h.deadline = t
	if h.timer != nil {
		h.timer.Stop()
		h.timer = nil
	}
	if !t.IsZero() {
		h.timer = time.AfterFunc(time.Until(t), func() {
			h.mu.Lock() // a Read that has just looked at the time waits by now
			defer h.mu.Unlock()
			h.changed.Broadcast()
		})
	}
	h.changed.Broadcast()
	return nil
}

func (p *pipeEnd) SetDeadline(t time.Time) error  { return p.SetReadDeadline(t) }
func (*pipeEnd) SetWriteDeadline(time.Time) error { return nil }
func (p *pipeEnd) LocalAddr() net.Addr            { return p.local }
func (p *pipeEnd) RemoteAddr() net.Addr           { return p.remote }

type pipeAddr string

func (pipeAddr) Network() string  { return "pipe" }
func (a pipeAddr) String() string { return string(a) }

// PipeListener accepts connections that stay in memory: a server under test serves it, and Options.Dial of the switch is
// its Dial.
type PipeListener struct {
	mu      sync.Mutex
	changed *sync.Cond
	waiting []net.Conn
	dialled int
	closed  bool
}

// NewPipeListener makes a listener.
func NewPipeListener() *PipeListener {
	l := &PipeListener{}
	l.changed = sync.NewCond(&l.mu)
	return l
}

// Dial connects to the listener, whatever the address.
func (l *PipeListener) Dial(_ context.Context, _ string) (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, &net.OpError{Op: "dial", Net: "pipe", Addr: l.Addr(), Err: syscall.ECONNREFUSED}
	}
	l.dialled++
	a, b := newPipe(fmt.Sprintf("%s/%d", l.Addr(), l.dialled), l.Addr().String())
	l.waiting = append(l.waiting, b)
	l.changed.Signal()
	return a, nil
}

// Accept waits for a connection.
func (l *PipeListener) Accept() (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.waiting) == 0 {
		if l.closed {
			return nil, net.ErrClosed
		}
		l.changed.Wait()
	}
	c := l.waiting[0]
	l.waiting = l.waiting[1:]
	return c, nil
}

// Close ends Accept, and the connections that wait for it.
func (l *PipeListener) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for _, c := range l.waiting {
		c.Close()
	}
	l.waiting = nil
	l.changed.Broadcast()
	return nil
}

// Addr is an address that no other listener has.
func (l *PipeListener) Addr() net.Addr { return pipeAddr(fmt.Sprintf("pipe %p", l)) }
