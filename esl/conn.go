package esl

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"eslua/internal/clock"
)

// Options are the options of a connection. The zero value is good.
type Options struct {
	// Limits bounds the frames that are read.
	Limits Limits
	// Queue bounds what waits to be taken by Recv.
	Queue QueueLimits
	// WriteTimeout is how long one write may take before the connection is given up as broken; 30 s by default.
	WriteTimeout time.Duration
	// Clock is the time of deadlines; nil is real time.
	Clock clock.Clock
}

// Conn is one Event Socket connection, outbound or inbound. A goroutine of its own reads all the time and never waits
// for anybody: replies go to the commands in their order, everything else to a bounded queue that Recv takes from.
//
// All methods may be called from several goroutines; Recv, TryRecv and Await from one at a time.
type Conn struct {
	taps atomic.Pointer[[]*func(Traffic)]

	nc           net.Conn
	clock        clock.Clock
	writeTimeout time.Duration
	reader       *clock.Group
	loginReply   *Reply

	wmu  sync.Mutex // held while commands are put in line and written
	wbuf []byte

	mu       sync.Mutex
	gate     gate
	pending  pendingRing
	awaited  map[string]*Awaited // by Job-UUID or Application-UUID
	follows  map[string]bool     // channels whose vital events are never dropped
	queue    queue
	consumer *clock.Waiter
	spare    *clock.Waiter // for the next one who waits for a reply
	broken   *End          // what a failed write would end the connection with
	end      *End
	stats    Stats
	lastRead time.Time

	arrivals bool // for the reader alone: the consumer is to be woken
}

// Stats counts what a connection has seen.
type Stats struct {
	// Frames is the number of frames read.
	Frames uint64
	// Dropped is the number of messages that were dropped because nobody took them.
	Dropped uint64
	// Unexpected is the number of replies that belong to no command. They are passed over.
	Unexpected uint64
	// Malformed is the number of events that could not be parsed. They are passed over.
	Malformed uint64
	// Waiting is the number of messages that wait to be taken.
	Waiting int
}

// NewConn makes a connection of nc, which the switch has opened (an outbound one), and starts to read it. Send Connect
// first. It takes nc over.
func NewConn(nc net.Conn, opts Options) *Conn {
	return newOutbound(nc, opts, new(buffers))
}

// newOutbound makes a connection whose buffers are shared with others.
func newOutbound(nc net.Conn, opts Options, spare *buffers) *Conn {
	c := newConn(nc, opts, Mode{Outbound: true})
	c.read(newFrameReader(wakingReader{c}, opts.Limits, spare))
	return c
}

// wakingReader reads for a connection. Before it may sleep in a read it wakes the consumer: once for all messages that
// came with the read before, as waking costs more than a message. It lets the consumer run at once, on this processor,
// whose cache has the messages.
type wakingReader struct{ c *Conn }

func (r wakingReader) Read(p []byte) (int, error) {
	if r.c.arrivals {
		r.c.arrivals = false
		r.c.consumer.Wake()
		runtime.Gosched()
	}
	return r.c.nc.Read(p)
}

func newConn(nc net.Conn, opts Options, mode Mode) *Conn {
	ck := clock.Or(opts.Clock)
	c := &Conn{
		nc:           nc,
		clock:        ck,
		writeTimeout: opts.WriteTimeout,
		reader:       clock.NewGroup(ck),
		gate:         gate{mode: mode},
		queue:        queue{limits: opts.Queue.withDefaults()},
		consumer:     ck.NewWaiter(),
		lastRead:     ck.Now(),
	}
	if c.writeTimeout == 0 {
		c.writeTimeout = 30 * time.Second
	}
	return c
}

// Mode is the mode of the connection. That of an outbound one is known when Connect has been answered.
func (c *Conn) Mode() Mode {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.gate.mode
}

// Clock is the time that the connection goes by: that of its Options.
func (c *Conn) Clock() clock.Clock { return c.clock }

// RemoteAddr is the address of the switch.
func (c *Conn) RemoteAddr() net.Addr { return c.nc.RemoteAddr() }

// Stats is the present state of the counters.
func (c *Conn) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.stats
	s.Dropped = c.queue.dropped
	s.Waiting = c.queue.len()
	return s
}

// Follow adds a channel to those whose vital events are never dropped from the queue: completions, digits, answer, bridge,
// park and hang-up. The controlled channel of an outbound connection is one from the start.
func (c *Conn) Follow(channel string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.follows == nil {
		c.follows = make(map[string]bool)
	}
	c.follows[channel] = true
}

// Unfollow undoes Follow.
func (c *Conn) Unfollow(channel string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.follows, channel)
}

// End says how the connection ended; nil while it is there.
func (c *Conn) End() *End {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.end
}

// Close ends the connection at once and never blocks. Commands that wait for a reply fail with an *End. On an outbound
// connection the dialplan goes on, unless the channel has not been parked yet: then the caller is stranded; use Exit
// after a sign of life instead (event-socket.md 1.2).
func (c *Conn) Close() error {
	c.finish(&End{Reason: EndClosed})
	return nil
}

