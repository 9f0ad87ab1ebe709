package esl

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"eslua/internal/clock"
)

// ClientConfig is what a Client needs to know. Zero fields mean their defaults.
type ClientConfig struct {
	// Addr is the switch's listener, host:port.
	Addr  string
	Login Login
	// Dial makes each connection, logged in, where Addr and Login do not tell how; nil: they do.
	Dial func(ctx context.Context, opts Options) (*Conn, error)
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
	if cfg.Dial == nil {
		addr, login := cfg.Addr, cfg.Login
		cfg.Dial = func(ctx context.Context, opts Options) (*Conn, error) { return Dial(ctx, addr, login, opts) }
	}
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
	cfg    ClientConfig
	clock  clock.Clock
	group  *clock.Group
	ctx    context.Context
	cancel context.CancelFunc
	waker  *clock.Waiter // of the goroutine that keeps the connection

	order sync.Mutex // held while subscriptions change and the switch is told so: both happen in one order

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

func (k eventKey) compare(o eventKey) int {
	return cmp.Or(strings.Compare(k.name, o.name), strings.Compare(k.subclass, o.subclass))
}

func (k eventKey) subclasses() []string {
	if k.subclass == "" {
		return nil
	}
	return []string{k.subclass}
}

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

// connect logs in and puts filters and subscriptions in place again.
func (cl *Client) connect() (*Conn, error) {
	ctx, cancel := clock.WithTimeout(cl.ctx, cl.clock, cl.cfg.ConnectTimeout)
	defer cancel()
	conn, err := cl.cfg.Dial(ctx, cl.cfg.Options)
	if err != nil {
		return nil, err
	}
	cl.order.Lock()
	defer cl.order.Unlock()
	if err := cl.restore(ctx, conn); err != nil {
		conn.Close()
		conn.reader.Wait(context.Background())
		return nil, err
	}
	cl.cfg.Log.Info("switch connected", "addr", cl.cfg.Addr)
	cl.mu.Lock()
	defer cl.mu.Unlock()
	gap := &Gap{From: cl.lost, To: cl.clock.Now()}
	for s := range cl.subs {
		if s.started {
			s.put(Delivery{Gap: gap})
		}
		s.started = true
	}
	cl.conn = conn
	if cl.ctx.Err() != nil {
		conn.Close() // Close may have looked for it too early
	}
	for w := range cl.waiters {
		w.Wake()
	}
	return conn, nil
}

// restore sends what a new connection has to know: filters first, or a burst of other events would get in. A refusal is
// logged, and the connection is used all the same. cl.order is locked.
func (cl *Client) restore(ctx context.Context, conn *Conn) error {
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	var cmds []Command
	if len(cl.cfg.Filters) > 0 {
		cmds = append(cmds, Filter("Event-Name", "BACKGROUND_JOB"))
	}
	for _, f := range cl.cfg.Filters {
		cmds = append(cmds, Filter(f.Name, f.Value))
	}
	cl.mu.Lock()
	cmds = append(cmds, cl.wanted()...)
	cl.mu.Unlock()
	sent, err := conn.Start(cmds...)
	if err != nil {
		return err
	}
	for i, p := range sent {
		r, err := p.Wait(ctx)
		if err != nil {
			return err
		}
		if err := r.Err(); err != nil {
			cl.cfg.Log.Warn("switch refused", "addr", cl.cfg.Addr, "command", cmds[i].Line(), "err", err)
		}
	}
	return nil
}

// wanted is the commands that turn on all events that are wanted: one for each, as the switch refuses a whole command
// for one event that the user may not have. cl.mu is locked.
func (cl *Client) wanted() []Command {
	cmds := []Command{Subscribe(Plain, []string{"BACKGROUND_JOB"})}
	for _, k := range slices.SortedFunc(maps.Keys(cl.counts), eventKey.compare) {
		if k.name != "BACKGROUND_JOB" {
			cmds = append(cmds, Subscribe(Plain, []string{k.name}, k.subclasses()...))
		}
	}
	return cmds
}

// serve hands out what comes until the connection ends.
func (cl *Client) serve(conn *Conn) *End {
	defer func() {
		cl.mu.Lock()
		defer cl.mu.Unlock()
		cl.conn, cl.lost, cl.lastErr = nil, cl.clock.Now(), conn.End()
	}()
	var ping *Pending
	var dropped uint64
	for {
		for m, ok := conn.TryRecv(); ok; m, ok = conn.TryRecv() {
			if n := conn.Stats().Dropped; n > dropped {
				cl.missed(n - dropped)
				dropped = n
			}
			if m.Event != nil {
				cl.deliver(m.Event)
			}
		}
		if end := conn.End(); end != nil {
			return end
		}
		if ping != nil {
			if _, _, done := ping.Poll(); done {
				ping = nil
			}
		}
		patience := cl.cfg.Liveness
		if ping != nil {
			patience *= 2
		}
		until := conn.silentSince().Add(patience)
		switch {
		case cl.clock.Now().Before(until):
			conn.Await(cl.ctx, until)
			if cl.ctx.Err() != nil {
				conn.Close()
			}
		case ping == nil:
			ping = cl.ping(conn)
		default:
			conn.finish(&End{Reason: EndSilent})
		}
	}
}

// ping sends a command that does nothing and has a reply in any case.
func (cl *Client) ping(conn *Conn) *Pending {
	sent, err := conn.Start(API("echo", ""))
	if err != nil { // it has ended, or somebody sent exit and the switch did not end it
		conn.finish(&End{Reason: EndSilent})
		return nil
	}
	return sent[0]
}

// missed tells all subscriptions that the connection has dropped n events before they could be handed out.
func (cl *Client) missed(n uint64) {
	cl.mu.Lock()
	defer cl.mu.Unlock()
	now := cl.clock.Now()
	for s := range cl.subs {
		s.put(Delivery{Gap: &Gap{From: now, To: now, Dropped: n}})
	}
}

// Conn returns the present connection, and waits for one until ctx ends. Use it for commands that the Client has no
// method for; their effect ends with that connection.
func (cl *Client) Conn(ctx context.Context) (*Conn, error) {
	cl.mu.Lock()
	if conn := cl.present(); conn != nil {
		cl.mu.Unlock()
		return conn, nil
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
		cause := clock.Woken
		if cl.ctx.Err() == nil { // else Close has woken all waiters that it knew
			cause = w.Wait(ctx, time.Time{})
		}
		cl.mu.Lock()
		conn, last := cl.present(), cl.lastErr
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

// present is the connection, or nil while there is none or it has just ended. cl.mu is locked.
func (cl *Client) present() *Conn {
	if cl.conn == nil || cl.conn.End() != nil {
		return nil
	}
	return cl.conn
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
