package esl

import (
	"context"
	"slices"
	"strings"
	"time"

	"eslua/internal/clock"
)

// Gap is a time in which events may have been missed: the connection was lost and made anew, or Dropped of them were
// dropped because they were not taken.
type Gap struct {
	From, To time.Time
	Dropped  uint64
}

// Delivery is what a subscription receives: an event, or a gap in the stream of events.
type Delivery struct {
	Event *Event
	Gap   *Gap
}

// Subscription is a stream of events from a Client.
type Subscription struct {
	client  *Client
	keys    []eventKey
	limit   int
	consume *clock.Waiter

	// Under client.mu.
	started bool
	queue   ring[Delivery]
	dropped *Gap // counts on while the queue is full
	err     error
}

// Interest is what a subscription wants to receive.
type Interest struct {
	// Events are names of event types. "ALL" is everything; "CUSTOM" is only those CUSTOM events that have no subclass.
	Events []string
	// Subclasses are those of CUSTOM events, in the very letters.
	Subclasses []string
	// Limit is how many events may wait to be taken before the oldest is dropped; 4,096 by default.
	Limit int
}

// Subscribe begins a subscription, which goes on over new connections until it is closed. It returns an error if the
// present connection does not allow it; without a connection it takes effect on the next one.
func (cl *Client) Subscribe(ctx context.Context, in Interest) (*Subscription, error) {
	cmd := Subscribe(Plain, in.Events, in.Subclasses...)
	if _, err := cmd.Append(nil); err != nil {
		return nil, err
	}
	s := &Subscription{client: cl, limit: in.Limit, consume: cl.clock.NewWaiter()}
	if s.limit == 0 {
		s.limit = 4096
	}
	for _, n := range in.Events {
		s.keys = append(s.keys, eventKey{name: strings.ToUpper(n)})
	}
	for _, sub := range in.Subclasses {
		s.keys = append(s.keys, eventKey{"CUSTOM", sub})
	}
	sent, err := cl.add(s, cmd)
	if err != nil {
		return nil, err
	}
	if sent == nil {
		return s, nil
	}
	r, err := sent.Wait(ctx)
	if err == nil {
		err = r.Err()
	} else if sent.conn.End() != nil {
		err = nil // the next connection will have it
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (cl *Client) add(s *Subscription, cmd Command) (*Pending, error) {
	cl.order.Lock()
	defer cl.order.Unlock()
	conn, err := cl.register(s)
	if conn == nil {
		return nil, err
	}
	sent, err := conn.Start(cmd)
	if err != nil {
		return nil, nil // it has just ended
	}
	return sent[0], nil
}

// register counts a new subscription in. It returns the present connection, if there is one.
func (cl *Client) register(s *Subscription) (*Conn, error) {
	cl.mu.Lock()
	defer cl.mu.Unlock()
	if cl.ctx.Err() != nil {
		return nil, ErrClientClosed
	}
	cl.subs[s] = true
	for _, k := range s.keys {
		cl.counts[k]++
	}
	s.started = cl.conn != nil
	return cl.conn, nil
}

// Close ends the subscription. What waits is dropped.
func (s *Subscription) Close() {
	cl := s.client
	cl.order.Lock()
	defer cl.order.Unlock()
	conn, cmds := cl.unregister(s)
	if conn != nil && len(cmds) > 0 {
		conn.Start(cmds...) // that it fails means that the connection has ended
	}
}

// unregister undoes register. It returns the commands to be sent to the present connection, if there is one.
func (cl *Client) unregister(s *Subscription) (*Conn, []Command) {
	cl.mu.Lock()
	defer cl.mu.Unlock()
	if !cl.subs[s] {
		return nil, nil
	}
	delete(cl.subs, s)
	s.err = ErrClosed
	s.queue = ring[Delivery]{}
	s.consume.Wake()
	var unwanted []eventKey
	for _, k := range s.keys {
		if cl.counts[k]--; cl.counts[k] == 0 {
			delete(cl.counts, k)
			unwanted = append(unwanted, k)
		}
	}
	return cl.conn, cl.turnOff(unwanted)
}

// everything is the subscription to all events.
func everything() eventKey { return eventKey{name: "ALL"} }

// turnOff is the commands that turn events off. cl.mu is locked.
func (cl *Client) turnOff(keys []eventKey) []Command {
	switch {
	case cl.counts[everything()] > 0:
		return nil // they go on to come; to turn one off would take it from who wants everything
	case slices.Contains(keys, everything()):
		now := cl.clock.Now() // for a moment all is off
		for s := range cl.subs {
			s.put(Delivery{Gap: &Gap{From: now, To: now}})
		}
		return append([]Command{Unsubscribe([]string{"ALL"})}, cl.wanted()...)
	}
	var cmds []Command
	for _, k := range keys {
		if k.name != "BACKGROUND_JOB" { // always needed
			cmds = append(cmds, Unsubscribe([]string{k.name}, k.subclasses()...))
		}
	}
	return cmds
}

// Recv returns the next event or gap. It waits until there is one or ctx ends. After Close its error is ErrClosed, after
// that of the client ErrClientClosed.
func (s *Subscription) Recv(ctx context.Context) (Delivery, error) {
	for {
		d, ok, err := s.next()
		if ok || err != nil {
			return d, err
		}
		if s.consume.Wait(ctx, time.Time{}) == clock.Cancelled {
			return Delivery{}, ctx.Err()
		}
	}
}

func (s *Subscription) next() (Delivery, bool, error) {
	s.client.mu.Lock()
	defer s.client.mu.Unlock()
	if s.dropped != nil {
		d := Delivery{Gap: s.dropped}
		s.dropped = nil
		return d, true, nil
	}
	if s.queue.n > 0 {
		return s.queue.pop(), true, nil
	}
	return Delivery{}, false, s.err
}

// put appends d, in place of the oldest when there is no room. client.mu is locked.
func (s *Subscription) put(d Delivery) {
	if s.queue.n >= s.limit {
		s.drop(s.queue.pop())
	}
	s.queue.push(d)
	s.consume.Wake()
}

// drop makes d, and what it stands for if it is a gap, part of the gap that is reported next.
func (s *Subscription) drop(d Delivery) {
	gap := d.Gap
	if gap == nil {
		now := s.client.clock.Now()
		gap = &Gap{From: now, To: now, Dropped: 1}
	}
	if s.dropped == nil {
		s.dropped = &Gap{From: gap.From}
	}
	s.dropped.To = gap.To
	s.dropped.Dropped += gap.Dropped
}

// wants tells whether the subscription asked for such an event.
func (s *Subscription) wants(name, subclass string) bool {
	return slices.Contains(s.keys, everything()) || slices.Contains(s.keys, eventKey{name, subclass})
}

func (cl *Client) deliver(ev *Event) {
	name, subclass := ev.Name(), ""
	if name == "CUSTOM" {
		subclass = ev.Subclass()
	}
	cl.mu.Lock()
	defer cl.mu.Unlock()
	for s := range cl.subs {
		if s.wants(name, subclass) {
			s.put(Delivery{Event: ev})
		}
	}
}

func (cl *Client) endSubscriptions() {
	cl.mu.Lock()
	defer cl.mu.Unlock()
	for s := range cl.subs {
		s.err = ErrClientClosed
		s.consume.Wake()
	}
}
