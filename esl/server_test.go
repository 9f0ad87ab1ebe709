package esl_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"eslua/esl"
	"eslua/internal/clock"
)

// logText collects what is logged.
type logText struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logText) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *logText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func (l *logText) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

// serve runs a server on a listener of its own. Its outcome comes to the channel.
func serve(t *testing.T, ctx context.Context, s *esl.Server) (addr string, served <-chan error) {
	t.Helper()
	l := listen(t)
	if s.Log == nil {
		s.Log = (&logText{}).logger()
	}
	ctx, cancel := context.WithCancel(ctx)
	outcome, done := make(chan error, 1), make(chan struct{})
	go func() {
		outcome <- s.Serve(ctx, l)
		close(done)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return l.Addr().String(), outcome
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// call connects to a server as the switch does.
func call(t *testing.T, addr string) *peer {
	t.Helper()
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close() })
	return &peer{t: t, conn: nc}
}

// wantClosed takes the end of the connection for the only thing that may come.
func (p *peer) wantClosed() {
	p.t.Helper()
	if c, ok := p.next(); ok {
		p.t.Errorf("the command %v came, want the end of the connection", c)
	}
}

func TestEachCallHasAHandlerOfItsOwn(t *testing.T) {
	const calls = 20
	var inside sync.WaitGroup
	inside.Add(calls)
	s := &esl.Server{Handler: func(ctx context.Context, c *esl.Conn) {
		if _, err := c.Connect(ctx); err != nil {
			t.Error(err)
		}
		inside.Done()
		inside.Wait() // until all calls are here
		r, err := c.Send(ctx, esl.Exit())
		if err != nil || r.Text != "+OK bye" {
			t.Errorf("exit: %v, %v", r, err)
		}
	}}
	addr, _ := serve(t, t.Context(), s)
	var peers []*peer
	for range calls {
		p := call(t, addr)
		p.connected(asyncFull())
		peers = append(peers, p)
	}
	for _, p := range peers {
		p.expect("exit")
	}
	if n := s.Calls(); n != calls {
		t.Errorf("%d calls, want %d", n, calls)
	}
	for _, p := range peers {
		p.reply("+OK bye")
		p.wantClosed()
	}
	if err := s.Shutdown(patience(t)); err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	if n := s.Calls(); n != 0 {
		t.Errorf("%d calls at the end, want 0", n)
	}
}

// fakeListener accepts what is sent to it.
type fakeListener struct {
	accepted chan accepted
	once     sync.Once
	closed   chan struct{}
}

type accepted struct {
	conn net.Conn
	err  error
}

func newFakeListener() *fakeListener {
	return &fakeListener{accepted: make(chan accepted), closed: make(chan struct{})}
}

