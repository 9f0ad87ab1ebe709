//go:build linux

package dbh

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestPostgresTexts(t *testing.T) {
	s := servers.Postgres(t)
	h := open(t, newPools(t, Options{}), s.DSN)
	do(t, h, "SET timezone = 'UTC'")
	for sql, want := range map[string]string{
		"true":                                 "t",
		"1 = 2":                                "f",
		"NULL::text":                           ":NULL",
		"''":                                   "",
		"1.50::numeric(10,2)":                  "1.50",
		"2::float8":                            "2",
		"0.1::float4":                          "0.1",
		"timestamp '2026-11-21 05:00:00.120'":  "2026-11-21 05:00:00.12",
		"timestamptz '2026-11-21 05:00:00+01'": "2026-11-21 04:00:00+00",
		"date '2026-11-21'":                    "2026-11-21",
		"interval '90 minutes'":                "01:30:00",
		"ARRAY[1,2]":                           "{1,2}",
		"'\\x4100ff'::bytea":                   "\\x4100ff",
		"'{\"a\": 1}'::jsonb":                  "{\"a\": 1}",
		"'hé'":                                 "hé",
		"'6ba7b810-9dad-11d1-80b4-00c04fd430c8'::uuid": "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
	} {
		if want != ":NULL" {
			want = "=" + want
		}
		if got := rows(t, h, "SELECT "+sql+" AS v"); got != "v"+want {
			t.Errorf("%s gives %s, want %s", sql, got, want)
		}
	}
	expect(t, h, "SELECT 1, 2 AS \"B\"", "?column?=1 B=2")
}

func TestPostgresStatements(t *testing.T) {
	h := open(t, newPools(t, Options{}), servers.Postgres(t).DSN)
	affected := func(want int64) {
		t.Helper()
		if h.Affected() != want {
			t.Errorf("affected rows: %d, want %d", h.Affected(), want)
		}
	}
	do(t, h, "DROP TABLE IF EXISTS t; CREATE TABLE t (a serial PRIMARY KEY, b text)")
	do(t, h, "INSERT INTO t (b) VALUES ('x'), (NULL), ('')")
	affected(3)
	expect(t, h, "SELECT * FROM t ORDER BY a; SELECT count(*) FROM t", "a=1 b=x\na=2 b:NULL\na=3 b=\ncount=3")
	affected(1)
	do(t, h, "UPDATE t SET b = 'y' WHERE a > 1; DELETE FROM t WHERE a = 1")
	affected(1)
	do(t, h, "SELECT * FROM t")
	affected(2)
	do(t, h, "CREATE TABLE IF NOT EXISTS t (a int)")
	affected(0)
	const text = `ERROR:  syntax error at or near "SELEKT"`
	if err := h.Query(t.Context(), "SELEKT nonsense", nil); err == nil || err.Error() != text || h.LastError() != text {
		t.Errorf("%v; %q", err, h.LastError())
	}
	err := h.Query(t.Context(), "INSERT INTO t (a) VALUES (2)", func([]Column) bool { return true })
	if want := "ERROR:  duplicate key value violates unique constraint \"t_pkey\"\nDETAIL:  Key (a)=(2) already exists."; err == nil || err.Error() != want || h.LastError() != want {
		t.Errorf("%v; %q", err, h.LastError())
	}
	if !h.TestReactive(t.Context(), "SELECT c FROM t", "DROP TABLE t", "CREATE TABLE t (c int)") {
		t.Error("the table was not made anew")
	}
	expect(t, h, "SELECT * FROM t", "")
	n := 0
	if err := h.Query(t.Context(), "SELECT generate_series(1, 1000)", func([]Column) bool { n++; return n < 10 }); err != nil || n != 10 {
		t.Errorf("%v after %d rows", err, n)
	}
	err = h.Query(t.Context(), "SELECT generate_series(1, 3) AS a", func(row []Column) bool {
		expect(t, h, "SELECT "+row[0].Text+" AS nested", "nested="+row[0].Text)
		return true
	})
	if err != nil {
		t.Error(err)
	}
}

