package lint

import (
	"slices"
	"strings"

	"github.com/yuin/gopher-lua/ast"
)

// findTests finds the files that eslua test runs: those whose names say so and that use its words, and the modules that they load.
func (k *checker) findTests() {
	var loads []string
	for _, c := range k.chunks {
		if c.test = c.foreign && strings.HasSuffix(c.file.Path, "_test.lua"); !c.test {
			continue
		}
		for _, e := range c.calls {
			if e.Func != nil && len(e.Args) == 1 && c.global(e.Func, "require") {
				if name, ok := e.Args[0].(*ast.StringExpr); ok {
					loads = append(loads, "/"+strings.ReplaceAll(name.Value, ".", "/")+".lua")
				}
			}
		}
	}
	for _, c := range k.chunks {
		c.test = c.test || slices.ContainsFunc(loads, func(name string) bool { return strings.HasSuffix("/"+c.file.Path, name) })
	}
}

// word tells whether a name is a word of tests.
func (k *checker) word(name string) bool {
	for _, f := range k.words.Fields {
		if f.Name == name {
			return true
		}
	}
	_, m := k.words.Method(name)
	return m != nil
}

func (k *checker) wordNames() []string {
	names := methodNames(k.words.Classes...)
	for _, f := range k.words.Fields {
		names = append(names, f.Name)
	}
	return names
}
