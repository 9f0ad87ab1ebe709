package vm

import (
	"errors"
	"io/fs"
	"iter"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// load is load and loadstring, of 5.1 and 5.2 at once: a text or a function that gives its pieces, a name, a mode and an environment.
func load(l *lua.LState) int {
	s := StateOf(l)
	var source string
	name := "=(load)"
	switch v := l.Get(1).(type) {
	case *lua.LFunction:
		text, ok := s.pieces(l, v)
		if !ok {
			return nothing(l, "reader function must return a string")
		}
		source = text
	default:
		source = checkString(l, 1)
		name = source
	}
	name = optString(l, 2, name)
	if mode := optString(l, 3, "bt"); !strings.Contains(mode, "t") {
		return nothing(l, "attempt to load a text chunk (mode is '"+mode+"')")
	}
	s.room(l, len(source))
	s.work(min(len(source), s.limits.Source) * 20) // so long does it take to compile
	c, err := compile(chunkName(name), source, s.limits.Source)
	if err != nil {
		return nothing(l, err.Error())
	}
	own(c.proto)
	f := &lua.LFunction{Env: l.Env, Proto: c.proto, Upvalues: []*lua.Upvalue{}}
	if l.GetTop() >= 4 {
		env, ok := l.Get(4).(*lua.LTable)
		if !ok {
			expected(l, 4, "table")
		}
		f.Env = env
	}
	l.Push(f)
	return 1
}

// pieces asks a function for the pieces of a source until there are no more.
func (s *State) pieces(l *lua.LState, f *lua.LFunction) (string, bool) {
	var b strings.Builder
	for {
		l.Push(f)
		s.call(l, 0, 1)
		v := l.Get(-1)
		l.Pop(1)
		s.work(1)
		if v == lua.LNil {
			return b.String(), true
		}
		text, ok := stringOf(v)
		if !ok {
			return "", false
		}
		if text == "" || b.Len() > s.limits.Source {
			return b.String(), true
		}
		b.WriteString(text)
	}
}

// nothing is how library functions fail: nil and a message.
func nothing(l *lua.LState, text string) int {
	l.Push(lua.LNil)
	l.Push(lua.LString(text))
	return 2
}

// chunkName is how messages show the name of a chunk, as luaO_chunkid does: "@file" and "=name" without their first character, a
// source by its first line. File names are not cut.
func chunkName(name string) string {
	if name == "" {
		return `[string ""]`
	}
	if name[0] == '@' || name[0] == '=' {
		return name[1:]
	}
	const room = 60 - len(`[string "..."]`) - 1
	line, _, more := strings.Cut(name, "\n")
	if len(line) > room {
		line, more = line[:room], true
	}
	if more {
		line += "..."
	}
	return `[string "` + line + `"]`
}

func (s *State) source(name string) (*Chunk, error) {
	if s.opts.Source == nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return s.opts.Source(name)
}

// sourceError is the text of an error that a source could not be had for.
func sourceError(name string, err error) string {
	var syntax *SyntaxError
	switch {
	case errors.As(err, &syntax):
		return syntax.Error()
	case errors.Is(err, fs.ErrNotExist):
		return "cannot open " + name + ": " + "No such file or directory"
	case errors.Is(err, fs.ErrPermission):
		return "cannot open " + name + ": Permission denied"
	}
	return err.Error()
}

func loadFile(l *lua.LState) int {
	s := StateOf(l)
	name := checkString(l, 1)
	if mode := optString(l, 2, "bt"); !strings.Contains(mode, "t") {
		return nothing(l, "attempt to load a text chunk (mode is '"+mode+"')")
	}
	c, err := s.source(name)
	if err != nil {
		return nothing(l, sourceError(name, err))
	}
	f := s.function(c)
	f.Env = l.Env
	if l.GetTop() >= 3 {
		f.Env = checkTable(l, 3)
	}
	l.Push(f)
	return 1
}

func doFile(l *lua.LState) int {
	s := StateOf(l)
	name := checkString(l, 1)
	c, err := s.source(name)
	if err != nil {
		l.Error(lua.LString(sourceError(name, err)), 0)
	}
	f := s.function(c)
	f.Env = l.Env
	l.SetTop(0)
	l.Push(f)
	s.call(l, 0, lua.MultRet)
	return l.GetTop()
}

const defaultPath = "./?.lua;./?/init.lua"

// packageTable makes package. package.path may be set by scripts, and is read anew by each require.
func packageTable(s *State) lua.LValue {
	path := s.opts.Path
	if path == "" {
		path = defaultPath
	}
	t := s.L.CreateTable(0, 8)
	t.RawSetString("path", lua.LString(path))
	t.RawSetString("cpath", lua.LString(""))
	t.RawSetString("config", lua.LString("/\n;\n?\n!\n-\n"))
	t.RawSetString("loaded", s.loadedTable())
	t.RawSetString("preload", newTable(4))
	searchers := s.L.CreateTable(3, 0)
	searchers.Append(searchPreload)
	searchers.Append(searchSource)
	searchers.Append(searchModules)
	s.finders = searchers
	t.RawSetString("loaders", searchers)
	t.RawSetString("searchers", searchers)
	t.RawSetString("seeall", seeAllFunction)
	t.RawSetString("searchpath", searchPathFunction)
	t.RawSetString("loadlib", loadLibFunction)
	return t
}

var (
	searchPreload      = goFunction(preloaded)
	searchSource       = goFunction(sourced)
	searchModules      = goFunction(installed)
	seeAllFunction     = goFunction(seeAll)
	searchPathFunction = goFunction(searchPath)
	loadLibFunction    = goFunction(func(l *lua.LState) int {
		l.Push(lua.LNil)
		l.Push(lua.LString("dynamic libraries not enabled; check your Lua installation"))
		l.Push(lua.LString("absent"))
		return 3
	})
)

func (s *State) loadedTable() *lua.LTable {
	if s.loaded.table == nil {
		s.loaded.table = newTable(8)
		s.loaded.table.Metatable = s.loaded.entries.meta
	}
	return s.loaded.table
}

func (s *State) packages() *lua.LTable {
	return s.make["package"](s).(*lua.LTable)
}

// Preload lets require find a module that is made by the host.
func (s *State) Preload(name string, loader *lua.LFunction) {
	if t, ok := s.packages().RawGetString("preload").(*lua.LTable); ok {
		t.RawSetString(name, loader)
	}
}

func preloaded(l *lua.LState) int {
	name := checkString(l, 1)
	t, ok := StateOf(l).packages().RawGetString("preload").(*lua.LTable)
	if !ok {
		raise(l, 1, "'package.preload' must be a table")
	}
	if v := t.RawGetString(name); v != lua.LNil {
		l.Push(v)
	} else {
		l.Push(lua.LString("\n\tno field package.preload['" + name + "']"))
	}
	return 1
}

func sourced(l *lua.LState) int {
	s := StateOf(l)
	name := checkString(l, 1)
	path, ok := stringOf(s.packages().RawGetString("path"))
	if !ok {
		raise(l, 1, "'package.path' must be a string")
	}
	var missing strings.Builder
	for file := range templates(l, path, name) {
		c, err := s.source(file)
		if errors.Is(err, fs.ErrNotExist) {
			missing.WriteString("\n\tno file '" + file + "'")
			s.room(l, missing.Len())
			continue
		}
		if err != nil {
			raise(l, 1, "error loading module '"+name+"' from file '"+file+"':\n\t"+sourceError(file, err))
		}
		l.Push(s.function(c))
		l.Push(lua.LString(file))
		return 2
	}
	l.Push(lua.LString(missing.String()))
	return 1
}

// installed finds the host's modules. They come after those of the script, which may have others of the same name.
func installed(l *lua.LState) int {
	name := checkString(l, 1)
	if find := StateOf(l).opts.Modules; find != nil {
		if loader := find(name); loader != nil {
			l.Push(loader)
			return 1
		}
	}
	l.Push(lua.LString(""))
	return 1
}

// templates are the files that package.path gives for the name of a module.
func templates(l *lua.LState, path, name string) iter.Seq[string] {
	if len(path) > 8192 {
		path = path[:8192]
	}
	name = strings.ReplaceAll(name, ".", "/")
	return func(yield func(string) bool) {
		for t := range strings.SplitSeq(path, ";") {
			if t == "" {
				continue
			}
			StateOf(l).work(1)
			StateOf(l).room(l, len(t)+strings.Count(t, "?")*len(name))
			if !yield(strings.ReplaceAll(t, "?", name)) {
				return
			}
		}
	}
}

func searchPath(l *lua.LState) int {
	s := StateOf(l)
	var missing strings.Builder
	for file := range templates(l, checkString(l, 2), checkString(l, 1)) {
		if _, err := s.source(file); !errors.Is(err, fs.ErrNotExist) {
			l.Push(lua.LString(file))
			return 1
		}
		missing.WriteString("\n\tno file '" + file + "'")
	}
	return nothing(l, missing.String())
}

// searchers is package.loaders, or package.searchers if the script has put another table there.
func (s *State) searchers(l *lua.LState) *lua.LTable {
	p := s.packages()
	loaders, ok := p.RawGetString("loaders").(*lua.LTable)
	if other, ok := p.RawGetString("searchers").(*lua.LTable); ok && other != loaders && loaders == s.finders {
		return other
	}
	if !ok {
		raise(l, 1, "'package.loaders' must be a table")
	}
	return loaders
}

// loading stands in package.loaded while a module is being loaded.
// Its value keeps debug.setmetatable away: it is shared by all states.
var loading = &lua.LUserData{Value: struct{}{}, Metatable: lua.LNil}

func require(l *lua.LState) int {
	s := StateOf(l)
	name := checkString(l, 1)
	loaded := s.loadedTable()
	l.SetTop(1)
	switch v := l.GetField(loaded, name); {
	case v == lua.LValue(loading):
		raise(l, 1, "loop or previous error loading module '"+name+"'")
	case lua.LVAsBool(v):
		l.Push(v)
		return 1
	}
	searchers := s.searchers(l)
	var missing strings.Builder
	var loader, extra lua.LValue
	for i := 1; loader == nil; i++ {
		search := searchers.RawGetInt(i)
		if search == lua.LNil {
			raise(l, 1, "module '"+name+"' not found:"+missing.String())
		}
		l.Push(search)
		l.Push(lua.LString(name))
		s.call(l, 1, 2)
		switch v := l.Get(-2).(type) {
		case *lua.LFunction:
			loader, extra = v, l.Get(-1)
		case lua.LString:
			missing.WriteString(string(v))
			s.room(l, missing.Len())
		}
		l.Pop(2)
		s.work(1)
	}
	loaded.RawSetString(name, loading)
	l.Push(loader)
	l.Push(lua.LString(name))
	l.Push(extra)
	done := false
	defer func() {
		if !done {
			loaded.RawSetString(name, lua.LNil) // as 5.2: a later require tries again
		}
	}()
	s.call(l, 2, 1)
	done = true
	if v := l.Get(-1); v != lua.LNil {
		loaded.RawSetString(name, v)
	} else if loaded.RawGetString(name) == lua.LValue(loading) {
		loaded.RawSetString(name, lua.LTrue)
	}
	l.Push(loaded.RawGetString(name))
	return 1
}

// module is Lua 5.1's: it makes a table, as a global and in package.loaded, the environment of its caller.
func module(l *lua.LState) int {
	s := StateOf(l)
	name := checkString(l, 1)
	loaded := s.loadedTable()
	t, ok := l.GetField(loaded, name).(*lua.LTable)
	if !ok {
		if t = findTable(s, name); t == nil {
			raise(l, 1, "name conflict for module '"+name+"'")
		}
		loaded.RawSetString(name, t)
	}
	s.whole(t)
	if l.GetField(t, "_NAME") == lua.LNil {
		t.RawSetString("_M", t)
		t.RawSetString("_NAME", lua.LString(name))
		t.RawSetString("_PACKAGE", lua.LString(name[:strings.LastIndexByte(name, '.')+1]))
	}
	v, ok := s.level(threadOf(l), 1)
	if !ok || v.tail || v.f.Fn.IsG {
		raise(l, 1, "'module' not called from a Lua function")
	}
	v.f.Fn.Env = t
	for i, n := 2, l.GetTop(); i <= n; i++ {
		if _, ok := l.Get(i).(*lua.LFunction); !ok {
			continue // require has more to say than the name
		}
		l.Push(l.Get(i))
		l.Push(t)
		s.call(l, 1, 0)
	}
	return 0
}

// findTable is the global table of a name with dots; the tables on the way are made. Nil if something else stands there.
func findTable(s *State, name string) *lua.LTable {
	at := s.globals.table
	for _, word := range strings.Split(name, ".") {
		var v lua.LValue
		if at == s.globals.table {
			v = s.Global(word)
		} else {
			s.whole(at)
			v = at.RawGetString(word)
		}
		switch v := v.(type) {
		case *lua.LTable:
			at = v
		case *lua.LNilType:
			next := &lua.LTable{Metatable: lua.LNil}
			if at == s.globals.table {
				s.SetGlobal(word, next)
			} else {
				at.RawSetString(word, next)
			}
			at = next
		default:
			return nil
		}
	}
	return at
}

func seeAll(l *lua.LState) int {
	t := checkTable(l, 1)
	s := StateOf(l)
	s.whole(t)
	m, ok := t.Metatable.(*lua.LTable)
	if !ok {
		m = s.L.CreateTable(0, 1)
		t.Metatable = m
	}
	m.RawSetString("__index", s.globals.table)
	return 0
}
