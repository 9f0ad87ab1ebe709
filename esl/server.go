package esl

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/netip"
	"os"
	"runtime/debug"
	"slices"
	"sync"
	"syscall"
	"time"

	"eslua/internal/clock"
)

// ErrServerClosed is what Serve returns after Shutdown or the end of its context.
var ErrServerClosed = errors.New("esl: server closed")

// Server takes the connections that the switch opens with the socket application, one for each call, and runs a handler
// for each. Its fields must not change once it serves.
type Server struct {
	// Handler serves one call in a goroutine of its own. The connection is closed when it returns, so it should end the
	// call in good order first: see Exit and Conn.Close. Its context ends when the server is closed for good.
	Handler func(ctx context.Context, c *Conn)
	// Allow lists the addresses that may connect; empty: all. Others are closed at once.
	Allow []netip.Prefix
	// Options are those of the connections.
	Options Options
	// Log receives what happens outside of calls; nil is slog.Default.
	Log *slog.Logger

	buffers buffers

	mu      sync.Mutex
	closing bool
	serving map[*serving]bool
}

// serving is one call of Serve.
type serving struct {
	listener  net.Listener
	accepting *clock.Group // the goroutine that accepts
	stop      context.CancelFunc
	calls     *clock.Group
	abort     context.CancelFunc
	until     time.Time // set by Shutdown: how long connections are still accepted
}

// Serve accepts connections from l until ctx ends or Shutdown is called, closes l, and returns ErrServerClosed. When ctx
// ends, the contexts of the handlers end with it and their connections are closed; Serve waits for the handlers that it
// started. Several listeners may be served at once.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	ck := clock.Or(s.Options.Clock)
	l = ck.Listener(l)
	defer l.Close()
	ctx, abort := context.WithCancel(ctx)
	defer abort()
	accepting, stop := context.WithCancel(ctx)
	defer stop()
	context.AfterFunc(accepting, func() { l.Close() })
	sv := &serving{listener: l, accepting: clock.NewGroup(ck), stop: stop, calls: clock.NewGroup(ck), abort: abort}
	var err error
	if !s.begin(sv, func() { err = s.accept(ctx, accepting, ck, sv) }) {
		return ErrServerClosed
	}
	sv.accepting.Wait(context.Background())
	if s.isClosing() || ctx.Err() != nil {
		err = ErrServerClosed // the calls go on until they end, or the context of Shutdown or of Serve does
	} else {
		abort()
	}
	sv.calls.Wait(context.Background())
	s.mu.Lock()
	delete(s.serving, sv)
	s.mu.Unlock()
	return err
}

// begin starts to accept, unless the server is closing.
func (s *Server) begin(sv *serving, accept func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return false
	}
	if s.serving == nil {
		s.serving = make(map[*serving]bool)
	}
	s.serving[sv] = true
	sv.accepting.Go(accept)
	return true
}

func (s *Server) isClosing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closing
}

// accept takes connections until accepting ends. ctx is that of the handlers.
func (s *Server) accept(ctx, accepting context.Context, ck clock.Clock, sv *serving) error {
	pause := 5 * time.Millisecond
	for {
		last := s.lastTurn(ck, sv)
		nc, err := sv.listener.Accept()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			if last {
				s.acceptRest(ctx, sv)
				sv.listener.Close()
				return ErrServerClosed
			}
			continue
		}
		if err == nil {
			pause = 5 * time.Millisecond
			s.take(ctx, sv, nc)
			continue
		}
		if accepting.Err() != nil || errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("esl: accept: %w", err)
		}
		// Out of descriptors or memory: calls that end will free some.
		s.log().Error("accept failed", "addr", sv.listener.Addr(), "err", err, "retry_in", pause)
		if clock.Sleep(accepting, ck, pause) != nil {
			return fmt.Errorf("esl: accept: %w", err)
		}
		pause = min(2*pause, time.Second)
	}
}

