package lint

import (
	"slices"
	"strings"

	"github.com/yuin/gopher-lua/ast"
)

// local is a local variable or a parameter.
type local struct {
	name string
	at   place
	// group are the locals of the same statement; nil for parameters and variables of loops.
	group *[]*local
	// fixed: a parameter, or a variable of a loop. What it holds is not known.
	fixed bool
	// param is the number of a parameter, from 0, and function what it is one of.
	param    int
	function *ast.FunctionExpr
	reads    int
	writes   int
	// values are what is assigned; a nil one is what is not known.
	values []ast.Expr
}

// use is a use of a global variable.
type use struct {
	name string
	at   place
	// visible are the locals that could be meant.
	visible []string
}

// member is a field of a global that is called or read, as string.gfind.
type member struct {
	global, field string
	at            place
}

// set is a field that is assigned; a nil value is not known.
type set struct {
	field *ast.AttrGetExpr
	value ast.Expr
}

// chunk is a file that was walked.
type chunk struct {
	file   *File
	source *source
	// bindings are the locals that names stand for; a name that is not here is a global.
	bindings map[*ast.IdentExpr]*local
	// places are where names, strings and the methods of calls are.
	places map[ast.Expr]place
	locals []*local
	// calls are all calls, in the order of the source; guarded ones stand in a function that pcall or xpcall calls, or where there is no switch.
	calls   []*ast.FuncCallExpr
	guarded map[*ast.FuncCallExpr]bool
	uses    []use
	members []member
	sets    []set
	// texts are all strings, and what is put together of strings, as a whole.
	texts []ast.Expr
	// globals are what is assigned to global variables; a nil value is not known. fields are the names of fields that are assigned, as string.trim.
	globals map[string][]ast.Expr
	fields  map[string]bool
	// starts are the globals that scripts begin with, as far as it was found out what they are in this file.
	starts map[string]meaning
	// tested are globals, and testedFields fields, that the file asks for whether they are there.
	tested, testedFields map[string]bool
	// dynamic: globals come from elsewhere (setfenv, _ENV, a computed name in _G), in this file or, with everywhere, in all.
	dynamic, everywhere bool
	// functions are the functions in variables, by the place of their parameters.
	functions map[string]*ast.FunctionExpr
	// names are all names of fields that are given values, in tables or later.
	names map[string]bool
	// ownPath: package.path, or another way to find modules, is changed. environments: a function or a file is given globals of its own.
	// foreign: the words of a test runner are used.
	// test: it is a file of eslua test, in which its words are globals.
	ownPath, environments, foreign, test bool
}

// walker walks a syntax tree in the order of the source.
type walker struct {
	*chunk
	known  func(global string) bool // globals that are always there, of which no use is noted
	scopes [][]*local
	safe   int // how many functions around are called by pcall, and branches that no script of a switch takes
	rest   int // how many functions around have parameters ...: there is a local arg in them
	joined int // how many concatenations stand around
}

func walk(f *File, text string, block []ast.Stmt, known func(global string) bool) *chunk {
	c := &chunk{
		file: f, source: newSource(text), bindings: make(map[*ast.IdentExpr]*local), places: make(map[ast.Expr]place), guarded: make(map[*ast.FuncCallExpr]bool),
		globals: make(map[string][]ast.Expr), fields: make(map[string]bool), tested: make(map[string]bool), testedFields: make(map[string]bool),
		functions: make(map[string]*ast.FunctionExpr), names: make(map[string]bool), starts: make(map[string]meaning),
	}
	w := &walker{chunk: c, known: known}
	w.block(block)
	return c
}

func (w *walker) open()  { w.scopes = append(w.scopes, nil) }
func (w *walker) close() { w.scopes = w.scopes[:len(w.scopes)-1] }

func (w *walker) declare(l *local) {
	w.dynamic = w.dynamic || l.name == "_ENV"
	top := len(w.scopes) - 1
	w.scopes[top] = append(w.scopes[top], l)
	w.locals = append(w.locals, l)
}

func (w *walker) find(name string) *local {
	for i := len(w.scopes) - 1; i >= 0; i-- {
		for j := len(w.scopes[i]) - 1; j >= 0; j-- {
			if w.scopes[i][j].name == name {
				return w.scopes[i][j]
			}
		}
	}
	return nil
}

