package esltest_test

import (
	"testing"
	"time"
)

func TestHeartbeat(t *testing.T) {
	l := newLab(t, world(""))
	p := l.login()
	l.sw.After(47 * time.Second)
	p.want("event plain HEARTBEAT RE_SCHEDULE", "+OK event listener enabled plain")
	began := l.clock.Now()
	for i := range int64(3) {
		ev := p.event("HEARTBEAT")
		p.event("RE_SCHEDULE", "Task-Desc", "heartbeat")
		if ms := l.since(began); ms < 12_990+20_000*i || ms > 13_100+20_000*i {
			t.Errorf("beat %d after %d ms", i+1, ms)
		}
		if ev.Get("Event-Info") != "System Ready" || ev.Get("Session-Count") != "0" || ev.Get("Up-Time") == "" {
			t.Errorf("it says %s", ev)
		}
	}
	p.want("noevents", "+OK no longer listening for events")
	l.sw.After(time.Minute)
	if n := p.count("HEARTBEAT"); n != 3 {
		t.Errorf("%d beats came", n)
	}
}
