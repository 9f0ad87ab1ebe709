package api

// APIObject is what freeswitch.API() makes (modlua-api.md 1.6).
var APIObject = Class{
	Name:     "api",
	Doc:      "Runs API commands of the switch, as its console does. `lua` and `luarun` run scripts here.",
	Internal: []string{"__disown"},
	Methods: []Method{
		{
			Name: "execute", Class: "API",
			Params:  []Param{constant(str("command")), constant(str("argument")).or("nil")},
			Results: returns(Result{String, "what the command put out, with its line feeds; `INVALID COMMAND!` and a line feed when there is none of that name"}),
			Doc:     "Runs a command and waits for its output.",
			Needs:   Full,
			Down:    "works",
			Example: `local uuid = freeswitch.API():execute("create_uuid")`,
		},
		{
			Name: "executeString", Class: "API",
			Params:  []Param{constant(str("line"))},
			Results: returns(Result{String, "as that of `execute`"}),
			Doc:     "Runs a command line: the command is the text up to the first space, so that a leading space makes it empty.",
			Needs:   Full,
			Down:    "works",
			Example: `local status = freeswitch.API():executeString("sofia status")`,
		},
		{
			Name: "getTime", Class: "API",
			Results: returns(Result{String, "milliseconds since 1970, as a text of 13 digits"}),
			Doc:     "Tells the time.",
			Example: "local ms = tonumber(freeswitch.API():getTime())",
		},
	},
}
