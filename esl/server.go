package esl

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"runtime/debug"
	"sync"
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

	mu        sync.Mutex
	listeners map[net.Listener]bool
	calls     *clock.Group
	closing   bool
	abort     map[int]context.CancelFunc
	serves    int
}

// Serve accepts connections from l until ctx ends or Shutdown is called, closes l, and returns ErrServerClosed. When ctx
// ends, the contexts of the handlers end with it and their connections are closed; Serve waits for them.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	ck := clock.Or(s.Options.Clock)
	l = ck.Listener(l)
	defer l.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	id, err := s.open(l, ck, cancel)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	err = s.accept(ctx, ck, l)
	if s.forget(l) || ctx.Err() != nil {
		err = ErrServerClosed // the calls go on until they end, or the context of Shutdown or of Serve does
	} else {
		cancel()
	}
	s.calls.Wait(context.Background())
	s.mu.Lock()
	delete(s.abort, id)
	s.mu.Unlock()
	return err
}

// forget takes a closed listener off the list, and tells whether the server is closing.
func (s *Server) forget(l net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.listeners, l)
	return s.closing
}

func (s *Server) open(l net.Listener, ck clock.Clock, cancel context.CancelFunc) (id int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return 0, ErrServerClosed
	}
	if s.calls == nil {
		s.calls = clock.NewGroup(ck)
		s.listeners = make(map[net.Listener]bool)
		s.abort = make(map[int]context.CancelFunc)
	}
	s.serves++
	s.listeners[l] = true
	s.abort[s.serves] = cancel
	return s.serves, nil
}

func (s *Server) accept(ctx context.Context, ck clock.Clock, l net.Listener) error {
	pause := 5 * time.Millisecond
	for {
		nc, err := l.Accept()
		if err == nil {
			pause = 5 * time.Millisecond
			s.take(ctx, nc)
			continue
		}
		if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("esl: accept: %w", err)
		}
		// Out of descriptors or memory: calls that end will free some.
		s.log().Error("accept failed", "addr", l.Addr(), "err", err, "retry_in", pause)
		if clock.Sleep(ctx, ck, pause) != nil {
			return fmt.Errorf("esl: accept: %w", err)
		}
		pause = min(2*pause, time.Second)
	}
}

// take starts the handler for one accepted connection.
func (s *Server) take(ctx context.Context, nc net.Conn) {
	if !s.allowed(nc.RemoteAddr()) {
		s.log().Warn("connection refused by the allow-list", "addr", nc.RemoteAddr())
		nc.Close()
		return
	}
	c := NewConn(nc, s.Options)
	s.calls.Go(func() {
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
		if p.Contains(ap.Addr().Unmap()) {
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
	s.mu.Lock()
	calls := s.calls
	s.mu.Unlock()
	if calls == nil {
		return 0
	}
	return calls.Running()
}

// Shutdown stops accepting, then waits until all handlers have returned. When ctx ends first, it ends the handlers'
// contexts, closes their connections, waits for them, and returns the context's error.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.closing = true
	for l := range s.listeners {
		l.Close()
	}
	calls := s.calls
	s.mu.Unlock()
	if calls == nil {
		return nil
	}
	err := calls.Wait(ctx)
	if err == nil {
		return nil
	}
	s.mu.Lock()
	for _, cancel := range s.abort {
		cancel()
	}
	s.mu.Unlock()
	calls.Wait(context.Background())
	return err
}
