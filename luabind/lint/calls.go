package lint

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/gopher-lua/ast"

	"eslua/luabind/api"
)

// call looks at one call.
func (k *checker) call(c *chunk, e *ast.FuncCallExpr) {
	if e.Func == nil {
		k.method(c, e)
		return
	}
	k.languageCall(c, e)
	if field, ok := e.Func.(*ast.AttrGetExpr); ok {
		if key, ok := field.Key.(*ast.StringExpr); ok {
			k.dotCall(c, e, k.infer(c, field.Object), key)
		}
		return
	}
	m := k.infer(c, e.Func)
	if m.function != nil {
		k.arguments(c, e.Args, m.class, m.function, c.start(e))
	} else if o := m.object; o != nil && o.Call != nil {
		k.arguments(c, e.Args, o.Classes[0], o.Call, c.start(e))
	}
}

// start is where a call begins.
func (c *chunk) start(e *ast.FuncCallExpr) place {
	if at, ok := c.places[e.Func]; ok {
		return at
	}
	return place{e.Line(), 1}
}

// unknownFunction finds what a table does not have.
func (k *checker) unknownFunction(c *chunk, o *api.Object, name string, at place) {
	if k.opened[o] || k.changed[o][name] || c.testedFields[name] {
		return
	}
	names := methodNames(o.Classes...)
	for _, f := range o.Fields {
		if f.Name == name {
			return
		}
		names = append(names, f.Name)
	}
	k.add(c.file, at, UnknownMethod, fmt.Sprintf("there is no %s.%s%s", o.Name, name, guess(name, names)))
}

func methodNames(classes ...*api.Class) []string {
	var out []string
	for _, class := range classes {
		for _, m := range class.Methods {
			out = append(append(out, m.Name), m.Aliases...)
		}
	}
	return out
}

// method looks at a call with a colon.
func (k *checker) method(c *chunk, e *ast.FuncCallExpr) {
	at := c.places[e]
	of := k.infer(c, e.Receiver)
	o := of.object
	if o == nil {
		return
	}
	if o.Table() {
		m := k.inferField(of, e.Method)
		switch {
		case m.function == nil:
			k.unknownFunction(c, o, e.Method, at)
		case !m.class.Loose || len(m.function.Params) > 0: // the table would be the first argument
			name := o.Name
			if id, ok := e.Receiver.(*ast.IdentExpr); ok {
				name = id.Value
			}
			k.add(c.file, at, MethodCall, fmt.Sprintf("%s is a function and not a method: call it as %s.%s(...)", e.Method, name, e.Method))
		}
		return
	}
	class, row := o.Method(e.Method)
	if row == nil {
		k.unknownMethod(c, o, e.Method, at)
		return
	}
	k.arguments(c, e.Args, class, row, at)
}

func (k *checker) unknownMethod(c *chunk, o *api.Object, name string, at place) {
	if c.testedFields[name] || o.Open {
		return
	}
	for _, class := range o.Classes {
		if slices.Contains(class.Internal, name) {
			k.add(c.file, at, OffBox, fmt.Sprintf("%s is internal to mod_lua and does nothing off the switch: leave it out", name))
			return
		}
		if slices.Contains(class.Attributes, name) {
			k.add(c.file, at, UnknownMethod, fmt.Sprintf("%s of %s is an attribute and not a method: read it as .%s", name, o.Name, name))
			return
		}
	}
	k.add(c.file, at, UnknownMethod, fmt.Sprintf("%s has no method %q%s", o.Name, name, guess(name, methodNames(o.Classes...))))
}

// dotCall looks at the call of a field: a function of a table, or a method, which is right with the object as first argument.
func (k *checker) dotCall(c *chunk, e *ast.FuncCallExpr, of meaning, key *ast.StringExpr) {
	o, at := of.object, c.places[key]
	if o == nil {
		return
	}
	if o.Table() {
		if m := k.inferField(of, key.Value); m.function != nil {
			k.arguments(c, e.Args, m.class, m.function, at)
		} else {
			k.unknownFunction(c, o, key.Value, at)
		}
		return
	}
	class, row := o.Method(key.Value)
	if row == nil {
		k.unknownMethod(c, o, key.Value, at)
		return
	}
	if len(e.Args) > 0 {
		switch first := k.infer(c, e.Args[0]); {
		case first.object == o:
			k.arguments(c, e.Args[1:], class, row, at)
			return
		case !first.known() && !literal(e.Args[0]):
			return
		}
	}
	k.add(c.file, at, MethodCall, fmt.Sprintf("%s is a method: call it with a colon, as :%s(...)", key.Value, key.Value))
}

func literal(e ast.Expr) bool {
	switch e.(type) {
	case *ast.StringExpr, *ast.NumberExpr, *ast.TrueExpr, *ast.FalseExpr, *ast.NilExpr, *ast.FunctionExpr, *ast.TableExpr, *ast.StringConcatOpExpr, *ast.ArithmeticOpExpr:
		return true
	}
	return false
}

