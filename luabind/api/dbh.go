package api

// DbhClass is mod_lua's database handle (modlua-api.md 1.9).
var DbhClass = Class{
	Name: "dbh",
	Doc: "A database: of SQLite, PostgreSQL, MySQL or MariaDB. All values are strings, as the database prints them. A handle that is not released " +
		"keeps its connection until the script ends. What scripts may open stands under `databases` in [configuration.md](configuration.md).",
	Internal: []string{"__disown"},
	Methods: []Method{
		{
			Name: "connected", Class: "LUA::Dbh",
			Results: returns(Result{Bool, "false when the database could not be opened, and after `release`"}),
			Doc:     "Tells whether there is a connection.",
			Example: "assert(dbh:connected())",
		},
		{
			Name: "query", Class: "LUA::Dbh",
			Params: []Param{str("sql"), {Name: "row", Type: Function, Optional: true, C: "SWIGLUA_FN"}},
			Results: returns(Result{Bool, "true; false when there is no SQL, no connection, or an error of the database. An error in `row` is logged " +
				"and ends the rows, and the result is true nevertheless"}),
			Doc: "Carries out SQL, also several statements. `row` is called for each row with a table of column name to string, in which NULL is an " +
				`empty string; when it returns a number other than 0 no more rows follow.`,
			Example: `dbh:query("SELECT name FROM users", function(row) freeswitch.consoleLog("info", row.name) end)`,
		},
		{
			Name: "query_rows", Class: "LUA::Dbh",
			Params: []Param{str("sql")},
			Results: returns(Result{Bool, "true when all went well"}, Result{Table, "the rows, each a table of column name to string; of SQLite " +
				"a NULL is not in it, of others it is an empty string"}, Result{String, "an error, or nil"}),
			Doc:     "Carries out SQL and gives all rows.",
			Example: `local ok, rows, err = dbh:query_rows("SELECT name FROM users")`,
		},
		{
			Name: "affected_rows", Class: "LUA::Dbh",
			Results: returns(Result{Int, "how many rows the last statement has changed"}),
			Doc:     "Counts the rows that the last statement has changed.",
			Example: "dbh:affected_rows()",
		},
		{
			Name: "last_error", Class: "LUA::Dbh",
			Results: returns(Result{String, "the error of the last `query`, or nil; SQLite keeps it only when that had no function"}),
			Doc:     "Gives the last error.",
			Example: "dbh:last_error()",
		},
		{
			Name: "clear_error", Class: "LUA::Dbh",
			Doc:     "Forgets the last error.",
			Example: "dbh:clear_error()",
		},
		{
			Name: "test_reactive", Class: "LUA::Dbh",
			Params: []Param{str("test"), str("drop").or("nil"), str("reactive").or("nil")},
			Overloads: []string{
				"LUA::Dbh::test_reactive(char *,char *,char *)", "LUA::Dbh::test_reactive(char *,char *)", "LUA::Dbh::test_reactive(char *)",
			},
			Overloaded: "Dbh_test_reactive",
			Results:    returns(Result{Bool, "true when `test` or `reactive` was good"}),
			Doc:        "Carries out `test`; when that fails, `drop`, whose failure does not count, and `reactive`.",
			Example:    `dbh:test_reactive("SELECT count(*) FROM t", "DROP TABLE t", "CREATE TABLE t (id INTEGER)")`,
		},
		{
			Name: "release", Class: "LUA::Dbh",
			Results: returns(Result{Bool, "true; false when there was no connection"}),
			Doc:     "Gives the connection back; what is left of a transaction is undone.",
			Example: "dbh:release()",
		},
		{
			Name: "load_extension", Class: "LUA::Dbh",
			Params:  []Param{constant(str("name"))},
			Results: returns(Result{Int, "0"}),
			Doc:     "Loads an extension of SQLite in mod_lua. There are none off the switch: an error is logged.",
			OffBox:  "do in Lua what the extension did",
			Example: `dbh:load_extension("spellfix")`,
		},
	},
}

var dbhConstructor = Method{
	Name:       "Dbh",
	Params:     []Param{str("dsn"), str("user").or("nil"), str("password").or("nil")},
	Overloads:  []string{"LUA::Dbh::Dbh(char *,char *,char *)", "LUA::Dbh::Dbh(char *,char *)", "LUA::Dbh::Dbh(char *)"},
	Overloaded: "new_Dbh",
	Results:    returns(Result{Type: "dbh", Doc: "a handle, also when the database could not be opened"}),
	Doc: "Opens a database: `sqlite://name`, `sqlite://memory://name`, `pgsql://...`, `mariadb://...`, or a configured name as " +
		"`odbc://name:user:password` or `name:user:password`; a name without colon is one of SQLite.",
	Example: `local dbh = freeswitch.Dbh("sqlite://settings")`,
}