func (l *fakeListener) Accept() (net.Conn, error) {
	select {
	case a := <-l.accepted:
		return a.conn, a.err
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *fakeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *fakeListener) Addr() net.Addr { return pipeAddr{} }

// from is a connection from an address.
type from struct {
	net.Conn
	addr textAddr
}

func (f from) RemoteAddr() net.Addr { return f.addr }

type textAddr string

func (a textAddr) Network() string { return "tcp" }
func (a textAddr) String() string  { return string(a) }

func TestOnlyAddressesOfTheAllowListMayConnect(t *testing.T) {
	for _, tt := range []struct {
		allow   string
		addr    textAddr
		allowed bool
	}{
		{"", "192.0.2.1:5000", true},
		{"", "no address", true},
		{"192.0.2.0/24", "192.0.2.1:5000", true},
		{"192.0.2.0/24", "192.0.3.1:5000", false},
		{"192.0.2.0/24", "[::ffff:192.0.2.1]:5000", true},
		{"192.0.2.0/24", "[2001:db8::1]:5000", false},
		{"192.0.2.0/24", "no address", false},
		{"192.0.2.7/32 2001:db8::/32", "[2001:db8::1]:5000", true},
		{"192.0.2.7/32 2001:db8::/32", "192.0.2.7:5000", true},
		{"192.0.2.7/32 2001:db8::/32", "192.0.2.8:5000", false},
		{"fe80::/10", "[fe80::1%eth0]:5000", true},
		{"0.0.0.0/0", "[::1]:5000", false},
	} {
		log := &logText{}
		handled := make(chan bool, 1)
		s := &esl.Server{
			Handler: func(context.Context, *esl.Conn) { handled <- true },
			Log:     log.logger(),
		}
		for _, p := range strings.Fields(tt.allow) {
			s.Allow = append(s.Allow, netip.MustParsePrefix(p))
		}
		l := newFakeListener()
		go s.Serve(t.Context(), l)
		ours, theirs := newPipe()
		l.accepted <- accepted{conn: from{ours, tt.addr}}
		if b, err := io.ReadAll(theirs); len(b) > 0 || err != nil {
			t.Errorf("%v from %s: %q, %v, want only the end", tt.allow, tt.addr, b, err)
		}
		if err := s.Shutdown(patience(t)); err != nil {
			t.Fatal(err)
		}
		if got := len(handled) > 0; got != tt.allowed {
			t.Errorf("%q from %s: handled %v, want %v", tt.allow, tt.addr, got, tt.allowed)
		}
		if refused := strings.Contains(log.String(), "refused by the allow-list"); refused == tt.allowed {
			t.Errorf("%q from %s: logged %q", tt.allow, tt.addr, log)
		}
	}
}

func TestShutdownLetsCallsEnd(t *testing.T) {
	s := &esl.Server{Handler: func(ctx context.Context, c *esl.Conn) {
		if _, err := c.Connect(ctx); err != nil {
			return // one of those that only look whether it still listens
		}
		if _, err := c.Send(ctx, esl.API("status", "")); err != nil {
			t.Errorf("during Shutdown: %v", err)
		}
	}}
	addr, served := serve(t, t.Context(), s)
	p := call(t, addr)
	p.connected(asyncFull())
	p.expect("api status")
	down := make(chan error, 1)
	go func() { down <- s.Shutdown(context.Background()) }()
	for { // until it listens no more
		nc, err := net.Dial("tcp", addr)
		if err != nil {
			break
		}
		nc.Close()
	}
	select {
	case err := <-down:
		t.Errorf("Shutdown returned during the call: %v", err)
	case err := <-served:
		t.Errorf("Serve returned during the call: %v", err)
	default:
	}
	p.response("fine")
	p.wantClosed()
	if err := <-down; err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	if err := <-served; err != esl.ErrServerClosed {
		t.Errorf("Serve: %v, want %v", err, esl.ErrServerClosed)
	}
	if err := s.Serve(t.Context(), listen(t)); err != esl.ErrServerClosed {
		t.Errorf("Serve afterwards: %v, want %v", err, esl.ErrServerClosed)
	}
	if err := s.Shutdown(t.Context()); err != nil {
		t.Errorf("Shutdown again: %v", err)
	}
}

func TestShutdownWithoutPatienceClosesTheCalls(t *testing.T) {
	ended := make(chan error, 1)
	s := &esl.Server{Handler: func(ctx context.Context, c *esl.Conn) {
		_, err := c.Connect(ctx)
		<-ctx.Done()
		ended <- err
	}}
	addr, served := serve(t, t.Context(), s)
	p := call(t, addr)
	p.expect("connect")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Shutdown(ctx); err != context.Canceled {
		t.Errorf("Shutdown: %v, want %v", err, context.Canceled)
	}
	if err := <-ended; !errors.Is(err, esl.ErrClosed) && err != context.Canceled {
		t.Errorf("the command of the call: %v, want an end", err)
	}
	p.wantClosed()
	if err := <-served; err != esl.ErrServerClosed {
		t.Errorf("Serve: %v, want %v", err, esl.ErrServerClosed)
	}
}

func TestServeEndsWithItsContext(t *testing.T) {
	started, ended := make(chan bool), make(chan bool, 1)
	s := &esl.Server{Handler: func(ctx context.Context, c *esl.Conn) {
		started <- true
		<-ctx.Done()
		ended <- true
	}}
	ctx, cancel := context.WithCancel(context.Background())
	addr, served := serve(t, ctx, s)
	p := call(t, addr)
	<-started
	cancel()
	if err := <-served; err != esl.ErrServerClosed {
		t.Errorf("Serve: %v, want %v", err, esl.ErrServerClosed)
	}
	if len(ended) != 1 {
		t.Error("Serve did not wait for the handler")
	}
	p.wantClosed()
	if nc, err := net.Dial("tcp", addr); err == nil {
		nc.Close()
		t.Error("it still listens")
	}
}

func TestAPanicCostsOneCall(t *testing.T) {
	log := &logText{}
	s := &esl.Server{Log: log.logger(), Handler: func(ctx context.Context, c *esl.Conn) {
		if _, err := c.Connect(ctx); err != nil {
			t.Error(err)
		}
		if c.Mode().Async {
			panic("what a call")
		}
		c.Send(ctx, esl.Exit())
	}}
	addr, _ := serve(t, t.Context(), s)
	good, bad := call(t, addr), call(t, addr)
	bad.connected(asyncFull())
	bad.wantClosed()
	good.connected(esl.Mode{Outbound: true})
	good.expect("exit")
	good.reply("+OK bye")
	good.wantClosed()
	if err := s.Shutdown(patience(t)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"handler panicked", "what a call", "server_test.go", bad.conn.LocalAddr().String()} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %q:\n%s", want, log)
		}
	}
}

