package lint

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/gopher-lua/ast"
	"github.com/yuin/gopher-lua/parse"

	"eslua/luabind/api"
	"eslua/luabind/vm"
)

// File is a script.
type File struct {
	// Path is what findings call it.
	Path string
	Text string
	// Context: it is only read to learn what it sets; nothing is found in it.
	Context bool
}

// Options are what the scripts will find when they run.
type Options struct {
	// Root is the directory of the scripts, absolute; "" if it is not known, and then modules and paths are not looked at.
	Root string
	// Scripts are the Lua files below the root, by their names there, with slashes.
	Scripts []string
	// Read and Write are the directories that scripts may also read, and change, absolute.
	Read, Write []string
	// Sounds is the directory of the prompts, and SoundsPath its absolute path; nil: prompts are not looked for.
	Sounds     fs.FS
	SoundsPath string
}

// Finding is something that is wrong with a script.
type Finding struct {
	File     string   `json:"file"`
	Line     int      `json:"line"`
	Column   int      `json:"column"` // in characters, from 1
	Code     Code     `json:"code"`
	Severity Severity `json:"severity"`
	Text     string   `json:"text"`
}

// String is the finding as people and editors read it: file:line:column: code: text.
func (f Finding) String() string {
	return fmt.Sprintf("%s:%d:%d: %s: %s", f.File, f.Line, f.Column, f.Code, f.Text)
}

// checker looks at all files of a run.
type checker struct {
	opts     Options
	language language
	starts   map[string]api.Global // globals at the start of a script
	objects  map[api.Type]*api.Object
	modules  map[string]*api.Object // what require gives
	words    *api.Object            // of tests
	// setGlobal are modules that become the global of their name when they are loaded.
	setGlobal map[string]bool
	prompts   *prompts
	rules     map[Code]Rule

	chunks []*chunk
	files  []string // the paths of all files
	// globals are what all files together assign to global variables, fields their fields, as string.trim.
	globals map[string][]assigned
	fields  map[string]bool
	// callbacks are global functions by the kind of call that the switch makes of them.
	callbacks map[string]callback
	// loads are the modules that are required, and required globals that those may set that were not seen.
	loads, required map[string]bool
	// replaced are modules in whose places scripts put something else; replacedAny: they may do so for any.
	replaced    map[string]bool
	replacedAny bool
	// changed are the fields that scripts set in tables of modules and the like; opened are tables that are handed to functions, which may set any.
	changed map[*api.Object]map[string]bool
	opened  map[*api.Object]bool
	// names are the names of fields that are given values.
	names map[string]bool
	// open: some file makes globals by computed names. ownPath: some file changes package.path. environments: some file gives others globals of
	// their own. unseen: some file loads another one that was not seen.
	open, ownPath, environments, unseen bool
	meanings                            map[string]meaning // of globals, as far as they were found out
	locals                              map[*local]meaning

	found []Finding
}

// assigned is a value of a global and the file that assigns it.
type assigned struct {
	in   *chunk
	expr ast.Expr
}

// Check looks at scripts, all of which belong together. The findings are sorted by file and place. The error is never the scripts'.
func Check(files []File, opts Options) ([]Finding, error) {
	k := &checker{
		opts: opts, starts: make(map[string]api.Global), objects: make(map[api.Type]*api.Object), modules: make(map[string]*api.Object), rules: rules(),
		globals: make(map[string][]assigned), fields: make(map[string]bool), callbacks: make(map[string]callback), meanings: make(map[string]meaning),
		words: api.TestWords(), required: make(map[string]bool), names: make(map[string]bool), setGlobal: make(map[string]bool), loads: make(map[string]bool),
		replaced: make(map[string]bool), changed: make(map[*api.Object]map[string]bool), opened: make(map[*api.Object]bool), locals: make(map[*local]meaning),
	}
	var err error
	if k.language, err = readLanguage(); err != nil {
		return nil, err
	}
	if opts.Sounds != nil {
		if k.prompts, err = readPrompts(opts.Sounds); err != nil {
			return nil, err
		}
	}
	for _, g := range api.Globals() {
		k.starts[g.Name] = g
	}
	for _, o := range api.Objects() {
		k.objects[o.Type] = o
	}
	for _, m := range api.Modules() {
		k.modules[m.Name] = k.objects[m.Table.Type]
		k.setGlobal[m.Name] = m.Global
	}
	ignored := make(map[string]ignores)
	for i := range files {
		f := &files[i]
		if !f.Context {
			ignored[f.Path] = readIgnores(strings.TrimPrefix(f.Text, vm.ByteOrderMark), func(at place, code Code, text string) { k.add(f, at, code, text) })
		}
		if strings.HasPrefix(f.Text, api.Meta) {
			continue // a description for the language server
		}
		k.files = append(k.files, f.Path)
		k.parse(f)
	}
	k.join()
	for _, c := range k.chunks {
		if !c.file.Context {
			k.check(c)
		}
	}
	k.found = slices.DeleteFunc(k.found, func(f Finding) bool { return ignored[f.File].ignored(f.Line, f.Code) })
	slices.SortFunc(k.found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Text, b.Text))
	})
	return slices.Compact(k.found), nil
}

