package vm

import "github.com/yuin/gopher-lua/ast"

// calledOfCall tells whether one of the expressions calls a field of what another call gives, as f().g(). The machine calls
// something else there when it stands behind in.
func calledOfCall(exprs []ast.Expr) bool {
	for _, e := range exprs {
		call, ok := e.(*ast.FuncCallExpr)
		if !ok || call.Func == nil {
			continue
		}
		for callee := call.Func; ; {
			field, ok := callee.(*ast.AttrGetExpr)
			if !ok {
				break
			}
			if callee = field.Object; isCall(callee) {
				return true
			}
		}
	}
	return false
}

func isCall(e ast.Expr) bool {
	_, ok := e.(*ast.FuncCallExpr)
	return ok
}

// parted evaluates what stands behind in first: do local f, s, v = explist for names in f, s, v do ... end end.
func parted(st *ast.GenericForStmt) ast.Stmt {
	names := []string{"(generator)", "(state)", "(control)"}
	var idents []ast.Expr
	for _, name := range names {
		ident := &ast.IdentExpr{Value: name}
		ident.SetLine(st.Line())
		idents = append(idents, ident)
	}
	local := &ast.LocalAssignStmt{Names: names, Exprs: st.Exprs}
	loop := &ast.GenericForStmt{Names: st.Names, Exprs: idents, Stmts: st.Stmts}
	block := &ast.DoBlockStmt{Stmts: []ast.Stmt{local, loop}}
	for _, s := range []ast.Stmt{local, loop, block} {
		s.SetLine(st.Line())
		s.SetLastLine(st.LastLine())
	}
	return block
}
