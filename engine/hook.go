package engine

import (
	"context"
	"hash/fnv"
	"sync/atomic"
	"time"

	"eslua/esl"
	"eslua/internal/clock"
	"eslua/luabind"
)

// Hook runs a script for each event of a type. The script finds it in the global event.
type Hook struct {
	// Event is the name of a type, as CHANNEL_HANGUP_COMPLETE. With CUSTOM, Subclass is the one that is meant.
	Event, Subclass string
	Script          string
	// Switch is the name of the switch whose events are meant, and that the script works with; "" is Options.Switch.
	Switch string
}

const (
	// hookLanes is how many hooks run at once. Those of one channel run in one lane, one after the other.
	hookLanes = 16
	// hookQueue is how many events wait in a lane; later ones are dropped.
	hookQueue = 1000
)

// hooks runs hooks.
type hooks struct {
	engine  *Engine
	clients map[string]*esl.Client // by the names of their switches
	lanes   [hookLanes]chan hookEvent
	wake    [hookLanes]*clock.Waiter
	dropped atomic.Uint64
	stop    context.CancelFunc
	ctx     context.Context
	running *clock.Group
}

type hookEvent struct {
	hook *Hook
	ev   *esl.Event
}

// startHooks subscribes to the events of all hooks. The connection to a switch is made anew whenever it ends.
func (e *Engine) startHooks() error {
	h := &hooks{engine: e, clients: make(map[string]*esl.Client), running: clock.NewGroup(e.opts.Clock)}
	h.ctx, h.stop = context.WithCancel(context.Background())
	for i := range h.lanes {
		h.lanes[i], h.wake[i] = make(chan hookEvent, hookQueue), e.opts.Clock.NewWaiter()
		h.running.Go(func() { h.work(i) })
	}
	e.hooks = h
	for i := range e.opts.Hooks {
		hook := &e.opts.Hooks[i]
		in := esl.Interest{Events: []string{hook.Event}}
		if hook.Subclass != "" {
			in = esl.Interest{Subclasses: []string{hook.Subclass}}
		}
		sub, err := h.client(hook.Switch).Subscribe(h.ctx, in)
		if err != nil {
			h.close()
			return err
		}
		h.running.Go(func() { h.listen(hook, sub) })
	}
	return nil
}

// client is the connection for the hooks of a switch.
func (h *hooks) client(name string) *esl.Client {
	if c := h.clients[name]; c != nil {
		return c
	}
	sw, _ := h.engine.opts.known(name) // New has looked
	log := h.engine.log
	if name != "" {
		log = log.With("switch", name)
	}
	h.clients[name] = esl.NewClient(esl.ClientConfig{Addr: sw.Addr, Dial: sw.dial, Options: esl.Options{Clock: h.engine.opts.Clock}, Log: log})
	return h.clients[name]
}

// listen puts the events of a subscription into the lanes.
func (h *hooks) listen(hook *Hook, sub *esl.Subscription) {
	for {
		d, err := sub.Recv(h.ctx)
		if err != nil {
			return
		}
		if d.Gap != nil {
			h.engine.log.Warn("events of a hook were missed", "script", hook.Script, "event", hook.Event, "gap", d.Gap)
		}
		if d.Event == nil || hook.Subclass != "" && d.Event.Subclass() != hook.Subclass {
			continue
		}
		i := lane(d.Event.Get("Unique-ID"))
		select {
		case h.lanes[i] <- hookEvent{hook, d.Event}:
			h.wake[i].Wake()
		default:
			if n := h.dropped.Add(1); n&(n-1) == 0 { // at 1, 2, 4, 8, ...
				h.engine.log.Error("hooks are too slow: events are dropped", "script", hook.Script, "dropped", n)
			}
		}
	}
}

// lane is where the hooks of a channel run.
func lane(channel string) int {
	f := fnv.New32a()
	f.Write([]byte(channel))
	return int(f.Sum32() % hookLanes)
}

// work runs the hooks of a lane.
func (h *hooks) work(i int) {
	for {
		select {
		case x := <-h.lanes[i]:
			h.engine.Run(h.ctx, Run{Script: x.hook.Script, Switch: x.hook.Switch, Begin: func(s *luabind.Script) { s.SetEvent("event", x.ev) }})
			continue
		default:
		}
		if h.wake[i].Wait(h.ctx, time.Time{}) == clock.Cancelled {
			return
		}
	}
}

func (h *hooks) close() {
	h.stop()
	for _, c := range h.clients {
		c.Close()
	}
	h.running.Wait(context.Background())
}
