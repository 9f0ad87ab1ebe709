package api

// StreamClass is what a script run as an API command writes to (modlua-api.md 1.12).
var StreamClass = Class{
	Name:     "stream",
	Doc:      "The output of a script that was run as an API command, as the global `stream`; or a buffer made with `freeswitch.Stream`.",
	Internal: []string{"__disown"},
	Methods: []Method{
		{
			Name: "write", Class: "Stream",
			Params:  []Param{constant(str("text")).orNil()},
			Doc:     "Writes a text; nil writes nothing.",
			Example: `stream:write("hello\n")`,
		},
		{
			Name: "raw_write", Class: "Stream",
			Params:  []Param{constant(str("data")), num("length")},
			Doc:     "Writes the first bytes of a string, which may have any bytes in it.",
			Example: `stream:raw_write("abc", 3)`,
		},
		{
			Name: "read", Class: "Stream",
			Results: returns(Result{String, `what the request has sent, "" when all was read or there was nothing`}, Result{Int, "its length in bytes"}),
			Doc:     "Reads the body of the HTTP request that the script answers.",
			Example: "local data, length = stream:read()",
		},
		{
			Name: "get_data", Class: "Stream",
			Results: returns(Result{String, "what was written"}),
			Doc:     "Tells what was written so far.",
			Example: "stream:get_data()",
		},
	},
}

var streamConstructor = Method{
	Name:       "Stream",
	Overloads:  []string{"Stream::Stream()", "Stream::Stream(switch_stream_handle_t *)"},
	Overloaded: "new_Stream",
	Results:    returns(Result{Type: "stream", Doc: "an empty stream"}),
	Doc:        "Makes a buffer to write to.",
	Example:    "local stream = freeswitch.Stream()",
}
