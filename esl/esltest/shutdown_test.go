package esltest_test

import (
	"errors"
	"testing"

	"eslua/esl/esltest"
)

// TestShutdown: calls end with SYSTEM_SHUTDOWN, connections two seconds later with a notice of their own.
func TestShutdown(t *testing.T) {
	l := newLab(t, world("async full"))
	call, p := l.answered()
	watcher := l.login()
	watcher.want("event plain SHUTDOWN CHANNEL_HANGUP", "+OK event listener enabled plain")
	began := l.clock.Now()
	l.sw.Shutdown()
	watcher.event("SHUTDOWN", "Event-Info", "System Shutting Down")
	p.event("CHANNEL_HANGUP", "Hangup-Cause", "SYSTEM_SHUTDOWN", "Unique-ID", p.uuid)
	if notice := p.end(); notice != goodbye {
		t.Errorf("the call's connection: %q", notice)
	}
	if cause := l.finish(call); cause != "SYSTEM_SHUTDOWN" {
		t.Errorf("cause %s", cause)
	}
	if notice := watcher.end(); notice != "The system is being shut down.\n" {
		t.Errorf("the other connection: %q", notice)
	}
	if ms := l.since(began); ms < 2000 || ms > 2100 {
		t.Errorf("it took %d ms", ms)
	}
}

func TestAClosedSwitch(t *testing.T) {
	l := newLab(t, world("async full"))
	call, p := l.connected()
	l.sw.Close()
	l.sw.Close()
	if !p.isClosed() {
		p.end()
	}
	if _, err := l.sw.Call(esltest.CallSpec{Destination: "1000"}); !errors.Is(err, esltest.ErrClosed) {
		t.Errorf("a call: %v", err)
	}
	if err := call.Wait(t.Context()); !errors.Is(err, esltest.ErrClosed) {
		t.Errorf("waiting for a call: %v", err)
	}
	if out := l.sw.API("status"); out != "" {
		t.Errorf("an API command: %q", out)
	}
	call.Press("1")
	call.Hangup("")
	l.sw.Shutdown()
	l.sw.Inject(esltest.Fault{})
}

func TestACallToNowhere(t *testing.T) {
	l := newLab(t, world(""))
	if _, err := l.sw.Call(esltest.CallSpec{Destination: "nowhere"}); err == nil {
		t.Error("there is no such extension")
	}
}
