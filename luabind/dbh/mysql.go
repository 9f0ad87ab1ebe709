package dbh

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-sql-driver/mysql"
)

// mysqlTarget is a database of a MySQL or MariaDB server. The text is Server=..;Port=..;Database=..;Uid=..;Pwd=.. with the
// keys of the switch's driver, or user:password@host:port/database.
func (p *Pools) mysqlTarget(text, user, pass string, trusted bool) (target, error) {
	cfg := mysql.NewConfig()
	cfg.Net = "tcp"
	host, port := "localhost", "3306"
	if isKeywords(text) {
		for pair := range strings.SplitSeq(text, ";") {
			key, value, _ := strings.Cut(pair, "=")
			switch strings.ToLower(strings.TrimSpace(key)) {
			case "server", "host":
				host = value
			case "port":
				port = value
			case "database", "db":
				cfg.DBName = value
			case "uid", "user", "username":
				cfg.User = value
			case "pwd", "passwd", "password":
				cfg.Passwd = value
			}
		}
	} else {
		u, err := url.Parse("mysql://" + text)
		if err != nil {
			return target{}, fmt.Errorf("%w: it is neither Server=..;Database=.. nor user:password@host:port/database", ErrUnknown)
		}
		host, cfg.DBName, cfg.User = u.Hostname(), strings.TrimPrefix(u.Path, "/"), u.User.Username()
		cfg.Passwd, _ = u.User.Password()
		if u.Port() != "" {
			port = u.Port()
		}
	}
	if user != "" {
		cfg.User = user
	}
	if pass != "" {
		cfg.Passwd = pass
	}
	cfg.Addr = net.JoinHostPort(host, port)
	cfg.MultiStatements = true
	cfg.Logger = new(mysql.NopLogger)
	cfg.DialFunc = p.dialer(trusted)
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return target{}, fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	return target{key: strings.Join([]string{"mysql", strconv.FormatBool(trusted), text, user, pass}, "\x00"), open: func(ctx context.Context) (conn, error) {
		c, err := connector.Connect(ctx)
		if err != nil {
			return nil, mysqlProblem(err)
		}
		return &mysqlConn{c.(mysqlDriver), p.opts.MaxResult}, nil
	}}, nil
}

// mysqlDriver is what a connection of the driver can do.
type mysqlDriver interface {
	driver.Conn
	driver.Pinger
	driver.Validator
	driver.ExecerContext
	driver.QueryerContext
}

// mysqlConn is a connection to MySQL or MariaDB. All goes by the text protocol.
type mysqlConn struct {
	c   mysqlDriver
	max int
}

func (c *mysqlConn) alive() bool { return c.c.IsValid() }

func (c *mysqlConn) close() { c.c.Close() }

func (c *mysqlConn) rest(ctx context.Context) bool {
	_, err := c.query(ctx, "ROLLBACK", false) // the driver does not say whether there is a transaction
	return err == nil
}

func (c *mysqlConn) wake(ctx context.Context) error { return c.c.Ping(ctx) }

func (c *mysqlConn) query(ctx context.Context, sql string, wantRows bool) (res result, err error) {
	if !wantRows {
		done, err := c.c.ExecContext(ctx, sql, nil)
		if err != nil {
			return res, mysqlProblem(err)
		}
		if all := done.(mysql.Result).AllRowsAffected(); len(all) > 0 {
			res.affected = all[len(all)-1]
		}
		return res, nil
	}
	rows, err := c.c.QueryContext(ctx, sql, nil)
	if err != nil {
		return res, mysqlProblem(err)
	}
	defer rows.Close()
	more := rows.(driver.RowsNextResultSet)
	for size := 0; ; {
		if size, err = c.read(rows, &res, size); err != nil {
			return res, mysqlProblem(err)
		}
		if !more.HasNextResultSet() {
			break
		}
		if err := more.NextResultSet(); err != nil && err != io.EOF {
			return res, mysqlProblem(err)
		}
	}
	if len(res.fields) > 0 {
		return res, nil
	}
	rows.Close()
	res.affected, err = c.changed(ctx)
	return res, err
}

// changed is how many rows the last statement has changed, which the driver does not tell of a query.
func (c *mysqlConn) changed(ctx context.Context) (int64, error) {
	rows, err := c.c.QueryContext(ctx, "SELECT ROW_COUNT()", nil)
	if err != nil {
		return 0, mysqlProblem(err)
	}
	defer rows.Close()
	value := make([]driver.Value, 1)
	if err := rows.Next(value); err != nil {
		return 0, mysqlProblem(err)
	}
	n, err := strconv.ParseInt(mysqlText(value[0]), 10, 64)
	return n, err
}

// read reads the rows of one result. size counts the bytes of all.
func (c *mysqlConn) read(rows driver.Rows, res *result, size int) (int, error) {
	names := rows.Columns()
	types := rows.(driver.RowsColumnTypeDatabaseTypeName)
	res.fields, res.first = make([]Field, len(names)), len(res.rows)
	for i, name := range names {
		res.fields[i] = Field{Name: name, Type: types.ColumnTypeDatabaseTypeName(i)}
	}
	if len(names) == 0 {
		return size, nil
	}
	res.affected = 0
	values := make([]driver.Value, len(names))
	for {
		err := rows.Next(values)
		if err == io.EOF {
			return size, nil
		}
		if err != nil {
			return size, err
		}
		row := make([]Column, len(names))
		for i, v := range values {
			row[i] = Column{Name: names[i], Text: mysqlText(v), Null: v == nil}
		}
		if size += sizeOf(row); size > c.max {
			return size, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, c.max)
		}
		res.rows = append(res.rows, row)
		res.affected++
	}
}

// mysqlText turns a value back to the text that the server has sent: the driver makes numbers of some.
func mysqlText(v driver.Value) string {
	switch v := v.(type) {
	case nil:
		return ""
	case []byte:
		return cText(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case uint64:
		return strconv.FormatUint(v, 10)
	case float32:
		return mysqlFloat(float64(v), 32)
	case float64:
		return mysqlFloat(v, 64)
	}
	return fmt.Sprint(v)
}

// mysqlFloat writes a number as the server does: with an exponent from 1e15 and below 1e-15.
func mysqlFloat(f float64, bits int) string {
	if a := math.Abs(f); a != 0 && (a >= 1e15 || a < 1e-15) {
		text := strconv.FormatFloat(f, 'e', -1, bits)
		mantissa, exponent, _ := strings.Cut(text, "e")
		n, _ := strconv.Atoi(exponent)
		return mantissa + "e" + strconv.Itoa(n)
	}
	return strconv.FormatFloat(f, 'f', -1, bits)
}

// mysqlProblem is an error in the words of the server, or that the connection was dead.
func mysqlProblem(err error) error {
	var e *mysql.MySQLError
	switch {
	case errors.As(err, &e):
		return errors.New(e.Message)
	case errors.Is(err, driver.ErrBadConn):
		return fmt.Errorf("%w: %w", errUnsent, err)
	}
	return err
}
