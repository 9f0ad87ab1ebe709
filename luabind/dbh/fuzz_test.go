package dbh

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// FuzzDSN: whatever data source a script names, it gets at no file outside of the directory for SQLite, at no other file and no password of the process;
// and keywords mean to us what they mean to the driver.
func FuzzDSN(f *testing.F) {
	for _, dsn := range []string{
		"sqlite://calls", "sqlite:///etc/passwd", "sqlite://../x", "sqlite://memory://a", "calls", "sqlite://dir/../calls", "sqlite://link/x", "odbc://name:user:pass", "name:user", "C:\\x", "odbc://odbc",
		"pgsql://host=127.0.0.1 port=5 user=a dbname='b c' sslmode=disable", "pgsql://u:p@127.0.0.1:5432/d?sslmode=disable", "postgres://", "Postgres://?host=/tmp", "postgresql://a,b:1/c", "pgsql://hostaddr=10.0.0.1 host=x",
		"pgsql://host='a'passfile=FILE", "pgsql://host=a\vpassfile=FILE", "pgsql://hostaddr='a\\'passfile=FILE\\'' sslmode=disable", "pgsql://a:b=1 passfile=FILE user='://'", "postgres://h/d?pass%66ile=FILE",
		"pgsql://service=x servicefile=FILE", "pgsql://host=a password=", "pgsql://host=a user=\\", "pgsql://host = 'a\\'b' user= x", "pgsql://host", "pgsql://a='", "pgsql://a b=c", "postgres://h?password=&passfile=FILE",
		"mariadb://Server=10.1.2.3;Port=6;Uid=a;Pwd=b;Database=c", "mysql://a:b@10.0.0.1:3306/c", "maria://%zz", "mysql://=;;=", "nosuch://x", "://", "pgsql://x://y",
	} {
		f.Add(dsn, "", "")
		f.Add(dsn, "user", "hidden secret")
	}
	dir := f.TempDir()
	root, outside := filepath.Join(dir, "root"), filepath.Join(dir, "outside")
	secrets := filepath.Join(dir, "secrets")
	err := errors.Join(os.Mkdir(root, 0o700), os.Mkdir(outside, 0o700), os.Symlink(outside, filepath.Join(root, "link")), os.WriteFile(secrets, []byte("*:*:*:*:stolen\n[x]\npassword=stolen\n"), 0o600))
	if err != nil {
		f.Fatal(err)
	}
	f.Setenv("PGPASSWORD", "stolen")
	p := New(Options{Root: root, Network: loopback, Names: map[string]string{"name": "pgsql://host=127.0.0.1 user=a", "odbc": "odbc://name"}})
	f.Cleanup(p.Close)
	f.Fuzz(func(t *testing.T, dsn, user, pass string) {
		dsn = strings.ReplaceAll(dsn, "FILE", secrets)
		to, err := p.resolve(dsn, user, pass)
		if err != nil {
			if !errors.Is(err, ErrUnknown) && !errors.Is(err, ErrDenied) && !isPath(err) || len(pass) > 8 && !strings.Contains(dsn, pass) && strings.Contains(err.Error(), pass) {
				t.Fatal(err)
			}
		} else if path, ok := strings.CutPrefix(to.key, "sqlite "); ok && !strings.HasPrefix(path, root+"/") {
			t.Errorf("%q leads to %s", dsn, path)
		}
		_, text, _ := strings.Cut(dsn, "://")
		if isURL(dsn) {
			text = dsn
		}
		own, err := ownRights(text)
		if err != nil {
			return
		}
		cfg, err := postgresConfig(own)
		if err == nil && cfg.Password == "stolen" && !strings.Contains(dsn, "stolen") {
			t.Errorf("%q has a password of the process, as %q", dsn, own)
		}
		if !isURL(text) {
			sameSettings(t, text)
		}
	})
}

// isPath tells whether an error is of a path that leads nowhere.
func isPath(err error) bool {
	var p *fs.PathError
	return errors.As(err, &p) || strings.HasPrefix(err.Error(), "unable to open database file: ")
}

// sameSettings compares what keywords mean with what the driver makes of them.
func sameSettings(t *testing.T, text string) {
	t.Helper()
	list, err := parseSettings(text)
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, s := range list {
		words = append(words, s.String())
	}
	again, err := parseSettings(strings.Join(words, " "))
	if err != nil || !slices.Equal(again, list) {
		t.Fatalf("%q is written as %q, which is %q, %v", text, words, again, err)
	}
	theirs, err := pgconn.ParseConfig(text)
	if err != nil {
		return // they know which values a keyword has
	}
	ours, err := pgconn.ParseConfig(strings.Join(words, " "))
	if err != nil || ours.Host != theirs.Host || ours.Port != theirs.Port || ours.User != theirs.User || ours.Password != theirs.Password || ours.Database != theirs.Database || !maps.Equal(ours.RuntimeParams, theirs.RuntimeParams) {
		t.Errorf("%q is to the driver\n%+v, and written as %q\n%+v, %v", text, theirs, words, ours, err)
	}
}
