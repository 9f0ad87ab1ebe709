package api

// socketHTTPModule is LuaSocket's module socket.http, as far as it is there.
func socketHTTPModule() Module {
	return Module{
		Name: "socket.http",
		Table: library("socket.http", "LuaSocket's HTTP client. It reaches the addresses of `http_allow`; there are no proxies.",
			[]Global{
				{"TIMEOUT", Number, "How many seconds a request may take in all, 60 at most."},
				{"USERAGENT", String, "What it calls itself."},
			},
			fn("request", takes(Param{Name: "request", Type: TextOrTable}, opt(str("body"))),
				"Sends a request. With an address it is a GET, with a body too a POST, and the first result is the body of the answer. With a table of "+
					"`url`, `method`, `headers`, `source`, `sink`, `redirect`, `maxredirects` the first result is 1, and the body goes to the sink.",
				Result{"string or number", "the body, or 1; nil when there is no answer"}, Result{"integer or string", "the status, or why there is no answer"},
				Result{Table, "the headers by their names in lower case, or nil"}, Result{String, "the line of the status, or nil"},
			),
		),
	}
}

// socketURLModule is LuaSocket's module socket.url.
func socketURLModule() Module {
	return Module{
		Name: "socket.url",
		Table: library("socket.url", "Addresses, taken apart and put together.", []Global{{"_VERSION", String, "The version of LuaSocket's module."}},
			fn("escape", takes(str("text")), "Writes all but letters, digits and _ as %xx.", Result{String, "the text"}),
			fn("unescape", takes(str("text")), "Makes characters of %xx.", Result{String, "the text"}),
			fn("parse", takes(opt(str("url")), opt(Param{Name: "default", Type: Table})), "Takes an address apart.",
				Result{Table, "scheme, authority, userinfo, user, password, host, port, path, params, query, fragment, as far as they are there; or nil"}, why("the first")),
			fn("build", takes(Param{Name: "parts", Type: Table}), "Puts an address together of the parts that `parse` gives.", Result{String, "the address"}),
			fn("absolute", takes(Param{Name: "base", Type: TextOrTable}, str("relative")), "Makes an absolute address of one that is relative to another.",
				Result{String, "the address"}),
			fn("parse_path", takes(opt(str("path"))), "Takes a path apart.", Result{Table, "its parts, with `is_absolute` and `is_directory`"}),
			fn("build_path", takes(Param{Name: "parts", Type: Table}, anything("unsafe").or("nil")), "Puts a path together. Its parts are escaped unless it is to be unsafe.",
				Result{String, "the path"}),
		),
	}
}

// ltn12Module is LuaSocket's module ltn12. Its functions make functions.
func ltn12Module() Module {
	source, sink, filter := returns(Result{Function, "a source"}), returns(Result{Function, "a sink"}), returns(Result{Function, "a filter"})
	function := func(name string) Param { return Param{Name: name, Type: Function} }
	make := func(name string, params []Param, doc string, results []Result) Method {
		return Method{Name: name, Params: params, Doc: doc, Results: results}
	}
	field := func(name, doc string) Global { return Global{name, moduleType("ltn12." + name), doc} }
	pumped := returns(Result{Int, "1, or nil"}, why("the first"))
	return Module{
		Name: "ltn12",
		Table: library("ltn12", "Sources, sinks, filters and pumps (LTN12). A source gives a piece of text each time that it is called, nil at the end; "+
			"a sink takes them; a filter makes others of them; a pump hands them from a source to a sink.",
			[]Global{
				{"BLOCKSIZE", Int, "How long the pieces of sources are, in bytes."}, {"_VERSION", String, "The version of LuaSocket's module."},
				field("source", "Makes sources."), field("sink", "Makes sinks."), field("filter", "Makes filters."), field("pump", "Hands pieces on."),
			}),
		Objects: []*Object{
			library("ltn12.source", "Makes sources.", nil,
				make("empty", nil, "Makes a source of nothing.", source),
				make("error", takes(anything("message").or("nil")), "Makes a source that fails.", source),
				make("file", takes(anything("handle").or("nil"), anything("message").or("nil")), "Makes a source of a file, which it closes. Without one it fails with the message.", source),
				make("string", takes(str("text").or("nil")), "Makes a source of a text.", source),
				make("table", takes(Param{Name: "pieces", Type: Table}), "Makes a source of pieces.", source),
				make("simplify", takes(function("from")), "Makes a simple source of one that may give another one to go on with.", source),
				make("rewind", takes(function("from")), "Makes a source that pieces can be given back to.", source),
				make("cat", takes(rest("source", Function)), "Makes one source of several, one behind the other.", source),
				make("chain", takes(function("from"), function("through"), rest("more", Function)), "Makes a source of one and of filters.", source),
			),
			library("ltn12.sink", "Makes sinks.", nil,
				make("null", nil, "Makes a sink that takes everything and keeps nothing.", sink),
				make("error", takes(anything("message").or("nil")), "Makes a sink that fails.", sink),
				make("file", takes(anything("handle").or("nil"), anything("message").or("nil")), "Makes a sink that writes to a file and closes it. Without one it fails with the message.", sink),
				make("table", takes(opt(Param{Name: "pieces", Type: Table})), "Makes a sink that puts pieces into a table.",
					returns(Result{Function, "a sink"}, Result{Table, "the table"})),
				make("simplify", takes(function("to")), "Makes a simple sink of one that may give another one to go on with.", sink),
				make("chain", takes(function("through"), function("to"), rest("more", Function)), "Makes a sink of filters and of one, which stands last.", sink),
			),
			library("ltn12.filter", "Makes filters.", nil,
				make("cycle", takes(function("low"), anything("state").or("nil"), anything("extra").or("nil")), "Makes a filter of a low-level one, as `mime.b64`.", filter),
				make("chain", takes(rest("filter", Function)), "Makes one filter of several.", filter),
			),
			library("ltn12.pump", "Hands pieces on.", nil,
				make("all", takes(function("from"), function("to"), opt(function("step"))), "Hands all pieces of a source to a sink.", pumped),
				make("step", takes(function("from"), function("to")), "Hands one piece of a source to a sink.", pumped),
			),
		},
	}
}

