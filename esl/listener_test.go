package esl_test

import (
	"net"
	"strings"
	"testing"
	"time"

	"eslua/esl"
	"eslua/internal/clock"
)

// listener is the event socket of a switch, played by the test's goroutine.
type listener struct {
	t     *testing.T
	clock clock.Clock
	net.Listener
}

const password = "not-to-be-seen"

var midnight = time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)

// newListener is a switch in virtual time, which the test's goroutine holds.
func newListener(t *testing.T) *listener { return newListenerBy(t, clock.NewVirtual(midnight)) }

func newListenerBy(t *testing.T, c clock.Clock) *listener {
	l := &listener{t, c, c.Listener(listen(t))}
	t.Cleanup(func() { l.Close() })
	return l
}

// client is a client of the switch with these options, closed at the end. What it logs must not tell the password.
func (l *listener) client(cfg esl.ClientConfig) (*esl.Client, *logText) {
	log := &logText{}
	cfg.Addr, cfg.Options.Clock, cfg.Log = l.Addr().String(), l.clock, log.logger()
	cfg.Login.Password = password
	if cfg.Rand == nil {
		cfg.Rand = func() float64 { return 0 }
	}
	cl := esl.NewClient(cfg)
	l.t.Cleanup(func() {
		cl.Close()
		if strings.Contains(log.String(), password) {
			l.t.Errorf("the password is in the log:\n%s", log)
		}
	})
	return cl, log
}

// at is the virtual time since the beginning.
func (l *listener) at() time.Duration { return l.clock.Now().Sub(midnight) }

// accept takes the next connection.
func (l *listener) accept() *peer {
	l.t.Helper()
	nc, err := l.Accept()
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { nc.Close() })
	return &peer{t: l.t, conn: nc}
}

// greet takes the next connection and lets it log in.
func (l *listener) greet() *peer {
	l.t.Helper()
	p := l.accept()
	p.send("Content-Type: auth/request\n\n")
	p.expect("auth " + password)
	p.reply("+OK accepted")
	return p
}

// ready takes the next connection, lets it log in and put these commands in place behind the subscription that it always
// makes.
func (l *listener) ready(lines ...string) *peer {
	l.t.Helper()
	p := l.greet()
	for _, line := range append([]string{"event plain BACKGROUND_JOB"}, lines...) {
		p.expect(line)
		p.reply("+OK")
	}
	return p
}