// finish ends the connection for one reason, the first one given, and wakes everybody who waits for it.
func (c *Conn) finish(end *End) {
	c.mu.Lock()
	if c.end != nil {
		c.mu.Unlock()
		return
	}
	c.end = end
	for p := c.pending.pop(); p != nil; p = c.pending.pop() {
		c.complete(p, nil, end)
	}
	for id, a := range c.awaited {
		delete(c.awaited, id)
		c.settle(a, nil, end)
	}
	c.consumer.Wake()
	c.mu.Unlock()
	c.nc.Close()
}

// Recv returns the next message, in the order in which the switch sent them. It waits until there is one, until ctx
// ends, or until the connection has ended and all messages are taken; then its error is the *End.
func (c *Conn) Recv(ctx context.Context) (Message, error) {
	for {
		m, ok, end := c.next()
		if ok {
			return m, nil
		}
		if end != nil {
			return Message{}, end
		}
		if c.consumer.Wait(ctx, time.Time{}) == clock.Cancelled {
			return Message{}, ctx.Err()
		}
	}
}

// TryRecv is Recv without waiting.
func (c *Conn) TryRecv() (Message, bool) {
	m, ok, _ := c.next()
	return m, ok
}

func (c *Conn) next() (Message, bool, *End) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m, ok := c.queue.take()
	return m, ok, c.end
}

// Await sleeps until there is something new for the one goroutine that serves this connection: a message to receive, a
// reply to a command from Start, an awaited event, the end of the connection, or a call of Interrupt. It may also wake
// for something that was seen before.
func (c *Conn) Await(ctx context.Context, until time.Time) clock.Cause {
	return c.consumer.Wait(ctx, until)
}

// Interrupt ends the present or the next Await or Recv wait early.
func (c *Conn) Interrupt() { c.consumer.Wake() }

// read begins to read.
func (c *Conn) read(frames *FrameReader) {
	c.reader.Go(func() {
		defer frames.release()
		for {
			f, err := frames.Next()
			if err != nil {
				c.finish(c.lastEnd(err))
				return
			}
			if end := c.dispatch(f); end != nil {
				c.finish(end)
				return
			}
		}
	})
}

