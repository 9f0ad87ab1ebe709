package vm

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
)

const (
	// maxNesting is how deep syntax may be nested, as in PUC Lua.
	maxNesting = 200
	// maxChain is how many operators, calls or elseifs may follow each other: these nest for the compiler, though not for the reader.
	maxChain = 2000
	// maxItems is how many items of a list a table constructor may have: the compiler loses count above.
	maxItems = 50 * 511
	// maxNames is how many different names, strings and numbers a source may have: the compiler takes time with the square of it.
	maxNames = 1 << 15
	// maxOperands is how many operands a concatenation may have as arguments of a call; above, they go into a table.
	maxOperands = 100
)

// rewriter checks a parsed source and changes what gopher-lua v1.1.2 compiles or carries out other than PUC Lua does:
//
//   - a .. b .. c becomes a call of concat, for its number formatting and its limits
//   - numerals are read as C does ("010" is ten)
//   - the bounds of a numeric for take strings
//   - a, b = b, a goes through temporary variables: the compiler would assign while it still evaluates
//   - local f = function() ... f ... end sees the outer f
//   - d = t.k and v assigns to a local variable when t.k is nil, too
//   - goto closes the captured variables that go out of scope, and no others
//   - s = (f(s)), where s is the last parameter, calls f with what s was
type rewriter struct {
	name  string
	err   *SyntaxError
	scope *scope
	level int
	chain int
	line  int // the highest so far

	concats []*ast.StringExpr // stand for concat in calls of it
	tables  []*ast.StringExpr // stand for concatTable
	jumps   []*jump
	words   map[string]bool
	idents  map[string]int // how often an identifier has been seen
}

// jump is a goto. Its instructions are known by a line that no source has: jumpLine and twice its number.
type jump struct {
	label  string
	line   int
	active int // variables that are in scope at the label; -1: the label was not found
}

const jumpLine = 1 << 24

// labels are those of a block, and the gotos in it whose label is not known yet.
type labels struct {
	outer  *labels
	first  int  // variables in scope where the block begins
	until  bool // they are in scope after its end, too
	active map[string]int
	open   []*jump
}

// scope is what the compiler should have noted of the local variables of a function.
type scope struct {
	locals   []local
	active   int
	children []*scope
	labels   *labels
}

// open begins the labels of a block, shut ends them: what is not found is looked for in the block around.
func (s *scope) open() { s.labels = &labels{outer: s.labels, first: s.active} }

func (s *scope) shut() {
	b := s.labels
	s.labels = b.outer
	for _, j := range b.open {
		if n, ok := b.active[j.label]; ok {
			j.active = n
		} else if b.outer != nil {
			b.outer.open = append(b.outer.open, j)
		}
	}
}

type local struct {
	name     string
	register int
	last     int // the last line of its block
}

func (r *rewriter) fail(line int, format string, args ...any) {
	if r.err == nil {
		r.err = &SyntaxError{r.name, line, fmt.Sprintf(format, args...)}
	}
}

func (r *rewriter) chunk(block []ast.Stmt) (*scope, error) {
	r.words, r.idents = map[string]bool{}, map[string]int{}
	s := &scope{}
	r.scope = s
	s.open()
	r.block(block)
	s.shut()
	if r.err == nil && len(r.words)+len(r.idents) > maxNames {
		r.fail(0, "more than %d different names and constants", maxNames)
	}
	if r.err != nil {
		return nil, r.err
	}
	r.standIn(r.concats, "\x00concat")
	r.standIn(r.tables, "\x00concat table")
	return s, nil
}

// standIn gives stand-ins a value that the source does not use.
func (r *rewriter) standIn(nodes []*ast.StringExpr, value string) {
	for r.words[value] {
		value += "\x00"
	}
	for _, n := range nodes {
		n.Value = value
	}
}

func (r *rewriter) declare(names ...string) {
	for _, name := range names {
		r.scope.locals = append(r.scope.locals, local{name, r.scope.active, 0})
		r.scope.active++
	}
}

// enter begins a block; what it returns ends it.
func (r *rewriter) enter(line int) func() {
	s, active, first := r.scope, r.scope.active, len(r.scope.locals)
	if r.level++; r.level > maxNesting {
		r.fail(line, "chunk has too many syntax levels")
	}
	s.open()
	return func() {
		s.shut()
		for i := first; i < len(s.locals); i++ {
			if s.locals[i].last == 0 {
				s.locals[i].last = r.line
			}
		}
		s.active = active
		r.level--
	}
}

