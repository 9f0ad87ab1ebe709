package api

// httpModule is the module http (docs/modules.md).
func httpModule() Module {
	answer := returns(Result{"http answer", "the answer, whatever its status; nil when there is none"}, Result{String, "`timeout`, `limit` or `error: ...`, when the first is nil"})
	const fields = "Options: `headers` (a table), `timeout` in seconds, `redirects` (how many are followed, 10)"
	return Module{
		Name: "http",
		Table: library("http", "A simple HTTP client. It reaches the addresses of `http_allow`.", nil,
			Method{Name: "get", Params: takes(str("url"), options()), Results: answer, Doc: "Asks for a page. " + fields + "."},
			Method{Name: "post", Params: takes(str("url"), opt(str("body")), options()), Results: answer,
				Doc: "Sends a body, as `application/x-www-form-urlencoded` unless a header says otherwise. " + fields + "."},
			Method{Name: "request", Params: takes(Param{Name: "options", Type: Table}), Results: answer,
				Doc: "Sends a request. " + fields + ", `url`, `method` (`GET`), `body`."},
		),
		Objects: []*Object{{
			Type: "http answer", Name: "http.Answer", Open: true, Classes: []*Class{{Name: "answer", Doc: "The answer of a server."}},
			Fields: []Global{
				{"status", Int, "Its status, as 200."},
				{"body", String, "Its body."},
				{"headers", Table, "Its headers by their names in lower case."},
				{"url", String, "Where it came from, after redirects."},
			},
		}},
	}
}
