package channel

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"eslua/esl"
	"eslua/internal/clock"
)

var (
	// ErrHangup: the channel is hung up, or was so before the thing was done.
	ErrHangup = errors.New("the channel is hung up")
	// ErrTransferred: the channel has left the application that connected it with us, and must be left alone.
	ErrTransferred = errors.New("the channel was transferred")
	// ErrNotExecuted: the switch has dealt with the message, and the application did not run (event-socket.md 6.4), or has
	// not told of its end.
	ErrNotExecuted = errors.New("the application was not executed")
	// ErrTimeout: the time for waiting is over.
	ErrTimeout = errors.New("time-out")
)

// Options are the options of a Call. Its time is that of its connection.
type Options struct {
	// Rand makes the ids of messages and jobs; nil is a random source.
	Rand *rand.Rand
}

// Call is an outbound connection after its hello, or an inbound one made by Control.
type Call struct {
	conn  *esl.Conn
	clock clock.Clock
	mode  esl.Mode
	hello *esl.Event

	ids    uint32
	prefix string // of the ids of messages and jobs; "" before the first
	last   uint64 // number of the last one

	// begin and end are called when a method begins to wait for the switch and when it no longer does.
	begin, end func()

	leg           *Leg
	legs          map[string]*Leg
	followed      map[string]bool // the ids of channels whose events come
	subscriptions []*Subscription
	sources       map[source]int // with the number of their users
	wide          bool           // events come that are not of the call, or came once
	all           bool           // all types of events are on
	executions    map[string]*Execution
	launched      int          // how many executions there may be before Launch looks for those that were refused
	unfinished    []*Execution // those that were started and not waited for, oldest first
	jobs          map[string]*Job
	listeners     []*Listener
	due           []delivery
	delivering    int // deliveries within deliveries
	overdue       int // that were dropped
	delivered     int // how many of them have been
	events        *eventRing
	ended         *esl.End
	needed        []needed // oldest first
	refused       error
	closing       bool // it is being given back: a refusal changes nothing any more
}

// vital are the events that the state of a call is followed by (event-socket.md 7.3).
var vital = []string{
	"CHANNEL_PARK", "CHANNEL_EXECUTE", "CHANNEL_EXECUTE_COMPLETE", "CHANNEL_HANGUP", "CHANNEL_HANGUP_COMPLETE",
	"CHANNEL_STATE", "CHANNEL_ANSWER", "CHANNEL_PROGRESS", "CHANNEL_PROGRESS_MEDIA", "CHANNEL_BRIDGE", "CHANNEL_UNBRIDGE",
	"CHANNEL_UUID", "CHANNEL_UNPARK", "DTMF", "PLAYBACK_START", "PLAYBACK_STOP", "RECORD_START", "RECORD_STOP",
	"BACKGROUND_JOB", "DETECTED_SPEECH", "TEXT", "PRIVATE_COMMAND",
}

// Accept says hello on a connection that the switch has opened, in two writes: connect and linger; then, once the reply
// has told who calls, what is to be seen of the call (modlua-api.md 0.5). It does not wait for the answers to the second:
// what the switch refuses of it is known before the answer to anything that is sent later (see Refused). Whoever connects and
// is no switch never answers: ctx should have a deadline.
func Accept(ctx context.Context, conn *esl.Conn, opts Options) (*Call, error) {
	c := newCall(conn, opts)
	linger := esl.Linger(0)
	ps, err := conn.Start(esl.Connect(), linger)
	if err != nil {
		return nil, fmt.Errorf("channel: hello: %w", err)
	}
	reply, err := ps[0].Wait(ctx)
	if err == nil {
		err = reply.Err()
	}
	if err == nil {
		c.hello, err = reply.Frame.Event()
	}
	if err != nil {
		return nil, fmt.Errorf("channel: hello: %w", err)
	}
	c.mode = conn.Mode()
	uuid := c.hello.Get("Unique-ID")
	c.leg = newLeg(c, uuid, c.hello)
	c.legs[uuid] = c.leg
	c.followed[uuid] = true
	cmds := []esl.Command{esl.MyEvents(esl.Plain)}
	if c.mode.Full { // otherwise there is no linger
		c.need([]esl.Command{linger}, ps[1:])
		cmds = []esl.Command{esl.Filter("Unique-ID", uuid), esl.Filter("Job-Owner-UUID", uuid), esl.Subscribe(esl.Plain, vital)}
	}
	if ps, err = conn.Start(cmds...); err != nil {
		return nil, fmt.Errorf("channel: hello: %w", err)
	}
	c.need(cmds, ps)
	return c, nil
}

