package api

// Global is a named value: a global variable of a script, a value of a module, an attribute of an object.
type Global struct {
	Name string
	Type Type
	Doc  string
}

// NativeSession is the type of the session with native methods only.
const NativeSession Type = "native session"

// VarsType is the type of the proxy for variables, whose fields are the variables of the call.
const VarsType Type = "vars"

// FreeswitchType is the type of the table freeswitch.
const FreeswitchType Type = "freeswitch"

// Globals are the variables that scripts begin with, beside those of the language, and those that they leave for who has started
// them. Not all of them are there in each run (modlua-api.md 0.1, 5.2).
func Globals() []Global {
	return []Global{
		{"freeswitch", FreeswitchType, "The classes and functions of mod_lua."},
		{"session", Session, "The call that the script was started for; nil when there is none."},
		{"argv", Table, "The words that the script was started with, from 1 on; 0 is the script's name. It is nil for inline code."},
		{"stream", "stream", "The output of a script that was run as an API command."},
		{"env", Event, "What such a script was asked: headers of the request."},
		{"message", Event, "The message, in a chat script of mod_lua."},
		{"event", Event, "The event that a hook was started for."},
		{"__Input_Event__", Event, "The event that an input callback was called for."},
		{"XML_REQUEST", Table, "What an XML handler was asked for: section, tag_name, key_name, key_value."},
		{"params", Event, "All parameters of that request, nil if there are none."},
		{"XML_STRING", String, "The document that an XML handler answers with."},
		{"ACTIONS", Table, "The actions that a dialplan script leaves for mod_lua."},
		{"swig_type", Function, "Tells the type of an object of mod_lua."},
		{"swig_equals", Function, "Tells whether two objects of mod_lua are the same."},
	}
}
