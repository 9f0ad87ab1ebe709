package clock

import (
	"context"
	"errors"
	"net"
	"strconv"
	"sync"
	"time"
)

// links pairs the two ends of the connections of this process, so that what one end has written and the other has not
// read can be counted. All of it is under the lock of the clock.
type links struct {
	open      map[[2]string]*link // by the two addresses in order, until both ends are there
	listening map[string]bool     // ports that wrapped listeners accept on
}

func (l *links) init() {
	l.open = make(map[[2]string]*link)
	l.listening = make(map[string]bool)
}

// link is one connection of which both ends are in this process.
type link struct {
	ends      [2]*conn
	underway  [2]int // bytes (and one for the end of the stream) written by end i and not yet read by the other
	accepted  bool
	acceptDue bool // there is a hold for the connection, which waits in the accept queue
}

// port is what a listener and those who dial it have in common: a listener on all addresses does not know which one
// they use.
func port(a net.Addr) string {
	if tcp, ok := a.(*net.TCPAddr); ok {
		return strconv.Itoa(tcp.Port)
	}
	return a.String()
}

// attach makes c an end of the link between its two addresses. v.mu is locked.
func (v *Virtual) attach(c *conn) *link {
	a, b := c.LocalAddr().String(), c.RemoteAddr().String()
	key := [2]string{min(a, b), max(a, b)}
	l := v.links.open[key]
	if l == nil {
		l = &link{}
		v.links.open[key] = l
		c.end = 0
	} else {
		delete(v.links.open, key)
		c.end = 1
	}
	l.ends[c.end] = c
	c.link = l
	return l
}

// conn is one end of a link.
type conn struct {
	net.Conn
	v    *Virtual
	link *link
	end  int
	once sync.Once

	// Under the lock of the clock.
	closed    bool
	reading   bool
	readEnded bool // Close took a hold for the Read that it ended
}

// Conn makes reads and writes of c known to the clock. The other end must be in this process and be wrapped as well, and
// the pair of addresses must be that of no other connection. A connection to a listener that the clock wrapped holds the
// clock until it has been accepted. Deadlines of the connection have no effect: they would be in real time.
func (v *Virtual) Conn(c net.Conn) net.Conn {
	wrapped := &conn{Conn: c, v: v}
	v.mu.Lock()
	defer v.mu.Unlock()
	link := v.attach(wrapped)
	if v.links.listening[port(c.RemoteAddr())] && !link.accepted {
		link.acceptDue = true
		v.holds++
	}
	return wrapped
}

// Pipe makes both ends of an in-process connection known to the clock.
func (v *Virtual) Pipe(a, b net.Conn) (net.Conn, net.Conn) {
	x, y := &conn{Conn: a, v: v, end: 0}, &conn{Conn: b, v: v, end: 1}
	l := &link{ends: [2]*conn{x, y}}
	x.link, y.link = l, l
	return x, y
}

func (c *conn) Write(p []byte) (int, error) {
	c.v.mu.Lock()
	sent := c.sent(len(p))
	c.v.mu.Unlock()
	n, err := c.Conn.Write(p)
	if n < sent {
		c.v.mu.Lock()
		defer c.v.mu.Unlock()
		c.v.release(c.link.take(c.end, sent-n))
	}
	return n, err
}

// sent holds the clock for n bytes that are about to be written, unless nobody will read them. v.mu is locked.
func (c *conn) sent(n int) int {
	if peer := c.link.ends[1-c.end]; c.closed || peer != nil && peer.closed {
		return 0
	}
	c.link.underway[c.end] += n
	c.v.holds += n
	return n
}

// take counts n bytes that end has written as arrived, and says how many holds were on them.
func (l *link) take(end, n int) int {
	n = min(n, l.underway[end])
	l.underway[end] -= n
	return n
}

func (c *conn) Read(p []byte) (int, error) {
	c.v.letGo(&c.reading)
	n, err := c.Conn.Read(p)

	c.v.mu.Lock()
	defer c.v.mu.Unlock()
	c.v.holds++
	c.reading = false
	arrived := n
	if err != nil { // the end of the stream, and whatever will never be read
		arrived = c.link.underway[1-c.end]
		c.notAccepted()
	}
	c.v.release(c.link.take(1-c.end, arrived))
	if c.readEnded {
		c.readEnded = false
		c.v.release(1)
	}
	return n, err
}

