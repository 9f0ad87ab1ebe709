//go:build linux

package dbh

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestMySQLTexts(t *testing.T) {
	h := open(t, newPools(t, Options{}), servers.MariaDB(t).DSN)
	for sql, want := range map[string]string{
		"1":                            "1",
		"NULL":                         ":NULL",
		"''":                           "",
		"true":                         "1",
		"CAST(1.5 AS DECIMAL(10,2))":   "1.50",
		"2e0":                          "2",
		"0.1e0 + 0.2e0":                "0.30000000000000004",
		"1e14":                         "100000000000000",
		"1e15":                         "1e15",
		"-1.25e300":                    "-1.25e300",
		"1e-15":                        "0.000000000000001",
		"1e-16":                        "1e-16",
		"18446744073709551615":         "18446744073709551615",
		"-9223372036854775808":         "-9223372036854775808",
		"TIMESTAMP '2026-11-21 05:00'": "2026-11-21 05:00:00",
		"DATE '2026-11-21'":            "2026-11-21",
		"TIME '05:00:01'":              "05:00:01",
		"'hé'":                         "hé",
		"x'410042'":                    "A",
	} {
		if want != ":NULL" {
			want = "=" + want
		}
		if got := rows(t, h, "SELECT "+sql+" AS v"); got != "v"+want {
			t.Errorf("%s gives %s, want %s", sql, got, want)
		}
	}
	do(t, h, "DROP TABLE IF EXISTS f; CREATE TABLE f (a FLOAT, b DOUBLE, c TINYINT UNSIGNED, d YEAR); INSERT INTO f VALUES (1.1, 1.1, 255, 2026)")
	expect(t, h, "SELECT * FROM f", "a=1.1 b=1.1 c=255 d=2026")
}

func TestMySQLStatements(t *testing.T) {
	p := newPools(t, Options{QueryTimeout: 2 * time.Second, MaxResult: 100_000})
	dsn := servers.MariaDB(t).DSN
	h := open(t, p, dsn)
	affected := func(want int64) {
		t.Helper()
		if h.Affected() != want {
			t.Errorf("affected rows: %d, want %d", h.Affected(), want)
		}
	}
	do(t, h, "DROP TABLE IF EXISTS t; CREATE TABLE t (a INT PRIMARY KEY, b TEXT) ENGINE=InnoDB")
	do(t, h, "INSERT INTO t VALUES (1, 'x'), (2, NULL), (3, '')")
	affected(3)
	expect(t, h, "SELECT * FROM t ORDER BY a; INSERT INTO t VALUES (4, 'z'); SELECT count(*) AS c FROM t", "a=1 b=x\na=2 b:NULL\na=3 b=\nc=4")
	do(t, h, "UPDATE t SET b = 'y' WHERE a > 2; DELETE FROM t WHERE a = 1")
	affected(1)
	err := h.Query(t.Context(), "SELEKT nonsense", nil)
	if err == nil || !strings.HasPrefix(err.Error(), "You have an error in your SQL syntax") || h.LastError() != err.Error() {
		t.Errorf("%v; %q", err, h.LastError())
	}
	n := 0
	err = h.Query(t.Context(), "SELECT a FROM t; SELECT nosuch", func([]Column) bool { n++; return true })
	if err == nil || !strings.HasPrefix(err.Error(), "Unknown column 'nosuch'") || n != 3 {
		t.Errorf("%v after %d rows", err, n)
	}
	expect(t, h, "SELECT 1 AS v", "v=1")
	if err := h.Query(t.Context(), "SELECT repeat('x', 200000)", func([]Column) bool { return true }); !errors.Is(err, ErrTooLarge) {
		t.Errorf("%v", err)
	}
	expect(t, h, "SELECT 1 AS v", "v=1")
	if err := h.Query(t.Context(), "SELECT sleep(30)", nil); !errors.Is(err, ErrTimeout) {
		t.Errorf("%v", err)
	}
	expect(t, h, "SELECT 1 AS v", "v=1")
	do(t, h, "START TRANSACTION; DELETE FROM t")
	h.Release()
	expect(t, open(t, p, dsn), "SELECT count(*) AS c FROM t", "c=3")
}

func TestMySQLNames(t *testing.T) {
	s := servers.MariaDB(t)
	p := newPools(t, Options{Names: map[string]string{"astpp": fmt.Sprintf("mysql://127.0.0.1:%d/test", s.Port)}})
	for _, dsn := range []string{
		fmt.Sprintf("mysql://test:secret@127.0.0.1:%d/test", s.Port),
		fmt.Sprintf("maria:// host =127.0.0.1;PORT=%d;db=test;user=test;password=secret", s.Port),
		"odbc://astpp:test:secret",
		"astpp:test:secret",
	} {
		expect(t, open(t, p, dsn), "SELECT database() AS d", "d=test")
	}
	for _, dsn := range []string{"odbc://astpp:test:wrong", fmt.Sprintf("mysql://test:wrong@127.0.0.1:%d/test", s.Port), "mysql://te st:wrong@h:x/"} {
		if _, err := p.Open(t.Context(), dsn, "", ""); err == nil || strings.Contains(err.Error(), "wrong") {
			t.Errorf("%s: %v", dsn, err)
		}
	}
}