// arguments compares arguments with a row.
func (k *checker) arguments(c *chunk, args []ast.Expr, class *api.Class, row *api.Method, at place) {
	if row.OffBox != "" {
		k.add(c.file, at, OffBox, fmt.Sprintf("%s cannot work off the switch: %s", row.Name, row.OffBox))
	}
	if row.Deprecated != "" {
		k.add(c.file, at, Deprecated, fmt.Sprintf("%s is the old spelling of %s", row.Name, row.Deprecated))
	}
	least, most := row.Required(), len(row.Params)
	if most > 0 && row.Params[most-1].Rest {
		most = max(most, len(args))
	}
	n, exact := len(args), true
	if n > 0 && several(args[n-1]) {
		n, exact = n-1, false // it may give no value at all
	}
	if n > most || exact && n < least {
		want := plural(most, "argument")
		if least < most {
			want = fmt.Sprintf("%d to %d arguments", least, most)
		}
		code, end := ArgumentCount, ""
		if class.Loose && n > most {
			code, end = ExtraArgument, "; it passes over the others"
		}
		k.add(c.file, at, code, fmt.Sprintf("%s takes %s, not %d: %s%s", row.Name, want, n, row.Signature(class), end))
		return
	}
	for i, a := range args {
		if len(row.Params) == 0 {
			break
		}
		p := &row.Params[min(i, len(row.Params)-1)]
		got := k.misfit(c, p, a)
		if class.Loose {
			got = looseMisfit(p, a, got)
		}
		if got != "" {
			where := at
			if exact, ok := c.places[a]; ok {
				where = exact
			}
			k.add(c.file, where, ArgumentType, fmt.Sprintf("%s of %s takes %s, not %s: %s", p.Name, row.Name, kind(p), got, row.Signature(class)))
		}
		if p.Prompt {
			k.prompt(c, a, at)
		}
	}
}

// several tells whether an expression may give more or fewer values than one.
func several(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.FuncCallExpr:
		return !e.AdjustRet
	case *ast.Comma3Expr:
		return !e.AdjustRet
	}
	return false
}

// misfit is what an argument is, if it cannot be given for a parameter, else "". Only what is plain to see counts.
func (k *checker) misfit(c *chunk, p *api.Param, e ast.Expr) string {
	got, fits := "", false
	switch e := e.(type) {
	case *ast.NilExpr:
		got = "nil"
		switch p.Type {
		case api.String, api.Session, api.Event, api.ESLEvent, api.Menu, api.Any, api.TextOrTable:
			fits = true
		default:
			fits = p.Optional && p.Type != api.Int && p.Type != api.Bool && p.Type != api.Opaque && p.Type != api.Function
		}
	case *ast.TrueExpr, *ast.FalseExpr:
		got, fits = "a boolean", p.Type == api.Bool
	case *ast.FunctionExpr:
		got, fits = "a function", p.Type == api.Function
	case *ast.TableExpr:
		got, fits = "a table", p.Type == api.Table || p.Type == api.TextOrTable
	case *ast.NumberExpr:
		got, fits = "a number", p.Type == api.Int || p.Type == api.Number || p.Type == api.String || p.Type == api.TextOrTable
	case *ast.StringExpr:
		got = strconv.Quote(e.Value)
		switch p.Type {
		case api.String, api.TextOrTable:
			fits = true
		case api.Int, api.Number:
			fits = numeric(e.Value)
		}
	case *ast.IdentExpr:
		if k.isFunction(c, e) {
			got, fits = "a function; give its name as a string", p.Type == api.Function
		}
	}
	if got == "" || fits || p.Type == api.Any && p.C == "" {
		return ""
	}
	return got
}

// looseMisfit is what misfit has found as functions of libraries for Lua see it: they take nil where nothing need be, they ask of everything whether
// it is true, and what they are to call they look at when they call it.
func looseMisfit(p *api.Param, e ast.Expr, got string) string {
	switch {
	case p.Type == api.Any, p.Type == api.Bool, isNil(e) && p.Optional, !isNil(e) && p.Type == api.Function:
		return ""
	case isNil(e):
		return "nil"
	}
	return got
}

// kind says what a parameter takes.
func kind(p *api.Param) string {
	switch p.Type {
	case api.Int, api.Event, api.ESLEvent:
		return "an " + string(p.Type)
	case api.Opaque, api.Any:
		return "a pointer of C"
	}
	return "a " + string(p.Type)
}

func numeric(s string) bool {
	s = strings.TrimSpace(s)
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return true
	}
	_, err := strconv.ParseInt(s, 0, 64)
	return err == nil
}

// isFunction tells whether a name can only stand for a function of the script.
func (k *checker) isFunction(c *chunk, e *ast.IdentExpr) bool {
	var values []assigned
	if l := c.bindings[e]; l != nil {
		for _, v := range l.values {
			values = append(values, assigned{c, v})
		}
	} else if _, ok := k.starts[e.Value]; !ok {
		values = k.globals[e.Value]
	}
	for _, v := range values {
		if _, ok := v.expr.(*ast.FunctionExpr); !ok {
			return false
		}
	}
	return len(values) > 0
}

// setFields finds fields that are set in objects of mod_lua, which have none.
func (k *checker) setFields(c *chunk) {
	for _, s := range c.sets {
		o := k.infer(c, s.field.Object).object
		key, ok := s.field.Key.(*ast.StringExpr)
		if o == nil || !ok || o.Open {
			continue
		}
		if slices.ContainsFunc(o.Classes, func(class *api.Class) bool { return slices.Contains(class.Attributes, key.Value) }) {
			continue
		}
		k.add(c.file, c.places[key], UnknownField, fmt.Sprintf("%s has no field %q that can be set", o.Name, key.Value))
	}
}