func (r *rewriter) block(stmts []ast.Stmt) {
	for i, st := range stmts {
		if r.err != nil {
			return
		}
		if label, ok := st.(*ast.LabelStmt); ok {
			r.label(label, stmts[i+1:])
		}
		stmts[i] = r.stmt(st)
	}
}

func (r *rewriter) see(n ast.PositionHolder) {
	r.line = max(r.line, n.Line(), n.LastLine())
}

// label notes what is in scope at a label: nothing of the block if nothing but labels follows.
func (r *rewriter) label(st *ast.LabelStmt, rest []ast.Stmt) {
	b := r.scope.labels
	n := b.first
	for _, st := range rest {
		if _, ok := st.(*ast.LabelStmt); !ok {
			n = r.scope.active
			break
		}
	}
	if b.until {
		n = r.scope.active
	}
	if b.active == nil {
		b.active = map[string]int{}
	}
	b.active[st.Name] = n
}

func (r *rewriter) stmt(st ast.Stmt) ast.Stmt {
	r.see(st)
	switch st := st.(type) {
	case *ast.AssignStmt:
		return r.assign(st)
	case *ast.LocalAssignStmt:
		return r.local(st)
	case *ast.FuncCallStmt:
		st.Expr = r.expr(st.Expr)
	case *ast.DoBlockStmt:
		leave := r.enter(st.Line())
		r.block(st.Stmts)
		leave()
	case *ast.WhileStmt:
		st.Condition = r.expr(st.Condition)
		leave := r.enter(st.Line())
		r.block(st.Stmts)
		leave()
	case *ast.RepeatStmt:
		leave := r.enter(st.Line())
		r.scope.labels.until = true
		r.block(st.Stmts)
		st.Condition = r.expr(st.Condition)
		leave()
	case *ast.IfStmt:
		r.branches(st)
	case *ast.NumberForStmt:
		leave := r.enter(st.Line())
		r.declare("(for index)")
		st.Init = r.number(r.expr(st.Init))
		r.declare("(for limit)")
		st.Limit = r.number(r.expr(st.Limit))
		r.declare("(for step)")
		if st.Step != nil {
			st.Step = r.number(r.expr(st.Step))
		}
		r.declare(st.Name)
		r.block(st.Stmts)
		leave()
	case *ast.GenericForStmt:
		if calledOfCall(st.Exprs) {
			return r.stmt(parted(st))
		}
		leave := r.enter(st.Line())
		r.declare("(for generator)", "(for state)", "(for control)")
		r.exprs(st.Exprs)
		r.declare(st.Names...)
		r.block(st.Stmts)
		leave()
	case *ast.FuncDefStmt:
		if st.Name.Func == nil {
			st.Name.Receiver = r.expr(st.Name.Receiver)
			r.function(st.Func, true)
		} else {
			st.Name.Func = r.expr(st.Name.Func)
			r.function(st.Func, false)
		}
	case *ast.ReturnStmt:
		r.exprs(st.Exprs)
	case *ast.GotoStmt:
		j := &jump{st.Label, st.Line(), -1}
		r.scope.labels.open = append(r.scope.labels.open, j)
		st.SetLastLine(st.Line())
		st.SetLine(jumpLine + 2*len(r.jumps))
		r.jumps = append(r.jumps, j)
	}
	return st
}

// branches goes along an if and its elseifs, which the parser nests.
func (r *rewriter) branches(st *ast.IfStmt) {
	n := 0
	for {
		r.see(st)
		if n++; n+r.chain > maxChain {
			r.fail(st.Line(), "chunk has too many syntax levels")
			return
		}
		st.Condition = r.expr(st.Condition)
		leave := r.enter(st.Line())
		r.block(st.Then)
		leave()
		if len(st.Else) == 1 {
			if next, ok := st.Else[0].(*ast.IfStmt); ok {
				st = next
				continue
			}
		}
		leave = r.enter(st.Line())
		r.block(st.Else)
		leave()
		return
	}
}

func (r *rewriter) assign(st *ast.AssignStmt) ast.Stmt {
	r.exprs(st.Lhs)
	r.exprs(st.Rhs)
	if len(st.Lhs) == 1 {
		if call, ok := st.Rhs[0].(*ast.FuncCallExpr); ok && len(st.Rhs) == 1 {
			call.AdjustRet = false // it is cut to one value anyway
		}
		_, ident := st.Lhs[0].(*ast.IdentExpr)
		if _, logical := st.Rhs[0].(*ast.LogicalOpExpr); !ident || !logical || len(st.Rhs) != 1 {
			return st
		}
		return r.parallel(st)
	}
	names, twice := map[string]bool{}, false
	idents := 0
	for _, e := range st.Lhs {
		if v, ok := e.(*ast.IdentExpr); ok {
			idents++
			twice = twice || names[v.Value]
			names[v.Value] = true
		}
	}
	if idents == 0 || idents == len(st.Lhs) && !twice && harmless(st.Rhs) {
		return st
	}
	return r.parallel(st)
}

