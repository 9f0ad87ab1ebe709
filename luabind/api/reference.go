package api

import (
	"fmt"
	"strings"
)

// ModLua are the classes and tables of mod_lua, in the order of its reference.
func ModLua() []*Class {
	return []*Class{
		&CallClass, &Constructors, &APIObject, &EventClass, &EventConsumerClass, &JSONClass, &IVRMenuClass, &StreamClass, &DbhClass, &DTMFClass, &StringClass,
		&InputStateClass, &Freeswitch,
	}
}

// Reference is the documentation of classes as Markdown.
func Reference(title, preamble string, classes ...*Class) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n<!-- Made from the rows of luabind/api: go test ./luabind/api -update -->\n\n%s\n", title, preamble)
	for _, c := range classes {
		fmt.Fprintf(&b, "## %s\n\n%s\n", c.Name, c.Doc)
		for i := range c.Methods {
			c.Methods[i].reference(&b, c)
		}
		b.WriteString("\n")
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func (m *Method) reference(b *strings.Builder, c *Class) {
	fmt.Fprintf(b, "\n### %s\n\n`%s`", m.Name, m.Signature(c))
	for _, alias := range m.Aliases {
		fmt.Fprintf(b, ", also `%s`", alias)
	}
	fmt.Fprintf(b, "\n\n%s\n\n", m.Doc)
	for i, r := range m.Results {
		what := "Result"
		if len(m.Results) > 1 {
			what = fmt.Sprintf("Result %d", i+1)
		}
		fmt.Fprintf(b, "* %s: %s, %s\n", what, r.Type, r.Doc)
	}
	if len(m.Results) == 0 {
		b.WriteString("* Result: no value\n")
	}
	if m.Down != "" {
		fmt.Fprintf(b, "* After the hang-up: %s\n", m.Down)
	}
	if m.Needs != 0 {
		fmt.Fprintf(b, "* Needs in the dialplan line: `%s`\n", m.Needs)
	}
	fmt.Fprintf(b, "\n```lua\n%s\n```\n", m.Example)
}

// Signature is how the method is called, with what may be left out in brackets.
func (m *Method) Signature(c *Class) string {
	join := ":"
	if c.Table {
		join = "."
	}
	var b strings.Builder
	if c.Name == "" { // they are globals
		join = ""
	}
	b.WriteString(c.Name + join + m.Name + "(")
	open := 0
	for i, p := range m.Params {
		if p.Optional {
			b.WriteString("[")
			open++
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(p.Name)
		if p.Rest {
			b.WriteString(", ...")
		}
		if p.Optional && p.Default != "" && p.Default != "nil" {
			b.WriteString(" = " + p.Default)
		}
	}
	return b.String() + strings.Repeat("]", open) + ")"
}