func TestPostgresNames(t *testing.T) {
	s := servers.Postgres(t)
	p := newPools(t, Options{Names: map[string]string{"fusionpbx": s.DSN}})
	do(t, open(t, p, s.DSN), "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'joe') THEN CREATE ROLE joe LOGIN; END IF; END $$")
	for dsn, user := range map[string]string{
		fmt.Sprintf("postgres://admin@127.0.0.1:%d/postgres?sslmode=disable", s.Port):                                                                             "admin",
		fmt.Sprintf("postgresql://joe:pw@127.0.0.1:%d/postgres?sslmode=disable", s.Port):                                                                          "joe",
		fmt.Sprintf("pgsql://admin@127.0.0.1:%d/postgres?sslmode=disable", s.Port):                                                                                "admin",
		fmt.Sprintf("pgsql://postgres://admin@127.0.0.1:%d/postgres?sslmode=disable", s.Port):                                                                     "admin",
		fmt.Sprintf("PGSQL://hostaddr=127.0.0.1 port=%d user='admin' dbname = postgres", s.Port):                                                                  "admin",
		fmt.Sprintf("pgsql://host=nowhere.invalid hostaddr=127.0.0.1 port=%d user=admin dbname=postgres sslmode=disable", s.Port):                                 "admin",
		fmt.Sprintf("pgsql://hostaddr=127.0.0.1 port=%d user=admin dbname=postgres options='-c client_min_messages=NOTICE' keepalives=1 sslmode=disable", s.Port): "admin",
		"odbc://fusionpbx":            "admin",
		"odbc://fusionpbx:joe:secret": "joe",
		"fusionpbx:joe":               "joe",
		fmt.Sprintf("pgsql://host=%s port=%d user=admin dbname=postgres", s.Dir, s.Port): "admin",
	} {
		h, err := p.Open(t.Context(), dsn, "", "")
		if err != nil {
			t.Errorf("%s: %v", dsn, err)
			continue
		}
		expect(t, h, "SELECT current_user AS u", "u="+user)
		h.Release()
	}
	h, err := p.Open(t.Context(), "fusionpbx", "joe", "secret")
	if err != nil {
		t.Fatal(err)
	}
	expect(t, h, "SELECT current_user AS u, current_setting('application_name') AS n", "u=joe n=eslua")
	h.Release()
	for _, dsn := range []string{
		"pgsql://host=127.0.0.1 port=1 user=admin password=hidden",
		fmt.Sprintf("postgres://nobody:hidden@127.0.0.1:%d/nowhere?sslmode=disable", s.Port),
		"pgsql://host=127.0.0.1 port=x password=hidden",
		"postgres://a:hidden@h:port/x",
	} {
		if _, err := p.Open(t.Context(), dsn, "", ""); err == nil || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: %v", dsn, err)
		}
	}
}

