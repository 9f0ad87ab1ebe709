package modules

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"eslua/luabind/dbh"
	"eslua/luabind/vm"
)

// sqlEnvironment is what a module of luasql.* makes: it knows nothing, but can be closed.
type sqlEnvironment struct{ closed bool }

// sqlConnection is a connection, taken from the pools that freeswitch.Dbh has, too.
type sqlConnection struct {
	driver  *driver
	handle  *dbh.Handle
	cursors int
	manual  bool // there is no automatic commit
}

func (c *sqlConnection) closed() bool { return !c.handle.Connected() }

// endTime is how long the end of a transaction may take when its script has ended.
const endTime = 5 * time.Second

// Close gives the connection back to its pool, as others expect it; what is left of a transaction is undone.
func (c *sqlConnection) Close() error {
	var err error
	if c.manual {
		ctx, cancel := context.WithTimeout(context.Background(), endTime)
		defer cancel()
		err = c.handle.Query(ctx, "ROLLBACK", nil)
		if c.driver.auto != "ROLLBACK" {
			err = c.handle.Query(ctx, c.driver.auto, nil)
		}
	}
	c.handle.Release()
	return err
}

// sqlCursor is the rows of a query, which have all been read.
type sqlCursor struct {
	conn   *sqlConnection
	table  dbh.Table
	at     int
	size   int
	closed bool
}

// Size is how many bytes it takes.
func (c *sqlCursor) Size() int { return c.size }

func (c *sqlCursor) end() {
	c.closed, c.size = true, 0
	c.table.Rows = nil
	c.conn.cursors--
}

const luaSQL = "LuaSQL: "

// luasql is the loader of the module of a driver.
func luasql(d *driver, pools *dbh.Pools) *lua.LFunction {
	cursors := newClass(d.title+" cursor", cursorMethods(d), shown[sqlCursor](d.title+" cursor", func(c *sqlCursor) bool { return c.closed }))
	connections := newClass(d.title+" connection", connectionMethods(d, cursors),
		shown[sqlConnection](d.title+" connection", (*sqlConnection).closed))
	environments := newClass(d.title+" environment", map[string]func(*lua.LState, *sqlEnvironment) int{
		"connect": func(l *lua.LState, e *sqlEnvironment) int {
			if e.closed {
				vm.BadArgument(l, 1, luaSQL+"environment is closed")
			}
			return connect(l, d, pools, connections)
		},
		"close": func(l *lua.LState, e *sqlEnvironment) int {
			if e.closed {
				return refuse(l, "Environment is already closed")
			}
			e.closed = true
			l.Push(lua.LTrue)
			return 1
		},
	}, shown[sqlEnvironment](d.title+" environment", func(e *sqlEnvironment) bool { return e.closed }))
	environment := vm.Function(func(l *lua.LState) int {
		l.Push(environments.object(&sqlEnvironment{}))
		return 1
	})
	table := vm.Table(map[string]lua.LValue{
		d.name:     environment,
		"_VERSION": lua.LString("LuaSQL 2.6.0"), "_DESCRIPTION": lua.LString("LuaSQL is a simple interface from Lua to a DBMS"),
	})
	return vm.Function(func(l *lua.LState) int {
		s := vm.StateOf(l)
		// Scripts for LuaSQL 2.1 do not look at what require gives: they use the global table luasql.
		if global, ok := s.Global("luasql").(*lua.LTable); ok {
			global.RawSetString(d.name, environment)
		} else if s.Global("luasql") == lua.LNil {
			global := l.CreateTable(0, 1)
			global.RawSetString(d.name, environment)
			s.SetGlobal("luasql", global)
		}
		l.Push(table(s))
		return 1
	})
}

// shown is what tostring shows of objects.
func shown[T any](name string, closed func(*T) bool) func(*T) string {
	return func(v *T) string {
		if closed(v) {
			return name + " (closed)"
		}
		return fmt.Sprintf("%s (%p)", name, v)
	}
}

// refuse answers false and why.
func refuse(l *lua.LState, why string) int {
	l.Push(lua.LFalse)
	l.Push(lua.LString(why))
	return 2
}

