package dbh

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// loopback is where the servers of the tests are.
var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// newPools makes pools that end with the test, with a directory for files.
func newPools(t *testing.T, opts Options) *Pools {
	if opts.Root == "" {
		opts.Root = t.TempDir()
	}
	if opts.Network == nil {
		opts.Network = loopback
	}
	p := New(opts)
	t.Cleanup(p.Close)
	return p
}

func open(t *testing.T, p *Pools, dsn string) *Handle {
	t.Helper()
	h, err := p.Open(t.Context(), dsn, "", "")
	if err != nil {
		t.Fatalf("open %s: %v", dsn, err)
	}
	t.Cleanup(func() { h.Release() })
	return h
}

// do carries out a statement without rows.
func do(t *testing.T, h *Handle, sql string) {
	t.Helper()
	if err := h.Query(t.Context(), sql, nil); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// rows are the rows of a query, as name=text or name:NULL.
func rows(t *testing.T, h *Handle, sql string) string {
	t.Helper()
	var lines []string
	err := h.Query(t.Context(), sql, func(row []Column) bool {
		var words []string
		for _, c := range row {
			if c.Null {
				if c.Text != "" {
					t.Errorf("%s is NULL and %q", c.Name, c.Text)
				}
				words = append(words, c.Name+":NULL")
			} else {
				words = append(words, c.Name+"="+c.Text)
			}
		}
		lines = append(lines, strings.Join(words, " "))
		return true
	})
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return strings.Join(lines, "\n")
}

// expect compares the rows of a query.
func expect(t *testing.T, h *Handle, sql, want string) {
	t.Helper()
	if got := rows(t, h, sql); got != want {
		t.Errorf("%s gives\n%s\nwant\n%s", sql, got, want)
	}
}

// The queries of modlua/scripts/s25_dbh.lua with the answers of modlua/observed/s25_dbh.txt.
func TestSQLiteAsRecorded(t *testing.T) {
	p := newPools(t, Options{})
	h := open(t, p, "sqlite://"+filepath.Join(p.opts.Root, "s25_dbh"))
	affected := func(want int64) {
		t.Helper()
		if got := h.Affected(); got != want {
			t.Errorf("affected rows: %d, want %d", got, want)
		}
	}
	fails := func(sql string, row func([]Column) bool, text, last string) {
		t.Helper()
		if err := h.Query(t.Context(), sql, row); err == nil || err.Error() != text || h.LastError() != last {
			t.Errorf("%s: %v, last error %q; want %s, %q", sql, err, h.LastError(), text, last)
		}
	}
	do(t, h, "DROP TABLE IF EXISTS t")
	do(t, h, "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, f REAL, n TEXT, b BLOB)")
	do(t, h, "INSERT INTO t (name, f, n) VALUES ('alice', 1.5, NULL)")
	affected(1)
	do(t, h, "INSERT INTO t (name, f, n) VALUES ('bob', 2, ''), ('h\303\251', -1, 'x')")
	affected(2)
	expect(t, h, "SELECT * FROM t ORDER BY id", "id=1 name=alice f=1.5 n:NULL b:NULL\nid=2 name=bob f=2.0 n= b:NULL\nid=3 name=hé f=-1.0 n=x b:NULL")
	expect(t, h, "SELECT count(*) AS c, count(*), max(id) mx FROM t", "c=3 count(*)=3 mx=3")
	expect(t, h, "SELECT * FROM t WHERE id > 100", "")
	do(t, h, "SELECT * FROM t")
	seen := 0
	if err := h.Query(t.Context(), "SELECT * FROM t ORDER BY id", func([]Column) bool { seen++; return false }); err != nil || seen != 1 || h.LastError() != "" {
		t.Errorf("a function that stops: %v, %d rows, %q", err, seen, h.LastError())
	}
	fails("SELEKT nonsense", nil, `near "SELEKT": syntax error`, `near "SELEKT": syntax error`)
	h.ClearError()
	if h.LastError() != "" {
		t.Error("the error was not forgotten")
	}
	none := func([]Column) bool { return true }
	fails("SELECT * FROM nosuch", none, "no such table: nosuch", "")
	if err := h.Query(t.Context(), "", nil); err != ErrNoSQL || h.LastError() != "" {
		t.Errorf("no statement: %v, %q", err, h.LastError())
	}
	fails("SELEKT", none, `near "SELEKT": syntax error`, "")
	if !h.TestReactive(t.Context(), "SELECT count(*) FROM t", "DROP TABLE t", "CREATE TABLE t (id INTEGER)") {
		t.Error("test_reactive on a present table")
	}
	do(t, h, "UPDATE t SET n='u' WHERE id >= 2")
	affected(2)
	do(t, h, "INSERT INTO t (name) VALUES ('m1'); INSERT INTO t (name) VALUES ('m2')")
	expect(t, h, "SELECT count(*) c FROM t", "c=5")
	if !h.Connected() || !h.Release() || h.Connected() || h.Release() {
		t.Error("release is true once")
	}
	if err := h.Query(t.Context(), "SELECT 1", nil); err != ErrReleased || h.LastError() != "" {
		t.Errorf("query after release: %v, %q", err, h.LastError())
	}
	for _, dsn := range []string{"", "nosuch://x", "core:gt_core"} {
		if h, err := p.Open(t.Context(), dsn, "", ""); err == nil {
			t.Errorf("%q was opened: %+v", dsn, h)
		}
	}
}

func TestSQLiteTexts(t *testing.T) {
	h := open(t, newPools(t, Options{}), "texts")
	do(t, h, "CREATE TABLE d (a DATETIME, b TIMESTAMP, c DATE, e BOOLEAN, f, g DECIMAL(10,2))")
	do(t, h, "INSERT INTO d VALUES ('2026-11-21 05:00', '2026-11-21T05:00:00Z', 20261121, 1, x'41420043', '1.50')")
	expect(t, h, "SELECT * FROM d", "a=2026-11-21 05:00 b=2026-11-21T05:00:00Z c=20261121 e=1 f=AB g=1.5")
	for sql, want := range map[string]string{
		"1e15":                "1.0e+15",
		"0.1+0.2":             "0.3",
		"1.0/3":               "0.333333333333333",
		"9223372036854775807": "9223372036854775807",
		"1e300*1e10":          "Inf",
		"'it''s'":             "it's",
		"char(233)":           "é",
		"upper('é')":          "é",
		"'a' || char(0)||'b'": "a",
		"1e100":               "1.0e+100",
		"12345678901234567.0": "1.23456789012346e+16",
	} {
		if got := rows(t, h, "SELECT "+sql+" AS v"); got != "v="+want {
			t.Errorf("%s gives %s, want %s", sql, got, want)
		}
	}
}

func TestSeveralStatementsInOneText(t *testing.T) {
	h := open(t, newPools(t, Options{}), "several")
	do(t, h, "CREATE TABLE t (a); -- a comment; with a semicolon\n INSERT INTO t VALUES (1), (2); /* and */ ;;")
	expect(t, h, "SELECT a FROM t; SELECT a+10 AS b FROM t ORDER BY a DESC;", "a=1\na=2\nb=12\nb=11")
	var seen []string
	err := h.Query(t.Context(), "SELECT a FROM t; INSERT INTO t VALUES (3); BAD; INSERT INTO t VALUES (4)", func(row []Column) bool {
		seen = append(seen, row[0].Text)
		return true
	})
	if err == nil || err.Error() != `near "BAD": syntax error` || strings.Join(seen, " ") != "1 2" {
		t.Errorf("%v after %q", err, seen)
	}
	expect(t, h, "SELECT count(*) c FROM t", "c=3")
}

func TestNamesOfFiles(t *testing.T) {
	root, other := t.TempDir(), t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{"out": other, "file.db": filepath.Join(other, "x.db")} {
		if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	p := newPools(t, Options{Root: root, Names: map[string]string{
		"outside": "sqlite://" + filepath.Join(other, "mapped.db"), "bare": "sqlite://mapped", "round": "odbc://round", "nothing": "x",
	}})
	for dsn, want := range map[string]string{ // a file below root, or part of an error
		"name":                                 "name.db",
		"sub/name":                             "sub/name.db",
		"sqlite://name2":                       "name2.db",
		"SQLite://" + root + "/sub/abs.sqlite": "sub/abs.sqlite",
		root + "/abs2":                         "abs2",
		"odbc://bare":                          "mapped.db",
		"odbc://outside:user:pass":             "../" + filepath.Base(other) + "/mapped.db",
		"outside:user":                         "../" + filepath.Base(other) + "/mapped.db",
		"../name":                              "not allowed",
		"sqlite://../name":                     "not allowed",
		other + "/x.db":                        "not allowed",
		"sqlite:///etc/passwd":                 "not allowed",
		root + "/out/x.db":                     "not allowed",
		"out/x":                                "not allowed",
		root + "/nodir/x.db":                   "unable to open database file",
		"file":                                 "unable to open database file",
		"sqlite://sub/../../x":                 "not allowed",
		"sqlite://":                            "unknown data source",
		"":                                     "unknown data source",
		"nosuch://x":                           `unknown data source: "nosuch://" is no kind of database`,
		"odbc://round":                         "unknown data source",
		"odbc://nothing":                       "unknown data source",
		"core:gt_core":                         `unknown data source: no database is configured under the name "core"`,
		"odbc://missing:u:secret":              `unknown data source: no database is configured under the name "missing"`,
	} {
		h, err := p.Open(t.Context(), dsn, "", "")
		if err != nil {
			if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%q: %v, want %s", dsn, err, want)
			}
			continue
		}
		do(t, h, "CREATE TABLE IF NOT EXISTS t (a)")
		if _, err := os.Stat(filepath.Join(root, want)); err != nil {
			t.Errorf("%q: %v", dsn, err)
		}
		h.Release()
	}
	if _, err := os.Stat(filepath.Join(other, "x.db")); err == nil {
		t.Error("a link led out of the root")
	}
	bare := New(Options{})
	defer bare.Close()
	if _, err := bare.Open(t.Context(), "name", "", ""); !errors.Is(err, ErrDenied) {
		t.Errorf("without a directory: %v", err)
	}
	if _, err := p.Open(t.Context(), "name", "user", "pass"); !errors.Is(err, ErrUnknown) {
		t.Errorf("a name with a user is one of ODBC: %v", err)
	}
}

func TestOtherFilesAreOutOfReach(t *testing.T) {
	p := newPools(t, Options{})
	h := open(t, p, "here")
	outside := filepath.Join(t.TempDir(), "x.db")
	do(t, h, "CREATE TABLE t (a)")
	for _, sql := range []string{
		"ATTACH '" + outside + "' AS x",
		"ATTACH '" + outside[:5] + "' || '" + outside[5:] + "' AS x",
		"ATTACH 'file:" + outside + "?mode=rwc' AS x",
		"VACUUM INTO '" + outside + "'",
		"PRAGMA temp_store_directory='/'",
		"PRAGMA writable_schema=ON",
		"SELECT load_extension('" + outside + "')",
		"SELECT readfile('" + outside + "')",
	} {
		if err := h.Query(t.Context(), sql, nil); err == nil {
			t.Errorf("%s was carried out", sql)
		}
	}
	if err := h.Query(t.Context(), "UPDATE sqlite_schema SET sql = 'x'", nil); err == nil {
		t.Error("the schema was written")
	}
	if _, err := os.Stat(outside); err == nil {
		t.Error("a file was made")
	}
	do(t, h, "VACUUM")
}

func TestDatabasesInMemory(t *testing.T) {
	p := newPools(t, Options{IdleTime: time.Nanosecond})
	a := open(t, p, "sqlite://memory://shared")
	do(t, a, "CREATE TABLE t (a); INSERT INTO t VALUES (1)")
	b := open(t, p, "sqlite://memory://shared")
	expect(t, b, "SELECT a FROM t", "a=1")
	a.Release()
	b.Release()
	expect(t, open(t, p, "sqlite://memory://shared"), "SELECT a FROM t", "a=1")
	for p2, dsn := range map[*Pools]string{p: "sqlite://memory://other", newPools(t, Options{}): "sqlite://memory://shared"} {
		expect(t, open(t, p2, dsn), "SELECT count(*) c FROM sqlite_schema", "c=0")
	}
	for i := range maxMemory {
		h, err := p.Open(t.Context(), fmt.Sprintf("sqlite://memory://%d", i), "", "")
		if err == nil {
			h.Release()
		} else if !errors.Is(err, ErrBusy) || i < maxMemory-2 {
			t.Errorf("%d: %v", i, err)
		}
	}
}

func TestTheRowFunctionMayUseTheHandle(t *testing.T) {
	h := open(t, newPools(t, Options{}), "nested")
	do(t, h, "CREATE TABLE t (a INTEGER, b TEXT); INSERT INTO t (a) VALUES (1), (2), (3)")
	err := h.Query(t.Context(), "SELECT a FROM t ORDER BY a", func(row []Column) bool {
		do(t, h, "UPDATE t SET b = 'x' || "+row[0].Text+" WHERE a = "+row[0].Text)
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, h, "SELECT b FROM t ORDER BY a", "b=x1\nb=x2\nb=x3")
}

func TestATransactionSpansQueriesAndEndsWithItsHandle(t *testing.T) {
	p := newPools(t, Options{MaxOpen: 2})
	a, b := open(t, p, "tx"), open(t, p, "tx")
	do(t, a, "CREATE TABLE t (a)")
	do(t, a, "BEGIN")
	do(t, a, "INSERT INTO t VALUES (1)")
	expect(t, b, "SELECT count(*) c FROM t", "c=0")
	do(t, a, "COMMIT")
	expect(t, b, "SELECT count(*) c FROM t", "c=1")
	do(t, a, "BEGIN; INSERT INTO t VALUES (2)")
	a.Release()
	c := open(t, p, "tx") // the connection of a
	expect(t, c, "SELECT count(*) c FROM t", "c=1")
	do(t, b, "INSERT INTO t VALUES (3)")
}

func TestWhatAScriptLeavesOnAConnectionIsGone(t *testing.T) {
	p := newPools(t, Options{})
	h := open(t, p, "left")
	do(t, h, "CREATE TEMP TABLE secret (a); INSERT INTO secret VALUES (1)")
	h.Release()
	h = open(t, p, "left")
	expect(t, h, "SELECT count(*) c FROM sqlite_temp_schema", "c=0")
	do(t, h, "PRAGMA case_sensitive_like=ON")
	h.Release()
	expect(t, open(t, p, "left"), "SELECT 'a' LIKE 'A' AS v", "v=1")
}

func TestConnectionsArePooled(t *testing.T) {
	p := newPools(t, Options{})
	a := open(t, p, "pool")
	first := a.conn
	a.Release()
	b := open(t, p, "pool")
	if b.conn != first {
		t.Error("a rested connection was not used again")
	}
	if c := open(t, p, "pool"); c.conn == first {
		t.Error("a connection has two handles")
	}
	if c := open(t, p, "another"); c.conn == first {
		t.Error("a connection belongs to another file")
	}
}

func TestIdleConnectionsAreBoundedAndExpire(t *testing.T) {
	p := newPools(t, Options{MaxIdle: 3})
	for i := range 5 {
		open(t, p, fmt.Sprint("idle", i)).Release()
	}
	if n := len(p.idle); n != 3 || !strings.HasSuffix(p.idle[0].key, "idle2.db") {
		t.Errorf("%d rest, the oldest is %s", n, p.idle[0].key)
	}
	if len(p.slots) != 0 {
		t.Errorf("slots are left of data sources that nobody uses: %v", p.slots)
	}
	since := p.idle[0].since
	if old := p.expired(since.Add(59 * time.Second)); len(old) != 0 {
		t.Errorf("expired before a minute: %v", old)
	}
	old := p.expired(p.idle[1].since.Add(time.Minute))
	if len(old) < 2 || len(old)+len(p.idle) != 3 {
		t.Errorf("%d expired, %d rest", len(old), len(p.idle))
	}
	for _, c := range old {
		c.conn.close()
	}
}

func TestHandlesAreBounded(t *testing.T) {
	p := newPools(t, Options{MaxOpen: 2, OpenTimeout: 50 * time.Millisecond})
	a := open(t, p, "bound")
	open(t, p, "bound")
	if _, err := p.Open(t.Context(), "bound", "", ""); !errors.Is(err, ErrBusy) {
		t.Errorf("the third: %v", err)
	}
	open(t, p, "elsewhere")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Open(ctx, "bound", "", ""); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of the call: %v", err)
	}
	p.opts.OpenTimeout = 10 * time.Second
	got := make(chan error)
	go func() {
		h, err := p.Open(context.Background(), "bound", "", "")
		if err == nil {
			h.Release()
		}
		got <- err
	}()
	a.Release()
	if err := <-got; err != nil {
		t.Errorf("after one was released: %v", err)
	}
}

func TestAQueryEndsInTime(t *testing.T) {
	const endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n) SELECT count(*) FROM n"
	p := newPools(t, Options{QueryTimeout: 50 * time.Millisecond})
	h := open(t, p, "time")
	began := time.Now()
	if err := h.Query(t.Context(), endless, nil); !errors.Is(err, ErrTimeout) || h.LastError() == "" {
		t.Errorf("%v", err)
	}
	reason := errors.New("the call has ended")
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(10*time.Millisecond, func() { cancel(reason) }) // the statement has to run by then
	if err := h.Query(ctx, endless, nil); !errors.Is(err, reason) {
		t.Errorf("%v", err)
	}
	if d := time.Since(began); d > 5*time.Second {
		t.Errorf("it took %v", d)
	}
	expect(t, h, "SELECT 1 AS v", "v=1")
}