func TestAScriptsDataSourceHasNoRightsOfTheProcess(t *testing.T) {
	t.Setenv("PGPASSWORD", "of the process")
	for text, want := range map[string]string{
		"host=h user=u":                 "",
		"host=h user=u password=own":    "own",
		"":                              "",
		"postgres://u@h/d":              "",
		"postgres://u:own@h/d":          "own",
		"postgres://u@h/d?password=own": "own",
	} {
		text, err := ownRights(text)
		if err != nil {
			t.Fatal(err)
		}
		cfg, err := postgresConfig(text)
		if err != nil || cfg.Password != want {
			t.Errorf("%s: password %q, want %q; %v", text, cfg.Password, want, err)
		}
	}
	for _, text := range []string{"host=h sslkey=/etc/key", "servicefile = /etc/passwd service=x", "postgres://h/d?sslrootcert=/etc/x", "host='h'sslkey=/etc/key", "host=h\vpassfile=/etc/p"} {
		if _, err := ownRights(text); !errors.Is(err, ErrDenied) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if cfg, err := postgresConfig("host=h user=u"); err != nil || cfg.Password != "of the process" {
		t.Errorf("a data source of the configuration: %+v, %v", cfg, err)
	}
}

func TestPostgresConnectionsAreCleanForTheNext(t *testing.T) {
	p := newPools(t, Options{})
	dsn := servers.Postgres(t).DSN
	h := open(t, p, dsn)
	pid := rows(t, h, "SELECT pg_backend_pid() AS pid")
	do(t, h, "DROP TABLE IF EXISTS clean; CREATE TABLE clean (a int); CREATE TEMP TABLE secret (a int); SET search_path = pg_catalog")
	do(t, h, "BEGIN; INSERT INTO public.clean VALUES (1)")
	other := open(t, p, dsn)
	do(t, other, "SET lock_timeout = '5s'")
	h.Release()
	do(t, other, "BEGIN; LOCK TABLE public.clean; COMMIT") // nobody holds a lock on it
	h = open(t, p, dsn)
	expect(t, h, "SELECT pg_backend_pid() AS pid", pid)
	expect(t, h, "SELECT count(*) c FROM clean", "c=0")
	if err := h.Query(t.Context(), "SELECT * FROM secret", nil); err == nil {
		t.Error("a temporary table is left")
	}
	do(t, h, "BEGIN")
	h.Query(t.Context(), "bad", nil) // the transaction has failed
	h.Release()
	h = open(t, p, dsn)
	expect(t, h, "SELECT pg_backend_pid() AS pid", pid)
}

func TestPostgresQueriesEndInTime(t *testing.T) {
	dsn := servers.Postgres(t).DSN
	p := newPools(t, Options{QueryTimeout: 100 * time.Millisecond})
	h := open(t, p, dsn)
	if err := h.Query(t.Context(), "SELECT pg_sleep(30)", nil); !errors.Is(err, ErrTimeout) || h.LastError() != ErrTimeout.Error() {
		t.Errorf("%v; %q", err, h.LastError())
	}
	expect(t, h, "SELECT 1 AS v", "v=1") // on another connection
	reason := errors.New("the call has ended")
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(10*time.Millisecond, func() { cancel(reason) }) // the statement has to run by then
	if err := h.Query(ctx, "SELECT pg_sleep(30)", nil); !errors.Is(err, reason) {
		t.Errorf("%v", err)
	}
	expect(t, h, "SELECT 1 AS v", "v=1")
}

func TestPostgresResultsAreBounded(t *testing.T) {
	h := open(t, newPools(t, Options{MaxResult: 100_000}), servers.Postgres(t).DSN)
	n := 0
	if err := h.Query(t.Context(), "SELECT generate_series(1, 100000)", func([]Column) bool { n++; return true }); !errors.Is(err, ErrTooLarge) || n == 0 {
		t.Errorf("%v after %d rows", err, n)
	}
	expect(t, h, "SELECT 1 AS v", "v=1")
	if err := h.Query(t.Context(), "SELECT repeat('x', 1000000) AS x", func([]Column) bool { return true }); !errors.Is(err, ErrTooLarge) {
		t.Errorf("%v", err)
	}
}

func TestPostgresComesBackAfterARestart(t *testing.T) {
	s := servers.Postgres(t)
	p := newPools(t, Options{})
	held, rested := open(t, p, s.DSN), open(t, p, s.DSN)
	do(t, held, "SELECT 1")
	rested.Release()
	s.Stop()
	if err := held.Query(t.Context(), "SELECT 1", nil); err == nil {
		t.Error("no error without a server")
	}
	if _, err := p.Open(t.Context(), s.DSN, "", ""); err == nil {
		t.Error("opened without a server")
	}
	s.Start(t)
	expect(t, held, "SELECT 1 AS v", "v=1")
	expect(t, open(t, p, s.DSN), "SELECT 1 AS v", "v=1")
}

func TestPostgresBackendThatIsEndedIsReplaced(t *testing.T) {
	p := newPools(t, Options{})
	dsn := servers.Postgres(t).DSN
	h, killer := open(t, p, dsn), open(t, p, dsn)
	pid := strings.TrimPrefix(rows(t, h, "SELECT pg_backend_pid() AS pid"), "pid=")
	h.Release()
	do(t, killer, "SELECT pg_terminate_backend("+pid+", 5000)")
	h = open(t, p, dsn)
	if got := rows(t, h, "SELECT pg_backend_pid() AS pid"); got == "pid="+pid {
		t.Error("the dead connection was used")
	}
}

func TestNetworkConnectionsGoByTheGivenDialer(t *testing.T) {
	s := servers.Postgres(t)
	var dialled atomic.Value
	refused := errors.New("refused by the configuration")
	p := newPools(t, Options{Dial: func(_ context.Context, network, address string) (net.Conn, error) {
		dialled.Store(network + " " + address)
		return nil, refused
	}})
	for dsn, want := range map[string]string{
		s.DSN: fmt.Sprintf("tcp 127.0.0.1:%d", s.Port),
		"mariadb://Server=127.0.0.1;Port=33;Uid=a": "tcp 127.0.0.1:33",
	} {
		if _, err := p.Open(t.Context(), dsn, "", ""); !errors.Is(err, refused) || dialled.Load() != want {
			t.Errorf("%s: %v; dialled %v", dsn, err, dialled.Load())
		}
	}
}

func TestManyCallsOnPostgres(t *testing.T) {
	p := newPools(t, Options{MaxOpen: 5})
	dsn := servers.Postgres(t).DSN
	do(t, open(t, p, dsn), "DROP TABLE IF EXISTS many; CREATE TABLE many (a int)")
	var calls sync.WaitGroup
	for i := range 50 {
		calls.Go(func() {
			h, err := p.Open(t.Context(), dsn, "", "")
			if err != nil {
				t.Error(err)
				return
			}
			defer h.Release()
			if err := h.Query(t.Context(), fmt.Sprintf("INSERT INTO many VALUES (%d)", i), nil); err != nil {
				t.Error(err)
			}
		})
	}
	calls.Wait()
	expect(t, open(t, p, dsn), "SELECT count(DISTINCT a) c FROM many", "c=50")
}

func BenchmarkOpenQueryReleasePostgres(b *testing.B) {
	s := servers.Postgres(b)
	p := New(Options{Network: loopback})
	defer p.Close()
	for b.Loop() {
		h, err := p.Open(b.Context(), s.DSN, "", "")
		if err != nil {
			b.Fatal(err)
		}
		if err := h.Query(b.Context(), "SELECT 1 AS a, 'two' AS b", func([]Column) bool { return true }); err != nil {
			b.Fatal(err)
		}
		h.Release()
	}
}
