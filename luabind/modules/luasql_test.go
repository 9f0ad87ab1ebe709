package modules

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"eslua/luabind/dbh"
)

// sqlLab is a lab whose scripts have databases, with the directory of the files of SQLite.
func sqlLab(t *testing.T, opts dbh.Options) (*lab, string) {
	t.Helper()
	if opts.Root == "" {
		opts.Root = t.TempDir()
	}
	pools := dbh.New(opts)
	t.Cleanup(pools.Close)
	return newLab(t, Options{Databases: pools}), opts.Root
}

const fillTable = `
	assert(con:execute "DROP TABLE IF EXISTS people" >= 0)
	assert(con:execute "CREATE TABLE people (id INTEGER, name VARCHAR(50), score FLOAT)")
	print(con:execute "INSERT INTO people VALUES (1, 'Ann', 1.5)", con:execute("INSERT INTO people VALUES (2, '" .. con:escape("O'Hara") .. "', NULL), (3, '', 0)"))
`

func TestSQLite3(t *testing.T) {
	b, root := sqlLab(t, dbh.Options{})
	open := `local env = require("luasql.sqlite3").sqlite3() local con = assert(env:connect("test.sqlite")) `
	b.expect(open+fillTable, "1\t2")
	if _, err := os.Stat(filepath.Join(root, "test.sqlite")); err != nil {
		t.Error(err)
	}
	for script, want := range map[string]string{
		`local cur = con:execute "SELECT * FROM people ORDER BY id" local row = cur:fetch({}, "a") while row do print(row.id, row.name, row.score, row[1]) row = cur:fetch(row, "a") end print(pcall(cur.fetch, cur))`: "1\tAnn\t1.5\tnil\n2\tO'Hara\tnil\tnil\n3\t\t0\tnil\nfalse\tbad argument #1 to '?' (LuaSQL: cursor is closed)",
		`local cur = con:execute "SELECT id, name FROM people ORDER BY id" print(cur:fetch()) local t = cur:fetch({}) print(t[1], t[2], t.id) t = cur:fetch({}, "na") print(t[1], t.id, cur:fetch())`:                  "1\tAnn\n2\tO'Hara\tnil\n3\t3\tnil",
		`local cur = con:execute "SELECT id, name, score, id + 1 AS more FROM people" print(table.concat(cur:getcolnames(), " ")) local t = cur:getcoltypes() print(t[1], t[2], t[3], t[4])`:                           "id name score more\nINTEGER\tVARCHAR(50)\tFLOAT\tnil",
		`local cur = con:execute "SELECT * FROM people WHERE id > 100" print(type(cur), #cur:getcolnames(), cur:fetch())`:                                                                                              "userdata\t3\tnil",
		`print(con:execute "SELEKT")`: "nil\tLuaSQL: near \"SELEKT\": syntax error",
		`print(con:execute "")`:       "nil\tLuaSQL: dbh: missing SQL query",
		`local cur = con:execute "SELECT 1" print(con:close()) print(cur:close(), cur:close()) print(con:close(), con:close())`:                   "false\tThere are open cursors\ntrue\tfalse\tcursor is already closed\ntrue\tfalse\tConnection is already closed",
		`con:close() print(pcall(con.execute, con, "SELECT 1"))`:                                                                                  "false\tbad argument #1 to '?' (LuaSQL: connection is closed)",
		`print(env:close(), env:close())`:                                                                                                         "true\tfalse\tEnvironment is already closed",
		`env:close() print(pcall(env.connect, env, "x"))`:                                                                                         "false\tbad argument #1 to '?' (LuaSQL: environment is closed)",
		`print(tostring(env):match("^SQLite3 environment %(0x"), tostring(con):match("^SQLite3 connection %(")) con:close() print(tostring(con))`: "SQLite3 environment (0x\tSQLite3 connection (\nSQLite3 connection (closed)",
		`con:execute "CREATE TABLE IF NOT EXISTS keys (k INTEGER PRIMARY KEY, v)" con:execute "DELETE FROM keys" con:execute "INSERT INTO keys VALUES (41, 'x')" con:execute "INSERT INTO keys (v) VALUES ('y')" print(con:getlastautoid())`: "42",
		`print(luasql.sqlite3 == require("luasql.sqlite3").sqlite3)`:                                                                                          "true",
		`local c = con:execute "SELECT '007' AS a, 7 AS b" local a, b = c:fetch() print(type(a), a, type(b), b)`:                                              "string\t007\tnumber\t7",
		`print(con:setautocommit(false), con:execute "DELETE FROM people WHERE id = 1", con:rollback(), (con:execute "SELECT count(*) FROM people"):fetch())`: "true\t1\ttrue\t3",
		`print(con:setautocommit(false), con:execute "UPDATE people SET score = 9 WHERE id = 3", con:commit(), con:execute "UPDATE people SET score = 8 WHERE id = 3", con:setautocommit(true), (con:execute "SELECT score FROM people WHERE id = 3"):fetch())`: "true\t1\ttrue\t1\ttrue\t9",
		`print(con:commit())`: "nil\tLuaSQL: cannot commit - no transaction is active",
		`local ro = env:connect("test.sqlite", nil, true) print((ro:execute "SELECT count(*) FROM people"):fetch(), ro:execute "DELETE FROM people")`: "3\tnil\tLuaSQL: attempt to write a readonly database",
		`print(env:connect("` + root + `/test.sqlite") ~= nil, env:connect("../x"))`:                                                                  "true\tnil\tLuaSQL: not allowed: \"" + filepath.Dir(root) + "/x\" is not below the directory for SQLite files",
		`print((select(2, env:connect("/etc/passwd"))))`:                                                                                              "LuaSQL: not allowed: \"/etc/passwd\" is not below the directory for SQLite files",
	} {
		b.expect(open+fillTable+script, "1\t2\n"+want)
	}
	b.fails(open+`con:execute("SELECT ?", 1)`, "parameters are not supported")
	b.fails(open+`env.connect(con, "x")`, "SQLite3 environment expected, got userdata")
}

