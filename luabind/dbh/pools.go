// Package dbh is the databases of scripts: it opens what freeswitch.Dbh names (modlua-api.md 1.9) with Go drivers, pools
// the connections across calls, and gives every value as the text that the switch's drivers give. It knows no Lua.
//
// A Handle has a connection of its own from Open to Release, so that a transaction may span several queries. The rows of a
// query are read before the first is handed out: no lock in the database is held, and no server waits, while a script plays
// a prompt in between.
package dbh

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"
)

var (
	// ErrBusy: as many connections to the database as there may be are in use.
	ErrBusy = errors.New("too many connections are in use")
	// ErrDenied: the data source lies outside of what scripts may open.
	ErrDenied = errors.New("not allowed")
	// ErrUnknown: there is no such data source name, or no driver for it.
	ErrUnknown = errors.New("unknown data source")
	// ErrTimeout: the database has not answered in time. The statement may have been carried out.
	ErrTimeout = errors.New("the database takes too long")
	// ErrTooLarge: a result is larger than Options.MaxResult.
	ErrTooLarge = errors.New("result too large")
	// ErrReleased: the handle has been released; mod_lua logs "DBH NOT Connected." then.
	ErrReleased = errors.New("dbh: not connected")
	// ErrNoSQL: there is no statement; mod_lua logs "Missing SQL query." then.
	ErrNoSQL = errors.New("dbh: missing SQL query")
	// ErrClosed: the pools have been closed.
	ErrClosed = errors.New("dbh: closed")
)

// Options are the options of pools. Zero values mean the defaults.
type Options struct {
	// Root is the directory of SQLite files: a bare name is a file of it with .db behind, a path must lead below it. "":
	// scripts may open no SQLite files but those that Names leads to.
	Root string
	// MakeRoot makes the directory when a file of it is opened for the first time.
	MakeRoot bool
	// Names are data sources by the names that ODBC uses, each as a data source name of another kind.
	Names map[string]string
	// Network are the addresses to which the data sources may lead that scripts spell out themselves; a socket of the file
	// system counts as 127.0.0.1. Names may lead anywhere.
	Network []netip.Prefix
	// MaxOpen is how many handles may be open to one data source; 20.
	MaxOpen int
	// MaxIdle is how many connections are kept for the next handle, of all data sources together; 50.
	MaxIdle int
	// IdleTime is how long a connection is kept; a minute.
	IdleTime time.Duration
	// OpenTimeout is how long Open waits for a connection to become free and to be made; 5 s.
	OpenTimeout time.Duration
	// QueryTimeout is how long one query may take; 10 s, as on the switch with PostgreSQL.
	QueryTimeout time.Duration
	// MaxResult is how many bytes the rows of one query may have, and how long one value may be; 32 MiB.
	MaxResult int
	// Dial makes network connections; nil is net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Pools are the connections to all databases. New makes them; all methods may be called by anybody at any time.
type Pools struct {
	opts    Options
	stop    chan struct{}
	sweeper sync.WaitGroup

	mu     sync.Mutex
	closed bool
	slots  map[string]*slots // by target.key
	idle   []idleConn        // the oldest first
	memory map[string]conn   // keep databases in memory alive, by target.key
}

// slots bound the handles of one data source.
type slots struct {
	taken chan struct{}
	users int // those that have a slot or wait for one
}

type idleConn struct {
	key   string
	conn  conn
	since time.Time
}

// conn is a connection: of SQLite, PostgreSQL or MySQL.
type conn interface {
	// query carries out the statements of sql. What it gives is good in spite of an error: what came before. The error is
	// errUnsent when the connection was dead before anything was sent.
	query(ctx context.Context, sql string, wantRows bool) (result, error)
	// alive is false when the connection has been lost.
	alive() bool
	// rest ends what a script has left open, and tells whether another one may have the connection.
	rest(ctx context.Context) bool
	// wake makes a rested connection as good as new; its error means that it is not.
	wake(ctx context.Context) error
	close()
}

// result is what came of the statements of one query.
type result struct {
	rows     [][]Column
	fields   []Field // of the last statement, if its rows are wanted
	first    int     // the first of its rows
	affected int64
}

// errUnsent: the statement has not reached the database.
var errUnsent = errors.New("connection lost")

// New makes pools. Close ends them.
func New(opts Options) *Pools {
	setDefault(&opts.MaxOpen, 20)
	setDefault(&opts.MaxIdle, 50)
	setDefault(&opts.IdleTime, time.Minute)
	setDefault(&opts.OpenTimeout, 5*time.Second)
	setDefault(&opts.QueryTimeout, 10*time.Second)
	setDefault(&opts.MaxResult, 32<<20)
	if opts.Dial == nil {
		opts.Dial = new(net.Dialer).DialContext
	}
	p := &Pools{opts: opts, stop: make(chan struct{}), slots: make(map[string]*slots), memory: make(map[string]conn)}
	p.sweeper.Go(p.sweep)
	return p
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Close closes the connections that nobody uses; the others are closed when their handles are released.
func (p *Pools) Close() {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return
	}
	p.closed = true
	idle, memory := p.idle, p.memory
	p.idle, p.memory = nil, nil
	p.mu.Unlock()
	close(p.stop)
	p.sweeper.Wait()
	for _, c := range idle {
		c.conn.close()
	}
	for _, c := range memory {
		c.close()
	}
}

// acquire gives a connection to t: one that has rested, or a new one.
func (p *Pools) acquire(ctx context.Context, t target) (conn, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, p.opts.OpenTimeout, ErrTimeout)
	defer cancel()
	if err := p.takeSlot(ctx, t.key); err != nil {
		return nil, err
	}
	c, err := p.connect(ctx, t)
	if err != nil {
		p.freeSlot(t.key)
	}
	return c, err
}

