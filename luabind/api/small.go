package api

// DTMFClass is a digit, which nothing takes (modlua-api.md 1.12).
var DTMFClass = Class{
	Name:       "dtmf",
	Doc:        "A digit, with the attributes `digit` and `duration`. Nothing takes it.",
	Attributes: []string{"digit", "duration"},
	Internal:   []string{"__disown"},
}

var dtmfConstructor = Method{
	Name: "DTMF", Class: "DTMF",
	Params:  []Param{{Name: "digit", Type: String, C: "char"}, {Name: "duration", Type: Opaque, Optional: true, C: "uint32_t"}},
	Results: returns(Result{Type: "dtmf", Doc: "a digit"}),
	Doc:     "Makes a digit. A duration must be that of another one: a number raises an error, as in mod_lua.",
	Example: `local dtmf = freeswitch.DTMF("5")`,
}

// StringClass is a string of C++ (modlua-api.md 1.12).
var StringClass = Class{
	Name:     "text",
	Doc:      "A string of C++. Nothing takes it.",
	Internal: []string{"__disown"},
	Methods: []Method{
		{
			Name: "size", Class: "std::string",
			Results: returns(Result{Int, "the length in bytes"}),
			Doc:     "Tells the length.",
			Example: "text:size()",
		},
		{
			Name: "length", Class: "std::string",
			Results: returns(Result{Int, "the length in bytes"}),
			Doc:     "Tells the length.",
			Example: "text:length()",
		},
		{
			Name: "empty", Class: "std::string",
			Results: returns(Result{Bool, "true when there is nothing in it"}),
			Doc:     "Tells whether the text is empty.",
			Example: "text:empty()",
		},
		{
			Name: "c_str", Class: "std::string",
			Results: returns(Result{String, "the text"}),
			Doc:     "Gives the text.",
			Example: "text:c_str()",
		},
		{
			Name: "data", Class: "std::string",
			Results: returns(Result{String, "the text"}),
			Doc:     "Gives the text.",
			Example: "text:data()",
		},
		{
			Name: "assign", Class: "std::string",
			Params:  []Param{constant(str("text"))},
			Doc:     "Sets the text.",
			Example: `text:assign("hello")`,
		},
	},
}

var stringConstructor = Method{
	Name:       "string",
	Params:     []Param{constant(str("text")).or(`""`)},
	Overloads:  []string{"std::string::string()", "std::string::string(char const *)"},
	Overloaded: "new_string",
	Results:    returns(Result{Type: "text", Doc: "a string of C++"}),
	Doc:        "Makes a string of C++.",
	Example:    `local text = freeswitch.string("hello")`,
}

// InputStateClass is the state of an input callback, which nothing takes (modlua-api.md 1.12).
var InputStateClass = Class{
	Name:       "state",
	Doc:        "The state of an input callback of mod_lua. Nothing takes it.",
	Attributes: []string{"c_function", "extra", "funcargs", "threadState"},
	Internal:   []string{"__disown"},
}

var inputStateConstructor = Method{
	Name: "input_callback_state_t", Class: "input_callback_state", Function: "input_callback_state",
	Results: returns(Result{Type: "state", Doc: "a state with nothing in it"}),
	Doc:     "Makes a state of an input callback.",
	Example: "local state = freeswitch.input_callback_state_t()",
}