// parallel evaluates all of an assignment before it assigns anything.
func (r *rewriter) parallel(st *ast.AssignStmt) ast.Stmt {
	// do local objects and keys; local values = ...; then the targets, from right to left as PUC Lua does, end
	block := &ast.DoBlockStmt{}
	block.SetLine(st.Line())
	block.SetLastLine(r.line)
	var temporary []string
	hold := func(values []ast.Expr, n int) []ast.Expr {
		local := &ast.LocalAssignStmt{Exprs: values}
		local.SetLine(st.Line())
		block.Stmts = append(block.Stmts, local)
		out := make([]ast.Expr, n)
		for i := range out {
			name := "(temporary " + strconv.Itoa(len(temporary)+1) + ")"
			temporary = append(temporary, name)
			local.Names = append(local.Names, name)
			v := &ast.IdentExpr{Value: name}
			v.SetLine(st.Line())
			out[i] = v
		}
		return out
	}
	for _, e := range st.Lhs {
		if at, ok := e.(*ast.AttrGetExpr); ok {
			at.Object = hold([]ast.Expr{at.Object}, 1)[0]
			if _, constant := at.Key.(ast.ConstExpr); !constant {
				at.Key = hold([]ast.Expr{at.Key}, 1)[0]
			}
		}
	}
	sources := hold(st.Rhs, len(st.Lhs))
	for i := len(st.Lhs) - 1; i >= 0; i-- {
		one := &ast.AssignStmt{Lhs: st.Lhs[i : i+1], Rhs: sources[i : i+1]}
		one.SetLine(st.Line())
		block.Stmts = append(block.Stmts, one)
	}
	leave := r.enter(st.Line())
	r.declare(temporary...)
	leave()
	return block
}

// harmless: the compiler does evaluate these before it assigns.
func harmless(rhs []ast.Expr) bool {
	if len(rhs) == 1 {
		call, ok := rhs[0].(*ast.FuncCallExpr)
		if ok {
			return !call.AdjustRet
		}
	}
	for _, e := range rhs {
		switch e.(type) {
		case *ast.NilExpr, *ast.TrueExpr, *ast.FalseExpr, *ast.NumberExpr, *ast.StringExpr:
		default:
			return false
		}
	}
	return true
}

func (r *rewriter) local(st *ast.LocalAssignStmt) ast.Stmt {
	if len(st.Names) == 1 && len(st.Exprs) == 1 {
		if f, ok := st.Exprs[0].(*ast.FunctionExpr); ok {
			name := st.Names[0]
			before := r.idents[name]
			recursive := st.LastLine() != 0 // the parser notes it for "local function" only
			r.declare(name)
			r.function(f, false)
			if !recursive && r.idents[name] != before {
				// With a second name the compiler declares the variable after the function.
				st.Names = append(st.Names, "(unused)")
				r.declare("(unused)")
			}
			return st
		}
	}
	r.exprs(st.Exprs)
	r.declare(st.Names...)
	return st
}

// number makes sure that a bound of a for is a number: the machine takes no strings there.
func (r *rewriter) number(e ast.Expr) ast.Expr {
	switch e := e.(type) {
	case *ast.NumberExpr, *ast.ArithmeticOpExpr, *ast.UnaryLenOpExpr:
		return e
	case *ast.UnaryMinusOpExpr:
		if _, ok := e.Expr.(*ast.NumberExpr); ok {
			return e
		}
	}
	zero := &ast.NumberExpr{Value: "0"}
	zero.SetLine(e.Line())
	sum := &ast.ArithmeticOpExpr{Operator: "-", Lhs: e, Rhs: zero}
	sum.SetLine(e.Line())
	return sum
}

func (r *rewriter) function(f *ast.FunctionExpr, method bool) {
	r.see(f)
	outer, level := r.scope, r.level
	s := &scope{}
	outer.children = append(outer.children, s)
	r.scope = s
	if r.level++; r.level > maxNesting {
		r.fail(f.Line(), "chunk has too many syntax levels")
	}
	if method {
		r.declare("self")
	}
	r.declare(f.ParList.Names...)
	if f.ParList.HasVargs {
		r.declare("arg")
	}
	s.open()
	r.block(f.Stmts)
	s.shut()
	for i := range s.locals {
		if s.locals[i].last == 0 {
			s.locals[i].last = 1 << 30
		}
	}
	r.scope, r.level = outer, level
}