func (p *Pools) connect(ctx context.Context, t target) (conn, error) {
	for {
		c := p.takeIdle(t.key)
		if c == nil {
			break
		}
		if c.wake(ctx) == nil {
			return c, nil
		}
		c.close()
	}
	if t.memory {
		if err := p.keep(ctx, t); err != nil {
			return nil, err
		}
	}
	c, err := t.open(ctx)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return c, err
}

// maxMemory is how many databases there may be in memory.
const maxMemory = 64

// keep holds a connection to a database in memory, without which it would vanish with the last handle.
func (p *Pools) keep(ctx context.Context, t target) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed:
		return ErrClosed
	case p.memory[t.key] != nil:
		return nil
	case len(p.memory) == maxMemory:
		return fmt.Errorf("%w: %d databases in memory", ErrBusy, maxMemory)
	}
	c, err := t.open(ctx)
	if err == nil {
		p.memory[t.key] = c
	}
	return err
}

// giveBack takes a connection whose handle has been released.
func (p *Pools) giveBack(t target, c conn) {
	defer p.freeSlot(t.key)
	if c == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), p.opts.OpenTimeout) // the call may have ended, its transaction has to
	defer cancel()
	if t.own || !c.alive() || !c.rest(ctx) {
		c.close()
		return
	}
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		c.close()
		return
	}
	p.idle = append(p.idle, idleConn{t.key, c, time.Now()})
	var oldest conn
	if len(p.idle) > p.opts.MaxIdle {
		oldest, p.idle = p.idle[0].conn, p.idle[1:]
	}
	p.mu.Unlock()
	if oldest != nil {
		oldest.close()
	}
}

func (p *Pools) takeSlot(ctx context.Context, key string) error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return ErrClosed
	}
	s := p.slots[key]
	if s == nil {
		s = &slots{taken: make(chan struct{}, p.opts.MaxOpen)}
		p.slots[key] = s
	}
	s.users++
	p.mu.Unlock()
	select {
	case s.taken <- struct{}{}:
		return nil
	case <-ctx.Done():
		p.leave(key)
		if context.Cause(ctx) == ErrTimeout {
			return fmt.Errorf("%w: %d", ErrBusy, p.opts.MaxOpen)
		}
		return context.Cause(ctx)
	}
}

func (p *Pools) freeSlot(key string) {
	p.mu.Lock()
	s := p.slots[key]
	p.mu.Unlock()
	<-s.taken
	p.leave(key)
}

func (p *Pools) leave(key string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.slots[key]; s.users > 1 {
		s.users--
	} else {
		delete(p.slots, key)
	}
}

// takeIdle gives the connection that has rested for the shortest time, or nil.
func (p *Pools) takeIdle(key string) conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := len(p.idle) - 1; i >= 0; i-- {
		if c := p.idle[i]; c.key == key {
			p.idle = append(p.idle[:i], p.idle[i+1:]...)
			return c.conn
		}
	}
	return nil
}

// sweep closes connections that have rested for too long. It goes by real time, as the databases do.
func (p *Pools) sweep() {
	tick := time.NewTicker(p.opts.IdleTime/2 + 1)
	defer tick.Stop()
	for {
		select {
		case <-p.stop:
			return
		case now := <-tick.C:
			for _, c := range p.expired(now) {
				c.conn.close()
			}
		}
	}
}

func (p *Pools) expired(now time.Time) []idleConn {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for n < len(p.idle) && now.Sub(p.idle[n].since) >= p.opts.IdleTime {
		n++
	}
	old := p.idle[:n:n]
	p.idle = p.idle[n:]
	return old
}
