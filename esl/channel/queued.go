package channel

import (
	"strings"

	"eslua/esl"
)

// maxQueued is how many events wait for an input; the oldest are dropped beyond it.
const maxQueued = 500

// DivertEvents says whether events that are queued to the channel, such as recognised speech or what somebody has sent to
// it with sendevent, come to us. Applications that wait for such events do not get them then (event-socket.md 5.10).
func (l *Leg) DivertEvents(on bool) error {
	if l != l.call.leg || l.gone() != nil {
		return nil // only the channel of the connection can be told so
	}
	l.diverting = on
	_, err := l.call.conn.Start(esl.DivertEvents(on))
	return err
}

// queue keeps an event for an input.
func (l *Leg) queue(ev *esl.Event) {
	if !l.diverting {
		return
	}
	if len(l.queued) >= maxQueued {
		l.queued = l.queued[1:]
	}
	l.queued = append(l.queued, ev)
}

// FlushEvents throws the events away that wait for an input.
func (l *Leg) FlushEvents() {
	l.call.Serve()
	l.queued = nil
}

// QueuedType is the type of an event that was queued to a channel. Such events have no name on the wire unless their
// sender has given one: then it is that of the command that sent it.
func QueuedType(ev *esl.Event) string {
	if name := ev.Name(); name != "" {
		return name
	}
	if name, ok := strings.CutPrefix(ev.Get("Command"), "sendevent "); ok {
		return strings.ToUpper(name)
	}
	if ev.Subclass() != "" {
		return "CUSTOM"
	}
	return "MESSAGE"
}