func TestALockIsWaitedFor(t *testing.T) {
	p := newPools(t, Options{})
	a, b := open(t, p, "lock"), open(t, p, "lock")
	do(t, a, "CREATE TABLE t (a)")
	expect(t, b, "SELECT * FROM t", "") // knows the table
	do(t, a, "BEGIN EXCLUSIVE")
	done := make(chan error)
	go func() { done <- b.Query(context.Background(), "INSERT INTO t VALUES (1)", nil) }()
	select {
	case err := <-done:
		t.Fatalf("the lock was not waited for: %v", err)
	case <-time.After(30 * time.Millisecond): // several attempts
	}
	do(t, a, "COMMIT")
	if err := <-done; err != nil {
		t.Error(err)
	}
	do(t, a, "BEGIN EXCLUSIVE")
	p.opts.QueryTimeout = 20 * time.Millisecond
	if err := b.Query(t.Context(), "INSERT INTO t VALUES (1)", nil); err == nil || err.Error() != "database is locked" {
		t.Errorf("%v", err)
	}
}

func TestResultsAreBounded(t *testing.T) {
	p := newPools(t, Options{MaxResult: 100_000})
	h := open(t, p, "large")
	const many = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n LIMIT 10000) SELECT x FROM n"
	seen := 0
	if err := h.Query(t.Context(), many, func([]Column) bool { seen++; return true }); !errors.Is(err, ErrTooLarge) || seen == 0 || seen == 10000 {
		t.Errorf("%v after %d rows", err, seen)
	}
	do(t, h, many) // thrown away
	if err := h.Query(t.Context(), "SELECT length(zeroblob(200000))", nil); err == nil || err.Error() != "string or blob too big" {
		t.Errorf("%v", err)
	}
}

