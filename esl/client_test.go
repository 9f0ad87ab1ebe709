package esl_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"eslua/esl"
	"eslua/internal/clock"
)

func TestAClientLogsInAndRunsCommands(t *testing.T) {
	l := newListener(t)
	cl, log := l.client(esl.ClientConfig{})
	p := l.ready()
	conn, err := cl.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if conn.Mode() != esl.Inbound || conn.LoginReply().Text != "+OK accepted" {
		t.Errorf("mode %v, login reply %q", conn.Mode(), conn.LoginReply().Text)
	}
	l.clock.Go(func() {
		p.next()
		p.response("+OK\n")
		p.next()
		p.response("-ERR no reply\n")
		c, _ := p.next()
		id, _ := c.get("Job-UUID")
		p.reply("+OK Job-UUID: " + id)
		p.job(id, "done\n")
	})
	if out, err := cl.API(context.Background(), "status", ""); out != "+OK\n" || err != nil {
		t.Errorf("API: %q, %v", out, err)
	}
	var refused *esl.ReplyError
	if out, err := cl.API(context.Background(), "nothing", ""); out != "-ERR no reply\n" || !errors.As(err, &refused) {
		t.Errorf("API without output: %q, %v, want the error reply", out, err)
	}
	job, err := cl.BgAPI(context.Background(), "job-1", "status", "")
	if err != nil {
		t.Fatal(err)
	}
	if out, err := job.Output(context.Background()); out != "done\n" || err != nil {
		t.Errorf("BgAPI: %q, %v", out, err)
	}
	if !strings.Contains(log.String(), "switch connected") {
		t.Errorf("the log does not tell of the connection:\n%s", log)
	}
}

func TestWhoWaitsForAConnectionHearsWhyThereIsNone(t *testing.T) {
	l := newListener(t)
	cl, log := l.client(esl.ClientConfig{})
	l.clock.Go(func() {
		for range 3 {
			p := l.accept()
			p.send("Content-Type: auth/request\n\n")
			p.next()
			p.reply("-ERR invalid")
			p.conn.Close()
		}
	})
	ctx, cancel := clock.WithTimeout(context.Background(), l.clock, time.Second)
	defer cancel()
	_, err := cl.API(ctx, "status", "")
	if !errors.Is(err, esl.ErrLogin) || !errors.Is(err, context.DeadlineExceeded) || strings.Contains(err.Error(), password) {
		t.Errorf("%v, want %v and %v without the password", err, esl.ErrLogin, context.DeadlineExceeded)
	}
	if !strings.Contains(log.String(), "switch not reached") || !strings.Contains(log.String(), "-ERR invalid") {
		t.Errorf("the log does not tell why:\n%s", log)
	}
}

func TestPausesBetweenTriesDoubleAndAreShortenedByChance(t *testing.T) {
	for _, tt := range []struct {
		rand float64
		want []int // milliseconds
	}{
		{0, []int{250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000}},
		{1, []int{125, 250, 500, 1000, 2000, 4000, 8000, 15000, 15000}},
	} {
		l := newListener(t)
		l.client(esl.ClientConfig{Rand: func() float64 { return tt.rand }})
		tries := func(n int) (pauses []int) {
			last := time.Duration(-1)
			for range n + 1 {
				p := l.accept()
				if now := l.at(); last < 0 {
					last = now
				} else {
					pauses = append(pauses, int((now-last)/time.Millisecond))
					last = now
				}
				p.conn.Close()
			}
			return pauses
		}
		if got := tries(len(tt.want)); !slices.Equal(got, tt.want) {
			t.Errorf("pauses of %v ms, want %v", got, tt.want)
		}
		l.ready().conn.Close() // a connection that was good begins anew, and without a pause
		if got := tries(2); !slices.Equal(got, tt.want[:2]) {
			t.Errorf("pauses after a good connection of %v ms, want %v", got, tt.want[:2])
		}
	}
}

