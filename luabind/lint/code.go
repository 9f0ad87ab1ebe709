package lint

// Code says what kind of finding it is.
type Code string

// The codes.
const (
	Syntax          Code = "syntax"
	UnknownMethod   Code = "unknown-method"
	UnknownField    Code = "unknown-field"
	ArgumentCount   Code = "argument-count"
	ArgumentType    Code = "argument-type"
	ExtraArgument   Code = "extra-argument"
	MethodCall      Code = "method-call"
	UndefinedGlobal Code = "undefined-global"
	UnusedLocal     Code = "unused-local"
	OffBox          Code = "off-box"
	OutsideRoots    Code = "outside-roots"
	MissingModule   Code = "missing-module"
	MissingPrompt   Code = "missing-prompt"
	BadIgnore       Code = "bad-ignore"
	Deprecated      Code = "deprecated"
	OtherHost       Code = "other-host"
)

// Severity says how bad a finding is, in the words of SARIF.
type Severity string

// The severities.
const (
	// Error: it fails when it is run.
	Error Severity = "error"
	// Warning: it does not do what it seems to.
	Warning Severity = "warning"
	// Note: it works, and is worth to know.
	Note Severity = "note"
)

// Rule is what there is to know of a code.
type Rule struct {
	Code     Code
	Severity Severity
	// Doc says what is found, Example is a line with such a finding.
	Doc, Example string
}

// Rules are all codes.
func Rules() []Rule {
	return []Rule{
		{Syntax, Error, "The file does not compile.", `if session:ready() session:answer() end`},
		{UnknownMethod, Error, "There is no such method of the object, or no such function in the table `freeswitch` or in a module of eslua. The nearest name is given.", `session:awnser()`},
		{UnknownField, Error, "A field is set that objects of mod_lua and of modules do not have, which raises an error.", `session.language = "de"`},
		{ArgumentCount, Error, "A method or function gets too few or too many arguments, which raises an error, in mod_lua and the other libraries, too.", `session:sleep()`},
		{ArgumentType, Error, "An argument has a type that the method does not take, which raises an error, in mod_lua and the other libraries, too.", `session:setAutoHangup("false")`},
		{ExtraArgument, Warning, "A function or method of a helper module gets more arguments than it takes, and passes over the others.", `require("json").encode({}, "pretty")`},
		{MethodCall, Error, "A method is called with a dot, or a function of a table with a colon.", `session.answer()`},
		{UndefinedGlobal, Warning, "A global variable, or a function of a library, is used that nothing sets: neither the language, nor eslua, nor any of the scripts. " +
			"Where a script tests whether there is one, nothing is said.", `session:execute("bridge", dialstrng .. "x")`},
		{UnusedLocal, Warning, "A local variable or function is never used. Names that begin with `_`, parameters and variables of loops are passed over, and so are " +
			"names that stand beside one that is used.", `local result = session:answer()`},
		{OffBox, Warning, "It cannot do off the switch what it does on it. What to do instead is given.", `session:insertFile("a.wav", "b.wav", 0)`},
		{OutsideRoots, Warning, "A file lies outside of the directories that scripts may read, or is opened for writing outside of those that they may change.",
			`io.open("/etc/passwd")`},
		{MissingModule, Warning, "`require`, `dofile` or `loadfile` names a file that is not below the directory of the scripts, and it is no module of eslua.", `require "resources.fnctions"`},
		{MissingPrompt, Warning, "A prompt is not in the directory of the sounds.", `session:streamFile("ivr/ivr-welcme.wav")`},
		{BadIgnore, Warning, "A comment asks to ignore a code that there is not.", `-- eslua: ignore unused`},
		{Deprecated, Note, "An old name, for which there is a new one.", `session:set_tts_parms("flite", "kal")`},
		{OtherHost, Note, "A command runs on the machine of eslua, not on the switch, and only if `commands` allows it.", `os.execute("fs_cli -x status")`},
	}
}

// rules finds rules by their codes.
func rules() map[Code]Rule {
	out := make(map[Code]Rule)
	for _, r := range Rules() {
		out[r.Code] = r
	}
	return out
}