const (
	// backlogTime is how long a listener that is to be closed waits for one more connection.
	backlogTime = 5 * time.Millisecond
	// backlogLimit is how long it accepts others in all.
	backlogLimit = 500 * time.Millisecond
)

// deadliner is a listener that can stop accepting without being closed, as those of TCP are.
type deadliner interface{ SetDeadline(time.Time) error }

// leave has a listener accept what waits in the system's queue, and no more than that. To close it at once would reset
// those connections, and the switch strands callers whose connection ends without a word (event-socket.md 1.2).
func (s *Server) leave(ck clock.Clock, sv *serving) {
	d, ok := sv.listener.(deadliner)
	if !ok {
		sv.stop()
		sv.listener.Close()
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	sv.until = ck.Now().Add(backlogLimit)
	d.SetDeadline(ck.Now()) // wakes it
}

// lastTurn limits how long the next connection is waited for if the server is closing.
func (s *Server) lastTurn(ck clock.Clock, sv *serving) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sv.until.IsZero() {
		return false
	}
	next := ck.Now().Add(backlogTime)
	if next.After(sv.until) {
		next = sv.until
	}
	sv.listener.(deadliner).SetDeadline(next)
	return true
}

// acceptRest takes what has come into the system's queue since the last look at it.
func (s *Server) acceptRest(ctx context.Context, sv *serving) {
	l, ok := sv.listener.(syscall.Conn)
	for ok {
		nc, err := acceptNow(l)
		if err != nil {
			s.log().Error("accept failed", "addr", sv.listener.Addr(), "err", err)
		}
		if nc == nil {
			return
		}
		s.take(ctx, sv, nc)
	}
}

// take starts the handler for one accepted connection.
func (s *Server) take(ctx context.Context, sv *serving, nc net.Conn) {
	if !s.allowed(nc.RemoteAddr()) {
		s.log().Warn("connection refused by the allow-list", "addr", nc.RemoteAddr())
		nc.Close()
		return
	}
	c := newOutbound(nc, s.Options, &s.buffers)
	sv.calls.Go(func() {
		stop := context.AfterFunc(ctx, func() { c.Close() })
		defer func() {
			if p := recover(); p != nil {
				s.log().Error("handler panicked", "addr", nc.RemoteAddr(), "panic", p, "stack", string(debug.Stack()))
			}
			stop()
			c.Close()
			c.reader.Wait(context.Background())
		}()
		s.Handler(ctx, c)
	})
}

func (s *Server) allowed(addr net.Addr) bool {
	if len(s.Allow) == 0 {
		return true
	}
	ap, err := netip.ParseAddrPort(addr.String())
	if err != nil {
		return false
	}
	for _, p := range s.Allow {
		if p.Contains(ap.Addr().Unmap().WithZone("")) {
			return true
		}
	}
	return false
}

func (s *Server) log() *slog.Logger {
	if s.Log != nil {
		return s.Log
	}
	return slog.Default()
}

// Calls is how many handlers run.
func (s *Server) Calls() int {
	n := 0
	for _, sv := range s.all() {
		n += sv.calls.Running()
	}
	return n
}

func (s *Server) all() []*serving {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.serving))
}

// Shutdown stops accepting, then waits until all handlers have returned. When ctx ends first, it ends the handlers'
// contexts, closes their connections, waits for them, and returns the context's error.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.closing = true
	s.mu.Unlock()
	all := s.all()
	for _, sv := range all {
		s.leave(clock.Or(s.Options.Clock), sv)
	}
	for _, sv := range all {
		sv.accepting.Wait(context.Background()) // what it has accepted is served: to close it would strand the caller
		sv.stop()
		sv.listener.Close()
	}
	for _, sv := range all {
		if err := sv.calls.Wait(ctx); err != nil {
			s.close(all)
			return err
		}
	}
	return nil
}

// close ends all calls at once.
func (s *Server) close(all []*serving) {
	for _, sv := range all {
		sv.abort()
	}
	for _, sv := range all {
		sv.calls.Wait(context.Background())
	}
}
