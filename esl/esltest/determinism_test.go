package esltest_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"eslua/esl"
	"eslua/esl/channel"
	"eslua/esl/esltest"
	"eslua/internal/clock"
)

// TestTheSameEveryTime: a call with a playback, digits, a bridge and a second caller at the same time leaves the same trace
// in each of 200 runs: every message with its time, byte for byte.
func TestTheSameEveryTime(t *testing.T) {
	run := func() string {
		l := newLab(t, world("async full"))
		defer l.sw.Close()
		watcher := l.login()
		watcher.want("event plain CHANNEL_HANGUP DTMF", "+OK event listener enabled plain")
		call, p := l.connected()
		p.send("linger 1", all, execute("1", "answer", ""), execute("2", "read", "1 4 short.wav got 2000 #"))
		other := l.place(esltest.CallSpec{Destination: "brief"})
		l.sw.After(700 * time.Millisecond)
		call.Press("12w3")
		p.event("CHANNEL_EXECUTE_COMPLETE", "Application-UUID", "2")
		p.send(execute("3", "bridge", "loopback/brief"), "bgapi msleep 300", "api status")
		p.event("CHANNEL_BRIDGE")
		other.Press("9")
		l.sw.After(time.Second)
		call.Hangup("")
		l.finish(call)
		l.finish(other)
		p.end()
		return p.trace() + watcher.trace()
	}
	want := run()
	for i := range 200 {
		if got := run(); got != want {
			t.Fatalf("run %d differs: %s", i+2, firstDifference(want, got))
		}
	}
}

// trace is all that came, with its time.
func (p *peer) trace() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var b strings.Builder
	for _, m := range p.got {
		fmt.Fprintf(&b, "%s %s\n%s\n", m.at.Format("04:05.000000"), m.frame.Head(), m.frame.Body)
	}
	return b.String()
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return fmt.Sprintf("line %d: %q, and before %q", i+1, y[i], x[i])
		}
	}
	return fmt.Sprintf("%d lines, and before %d", len(y), len(x))
}

// TestFiveHundredCallsAtOnce: each gets its own events and nothing else, and nothing is left of them.
func TestFiveHundredCallsAtOnce(t *testing.T) {
	const calls = 500
	ck, release := esltest.Virtual()
	defer release()
	pipes := esltest.NewPipeListener()
	sw := esltest.New(world("async full"), esltest.Options{Clock: ck, Dial: pipes.Dial})
	defer sw.Close()
	var mu sync.Mutex
	seen := make(map[string]int)
	server := &esl.Server{Options: esl.Options{Clock: ck}, Handler: func(ctx context.Context, conn *esl.Conn) {
		c, err := channel.Accept(ctx, conn, channel.Options{})
		if err != nil {
			t.Error(err)
			return
		}
		foreign := 0
		c.Listen(func(ev *esl.Event) {
			if ev.Get("Unique-ID") != c.Leg().UUID() {
				foreign++
			}
		})
		c.Leg().Answer(ctx)
		c.Leg().Play(ctx, "short.wav", 0, channel.Input{})
		c.Leg().Set(ctx, "mine", c.Leg().UUID())
		mine, _, err := c.Leg().Get(ctx, "mine")
		if mine != c.Leg().UUID() || foreign > 0 || err != nil {
			t.Errorf("%s has %s, %d foreign events, %v", c.Leg().UUID(), mine, foreign, err)
		}
		c.Leg().Hangup("")
		c.End(ctx)
		mu.Lock()
		seen[c.Leg().UUID()]++
		mu.Unlock()
	}}
	serving := clock.NewGroup(ck)
	serving.Go(func() { server.Serve(context.Background(), pipes) })
	list := make([]*esltest.Call, calls)
	for i := range list {
		var err error
		if list[i], err = sw.Call(esltest.CallSpec{Destination: "1000"}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range list {
		if err := c.Wait(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if out := sw.API("show channels count"); out != "\n0 total.\n" {
		t.Errorf("left: %q", out)
	}
	server.Shutdown(context.Background())
	serving.Wait(context.Background())
	for _, c := range list {
		if n := seen[c.UUID()]; n != 1 {
			t.Errorf("call %s was served %d times", c.UUID(), n)
		}
	}
}
