package dbh

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

func TestTablesTellOfColumnsWithoutRows(t *testing.T) {
	h := open(t, newPools(t, Options{}), "table")
	do(t, h, "CREATE TABLE t (id INTEGER, name VARCHAR(5))")
	table := func(sql string) Table {
		t.Helper()
		v, err := h.Table(t.Context(), sql)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	want := []Field{{Name: "id", Type: "INTEGER"}, {Name: "name", Type: "VARCHAR(5)"}, {Name: "x"}}
	if got := table("SELECT *, 1 AS x FROM t"); !reflect.DeepEqual(got.Fields, want) || len(got.Rows) != 0 {
		t.Errorf("%+v", got)
	}
	if got := table("INSERT INTO t VALUES (1, '1'), (2, NULL)"); len(got.Fields) != 0 || got.Affected != 2 {
		t.Errorf("%+v", got)
	}
	// Of several statements, the last.
	got := table("SELECT 'first'; SELECT id, name FROM t ORDER BY id")
	rows := [][]Column{{{Name: "id", Text: "1", Number: true}, {Name: "name", Text: "1"}}, {{Name: "id", Text: "2", Number: true}, {Name: "name", Null: true}}}
	if !reflect.DeepEqual(got.Rows, rows) {
		t.Errorf("%+v", got.Rows)
	}
	if got := table("SELECT 1; DELETE FROM t"); len(got.Fields) != 0 || len(got.Rows) != 0 || got.Affected != 2 {
		t.Errorf("%+v", got)
	}
	if _, err := h.Table(t.Context(), "SELECT 1; BAD"); err == nil {
		t.Error("no error")
	}
}

func TestSQLiteFilesByTheirPaths(t *testing.T) {
	p := newPools(t, Options{})
	root := p.opts.Root
	if err := os.Mkdir(filepath.Join(root, "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"a.sqlite": "a.sqlite", "sub/b": "sub/b", "sub/../c": "c", filepath.Join(root, "d.db"): "d.db"} {
		h, err := p.OpenSQLite(t.Context(), path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		do(t, h, "CREATE TABLE t (a)")
		h.Release()
		if _, err := os.Stat(filepath.Join(root, want)); err != nil {
			t.Error(err)
		}
	}
	for _, path := range []string{"../x", "/etc/x", "sub/../../x"} {
		if _, err := p.OpenSQLite(t.Context(), path); !errors.Is(err, ErrDenied) {
			t.Errorf("%s: %v", path, err)
		}
	}
	bare := New(Options{})
	defer bare.Close()
	if _, err := bare.OpenSQLite(context.Background(), "x"); !errors.Is(err, ErrDenied) {
		t.Errorf("without a directory: %v", err)
	}
	// In memory, each handle has a database of its own, of which nothing is left.
	a, err := p.OpenSQLite(t.Context(), ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	do(t, a, "CREATE TABLE t (a)")
	for _, release := range []bool{false, true} {
		if release {
			a.Release()
		}
		b, err := p.OpenSQLite(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		expect(t, b, "SELECT count(*) c FROM sqlite_schema", "c=0")
		b.Release()
	}
}
