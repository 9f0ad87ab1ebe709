package luabind

import (
	"fmt"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"eslua/esl"
	"eslua/luabind/dbh"
	"eslua/luabind/vm"
)

// maxHandles is how many databases a script may have open at once. In mod_lua handles that nothing refers to any longer are
// released by the collection of garbage; here they are held until the script ends.
const maxHandles = 64

// dbhObject is mod_lua's Dbh. Its handle is nil when the database could not be opened, and once it has been released.
type dbhObject struct {
	script *Script
	handle *dbh.Handle
	name   string // what the log calls the database
}

func (x *dbhObject) class() *class { return x.script.lib.dbh }

// newDbh is freeswitch.Dbh.
func newDbh(c *call) int {
	s := c.script
	x := &dbhObject{script: s}
	handle, err := s.openDatabase(c.text(1), c.text(2), c.text(3))
	if err != nil {
		if c.text(1) != "" {
			s.write(esl.LogCrit, "Failure to connect to the database: "+err.Error(), false)
		}
		s.write(esl.LogErr, "Connection failed.  DBH NOT Connected.", false)
	} else {
		x.handle, x.name = handle, databaseName(c.text(1), handle)
	}
	c.l.Push(s.lib.dbh.object(x))
	return 1
}

// openDatabase opens a database, which is released with the script's end at the latest.
func (s *Script) openDatabase(dsn, user, pass string) (*dbh.Handle, error) {
	switch {
	case s.Databases == nil:
		return nil, fmt.Errorf("%w: there are no databases for scripts", dbh.ErrDenied)
	case len(s.databases) >= maxHandles:
		return nil, fmt.Errorf("%w: %d in this script, which should release them", dbh.ErrBusy, maxHandles)
	}
	s.state.Waiting()
	defer s.state.Resumed()
	h, err := s.Databases.Open(s.ctx, dsn, user, pass)
	if err == nil {
		s.databases = append(s.databases, h)
	}
	return h, err
}

// releaseDatabases gives back what the script has not released.
func (s *Script) releaseDatabases() {
	for _, h := range s.databases {
		h.Release()
	}
	s.databases = nil
}

// databaseName is how the switch's log names a database, without what may hold a password.
func databaseName(dsn string, h *dbh.Handle) string {
	scheme, rest, ok := strings.Cut(dsn, "://")
	switch {
	case h.SQLite() && ok && strings.EqualFold(scheme, "sqlite"):
		return fmt.Sprintf("db=%q,type=%q", rest, "core_db")
	case h.SQLite() && !ok && !strings.Contains(dsn, ":"):
		return fmt.Sprintf("db=%q,type=%q", dsn, "core_db")
	case ok && !strings.EqualFold(scheme, "odbc"):
		return scheme
	case ok:
		dsn = rest
	}
	name, _, _ := strings.Cut(dsn, ":")
	return name
}

// dbhMethods are what the rows of api.DbhClass say.
var dbhMethods = map[string]method{
	"connected": func(c *call) int { return c.truth(c.dbh().handle != nil) },
	"query":     dbhQuery,
	"query_rows": func(c *call) int {
		rows := c.l.NewTable()
		ok, problem := c.dbh().queryRows(c, rows)
		c.l.Push(lua.LBool(ok))
		c.l.Push(rows)
		return 2 + c.stringOrNil(problem, problem != "")
	},
	"affected_rows": func(c *call) int {
		h := c.handle()
		if h == nil {
			return c.number(0)
		}
		return c.number(int(h.Affected()))
	},
	"last_error": func(c *call) int {
		h := c.dbh().handle
		if h == nil {
			return c.stringOrNil("", false)
		}
		return c.stringOrNil(h.LastError(), h.LastError() != "")
	},
	"clear_error": func(c *call) int {
		if h := c.dbh().handle; h != nil {
			h.ClearError()
		}
		return 0
	},
	"test_reactive": func(c *call) int {
		h := c.handle()
		if h == nil {
			return c.truth(false)
		}
		if c.text(1) == "" || c.text(3) == "" {
			c.script.write(esl.LogErr, "Missing parameters.", false)
			return c.truth(false)
		}
		c.script.state.Waiting()
		defer c.script.state.Resumed()
		return c.truth(h.TestReactive(c.script.ctx, c.text(1), c.text(2), c.text(3)))
	},
	"release": func(c *call) int {
		h := c.handle()
		if h == nil {
			return c.truth(false)
		}
		s := c.script
		s.databases = slices.DeleteFunc(s.databases, func(other *dbh.Handle) bool { return other == h })
		c.dbh().handle = nil
		s.state.Waiting()
		defer s.state.Resumed()
		return c.truth(h.Release())
	},
	"load_extension": func(c *call) int {
		if c.text(1) == "" {
			c.script.write(esl.LogErr, "Missing extension name.", false)
		} else if c.handle() != nil {
			c.script.write(esl.LogErr, "load_extension is not available off-box", false)
		}
		return c.number(0)
	},
}