// letGo notes that somebody is about to wait outside, who gives his hold back.
func (v *Virtual) letGo(waiting *bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	*waiting = true
	v.release(1)
}

// notAccepted gives back what is held for a connection that its listener will not accept any more. v.mu is locked.
func (c *conn) notAccepted() {
	if c.link.acceptDue {
		c.link.acceptDue = false
		c.v.release(1 + c.link.take(c.end, c.link.underway[c.end]))
	}
}

// Close closes this end. What was sent to it and not read is dropped; the other end will see the end of the stream,
// and so will a Read of this end that is under way.
func (c *conn) Close() error {
	var err error
	c.once.Do(func() {
		c.v.mu.Lock()
		c.v.holds++
		c.sent(1)
		c.closed = true
		if c.reading {
			c.readEnded = true
			c.v.holds++
		}
		c.v.mu.Unlock()
		err = c.Conn.Close()
		c.v.mu.Lock()
		defer c.v.mu.Unlock()
		c.notAccepted()
		c.v.release(1 + c.link.take(1-c.end, c.link.underway[1-c.end]))
	})
	return err
}

// CloseWrite shuts the writing side down where the connection can do that.
func (c *conn) CloseWrite() error {
	half, ok := c.Conn.(interface{ CloseWrite() error })
	if !ok {
		return errors.ErrUnsupported
	}
	c.v.mu.Lock()
	c.sent(1)
	c.v.mu.Unlock()
	return half.CloseWrite()
}

// SetLinger passes on to TCP connections: a reset instead of an orderly end.
func (c *conn) SetLinger(sec int) error {
	tcp, ok := c.Conn.(*net.TCPConn)
	if !ok {
		return errors.ErrUnsupported
	}
	return tcp.SetLinger(sec)
}

func (c *conn) SetDeadline(time.Time) error      { return nil }
func (c *conn) SetReadDeadline(time.Time) error  { return nil }
func (c *conn) SetWriteDeadline(time.Time) error { return nil }

type listener struct {
	net.Listener
	v *Virtual

	// Under the lock of the clock.
	accepting   bool
	acceptEnded bool // Close took a hold for the Accept that it ended
}

// Listener makes the connections that l accepts known to the clock. Who connects to it must use Dial of the same clock.
func (v *Virtual) Listener(l net.Listener) net.Listener {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.links.listening[port(l.Addr())] = true
	return &listener{Listener: l, v: v}
}

func (l *listener) Accept() (net.Conn, error) {
	l.v.letGo(&l.accepting)
	c, err := l.Listener.Accept()

	l.v.mu.Lock()
	defer l.v.mu.Unlock()
	l.v.holds++
	l.accepting = false
	if l.acceptEnded {
		l.acceptEnded = false
		l.v.release(1)
	}
	if err != nil {
		return nil, err
	}
	wrapped := &conn{Conn: c, v: l.v}
	link := l.v.attach(wrapped)
	link.accepted = true
	if link.acceptDue {
		link.acceptDue = false
		l.v.release(1)
	}
	return wrapped, nil
}

func (l *listener) Close() error {
	l.v.mu.Lock()
	delete(l.v.links.listening, port(l.Addr()))
	if l.accepting && !l.acceptEnded {
		l.acceptEnded = true
		l.v.holds++
	}
	l.v.mu.Unlock()
	return l.Listener.Close()
}

// Dial connects. To a listener of this clock the caller holds the clock until the connection is there, and the connection
// holds it until the other side has accepted it. Any other listener is outside, see outside.
func (v *Virtual) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	var d net.Dialer
	v.mu.Lock()
	_, number, _ := net.SplitHostPort(address)
	inside := v.links.listening[number]
	v.mu.Unlock()
	if !inside {
		v.leave()
		defer v.enter()
		c, err := d.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &outside{c, v}, nil
	}
	c, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return v.Conn(c), nil
}