func TestALoginThatTakesTooLongIsGivenUp(t *testing.T) {
	l := newListener(t)
	l.client(esl.ClientConfig{ConnectTimeout: 3 * time.Second})
	silent := l.accept()
	silent.wantClosed()
	if got := l.at(); got != 3*time.Second {
		t.Errorf("given up after %v, want 3s", got)
	}
	halfway := l.greet() // answers the login, and nothing else
	halfway.expect("event plain BACKGROUND_JOB")
	began := l.at()
	halfway.wantClosed()
	if got := l.at() - began; got != 3*time.Second {
		t.Errorf("given up after %v, want 3s", got)
	}
	l.ready()
}

func TestWhatTheSwitchRefusesOnANewConnectionIsLogged(t *testing.T) {
	l := newListener(t)
	cl, log := l.client(esl.ClientConfig{})
	p := l.greet()
	p.expect("event plain BACKGROUND_JOB")
	p.reply("-ERR permission denied")
	if _, err := cl.Conn(context.Background()); err != nil {
		t.Errorf("Conn: %v, want the connection all the same", err)
	}
	want := `msg="switch refused"`
	if text := log.String(); !strings.Contains(text, want) || !strings.Contains(text, `command="event plain BACKGROUND_JOB"`) {
		t.Errorf("the log lacks %s:\n%s", want, text)
	}
}

func TestASilentSwitchIsAskedAndThenLeft(t *testing.T) {
	l := newListener(t)
	cl, log := l.client(esl.ClientConfig{Liveness: 10 * time.Second})
	p := l.ready()
	p.expect("api echo")
	if got := l.at(); got != 10*time.Second {
		t.Errorf("asked at %v, want 10s", got)
	}
	p.response("-ERR no reply\n")
	clock.Sleep(context.Background(), l.clock, 5*time.Second)
	p.event("HEARTBEAT")
	p.expect("api echo")
	if got := l.at(); got != 25*time.Second {
		t.Errorf("asked again at %v, want 25s", got)
	}
	clock.Sleep(context.Background(), l.clock, 5*time.Second)
	p.event("HEARTBEAT") // anything is a sign of life
	conn, err := cl.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	p.wantClosed()
	if got := l.at(); got != 50*time.Second {
		t.Errorf("left at %v, want 50s", got)
	}
	if end := conn.End(); end == nil || end.Reason != esl.EndSilent {
		t.Errorf("end %v, want %v", end, esl.EndSilent)
	}
	l.ready()
	if !strings.Contains(log.String(), "(silent)") {
		t.Errorf("the log does not tell why:\n%s", log)
	}
}

func TestASwitchThatDoesNotEndAfterExitIsLeft(t *testing.T) {
	l := newListener(t)
	cl, _ := l.client(esl.ClientConfig{Liveness: 10 * time.Second})
	p := l.ready()
	conn, err := cl.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	start(t, conn, esl.Exit())
	p.expect("exit")
	p.wantClosed()
	if got := l.at(); got != 10*time.Second {
		t.Errorf("left at %v, want 10s", got)
	}
	l.ready()
}

func TestACommandThatWaitsEndsWithItsConnection(t *testing.T) {
	l := newListener(t)
	cl, _ := l.client(esl.ClientConfig{})
	p := l.ready()
	l.clock.Go(func() {
		p.next()
		p.conn.Close()
	})
	if _, err := cl.API(context.Background(), "status", ""); !errors.Is(err, esl.ErrClosed) {
		t.Errorf("API: %v, want %v", err, esl.ErrClosed)
	}
	l.clock.Go(func() {
		p := l.ready()
		p.next()
		p.response("fine")
	})
	if out, err := cl.API(context.Background(), "status", ""); out != "fine" || err != nil {
		t.Errorf("API on the next connection: %q, %v", out, err)
	}
}

