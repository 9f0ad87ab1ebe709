package lint

import (
	"fmt"
	"strings"

	"github.com/yuin/gopher-lua/ast"
)

// unused finds local variables that nothing reads.
func (k *checker) unused(c *chunk) {
	for _, l := range c.locals {
		if l.fixed || l.reads > 0 || strings.HasPrefix(l.name, "_") || read(*l.group) {
			continue
		}
		what, how := "local variable", "is never used"
		if len(l.values) == 1 {
			if _, ok := l.values[0].(*ast.FunctionExpr); ok {
				what = "local function"
			}
		}
		if l.writes > 0 {
			how = "is set, and never read"
		}
		k.add(c.file, l.at, UnusedLocal, fmt.Sprintf("%s %q %s", what, l.name, how))
	}
}

// read tells whether any of the locals is read.
func read(group []*local) bool {
	for _, l := range group {
		if l.reads > 0 {
			return true
		}
	}
	return false
}

// undefined finds globals that nothing sets.
func (k *checker) undefined(c *chunk) {
	if c.dynamic || c.foreign && !c.test || k.open {
		return
	}
	for _, u := range c.uses {
		if k.defined(c, u.name) {
			continue
		}
		names := append(k.globalNames(), u.visible...)
		if c.test {
			names = append(names, k.wordNames()...)
		}
		if k.unseen && !misspelled(u.name, names) {
			continue // it may come from where nobody has looked
		}
		k.add(c.file, u.at, UndefinedGlobal, fmt.Sprintf("nothing sets the global variable %q%s", u.name, guess(u.name, names)))
	}
	for _, m := range c.members {
		name := m.global + "." + m.field
		if instead := oldNames[name]; instead != "" && k.language[m.global][m.field] && !k.fields[name] {
			k.add(c.file, m.at, Deprecated, fmt.Sprintf("%s is from Lua 5.0; use %s", name, instead))
		}
		if !k.language.library(m.global) || k.language[m.global][m.field] || len(k.globals[m.global]) > 0 || k.fields[name] || c.tested[name] {
			continue
		}
		var names []string
		for n := range k.language[m.global] {
			names = append(names, n)
		}
		k.add(c.file, m.at, UndefinedGlobal, fmt.Sprintf("there is no %s%s", name, guess(m.field, names)))
	}
}

// defined tells whether a global is set, or the file asks whether it is.
func (k *checker) defined(c *chunk, name string) bool {
	return k.always(name) || c.test && k.word(name) || len(k.globals[name]) > 0 || c.tested[name] || k.required[name] || k.environments && k.names[name]
}

// always tells whether a global is there before any script sets it.
func (k *checker) always(name string) bool {
	_, language := k.language[name]
	_, start := k.starts[name]
	return language || start
}

func (k *checker) globalNames() []string {
	var out []string
	for name := range k.language {
		out = append(out, name)
	}
	for name := range k.starts {
		out = append(out, name)
	}
	for name := range k.globals {
		out = append(out, name)
	}
	return out
}