// Conn is the connection, for commands that have no method here. Its messages must not be received.
func (c *Call) Conn() *esl.Conn { return c.conn }

// Clock is the time that the call goes by.
func (c *Call) Clock() clock.Clock { return c.clock }

// Mode is how the switch serves the connection.
func (c *Call) Mode() esl.Mode { return c.mode }

// Leg is the channel that the switch has handed over; nil where Control has made the call.
func (c *Call) Leg() *Leg { return c.leg }

// Hello is the reply to connect: the channel's data and all its variables at the start.
func (c *Call) Hello() *esl.Event { return c.hello }

// newID makes an id that no other message of the switch has.
func (c *Call) newID() string {
	if c.prefix == "" {
		owner := "control"
		if c.leg != nil {
			owner = c.leg.uuid[:min(8, len(c.leg.uuid))]
		}
		c.prefix = fmt.Sprintf("%s-%08x-", owner, c.ids)
	}
	c.last++
	return c.prefix + strconv.FormatUint(c.last, 10)
}

// OnWait has begin called whenever a method is about to wait for the switch, and end when it goes on. Who counts the time
// that somebody uses needs that.
func (c *Call) OnWait(begin, end func()) { c.begin, c.end = begin, end }

// Serve takes what has come and does not wait.
func (c *Call) Serve() {
	c.wait(context.Background(), at(c.clock.Now()), func() bool { return false })
}

// Wait serves the connection until done reports true, which is asked at the start and after everything that comes; until
// a time (ErrTimeout; the zero time is never), until ctx ends, until the connection has (*esl.End), or until the switch has
// refused what the call needs (ErrRefused).
func (c *Call) Wait(ctx context.Context, until time.Time, done func() bool) error {
	return c.wait(ctx, at(until), done)
}

// at is the deadline t, whatever comes.
func at(t time.Time) func() time.Time { return func() time.Time { return t } }

// after is the deadline d from now on.
func (c *Call) after(d time.Duration) func() time.Time { return at(c.clock.Now().Add(d)) }

// never is no deadline.
func never() time.Time { return time.Time{} }

// burst is how many messages are taken before it is looked whether a wait is over: as many as the connection's queue holds by
// default, so that what came in time counts, and yet a switch that sends faster than it is followed keeps nobody for ever.
const burst = 4096

// wait is Wait with a deadline that may move with what comes.
func (c *Call) wait(ctx context.Context, deadline func() time.Time, done func() bool) error {
	for taken := 0; ; {
		c.deliver()
		if err := c.refusal(); err != nil {
			return err
		}
		if done() {
			return nil
		}
		m, ok := c.conn.TryRecv()
		if !ok && c.conn.End() != nil {
			if m, ok = c.conn.TryRecv(); !ok { // nothing came between the two looks
				c.lost(c.conn.End())
				if done() {
					return nil
				}
				return c.ended
			}
		}
		if ok {
			c.dispatch(m)
			if taken++; taken%burst != 0 {
				continue
			}
		}
		until := deadline()
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case !until.IsZero() && !c.clock.Now().Before(until):
			return ErrTimeout
		case ok:
			continue
		}
		c.begin()
		c.conn.Await(ctx, until)
		c.end()
	}
}

// lost notes that the connection has ended.
func (c *Call) lost(end *esl.End) {
	if c.ended != nil {
		return
	}
	c.ended = end
	for _, l := range c.legs {
		l.lost = true
	}
}

// dispatch brings everything up to date with one message.
func (c *Call) dispatch(m esl.Message) {
	if m.Linger != nil {
		if l := c.legs[m.Linger.Channel]; l != nil {
			l.down()
		}
	}
	ev := m.Event
	if ev == nil {
		if m.Frame.Type == esl.LogData {
			c.publish(logEvent(m.Frame.LogLine()))
		}
		return
	}
	if l := c.legs[ev.Get("Unique-ID")]; l != nil {
		if l.stale(ev) {
			return
		}
		l.update(ev)
		if l.again(ev) {
			return
		}
		if l.finished && l != c.leg {
			c.release(l)
		}
	}
	if ev.Name() == "BACKGROUND_JOB" {
		c.jobDone(ev)
	}
	if c.give(ev) || c.own(ev) {
		c.publish(ev)
	}
}