// failingListener fails to accept some times, and notes when it was asked.
type failingListener struct {
	*fakeListener
	clock clock.Clock
	fails int
	asked []time.Time
}

func (l *failingListener) Accept() (net.Conn, error) {
	l.asked = append(l.asked, l.clock.Now())
	if len(l.asked) <= l.fails {
		return nil, errors.New("too many open files")
	}
	return nil, net.ErrClosed
}

func TestAcceptIsTriedAgainAfterErrors(t *testing.T) {
	begin := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	v := clock.NewVirtual(begin)
	log := &logText{}
	s := &esl.Server{Log: log.logger(), Options: esl.Options{Clock: v}}
	l := &failingListener{fakeListener: newFakeListener(), clock: v, fails: 10}
	if err := s.Serve(context.Background(), l); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Serve: %v, want %v", err, net.ErrClosed)
	}
	var pauses []time.Duration
	for i, at := range l.asked[1:] {
		pauses = append(pauses, at.Sub(l.asked[i])/time.Millisecond)
	}
	want := []time.Duration{5, 10, 20, 40, 80, 160, 320, 640, 1000, 1000}
	if len(pauses) != len(want) {
		t.Fatalf("pauses of %d ms, want %d", pauses, want)
	}
	for i := range want {
		if pauses[i] != want[i] {
			t.Fatalf("pauses of %d ms, want %d", pauses, want)
		}
	}
	if n := strings.Count(log.String(), "too many open files"); n != 10 {
		t.Errorf("%d errors logged, want 10:\n%s", n, log)
	}
}

func TestAListenerThatBreaksDoesNotWaitForTheCallsOfAnother(t *testing.T) {
	release := make(chan bool)
	s := &esl.Server{Log: (&logText{}).logger(), Handler: func(ctx context.Context, c *esl.Conn) {
		c.Connect(ctx)
		<-release
	}}
	addr, served := serve(t, t.Context(), s)
	p := call(t, addr)
	p.connected(asyncFull())
	broken := listen(t)
	broken.Close()
	if err := s.Serve(t.Context(), broken); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Serve with a closed listener: %v, want %v", err, net.ErrClosed)
	}
	select {
	case err := <-served:
		t.Errorf("the other listener ended, too: %v", err)
	default:
	}
	close(release)
	p.wantClosed()
}

func TestShutdownBeforeServeIsDoneAtOnce(t *testing.T) {
	s := &esl.Server{}
	if err := s.Shutdown(t.Context()); err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	l := listen(t)
	if err := s.Serve(t.Context(), l); err != esl.ErrServerClosed {
		t.Errorf("Serve: %v, want %v", err, esl.ErrServerClosed)
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the listener is still open: %v", err)
	}
}

// heldListener accepts nothing until it is let go.
type heldListener struct {
	*net.TCPListener
	late            bool // it is still too late then: the deadline has come
	accepting, open chan struct{}
	told            chan struct{} // closed when a deadline is set
	once, first     sync.Once
}

func (l *heldListener) Accept() (net.Conn, error) {
	l.first.Do(func() { close(l.accepting) })
	<-l.open
	if l.late {
		return nil, os.ErrDeadlineExceeded
	}
	return l.TCPListener.Accept()
}

func (l *heldListener) SetDeadline(t time.Time) error {
	l.once.Do(func() { close(l.told) })
	return l.TCPListener.SetDeadline(t)
}

// TestShutdownServesWhoHasConnected: connections that the system has taken and the server has not yet are served.
func TestShutdownServesWhoHasConnected(t *testing.T) {
	for _, late := range []bool{false, true} {
		tcp, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		l := &heldListener{
			TCPListener: tcp.(*net.TCPListener), late: late,
			accepting: make(chan struct{}), open: make(chan struct{}), told: make(chan struct{}),
		}
		var served atomic.Int32
		s := &esl.Server{Handler: func(context.Context, *esl.Conn) { served.Add(1) }}
		done := make(chan error, 2)
		go func() { done <- s.Serve(t.Context(), l) }()
		<-l.accepting
		const calls = 5
		for range calls {
			c, err := net.Dial("tcp", tcp.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
		}
		go func() { done <- s.Shutdown(t.Context()) }()
		<-l.told
		close(l.open)
		for range cap(done) {
			if err := <-done; err != nil && err != esl.ErrServerClosed {
				t.Error(err)
			}
		}
		if n := served.Load(); n != calls {
			t.Errorf("late %t: %d of %d calls were served", late, n, calls)
		}
		if c, err := net.Dial("tcp", tcp.Addr().String()); err == nil {
			c.Close()
			t.Errorf("late %t: it still listens", late)
		}
	}
}
