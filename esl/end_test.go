package esl_test

import (
	"context"
	"errors"
	"net"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"eslua/esl"
	"eslua/internal/clock"
)

const goodbye = "Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n"

func TestTheEndOfAConnectionHasItsReason(t *testing.T) {
	for name, tt := range map[string]struct {
		last   string
		reason esl.EndReason
		text   string
		err    error
		prints string
	}{
		"the switch says goodbye": {
			last:   "Content-Type: text/disconnect-notice\nContent-Length: 67\n\n" + goodbye,
			reason: esl.EndNotice, text: strings.TrimRight(goodbye, "\n"),
			prints: `esl: connection has ended (notice): "Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/"`,
		},
		"the switch goes without a word": {
			reason: esl.EndEOF,
			prints: `esl: connection has ended (eof)`,
		},
		"the switch ends within a frame": {
			last:   "Content-Type: api/response\nContent-Length: 10\n\nhalf",
			reason: esl.EndBroken,
			prints: `esl: connection has ended (broken): unexpected EOF`,
		},
		"the access list refuses us": {
			last:   "Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n",
			reason: esl.EndRejected, text: "Access Denied, go away.",
			prints: `esl: connection has ended (rejected): "Access Denied, go away."`,
		},
		"what comes is no frame": {
			last:   "Content-Length: -1\n\n",
			reason: esl.EndBroken, err: esl.ErrContentLength,
			prints: `esl: connection has ended (broken): esl: read frame: Content-Length "-1" is not a length`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, p := newCall(t, asyncFull(), esl.Options{})
			sent := start(t, c, esl.API("status", ""))
			job, err := c.BgAPI("job-1", "status", "")
			if err != nil {
				t.Fatal(err)
			}
			p.event("CHANNEL_HANGUP", "Unique-ID", channel)
			p.send(tt.last)
			p.conn.Close()
			if m, err := c.Recv(patience(t)); err != nil || m.Event.Name() != "CHANNEL_HANGUP" {
				t.Errorf("before the end: %v, %v, want CHANNEL_HANGUP", m, err)
			}
			end := wantEnd(t, c, tt.reason)
			if end.Text != tt.text || end.Error() != tt.prints || !errors.Is(end, esl.ErrClosed) {
				t.Errorf("text %q, prints as\n%v\nwant %q and\n%s", end.Text, end, tt.text, tt.prints)
			}
			if tt.err != nil && !errors.Is(end, tt.err) {
				t.Errorf("%v does not wrap %v", end, tt.err)
			}
			if _, err := sent[0].Wait(patience(t)); err != error(end) {
				t.Errorf("the command that waits: %v, want %v", err, end)
			}
			if _, err := job.Wait(patience(t)); err != error(end) {
				t.Errorf("the job that is awaited: %v, want %v", err, end)
			}
			if _, err := c.Start(esl.API("status", "")); err != error(end) {
				t.Errorf("a command afterwards: %v, want %v", err, end)
			}
			if _, err := c.BgAPI("job-2", "status", ""); err != error(end) {
				t.Errorf("a job afterwards: %v, want %v", err, end)
			}
			if got := c.Await(patience(t), time.Time{}); got != clock.Woken {
				t.Errorf("Await afterwards: %v, want %v", got, clock.Woken)
			}
		})
	}
}

// tcpPair is both ends of a TCP connection on the loopback interface.
func tcpPair(t testing.TB) (ours, theirs *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	a, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	b, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		a.Close()
		b.Close()
	})
	return a.(*net.TCPConn), b.(*net.TCPConn)
}

func TestAResetConnectionIsBroken(t *testing.T) {
	ours, theirs := tcpPair(t)
	c := esl.NewConn(ours, esl.Options{})
	theirs.SetLinger(0)
	theirs.Close()
	if end := wantEnd(t, c, esl.EndBroken); end.Err == nil {
		t.Errorf("%v, want the cause in it", end)
	}
}

// deaf is a connection whose writes fail.
type deaf struct {
	net.Conn
	err error
}

func (d deaf) Write([]byte) (int, error) { return 0, d.err }

