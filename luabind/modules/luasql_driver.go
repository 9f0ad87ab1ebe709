package modules

import (
	"context"
	"fmt"
	"net"
	"strings"

	"eslua/luabind/dbh"
)

// driver is what one of the modules luasql.* has of its own.
type driver struct {
	name, title string
	// failed stands in front of the errors of connect and of execute.
	connectFailed, executeFailed string
	// open opens what the arguments of connect say: source, user, password, host, port.
	open func(ctx context.Context, pools *dbh.Pools, args []string) (*dbh.Handle, error)
	// begin begins a transaction, again does so after the end of one, and auto ends the last.
	begin, again, auto string
	// strict: commit and rollback fail when the database says so. Otherwise they are false when there is no transaction to end.
	strict bool
	escape func(string) string
	// lastID asks for the key of the last row that was made; "": the driver has no such method.
	lastID string
	// types gives the types of columns, as getcoltypes has them.
	types func(ctx context.Context, h *dbh.Handle, fields []dbh.Field) []string
	// counts: cursors know how many rows there are.
	counts bool
}

var drivers = []*driver{
	{
		name: "sqlite3", title: "SQLite3", begin: "BEGIN", again: ";BEGIN", auto: "ROLLBACK", strict: true,
		open: func(ctx context.Context, pools *dbh.Pools, args []string) (*dbh.Handle, error) {
			return pools.OpenSQLite(ctx, args[0])
		},
		escape: strings.NewReplacer("'", "''").Replace, lastID: "SELECT last_insert_rowid()",
		types: func(_ context.Context, _ *dbh.Handle, fields []dbh.Field) []string {
			return each(fields, func(f dbh.Field) string { return f.Type })
		},
	},
	{
		name: "postgres", title: "PostgreSQL", begin: "BEGIN", again: ";BEGIN", auto: "ROLLBACK", counts: true,
		connectFailed: "error connecting to database. PostgreSQL: ", executeFailed: "error executing statement. PostgreSQL: ",
		open: openPostgres, escape: strings.NewReplacer("'", "''").Replace, types: postgresTypes,
	},
	{
		name: "mysql", title: "MySQL", begin: "SET autocommit=0", auto: "SET autocommit=1", strict: true, counts: true,
		connectFailed: "error connecting to database. MySQL: ", executeFailed: "error executing query. MySQL: ",
		open: openMySQL, lastID: "SELECT LAST_INSERT_ID()", types: mysqlTypes,
		escape: strings.NewReplacer("\x00", `\0`, "\n", `\n`, "\r", `\r`, `\`, `\\`, "'", `\'`, `"`, `\"`, "\x1a", `\Z`).Replace,
	},
}

func each[A, B any](from []A, f func(A) B) []B {
	out := make([]B, len(from))
	for i, a := range from {
		out[i] = f(a)
	}
	return out
}

// openPostgres takes the name of a database, or a connection string.
func openPostgres(ctx context.Context, pools *dbh.Pools, args []string) (*dbh.Handle, error) {
	source := args[0]
	if strings.HasPrefix(source, "postgres://") || strings.HasPrefix(source, "postgresql://") {
		return pools.Open(ctx, source, args[1], args[2])
	}
	value := func(s string) string { return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'" }
	if !strings.Contains(source, "=") && source != "" {
		source = "dbname=" + value(source)
	}
	if args[3] != "" {
		source = "host=" + value(args[3]) + " " + source
	}
	if args[4] != "" {
		source = "port=" + value(args[4]) + " " + source
	}
	return pools.Open(ctx, "pgsql://"+source, args[1], args[2])
}

// postgresTypes asks the database for the names of its types, of which it may have others than usual.
func postgresTypes(ctx context.Context, h *dbh.Handle, fields []dbh.Field) []string {
	return each(fields, func(f dbh.Field) string {
		t, err := h.Table(ctx, fmt.Sprintf("SELECT typname FROM pg_type WHERE oid = %d", f.OID))
		if err != nil || len(t.Rows) == 0 {
			return "undefined"
		}
		name := t.Rows[0][0].Text
		if name == "bpchar" || name == "varchar" {
			name = fmt.Sprintf("%s (%d)", name, f.Modifier-4)
		}
		return name
	})
}

func openMySQL(ctx context.Context, pools *dbh.Pools, args []string) (*dbh.Handle, error) {
	host, port := args[3], args[4]
	if host == "" {
		host = "localhost"
	}
	if port == "" || port == "0" {
		port = "3306"
	}
	for _, s := range []string{args[0], host, port} {
		if strings.ContainsAny(s, ";") {
			return nil, fmt.Errorf("%w: %s", dbh.ErrUnknown, net.JoinHostPort(host, port))
		}
	}
	return pools.Open(ctx, "mysql://Server="+host+";Port="+port+";Database="+args[0], args[1], args[2])
}

// mysqlTypes has LuaSQL's names, without the lengths behind them, which the protocol's text form does not keep.
func mysqlTypes(_ context.Context, _ *dbh.Handle, fields []dbh.Field) []string {
	return each(fields, func(f dbh.Field) string {
		name := strings.TrimPrefix(f.Type, "UNSIGNED ")
		switch name {
		case "VARCHAR", "CHAR":
			return "string"
		case "DECIMAL", "SMALLINT", "INT", "FLOAT", "DOUBLE", "BIGINT", "MEDIUMINT", "YEAR", "TINYINT":
			return "number"
		case "TINYBLOB", "MEDIUMBLOB", "LONGBLOB", "BLOB", "TINYTEXT", "MEDIUMTEXT", "LONGTEXT", "TEXT":
			return "binary"
		case "DATE", "DATETIME", "TIME", "TIMESTAMP", "NULL":
			return strings.ToLower(name)
		case "ENUM", "SET":
			return "set"
		}
		return "undefined"
	})
}
