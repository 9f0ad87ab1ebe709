package esl_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"eslua/esl"
	"eslua/internal/clock"
)

func TestRepliesComeToTheirCommandsInOrder(t *testing.T) {
	c, p := newCall(t, asyncFull(), esl.Options{})
	sent := start(t, c, esl.API("one", ""), esl.Filter("a", "b"), esl.GetVar("x"), esl.API("two", "words here"))
	p.expect("api one")
	p.expect("filter a b")
	p.expect("getvar x")
	p.expect("api two words here")
	p.response("1\n")
	p.reply("+OK filter added. [a]=[b]")
	p.reply("-ERR command not found")
	p.response("2")
	wantReply(t, sent[2], "-ERR command not found")
	wantReply(t, sent[1], "+OK filter added. [a]=[b]")
	if r := await(t, sent[3]); r.Body != "2" || !r.OK() {
		t.Errorf("body %q, OK %v, want 2, true", r.Body, r.OK())
	}
	if r := await(t, sent[0]); r.Body != "1\n" || r.Text != "" {
		t.Errorf("body %q and text %q, want 1 and none", r.Body, r.Text)
	}
}

// counted counts the writes on a connection.
type counted struct {
	net.Conn
	writes atomic.Int64
}

func (c *counted) Write(b []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(b)
}

func TestCommandsThatStartTogetherAreOneWrite(t *testing.T) {
	ours, theirs := newPipe()
	nc := &counted{Conn: ours}
	c := esl.NewConn(nc, esl.Options{})
	defer c.Close()
	p := &peer{t: t, conn: theirs}
	start(t, c, esl.Connect(), esl.Linger(0), esl.SendEvent("CUSTOM", []esl.Header{{Name: "a", Value: "b"}}, "a body"))
	p.expect("connect")
	p.expect("linger")
	if got := p.expect("sendevent CUSTOM").body; got != "a body" {
		t.Errorf("body %q", got)
	}
	if n := nc.writes.Load(); n != 1 {
		t.Errorf("%d writes, want 1", n)
	}
}

func TestAReplyThatComesTooLateAnswersNoOtherCommand(t *testing.T) {
	c, p := newCall(t, asyncFull(), esl.Options{})
	for i := range 3 {
		ctx, giveUp := context.WithCancel(context.Background())
		giveUp()
		if _, err := c.Send(ctx, esl.API("slow", strconv.Itoa(i))); err != context.Canceled {
			t.Fatalf("Send with an ended context: %v, want %v", err, context.Canceled)
		}
	}
	sent := start(t, c, esl.API("fast", ""))
	for i := range 3 {
		p.expect("api slow " + strconv.Itoa(i))
		p.response("slow answer")
	}
	p.expect("api fast")
	p.response("fast answer")
	if got := await(t, sent[0]).Body; got != "fast answer" {
		t.Errorf("the fast command got %q", got)
	}
	if n := c.Stats().Unexpected; n != 0 {
		t.Errorf("%d unexpected replies, want 0: they were expected, but late", n)
	}
}

func TestAReplyThatWasGivenUpCanStillBeWaitedFor(t *testing.T) {
	c, p := newCall(t, asyncFull(), esl.Options{})
	sent := start(t, c, esl.API("slow", ""))
	ctx, giveUp := context.WithCancel(context.Background())
	giveUp()
	if _, err := sent[0].Wait(ctx); err != context.Canceled {
		t.Fatalf("Wait: %v, want %v", err, context.Canceled)
	}
	if _, _, done := sent[0].Poll(); done {
		t.Error("Poll: done before the reply")
	}
	p.response("at last")
	if got := await(t, sent[0]).Body; got != "at last" {
		t.Errorf("reply %q", got)
	}
	if r, err, done := sent[0].Poll(); r == nil || r.Body != "at last" || err != nil || !done {
		t.Errorf("Poll: %v, %v, %v", r, err, done)
	}
}

// TestWhatWasWaitedForInVainWakesTheConsumer: a reply or an event that comes after somebody has given up waiting for it.
func TestWhatWasWaitedForInVainWakesTheConsumer(t *testing.T) {
	c, p := newCall(t, asyncFull(), esl.Options{})
	ended, giveUp := context.WithCancel(context.Background())
	giveUp()
	sent := start(t, c, esl.API("slow", ""))
	if _, err := sent[0].Wait(ended); err != context.Canceled {
		t.Fatalf("Wait: %v, want %v", err, context.Canceled)
	}
	p.response("at last")
	for done := false; !done; _, _, done = sent[0].Poll() {
		if cause := c.Await(patience(t), time.Time{}); cause != clock.Woken {
			t.Fatalf("Await: %v, want %v", cause, clock.Woken)
		}
	}
}