func TestTheLastWordsOfTheSwitchAreHeardAfterAFailedWrite(t *testing.T) {
	ours, theirs := newPipe()
	c := esl.NewConn(deaf{ours, errors.New("broken pipe")}, esl.Options{})
	defer c.Close()
	sent := start(t, c, esl.Connect())
	p := &peer{t: t, conn: theirs}
	p.event("CHANNEL_HANGUP", "Unique-ID", channel)
	p.send("Content-Type: text/disconnect-notice\nContent-Length: 67\n\n" + goodbye)
	if m, err := c.Recv(patience(t)); err != nil || m.Event.Name() != "CHANNEL_HANGUP" {
		t.Errorf("Recv: %v, %v, want CHANNEL_HANGUP", m, err)
	}
	end := wantEnd(t, c, esl.EndNotice)
	if _, err := sent[0].Wait(patience(t)); err != error(end) {
		t.Errorf("the command: %v, want %v", err, end)
	}
}

// dated notes the deadlines that are set for reads.
type dated struct {
	deaf
	deadlines atomic.Int64
}

func (d *dated) SetReadDeadline(time.Time) error {
	d.deadlines.Add(1)
	return nil
}

// TestFurtherWritesDoNotPutTheEndOff: a program that goes on sending to a switch that has gone learns of it all the same.
func TestFurtherWritesDoNotPutTheEndOff(t *testing.T) {
	ours, _ := newPipe()
	nc := &dated{deaf: deaf{ours, errors.New("broken pipe")}}
	c := esl.NewConn(nc, esl.Options{})
	defer c.Close()
	for range 3 {
		start(t, c, esl.Connect())
	}
	if n := nc.deadlines.Load(); n != 1 {
		t.Errorf("%d deadlines were set, want 1", n)
	}
}

func TestASwitchThatTakesNothingEndsTheConnection(t *testing.T) {
	ours, _ := newPipe()
	c := esl.NewConn(deaf{ours, os.ErrDeadlineExceeded}, esl.Options{})
	sent := start(t, c, esl.Connect())
	end := wantEnd(t, c, esl.EndBroken)
	if !errors.Is(end, os.ErrDeadlineExceeded) {
		t.Errorf("%v, want the cause in it", end)
	}
	if _, err := sent[0].Wait(patience(t)); err != error(end) {
		t.Errorf("the command: %v, want %v", err, end)
	}
}

func TestAWriteThatIsNotTakenTimesOut(t *testing.T) {
	ours, _ := tcpPair(t)
	c := esl.NewConn(ours, esl.Options{WriteTimeout: 10 * time.Millisecond})
	large := esl.SendEvent("CUSTOM", nil, strings.Repeat("x", 16<<20)) // more than the system's buffers take
	start(t, c, esl.Connect(), large)
	if end := wantEnd(t, c, esl.EndBroken); !errors.Is(end, os.ErrDeadlineExceeded) {
		t.Errorf("%v, want a deadline in it", end)
	}
}

func TestCloseEndsEverythingThatWaits(t *testing.T) {
	c, p := newCall(t, asyncFull(), esl.Options{})
	sent := start(t, c, esl.API("never", "answered"))
	p.expect("api never answered")
	job, err := c.BgAPI("job-1", "never", "answered")
	if err != nil {
		t.Fatal(err)
	}
	errs := make(chan error)
	go func() { _, err := sent[0].Wait(context.Background()); errs <- err }()
	go func() { _, err := job.Wait(context.Background()); errs <- err }()
	go func() { _, err := c.Recv(context.Background()); errs <- err }()
	for range 16 {
		go func() { errs <- c.Close() }()
	}
	closed := 0
	for range 19 {
		switch err := <-errs; {
		case err == nil:
			closed++
		case !errors.Is(err, esl.ErrClosed):
			t.Errorf("%v, want %v", err, esl.ErrClosed)
		}
	}
	if closed != 16 {
		t.Errorf("%d calls of Close returned nil, want 16", closed)
	}
	if end := c.End(); end == nil || end.Reason != esl.EndClosed {
		t.Errorf("end %v, want %v", end, esl.EndClosed)
	}
	if _, ok := p.next(); !ok {
		t.Error("the switch did not receive the second command")
	}
	if c, ok := p.next(); ok {
		t.Errorf("the switch received %v, want the end", c)
	}
}

func TestWhatCameBeforeTheEndCanStillBeReceived(t *testing.T) {
	c, p := newCall(t, asyncFull(), esl.Options{})
	sent := start(t, c, esl.API("status", ""))
	p.event("ONE")
	p.event("TWO")
	p.response("fine")
	await(t, sent[0])
	c.Close()
	if got := received(c, ""); !slices.Equal(got, []string{"ONE", "TWO"}) {
		t.Errorf("received %v, want ONE and TWO", got)
	}
	wantEnd(t, c, esl.EndClosed)
}
