package api

import (
	"fmt"
	"slices"
	"strings"
)

// Meta is how each annotation file begins: the language server takes it for a description and not for code.
const Meta = "---@meta"

// Annotations are files for the Lua language server that describe all that has rows, by their names, which may have slashes: mod_lua's interface
// in freeswitch.lua, the variables that scripts begin with in globals.lua, each module where require looks for a file of its name, and the words of test files in
// testing.lua.
func Annotations() map[string]string {
	files := make(map[string]string)
	a := &annotator{names: make(map[Type]string)}
	for _, o := range Objects() {
		a.names[o.Type] = o.Name
	}
	file := func(name, module string, write func()) {
		a.Reset()
		a.head(module)
		write()
		files[name] = a.String()
	}

	file("freeswitch.lua", "", func() {
		for _, o := range modLua() {
			if o.Type == FreeswitchType {
				a.object(o, o.Name, "")
			} else {
				a.object(o, o.short(), "local ")
			}
		}
	})
	file("globals.lua", "", func() {
		for _, g := range Globals() {
			if g.Type != FreeswitchType {
				a.global(g)
			}
		}
	})
	for _, m := range Modules() {
		file(strings.ReplaceAll(m.Name, ".", "/")+".lua", m.Name, func() {
			for _, o := range m.Objects {
				a.object(o, o.short(), "local ")
			}
			a.object(m.Table, "module", "local ")
			if m.Global {
				a.global(Global{m.Name, m.Table.Type, "It is there once the module was required."})
			}
			a.WriteString("return module\n")
		})
	}
	file("testing.lua", "", func() {
		words := TestWords()
		globals := make(map[Type]string)
		for _, f := range words.Fields {
			globals[f.Type] = f.Name
		}
		for _, o := range TestObjects() {
			if name := globals[o.Type]; name != "" {
				a.object(o, name, "")
			} else {
				a.object(o, o.short(), "local ")
			}
		}
		for _, c := range words.Classes {
			for i := range c.Methods {
				a.method(&c.Methods[i], c, "")
			}
		}
	})
	return files
}

// short is the last part of an object's name.
func (o *Object) short() string { return o.Name[strings.LastIndexByte(o.Name, '.')+1:] }

// annotator writes a file.
type annotator struct {
	strings.Builder
	names map[Type]string // of objects
}

// head begins a file; module is what the module that it describes is called, if it describes one.
func (a *annotator) head(module string) {
	a.WriteString(strings.TrimRight(Meta+" "+module, " ") + "\n-- Made by eslua types.\n\n")
}

// line is a text as one line.
func line(text string) string { return strings.Join(strings.Fields(text), " ") }

// comment writes a text as lines of documentation.
func (a *annotator) comment(text string) {
	for l := range strings.SplitSeq(text, "\n") {
		a.WriteString(strings.TrimRight("--- "+l, " ") + "\n")
	}
}

// global writes a variable.
func (a *annotator) global(g Global) {
	a.comment(g.Doc)
	fmt.Fprintf(a, "---@type %s\n%s = nil\n\n", a.annotated(g.Type), g.Name)
}

// object writes a class; scope is "local " unless the variable that is to have its methods is a global one.
func (a *annotator) object(o *Object, variable, scope string) {
	for i, c := range o.Classes {
		if i > 0 {
			a.WriteString("---\n")
		}
		a.comment(c.Doc)
	}
	fmt.Fprintf(a, "---@class %s\n", o.Name)
	if o.Call != nil {
		fmt.Fprintf(a, "---@overload %s\n", a.signature(o.Call))
	}
	for _, c := range o.Classes {
		for _, name := range c.Attributes {
			fmt.Fprintf(a, "---@field %s any\n", name)
		}
	}
	for _, f := range o.Fields {
		fmt.Fprintf(a, "---@field %s %s %s\n", f.Name, a.annotated(f.Type), line(f.Doc))
	}
	if o.Others != "" {
		fmt.Fprintf(a, "---@field [string] %s\n", a.annotated(o.Others))
	}
	fmt.Fprintf(a, "%s%s = {}\n\n", scope, variable)
	join := ":"
	if o.Table() {
		join = "."
	}
	for _, c := range o.Classes {
		for i := range c.Methods {
			a.method(&c.Methods[i], c, variable+join)
		}
	}
}

