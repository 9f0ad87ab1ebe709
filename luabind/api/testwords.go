package api

// TestWords are the globals of test files (docs/testing.md): their functions, and as fields what else there is.
func TestWords() *Object {
	block, body := Param{Name: "block", Type: Function}, Param{Name: "body", Type: Function}
	answer, all := opt(anything("answer")), Param{Name: "all", Type: Table}
	around := func(doc, name string, aliases ...string) Method {
		return Method{Name: name, Aliases: aliases, Params: takes(body), Doc: doc}
	}
	words := library("", "The words of test files.", []Global{
		{"assert", "test assert", "Assertions."},
		{"spy", "test spies", "Makes spies."},
		{"stub", "test stubs", "Makes stubs: spies in the place of a function, which is not called."},
		{"mock", "test mocks", "Makes spies of all functions in a table."},
		{"match", "test match", "Makes matchers, which stand for arguments and values that are not known: `match._` for anything."},
	},
		Method{Name: "describe", Aliases: []string{"context", "insulate", "expose"}, Params: takes(str("name"), block), Doc: "A block of tests."},
		Method{Name: "it", Aliases: []string{"spec", "test"}, Params: takes(str("name"), body), Doc: "A test."},
		fn("pending", takes(opt(str("name")), opt(anything("what"))), "A test that is not written yet. In a test it ends it."),
		around("What is done before each test of the block.", "before_each"),
		around("What is done after each test of the block.", "after_each"),
		around("What is done before the first test of the block.", "setup", "lazy_setup", "strict_setup"),
		around("What is done after the last test of the block.", "teardown", "lazy_teardown", "strict_teardown"),
		around("What is done at the end of the test, however it ends.", "finally"),
		fn("place", takes(Param{Name: "call", Type: Table}),
			"Places a call: `script`, `args`, `dest`, `caller`, `caller_name`, `vars`, `sounds`, `extensions`, `endpoints`, `globals`, `env`, `speaks`, `before`, `next`, `loopback`.",
			Result{"test call", "the call"}),
		fn("run", takes(Param{Name: "script", Type: Table}), "Runs a script without a call: `script`, `args`, `within`.", Result{String, "the trace"}),
		fn("api", takes(str("command"), answer), "Stands in for an API command, with all that begins so. The answer is a text, or a function that gives one."),
		fn("app", takes(str("name"), answer),
			"Stands in for an application: a table with `seconds`, `vars`, `response`, `hangup`, or a function of the argument that gives one."),
		fn("http", takes(str("address"), answer),
			"Stands in for a web server. The answer is the body, a table with `status`, `body`, `headers`, or a function of `{ method, url, headers, body }`."),
		fn("mail", takes(Param{Name: "answer", Type: Function}), "Has a function called with `{ from, to, text }` for each message that a script sends; false refuses it."),
		fn("env", takes(str("name"), str("value")), "Sets an environment variable of the scripts."),
		fn("date", takes(str("time")), "Says when the test begins, in universal time, as `2026-12-24 18:00`."),
		fn("sounds", takes(all), "Says how many seconds sound files last; false is one that is not there."),
		fn("extensions", takes(all), "Says what other numbers do: a list of applications, or `answer`, `busy`, `no_answer`, `reject`."),
		fn("endpoints", takes(all), "Says which extension answers behind a dial string, or in a word what a telephone does."),
		fn("globals", takes(all), "Sets global variables of the switch."),
		fn("database", takes(str("name"), str("sql")), "Makes a database, fresh for each test."),
		fn("query", takes(str("name"), str("sql")), "Asks a database.", Result{Table, "its rows, tables of texts"}),
	)
	words.Type = "test words"
	return words
}

// TestObjects are what the words of test files give, and the tables among them.
func TestObjects() []*Object {
	within := Param{Name: "within", Type: Number, Optional: true}
	call := thing("test call", "eslua.Call", "call", "A call that a test has placed. What waits does so for a minute of the call's time, unless told otherwise, or until it ends.",
		fn("press", takes(str("keys")), "Presses keys; `w` waits half a second, `W` one."),
		fn("after", takes(Param{Name: "seconds", Type: Number}), "Lets time pass."),
		fn("hangup", takes(opt(str("cause"))), "The caller hangs up."),
		fn("hears", takes(str("file"), within), "Waits until a file is heard, after what `hears` found before. The end of its path is enough, `*` stands for anything."),
		fn("hears_nothing", takes(opt(Param{Name: "seconds", Type: Number})), "Nothing is heard for so long, a second by default."),
		fn("heard", nil, "Tells all that was heard.", Result{Table, "a list"}),
		fn("expect_app", takes(str("app"), opt(str("argument")), within), "Waits for an application whose argument contains a text.", Result{String, "the argument"}),
		fn("no_app", takes(str("app"), opt(str("argument"))), "It has not been executed."),
		fn("answers", takes(within), "Waits for the answer."),
		fn("bridges", takes(opt(str("name")), within), "Waits for a bridge to a leg whose name contains a text, or the dial string that led to it.", Result{String, "the name"}),
		fn("says", takes(str("text"), within), "Waits for a line of the script's log."),
		fn("fails", takes(opt(str("text"))), "Waits for the end of the script, which must be an error.", Result{String, "the error"}),
		fn("wait", takes(within), "Waits for the end of the call and of the script, for an hour at most."),
		fn("var", takes(str("name")), "Reads a variable of the channel.", Result{String, "the value, nil when there is none"}),
		fn("matches_golden", takes(str("name")), "The trace is that of the golden file."),
		fn("trace", nil, "Tells what has happened.", Result{String, "the trace"}),
	)
	call.Fields = []Global{
		{"cause", String, "The hang-up cause; nil while the call lasts."},
		{"elapsed", Number, "How many seconds it has lasted."},
		{"answered", Bool, "Whether it was answered."},
		{"ended", Bool, "Whether it has ended, and the script."},
		{"transferred_to", String, "Where it was transferred to; nil when it was not."},
		{"uuid", String, "Its uuid."},
		{"error", String, "The error that the script has ended with; nil when there is none."},
	}

	return []*Object{call, assertions(), spy(), spies(), stubs(), mocks(), matchers()}
}

