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
	call     *Call
	name     string
	subclass string
	source   source
	f        func(*esl.Event)
}

// source is what must be turned on at the switch for a subscription: types of events, and a filter that lets them pass
// beside those of the call (event-socket.md 7.2).
type source struct {
	header, value string // of the filter; "": nothing is to be turned on
	name          string // the type; "" for a subclass of CUSTOM
	subclass      string
}

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
	cmds := []esl.Command{esl.Filter(s.header, s.value)}
	switch {
	case s.subclass != "":
		cmds = append(cmds, esl.Subscribe(esl.Plain, nil, s.subclass))
	case !slices.Contains(vital, s.name):
		cmds = append(cmds, esl.Subscribe(esl.Plain, []string{s.name}))
	}
	return cmds
}

// off is the commands that turn the source off. Where all events are on they stay on, since to turn them off, and those
// that the call needs on again, could lose one between the two; the filters keep foreign ones away.
func (s source) off(all bool) []esl.Command {
	cmds := []esl.Command{esl.FilterDelete(s.header, s.value)}
	switch {
	case all:
	case s.subclass != "":
		cmds = append(cmds, esl.Unsubscribe(nil, s.subclass))
	case !slices.Contains(vital, s.name):
		cmds = append(cmds, esl.Unsubscribe([]string{s.name}))
	}
	return cmds
}

// Subscribe calls f for each event of a type (see EventName; "ALL" is every one) and, unless subclass is "", of that
// subclass in the very letters, whatever channel it is of. What other users of the call see of events does not change. f is
// called as events come, in their order, from within whatever method waits; it must not use the call. Subscribe returns when
// the switch has turned the events on: no later one is missed. It needs a connection in full mode (esl.ErrNotAllowed).
func (c *Call) Subscribe(ctx context.Context, name, subclass string, f func(*esl.Event)) (*Subscription, error) {
	s := &Subscription{call: c, name: name, subclass: subclass, source: sourceOf(name, subclass), f: f}
	if !c.mode.Full {
		return nil, fmt.Errorf("channel: subscribe to %s: %w", name, esl.ErrNotAllowed)
	}
	if s.source.header != "" {
		if err := c.turnOn(ctx, s.source); err != nil {
			return nil, fmt.Errorf("channel: subscribe to %s: %w", name, err)
		}
	}
	c.subscriptions = append(c.subscriptions, s)
	return s, nil
}

// turnOn counts a user of a source in, and turns it on for the first one.
func (c *Call) turnOn(ctx context.Context, s source) error {
	if c.sources[s] == 0 {
		c.wide = true
		ps, err := c.conn.Start(s.on()...)
		if err != nil {
			return err
		}
		c.all = c.all || s.name == "ALL"
		err = c.wait(ctx, never, func() bool {
			_, _, done := ps[len(ps)-1].Poll()
			return done
		})
		if err != nil {
			return err
		}
	}
	if c.sources == nil {
		c.sources = make(map[source]int)
	}
	c.sources[s]++
	return nil
}

// Close ends the subscription. What nobody else has subscribed to is turned off at the switch.
func (s *Subscription) Close() {
	c := s.call
	i := slices.Index(c.subscriptions, s)
	if i < 0 {
		return
	}
	c.subscriptions = slices.Delete(slices.Clone(c.subscriptions), i, i+1)
	if s.source.header == "" {
		return
	}
	if c.sources[s.source]--; c.sources[s.source] == 0 {
		delete(c.sources, s.source)
		c.conn.Start(s.source.off(c.all)...) // that it fails means that the connection has ended
	}
}

// matches tells whether an event is one that was subscribed to.
func (s *Subscription) matches(ev *esl.Event) bool {
	return (s.name == "ALL" || s.name == ev.Name()) && (s.subclass == "" || s.subclass == ev.Subclass())
}

// give gives an event to the subscriptions.
func (c *Call) give(ev *esl.Event) {
	for _, s := range c.subscriptions {
		if s.matches(ev) {
			s.f(ev)
		}
	}
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

// follow has the events of a channel come.
func (c *Call) follow(uuid string) error {
	c.followed[uuid] = true
	_, err := c.conn.Start(esl.Filter("Unique-ID", uuid))
	return err
}

// unfollow undoes follow.
func (c *Call) unfollow(uuid string) {
	delete(c.followed, uuid)
	c.conn.Start(esl.FilterDelete("Unique-ID", uuid)) // that it fails means that the connection has ended
}

// SubscribeOwn has events of a type and a subclass count as those of the call, whatever channel they are of: those who
// listen and wait get them (see Subscribe).
func (c *Call) SubscribeOwn(ctx context.Context, name, subclass string) (*Subscription, error) {
	return c.Subscribe(ctx, name, subclass, func(ev *esl.Event) {
		if !c.own(ev) {
			c.publish(ev)
		}
	})
}