func TestAClosedClientAnswersAtOnce(t *testing.T) {
	l := newListener(t)
	cl, _ := l.client(esl.ClientConfig{})
	p := l.ready()
	s := subscribe(t, l, cl, p, esl.Interest{Events: []string{"DTMF"}}, "event plain DTMF")
	p.event("DTMF")
	clock.Sleep(context.Background(), l.clock, time.Second)
	cl.Close()
	cl.Close()
	wantEvents(t, s, "DTMF") // it was there before
	if _, err := s.Recv(context.Background()); err != esl.ErrClientClosed {
		t.Errorf("Recv: %v, want %v", err, esl.ErrClientClosed)
	}
	if _, err := cl.Conn(context.Background()); err != esl.ErrClientClosed {
		t.Errorf("Conn: %v, want %v", err, esl.ErrClientClosed)
	}
	if _, err := cl.API(context.Background(), "status", ""); err != esl.ErrClientClosed {
		t.Errorf("API: %v, want %v", err, esl.ErrClientClosed)
	}
	if _, err := cl.BgAPI(context.Background(), "1", "status", ""); err != esl.ErrClientClosed {
		t.Errorf("BgAPI: %v, want %v", err, esl.ErrClientClosed)
	}
	if _, err := cl.Subscribe(context.Background(), esl.Interest{Events: []string{"DTMF"}}); err != esl.ErrClientClosed {
		t.Errorf("Subscribe: %v, want %v", err, esl.ErrClientClosed)
	}
	s.Close()
}

// TestAClientMayBeClosedAtAnyMoment closes it while the switch has got to each of its steps, with everybody waiting for
// something.
func TestAClientMayBeClosedAtAnyMoment(t *testing.T) {
	steps := []func(l *listener, p **peer){
		func(l *listener, p **peer) { *p = l.accept() },
		func(l *listener, p **peer) { (*p).send("Content-Type: auth/request\n\n") },
		func(l *listener, p **peer) { (*p).expect("auth " + password) },
		func(l *listener, p **peer) { (*p).reply("+OK accepted") },
		func(l *listener, p **peer) { (*p).expect("event plain BACKGROUND_JOB") },
		func(l *listener, p **peer) { (*p).reply("+OK") },
		func(l *listener, p **peer) {
			for c, _ := (*p).next(); c.line != "api status"; c, _ = (*p).next() {
				(*p).reply("+OK")
			}
		},
		func(l *listener, p **peer) { (*p).send(eventFrame("DTMF")) },
		func(l *listener, p **peer) { (*p).conn.Close() },
		func(l *listener, p **peer) { (*p) = l.accept(); (*p).conn.Close() }, // now it waits before the next try
	}
	for n := range len(steps) + 1 {
		for range 10 {
			l := newListenerBy(t, clock.Real{})
			cl, _ := l.client(esl.ClientConfig{BackoffMin: time.Hour})
			users := clock.NewGroup(l.clock)
			users.Go(func() {
				if s, err := cl.Subscribe(context.Background(), esl.Interest{Events: []string{"DTMF"}}); err == nil {
					for err == nil {
						_, err = s.Recv(context.Background())
					}
					if err != esl.ErrClientClosed {
						t.Errorf("step %d: Recv: %v, want %v", n, err, esl.ErrClientClosed)
					}
					s.Close()
				} else if err != esl.ErrClientClosed {
					t.Errorf("step %d: Subscribe: %v, want %v", n, err, esl.ErrClientClosed)
				}
			})
			users.Go(func() {
				for {
					if _, err := cl.API(context.Background(), "status", ""); err == esl.ErrClientClosed {
						return
					} else if err != nil && !errors.Is(err, esl.ErrClosed) {
						t.Errorf("step %d: API: %v, want %v", n, err, esl.ErrClientClosed)
						return
					}
				}
			})
			var p *peer
			for _, step := range steps[:n] {
				step(l, &p)
			}
			cl.Close()
			users.Wait(context.Background())
		}
	}
}