func (w *walker) visible() []string {
	var out []string
	for _, s := range w.scopes {
		for _, l := range s {
			out = append(out, l.name)
		}
	}
	return out
}

func (w *walker) block(stmts []ast.Stmt) {
	w.open()
	w.stmts(stmts)
	w.close()
}

func (w *walker) stmts(stmts []ast.Stmt) {
	for _, s := range stmts {
		w.stmt(s)
	}
}

func (w *walker) stmt(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.AssignStmt:
		for i, e := range s.Lhs {
			w.assign(e, value(s.Rhs, i))
		}
		w.exprs(s.Rhs)
	case *ast.LocalAssignStmt:
		w.local(s)
	case *ast.FuncCallStmt:
		w.expr(s.Expr, false)
	case *ast.DoBlockStmt:
		w.block(s.Stmts)
	case *ast.WhileStmt:
		w.expr(s.Condition, true)
		w.block(s.Stmts)
	case *ast.RepeatStmt:
		w.open()
		w.stmts(s.Stmts)
		w.expr(s.Condition, true)
		w.close()
	case *ast.IfStmt:
		w.expr(s.Condition, true)
		without, with := w.needsSwitch(s.Condition)
		w.safe += without
		w.block(s.Then)
		w.safe += with - without
		w.block(s.Else)
		w.safe -= with
	case *ast.NumberForStmt:
		l := &local{name: s.Name, at: w.source.claim(s.Name), fixed: true}
		w.expr(s.Init, false)
		w.expr(s.Limit, false)
		if s.Step != nil {
			w.expr(s.Step, false)
		}
		w.open()
		w.declare(l)
		w.stmts(s.Stmts)
		w.close()
	case *ast.GenericForStmt:
		var names []*local
		for _, name := range s.Names {
			names = append(names, &local{name: name, at: w.source.claim(name), fixed: true})
		}
		w.exprs(s.Exprs)
		w.open()
		for _, l := range names {
			w.declare(l)
		}
		w.stmts(s.Stmts)
		w.close()
	case *ast.FuncDefStmt:
		w.functionStatement(s)
	case *ast.ReturnStmt:
		w.exprs(s.Exprs)
	case *ast.LabelStmt:
		w.source.claim(s.Name)
	case *ast.GotoStmt:
		w.source.claim(s.Label)
	}
}

// needsSwitch tells which branch of an if is for scripts that run under another Lua than that of a switch: then is 1 for the first, other for the second.
func (c *chunk) needsSwitch(condition ast.Expr) (then, other int) {
	if c.global(condition, "freeswitch") {
		return 0, 1
	}
	if not, ok := condition.(*ast.UnaryNotOpExpr); ok && c.global(not.Expr, "freeswitch") {
		return 1, 0
	}
	return 0, 0
}

// value is what variable i of an assignment gets, nil if that is one of several results, or nothing.
func value(exprs []ast.Expr, i int) ast.Expr {
	if i >= len(exprs) {
		return nil
	}
	return exprs[i]
}

func (w *walker) local(s *ast.LocalAssignStmt) {
	group := new([]*local)
	for i, name := range s.Names {
		l := &local{name: name, at: w.source.claim(name), group: group}
		if v := value(s.Exprs, i); v != nil {
			l.values = append(l.values, v)
		} else if len(s.Exprs) > 0 {
			l.values = append(l.values, nil)
		}
		*group = append(*group, l)
	}
	// Only a local function sees itself, and only such a statement has a last line.
	if s.LastLine() != 0 {
		w.declare((*group)[0])
		w.exprs(s.Exprs)
		return
	}
	w.exprs(s.Exprs)
	for _, l := range *group {
		w.declare(l)
	}
}

func (w *walker) functionStatement(s *ast.FuncDefStmt) {
	if s.Name.Func != nil {
		w.assign(s.Name.Func, s.Func)
		if name, ok := s.Name.Func.(*ast.IdentExpr); ok && w.bindings[name] == nil {
			w.functions[name.Value] = s.Func
		}
		w.function(s.Func, "")
		return
	}
	w.expr(s.Name.Receiver, false)
	key := &ast.StringExpr{Value: s.Name.Method}
	w.places[key] = w.source.claim(key.Value)
	w.sets = append(w.sets, set{&ast.AttrGetExpr{Object: s.Name.Receiver, Key: key}, s.Func})
	w.setField(s.Name.Receiver, key.Value)
	w.function(s.Func, "self")
}