func (r *rewriter) exprs(list []ast.Expr) {
	for i, e := range list {
		if r.err != nil {
			return
		}
		list[i] = r.expr(e)
	}
}

// left is an operand that stands in front: a + b + c nests to the left as deep as it is long.
func (r *rewriter) left(e ast.Expr) ast.Expr {
	if r.chain++; r.chain > maxChain {
		r.fail(e.Line(), "chunk has too many syntax levels")
		return e
	}
	e = r.expr1(e)
	r.chain--
	return e
}

func (r *rewriter) expr(e ast.Expr) ast.Expr {
	if r.level++; r.level > maxNesting {
		r.fail(e.Line(), "chunk has too many syntax levels")
		return e
	}
	e = r.expr1(e)
	r.level--
	return e
}

func (r *rewriter) expr1(e ast.Expr) ast.Expr {
	if r.err != nil {
		return e
	}
	r.see(e)
	switch e := e.(type) {
	case *ast.NumberExpr:
		r.words["n"+e.Value] = true
		n, ok := ParseNumber(e.Value)
		if !ok {
			r.fail(e.Line(), "malformed number near '%s'", e.Value)
		}
		e.Value = strconv.FormatFloat(float64(n), 'g', -1, 64)
	case *ast.StringExpr:
		r.words[e.Value] = true
	case *ast.IdentExpr:
		r.idents[e.Value]++
	case *ast.AttrGetExpr:
		e.Object = r.left(e.Object)
		e.Key = r.expr(e.Key)
	case *ast.TableExpr:
		items := 0
		for _, f := range e.Fields {
			if f.Key != nil {
				f.Key = r.expr(f.Key)
			} else if items++; items > maxItems {
				r.fail(e.Line(), "table constructor with more than %d items", maxItems)
			}
			f.Value = r.expr(f.Value)
		}
	case *ast.FuncCallExpr:
		if e.Func != nil {
			e.Func = r.left(e.Func)
		} else {
			r.words[e.Method] = true
			e.Receiver = r.left(e.Receiver)
		}
		r.exprs(e.Args)
	case *ast.LogicalOpExpr:
		e.Lhs, e.Rhs = r.left(e.Lhs), r.expr(e.Rhs)
	case *ast.RelationalOpExpr:
		e.Lhs, e.Rhs = r.left(e.Lhs), r.expr(e.Rhs)
	case *ast.ArithmeticOpExpr:
		e.Lhs, e.Rhs = r.left(e.Lhs), r.expr(e.Rhs)
	case *ast.StringConcatOpExpr:
		return r.concat(e)
	case *ast.UnaryMinusOpExpr:
		e.Expr = r.expr(e.Expr)
	case *ast.UnaryNotOpExpr:
		e.Expr = r.expr(e.Expr)
	case *ast.UnaryLenOpExpr:
		e.Expr = r.expr(e.Expr)
	case *ast.FunctionExpr:
		r.function(e, false)
	}
	return e
}

// concat makes a call of a chain a .. b .. c; (a .. b) .. c is another one.
func (r *rewriter) concat(e *ast.StringConcatOpExpr) ast.Expr {
	operands := []ast.Expr{r.expr(e.Lhs)}
	var rest ast.Expr = e.Rhs
	for {
		next, ok := rest.(*ast.StringConcatOpExpr)
		if !ok {
			break
		}
		operands = append(operands, r.expr(next.Lhs))
		rest = next.Rhs
	}
	last := r.expr(rest)
	switch x := last.(type) {
	case *ast.FuncCallExpr:
		x.AdjustRet = true
	case *ast.Comma3Expr:
		x.AdjustRet = true
	}
	operands = append(operands, last)
	stand := &ast.StringExpr{}
	stand.SetLine(e.Line())
	call := &ast.FuncCallExpr{Func: stand, Args: operands}
	call.SetLine(e.Line())
	if len(operands) <= maxOperands {
		r.concats = append(r.concats, stand)
		return call
	}
	r.tables = append(r.tables, stand)
	list := &ast.TableExpr{}
	list.SetLine(e.Line())
	for _, o := range operands {
		list.Fields = append(list.Fields, &ast.Field{Value: o})
	}
	count := &ast.NumberExpr{Value: strconv.Itoa(len(operands))}
	count.SetLine(e.Line())
	call.Args = []ast.Expr{list, count}
	return call
}

