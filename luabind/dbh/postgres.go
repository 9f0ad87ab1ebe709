package dbh

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// libpqOnly are keywords of libpq that say nothing to the server and that the driver does not know.
const libpqOnly = "keepalives keepalives_idle keepalives_interval keepalives_count tcp_user_timeout gssencmode krbsrvname gsslib " +
	"sslcompression sslcrl sslcrldir requirepeer requiressl load_balance_hosts"

// readsFiles are the keywords that name files.
var readsFiles = [...]string{"passfile", "service", "servicefile", "sslcert", "sslkey", "sslrootcert"}

// postgresTarget is a database of a PostgreSQL server, by a connection string of libpq.
func (p *Pools) postgresTarget(text, user, pass string, trusted bool) (target, error) {
	if !trusted {
		var err error
		if text, err = ownRights(text); err != nil {
			return target{}, err
		}
	}
	cfg, err := postgresConfig(text)
	if err != nil {
		return target{}, fmt.Errorf("%w: %w", ErrUnknown, err) // leaves passwords out
	}
	if user != "" {
		cfg.User = user
	}
	if pass != "" {
		cfg.Password = pass
	}
	cfg.DialFunc = p.dialer(trusted)
	if !trusted {
		cfg.LookupFunc = func(_ context.Context, host string) ([]string, error) { return []string{host}, nil } // the dialer looks it up
	}
	if _, ok := cfg.RuntimeParams["application_name"]; !ok {
		cfg.RuntimeParams["application_name"] = "eslua"
	}
	return target{key: strings.Join([]string{"postgres", strconv.FormatBool(trusted), text, user, pass}, "\x00"), open: func(ctx context.Context) (conn, error) {
		c, err := pgconn.ConnectConfig(ctx, cfg)
		if err != nil {
			return nil, err
		}
		return &postgresConn{c, p.opts.MaxResult}, nil
	}}, nil
}

// isURL tells the two forms of a connection string apart as the driver does.
func isURL(text string) bool {
	return strings.HasPrefix(text, "postgres://") || strings.HasPrefix(text, "postgresql://")
}

// ownRights keeps a script's connection string from using what belongs to the process: the driver would read files that the
// string names, and take a password or a certificate that is not given from the environment or from a file. What it gives is written anew, so that the
// driver cannot read it otherwise than it was read here.
func ownRights(text string) (string, error) {
	if isURL(text) {
		return ownRightsOfURL(text)
	}
	list, err := parseSettings(text)
	if err != nil {
		return "", err
	}
	own := "password='' passfile='' sslcert='' sslkey=''"
	for _, s := range list {
		if slices.Contains(readsFiles[:], s.key) {
			return "", fmt.Errorf("%w: %s in a script's data source", ErrDenied, s.key)
		}
		own += " " + s.String()
	}
	return own, nil
}

func ownRightsOfURL(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil {
		return "", fmt.Errorf("%w: no URL", ErrUnknown) // the error would show the password
	}
	query := u.Query()
	for _, name := range readsFiles {
		if query.Has(name) {
			return "", fmt.Errorf("%w: %s in a script's data source", ErrDenied, name)
		}
	}
	for _, name := range [...]string{"passfile", "sslcert", "sslkey"} {
		query.Set(name, "")
	}
	if _, ok := u.User.Password(); !ok && !query.Has("password") {
		query.Set("password", "")
	}
	u.RawQuery = query.Encode()
	if u.Host == "" && u.Path == "" {
		u.Path = "/" // without it the two slashes would be left out
	}
	return u.String(), nil
}

// postgresConfig understands connection strings as libpq does.
func postgresConfig(text string) (*pgconn.Config, error) {
	cfg, err := pgconn.ParseConfig(text)
	if err != nil {
		return nil, err
	}
	// The address to connect to, which FreeSWITCH's own examples have in place of host.
	if address := cfg.RuntimeParams["hostaddr"]; address != "" {
		if !isURL(text) {
			// Whether there is TLS depends on the host; one that is given in text counts more, as it comes last.
			if cfg, err = pgconn.ParseConfig(setting{"host", address}.String() + " " + text); err != nil {
				return nil, err
			}
		}
		delete(cfg.RuntimeParams, "hostaddr")
		cfg.Host = address
		for _, f := range cfg.Fallbacks {
			f.Host = address
		}
	}
	for name := range strings.FieldsSeq(libpqOnly) {
		delete(cfg.RuntimeParams, name)
	}
	return cfg, nil
}

// postgresConn is a connection to PostgreSQL. All goes by the simple protocol, so that several statements may be given in
// one text and values come as the server prints them.
type postgresConn struct {
	c   *pgconn.PgConn
	max int
}

func (c *postgresConn) alive() bool { return !c.c.IsClosed() }

func (c *postgresConn) close() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // the farewell is not waited for
	c.c.Close(ctx)
}

func (c *postgresConn) rest(ctx context.Context) bool {
	if c.c.TxStatus() != 'I' {
		_, err := c.query(ctx, "ROLLBACK", false)
		return err == nil
	}
	return true
}

func (c *postgresConn) wake(ctx context.Context) error {
	_, err := c.query(ctx, "DISCARD ALL", false)
	return err
}

func (c *postgresConn) query(ctx context.Context, sql string, wantRows bool) (res result, err error) {
	results := c.c.Exec(ctx, sql)
	size := 0
	for results.NextResult() {
		reader := results.ResultReader()
		if wantRows {
			res.fields, res.first = postgresFields(reader), len(res.rows)
		}
		for reader.NextRow() {
			if !wantRows || size > c.max {
				continue
			}
			row := postgresRow(reader)
			if size += sizeOf(row); size <= c.max {
				res.rows = append(res.rows, row)
			}
		}
		tag, _ := reader.Close() // its error is that of results
		res.affected = tag.RowsAffected()
	}
	err = results.Close()
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &pg):
		return res, errors.New(libpqText(pg))
	case err != nil && pgconn.SafeToRetry(err) && ctx.Err() == nil:
		return res, fmt.Errorf("%w: %w", errUnsent, err)
	case err == nil && size > c.max:
		return res, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, c.max)
	}
	return res, err
}

func postgresFields(reader *pgconn.ResultReader) []Field {
	fields := make([]Field, len(reader.FieldDescriptions()))
	for i, f := range reader.FieldDescriptions() {
		fields[i] = Field{Name: f.Name, OID: f.DataTypeOID, Modifier: f.TypeModifier}
	}
	return fields
}

func postgresRow(reader *pgconn.ResultReader) []Column {
	fields := reader.FieldDescriptions()
	row := make([]Column, len(fields))
	for i, value := range reader.Values() {
		row[i] = Column{Name: fields[i].Name, Text: cText(value), Null: value == nil}
	}
	return row
}

// libpqText is an error as libpq words it, without the line that shows the place in the statement.
func libpqText(e *pgconn.PgError) string {
	text := e.Severity + ":  " + e.Message
	if e.Detail != "" {
		text += "\nDETAIL:  " + e.Detail
	}
	if e.Hint != "" {
		text += "\nHINT:  " + e.Hint
	}
	return text
}

// cText is the part before the first NUL byte.
func cText(value []byte) string {
	text, _, _ := strings.Cut(string(value), "\x00")
	return text
}