func connect(l *lua.LState, d *driver, pools *dbh.Pools, connections *class[sqlConnection]) int {
	args := make([]string, 5)
	args[0] = vm.CheckString(l, 2)
	if d.name != "sqlite3" {
		for i := 1; i < len(args); i++ {
			args[i] = vm.OptString(l, i+2, "")
		}
	}
	var h *dbh.Handle
	var err error
	wait(l, func(ctx context.Context) {
		if strings.HasPrefix(args[0], "odbc://") { // a database of the configuration
			h, err = pools.Open(ctx, args[0], args[1], args[2])
			return
		}
		h, err = d.open(ctx, pools, args)
	})
	if err != nil {
		return fail(l, luaSQL+d.connectFailed+err.Error())
	}
	c := &sqlConnection{driver: d, handle: h}
	if d.name == "sqlite3" && l.Get(4) == lua.LTrue {
		if err = c.run(l, "PRAGMA query_only=ON"); err != nil {
			c.Close()
			return fail(l, luaSQL+err.Error())
		}
	}
	if !vm.StateOf(l).Hold(c) {
		c.Close()
		return fail(l, luaSQL+d.connectFailed+"too many open connections")
	}
	l.Push(connections.object(c))
	return 1
}

// run carries out a statement whose result is of no interest.
func (c *sqlConnection) run(l *lua.LState, sql string) (err error) {
	wait(l, func(ctx context.Context) { err = c.handle.Query(ctx, sql, nil) })
	return err
}

func connectionMethods(d *driver, cursors *class[sqlCursor]) map[string]func(*lua.LState, *sqlConnection) int {
	type method = func(*lua.LState, *sqlConnection) int
	open := func(f method) method {
		return func(l *lua.LState, c *sqlConnection) int {
			if c.closed() {
				vm.BadArgument(l, 1, luaSQL+"connection is closed")
			}
			return f(l, c)
		}
	}
	end := func(statement string) method {
		return open(func(l *lua.LState, c *sqlConnection) int {
			if c.manual {
				statement := statement + d.again
				if err := c.run(l, statement); err != nil {
					return fail(l, luaSQL+err.Error())
				}
				l.Push(lua.LTrue)
				return 1
			}
			err := c.run(l, statement)
			if d.strict && err != nil {
				return fail(l, luaSQL+err.Error())
			}
			l.Push(lua.LBool(d.strict))
			return 1
		})
	}
	methods := map[string]method{
		"execute": open(func(l *lua.LState, c *sqlConnection) int { return execute(l, c, cursors) }),
		"escape":  open(func(l *lua.LState, _ *sqlConnection) int { return text(l, d.escape(string(message(l, 2)))) }),
		"commit":  end("COMMIT"), "rollback": end("ROLLBACK"),
		"setautocommit": open(func(l *lua.LState, c *sqlConnection) int {
			if lua.LVAsBool(l.Get(2)) {
				if c.manual {
					c.run(l, d.auto) // there may be nothing to end
				}
				c.manual = false
			} else if !c.manual {
				if err := c.run(l, d.begin); err != nil {
					vm.Raise(l, luaSQL+err.Error())
				}
				c.manual = true
			}
			l.Push(lua.LTrue)
			return 1
		}),
		"close": func(l *lua.LState, c *sqlConnection) int {
			switch {
			case c.closed():
				return refuse(l, "Connection is already closed")
			case d.name == "sqlite3" && c.cursors > 0:
				return refuse(l, "There are open cursors")
			}
			vm.StateOf(l).Drop(c)
			wait(l, func(context.Context) { c.Close() })
			l.Push(lua.LTrue)
			return 1
		},
	}
	if d.lastID != "" {
		methods["getlastautoid"] = open(func(l *lua.LState, c *sqlConnection) int {
			var t dbh.Table
			var err error
			wait(l, func(ctx context.Context) { t, err = c.handle.Table(ctx, d.lastID) })
			if err != nil {
				return fail(l, luaSQL+err.Error())
			}
			n, _ := vm.Number(lua.LString(t.Rows[0][0].Text))
			l.Push(lua.LNumber(n))
			return 1
		})
	}
	if d.name == "mysql" {
		methods["ping"] = func(l *lua.LState, c *sqlConnection) int {
			l.Push(lua.LBool(!c.closed() && c.run(l, "DO 0") == nil))
			return 1
		}
	}
	return methods
}