// assertions are those of luassert that test files have. The words before them make many names of each.
func assertions() *Object {
	value := anything("value")
	both := takes(anything("expected"), anything("passed"))
	functions := []Method{
		fn("equal", both, "Both are equal."),
		fn("same", both, "Both are the same; tables are when all that is in them is."),
		fn("near", append(both, Param{Name: "by", Type: Number}), "Both are numbers that differ by no more than so much."),
		fn("matches", takes(str("pattern"), anything("text")), "A text matches a pattern."),
		fn("has_error", takes(Param{Name: "f", Type: Function}, opt(anything("expected"))), "A function raises an error, this one if one is given."),
		fn("error_matches", takes(Param{Name: "f", Type: Function}, str("pattern")), "A function raises an error that matches a pattern."),
		fn("unique", takes(Param{Name: "list", Type: Table}), "No value is in a list twice."),
		fn("has_property", takes(str("name"), anything("object")), "A table has something of that name."),
		fn("spy", takes(anything("spy")), "Begins an assertion of a spy or a stub: `assert.spy(s).was.called_with(1)`.", Result{"test assert", "the beginning"}),
		fn("stub", takes(anything("stub")), "As `assert.spy`.", Result{"test assert", "the beginning"}),
		fn("called_with", takes(rest("arguments", Any)), "Behind `assert.spy(s)`: it was called with these arguments."),
		fn("returned_with", takes(rest("results", Any)), "Behind `assert.spy(s)`: it has given these results."),
	}
	for _, name := range []string{"true", "false", "truthy", "falsy", "nil", "string", "number", "boolean", "table", "function", "userdata", "thread"} {
		functions = append(functions, fn("is_"+name, takes(value), "A value is "+name+"."))
	}
	for _, name := range []string{"called", "called_at_least", "called_at_most", "called_more_than", "called_less_than"} {
		functions = append(functions, fn(name, takes(opt(num("count"))), "Behind `assert.spy(s)`: it was called so often."))
	}
	o := library("eslua.Assert", "Assertions. The words `is`, `are`, `was`, `has`, `no`, ... may stand before each, with dots or underscores between.", nil, functions...)
	itself := fn("assert", takes(opt(Param{Name: "value", Type: Through}), opt(anything("message")), rest("more", Any)), "As in Lua.", Result{Through, "the value"}, Result{Any, "the message"})
	o.Type, o.Call, o.Others = "test assert", &itself, "test assert"
	return o
}

// spy is what takes the place of a function.
func spy() *Object {
	o := thing("test spy", "eslua.Spy", "spy", "A function that notes how it is called.",
		fn("clear", nil, "Forgets all calls.", Result{"test spy", "itself"}),
		fn("revert", nil, "Puts back what it has taken the place of."),
	)
	o.Open = true
	o.Fields = []Global{
		{"returns", Function, "Says what it gives."}, {"invokes", Function, "Says what it does."},
		{"on_call_with", Function, "Says for which arguments the words behind it hold: `s.on_call_with(1).returns(2)`."},
		{"by_default", Table, "What it does otherwise: `s.by_default.returns(1)`."}, {"calls", Table, "The calls that were made of it."},
	}
	return o
}

// target is a function in a table that something else takes the place of.
func target() []Param { return takes(Param{Name: "table", Type: Table}, str("name")) }

func spies() *Object {
	o := library("eslua.Spies", "Makes spies, which note how they are called, and call the function.", nil,
		fn("new", takes(opt(Param{Name: "f", Type: Function})), "Makes a spy of a function.", Result{"test spy", "the spy"}),
		fn("on", target(), "Makes a spy of a function in a table, until the end of the test.", Result{"test spy", "the spy"}),
		fn("is_spy", takes(anything("value")), "Tells whether it is one.", Result{Bool, "true if it is"}),
	)
	o.Type = "test spies"
	return o
}

func stubs() *Object {
	make := fn("new", append(target(), rest("results", Any)), "Puts a stub in the place of a function in a table, until the end of the test.", Result{"test spy", "the stub"})
	o := library("eslua.Stubs", "Makes stubs: spies that do not call the function, and give these results.", nil, make)
	o.Type, o.Call = "test stubs", &make
	return o
}

func mocks() *Object {
	all := takes(Param{Name: "table", Type: Table})
	make := fn("mock", append(all, opt(anything("stubs"))), "Makes spies of all functions in a table, or stubs.", Result{Table, "the table"})
	o := library("eslua.Mocks", "Makes spies of all functions in a table, or stubs.", nil,
		fn("clear", all, "Forgets all calls.", Result{Table, "the table"}),
		fn("revert", all, "Puts back all functions.", Result{Table, "the table"}),
	)
	o.Type, o.Call = "test mocks", &make
	return o
}

func matchers() *Object {
	o := library("eslua.Matchers", "Makes what stands for values that an assertion does not know: `match.is_string()`.", []Global{{"_", Any, "It stands for anything."}})
	o.Type, o.Others = "test match", Function
	return o
}