func TestDatabasesInMemoryAreOfTheirConnection(t *testing.T) {
	b, _ := sqlLab(t, dbh.Options{})
	for range 2 {
		b.expect(`local env = require("luasql.sqlite3").sqlite3()
			local a, b = env:connect(":memory:"), env:connect("")
			a:execute "CREATE TABLE t (x)"
			print((a:execute "SELECT count(*) FROM t"):fetch(), b:execute "SELECT * FROM t")`, "0\tnil\tLuaSQL: no such table: t")
	}
}

// What a script leaves open is given back when its state is closed, and nothing is left of its transaction.
func TestConnectionsEndWithTheirScript(t *testing.T) {
	b, _ := sqlLab(t, dbh.Options{MaxOpen: 1})
	open := `local con = assert(require("luasql.sqlite3").sqlite3():connect("x.db")) `
	b.expect(open+`con:execute "CREATE TABLE t (x)" con:setautocommit(false) con:execute "INSERT INTO t VALUES (1)"`, "")
	b.expect(open+`print((con:execute "SELECT count(*) FROM t"):fetch())`, "0")
	b.fails(open+`con:execute "BEGIN" con:execute "INSERT INTO t VALUES (1)" error("boom")`, "boom")
	b.expect(open+`print((con:execute "SELECT count(*) FROM t"):fetch())`, "0")
}

func TestRowsCountAsMemoryOfTheScript(t *testing.T) {
	b, _ := sqlLab(t, dbh.Options{})
	b.limits.Memory = 2 << 20
	b.fails(`local con = require("luasql.sqlite3").sqlite3():connect(":memory:")
		local all = {}
		for i = 1, 100 do all[i] = con:execute("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n WHERE x < 20000) SELECT x FROM n") end`, "too much memory")
}

// sqlScripts run on a server. open is Lua code that makes con.
func sqlScripts(t *testing.T, b *lab, open, title, autocommitted, types string) {
	t.Helper()
	b.expect(open+fillTable, "1\t2")
	for script, want := range map[string]string{
		`local cur = con:execute "SELECT * FROM people ORDER BY id" local row = cur:fetch({}, "a") while row do print(row.id, row.name, row.score, type(row.id)) row = cur:fetch(row, "a") end`:                                                                            "1\tAnn\t1.5\tstring\n2\tO'Hara\tnil\tstring\n3\t\t0\tstring",
		`local cur = con:execute "SELECT id, name, score FROM people" print(cur:numrows(), table.concat(cur:getcolnames(), " "), table.concat(cur:getcoltypes(), " "))`:                                                                                                    "3\tid name score\t" + types,
		`local cur = con:execute "SELECT * FROM people WHERE id > 100" print(cur:numrows(), cur:fetch())`:                                                                                                                                                                  "0\tnil",
		`print(con:execute "UPDATE people SET score = 1 WHERE id > 1", con:execute "UPDATE people SET score = 1 WHERE id > 100")`:                                                                                                                                          "2\t0",
		`print(con:setautocommit(false), con:execute "DELETE FROM people WHERE id = 1", con:rollback(), (con:execute "SELECT count(*) FROM people"):fetch())`:                                                                                                              "true\t1\ttrue\t3",
		`con:setautocommit(false) con:execute "UPDATE people SET name = 'x' WHERE id = 3" con:commit() con:execute "UPDATE people SET name = 'y' WHERE id = 3" con:rollback() con:setautocommit(true) print((con:execute "SELECT name FROM people WHERE id = 3"):fetch())`: "x",
		`print(con:commit())`: autocommitted,
		`print((select(2, con:execute "SELEKT")):match("^LuaSQL: error executing %a+%. ` + title + `: "))`: "LuaSQL: error executing " + map[string]string{"PostgreSQL": "statement", "MySQL": "query"}[title] + ". " + title + ": ",
		`print(tostring(con):match("^` + title + ` connection %(")) print(con:close(), con:close())`:       title + " connection (\ntrue\tfalse\tConnection is already closed",
	} {
		b.expect(open+fillTable+script, "1\t2\n"+want)
	}
	// What a script has changed about its connection is not found by the next one.
	b.expect(open+`con:setautocommit(false) con:execute "INSERT INTO people VALUES (9, 'left', 1)"`, "")
	b.expect(open+`con:execute "INSERT INTO people VALUES (10, 'kept', 1)"`, "")
	b.expect(open+`local c = con:execute "SELECT id FROM people WHERE id > 8" print(c:numrows(), c:fetch())`, "1\t10")
	if got, err := b.run(open + `print(con:execute "SELECT 1" ~= nil)`); err != nil || !strings.Contains(got, "true") {
		t.Errorf("%s, %v", got, err)
	}
}
