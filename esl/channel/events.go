package channel

import (
	"context"
	"slices"
	"time"

	"eslua/esl"
)

// Listener is a function that is called for each event, from within whatever method waits.
type Listener struct {
	call *Call
	f    func(*esl.Event)
}

// Listen calls f for each event that comes, after the call has been brought up to date with it. f may use the call: what
// comes while it waits is given to those who listen from within that, in its order, unless they are nested too deeply.
func (c *Call) Listen(f func(*esl.Event)) *Listener {
	l := &Listener{c, f}
	c.listeners = append(c.listeners, l)
	return l
}

// Stop ends it.
func (l *Listener) Stop() {
	l.call.listeners = slices.DeleteFunc(slices.Clone(l.call.listeners), func(x *Listener) bool { return x == l })
}

// publish gives an event to those who listen and keeps it for WaitEvent.
func (c *Call) publish(ev *esl.Event) {
	if c.events != nil {
		c.events.put(ev)
	}
	for _, l := range c.listeners {
		c.due = append(c.due, delivery{l, ev})
	}
	for len(c.due)-c.delivered > maxDue {
		c.due[c.delivered] = delivery{}
		c.delivered++
		c.overdue++
	}
	if c.delivered > maxDue {
		c.due, c.delivered = slices.Delete(c.due, 0, c.delivered), 0
	}
}

const (
	// maxNested is how many listeners may wait within each other, each in the function that the one before has called.
	maxNested = 64
	// maxDue is how many deliveries wait for that; the oldest are dropped.
	maxDue = 4096
)

// delivery is an event for somebody who listens.
type delivery struct {
	to *Listener
	ev *esl.Event
}

// deliver gives out what is due. A listener may have it called again, and that call gives out the rest.
func (c *Call) deliver() {
	if c.delivered == len(c.due) || c.delivering >= maxNested {
		return
	}
	c.delivering++
	defer func() { c.delivering-- }()
	for c.delivered < len(c.due) {
		d := c.due[c.delivered]
		c.due[c.delivered] = delivery{}
		c.delivered++
		if slices.Contains(c.listeners, d.to) {
			d.to.f(d.ev)
		}
	}
	c.due, c.delivered = c.due[:0], 0
}

// eventRing keeps the last events that nobody has waited for.
type eventRing struct {
	limit   int
	kept    []*esl.Event
	dropped int
}

func (r *eventRing) put(ev *esl.Event) {
	if len(r.kept) >= r.limit {
		r.kept[0] = nil
		r.kept = r.kept[1:]
		r.dropped++
	}
	r.kept = append(r.kept, ev)
}

func (r *eventRing) take(match func(*esl.Event) bool) *esl.Event {
	for i, ev := range r.kept {
		if match(ev) {
			r.kept = slices.Delete(r.kept, i, i+1)
			return ev
		}
	}
	return nil
}

// KeepEvents has events kept for WaitEvent from now on, limit of them at most; the oldest are dropped.
func (c *Call) KeepEvents(limit int) {
	if c.events == nil {
		c.events = &eventRing{limit: limit}
	}
}

// DroppedEvents is how many events were dropped because nobody took them, here and in the connection.
func (c *Call) DroppedEvents() int {
	n := int(c.conn.Stats().Dropped) + c.overdue
	if c.events != nil {
		n += c.events.dropped
	}
	return n
}

// WaitEvent takes the oldest event that matches, or waits for one until a time (ErrTimeout; the zero time is never), or
// until the channel is hung up and no event is left (ErrHangup).
func (c *Call) WaitEvent(ctx context.Context, until time.Time, match func(*esl.Event) bool) (*esl.Event, error) {
	c.KeepEvents(keptEvents)
	var found *esl.Event
	deadline := at(until)
	if c.leg != nil {
		deadline = func() time.Time { return c.leg.lastMoment(until) }
	}
	err := c.wait(ctx, deadline, func() bool {
		found = c.events.take(match)
		return found != nil || c.leg != nil && c.leg.finished
	})
	if found == nil && c.leg != nil && c.leg.hungUp {
		return nil, ErrHangup
	}
	return found, err
}

// lastMoment is until, or if the channel is hung up the time by which all has come that will come.
func (l *Leg) lastMoment(until time.Time) time.Time {
	if end := l.hungUpAt.Add(grace); l.hungUp && (until.IsZero() || end.Before(until)) {
		return end
	}
	return until
}

// keptEvents is how many events are kept unless the user of the call says otherwise.
const keptEvents = 256