// function walks a function; self is a parameter that is not in its list, "" if there is none.
func (w *walker) function(f *ast.FunctionExpr, self string) {
	w.open()
	if self != "" {
		w.declare(&local{name: self, fixed: true, param: -1})
	}
	for i, name := range f.ParList.Names {
		w.declare(&local{name: name, at: w.source.claim(name), fixed: true, param: i, function: f})
	}
	if f.ParList.HasVargs {
		w.rest++
		defer func() { w.rest-- }()
	}
	w.stmts(f.Stmts)
	w.close()
}

// assign walks what is assigned to.
func (w *walker) assign(target, value ast.Expr) {
	switch e := target.(type) {
	case *ast.IdentExpr:
		w.places[e] = w.source.claim(e.Value)
		if e.Value == "_ENV" {
			w.dynamic = true
		}
		if l := w.find(e.Value); l != nil {
			w.bindings[e] = l
			l.writes++
			l.values = append(l.values, value)
			return
		}
		w.globals[e.Value] = append(w.globals[e.Value], value)
		if f, ok := value.(*ast.FunctionExpr); ok {
			w.functions[e.Value] = f
		}
	case *ast.AttrGetExpr:
		w.expr(e.Object, false)
		w.expr(e.Key, false)
		w.sets = append(w.sets, set{e, value})
		key, ok := e.Key.(*ast.StringExpr)
		if ok {
			w.setField(e.Object, key.Value)
		}
		if w.environmentTable(e.Object) {
			if ok {
				w.globals[key.Value] = append(w.globals[key.Value], value)
			} else {
				w.everywhere = true
			}
		}
	default:
		w.expr(target, false)
	}
}

// setField notes that a field of a global is assigned.
func (w *walker) setField(object ast.Expr, field string) {
	w.names[field] = true
	if name, ok := object.(*ast.IdentExpr); ok && w.bindings[name] == nil {
		w.fields[name.Value+"."+field] = true
		if name.Value == "package" {
			w.ownPath = true
		}
	}
}

// environmentTable tells whether an expression is _G, or a local that holds nothing else.
func (c *chunk) environmentTable(e ast.Expr) bool {
	id, ok := e.(*ast.IdentExpr)
	if !ok {
		return false
	}
	if l := c.bindings[id]; l != nil {
		return !l.fixed && len(l.values) == 1 && c.global(l.values[0], "_G")
	}
	return id.Value == "_G"
}

// global tells whether an expression is the global variable of that name.
func (c *chunk) global(e ast.Expr, name string) bool {
	id, ok := e.(*ast.IdentExpr)
	return ok && id.Value == name && c.bindings[id] == nil
}

func (w *walker) exprs(list []ast.Expr) {
	for _, e := range list {
		w.expr(e, false)
	}
}

// expr walks an expression; test: it is only asked whether it is nil or false.
func (w *walker) expr(e ast.Expr, test bool) {
	switch e := e.(type) {
	case *ast.StringExpr:
		w.places[e] = w.source.claim(e.Value)
		if w.joined == 0 {
			w.texts = append(w.texts, e)
		}
	case *ast.IdentExpr:
		w.read(e, test)
	case *ast.AttrGetExpr:
		w.expr(e.Object, false)
		w.expr(e.Key, false)
		key, ok := e.Key.(*ast.StringExpr)
		if !ok {
			return
		}
		if test {
			w.testedFields[key.Value] = true
		}
		if name, ok := e.Object.(*ast.IdentExpr); ok && w.bindings[name] == nil {
			switch {
			case name.Value == "_G":
				w.tested[key.Value] = true
			case test:
				w.tested[name.Value+"."+key.Value] = true
			default:
				w.members = append(w.members, member{name.Value, key.Value, w.places[key]})
			}
		}
	case *ast.TableExpr:
		for _, f := range e.Fields {
			if f.Key != nil {
				w.expr(f.Key, false)
				if key, ok := f.Key.(*ast.StringExpr); ok {
					w.names[key.Value] = true
				}
			}
			w.expr(f.Value, false)
		}
	case *ast.FuncCallExpr:
		w.call(e)
	case *ast.LogicalOpExpr:
		w.expr(e.Lhs, true)
		w.expr(e.Rhs, test)
	case *ast.RelationalOpExpr:
		w.expr(e.Lhs, isNil(e.Rhs) && isEquality(e))
		w.expr(e.Rhs, isNil(e.Lhs) && isEquality(e))
	case *ast.StringConcatOpExpr:
		if w.joined == 0 {
			w.texts = append(w.texts, e)
		}
		w.joined++
		w.expr(e.Lhs, false)
		w.expr(e.Rhs, false)
		w.joined--
		if at, ok := w.places[e.Lhs]; ok {
			w.places[e] = at
		}
	case *ast.ArithmeticOpExpr:
		w.expr(e.Lhs, false)
		w.expr(e.Rhs, false)
	case *ast.UnaryMinusOpExpr:
		w.expr(e.Expr, false)
	case *ast.UnaryNotOpExpr:
		w.expr(e.Expr, true)
	case *ast.UnaryLenOpExpr:
		w.expr(e.Expr, false)
	case *ast.FunctionExpr:
		w.function(e, "")
	}
}

