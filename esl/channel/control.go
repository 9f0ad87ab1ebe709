package channel

import (
	"context"
	"fmt"
	"math/rand/v2"

	"eslua/esl"
)

// Control makes a Call of an inbound connection, for work that belongs to no call: it has no leg of its own (Leg is nil),
// and takes others with Originate and Attach. Only their events come, and those that are subscribed to.
func Control(ctx context.Context, conn *esl.Conn, opts Options) (*Call, error) {
	c := newCall(conn, opts)
	c.mode = esl.Mode{Async: true, Full: true}
	c.hello = esl.NewEvent("")
	c.sources = map[source]int{sourceOf("BACKGROUND_JOB", ""): 1} // is never turned off
	// Filters are needed from the start: without one all events of the switch would come. Jobs of such a connection have no
	// owner by which they could be told from others'.
	cmds := []esl.Command{esl.Filter("Event-Name", "BACKGROUND_JOB"), esl.Subscribe(esl.Plain, vital)}
	ps, err := conn.Start(cmds...)
	for i := 0; i < len(ps) && err == nil; i++ {
		var reply *esl.Reply
		if reply, err = ps[i].Wait(ctx); err == nil {
			err = refusalOf(cmds[i], reply)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("channel: control: %w", err)
	}
	return c, nil
}

// newCall makes a call without anything in it.
func newCall(conn *esl.Conn, opts Options) *Call {
	c := &Call{
		conn: conn, clock: conn.Clock(), legs: make(map[string]*Leg), executions: make(map[string]*Execution),
		jobs: make(map[string]*Job), followed: make(map[string]bool), begin: func() {}, end: func() {},
	}
	if opts.Rand != nil {
		c.ids = opts.Rand.Uint32()
	} else {
		c.ids = rand.Uint32()
	}
	return c
}
