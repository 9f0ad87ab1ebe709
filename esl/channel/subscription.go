package channel

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"eslua/esl"
)

// Subscription has a function called for events of the switch, whatever channel they are of.
type Subscription struct {
	call   *Call
	source source
	wants  func(*esl.Event) bool
	f      func(*esl.Event) // nil: the events count as those of the call
}

// source is what must be turned on at the switch for a subscription: types of events, and a filter that lets them pass
// beside those of the call (event-socket.md 7.2). The zero source is nothing.
type source struct {
	header, value string // of the filter; "": none
	name          string // the type; "": none, or a subclass of CUSTOM
	subclass      string
}

// sameFilter tells whether two sources have the same filter.
func (s source) sameFilter(o source) bool {
	return strings.EqualFold(s.header, o.header) && strings.EqualFold(s.value, o.value)
}

// sameType tells whether two sources are of the same events.
func (s source) sameType(o source) bool { return s.name == o.name && s.subclass == o.subclass }

// everyEvent is a filter that lets all events pass: each has a name.
const everyEvent = "/./"

// sourceOf is the narrowest source of events of a type and a subclass.
func sourceOf(name, subclass string) source {
	custom := name == "CUSTOM" || name == "ALL" || name == "CLONE"
	switch {
	case subclass == "" && name == "ALL":
		return source{header: "Event-Name", value: everyEvent, name: "ALL"}
	case subclass == "" && name == "CUSTOM", subclass != "" && custom && !isWord(subclass):
		// There is no other way to subscribe to subclasses that one cannot name.
		return source{header: "Event-Name", value: "CUSTOM", name: "ALL"}
	case subclass == "":
		return source{header: "Event-Name", value: name, name: name}
	case custom:
		return source{header: "Event-Subclass", value: subclass, subclass: subclass}
	}
	return source{} // other types have no subclasses
}

// isWord tells whether a subclass can stand in a command, and in a filter without a meaning of its own.
func isWord(s string) bool {
	return !strings.ContainsAny(s, " \t\r\n\x00") && strings.IndexByte("+-/", s[0]) < 0
}

// on is the commands that turn the source on.
func (s source) on() []esl.Command {
	var cmds []esl.Command
	if s.header != "" {
		cmds = append(cmds, esl.Filter(s.header, s.value))
	}
	switch {
	case s.subclass != "":
		cmds = append(cmds, esl.Subscribe(esl.Plain, nil, s.subclass))
	case s.name != "" && !slices.Contains(vital, s.name):
		cmds = append(cmds, esl.Subscribe(esl.Plain, []string{s.name}))
	}
	return cmds
}

// off is the commands that turn a source off that has no user any more, but for what others need of it. Where all events are
// on they stay on, since to turn them off, and those that the call needs on again, could lose one between the two; the
// filters keep foreign ones away.
func (c *Call) off(s source) []esl.Command {
	var cmds []esl.Command
	filter, kind := s.header != "", !c.all && (s.subclass != "" || s.name != "" && !slices.Contains(vital, s.name))
	for o := range c.sources {
		filter = filter && !s.sameFilter(o)
		kind = kind && !s.sameType(o)
	}
	if filter && !c.ownFilter(s) {
		cmds = append(cmds, esl.FilterDelete(s.header, s.value))
	}
	switch {
	case kind && s.subclass != "":
		cmds = append(cmds, esl.Unsubscribe(nil, s.subclass))
	case kind:
		cmds = append(cmds, esl.Unsubscribe([]string{s.name}))
	}
	return cmds
}

// ownFilter tells whether a filter is one that the call itself needs.
func (c *Call) ownFilter(s source) bool {
	switch {
	case strings.EqualFold(s.header, "Unique-ID"):
		return c.followed[s.value]
	case strings.EqualFold(s.header, "Job-Owner-UUID"):
		return c.leg != nil && strings.EqualFold(s.value, c.leg.uuid)
	}
	return false
}

// Subscribe calls f for each event of a type (see EventName; "ALL" is every one) and, unless subclass is "", of that
// subclass in the very letters, whatever channel it is of. What other users of the call see of events does not change. f is
// called as events come, in their order, from within whatever method waits; it must not use the call. Subscribe returns when
// the switch has turned the events on: no later one is missed. It needs a connection in full mode (esl.ErrNotAllowed).
func (c *Call) Subscribe(ctx context.Context, name, subclass string, f func(*esl.Event)) (*Subscription, error) {
	s, err := c.open(ctx, &Subscription{call: c, source: sourceOf(name, subclass), f: f, wants: func(ev *esl.Event) bool {
		return (name == "ALL" || name == ev.Name()) && (subclass == "" || subclass == ev.Subclass())
	}})
	if err != nil {
		return nil, fmt.Errorf("channel: subscribe to %s: %w", name, err)
	}
	return s, nil
}

// SubscribeOwn has events of a type and a subclass count as those of the call, whatever channel they are of: those who
// listen and wait get them (see Subscribe).
func (c *Call) SubscribeOwn(ctx context.Context, name, subclass string) (*Subscription, error) {
	return c.Subscribe(ctx, name, subclass, nil)
}