// execute gives a cursor for a query, and how many rows were changed by anything else.
func execute(l *lua.LState, c *sqlConnection, cursors *class[sqlCursor]) int {
	sql := vm.CheckString(l, 2)
	if l.GetTop() > 2 {
		vm.BadArgument(l, 3, luaSQL+"parameters are not supported")
	}
	var t dbh.Table
	var err error
	wait(l, func(ctx context.Context) { t, err = c.handle.Table(ctx, sql) })
	switch {
	case err != nil:
		return fail(l, luaSQL+c.driver.executeFailed+err.Error())
	case len(t.Fields) == 0:
		l.Push(lua.LNumber(t.Affected))
		return 1
	}
	cursor := &sqlCursor{conn: c, table: t}
	for _, row := range t.Rows {
		cursor.size += 48 * len(row)
		for _, v := range row {
			cursor.size += len(v.Text)
		}
	}
	vm.StateOf(l).Grow(cursor.size)
	c.cursors++
	l.Push(cursors.object(cursor))
	return 1
}

func cursorMethods(d *driver) map[string]func(*lua.LState, *sqlCursor) int {
	type method = func(*lua.LState, *sqlCursor) int
	open := func(f method) method {
		return func(l *lua.LState, c *sqlCursor) int {
			if c.closed {
				vm.BadArgument(l, 1, luaSQL+"cursor is closed")
			}
			return f(l, c)
		}
	}
	list := func(l *lua.LState, texts []string) int {
		t := l.CreateTable(len(texts), 0)
		for i, text := range texts {
			if text != "" {
				t.RawSetInt(i+1, lua.LString(text))
			}
		}
		l.Push(t)
		return 1
	}
	methods := map[string]method{
		"fetch": open(fetch),
		"getcolnames": open(func(l *lua.LState, c *sqlCursor) int {
			return list(l, each(c.table.Fields, func(f dbh.Field) string { return f.Name }))
		}),
		"getcoltypes": open(func(l *lua.LState, c *sqlCursor) int {
			var types []string
			wait(l, func(ctx context.Context) { types = d.types(ctx, c.conn.handle, c.table.Fields) })
			return list(l, types)
		}),
		"close": func(l *lua.LState, c *sqlCursor) int {
			if c.closed {
				return refuse(l, "cursor is already closed")
			}
			c.end()
			l.Push(lua.LTrue)
			return 1
		},
	}
	if d.counts {
		methods["numrows"] = open(func(l *lua.LState, c *sqlCursor) int {
			l.Push(lua.LNumber(len(c.table.Rows)))
			return 1
		})
	}
	return methods
}

// fetch gives the next row: its values, or a table that they are put into under their numbers ("n"), their names ("a") or both. The cursor is closed
// behind the last.
func fetch(l *lua.LState, c *sqlCursor) int {
	if c.at == len(c.table.Rows) {
		c.end()
		l.Push(lua.LNil)
		return 1
	}
	row := c.table.Rows[c.at]
	c.at++
	t, ok := l.Get(2).(*lua.LTable)
	if !ok {
		for i := range row {
			l.Push(columnValue(l, &row[i]))
		}
		return len(row)
	}
	mode := vm.OptString(l, 3, "n")
	for i := range row {
		v := columnValue(l, &row[i])
		if strings.Contains(mode, "n") {
			t.RawSetInt(i+1, v)
		}
		if strings.Contains(mode, "a") {
			t.RawSetString(row[i].Name, v)
		}
	}
	l.Push(t)
	return 1
}

func columnValue(l *lua.LState, v *dbh.Column) lua.LValue {
	switch {
	case v.Null:
		return lua.LNil
	case v.Number:
		f, _ := strconv.ParseFloat(v.Text, 64) // SQLite has written it
		return lua.LNumber(f)
	}
	vm.StateOf(l).Room(l, len(v.Text))
	return lua.LString(v.Text)
}
