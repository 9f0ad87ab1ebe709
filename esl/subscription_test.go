package esl_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"eslua/esl"
	"eslua/internal/clock"
)

// subscribe makes a subscription while the switch answers these commands.
func subscribe(t *testing.T, l *listener, cl *esl.Client, p *peer, in esl.Interest, lines ...string) *esl.Subscription {
	t.Helper()
	answered := clock.NewGroup(l.clock)
	answered.Go(func() {
		for _, line := range lines {
			if c, ok := p.next(); !ok || c.line != line {
				t.Errorf("the command %q came, want %q", c.line, line)
				p.conn.Close()
				return
			}
			p.conn.Write([]byte("Content-Type: command/reply\nReply-Text: +OK\n\n"))
		}
	})
	s, err := cl.Subscribe(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	answered.Wait(context.Background())
	return s
}

// wantEvents receives events with these names.
func wantEvents(t *testing.T, s *esl.Subscription, names ...string) {
	t.Helper()
	for _, want := range names {
		d, err := s.Recv(context.Background())
		switch {
		case err != nil:
			t.Fatalf("%v, want %s", err, want)
		case d.Gap != nil:
			t.Fatalf("the gap %+v, want %s", *d.Gap, want)
		case d.Event.Name() != want && d.Event.Name()+" "+d.Event.Subclass() != want:
			t.Fatalf("the event %s, want %s", d.Event.Name(), want)
		}
	}
}

func wantGap(t *testing.T, s *esl.Subscription, want esl.Gap) {
	t.Helper()
	d, err := s.Recv(context.Background())
	switch {
	case err != nil:
		t.Fatalf("%v, want a gap", err)
	case d.Gap == nil:
		t.Fatalf("the event %v, want a gap", d.Event)
	case !d.Gap.From.Equal(want.From) || !d.Gap.To.Equal(want.To) || d.Gap.Dropped != want.Dropped:
		t.Fatalf("the gap %+v, want %+v", *d.Gap, want)
	}
}

func TestSubscriptionsReceiveWhatTheyWant(t *testing.T) {
	l := newListener(t)
	cl, _ := l.client(esl.ClientConfig{})
	p := l.ready()
	digits := subscribe(t, l, cl, p, esl.Interest{Events: []string{"dtmf"}}, "event plain dtmf")
	custom := subscribe(t, l, cl, p, esl.Interest{Events: []string{"DTMF"}, Subclasses: []string{"a::b"}},
		"event plain DTMF CUSTOM a::b")
	all := subscribe(t, l, cl, p, esl.Interest{Events: []string{"ALL"}}, "event plain ALL")
	bare := subscribe(t, l, cl, p, esl.Interest{Events: []string{"CUSTOM"}}, "event plain CUSTOM")
	p.event("DTMF")
	p.event("CHANNEL_ANSWER")
	p.event("CUSTOM", "Event-Subclass", "a::b")
	p.event("CUSTOM", "Event-Subclass", "A::B")
	p.event("CUSTOM")
	p.event("DTMF")
	wantEvents(t, digits, "DTMF", "DTMF")
	wantEvents(t, custom, "DTMF", "CUSTOM a::b", "DTMF")
	wantEvents(t, all, "DTMF", "CHANNEL_ANSWER", "CUSTOM a::b", "CUSTOM A::B", "CUSTOM ", "DTMF")
	wantEvents(t, bare, "CUSTOM ")
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	for name, s := range map[string]*esl.Subscription{"digits": digits, "custom": custom, "all": all, "bare": bare} {
		if d, err := s.Recv(ended); err != context.Canceled {
			t.Errorf("%s: %v, %v, want no more", name, d, err)
		}
	}
}

func TestEventsAreTurnedOffWithTheLastSubscriptionThatWantsThem(t *testing.T) {
	l := newListener(t)
	cl, _ := l.client(esl.ClientConfig{})
	p := l.ready()
	one := subscribe(t, l, cl, p, esl.Interest{Events: []string{"DTMF", "CHANNEL_ANSWER"}, Subclasses: []string{"a::b"}},
		"event plain DTMF CHANNEL_ANSWER CUSTOM a::b")
	two := subscribe(t, l, cl, p, esl.Interest{Events: []string{"DTMF", "BACKGROUND_JOB"}}, "event plain DTMF BACKGROUND_JOB")
	one.Close()
	one.Close()
	p.expect("nixevent CHANNEL_ANSWER")
	p.expect("nixevent CUSTOM a::b")
	two.Close()
	p.expect("nixevent DTMF") // but not BACKGROUND_JOB: jobs need it
	for _, s := range []*esl.Subscription{one, two} {
		if _, err := s.Recv(context.Background()); err != esl.ErrClosed {
			t.Errorf("Recv after Close: %v, want %v", err, esl.ErrClosed)
		}
	}
}

// TestTheSubscriptionToEverythingGoesWithoutTheOthers: the switch would turn single events off for it, and all events off
// with it.
func TestTheSubscriptionToEverythingGoesWithoutTheOthers(t *testing.T) {
	l := newListener(t)
	cl, _ := l.client(esl.ClientConfig{})
	p := l.ready()
	digits := subscribe(t, l, cl, p, esl.Interest{Events: []string{"DTMF"}}, "event plain DTMF")
	all := subscribe(t, l, cl, p, esl.Interest{Events: []string{"ALL"}}, "event plain ALL")
	short := subscribe(t, l, cl, p, esl.Interest{Events: []string{"CHANNEL_ANSWER"}}, "event plain CHANNEL_ANSWER")
	short.Close()
	clock.Sleep(context.Background(), l.clock, time.Second)
	all.Close()
	p.expect("nixevent ALL") // and nothing for CHANNEL_ANSWER before it
	p.expect("event plain BACKGROUND_JOB")
	p.expect("event plain DTMF")
	now := midnight.Add(time.Second)
	wantGap(t, digits, esl.Gap{From: now, To: now})
}

func TestSubscriptionsGoOnOverANewConnection(t *testing.T) {
	l := newListener(t)
	cl, log := l.client(esl.ClientConfig{Filters: []esl.Header{{Name: "variable_site", Value: "north"}, {Name: "x", Value: "/^y/"}}})
	filters := func() *peer {
		t.Helper()
		p := l.greet()
		for _, line := range []string{"filter Event-Name BACKGROUND_JOB", "filter variable_site north", "filter x /^y/",
			"event plain BACKGROUND_JOB"} {
			p.expect(line)
			p.reply("+OK")
		}
		return p
	}
	p := filters()
	one := subscribe(t, l, cl, p, esl.Interest{Events: []string{"DTMF", "ALL"}, Subclasses: []string{"b::c", "a::b"}},
		"event plain DTMF ALL CUSTOM b::c a::b")
	p.event("DTMF")
	wantEvents(t, one, "DTMF")
	clock.Sleep(context.Background(), l.clock, time.Second)
	p.event("CHANNEL_ANSWER")
	p.conn.Close()
	wantEvents(t, one, "CHANNEL_ANSWER")

	again := l.accept() // at once; it fails
	clock.Sleep(context.Background(), l.clock, time.Second)
	two, err := cl.Subscribe(context.Background(), esl.Interest{Events: []string{"HEARTBEAT"}}) // while there is no connection
	if err != nil {
		t.Fatal(err)
	}
	again.conn.Close()
	p = filters()
	for _, line := range []string{"event plain ALL", "event plain CUSTOM a::b", "event plain CUSTOM b::c", "event plain DTMF",
		"event plain HEARTBEAT"} {
		p.expect(line)
		p.reply("+OK")
	}
	p.event("HEARTBEAT")
	wantGap(t, one, esl.Gap{From: midnight.Add(time.Second), To: midnight.Add(2*time.Second + 250*time.Millisecond)})
	wantEvents(t, one, "HEARTBEAT")
	wantEvents(t, two, "HEARTBEAT")
	if !strings.Contains(log.String(), "switch connection lost") {
		t.Errorf("the log does not tell of the loss:\n%s", log)
	}
}

func TestASubscriptionThatTheSwitchRefusesIsAnError(t *testing.T) {
	l := newListener(t)
	cl, _ := l.client(esl.ClientConfig{})
	p := l.ready()
	l.clock.Go(func() {
		p.next()
		p.reply("-ERR permission denied")
	})
	var refused *esl.ReplyError
	s, err := cl.Subscribe(context.Background(), esl.Interest{Events: []string{"DTMF"}})
	if s != nil || !errors.As(err, &refused) {
		t.Errorf("%v, %v, want the error reply", s, err)
	}
	p.expect("nixevent DTMF")
	if _, err := cl.Subscribe(context.Background(), esl.Interest{}); !errors.Is(err, esl.ErrSyntax) {
		t.Errorf("to nothing: %v, want %v", err, esl.ErrSyntax)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := cl.Subscribe(ctx, esl.Interest{Events: []string{"DTMF"}}); err != context.Canceled {
		t.Errorf("with an ended context: %v, want %v", err, context.Canceled)
	}
}

func TestASlowSubscriptionLosesTheOldestAndHearsOfIt(t *testing.T) {
	l := newListener(t)
	cl, _ := l.client(esl.ClientConfig{})
	p := l.ready()
	slow := subscribe(t, l, cl, p, esl.Interest{Events: []string{"DTMF"}, Limit: 3}, "event plain DTMF")
	for i := range 10 {
		clock.Sleep(context.Background(), l.clock, time.Second) // all has been handed out by then
		p.event("DTMF", "n", fmt.Sprint(i))
	}
	clock.Sleep(context.Background(), l.clock, time.Second)
	wantGap(t, slow, esl.Gap{From: midnight.Add(4 * time.Second), To: midnight.Add(10 * time.Second), Dropped: 7})
	for _, want := range []string{"7", "8", "9"} {
		if d, err := slow.Recv(context.Background()); err != nil || d.Event.Get("n") != want {
			t.Errorf("%v, %v, want event %s", d, err, want)
		}
	}
}

func TestAGapThatIsDroppedBecomesPartOfTheNext(t *testing.T) {
	l := newListener(t)
	cl, _ := l.client(esl.ClientConfig{})
	p := l.ready()
	slow := subscribe(t, l, cl, p, esl.Interest{Events: []string{"DTMF"}, Limit: 2}, "event plain DTMF")
	clock.Sleep(context.Background(), l.clock, time.Second)
	p.conn.Close()
	p = l.accept()
	clock.Sleep(context.Background(), l.clock, time.Second)
	p.conn.Close()
	p = l.ready("event plain DTMF") // 250 ms later
	clock.Sleep(context.Background(), l.clock, time.Second)
	for range 3 {
		p.event("DTMF")
	}
	clock.Sleep(context.Background(), l.clock, time.Second)
	wantGap(t, slow, esl.Gap{From: midnight.Add(time.Second), To: midnight.Add(3250 * time.Millisecond), Dropped: 1})
	wantEvents(t, slow, "DTMF", "DTMF")
}

// TestNoEventIsLostInSilence floods a client whose connection holds one event at a time: what it does not receive is
// counted in gaps.
func TestNoEventIsLostInSilence(t *testing.T) {
	const n = 5000
	l := newListener(t)
	cl, _ := l.client(esl.ClientConfig{Options: esl.Options{Queue: esl.QueueLimits{Events: 1}}})
	p := l.ready()
	s := subscribe(t, l, cl, p, esl.Interest{Events: []string{"DTMF", "LAST"}, Limit: n}, "event plain DTMF LAST")
	p.send(strings.Repeat(eventFrame("DTMF"), n))
	clock.Sleep(context.Background(), l.clock, time.Second)
	p.event("LAST")
	var events, dropped uint64
	for {
		d, err := s.Recv(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if d.Gap != nil {
			dropped += d.Gap.Dropped
			continue
		}
		if d.Event.Name() == "LAST" {
			break
		}
		events++
	}
	if events+dropped != n {
		t.Errorf("%d events and %d dropped, want %d together", events, dropped, n)
	}
}

// TestManySubscriptionsLeaveNothingBehind subscribes and unsubscribes 200,000 times.
func TestManySubscriptionsLeaveNothingBehind(t *testing.T) {
	total := 200_000
	if testing.Short() {
		total = 10_000
	}
	const workers = 8
	l := listen(t)
	defer l.Close()
	done := make(chan bool)
	go func() {
		defer close(done)
		nc, err := l.Accept()
		if err != nil {
			return
		}
		defer nc.Close()
		nc.Write([]byte("Content-Type: auth/request\n\n"))
		b, lines := make([]byte, 64<<10), 0
		for {
			n, err := nc.Read(b)
			if err != nil {
				return
			}
			lines += strings.Count(string(b[:n]), "\n")
			nc.Write([]byte(strings.Repeat("Content-Type: command/reply\nReply-Text: +OK\n\n", lines/2)))
			lines %= 2
		}
	}()
	cl := esl.NewClient(esl.ClientConfig{
		Addr: l.Addr().String(), Login: esl.Login{Password: "x"}, Log: (&logText{}).logger(),
	})
	defer func() {
		cl.Close()
		<-done
	}()
	churn := func(times int) {
		errs := make(chan error)
		for w := range workers {
			go func() {
				in := esl.Interest{Events: []string{"DTMF", fmt.Sprintf("EVENT_%d", w)}, Subclasses: []string{"a::b"}}
				for range times / workers {
					s, err := cl.Subscribe(context.Background(), in)
					if err != nil {
						errs <- err
						return
					}
					s.Close()
				}
				errs <- nil
			}()
		}
		for range workers {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
	}
	heap := func() int {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int(m.HeapAlloc)
	}
	churn(total / 10)
	before := heap()
	churn(total)
	if grown := heap() - before; grown > 1<<20 {
		t.Errorf("the heap has grown by %d bytes, want less than 1 MiB", grown)
	}
}