func (k *checker) add(f *File, at place, code Code, text string) {
	if !f.Context {
		k.found = append(k.found, Finding{f.Path, at.line, at.column, code, k.rules[code].Severity, strings.ToValidUTF8(text, "?")})
	}
}

// parse compiles a file as the server does, and walks it if that is good.
func (k *checker) parse(f *File) {
	_, err := vm.Compile(f.Path, f.Text)
	text := vm.Source(f.Text)
	var block []ast.Stmt
	var parseErr error
	if e := (*vm.SyntaxError)(nil); !errors.As(err, &e) || e.Line > 0 { // what is wrong with the whole, as its length, the parser need not see
		block, parseErr = parse.Parse(strings.NewReader(text), f.Path)
	}
	if err != nil {
		k.syntax(f, text, err, parseErr)
		return
	}
	if parseErr != nil {
		return // vm has taken what the parser alone does not
	}
	k.chunks = append(k.chunks, walk(f, text, block, k.always))
}

// aboutLine is in messages that tell more about a place than their position does.
var aboutLine = regexp.MustCompile(` at line (\d+)`)

// syntax reports a file that does not compile. The parser, if it is what has found that, knows a column.
func (k *checker) syntax(f *File, text string, err, parseErr error) {
	at, reason := place{1, 1}, err.Error()
	s := &source{lines: strings.Split(text, "\n")}
	var e *vm.SyntaxError
	if errors.As(err, &e) {
		at, reason = place{max(e.Line, 1), 1}, e.Text
	}
	var where *parse.Error
	switch found := aboutLine.FindStringSubmatch(reason); {
	case !errors.As(parseErr, &where):
		if found != nil {
			at.line, _ = strconv.Atoi(found[1])
		}
	case where.Pos.Line < 0: // the end of the file
		at.line = len(s.lines)
		at = s.at(at.line, len(s.lines[at.line-1])+1)
	case where.Pos.Line == at.line: // the parser stands behind the token that it could not use
		at = s.at(where.Pos.Line, max(1, where.Pos.Column-len(where.Token)+1))
	}
	at.line = min(at.line, len(s.lines))
	k.add(f, at, Syntax, reason)
}

// join puts together what the files say about variables that they share.
func (k *checker) join() {
	for _, c := range k.chunks {
		for name, values := range c.globals {
			for _, v := range values {
				k.globals[name] = append(k.globals[name], assigned{c, v})
			}
		}
		for name := range c.fields {
			k.fields[name] = true
		}
		for name := range c.names {
			k.names[name] = true
		}
		k.open = k.open || c.everywhere
		k.environments = k.environments || c.environments
		k.ownPath = k.ownPath || c.ownPath
	}
	for _, c := range k.chunks {
		k.findCallbacks(c)
		k.findLoads(c)
	}
	k.findTests()
	for _, c := range k.chunks {
		k.findReplaced(c)
	}
	for _, c := range k.chunks {
		k.findChanges(c)
	}
	// What was found out before all was known does not count.
	k.meanings, k.locals = make(map[string]meaning), make(map[*local]meaning)
	for _, c := range k.chunks {
		clear(c.starts)
	}
}

func (k *checker) check(c *chunk) {
	k.unused(c)
	k.undefined(c)
	for _, e := range c.calls {
		k.call(c, e)
	}
	k.setFields(c)
	k.elsewhere(c)
}

// plural is "1 argument", "2 arguments".
func plural(n int, what string) string {
	if n == 1 {
		return fmt.Sprintf("1 %s", what)
	}
	return fmt.Sprintf("%d %ss", n, what)
}
