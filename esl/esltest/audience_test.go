package esltest

import (
	"math/rand/v2"
	"testing"

	"eslua/esl"
)

// TestTheAudienceIsWhoWantsTheEvent compares what deliver does with asking every connection, for random subscriptions and
// events.
func TestTheAudienceIsWhoWantsTheEvent(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	uuids := []string{"a1", "A1", "b2", "c3"}
	for range 300 {
		sw := &Switch{beating: true, options: Options{QueueLimit: 10}, audience: audience{bound: make(map[string][]*listener)}}
		for range 8 {
			l := sw.newListener()
			l.sw = sw
			sw.listeners = append(sw.listeners, l)
			sw.audience.place(l)
			for range r.IntN(6) {
				switch r.IntN(8) {
				case 0, 1:
					l.eventCommand(" plain " + pick("DTMF", "MESSAGE", "ALL", "CUSTOM x"))
				case 2:
					l.nixeventCommand(" " + pick("DTMF", "ALL"))
				case 3, 4:
					l.filterCommand(pick("Unique-ID", "unique-id", "Job-Owner-UUID", "k") + " " + pick(pick(uuids...), "-a1", "/a/", "+b2"))
				case 5:
					l.filterCommand("delete " + pick("Unique-ID", "all", "k a1"))
				case 6:
					if l.channel == nil {
						l.channel = &channel{sw: sw, uuid: pick(uuids...)}
					}
					l.myevents("myevents", "myevents")
				case 7:
					l.running = false
					sw.audience.place(l)
				}
			}
		}
		for range 20 {
			ev := esl.NewEvent(pick("DTMF", "MESSAGE", "CUSTOM"))
			for _, name := range []string{"Unique-ID", "Job-Owner-UUID", "k", "Event-Subclass"} {
				if r.IntN(2) == 0 {
					ev.Add(name, pick(append(uuids, "x")...))
				}
			}
			var want, got int
			for i, l := range sw.listeners {
				if l.wants(ev) {
					want |= 1 << i
				}
			}
			sw.fire(ev)
			for i, l := range sw.listeners {
				if n := len(l.queue); n > 1 {
					t.Fatalf("an event was delivered %d times", n)
				} else if n == 1 {
					got |= 1 << i
				}
				l.queue = nil
			}
			if got != want {
				t.Fatalf("delivered to %b, wanted by %b:\n%s", got, want, ev)
			}
			if got != 0 && ev.Get("Job-Owner-UUID") == "" && !sw.audience.wants(ev.Name(), ev.Get("Unique-ID")) {
				t.Fatalf("nobody is said to want\n%s", ev)
			}
		}
	}
}
