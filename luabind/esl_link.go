package luabind

import (
	"context"
	"time"

	"eslua/esl"
	"eslua/esl/channel"
	"eslua/internal/clock"
)

// eslLink is what an ESLconnection sends and receives by: a connection of its own, or the one of the call.
type eslLink interface {
	// start sends a command. It gives the reply if that is there at once, else what it will come to.
	start(cmd esl.Command) (*eslEvent, *esl.Pending, error)
	// next takes the oldest message that has come.
	next() *eslEvent
	// wait waits until done reports true, until a time (channel.ErrTimeout; the zero time is never), until the script ends,
	// or until nothing more will come (esl.ErrClosed).
	wait(until time.Time, done func() bool) error
	// over tells whether the connection has ended. Messages may be left.
	over() bool
	// dropped is how many messages were lost because they were not taken.
	dropped() uint64
	close()
}

// socketLink is a connection of its own. While the script waits for it what comes of the call is served.
type socketLink struct {
	script  *Script
	conn    *esl.Conn
	arrived *clock.Waiter
	watch   *clock.Group
}

// newSocketLink takes a connection over.
func newSocketLink(s *Script, conn *esl.Conn) *socketLink {
	l := &socketLink{script: s, conn: conn, arrived: s.Clock.NewWaiter(), watch: clock.NewGroup(s.Clock)}
	l.watch.Go(func() {
		for conn.End() == nil {
			conn.Await(context.Background(), time.Time{})
			l.wake()
		}
	})
	return l
}

// wake has the script look, wherever it waits.
func (l *socketLink) wake() {
	l.arrived.Wake()
	if l.script.Call != nil {
		l.script.Call.Conn().Interrupt()
	}
}

func (l *socketLink) start(cmd esl.Command) (*eslEvent, *esl.Pending, error) {
	ps, err := l.conn.Start(cmd)
	if err != nil {
		return nil, nil, err
	}
	return nil, ps[0], nil
}

func (l *socketLink) next() *eslEvent {
	m, ok := l.conn.TryRecv()
	if !ok {
		return nil
	}
	switch m.Frame.Type {
	case esl.EventPlain:
		return plainEvent(m.Event)
	case esl.EventJSON:
		if ev := jsonEvent(string(m.Frame.Body), nil); ev != nil {
			return ev
		}
	}
	return socketData(m.Frame.Head(), m.Frame.Body)
}

func (l *socketLink) wait(until time.Time, done func() bool) error {
	s := l.script
	ended := func() bool { return done() || l.over() }
	if s.Call != nil && s.Call.Conn().End() == nil {
		if err := s.Call.Wait(s.ctx, until, ended); err == nil || s.Call.Conn().End() == nil {
			return err
		}
	}
	for !ended() {
		if !until.IsZero() && !s.Clock.Now().Before(until) {
			return channel.ErrTimeout
		}
		s.state.Waiting()
		l.arrived.Wait(s.ctx, until)
		s.state.Resumed()
		if s.ctx.Err() != nil {
			return context.Cause(s.ctx)
		}
	}
	return nil
}

func (l *socketLink) over() bool { return l.conn.End() != nil }

func (l *socketLink) dropped() uint64 { return l.conn.Stats().Dropped }

func (l *socketLink) close() {
	l.script.state.Drop(l)
	l.Close()
}

// Close closes the connection, at the end of the script at the latest.
func (l *socketLink) Close() error {
	l.conn.Close()
	return l.watch.Wait(context.Background())
}

// callLink is the connection of the call, as it would be if only the ESLconnection used it.
type callLink struct {
	script *Script
	feed   *channel.Feed
	queue  []*eslEvent
	lost   uint64
	down   bool // the hang-up was told
}

// eslQueue is how many messages of the call's connection wait for an ESLconnection; the oldest are dropped beyond it.
const eslQueue = 4096

func newCallLink(s *Script) *callLink {
	l := &callLink{script: s}
	l.feed = s.Call.NewFeed(func(ev *esl.Event) { l.put(l.written(ev)) })
	return l
}

func (l *callLink) put(ev *eslEvent) {
	if len(l.queue) == eslQueue {
		l.queue[0] = nil
		l.queue = l.queue[1:]
		l.lost++
	}
	l.queue = append(l.queue, ev)
}

// written is an event in the format that the script has chosen.
func (l *callLink) written(ev *esl.Event) *eslEvent {
	switch l.feed.Format() {
	case esl.XML: // which the library does not read
		body := ev.AppendXML(nil)
		return socketData("Content-Length: "+itoa(len(body))+"\nContent-Type: text/event-xml", body)
	case esl.JSON:
		return jsonEvent(string(ev.AppendJSON(nil)), nil)
	}
	return plainEvent(ev)
}

func (l *callLink) start(cmd esl.Command) (*eslEvent, *esl.Pending, error) {
	s := l.script
	if l.over() {
		return nil, nil, esl.ErrClosed
	}
	text, mine, err := l.feed.Do(s.ctx, cmd)
	if err != nil {
		return nil, nil, err
	}
	if mine {
		return commandReply(text), nil, nil
	}
	if name := cmd.Name(); name == "api" || name == "bgapi" { // after what was executed before it
		if err := s.Call.Flush(s.ctx); err != nil {
			return nil, nil, err
		}
	}
	ps, err := s.Call.Conn().Start(cmd)
	if err != nil {
		return nil, nil, err
	}
	return nil, ps[0], nil
}

func (l *callLink) next() *eslEvent {
	if len(l.queue) == 0 {
		return l.notice()
	}
	ev := l.queue[0]
	l.queue[0] = nil
	l.queue = l.queue[1:]
	return ev
}

// notice is the switch's word that the channel is down and that the connection stays, once (event-socket.md 10).
func (l *callLink) notice() *eslEvent {
	leg := l.script.Call.Leg()
	lingers, ok := l.feed.Lingers()
	if _, down := leg.HungUp(); !ok || !down || l.down {
		return nil
	}
	l.down = true
	seconds := -1
	if lingers >= 0 {
		seconds = int(lingers / time.Second)
	}
	return socketData("Content-Type: text/disconnect-notice\nControlled-Session-UUID: "+leg.UUID()+
		"\nContent-Disposition: linger\nChannel-Name: "+leg.Name()+"\nLinger-Time: "+itoa(seconds)+"\nContent-Length: 0", nil)
}

func (l *callLink) wait(until time.Time, done func() bool) error {
	return l.feed.Wait(l.script.ctx, until, done)
}

func (l *callLink) over() bool {
	l.script.Call.Serve()
	return l.feed.Over()
}

func (l *callLink) dropped() uint64 { return l.lost }

func (l *callLink) close() { l.feed.Close() }
