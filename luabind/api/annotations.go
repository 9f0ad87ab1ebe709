package api

import (
	"fmt"
	"slices"
	"strings"
)

// Meta is how each annotation file begins: the language server takes it for a description and not for code.
const Meta = "---@meta"

// Annotations are files for the Lua language server that describe all that has rows, by their names: mod_lua's interface in freeswitch.lua, the
// variables that scripts begin with in globals.lua, and each module in a file of its name.
func Annotations() map[string]string {
	files := make(map[string]string)
	byPrefix := make(map[string]*strings.Builder)
	object := func(o *Object) {
		prefix, _, _ := strings.Cut(o.Name, ".")
		if byPrefix[prefix] == nil {
			byPrefix[prefix] = &strings.Builder{}
		}
		o.annotate(byPrefix[prefix])
	}
	for _, o := range Objects() {
		object(o)
	}
	text := func(prefix string) string {
		if b := byPrefix[prefix]; b != nil {
			return b.String()
		}
		return ""
	}

	var b strings.Builder
	head(&b, "")
	comment(&b, Freeswitch.Doc)
	b.WriteString("---@class freeswitch\n")
	for _, c := range []*Class{&Constructors, &Freeswitch} {
		for _, v := range c.Constants {
			fmt.Fprintf(&b, "---@field %s %s %s\n", v.Name, annotated(v.Type), line(v.Doc))
		}
	}
	b.WriteString("freeswitch = {}\n\n")
	for _, c := range []*Class{&Constructors, &Freeswitch} {
		for i := range c.Methods {
			c.Methods[i].annotate(&b, "freeswitch.", c.Native)
		}
	}
	b.WriteString(text("freeswitch"))
	files["freeswitch.lua"] = b.String()

	b.Reset()
	head(&b, "")
	for _, g := range Globals() {
		if g.Name == "freeswitch" {
			continue
		}
		comment(&b, g.Doc)
		fmt.Fprintf(&b, "---@type %s\n%s = nil\n\n", annotated(g.Type), g.Name)
	}
	files["globals.lua"] = b.String()

	for _, m := range Modules() {
		b.Reset()
		head(&b, " "+m.Name)
		b.WriteString(text(m.Name))
		comment(&b, m.Doc)
		fmt.Fprintf(&b, "---@class %s\n", m.Name)
		for _, v := range m.Values {
			fmt.Fprintf(&b, "---@field %s %s %s\n", v.Name, annotated(v.Type), line(v.Doc))
		}
		b.WriteString("local module = {}\n\n")
		for i := range m.Functions.Methods {
			m.Functions.Methods[i].annotate(&b, "module.", true)
		}
		b.WriteString("return module\n")
		files[m.Name+".lua"] = b.String()
	}
	return files
}

func head(b *strings.Builder, name string) {
	b.WriteString(Meta + name + "\n-- Made by eslua types.\n\n")
}

// line is a text as one line.
func line(text string) string { return strings.Join(strings.Fields(text), " ") }

// comment writes a text as lines of documentation.
func comment(b *strings.Builder, text string) {
	for l := range strings.SplitSeq(text, "\n") {
		b.WriteString(strings.TrimRight("--- "+l, " ") + "\n")
	}
}

func (o *Object) annotate(b *strings.Builder) {
	for i, c := range o.Classes {
		if i > 0 {
			b.WriteString("---\n")
		}
		comment(b, c.Doc)
	}
	fmt.Fprintf(b, "---@class %s\n", o.Name)
	for _, c := range o.Classes {
		for _, name := range c.Attributes {
			fmt.Fprintf(b, "---@field %s any\n", name)
		}
	}
	for _, f := range o.Fields {
		fmt.Fprintf(b, "---@field %s %s %s\n", f.Name, annotated(f.Type), line(f.Doc))
	}
	if o.Type == VarsType {
		b.WriteString("---@field [string] string?\n")
	}
	_, name, _ := strings.Cut(o.Name, ".")
	fmt.Fprintf(b, "local %s = {}\n\n", name)
	for _, c := range o.Classes {
		for i := range c.Methods {
			c.Methods[i].annotate(b, name+":", c.Native)
		}
	}
}

// annotate writes a function without a body; prefix is what stands before its name.
func (m *Method) annotate(b *strings.Builder, prefix string, native bool) {
	for _, name := range append([]string{m.Name}, m.Aliases...) {
		comment(b, m.Doc)
		if m.Down != "" {
			comment(b, "\nAfter the hang-up: "+m.Down+".")
		}
		if m.Needs != 0 {
			comment(b, "\nNeeds in the dialplan line: `"+m.Needs.String()+"`.")
		}
		if m.OffBox != "" {
			comment(b, "\nCannot work off the switch: "+m.OffBox+".")
		}
		if m.Deprecated != "" {
			fmt.Fprintf(b, "---@deprecated use %s\n", m.Deprecated)
		}
		var names []string
		for _, p := range m.Params {
			written := parameter(&p)
			names = append(names, strings.TrimSuffix(written, "?"))
			fmt.Fprintf(b, "---@param %s %s", written, p.annotated(native))
			if p.Default != "" && p.Default != "nil" {
				b.WriteString(" default " + p.Default)
			}
			b.WriteString("\n")
		}
		for _, r := range m.Results {
			optional := ""
			if r.mayBeNil() || native && len(m.Results) > 1 {
				optional = "?"
			}
			fmt.Fprintf(b, "---@return %s%s # %s\n", annotated(r.Type), optional, line(r.Doc))
		}
		fmt.Fprintf(b, "function %s%s(%s) end\n\n", prefix, name, strings.Join(names, ", "))
	}
}

// mayBeNil tells whether there may be no value, which the documentation says.
func (r Result) mayBeNil() bool {
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

// annotated is the type of a parameter: mod_lua takes numbers for texts and texts for numbers.
func (p *Param) annotated(native bool) string {
	switch {
	case native:
	case p.Type == String:
		return "string|number"
	case p.Type == Int:
		return "integer|string"
	case p.Type == Session || p.Type == Event || p.Type == Menu:
		return annotated(p.Type) + "?"
	}
	return annotated(p.Type)
}

// annotated is a type as the language server writes it.
func annotated(t Type) string {
	switch t {
	case TextOrTable:
		return "string|table"
	case Opaque:
		return "userdata"
	}
	for _, o := range Objects() {
		if o.Type == t {
			return o.Name
		}
	}
	return string(t)
}
