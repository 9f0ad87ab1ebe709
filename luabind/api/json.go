package api

// JSONClass is mod_lua's JSON object (modlua-api.md 1.10).
var JSONClass = Class{
	Name:     "json",
	Doc:      "Makes JSON of tables and tables of JSON, and runs commands of the switch's JSON API.",
	Internal: []string{"__disown"},
	Methods: []Method{
		{
			Name: "encode", Class: "LUA::JSON",
			Params:  []Param{{Name: "table", Type: Table, C: "SWIGLUA_TABLE"}},
			Results: returns(Result{String, "JSON"}),
			Doc: "Writes a table. It is an array when its first key is 1, else an object; values that are no strings, numbers, booleans or tables " +
				"are left out. The text is indented unless `return_unformatted_json(true)` was called.",
			Example: `local text = json:encode({ list = { 1, 2 } })`,
		},
		{
			Name: "decode", Class: "LUA::JSON",
			Params:  []Param{constant(str("text"))},
			Results: returns(Result{Table, "a table; no value at all for a text that is no JSON"}),
			Doc: "Reads JSON. A scalar gives an empty table, null members are left out, and so are nulls and arrays within arrays, behind which " +
				"the rest moves up. What stands behind the value is passed over.",
			Example: `local t = json:decode('{"a": 1}')`,
		},
		{
			Name: "execute", Class: "LUA::JSON",
			Params:  []Param{{Name: "command", Type: TextOrTable}},
			Results: returns(Result{Table, "the response; no value for an unknown command"}),
			Doc:     "Runs a command of the JSON API: a JSON object, or a table, with `command` and `data`.",

			Overloads: []string{"LUA::JSON::execute(char const *)", "LUA::JSON::execute(SWIGLUA_TABLE)"}, Overloaded: "JSON_execute",
			Needs:   Full,
			Down:    "works",
			Example: `local t = json:execute({ command = "status", data = { "x" } })`,
		},
		{
			Name: "execute2", Class: "LUA::JSON",
			Params:    []Param{{Name: "command", Type: TextOrTable}},
			Overloads: []string{"LUA::JSON::execute2(char const *)", "LUA::JSON::execute2(SWIGLUA_TABLE)"}, Overloaded: "JSON_execute2",
			Results: returns(Result{String, `the response as JSON; "" for an unknown command, which ends the switch in mod_lua`}),
			Doc:     "Is `execute` whose result is text.",
			Needs:   Full,
			Down:    "works",
			Example: `local text = json:execute2('{"command": "status", "data": ""}')`,
		},
		{
			Name: "encode_empty_table_as_object", Class: "LUA::JSON",
			Params:  []Param{truth("on")},
			Doc:     "Says whether an empty table is `{}`, as it is at first, or `[]`.",
			Example: "json:encode_empty_table_as_object(false)",
		},
		{
			Name: "return_unformatted_json", Class: "LUA::JSON",
			Params:  []Param{truth("on")},
			Doc:     "Says whether texts are on one line without blanks.",
			Example: "json:return_unformatted_json(true)",
		},
	},
}

var jsonConstructor = Method{
	Name: "JSON", Class: "LUA::JSON",
	Results: returns(Result{Type: "json", Doc: "a JSON object"}),
	Doc:     "Makes an object that reads and writes JSON.",
	Example: "local json = freeswitch.JSON()",
}
