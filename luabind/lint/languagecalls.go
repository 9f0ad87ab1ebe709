package lint

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/yuin/gopher-lua/ast"
)

// languageCall looks at calls of the language's own functions: those that load and open files, and those that run commands.
func (k *checker) languageCall(c *chunk, e *ast.FuncCallExpr) {
	name, at := c.libraryName(e.Func)
	if name == "" || k.fields[name] || len(k.globals[name]) > 0 {
		return
	}
	switch name {
	case "os.execute", "io.popen":
		if len(e.Args) > 0 {
			k.add(c.file, at, OtherHost, fmt.Sprintf("%s runs its command on the machine of eslua, and only if commands allows it; for the switch there is the API command system", name))
		}
	}
	if k.opts.Root == "" || len(e.Args) == 0 {
		return
	}
	first, whole := fold(e.Args[0])
	if !whole {
		return
	}
	where := at
	if exact, ok := c.places[e.Args[0]]; ok {
		where = exact
	}
	switch name {
	case "require":
		k.module(c, e, first, where)
	case "dofile", "loadfile":
		k.source(c, e, first, where)
	case "io.open":
		mode := "r"
		if len(e.Args) > 1 {
			text, whole := fold(e.Args[1])
			if !whole {
				return
			}
			mode = text
		}
		k.path(c, first, strings.ContainsAny(mode, "wa+"), where)
	case "io.lines":
		k.path(c, first, false, where)
	case "os.remove":
		k.path(c, first, true, where)
	case "os.rename":
		k.path(c, first, true, where)
		if len(e.Args) > 1 {
			if to, whole := fold(e.Args[1]); whole {
				if exact, ok := c.places[e.Args[1]]; ok {
					where = exact
				}
				k.path(c, to, true, where)
			}
		}
	}
}

// libraryName is the name of a function of the language, as "io.open", and where it stands.
func (c *chunk) libraryName(e ast.Expr) (string, place) {
	switch e := e.(type) {
	case *ast.IdentExpr:
		if c.bindings[e] == nil {
			return e.Value, c.places[e]
		}
	case *ast.AttrGetExpr:
		library, ok := e.Object.(*ast.IdentExpr)
		key, isName := e.Key.(*ast.StringExpr)
		if ok && isName && c.bindings[library] == nil {
			return library.Value + "." + key.Value, c.places[library]
		}
	}
	return "", place{}
}

// module looks for what require names. A script that changes package.path may have modules elsewhere.
func (k *checker) module(c *chunk, e *ast.FuncCallExpr, name string, at place) {
	if _, ok := k.modules[name]; ok || c.guarded[e] || k.ownPath || k.language.library(name) {
		return
	}
	file := strings.ReplaceAll(name, ".", "/")
	names := make([]string, 0, len(k.opts.Scripts))
	for _, s := range k.opts.Scripts {
		module := strings.TrimSuffix(strings.TrimSuffix(s, ".lua"), "/init")
		if module == file {
			return
		}
		names = append(names, strings.ReplaceAll(module, "/", "."))
	}
	k.add(c.file, at, MissingModule, fmt.Sprintf("there is no module %q: neither %s.lua nor %s/init.lua is below the directory of the scripts, and eslua has none of that name%s", name, file, file, guess(name, names)))
}

// source looks for what dofile and loadfile name.
func (k *checker) source(c *chunk, e *ast.FuncCallExpr, name string, at place) {
	rel := path.Clean(name)
	if path.IsAbs(name) {
		inside, ok := below(k.opts.Root, name)
		if !ok {
			k.add(c.file, at, OutsideRoots, fmt.Sprintf("%s is not below the directory of the scripts, from which alone code is loaded", name))
			return
		}
		rel = inside
	}
	if strings.HasPrefix(rel, "../") {
		k.add(c.file, at, OutsideRoots, fmt.Sprintf("%s leads out of the directory of the scripts, from which alone code is loaded", name))
	} else if !slices.Contains(k.opts.Scripts, rel) && !c.guarded[e] {
		k.add(c.file, at, MissingModule, fmt.Sprintf("%s is not below the directory of the scripts%s", name, guess(rel, k.opts.Scripts)))
	}
}

// path looks whether a file lies where scripts may read or write.
func (k *checker) path(c *chunk, name string, write bool, at place) {
	roots, what := append([]string{k.opts.Root}, slices.Concat(k.opts.Read, k.opts.Write)...), "read"
	if write {
		roots, what = k.opts.Write, "write to"
	}
	if !path.IsAbs(name) && !strings.HasPrefix(path.Clean(name), "../") && len(roots) > 0 {
		return
	}
	for _, root := range roots {
		if _, ok := below(root, name); ok {
			return
		}
	}
	k.add(c.file, at, OutsideRoots, fmt.Sprintf("scripts may not %s %s: it is in none of the directories that they were given", what, name))
}

// below is the name of a file in a directory, ok if it lies there.
func below(root, name string) (rel string, ok bool) {
	root, name = path.Clean(root), path.Clean(name)
	if name == root {
		return ".", true
	}
	return strings.CutPrefix(name, strings.TrimSuffix(root, "/")+"/")
}

// unknown stands in a text for a part that is not known.
const unknown = "\x00"

// fold is the text of an expression, with unknown for each part that is not a constant; whole: there is none.
func fold(e ast.Expr) (text string, whole bool) {
	switch e := e.(type) {
	case *ast.StringExpr:
		return e.Value, true
	case *ast.NumberExpr:
		return e.Value, true
	case *ast.StringConcatOpExpr:
		left, a := fold(e.Lhs)
		right, b := fold(e.Rhs)
		return left + right, a && b
	}
	return unknown, false
}
