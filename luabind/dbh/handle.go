package dbh

import (
	"context"
	"errors"
	"strings"
)

// Column is one value of a row.
type Column struct {
	Name string
	// Text is the value as the database prints it, up to its first NUL byte, which is all that the switch's drivers give;
	// "" if it is NULL. Its encoding is that of the connection.
	Text string
	Null bool
	// Number: the value is a number. Only SQLite tells.
	Number bool
}

// Field is what is known about a column of a result before its first row.
type Field struct {
	Name string
	// Type is the declared type of SQLite, "" for an expression, or the name of MySQL's type, as "VARCHAR".
	Type string
	// OID and Modifier are the type of PostgreSQL, as in its table pg_type and in pg_attribute.atttypmod.
	OID      uint32
	Modifier int32
}

// Table is the result of the last of the statements that were carried out.
type Table struct {
	// Fields are its columns; none: it is no query.
	Fields []Field
	Rows   [][]Column
	// Affected is how many rows it has changed.
	Affected int64
}

// Handle is a database that a script has opened. It belongs to one goroutine.
type Handle struct {
	pools    *Pools
	target   target
	conn     conn
	affected int64
	last     string
	released bool
}

// Open opens a data source as freeswitch.Dbh names it; user and pass may be "". Waiting and connecting take at most
// Options.OpenTimeout. Errors name no password.
func (p *Pools) Open(ctx context.Context, dsn, user, pass string) (*Handle, error) {
	t, err := p.resolve(dsn, user, pass)
	if err != nil {
		return nil, err
	}
	return p.open(ctx, t)
}

func (p *Pools) open(ctx context.Context, t target) (*Handle, error) {
	c, err := p.acquire(ctx, t)
	if err != nil {
		return nil, err
	}
	return &Handle{pools: p, target: t, conn: c}, nil
}

// Connected is true until Release.
func (h *Handle) Connected() bool { return !h.released }

// SQLite tells whether the database is one of SQLite, which mod_lua treats unlike others in places (modlua-api.md 1.9).
func (h *Handle) SQLite() bool { return h.target.sqlite }

// Release gives the connection back; what is left of a transaction is undone. It is false from the second time on.
func (h *Handle) Release() bool {
	if h.released {
		return false
	}
	h.released = true
	h.pools.giveBack(h.target, h.conn)
	h.conn = nil
	return true
}

// Query carries out one statement, or several parted by semicolons. It calls row for each row of each result, until that is
// false; the columns are good until it returns, and it may use the handle. With row nil the rows are thrown away. The error
// is kept for LastError, but not one of SQLite when there is a row, as on the switch. An error of the database comes in the words of the database's C library, without anything
// around them.
//
// A connection that was lost is made anew; a transaction that was open on it is gone.
func (h *Handle) Query(ctx context.Context, sql string, row func([]Column) bool) error {
	h.last = ""
	res, err := h.exec(ctx, sql, row != nil)
	if (row == nil || !h.target.sqlite) && err != nil && !errors.Is(err, ErrNoSQL) && !errors.Is(err, ErrReleased) {
		h.last = err.Error()
	}
	if row == nil {
		return err
	}
	for _, columns := range res.rows {
		if !row(columns) {
			break
		}
	}
	return err
}

// Table carries out statements as Query does, and gives the result of the last one.
func (h *Handle) Table(ctx context.Context, sql string) (Table, error) {
	h.last = ""
	res, err := h.exec(ctx, sql, true)
	if err != nil {
		return Table{}, err
	}
	return Table{res.fields, res.rows[res.first:], res.affected}, nil
}

// exec carries out sql on a connection that is alive.
func (h *Handle) exec(ctx context.Context, sql string, wantRows bool) (result, error) {
	switch {
	case sql == "":
		return result{}, ErrNoSQL
	case h.released:
		return result{}, ErrReleased
	}
	sql, _, _ = strings.Cut(sql, "\x00") // a C string
	ctx, cancel := context.WithTimeoutCause(ctx, h.pools.opts.QueryTimeout, ErrTimeout)
	defer cancel()
	if err := h.revive(ctx); err != nil {
		return result{}, err
	}
	res, err := h.conn.query(ctx, sql, wantRows)
	if errors.Is(err, errUnsent) {
		if err := h.revive(ctx); err != nil {
			return result{}, err
		}
		res, err = h.conn.query(ctx, sql, wantRows)
	}
	if err != nil && !h.conn.alive() && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	h.affected = res.affected
	return res, err
}

// revive connects anew when the connection has been lost.
func (h *Handle) revive(ctx context.Context) error {
	if h.conn != nil && h.conn.alive() {
		return nil
	}
	if h.conn != nil {
		h.conn.close()
		h.conn = nil
	}
	c, err := h.target.open(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return err
	}
	h.conn = c
	return nil
}

// Affected is how many rows the last statement has changed, or given.
func (h *Handle) Affected() int64 { return h.affected }

// LastError is the error that the last Query has kept, or "".
func (h *Handle) LastError() string { return h.last }

// ClearError forgets the last error.
func (h *Handle) ClearError() { h.last = "" }

// TestReactive carries out test. When that fails it carries out drop, if there is one, whose failure does not count, and
// reactive. It is true when test or reactive was good.
func (h *Handle) TestReactive(ctx context.Context, test, drop, reactive string) bool {
	if test == "" || reactive == "" {
		return false
	}
	if _, err := h.exec(ctx, test, false); err == nil {
		return true
	}
	if drop != "" {
		h.exec(ctx, drop, false)
	}
	_, err := h.exec(ctx, reactive, false)
	return err == nil
}
