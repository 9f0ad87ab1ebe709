package esltest

import (
	"time"

	"eslua/esl"
)

// shutdownLag is how long the switch takes from the signal to the end of the first call (wire/shutdown_inbound).
const shutdownLag = 15 * time.Millisecond

// Shutdown stops the switch as a signal to the real one does: calls are hung up with SYSTEM_SHUTDOWN, connections are told
// two seconds later and closed. It returns before that.
func (sw *Switch) Shutdown() {
	sw.do(func() { sw.spawn(sw.shutdown) })
}

func (sw *Switch) shutdown(t *thread) {
	t.sleep(shutdownLag)
	sw.stopping = true
	ev := sw.newEvent("SHUTDOWN", siteShutdown)
	ev.Add("Event-Info", "System Shutting Down")
	sw.fire(ev)
	// The switch walks through its sessions from the youngest.
	for i := len(sw.calls) - 1; i >= 0; i-- {
		sw.calls[i].hangup(esl.CauseSystemShutdown, siteShutdown)
	}
	t.sleep(2 * time.Second)
	for _, l := range append([]*listener(nil), sw.listeners...) {
		l.notice = shutdown
		l.running, l.overflow = false, true
		l.wake()
	}
}