// FilterOwn has events with a header of that value count as those of the call; the value is that of esl.Filter. They come as
// far as their types are on, which those are that the state of a call is followed by. A value that begins with "-" is refused
// (esl.ErrNotAllowed): the events that it keeps away would be those that the call itself needs, too. A pattern must also be
// one of package regexp (esl.ErrSyntax), as the events that the switch lets pass are told from others here.
func (c *Call) FilterOwn(ctx context.Context, header, value string) (*Subscription, error) {
	filter := newFeedFilter(header, value)
	switch {
	case filter.negative:
		return nil, fmt.Errorf("channel: filter %s %s: %w: it would keep events of the call away", header, value, esl.ErrNotAllowed)
	case filter.isPattern() && filter.pattern == nil:
		return nil, fmt.Errorf("channel: filter %s %s: %w: not a pattern", header, value, esl.ErrSyntax)
	}
	if _, err := esl.Filter(header, value).Append(nil); err != nil {
		return nil, fmt.Errorf("channel: %w", err)
	}
	s, err := c.open(ctx, &Subscription{call: c, source: source{header: header, value: value}, wants: func(ev *esl.Event) bool {
		v, ok := ev.Lookup(header)
		return ok && filter.matches(v)
	}})
	if err != nil {
		return nil, fmt.Errorf("channel: filter %s %s: %w", header, value, err)
	}
	return s, nil
}

// open turns on what a subscription needs.
func (c *Call) open(ctx context.Context, s *Subscription) (*Subscription, error) {
	if !c.mode.Full {
		return nil, esl.ErrNotAllowed
	}
	if s.source != (source{}) {
		if err := c.turnOn(ctx, s.source); err != nil {
			return nil, err
		}
	}
	c.subscriptions = append(c.subscriptions, s)
	return s, nil
}

// turnOn counts a user of sources in, and turns on those that have no other.
func (c *Call) turnOn(ctx context.Context, sources ...source) error {
	if c.sources == nil {
		c.sources = make(map[source]int)
	}
	var cmds []esl.Command
	all := c.all
	for _, s := range sources {
		if c.sources[s]++; c.sources[s] == 1 {
			cmds = append(cmds, s.on()...)
			all = all || s.name == "ALL"
		}
	}
	if len(cmds) == 0 {
		return nil // they are on
	}
	c.wide = true
	ps, err := c.conn.Start(cmds...)
	if err == nil {
		c.all = all
		err = c.carriedOut(ctx, cmds, ps)
	}
	if err != nil {
		for _, s := range sources {
			c.turnOff(s)
		}
	}
	return err
}

// carriedOut waits until the switch has carried commands out. Its error says which it refused, or why that is not known.
func (c *Call) carriedOut(ctx context.Context, cmds []esl.Command, sent []*esl.Pending) error {
	var failure error
	i := 0
	err := c.waitReply(ctx, func() bool {
		for ; i < len(sent) && failure == nil; i++ {
			reply, lost, done := sent[i].Poll()
			if !done {
				return false
			}
			if failure = lost; reply != nil {
				failure = refusalOf(cmds[i], reply)
			}
		}
		return true
	})
	if err == nil {
		err = failure
	}
	return err
}

// Close ends the subscription. What nobody else has subscribed to is turned off at the switch.
func (s *Subscription) Close() {
	c := s.call
	i := slices.Index(c.subscriptions, s)
	if i < 0 {
		return
	}
	c.subscriptions = slices.Delete(slices.Clone(c.subscriptions), i, i+1)
	if s.source != (source{}) {
		c.turnOff(s.source)
	}
}

// turnOff counts a user of a source out.
func (c *Call) turnOff(s source) {
	if c.sources[s]--; c.sources[s] > 0 {
		return
	}
	delete(c.sources, s)
	if cmds := c.off(s); len(cmds) > 0 {
		c.conn.Start(cmds...) // that it fails means that the connection has ended
	}
}

// give gives an event to the subscriptions, and tells whether by one of them it counts as an event of the call.
func (c *Call) give(ev *esl.Event) (own bool) {
	for _, s := range c.subscriptions {
		switch {
		case !s.wants(ev):
		case s.f == nil:
			own = true
		default:
			s.f(ev)
		}
	}
	return own
}

// own tells whether an event is of the call: then those who listen and wait get it. As long as nobody has subscribed to
// anything there are no others.
func (c *Call) own(ev *esl.Event) bool {
	if !c.wide {
		return true
	}
	if name := ev.Name(); name != "" && !slices.Contains(vital, name) {
		return false
	}
	return c.followed[ev.Get("Unique-ID")] || c.leg != nil && ev.Get("Job-Owner-UUID") == c.leg.uuid
}

// follow has the events of a channel come. Whether the switch does so is known with the reply to any later command.
func (c *Call) follow(uuid string) (needed, error) {
	c.followed[uuid] = true
	c.conn.Follow(uuid)
	cmd := esl.Filter("Unique-ID", uuid)
	sent, err := c.conn.Start(cmd)
	if err != nil {
		return needed{}, err
	}
	return needed{cmd, sent[0]}, nil
}

// unfollow undoes follow.
func (c *Call) unfollow(uuid string) {
	delete(c.followed, uuid)
	c.conn.Unfollow(uuid)
	if cmds := c.off(source{header: "Unique-ID", value: uuid}); len(cmds) > 0 {
		c.conn.Start(cmds...) // that it fails means that the connection has ended
	}
}
