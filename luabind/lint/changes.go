package lint

import (
	"slices"

	"github.com/yuin/gopher-lua/ast"

	"eslua/luabind/api"
)

// findReplaced notes the modules in whose places a file puts something else.
func (k *checker) findReplaced(c *chunk) {
	for _, m := range c.members {
		if m.global == "package" && slices.Contains([]string{"preload", "loaders", "searchers"}, m.field) {
			k.replacedAny = true
		}
	}
	for _, s := range c.sets {
		if name, _ := c.libraryName(s.field.Object); name != "package.loaded" || s.value != nil && isNil(s.value) {
			continue // without a value it is loaded again
		}
		if key, ok := s.field.Key.(*ast.StringExpr); ok {
			k.replaced[key.Value] = true
		} else {
			k.replacedAny = true
		}
	}
}

// findChanges notes what a file does to tables of modules and the like: what it sets in them, and which it hands to functions that may.
func (k *checker) findChanges(c *chunk) {
	for _, s := range c.sets {
		o := k.infer(c, s.field.Object).object
		if o == nil || !o.Open {
			continue
		}
		if key, ok := s.field.Key.(*ast.StringExpr); ok {
			k.change(o, key.Value)
		} else {
			k.opened[o] = true
		}
	}
	for _, e := range c.calls {
		if name, _ := c.libraryName(e.Func); harmless(name) {
			continue
		}
		for _, a := range e.Args {
			if o := k.infer(c, a).object; o != nil && o.Open {
				k.opened[o] = true
			}
		}
	}
}

func (k *checker) change(o *api.Object, field string) {
	if k.changed[o] == nil {
		k.changed[o] = make(map[string]bool)
	}
	k.changed[o][field] = true
}

// harmless tells whether a function of the language leaves tables that it is given as they are.
func harmless(name string) bool {
	return slices.Contains([]string{"assert", "getmetatable", "ipairs", "next", "pairs", "print", "rawequal", "rawget", "tostring", "type"}, name)
}
