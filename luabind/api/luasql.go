package api

// luasqlModules are the modules of LuaSQL. Each has its own drivers' methods.
func luasqlModules() []Module {
	last := fn("getlastautoid", nil, "Gives the key of the last row that was inserted.", Result{Int, "the key, or nil"}, why("the first"))
	server := takes(str("source"), opt(str("user")), opt(str("password")), opt(str("host")), opt(str("port")))
	count := fn("numrows", nil, "Tells how many rows there are.", Result{Int, "the number"})
	return []Module{
		luasqlModule("sqlite3", "SQLite",
			fn("connect", takes(str("source"), opt(anything("lock_timeout")), opt(anything("read_only"))),
				"Opens a file below `databases.root`, `:memory:`, or `odbc://name`, a database of the configuration."),
			[]Method{last}, nil),
		luasqlModule("postgres", "PostgreSQL",
			fn("connect", server, "Opens a database by its name or a connection string, or `odbc://name`, a database of the configuration."),
			nil, []Method{count}),
		luasqlModule("mysql", "MySQL",
			fn("connect", server, "Opens a database by its name, or `odbc://name`, a database of the configuration."),
			[]Method{last, fn("ping", nil, "Asks whether the connection is there.", Result{Bool, "true when it is"})}, []Method{count}),
	}
}

// luasqlModule is the module of a driver: how it connects, and what its connections and cursors have beside those of all drivers.
func luasqlModule(driver, title string, connect Method, connections, cursors []Method) Module {
	name := "luasql." + driver
	environment, connection, cursor := Type(name+" environment"), Type(name+" connection"), Type(name+" cursor")
	ended := returns(Result{Bool, "true; false when that is not possible"}, Result{String, "why not, else nil"})
	done := returns(Result{Bool, "true, or nil or false"}, why("the first"))
	close := func(doc string) Method { return Method{Name: "close", Results: ended, Doc: doc} }
	list := returns(Result{Table, "a list"})
	connect.Results = returns(Result{connection, "a connection, or nil"}, why("the first"))
	return Module{
		Name: name,
		Table: library(name, "LuaSQL for "+title+", on the connections that `freeswitch.Dbh` has, too.",
			[]Global{{"_VERSION", String, "The version of LuaSQL."}, {"_DESCRIPTION", String, "What LuaSQL is."}},
			fn(driver, nil, "Makes an environment.", Result{environment, "the environment"}),
		),
		Objects: []*Object{
			thing(environment, name+".Environment", "env", "What makes connections.", connect, close("Ends the environment.")),
			thing(connection, name+".Connection", "conn", "A connection to a database.", append([]Method{
				fn("execute", takes(str("sql")), "Carries out a statement. It binds no parameters: use `escape`.",
					Result{cursor, "the rows of a query, or nil; of other statements how many rows were changed, a number"}, why("the first")),
				fn("escape", takes(str("text")), "Doubles or marks what would end a text in SQL.", Result{String, "the text"}),
				{Name: "commit", Results: done, Doc: "Ends a transaction."},
				{Name: "rollback", Results: done, Doc: "Undoes a transaction."},
				fn("setautocommit", takes(truth("on")), "Says whether each statement is a transaction of its own.", Result{Bool, "true"}),
				close("Gives the connection back."),
			}, connections...)...),
			thing(cursor, name+".Cursor", "cursor", "The rows of a query.", append([]Method{
				fn("fetch", takes(opt(anything("row")), opt(str("mode"))),
					"Gives the next row: its values, or the table that was given with them, under their numbers (mode `n`), names (`a`) or both (`an`).",
					Result{Any, "the first value, or the table; nil behind the last row"}),
				{Name: "getcolnames", Results: list, Doc: "Gives the names of the columns."},
				{Name: "getcoltypes", Results: list, Doc: "Gives the types of the columns."},
				close("Ends the cursor."),
			}, cursors...)...),
		},
	}
}