func TestTestReactive(t *testing.T) {
	h := open(t, newPools(t, Options{}), "reactive")
	ctx := t.Context()
	for _, c := range []struct {
		test, drop, reactive string
		want                 bool
	}{
		{"SELECT a FROM t", "", "CREATE TABLE t (a)", true},
		{"SELECT a FROM t", "DROP TABLE t", "bad", true},
		{"SELECT b FROM t", "DROP TABLE nosuch", "CREATE TABLE u (b)", true},
		{"SELECT b FROM t", "DROP TABLE t", "CREATE TABLE t (b)", true},
		{"SELECT c FROM t", "", "bad", false},
		{"", "", "SELECT 1", false},
		{"SELECT 1", "", "", false},
	} {
		if got := h.TestReactive(ctx, c.test, c.drop, c.reactive); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
	expect(t, h, "SELECT name FROM sqlite_schema ORDER BY 1", "name=t\nname=u")
	h.Release()
	if h.TestReactive(ctx, "SELECT 1", "", "SELECT 1") {
		t.Error("true after release")
	}
}

func TestManyCallsAtOnce(t *testing.T) {
	p := newPools(t, Options{})
	do(t, open(t, p, "many"), "CREATE TABLE t (a INTEGER)")
	var calls sync.WaitGroup
	for i := range 50 {
		calls.Go(func() {
			h, err := p.Open(t.Context(), "many", "", "")
			if err != nil {
				t.Error(err)
				return
			}
			defer h.Release()
			if err := h.Query(t.Context(), fmt.Sprintf("INSERT INTO t VALUES (%d)", i), nil); err != nil {
				t.Error(err)
			}
			if err := h.Query(t.Context(), "SELECT a FROM t", func(row []Column) bool { return row[0].Text != "" }); err != nil {
				t.Error(err)
			}
		})
	}
	calls.Wait()
	expect(t, open(t, p, "many"), "SELECT count(DISTINCT a) c FROM t", "c=50")
}

func TestAfterClose(t *testing.T) {
	p := New(Options{Root: t.TempDir()})
	h := open(t, p, "close")
	open(t, p, "sqlite://memory://x").Release()
	p.Close()
	p.Close()
	do(t, h, "SELECT 1")
	h.Release()
	if len(p.idle) != 0 {
		t.Error("a connection rests in closed pools")
	}
	if _, err := p.Open(t.Context(), "close", "", ""); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
}

func BenchmarkOpenQueryReleaseSQLite(b *testing.B) {
	p := New(Options{Root: b.TempDir()})
	defer p.Close()
	for b.Loop() {
		h, err := p.Open(b.Context(), "bench", "", "")
		if err != nil {
			b.Fatal(err)
		}
		if err := h.Query(b.Context(), "SELECT 1 AS a, 'two' AS b", func([]Column) bool { return true }); err != nil {
			b.Fatal(err)
		}
		h.Release()
	}
}
