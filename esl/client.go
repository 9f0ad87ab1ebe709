package esl

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"eslua/internal/clock"
)

// ClientConfig is what a Client needs to know. Zero fields mean their defaults.
type ClientConfig struct {
	// Addr is the switch's listener, host:port.
	Addr  string
	Login Login
	// Options are those of each connection.
	Options Options
	// Filters are set on each connection, as Filter(header, value) in this order. One that lets BACKGROUND_JOB pass is
	// added to them.
	Filters []Header
	// BackoffMin and BackoffMax bound the pause before the next try to connect: it doubles from try to try, and a random
	// part of up to a half is taken off it. 250 ms and 30 s by default.
	BackoffMin, BackoffMax time.Duration
	// ConnectTimeout is how long connecting and logging in may take; 10 s by default.
	ConnectTimeout time.Duration
	// Liveness is how long the switch may be silent before it is asked for a sign of life, and then how long it may take
	// to answer; 30 s by default.
	Liveness time.Duration
	// Rand gives the random part of pauses, from 0 to 1; nil is math/rand/v2.
	Rand func() float64
	// Log receives connections and their ends; nil is slog.Default. The password is never in it.
	Log *slog.Logger
}

func (cfg ClientConfig) withDefaults() ClientConfig {
	set := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	set(&cfg.BackoffMin, 250*time.Millisecond)
	set(&cfg.BackoffMax, 30*time.Second)
	set(&cfg.ConnectTimeout, 10*time.Second)
	set(&cfg.Liveness, 30*time.Second)
	if cfg.Rand == nil {
		cfg.Rand = rand.Float64
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	return cfg
}

// ErrClientClosed is what a Client's methods return after Close.
var ErrClientClosed = errors.New("esl: client closed")

// Client is a connection to the switch that is made anew whenever it ends. Subscriptions go on over that, with a Gap in
// their stream where events were missed.
type Client struct {
	cfg     ClientConfig
	clock   clock.Clock
	group   *clock.Group
	ctx     context.Context
	cancel  context.CancelFunc
	waker   *clock.Waiter // of the goroutine that keeps the connection
	nextJob func() string

	mu      sync.Mutex
	conn    *Conn // nil while there is none
	lastErr error // why there is none
	lost    time.Time
	subs    map[*Subscription]bool
	counts  map[eventKey]int // how many subscriptions want it
	waiters map[*clock.Waiter]bool
}

// eventKey is something to subscribe to: a type of events, or a subclass of CUSTOM events.
type eventKey struct{ name, subclass string }

// NewClient starts to connect in the background; what needs a connection waits for it. Close ends it.
func NewClient(cfg ClientConfig) *Client {
	ck := clock.Or(cfg.Options.Clock)
	ctx, cancel := context.WithCancel(context.Background())
	cl := &Client{
		cfg:     cfg.withDefaults(),
		clock:   ck,
		group:   clock.NewGroup(ck),
		ctx:     ctx,
		cancel:  cancel,
		waker:   ck.NewWaiter(),
		subs:    make(map[*Subscription]bool),
		counts:  make(map[eventKey]int),
		waiters: make(map[*clock.Waiter]bool),
		lost:    ck.Now(),
		lastErr: errors.New("not connected yet"),
	}
	cl.group.Go(cl.run)
	return cl
}

// Close ends the connection and waits until everything of the client has ended. Subscriptions end with ErrClientClosed.
func (cl *Client) Close() {
	cl.cancel()
	cl.waker.Wake()
	cl.mu.Lock()
	conn := cl.conn
	for w := range cl.waiters {
		w.Wake()
	}
	cl.mu.Unlock()
	if conn != nil {
		conn.Close()
	}
	cl.group.Wait(context.Background())
}

// run keeps the connection until the client is closed.
func (cl *Client) run() {
	defer cl.endSubscriptions()
	pause := cl.cfg.BackoffMin
	for cl.ctx.Err() == nil {
		conn, err := cl.connect()
		if err != nil {
			wait := pause - time.Duration(float64(pause)/2*cl.cfg.Rand())
			cl.setErr(err)
			cl.cfg.Log.Warn("switch not reached", "addr", cl.cfg.Addr, "err", err, "retry_in", wait)
			cl.waker.Wait(cl.ctx, cl.clock.Now().Add(wait))
			pause = min(2*pause, cl.cfg.BackoffMax)
			continue
		}
		pause = cl.cfg.BackoffMin
		cl.cfg.Log.Info("switch connected", "addr", cl.cfg.Addr)
		end := cl.serve(conn)
		conn.Close()
		conn.reader.Wait(context.Background())
		if cl.ctx.Err() == nil {
			cl.cfg.Log.Warn("switch connection lost", "addr", cl.cfg.Addr, "err", end)
		}
	}
}

func (cl *Client) setErr(err error) {
	cl.mu.Lock()
	defer cl.mu.Unlock()
	cl.lastErr = err
}

// connect logs in and puts subscriptions and filters in place again.
func (cl *Client) connect() (*Conn, error) {
	ctx, cancel := clock.WithTimeout(cl.ctx, cl.clock, cl.cfg.ConnectTimeout)
	defer cancel()
	conn, err := Dial(ctx, cl.cfg.Addr, cl.cfg.Login, cl.cfg.Options)
	if err != nil {
		return nil, err
	}
	cl.mu.Lock()
	defer cl.mu.Unlock()
	cmds := []Command{}
	if len(cl.cfg.Filters) > 0 {
		cmds = append(cmds, Filter("Event-Name", "BACKGROUND_JOB"))
	}
	for _, f := range cl.cfg.Filters {
		cmds = append(cmds, Filter(f.Name, f.Value))
	}
	names, subclasses := []string{"BACKGROUND_JOB"}, []string{}
	for k := range cl.counts {
		if k.subclass != "" {
			subclasses = append(subclasses, k.subclass)
		} else {
			names = append(names, k.name)
		}
	}
	cmds = append(cmds, Subscribe(Plain, names, subclasses...))
	if _, err := conn.Start(cmds...); err != nil {
		conn.Close()
		return nil, err
	}
	gap := &Gap{From: cl.lost, To: cl.clock.Now()}
	for s := range cl.subs {
		if s.started {
			s.put(Delivery{Gap: gap})
		}
		s.started = true
	}
	cl.conn = conn
	for w := range cl.waiters {
		w.Wake()
	}
	return conn, nil
}

// serve hands out what comes until the connection ends.
func (cl *Client) serve(conn *Conn) *End {
	defer func() {
		cl.mu.Lock()
		defer cl.mu.Unlock()
		cl.conn, cl.lost, cl.lastErr = nil, cl.clock.Now(), conn.End()
	}()
	var ping *Pending
	for {
		for m, ok := conn.TryRecv(); ok; m, ok = conn.TryRecv() {
			if m.Event != nil {
				cl.deliver(m.Event)
			}
		}
		if end := conn.End(); end != nil {
			return end
		}
		var until time.Time
		switch since := conn.silentSince(); {
		case ping == nil:
			until = since.Add(cl.cfg.Liveness)
		default:
			until = since.Add(2 * cl.cfg.Liveness)
		}
		if !cl.clock.Now().Before(until) {
			if ping != nil {
				conn.finish(&End{Reason: EndSilent})
				continue
			}
			// Any command would do; this one does nothing and has a reply in any case.
			if ps, err := conn.Start(API("echo", "")); err == nil {
				ping = ps[0]
			}
			continue
		}
		if ping != nil {
			if _, _, done := ping.Poll(); done {
				ping = nil
				continue
			}
		}
		conn.Await(cl.ctx, until)
		if cl.ctx.Err() != nil {
			conn.Close()
		}
	}
}

// Conn returns the present connection, and waits for one until ctx ends. Use it for commands that the Client has no
// method for; their effect ends with that connection.
func (cl *Client) Conn(ctx context.Context) (*Conn, error) {
	cl.mu.Lock()
	if cl.conn != nil {
		defer cl.mu.Unlock()
		return cl.conn, nil
	}
	w := cl.clock.NewWaiter()
	cl.waiters[w] = true
	cl.mu.Unlock()
	defer func() {
		cl.mu.Lock()
		delete(cl.waiters, w)
		cl.mu.Unlock()
	}()
	for {
		cause := w.Wait(ctx, time.Time{})
		cl.mu.Lock()
		conn, last := cl.conn, cl.lastErr
		cl.mu.Unlock()
		switch {
		case cl.ctx.Err() != nil:
			return nil, ErrClientClosed
		case conn != nil:
			return conn, nil
		case cause == clock.Cancelled:
			return nil, fmt.Errorf("esl: no connection to %s (%w): %w", cl.cfg.Addr, ctx.Err(), last)
		}
	}
}

// API runs an API command and returns its output. While it runs, no events come; see BgAPI. Output that begins with -ERR
// or -USAGE is returned together with a *ReplyError. When the connection ends before the answer, the error is ErrClosed
// and the command may have been carried out.
func (cl *Client) API(ctx context.Context, cmd, arg string) (string, error) {
	conn, err := cl.Conn(ctx)
	if err != nil {
		return "", err
	}
	r, err := conn.Send(ctx, API(cmd, arg))
	if err != nil {
		return "", err
	}
	return r.Body, r.Err()
}

// BgAPI starts an API command in a thread of the switch under a Job-UUID, which must be unique.
func (cl *Client) BgAPI(ctx context.Context, job, cmd, arg string) (*Awaited, error) {
	conn, err := cl.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return conn.BgAPI(job, cmd, arg)
}