// signature is the type of a function, which is generic if it hands a value through.
func (a *annotator) signature(m *Method) string {
	var params, results []string
	for _, p := range m.Params {
		params = append(params, parameter(&p)+": "+a.parameterType(&p, true))
	}
	for _, r := range m.Results {
		results = append(results, a.annotated(r.Type))
	}
	generic := ""
	if slices.ContainsFunc(m.Params, func(p Param) bool { return p.Type == Through }) {
		generic = "<" + string(Through) + ">"
	}
	return "fun" + generic + "(" + strings.Join(params, ", ") + "): " + strings.Join(results, ", ")
}

// method writes a function without a body; prefix is what stands before its name.
func (a *annotator) method(m *Method, c *Class, prefix string) {
	for _, name := range append([]string{m.Name}, m.Aliases...) {
		a.comment(m.Doc)
		if m.Down != "" {
			a.comment("\nAfter the hang-up: " + m.Down + ".")
		}
		if m.Needs != 0 {
			a.comment("\nNeeds in the dialplan line: `" + m.Needs.String() + "`.")
		}
		if m.OffBox != "" {
			a.comment("\nCannot work off the switch: " + m.OffBox + ".")
		}
		if m.Deprecated != "" {
			fmt.Fprintf(a, "---@deprecated use %s\n", m.Deprecated)
		}
		var names []string
		for _, p := range m.Params {
			written := parameter(&p)
			names = append(names, strings.TrimSuffix(written, "?"))
			fmt.Fprintf(a, "---@param %s %s", written, a.parameterType(&p, c.Native))
			if p.Default != "" && p.Default != "nil" {
				a.WriteString(" default " + p.Default)
			}
			a.WriteString("\n")
		}
		for _, r := range m.Results {
			optional := ""
			if r.mayBeNil() || c.Native && !c.Loose && len(m.Results) > 1 {
				optional = "?"
			}
			fmt.Fprintf(a, "---@return %s%s # %s\n", a.annotated(r.Type), optional, line(r.Doc))
		}
		fmt.Fprintf(a, "function %s%s(%s) end\n\n", prefix, name, strings.Join(names, ", "))
	}
}

// mayBeNil tells whether there may be no value, which the documentation says.
func (r Result) mayBeNil() bool {
	if r.Type == Bool && strings.Contains(r.Doc, "false when") {
		return false
	}
	return strings.Contains(r.Doc, "nil") || strings.Contains(r.Doc, "no value")
}

// parameter is the name of a parameter, with ? behind it if it may be left out.
func parameter(p *Param) string {
	name := p.Name
	if slices.Contains([]string{"function", "end", "repeat", "until", "local", "return", "in", "for"}, name) {
		name += "_"
	}
	switch {
	case p.Rest:
		return "..."
	case p.Optional:
		return name + "?"
	}
	return name
}

// parameterType is the type of a parameter: numbers are taken for texts, and by mod_lua texts for numbers.
func (a *annotator) parameterType(p *Param, native bool) string {
	text := a.annotated(p.Type)
	switch {
	case p.Type == String:
		text = "string|number"
	case native:
	case p.Type == Int:
		text = "integer|string"
	case p.Type == Session || p.Type == Event || p.Type == Menu:
		return text + "?"
	}
	if p.Nil {
		text += "|nil"
	}
	return text
}

// annotated is a type as the language server writes it.
func (a *annotator) annotated(t Type) string {
	var all []string
	for one := range strings.SplitSeq(string(t), " or ") {
		switch name := a.names[Type(one)]; {
		case name != "":
			one = name
		case one == string(Opaque):
			one = "userdata"
		}
		all = append(all, one)
	}
	return strings.Join(all, "|")
}