func isNil(e ast.Expr) bool {
	_, ok := e.(*ast.NilExpr)
	return ok
}

func isEquality(e *ast.RelationalOpExpr) bool { return e.Operator == "==" || e.Operator == "~=" }

func (w *walker) read(e *ast.IdentExpr, test bool) {
	w.places[e] = w.source.claim(e.Value)
	if e.Value == "_ENV" {
		w.dynamic = true
	}
	if l := w.find(e.Value); l != nil {
		w.bindings[e] = l
		l.reads++
		return
	}
	if test {
		w.tested[e.Value] = true
		return
	}
	if w.known(e.Value) || e.Value == "arg" && w.rest > 0 {
		return
	}
	w.uses = append(w.uses, use{e.Value, w.places[e], w.visible()})
}

func (w *walker) call(e *ast.FuncCallExpr) {
	joined := w.joined
	w.joined = 0 // texts of its arguments are their own
	defer func() { w.joined = joined }()
	w.calls = append(w.calls, e)
	w.guarded[e] = w.safe > 0
	if e.Func == nil {
		w.expr(e.Receiver, false)
		w.places[e] = w.source.claim(e.Method)
		w.exprs(e.Args)
		w.environment(nil, "", e.Args)
		return
	}
	w.expr(e.Func, false)
	name := ""
	if id, ok := e.Func.(*ast.IdentExpr); ok && w.bindings[id] == nil {
		name = id.Value
	}
	for i, a := range e.Args {
		_, isFunction := a.(*ast.FunctionExpr)
		protected := isFunction && i == 0 && (name == "pcall" || name == "xpcall")
		if protected {
			w.safe++
		}
		w.expr(a, i == 0 && (name == "type" || name == "tostring"))
		if protected {
			w.safe--
		}
	}
	w.environment(e.Func, name, e.Args)
}

// environment notes calls by which globals come from elsewhere. name is that of a global function.
func (w *walker) environment(function ast.Expr, name string, args []ast.Expr) {
	switch name {
	case "setfenv":
		w.environments = true
		if len(args) > 0 {
			if n, ok := args[0].(*ast.NumberExpr); ok && n.Value == "1" {
				w.dynamic = true
			}
		}
	case "loadfile", "load":
		w.environments = w.environments || len(args) > 2
	case "describe", "it": // the words of tests
		w.foreign = true
	case "setmetatable":
		w.everywhere = w.everywhere || len(args) > 0 && w.environmentTable(args[0])
	case "rawset":
		if len(args) < 2 || !w.environmentTable(args[0]) {
			return
		}
		if key, ok := args[1].(*ast.StringExpr); ok {
			w.globals[key.Value] = append(w.globals[key.Value], nil)
		} else {
			w.everywhere = true
		}
	case "module":
		if len(args) > 0 {
			if s, ok := args[0].(*ast.StringExpr); ok {
				first, _, _ := strings.Cut(s.Value, ".")
				w.globals[first] = append(w.globals[first], nil)
			} else {
				w.dynamic = true
			}
		}
	default:
		if name, _ := w.libraryName(function); !harmless(name) && slices.ContainsFunc(args, w.environmentTable) {
			w.everywhere = true // it may set any
		}
	}
}
