package esltest

import (
	"slices"
	"strings"
	"unicode/utf8"

	"eslua/esl"
)

// audience finds the connections that an event may concern without asking all of them: with a thousand calls nearly every
// connection has filters that let nothing pass but what its own channel says.
type audience struct {
	bound map[string][]*listener // by a uuid in lower case: connections to which only events that name it can go
	free  []*listener            // all others that listen
	round uint64                 // of delivery, so that nobody is asked twice
}

// place notes anew what a connection listens to. It must be called whenever that has changed, and at its end.
func (a *audience) place(l *listener) {
	for _, uuid := range l.boundTo {
		if left := without(a.bound[uuid], l); len(left) > 0 {
			a.bound[uuid] = left
		} else {
			delete(a.bound, uuid)
		}
	}
	if l.free {
		a.free = without(a.free, l)
	}
	l.boundTo, l.free = l.bounds()
	for _, uuid := range l.boundTo {
		a.bound[uuid] = append(a.bound[uuid], l)
	}
	if l.free {
		a.free = append(a.free, l)
	}
}

func without(list []*listener, l *listener) []*listener {
	return slices.DeleteFunc(list, func(x *listener) bool { return x == l })
}

// bounds are the uuids of which an event must name one, as Unique-ID or as Job-Owner-UUID, to be sent on this connection;
// free tells that there is no such condition.
func (l *listener) bounds() (uuids []string, free bool) {
	switch {
	case !l.listening || !l.running:
		return nil, false
	case l.mine && l.channel != nil:
		return []string{strings.ToLower(l.channel.uuid)}, false
	case len(l.filters) == 0:
		return nil, true
	}
	for _, f := range l.filters {
		if f.negative {
			continue
		}
		named := strings.EqualFold(f.header, "Unique-ID") || strings.EqualFold(f.header, "Job-Owner-UUID")
		if !named || f.isPattern() || strings.ContainsFunc(f.text, func(r rune) bool { return r >= utf8.RuneSelf }) {
			return nil, true
		}
		if uuid := strings.ToLower(f.text); !slices.Contains(uuids, uuid) {
			uuids = append(uuids, uuid)
		}
	}
	return uuids, false
}

// deliver offers an event to all connections that it may concern.
func (a *audience) deliver(ev *esl.Event) {
	a.round++
	offer := func(list []*listener) {
		for _, l := range list {
			if l.round != a.round {
				l.round = a.round
				l.offer(ev)
			}
		}
	}
	offer(a.free)
	if len(a.bound) == 0 {
		return
	}
	for _, name := range []string{"Unique-ID", "Job-Owner-UUID"} {
		if uuid, ok := ev.Lookup(name); ok {
			offer(a.bound[strings.ToLower(uuid)])
		}
	}
}

// wants tells whether an event of that type that names a channel by its uuid could concern anybody.
func (a *audience) wants(name, uuid string) bool {
	listed := func(l *listener) bool { return l.all || l.types[name] }
	return slices.ContainsFunc(a.free, listed) || slices.ContainsFunc(a.bound[strings.ToLower(uuid)], listed)
}