func TestAReplyNobodyAskedForIsPassedOver(t *testing.T) {
	c, p := newCall(t, asyncFull(), esl.Options{})
	p.reply("+OK surprise")
	p.response("another")
	p.event("HEARTBEAT")
	if m, err := c.Recv(patience(t)); err != nil || m.Event.Name() != "HEARTBEAT" {
		t.Fatalf("Recv: %v, %v, want HEARTBEAT", m, err)
	}
	sent := start(t, c, esl.API("status", ""))
	p.response("fine")
	if got := await(t, sent[0]).Body; got != "fine" {
		t.Errorf("reply %q, want fine", got)
	}
	if n := c.Stats().Unexpected; n != 2 {
		t.Errorf("%d unexpected replies, want 2", n)
	}
}

func TestTheReplyToConnectTellsTheModeAndTheChannel(t *testing.T) {
	for _, m := range []esl.Mode{
		{Outbound: true}, {Outbound: true, Async: true}, {Outbound: true, Full: true}, {Outbound: true, Async: true, Full: true},
	} {
		c, p := newOutbound(t, esl.Options{})
		go func() {
			p.next()
			p.conn.Write([]byte(connectReply(m)))
		}()
		ev, err := c.Connect(patience(t))
		if err != nil {
			t.Fatal(err)
		}
		if ev.Get("unique-id") != channel || ev.Get("Caller-Caller-ID-Name") != "A Caller" || ev.Name() != "CHANNEL_DATA" {
			t.Errorf("%v: the channel's data are\n%v", m, ev)
		}
		if c.Mode() != m {
			t.Errorf("mode %v, want %v", c.Mode(), m)
		}
	}
}

func TestConnectFailsWithTheSwitchsWords(t *testing.T) {
	c, p := newOutbound(t, esl.Options{})
	go func() {
		p.next()
		p.conn.Write([]byte("Content-Type: command/reply\nReply-Text: -ERR no\n\n"))
	}()
	var refused *esl.ReplyError
	if ev, err := c.Connect(patience(t)); !errors.As(err, &refused) || refused.Text != "-ERR no" {
		t.Errorf("%v, %v, want the error reply", ev, err)
	}
	c.Close()
	if _, err := c.Connect(patience(t)); !errors.Is(err, esl.ErrClosed) {
		t.Errorf("after Close: %v, want %v", err, esl.ErrClosed)
	}
}

func TestEventsAreReceivedInOrder(t *testing.T) {
	c, p := newCall(t, asyncFull(), esl.Options{})
	const n = 2000
	go func() {
		for i := range n {
			p.conn.Write([]byte(eventFrame("DTMF", "Unique-ID", channel, "DTMF-Digit", strconv.Itoa(i))))
		}
	}()
	for i := range n {
		m, err := c.Recv(patience(t))
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Event.Get("DTMF-Digit"); got != strconv.Itoa(i) {
			t.Fatalf("digit %s, want %d", got, i)
		}
	}
}

