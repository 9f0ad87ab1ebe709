package dbh

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// target is a data source that can be opened.
type target struct {
	key    string // the same for what may share connections
	memory bool   // vanishes with its last connection
	own    bool   // of one handle alone: its connection is never given to another
	sqlite bool
	open   func(ctx context.Context) (conn, error)
}

// resolve finds out what a data source name means (modlua-api.md 1.9).
func (p *Pools) resolve(dsn, user, pass string) (target, error) {
	scheme, rest, ok := strings.Cut(dsn, "://")
	if !ok {
		if user == "" && pass == "" && (len(dsn) < 2 || !strings.Contains(dsn[2:], ":")) { // as C:\x has one
			return p.sqliteTarget(dsn, false)
		}
		return p.odbc(dsn, user, pass)
	}
	if strings.EqualFold(scheme, "odbc") {
		return p.odbc(rest, user, pass)
	}
	return p.direct(scheme, dsn, user, pass, false)
}

// direct finds out what a name with a scheme other than odbc means. A trusted one may lead anywhere.
func (p *Pools) direct(scheme, dsn, user, pass string, trusted bool) (target, error) {
	rest := dsn[len(scheme)+len("://"):]
	switch strings.ToLower(scheme) {
	case "sqlite":
		if name, ok := cutPrefixFold(rest, "memory://"); ok {
			return p.memoryTarget(name)
		}
		return p.sqliteTarget(rest, trusted)
	case "pgsql":
		if !strings.Contains(rest, "://") && !isKeywords(rest) {
			rest = "postgres://" + rest
		}
		return p.postgresTarget(rest, user, pass, trusted)
	case "postgres", "postgresql":
		return p.postgresTarget(strings.ToLower(scheme)+"://"+rest, user, pass, trusted)
	case "mariadb", "maria", "mysql":
		return p.mysqlTarget(rest, user, pass, trusted)
	}
	return target{}, fmt.Errorf("%w: %q is no kind of database", ErrUnknown, scheme+"://")
}

// odbc finds out what a name of ODBC, as name:user:password, leads to. A user and a password that are given count more than
// those of the configuration.
func (p *Pools) odbc(dsn, user, pass string) (target, error) {
	parts := strings.SplitN(dsn, ":", 3)
	name := parts[0]
	if len(parts) > 1 && user == "" {
		user = parts[1]
	}
	if len(parts) > 2 && pass == "" {
		pass = parts[2]
	}
	to, ok := p.opts.Names[name]
	if !ok {
		return target{}, fmt.Errorf("%w: no database is configured under the name %q", ErrUnknown, name)
	}
	scheme, _, ok := strings.Cut(to, "://")
	if !ok || strings.EqualFold(scheme, "odbc") {
		return target{}, fmt.Errorf("%w: what is configured under the name %q has no kind of database in front", ErrUnknown, name)
	}
	return p.direct(scheme, to, user, pass, true)
}

// sqliteTarget is a file.
func (p *Pools) sqliteTarget(name string, trusted bool) (target, error) {
	path, err := p.sqlitePath(name, trusted)
	if err != nil {
		return target{}, err
	}
	return target{
		key: "sqlite " + path, sqlite: true,
		open: func(context.Context) (conn, error) { return openSQLite(path, "", p.opts.MaxResult) },
	}, nil
}

// OpenSQLite opens an SQLite file by its path as the library does: a relative one starts at Options.Root and has no ending put to it; ":memory:" and
// "" are a database in memory for this handle alone.
func (p *Pools) OpenSQLite(ctx context.Context, path string) (*Handle, error) {
	if path == "" || path == ":memory:" {
		return p.open(ctx, target{
			key: "own memory", own: true, sqlite: true,
			open: func(context.Context) (conn, error) { return openSQLite(":memory:", "", p.opts.MaxResult) },
		})
	}
	if !filepath.IsAbs(path) {
		if p.opts.Root == "" {
			return nil, fmt.Errorf("%w: no directory for SQLite files is configured (databases.root)", ErrDenied)
		}
		root, err := filepath.Abs(p.opts.Root)
		if err != nil {
			return nil, fmt.Errorf("unable to open database file: %w", err)
		}
		path = filepath.Join(root, path)
	}
	t, err := p.sqliteTarget(path, false)
	if err != nil {
		return nil, err
	}
	return p.open(ctx, t)
}

// sqlitePath is the path of a file without links on the way.
func (p *Pools) sqlitePath(name string, trusted bool) (string, error) {
	if name == "" {
		return "", fmt.Errorf("%w: no name", ErrUnknown)
	}
	if err := p.makeRoot(); err != nil {
		return "", err
	}
	path := name
	if !filepath.IsAbs(name) {
		if p.opts.Root == "" {
			return "", fmt.Errorf("%w: no directory for SQLite files is configured (databases.root)", ErrDenied)
		}
		if !filepath.IsLocal(name) {
			return "", fmt.Errorf("%w: %q leads out of the directory for SQLite files", ErrDenied, name)
		}
		path = filepath.Join(p.opts.Root, name+".db")
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return "", fmt.Errorf("unable to open database file: %w", err)
	}
	if !trusted {
		root, err := filepath.EvalSymlinks(p.opts.Root)
		if err == nil {
			root, err = filepath.Abs(root)
		}
		abs, err2 := filepath.Abs(dir)
		rel, err3 := filepath.Rel(root, abs)
		if p.opts.Root == "" || err != nil || err2 != nil || err3 != nil || !filepath.IsLocal(rel) {
			return "", fmt.Errorf("%w: %q is not below the directory for SQLite files", ErrDenied, name)
		}
	}
	return filepath.Join(dir, filepath.Base(path)), nil
}

// memoryTarget is a database in memory, which all handles of these pools share that use the same name.
func (p *Pools) memoryTarget(name string) (target, error) {
	path := fmt.Sprintf("/%p/%s", p, name) // databases in memory are common to the process, and must begin with a slash
	return target{
		key: "memory " + path, memory: true, sqlite: true,
		open: func(context.Context) (conn, error) { return openSQLite(path, "memdb", p.opts.MaxResult) },
	}, nil
}

// isKeywords tells the form host=a dbname=b of libpq from a URL.
func isKeywords(text string) bool {
	key, _, ok := strings.Cut(text, "=")
	return text == "" || ok && !strings.ContainsAny(strings.TrimSpace(key), ":/@?")
}

func cutPrefixFold(text, prefix string) (string, bool) {
	if len(text) < len(prefix) || !strings.EqualFold(text[:len(prefix)], prefix) {
		return text, false
	}
	return text[len(prefix):], true
}

func (p *Pools) makeRoot() error {
	if !p.opts.MakeRoot || p.opts.Root == "" {
		return nil
	}
	if err := os.MkdirAll(p.opts.Root, 0o700); err != nil {
		return fmt.Errorf("dbh: %w", err)
	}
	return nil
}