// mimeModule is LuaSocket's module mime.
func mimeModule() Module {
	filter := Result{Function, "a filter"}
	return Module{
		Name: "mime",
		Table: library("mime", "Encodings of mail, as filters for ltn12 and, with short names, as low-level filters.",
			[]Global{
				{"_VERSION", String, "The version of LuaSocket's module."},
				{"encodet", Table, "What makes the filters of `encode`, by their names."},
				{"decodet", Table, "What makes the filters of `decode`, by their names."},
				{"wrapt", Table, "What makes the filters of `wrap`, by their names."},
			},
			append([]Method{
				fn("encode", takes(str("name"), anything("mode").or("nil")), "Makes a filter that encodes: `base64`, or `quoted-printable` (with the mode `text` or `binary`).", filter),
				fn("decode", takes(str("name")), "Makes a filter that decodes `base64` or `quoted-printable`.", filter),
				fn("wrap", takes(anything("name").or("nil"), anything("length").or("nil")),
					"Makes a filter that breaks lines: `text`, `base64` (of 76 characters unless told otherwise) or `quoted-printable`.", filter),
				fn("normalize", takes(str("marker").or("nil")), "Makes a filter that writes all line ends alike, as CRLF by default.", filter),
				fn("stuff", nil, "Makes a filter that doubles dots at the begin of lines, as SMTP wants it.", filter),
			}, lowFilters()...)...,
		),
	}
}

// mimeCoreModule is what LuaSocket's module mime is made of.
func mimeCoreModule() Module {
	return Module{Name: "mime.core", Table: library("mime.core", "The low-level filters of mime.", nil, lowFilters()...)}
}

// lowFilters are given their state and a piece of text, and give what has become of it and the state for the next piece.
func lowFilters() []Method {
	text, more := str("text").or("nil"), str("more").or("nil")
	low := func(what string) []Result {
		return returns(Result{String, what + " of the text, nil when there is nothing"}, Result{"any", "the state for the next piece"})
	}
	two := " Without a second piece the text is all there is."
	return []Method{
		{Name: "b64", Params: takes(text, more), Doc: "Encodes as base64." + two, Results: low("base64")},
		{Name: "unb64", Params: takes(text, more), Doc: "Decodes base64." + two, Results: low("what was encoded")},
		{Name: "qp", Params: takes(text, more, str("marker").or("nil")), Doc: "Encodes as quoted-printable." + two, Results: low("quoted-printable")},
		{Name: "unqp", Params: takes(text, more), Doc: "Decodes quoted-printable." + two, Results: low("what was encoded")},
		fn("wrp", takes(num("left"), text, num("length").or("76")), "Breaks lines; `left` is the room that is left in the first.",
			Result{String, "the text, nil when there is nothing"}, Result{Int, "the room that is left"}),
		fn("qpwrp", takes(num("left"), text, num("length").or("76")), "Breaks lines of quoted-printable.",
			Result{String, "the text, nil when there is nothing"}, Result{Int, "the room that is left"}),
		fn("eol", takes(num("state"), text, str("marker").or("nil")), "Writes all line ends alike; the state is 0 at the begin.",
			Result{String, "the text, nil when there is none"}, Result{Int, "the state for the next piece"}),
		fn("dot", takes(num("state"), text), "Doubles dots at the begin of lines; the state is 2 at the begin.",
			Result{String, "the text, nil when there is none"}, Result{Int, "the state for the next piece"}),
	}
}