var stringConstants = func() uintptr {
	f, ok := reflect.TypeFor[lua.FunctionProto]().FieldByName("stringConstants")
	if !ok || f.Type != reflect.TypeFor[[]string]() {
		panic("gopher-lua: FunctionProto has no stringConstants")
	}
	return f.Offset
}()

// finish puts concat in the place of its stand-ins, mends what the compiler has noted of local variables, and cuts the slices to their length: the
// compiler leaves 17 kB for each function (lua-vm.md 1).
func (r *rewriter) finish(p *lua.FunctionProto, s *scope) *lua.FunctionProto {
	if len(p.DbgUpvalues) > 255 {
		r.fail(p.LineDefined, "function at line %d has more than 255 upvalues", p.LineDefined)
		return p
	}
	r.gotos(p)
	q := *p
	q.Code = clip(p.Code)
	q.Constants = clip(p.Constants)
	q.DbgSourcePositions = clip(p.DbgSourcePositions)
	q.DbgCalls = nil // registerName knows better
	q.DbgUpvalues = clip(p.DbgUpvalues)
	texts := (*[]string)(unsafe.Add(unsafe.Pointer(&q), stringConstants))
	*texts = clip(*texts)
	for i, c := range q.Constants {
		if len(r.concats) > 0 && c == lua.LString(r.concats[0].Value) {
			q.Constants[i] = concatFunction
		} else if len(r.tables) > 0 && c == lua.LString(r.tables[0].Value) {
			q.Constants[i] = concatTableFunction
		}
	}
	q.DbgLocals = r.locals(p, s)
	q.FunctionPrototypes = nil
	if len(p.FunctionPrototypes) != len(s.children) {
		r.fail(p.LineDefined, "function at line %d was compiled wrongly", p.LineDefined)
		return p
	}
	for i, child := range p.FunctionPrototypes {
		q.FunctionPrototypes = append(q.FunctionPrototypes, r.finish(child, s.children[i]))
	}
	return &q
}

// gotos has each goto close what goes out of scope, and gives its instructions their line back.
func (r *rewriter) gotos(p *lua.FunctionProto) {
	for pc, line := range p.DbgSourcePositions {
		if line < jumpLine {
			continue
		}
		j := r.jumps[min((line-jumpLine)/2, len(r.jumps)-1)]
		p.DbgSourcePositions[pc] = j.line
		if opOf(p.Code[pc]) == lua.OP_CLOSE && j.active >= 0 {
			p.Code[pc] = instruction(lua.OP_CLOSE, j.active, 0, 0)
		}
	}
}

// plainLines puts the lines of gotos back into an error of the compiler, which says of a goto without its label that it is at the end of the
// function.
func (r *rewriter) plainLines(e *SyntaxError) {
	for i, j := range r.jumps {
		plain := strings.ReplaceAll(e.Text, "line "+strconv.Itoa(jumpLine+2*i), "line "+strconv.Itoa(j.line))
		if plain != e.Text && strings.HasPrefix(plain, "no visible label ") {
			e.Line = j.line
		}
		e.Text = plain
	}
}

func clip[T any](s []T) []T {
	if len(s) == 0 {
		return nil
	}
	return append(make([]T, 0, len(s)), s...)
}

// locals tells from where to where each local variable lives. The compiler knows where it begins; where it ends is where another variable takes its
// register, or a register below it, or the lines of its block are over.
func (r *rewriter) locals(p *lua.FunctionProto, s *scope) []*lua.DbgLocalInfo {
	if len(p.DbgLocals) != len(s.locals) {
		return nil
	}
	out := make([]*lua.DbgLocalInfo, len(s.locals))
	infos := make([]lua.DbgLocalInfo, len(s.locals))
	for i, v := range s.locals {
		end := len(p.Code)
		for j := i + 1; j < len(s.locals); j++ {
			if s.locals[j].register <= v.register {
				end = min(end, p.DbgLocals[j].StartPc)
				break
			}
		}
		for pc := p.DbgLocals[i].StartPc; pc < end && v.last > 0; pc++ {
			if pc < len(p.DbgSourcePositions) && p.DbgSourcePositions[pc] > v.last {
				end = pc
			}
		}
		infos[i] = lua.DbgLocalInfo{Name: v.name, StartPc: p.DbgLocals[i].StartPc, EndPc: end}
		out[i] = &infos[i]
	}
	return out
}
