// Package api is the table of what scripts can call: each method with its parameters, defaults, results, what it needs of
// the connection, and what it does. Argument checks and documentation come from the same rows. It is data only; package
// luabind does what the rows say, and package luabind/modules what those of the helper modules say.
package api

import "strings"

// Type is the type of a parameter or a result. It may be one or another, with " or " between them.
type Type string

// The types.
const (
	String      Type = "string"
	Int         Type = "integer"
	Number      Type = "number"
	Bool        Type = "boolean"
	Function    Type = "function"
	Table       Type = "table"
	Event       Type = "event"
	Session     Type = "session"
	Any         Type = "any"
	TextOrTable Type = "string or table"
	// Menu is an object of freeswitch.IVRMenu.
	Menu Type = "menu"
	// ESLConnection is an object of ESL.ESLconnection.
	ESLConnection Type = "ESLconnection"
	// ESLEvent is an object of ESL.ESLevent.
	ESLEvent Type = "ESLevent"
	// Through is any value, which the function hands through: a result is of the same type.
	Through Type = "T"
	// Opaque is a value of C that Lua has no way to make, but for those that attributes give.
	Opaque Type = "opaque"
)

// Needs are the words that the dialplan's socket application needs for a method to work in full.
type Needs uint8

// The words.
const (
	Async Needs = 1 << iota
	Full
)

func (n Needs) String() string {
	switch n {
	case Async:
		return "async"
	case Full:
		return "full"
	case Async | Full:
		return "async full"
	}
	return "-"
}

// Param is a parameter.
type Param struct {
	Name string
	Type Type
	// Optional parameters may be left out; Default is what then holds, as Lua source, "" if the documentation of the method
	// says it.
	Optional bool
	Default  string
	// Rest: any number of further arguments are of its kind.
	Rest bool
	// Prompt: it names something that is played.
	Prompt bool
	// Nil may stand in its place and means something.
	Nil bool
	// C is its type in the texts of mod_lua's errors; "" is that of its Type (modlua-api.md 0.3).
	C string
}

// CType is the type of the parameter in the texts of mod_lua's errors.
func (p Param) CType() string {
	if p.C != "" {
		return p.C
	}
	if c := map[Type]string{String: "char *", Int: "int", Bool: "bool", Session: "CoreSession *", Event: "Event *", ESLEvent: "ESLevent *"}[p.Type]; c != "" {
		return c
	}
	return string(p.Type)
}

// Result is a value that a method returns.
type Result struct {
	Type Type
	Doc  string
}

// Method is a method of a class, or a function of a table.
type Method struct {
	Name string
	// Aliases are other names of the same method.
	Aliases []string
	// Class and Function are what mod_lua's errors call it, as CoreSession::sleep; Function is Name unless it is given.
	Class    string
	Function string
	Params   []Param
	// Overloads are the prototypes that mod_lua lists when the arguments fit none of them; it has one error for the number
	// and the types of arguments then. Overloaded is the name in it, as CoreSession_getDigits.
	Overloads  []string
	Overloaded string
	Results    []Result
	Needs      Needs
	Doc        string
	// Down says what it does when the call is hung up already.
	Down    string
	Example string
	// OffBox is what to do instead of a call that cannot do off the switch what it does on it (modlua-api.md 6.2); "" for all others.
	OffBox string
	// Deprecated is the name of the method that took the place of this one.
	Deprecated string
}

// Required is how many parameters cannot be left out.
func (m Method) Required() int {
	n := 0
	for _, p := range m.Params {
		if !p.Optional {
			n++
		}
	}
	return n
}

// ErrorName is what mod_lua's errors call the method.
func (m Method) ErrorName() string {
	name := m.Function
	if name == "" {
		name = m.Name
	}
	if m.Class != "" {
		return m.Class + "::" + name
	}
	return name
}

// PointerName is what mod_lua's errors call the method when an object is of the wrong class.
func (m Method) PointerName() string {
	name := m.Function
	if name == "" {
		name = m.Name
	}
	class := m.Class[strings.LastIndexByte(m.Class, ':')+1:]
	switch {
	case m.Constructor():
		return "new_" + m.Name
	case class == "":
		return name
	}
	return class + "_" + name
}

// Constructor tells whether the method makes an object of its class.
func (m Method) Constructor() bool {
	name := m.Function
	if name == "" {
		name = m.Name
	}
	return m.Class == name || strings.HasSuffix(m.Class, "::"+name) || strings.HasPrefix(m.Overloaded, "new_")
}

// Class is a class of objects, or a table of functions.
type Class struct {
	Name string
	Doc  string
	// Table says that they are functions of a table, called with a dot.
	Table bool
	// Native says that mod_lua does not have these methods: they do not show in an object's metatable.
	Native bool
	// Loose says that they are as the functions of libraries for Lua: further arguments are passed over, and where an argument may be left out
	// nil may stand.
	Loose bool
	// Attributes are what is read and written without a call, and Internal methods of the same class that are of no use to
	// scripts: scripts that look at metatables find them (modlua-api.md 0.3).
	Attributes []string
	Internal   []string
	Methods    []Method
	// Constants are what else is in a table.
	Constants []Global
}

func str(name string) Param   { return Param{Name: name, Type: String} }
func num(name string) Param   { return Param{Name: name, Type: Int} }
func truth(name string) Param { return Param{Name: name, Type: Bool} }

// or makes a parameter one that may be left out.
func (p Param) or(value string) Param {
	p.Optional, p.Default = true, value
	return p
}

// orNil marks the parameter as one in whose place nil may stand.
func (p Param) orNil() Param {
	p.Nil = true
	return p
}

// played marks the parameter as one that names something to play.
func (p Param) played() Param {
	p.Prompt = true
	return p
}

func leg(name string) Param { return Param{Name: name, Type: Session} }

func constant(p Param) Param {
	p.C = "char const *"
	return p
}

func returns(results ...Result) []Result { return results }
