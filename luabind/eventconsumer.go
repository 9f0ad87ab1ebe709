package luabind

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	lua "github.com/yuin/gopher-lua"

	"eslua/esl"
	"eslua/esl/channel"
)

// eventConsumer is mod_lua's event consumer: a queue of events of the switch (modlua-api.md 1.8). What has come of them is
// told by the call's own connection.
type eventConsumer struct {
	call   *channel.Call // where the events come from; nil before the first bind
	of     *class
	script *Script
	limit  int
	queue  []*esl.Event
	binds  []*channel.Subscription
	closed bool
}

func (x *eventConsumer) class() *class { return x.of }

const (
	// defaultConsumer is how many events wait in a consumer where the script does not say.
	defaultConsumer = 5000
	// maxConsumer is the most that a script may ask for.
	maxConsumer = 65536
)

func newEventConsumer(c *call) int {
	s := c.script
	x := &eventConsumer{of: s.lib.consumer, script: s, limit: defaultConsumer}
	if c.given(3) {
		x.limit = c.int(3)
	}
	if x.limit < 0 || x.limit > maxConsumer {
		x.limit = maxConsumer
	}
	if name := c.text(1); name != "" {
		x.bind(c, name, c.text(2))
	}
	c.l.Push(x.of.object(x))
	return 1
}

// put queues an event. When there is no room it is lost.
func (x *eventConsumer) put(ev *esl.Event) {
	if len(x.queue) >= x.limit {
		x.script.write(esl.LogErr, "Cannot queue any more events.....", false)
		return
	}
	x.queue = append(x.queue, ev)
}

// bind subscribes to further events and tells whether that went well.
func (x *eventConsumer) bind(c *call, name, subclass string) bool {
	s := x.script
	if x.closed {
		return false
	}
	kind, ok := esl.EventName(name)
	if !ok {
		s.write(esl.LogWarning, fmt.Sprintf("Can't bind to %s, event not found", name), false)
		return false
	}
	w, err := s.wire()
	if err != nil {
		s.write(esl.LogErr, fmt.Sprintf("Cannot bind to %s %s: %v", name, subclass, err), false)
		return false
	}
	sub, err := w.Subscribe(s.ctx, kind, subclass, x.put)
	if err != nil {
		c.failed(err)
		return false
	}
	x.call = w
	if x.binds == nil {
		s.consumers = append(s.consumers, x)
	}
	x.binds = append(x.binds, sub)
	return true
}

// pop takes the oldest event, or waits for one: for ever when the time is zero.
func (x *eventConsumer) pop(c *call, wait bool, timeout time.Duration) *esl.Event {
	s := x.script
	if x.closed {
		return nil
	}
	if x.call != nil {
		x.call.Serve()
	}
	if wait && len(x.queue) == 0 {
		var until time.Time
		if timeout > 0 {
			until = s.Clock.Now().Add(timeout)
		}
		c.failed(x.await(until))
	}
	if len(x.queue) == 0 {
		return nil
	}
	ev := x.queue[0]
	x.queue[0] = nil
	x.queue = x.queue[1:]
	return ev
}

// await waits until there is an event. Where none can come any more, it waits for nothing else than the time or the end of
// the script.
func (x *eventConsumer) await(until time.Time) error {
	s := x.script
	var err error
	if x.call != nil {
		err = x.call.Wait(s.ctx, until, func() bool { return len(x.queue) > 0 || x.closed })
		if !errors.Is(err, esl.ErrClosed) {
			return err
		}
	}
	return s.idle(until)
}

// idle waits for a time, the zero time being never, or for the end of the script.
func (s *Script) idle(until time.Time) error {
	s.state.Waiting()
	defer s.state.Resumed()
	s.Clock.NewWaiter().Wait(s.ctx, until)
	return context.Cause(s.ctx)
}

func (x *eventConsumer) cleanup() {
	for _, sub := range x.binds {
		sub.Close()
	}
	x.binds, x.queue, x.closed = nil, nil, true
	x.script.consumers = slices.DeleteFunc(x.script.consumers, func(other *eventConsumer) bool { return other == x })
}

func (c *call) consumer() *eventConsumer {
	x, _ := object[*eventConsumer](c.l.Get(1))
	return x
}

// consumerMethods are what the rows of api.EventConsumerClass say.
var consumerMethods = map[string]method{
	"bind": func(c *call) int { return c.number(oneIf(c.consumer().bind(c, c.text(1), c.text(2)))) },
	"pop": func(c *call) int {
		ev := c.consumer().pop(c, c.int(1) != 0, ms(c.int(2)))
		if ev == nil {
			return c.stringOrNil("", false)
		}
		c.l.Push(c.script.newEvent(ev))
		return 1
	},
	"cleanup": func(c *call) int {
		c.consumer().cleanup()
		return 0
	},
}

// consumerAttribute reads the attributes of the object, which are of no use to scripts.
func consumerAttribute(self any, name string) (lua.LValue, bool) {
	switch name {
	case "events", "e_event_id", "enodes", "node_index":
		return &lua.LUserData{Metatable: lua.LNil}, true
	case "e_callback", "e_subclass_name", "e_cb_arg":
		return lua.LNil, true
	}
	return nil, false
}