func TestFramesThatAreNoRepliesAreReceived(t *testing.T) {
	c, p := newCall(t, asyncFull(), esl.Options{})
	p.send(frameOf("text/event-json", `{"Event-Name":"ONE"}`))
	p.send(frameOf("text/event-xml", "<event><headers><Event-Name>TWO</Event-Name></headers></event>"))
	p.send(frameOf("text/event-json", `{`))
	p.send(frameOf("text/other", "something"))
	p.send("Content-Type: log/data\nContent-Length: 5\nLog-Level: 4\nText-Channel: 0\nLog-File: a.c\nLog-Func: f\n" +
		"Log-Line: 12\nUser-Data: u-1\n\nline\n")
	p.send("Content-Type: text/disconnect-notice\nControlled-Session-UUID: " + channel +
		"\nContent-Disposition: linger\nChannel-Name: loopback/1\nLinger-Time: 30\nContent-Length: 0\n\n")
	next := func() esl.Message {
		t.Helper()
		m, err := c.Recv(patience(t))
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for _, want := range []string{"ONE", "TWO"} {
		if m := next(); m.Event == nil || m.Event.Name() != want {
			t.Errorf("%+v, want the event %s", m, want)
		}
	}
	if m := next(); m.Event != nil || m.Frame.Header("Content-Type") != "text/other" || string(m.Frame.Body) != "something" {
		t.Errorf("%+v, want the frame of unknown type", m)
	}
	m := next()
	if want := (esl.LogLine{Level: esl.LogWarning, File: "a.c", Func: "f", Line: 12, Channel: "u-1", Text: "line\n"}); m.Frame.LogLine() != want {
		t.Errorf("log line %+v, want %+v", m.Frame.LogLine(), want)
	}
	m = next()
	if want := (esl.LingerNotice{Channel: channel, Name: "loopback/1", Seconds: 30}); m.Linger == nil || *m.Linger != want {
		t.Errorf("linger notice %+v, want %+v", m.Linger, want)
	}
	if n := c.Stats().Malformed; n != 1 {
		t.Errorf("%d malformed events, want 1", n)
	}
	if end := c.End(); end != nil {
		t.Errorf("the connection has ended: %v", end)
	}
}

func TestRecvEndsWithItsContext(t *testing.T) {
	c, p := newCall(t, asyncFull(), esl.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := c.Recv(ctx); err != context.Canceled {
		t.Errorf("Recv: %v, want %v", err, context.Canceled)
	}
	p.event("ONE")
	if m, err := c.Recv(patience(t)); err != nil || m.Event.Name() != "ONE" {
		t.Errorf("Recv afterwards: %v, %v, want ONE", m, err)
	}
}

func TestAwaitWakesForEverythingThatConcernsItsGoroutine(t *testing.T) {
	c, p := newCall(t, asyncFull(), esl.Options{})
	woken := func(what string, done func() bool) {
		t.Helper()
		for !done() {
			if cause := c.Await(patience(t), time.Time{}); cause != clock.Woken {
				t.Fatalf("%s: %v, want %v", what, cause, clock.Woken)
			}
		}
	}
	sent := start(t, c, esl.API("status", ""))
	p.response("fine")
	woken("reply", func() bool { _, _, done := sent[0].Poll(); return done })

	app, err := c.Execute(esl.Execute{App: "answer", UUID: "e-1"})
	if err != nil {
		t.Fatal(err)
	}
	p.reply("+OK")
	p.event("CHANNEL_EXECUTE_COMPLETE", "Unique-ID", channel, "Application-UUID", "e-1")
	woken("completion", func() bool { _, _, done := app.Poll(); return done })
	woken("message", func() bool { _, ok := c.TryRecv(); return ok })

	app, err = c.Execute(esl.Execute{App: "answer", UUID: "e-2"})
	if err != nil {
		t.Fatal(err)
	}
	p.reply("-ERR invalid session id [x]")
	woken("error reply", func() bool { _, _, done := app.Poll(); return done })

	var interrupted atomic.Bool
	go func() {
		interrupted.Store(true)
		c.Interrupt()
	}()
	woken("Interrupt", interrupted.Load)
	go c.Close()
	woken("end", func() bool { return c.End() != nil })
}

func TestAwaitEndsAtItsTime(t *testing.T) {
	v := clock.NewVirtual(time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC))
	ours, theirs := v.Pipe(newPipe())
	defer theirs.Close()
	c := esl.NewConn(ours, esl.Options{Clock: v})
	defer c.Close()
	until := v.Now().Add(time.Hour)
	if cause := c.Await(context.Background(), until); cause != clock.Expired {
		t.Errorf("Await: %v, want %v", cause, clock.Expired)
	}
	if !v.Now().Equal(until) {
		t.Errorf("it is %v, want %v", v.Now(), until)
	}
}

// TestNoReplyIsCrossed lets many goroutines talk over one connection to a switch that answers each with its own words.
func TestNoReplyIsCrossed(t *testing.T) {
	const talkers, each = 8, 2000
	c, p := newCall(t, asyncFull(), esl.Options{})
	go func() {
		for n := 0; ; n++ {
			cmd, ok := p.next()
			if !ok {
				return
			}
			words := strings.TrimPrefix(cmd.line, "api echo ")
			if n%3 == 0 {
				p.conn.Write([]byte(eventFrame("HEARTBEAT")))
			}
			p.conn.Write([]byte(fmt.Sprintf("Content-Type: api/response\nContent-Length: %d\n\n%s", len(words), words)))
		}
	}()
	var wg sync.WaitGroup
	for talker := range talkers {
		wg.Go(func() {
			for i := range each {
				words := fmt.Sprintf("%d/%d", talker, i)
				ctx := context.Background()
				if i%10 == 9 { // given up: its reply must go nowhere
					ended, cancel := context.WithCancel(ctx)
					cancel()
					ctx = ended
				}
				r, err := c.Send(ctx, esl.API("echo", words))
				switch {
				case err != nil && ctx.Err() == nil:
					t.Errorf("%s: %v", words, err)
					return
				case err == nil && r.Body != words:
					t.Errorf("%s: got the reply %s", words, r.Body)
					return
				}
			}
		})
	}
	wg.Wait()
	await(t, start(t, c, esl.API("echo", "the end"))[0])
	if s := c.Stats(); s.Unexpected != 0 {
		t.Errorf("%d unexpected replies, want 0", s.Unexpected)
	}
}

func TestNoGoroutineIsLeftByManyConnections(t *testing.T) {
	before, others := runtime.NumGoroutine(), goleak.IgnoreCurrent()
	var all []*esl.Conn
	for range 200 {
		c, _ := newCall(t, asyncFull(), esl.Options{})
		all = append(all, c)
	}
	if n := runtime.NumGoroutine() - before; n > 220 {
		t.Errorf("200 connections have %d goroutines, want one each", n)
	}
	for _, c := range all {
		c.Close()
	}
	if err := goleak.Find(others); err != nil {
		t.Error(err)
	}
}
