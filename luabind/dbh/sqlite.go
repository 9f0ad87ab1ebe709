package dbh

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteConn is a connection to an SQLite database. It uses the library below the driver for database/sql, because that
// driver turns texts in columns of dates into times and floating point numbers into Go's, whose texts are others, and has
// other error messages.
type sqliteConn struct {
	tls  *libc.TLS
	db   uintptr // sqlite3*
	out  uintptr // two pointers that the library writes to
	used uintptr // an int32: not 0 when the connection is no longer like a new one
	max  int
}

const pointerSize = unsafe.Sizeof(uintptr(0))

// sqliteError is an error of the library, in its words.
type sqliteError struct {
	code int32
	text string
}

func (e *sqliteError) Error() string { return e.text }

// openSQLite opens a file, or what the library's file system vfs has under that name; it is made when it is not there.
func openSQLite(path, vfs string, max int) (conn, error) {
	c := &sqliteConn{tls: libc.NewTLS(), max: max}
	c.out = libc.Xcalloc(c.tls, 2, libc.Tsize_t(pointerSize))
	c.used = libc.Xcalloc(c.tls, 1, 4)
	name, err := libc.CString(path)
	if err != nil {
		c.close()
		return nil, err
	}
	defer libc.Xfree(c.tls, name)
	var cvfs uintptr
	flags := int32(sqlite3.SQLITE_OPEN_READWRITE | sqlite3.SQLITE_OPEN_CREATE | sqlite3.SQLITE_OPEN_NOFOLLOW)
	if vfs != "" {
		if cvfs, err = libc.CString(vfs); err != nil {
			c.close()
			return nil, err
		}
		defer libc.Xfree(c.tls, cvfs)
		flags &^= sqlite3.SQLITE_OPEN_NOFOLLOW
	}
	rc := sqlite3.Xsqlite3_open_v2(c.tls, name, c.out, flags, cvfs)
	c.db = c.pointer(0)
	if rc == sqlite3.SQLITE_OK {
		rc = c.setUp()
	}
	if rc != sqlite3.SQLITE_OK {
		err := c.failure(rc)
		c.close()
		return nil, err
	}
	return c, nil
}

// setUp sets the connection up: scripts can harm nothing but the database's contents.
func (c *sqliteConn) setUp() int32 {
	sqlite3.Xsqlite3_limit(c.tls, c.db, sqlite3.SQLITE_LIMIT_LENGTH, int32(min(c.max, 1<<30)))
	args := libc.Xcalloc(c.tls, 2, 8)
	defer libc.Xfree(c.tls, args)
	for option, value := range map[int32]int32{
		sqlite3.SQLITE_DBCONFIG_DEFENSIVE: 1,
		sqlite3.SQLITE_DBCONFIG_FP_DIGITS: 15, // as libraries before 3.52 print numbers, among them those that switches have
	} {
		if rc := sqlite3.Xsqlite3_db_config(c.tls, c.db, option, libc.VaList(args, value, uintptr(0))); rc != sqlite3.SQLITE_OK {
			return rc
		}
	}
	// The switch does without any waiting for the disk; this keeps the file whole and is nearly as fast.
	if _, err := c.query(context.Background(), "PRAGMA synchronous=NORMAL", false); err != nil {
		var e *sqliteError
		if errors.As(err, &e) {
			return e.code
		}
	}
	return sqlite3.Xsqlite3_set_authorizer(c.tls, c.db, *(*uintptr)(unsafe.Pointer(&struct {
		f func(*libc.TLS, uintptr, int32, uintptr, uintptr, uintptr, uintptr) int32
	}{authorize})), c.used)
}

// authorize is asked by the library for each thing that a statement does. Other files are out of reach; what stays with the
// connection is noted in used.
func authorize(_ *libc.TLS, used uintptr, action int32, first, second, _, _ uintptr) int32 {
	switch action {
	case sqlite3.SQLITE_ATTACH:
		if first == 0 || libc.GoString(first) != "" { // VACUUM attaches a database without a name
			return sqlite3.SQLITE_DENY
		}
	case sqlite3.SQLITE_PRAGMA:
		switch strings.ToLower(libc.GoString(first)) {
		case "temp_store_directory", "data_store_directory", "writable_schema":
			return sqlite3.SQLITE_DENY
		}
		if second != 0 {
			libc.AtomicStorePInt32(used, 1)
		}
	case sqlite3.SQLITE_CREATE_TEMP_TABLE, sqlite3.SQLITE_CREATE_TEMP_VIEW, sqlite3.SQLITE_CREATE_TEMP_TRIGGER,
		sqlite3.SQLITE_CREATE_TEMP_INDEX:
		libc.AtomicStorePInt32(used, 1)
	}
	return sqlite3.SQLITE_OK
}

func (c *sqliteConn) alive() bool { return true }

func (c *sqliteConn) wake(context.Context) error { return nil }

func (c *sqliteConn) rest(ctx context.Context) bool {
	if sqlite3.Xsqlite3_get_autocommit(c.tls, c.db) == 0 {
		if _, err := c.query(ctx, "ROLLBACK", false); err != nil {
			return false
		}
	}
	return libc.AtomicLoadPInt32(c.used) == 0
}