// dbh is the object in front of the arguments.
func (c *call) dbh() *dbhObject {
	x, _ := object[*dbhObject](c.l.Get(1))
	return x
}

const notConnected = "DBH NOT Connected."

// handle is the handle of the object; without one mod_lua's line is logged.
func (c *call) handle() *dbh.Handle {
	h := c.dbh().handle
	if h == nil {
		c.script.write(esl.LogErr, notConnected, false)
	}
	return h
}

const missingSQL = "Missing SQL query."

// dbhQuery calls the script's function for each row; its error is no error of the query.
func dbhQuery(c *call) int {
	s, x, sql := c.script, c.dbh(), c.text(1)
	if sql == "" {
		if x.handle != nil {
			x.handle.ClearError()
		}
		s.write(esl.LogErr, missingSQL, false)
		return c.truth(false)
	}
	h := c.handle()
	if h == nil {
		return c.truth(false)
	}
	fn, each := c.l.Get(3).(*lua.LFunction)
	if !each {
		s.state.Waiting()
		err := h.Query(s.ctx, sql, nil)
		s.state.Resumed()
		return c.truth(!x.failed(h, err, sql, false))
	}
	rows, err := x.rows(sql)
	for _, columns := range rows {
		row := c.l.CreateTable(0, len(columns))
		for _, col := range columns {
			row.RawSetString(col.Name, lua.LString(col.Text))
		}
		result, ok := s.callback("query", fn, row)
		if n, _ := vm.Number(result); !ok || int(n) != 0 {
			break
		}
	}
	return c.truth(!x.failed(h, err, sql, true))
}

// rows carries out SQL and gives all rows.
func (x *dbhObject) rows(sql string) (rows [][]dbh.Column, err error) {
	s := x.script
	s.state.Waiting()
	defer s.state.Resumed()
	err = x.handle.Query(s.ctx, sql, func(columns []dbh.Column) bool {
		rows = append(rows, columns)
		return true
	})
	return rows, err
}

// queryRows fills a table with the rows.
func (x *dbhObject) queryRows(c *call, out *lua.LTable) (ok bool, problem string) {
	sql := c.text(1)
	if sql == "" {
		c.script.write(esl.LogErr, missingSQL, false)
		return false, missingSQL
	}
	h := c.handle()
	if h == nil {
		return false, notConnected
	}
	rows, err := x.rows(sql)
	for _, columns := range rows {
		row := c.l.CreateTable(0, len(columns))
		for _, col := range columns {
			if !col.Null || !h.SQLite() { // the switch's other drivers do not tell NULL from an empty text
				row.RawSetString(col.Name, lua.LString(col.Text))
			}
		}
		out.Append(row)
	}
	if !x.failed(h, err, sql, true) {
		return true, ""
	}
	if text := h.LastError(); text != "" {
		return false, text
	}
	return false, "Failed to execute sql query"
}

// failed tells whether there is an error of a query, and logs it as the switch does; rows says whether its rows were asked
// for. The script may have released h since then.
func (x *dbhObject) failed(h *dbh.Handle, err error, sql string, rows bool) bool {
	s := x.script
	if err == nil {
		return false
	}
	if s.ctx.Err() != nil {
		return true // the script is at its end
	}
	text := err.Error()
	switch {
	case rows && h.SQLite():
		text = fmt.Sprintf("SQL ERR: [%s] %s", sql, text)
	case rows:
		text = fmt.Sprintf("ERR: [%s]\n[%s]", sql, text)
	default:
		if lower := strings.ToLower(text); strings.Contains(lower, "already exists") || strings.Contains(lower, "duplicate key name") {
			return true // so that a script may make its tables each time
		}
		kind := x.name
		if h.SQLite() {
			kind = "NATIVE"
		}
		text = fmt.Sprintf("[%s] %s SQL ERR [%s]\n%s", x.name, kind, text, sql)
	}
	s.write(esl.LogErr, text, false)
	return true
}