// dispatch gives one frame to whom it belongs. It returns the end of the connection if the frame is one.
func (c *Conn) dispatch(f Frame) *End {
	now := c.clock.Now()
	c.tapped(Traffic{Frame: f})
	m := Message{Frame: f}
	var malformed error
	if f.isEvent() {
		m.Event, malformed = f.Event()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stats.Frames++
	c.lastRead = now
	switch f.Type {
	case CommandReply, APIResponse:
		c.reply(f)
		return nil
	case EventPlain, EventJSON, EventXML:
		if malformed != nil {
			c.stats.Malformed++
			return nil
		}
	case DisconnectNotice:
		if m.Linger = f.lingerNotice(); m.Linger == nil {
			return &End{Reason: EndNotice, Text: trimNewline(f.Body)}
		}
	case RudeRejection:
		return &End{Reason: EndRejected, Text: trimNewline(f.Body)}
	}
	keep := m.Linger != nil || m.Event != nil && c.keep(m.Event)
	if !c.queue.put(m, keep) {
		return &End{Reason: EndOverflow, Err: fmt.Errorf("%d events that must be kept were not taken", c.queue.kept.n)}
	}
	c.arrivals = true
	return nil
}

func trimNewline(b []byte) string {
	for len(b) > 0 && b[len(b)-1] == '\n' {
		b = b[:len(b)-1]
	}
	return string(b)
}

// keep gives an awaited event to who waits for it, and tells whether the event must not be dropped. c.mu is locked.
func (c *Conn) keep(ev *Event) bool {
	switch ev.Name() {
	case "BACKGROUND_JOB":
		return c.arrived(ev, "Job-UUID")
	case "CHANNEL_EXECUTE_COMPLETE":
		if c.arrived(ev, "Application-UUID") {
			return true
		}
	case "PRIVATE_COMMAND":
		// Fired when a message has been dealt with; that no completion came before means that none will (event-socket.md
		// 6.4).
		if c.arrived(ev, "event-uuid") {
			return true
		}
	case "CHANNEL_EXECUTE", "DTMF", "CHANNEL_ANSWER", "CHANNEL_BRIDGE", "CHANNEL_UNBRIDGE", "CHANNEL_PARK",
		"CHANNEL_UNPARK", "CHANNEL_HANGUP", "CHANNEL_HANGUP_COMPLETE", "CHANNEL_STATE", "PLAYBACK_STOP", "RECORD_STOP":
	default:
		return false
	}
	return len(c.follows) > 0 && c.follows[ev.Get("Unique-ID")]
}

// reply gives a reply to the oldest command without one. c.mu is locked.
func (c *Conn) reply(f Frame) {
	p := c.pending.pop()
	if p == nil {
		c.stats.Unexpected++
		return
	}
	r := newReply(f)
	switch p.verb {
	case connectVerb:
		if f.isConnect() {
			c.connected(f)
		}
	case myeventsVerb:
		if r.OK() {
			c.gate.session = true
		}
	}
	c.complete(p, r, nil)
}

// connected takes the mode and the channel from the reply to connect. c.mu is locked.
func (c *Conn) connected(f Frame) {
	c.gate.ready = true
	if !c.gate.mode.Outbound {
		return
	}
	c.gate.mode.Async = f.Header("Socket-Mode") == "async"
	c.gate.mode.Full = f.Header("Control") == "full"
	if c.follows == nil {
		c.follows = make(map[string]bool)
	}
	c.follows[strings.Clone(URLDecode(f.Header("Unique-ID")))] = true // a clone: the reply is large
}

// Connect sends the command connect and returns the channel's data as the event that its reply is. Whoever connects and is no
// switch never answers: ctx should have a deadline.
func (c *Conn) Connect(ctx context.Context) (*Event, error) {
	r, err := c.Send(ctx, Connect())
	if err != nil {
		return nil, err
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return r.Frame.Event()
}

// Send sends a command and waits for its reply. Its error says that the command was not sent (ErrNotAllowed, ErrUnsafe,
// ...), that the connection has ended (ErrClosed), or that ctx ended first: then the command may have been carried out,
// and its reply will be passed over. A reply that begins with -ERR is no error here; see Reply.Err.
func (c *Conn) Send(ctx context.Context, cmd Command) (*Reply, error) {
	p := &Pending{conn: c}
	if err := c.start([]Command{cmd}, []*Pending{p}); err != nil {
		return nil, err
	}
	return p.Wait(ctx)
}

// Start writes commands in one piece and does not wait: the replies come to the Pendings in their order.
func (c *Conn) Start(cmds ...Command) ([]*Pending, error) {
	ps := make([]*Pending, len(cmds))
	for i := range ps {
		ps[i] = &Pending{conn: c}
	}
	if err := c.start(cmds, ps); err != nil {
		return nil, err
	}
	return ps, nil
}

// start writes commands in one piece; their replies go to ps.
func (c *Conn) start(cmds []Command, ps []*Pending) (err error) {
	c.wmu.Lock()
	defer c.wmu.Unlock()
	b := c.wbuf[:0]
	for _, cmd := range cmds {
		if b, err = cmd.Append(b); err != nil {
			return err
		}
	}
	if cap(b) <= maxWriteBuffer {
		c.wbuf = b
	}
	if err := c.enqueue(cmds, ps); err != nil {
		return err
	}
	c.tapped(Traffic{Sent: b})
	if err := c.write(b); err != nil {
		c.writeFailed(err)
	}
	return nil
}

// maxWriteBuffer is how large a buffer for commands is kept for the next ones.
const maxWriteBuffer = 1 << 10

// enqueue puts commands in the line of those that wait for a reply, if the mode allows all of them.
func (c *Conn) enqueue(cmds []Command, ps []*Pending) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.end != nil {
		return c.end
	}
	g := c.gate
	for _, cmd := range cmds {
		if err := g.check(cmd.verb); err != nil {
			return err
		}
		switch cmd.verb {
		case connectVerb:
			g.greeted, g.session = true, true
		case exitVerb:
			g.exiting = true
		}
	}
	for i, p := range ps {
		p.verb = cmds[i].verb
		c.pending.push(p)
	}
	c.gate = g
	return nil
}

// writeFailed ends the connection, at once if the switch takes nothing any more. If it has gone, what it sent before may
// still be on the way to the reader, the notice that says why among it: the reader finds the end then, in the time that it
// gets with the first write that fails. c.wmu is locked.
func (c *Conn) writeFailed(err error) {
	end := &End{Reason: EndBroken, Err: err}
	c.mu.Lock()
	first := c.broken == nil
	if first {
		c.broken = end
	}
	c.mu.Unlock()
	var ne net.Error
	if errors.As(err, &ne) && ne.Timeout() || first && c.nc.SetReadDeadline(time.Now().Add(lastWords)) != nil {
		c.finish(end)
	}
}

// lastWords is how long the reader goes on after a failed write.
const lastWords = time.Second

// lastEnd is the end of a connection whose reader met err: a failed write says more about it than a read.
func (c *Conn) lastEnd(err error) *End {
	end := endOf(err)
	c.mu.Lock()
	defer c.mu.Unlock()
	if end.Reason == EndBroken && c.broken != nil {
		return c.broken
	}
	return end
}

func (c *Conn) write(b []byte) error {
	if err := c.nc.SetWriteDeadline(time.Now().Add(c.writeTimeout)); err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("write: %w", err)
	}
	if _, err := c.nc.Write(b); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}