func (c *sqliteConn) close() {
	if c.db != 0 {
		sqlite3.Xsqlite3_close_v2(c.tls, c.db)
	}
	libc.Xfree(c.tls, c.out)
	libc.Xfree(c.tls, c.used)
	c.tls.Close()
}

// query carries out statement after statement, as sqlite3_exec does. While another connection has a lock it tries again
// until ctx ends.
func (c *sqliteConn) query(ctx context.Context, sql string, wantRows bool) (res result, err error) {
	text, err := libc.CString(sql)
	if err != nil {
		return res, err
	}
	defer libc.Xfree(c.tls, text)
	interrupted := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(interrupted)
		tls := libc.NewTLS() // c.tls is in use
		sqlite3.Xsqlite3_interrupt(tls, c.db)
		tls.Close()
	})
	defer func() {
		if !stop() {
			<-interrupted
		}
		res.affected = int64(sqlite3.Xsqlite3_changes(c.tls, c.db))
	}()
	size := 0
	for at := text; at < text+uintptr(len(sql)); {
		rc := c.patiently(ctx, func() int32 { return sqlite3.Xsqlite3_prepare_v2(c.tls, c.db, at, -1, c.out, c.out+pointerSize) })
		if rc != sqlite3.SQLITE_OK {
			return res, c.problem(ctx, rc)
		}
		statement := c.pointer(0)
		at = c.pointer(1)
		if statement == 0 { // a comment
			continue
		}
		if err := c.step(ctx, statement, wantRows, &res, &size); err != nil {
			return res, err
		}
	}
	return res, nil
}

// step carries out one statement and frees it.
func (c *sqliteConn) step(ctx context.Context, statement uintptr, wantRows bool, res *result, size *int) error {
	defer sqlite3.Xsqlite3_finalize(c.tls, statement)
	if wantRows {
		res.fields, res.first = c.fields(statement), len(res.rows)
	}
	begun := false
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		rc := c.patiently(ctx, func() int32 {
			rc := sqlite3.Xsqlite3_step(c.tls, statement)
			if isBusy(rc) && !begun {
				sqlite3.Xsqlite3_reset(c.tls, statement)
			}
			return rc
		})
		switch rc {
		case sqlite3.SQLITE_DONE:
			return nil
		case sqlite3.SQLITE_ROW:
		default:
			return c.problem(ctx, rc)
		}
		begun = true
		if !wantRows {
			continue
		}
		row := c.row(statement)
		if *size += sizeOf(row); *size > c.max {
			return fmt.Errorf("%w: more than %d bytes", ErrTooLarge, c.max)
		}
		res.rows = append(res.rows, row)
	}
}

// fields are the columns of a statement.
func (c *sqliteConn) fields(statement uintptr) []Field {
	fields := make([]Field, sqlite3.Xsqlite3_column_count(c.tls, statement))
	for i := range fields {
		fields[i].Name = libc.GoString(sqlite3.Xsqlite3_column_name(c.tls, statement, int32(i)))
		fields[i].Type = libc.GoString(sqlite3.Xsqlite3_column_decltype(c.tls, statement, int32(i)))
	}
	return fields
}

// row reads the present row.
func (c *sqliteConn) row(statement uintptr) []Column {
	row := make([]Column, sqlite3.Xsqlite3_column_count(c.tls, statement))
	for i := range row {
		n := int32(i)
		row[i].Name = libc.GoString(sqlite3.Xsqlite3_column_name(c.tls, statement, n))
		switch sqlite3.Xsqlite3_column_type(c.tls, statement, n) {
		case sqlite3.SQLITE_NULL:
			row[i].Null = true
			continue
		case sqlite3.SQLITE_INTEGER, sqlite3.SQLITE_FLOAT:
			row[i].Number = true
		}
		row[i].Text = libc.GoString(sqlite3.Xsqlite3_column_text(c.tls, statement, n))
	}
	return row
}

// patiently tries again and again while another connection has a lock. It waits in real time, as the other one does.
func (c *sqliteConn) patiently(ctx context.Context, try func() int32) int32 {
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		rc := try()
		if !isBusy(rc) {
			return rc
		}
		select {
		case <-ctx.Done():
			return rc
		case <-time.After(pause):
		}
	}
}

func isBusy(rc int32) bool { return rc&0xff == sqlite3.SQLITE_BUSY }

// problem is the error for rc, or why ctx has ended if that is behind it.
func (c *sqliteConn) problem(ctx context.Context, rc int32) error {
	if rc&0xff == sqlite3.SQLITE_INTERRUPT && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return c.failure(rc)
}

// failure is the error for what the library has answered just now.
func (c *sqliteConn) failure(rc int32) error {
	if c.db == 0 {
		return &sqliteError{rc, "out of memory"}
	}
	return &sqliteError{rc, libc.GoString(sqlite3.Xsqlite3_errmsg(c.tls, c.db))}
}

// pointer is what the library has written to one of the two places of c.out.
func (c *sqliteConn) pointer(i uintptr) uintptr {
	return libc.AtomicLoadPUintptr(c.out + i*pointerSize)
}

// sizeOf is how much memory a row takes, roughly.
func sizeOf(row []Column) int {
	n := len(row) * int(unsafe.Sizeof(Column{}))
	for i := range row {
		n += len(row[i].Text)
	}
	return n
}
