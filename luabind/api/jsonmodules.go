package api

// jsonModule is the module json, with the interface of rxi's json.lua.
func jsonModule() Module {
	return Module{
		Name: "json",
		Table: library("json", "JSON. What cannot be done raises an error.", []Global{{"null", Any, "It is written as `null`, which is read as nil."}},
			fn("encode", takes(anything("value")), "Writes a value as JSON. An empty table is `[]`, a table with a value at 1 an array.", Result{String, "the JSON"}),
			fn("decode", takes(str("text")), "Reads JSON.", Result{Any, "the value"}),
		),
	}
}

// cjsonModule is the module cjson, or cjson.safe.
func cjsonModule(name string) Module {
	doc, text, read := "JSON. What cannot be done raises an error.", returns(Result{String, "the JSON"}), returns(Result{Any, "the value"})
	if name == "cjson.safe" {
		doc = "JSON. What cannot be done gives nil and a message."
		text, read = append(text, why("the first")), append(read, why("the first"))
	}
	setting := func(name string, p Param, doc string) Method {
		return fn(name, takes(opt(p)), doc+" Without an argument it only tells.", Result{p.Type, "what holds"})
	}
	flag := anything("on") // also on and off in words
	return Module{
		Name: name,
		Table: library(name, doc,
			[]Global{
				{"null", Any, "What `null` is read as, and what is written as `null`."},
				{"empty_array", Any, "It is written as `[]`."},
				{"array_mt", Table, "A metatable: tables that have it are written as arrays."},
				{"empty_array_mt", Table, "A metatable: empty tables that have it are written as `[]`."},
				{"_NAME", String, "The name of the module."},
				{"_VERSION", String, "The version of lua-cjson."},
			},
			Method{Name: "encode", Params: takes(anything("value")), Results: text, Doc: "Writes a value as JSON."},
			Method{Name: "decode", Params: takes(str("text")), Results: read, Doc: "Reads JSON."},
			fn("new", nil, "Makes a table of the module with settings of its own.", Result{moduleType(name), "the table"}),
			fn("encode_sparse_array", takes(opt(anything("convert")), opt(num("ratio")), opt(num("safe"))),
				"Says when a table with gaps is no array any more, and whether it becomes an object then. Without an argument it only tells.",
				Result{Bool, "whether it becomes an object"}, Result{Int, "the ratio"}, Result{Int, "up to which index any gaps are good"}),
			setting("encode_max_depth", num("depth"), "Says how deep tables may be nested that are written."),
			setting("decode_max_depth", num("depth"), "Says how deep JSON may be nested that is read, 1000 at most."),
			setting("encode_number_precision", num("digits"), "Says how many digits numbers are written with, 1 to 16."),
			setting("encode_keep_buffer", flag, "Has no effect."),
			setting("encode_invalid_numbers", flag, "Says whether NaN and infinities can be written, true, false or `null`."),
			setting("decode_invalid_numbers", flag, "Says whether NaN and infinities can be read."),
			setting("encode_empty_table_as_object", flag, "Says whether an empty table is written as `{}` or as `[]`."),
			setting("encode_escape_forward_slash", flag, "Says whether / is written as \\/."),
			setting("decode_array_with_array_mt", flag, "Says whether arrays that are read have the metatable `array_mt`."),
		),
	}
}
