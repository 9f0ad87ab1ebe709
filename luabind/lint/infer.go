package lint

import (
	"strings"

	"github.com/yuin/gopher-lua/ast"

	"eslua/luabind/api"
)

// meaning is what is known of a value: an object or a table, or a function of one; none if nothing is known.
type meaning struct {
	object   *api.Object
	class    *api.Class // of the function
	function *api.Method
}

func (m meaning) known() bool { return m != meaning{} }

// callback is a kind of function that the switch calls.
type callback struct{ params []api.Type }

// findCallbacks finds global functions that are named where mod_lua takes the name of one (modlua-api.md 2.1, 3.2).
func (k *checker) findCallbacks(c *chunk) {
	for _, e := range c.calls {
		if e.Method != "setInputCallback" && e.Method != "setHangupHook" || len(e.Args) == 0 {
			continue
		}
		if name, ok := e.Args[0].(*ast.StringExpr); ok {
			k.callbacks[name.Value] = callback{[]api.Type{api.Session}}
		}
	}
}

// infer finds out what a value is.
func (k *checker) infer(c *chunk, e ast.Expr) meaning {
	switch e := e.(type) {
	case *ast.IdentExpr:
		if l := c.bindings[e]; l != nil {
			return k.inferLocal(c, l)
		}
		return k.inferGlobal(c, e.Value)
	case *ast.AttrGetExpr:
		key, ok := e.Key.(*ast.StringExpr)
		if !ok {
			return meaning{}
		}
		return k.inferField(k.infer(c, e.Object), key.Value)
	case *ast.FuncCallExpr:
		if e.Func == nil {
			if o := k.infer(c, e.Receiver).object; o != nil {
				if _, m := o.Method(e.Method); m != nil {
					return k.result(m)
				}
			}
			return meaning{}
		}
		if c.global(e.Func, "assert") && len(e.Args) > 0 {
			return k.infer(c, e.Args[0])
		}
		if c.global(e.Func, "require") && len(e.Args) == 1 {
			if name, ok := e.Args[0].(*ast.StringExpr); ok {
				return k.loaded(name.Value)
			}
			return meaning{}
		}
		called := k.infer(c, e.Func)
		if called.object != nil {
			return k.result(called.object.Call)
		}
		return k.result(called.function)
	case *ast.LogicalOpExpr:
		right := k.infer(c, e.Rhs)
		if e.Operator == "and" || right == k.infer(c, e.Lhs) {
			return right
		}
	}
	return meaning{}
}

func (k *checker) result(m *api.Method) meaning {
	if m == nil || len(m.Results) == 0 {
		return meaning{}
	}
	first, _, _ := strings.Cut(string(m.Results[0].Type), " or ") // methods are called only on what has some
	return meaning{object: k.objects[api.Type(first)]}
}

// loaded is what require gives, if it is a module with rows. Scripts may have a file of that name, or put something else in its place.
func (k *checker) loaded(name string) meaning {
	if k.replaced[name] || k.replacedAny || k.scriptOf(name) {
		return meaning{}
	}
	return meaning{object: k.modules[name]}
}

// inferField finds out what a field of a value is, unless scripts have set it themselves.
func (k *checker) inferField(of meaning, name string) meaning {
	o := of.object
	if o == nil || k.changed[o][name] {
		return meaning{}
	}
	if class, m := o.Method(name); m != nil && o.Table() {
		return meaning{class: class, function: m}
	}
	for _, f := range o.Fields {
		if f.Name == name {
			return meaning{object: k.objects[f.Type]}
		}
	}
	return meaning{}
}

func (k *checker) inferLocal(c *chunk, l *local) meaning {
	if l.fixed {
		if l.writes > 0 || l.param < 0 || l.function == nil {
			return meaning{}
		}
		for name, cb := range k.callbacks {
			if c.functions[name] == l.function && l.param < len(cb.params) {
				return meaning{object: k.objects[cb.params[l.param]]}
			}
		}
		return meaning{}
	}
	if m, ok := k.locals[l]; ok {
		return m
	}
	k.locals[l] = meaning{} // whoever asks meanwhile learns nothing
	values := make([]assigned, 0, len(l.values))
	for _, v := range l.values {
		values = append(values, assigned{c, v})
	}
	k.locals[l] = k.same(values)
	return k.locals[l]
}

func (k *checker) inferGlobal(c *chunk, name string) meaning {
	if class, word := k.words.Method(name); c.test && word != nil && len(k.globals[name]) == 0 {
		return meaning{class: class, function: word}
	}
	if start, ok := k.starts[name]; ok {
		return k.inferStart(c, name, meaning{object: k.objects[start.Type]})
	}
	if k.loads[name] && len(k.globals[name]) == 0 && k.setGlobal[name] {
		return k.loaded(name)
	}
	m, ok := k.meanings[name]
	if !ok {
		k.meanings[name] = meaning{} // whoever asks meanwhile learns nothing
		m = k.same(k.globals[name])
		k.meanings[name] = m
	}
	return m
}

// inferStart finds out what a global is that scripts begin with, and to which this file may assign something else.
func (k *checker) inferStart(c *chunk, name string, start meaning) meaning {
	m, ok := c.starts[name]
	if !ok {
		m = start
		if own := c.globals[name]; len(own) > 0 {
			c.starts[name] = start // it is what it was before, as in session = session or freeswitch.Session(...)
			values := make([]assigned, 0, len(own))
			for _, v := range own {
				values = append(values, assigned{c, v})
			}
			m = k.same(values)
		}
		c.starts[name] = m
	}
	return m
}

// same is what all values are, which may also be nil; nothing if they differ or one is not known.
func (k *checker) same(values []assigned) meaning {
	var out meaning
	for _, v := range values {
		if v.expr == nil {
			return meaning{}
		}
		if isNil(v.expr) {
			continue
		}
		m := k.infer(v.in, v.expr)
		if !m.known() || out.known() && m != out {
			return meaning{}
		}
		out = m
	}
	return out
}
