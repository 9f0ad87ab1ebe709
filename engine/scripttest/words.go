package scripttest

import (
	_ "embed"
	"fmt"
	"maps"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"eslua/luabind/vm"
)

//go:embed lua/assert.lua
var assertSource string

// prelude is what of the words is written in Lua. It is compiled once and never changes.
var prelude = func() *vm.Chunk {
	c, err := vm.Compile("=assert", assertSource)
	if err != nil {
		panic(err)
	}
	return c
}()

// environment are the words of all test files, besides those of the prelude.
var environment = vm.NewEnvironment(func() map[string]vm.Make {
	all := make(map[string]vm.Make)
	for name, run := range map[string]func(*file, *lua.LState) int{
		"describe": describe, "context": describe, "insulate": describe, "expose": describe,
		"it": it, "spec": it, "test": it, "pending": pendingWord, "finally": finallyWord,
		"before_each":     around("before_each", func(b *block) *[]*lua.LFunction { return &b.before }),
		"after_each":      around("after_each", func(b *block) *[]*lua.LFunction { return &b.after }),
		"setup":           around("setup", func(b *block) *[]*lua.LFunction { return &b.setup }),
		"lazy_setup":      around("lazy_setup", func(b *block) *[]*lua.LFunction { return &b.setup }),
		"strict_setup":    around("strict_setup", func(b *block) *[]*lua.LFunction { return &b.setup }),
		"teardown":        around("teardown", func(b *block) *[]*lua.LFunction { return &b.teardown }),
		"lazy_teardown":   around("lazy_teardown", func(b *block) *[]*lua.LFunction { return &b.teardown }),
		"strict_teardown": around("strict_teardown", func(b *block) *[]*lua.LFunction { return &b.teardown }),
		"run":             runWord, "place": placeWord, "api": apiWord, "app": appWord, "http": httpWord, "mail": mailWord, "env": envWord, "date": dateWord, "sounds": soundsWord,
		"extensions": extensionsWord, "endpoints": endpointsWord, "globals": globalsWord, "database": databaseWord, "query": queryWord,
	} {
		all[name] = vm.Value(word(run))
	}
	return all
}())

// word makes a global of a function.
func word(run func(*file, *lua.LState) int) *lua.LFunction {
	return vm.Function(func(l *lua.LState) int {
		f := vm.Host(l).(*file)
		outer := f.l
		f.l = l
		defer func() { f.l = outer }()
		if f.test != nil && f.test.stage != nil && f.test.stage.busy {
			vm.Raise(l, "a function that stands in for something cannot do anything with calls")
		}
		return run(f, l)
	})
}

// line is the line of the file that has called a word.
func (f *file) line() int {
	where := f.state.Where()
	n := 0
	fmt.Sscanf(where[strings.LastIndexByte(where, ':')+1:], "%d", &n)
	return n
}

func (f *file) describing(l *lua.LState, word string) {
	if f.test != nil || f.block == nil {
		vm.Raise(l, word+" cannot stand in a test")
	}
}

// name is the first argument of words that name something.
func name(l *lua.LState) string {
	text := vm.CheckString(l, 1)
	return strings.Join(strings.Fields(text), " ")
}

func function(l *lua.LState, n int) *lua.LFunction {
	fn, ok := l.Get(n).(*lua.LFunction)
	if !ok {
		vm.BadType(l, n, "function")
	}
	return fn
}

func describe(f *file, l *lua.LState) int {
	f.describing(l, "describe")
	b := &block{parent: f.block, name: name(l), line: f.line()}
	fn := function(l, 2)
	f.block.items = append(f.block.items, item{name: b.name, line: b.line, block: b})
	f.block = b
	l.Push(fn)
	vm.Call(l, 0, 0)
	f.block = b.parent
	return 0
}

func it(f *file, l *lua.LState) int {
	f.describing(l, "it")
	f.block.items = append(f.block.items, item{name: name(l), line: f.line(), body: function(l, 2)})
	return 0
}

// pendingWord declares a test that is not written yet, or ends the one that runs.
func pendingWord(f *file, l *lua.LState) int {
	if f.test != nil {
		f.test.pending, f.test.isOver = vm.OptString(l, 1, ""), true
		l.Error(lua.LString("pending"), 0)
		return 0
	}
	f.describing(l, "pending")
	i := item{name: name(l), line: f.line(), pending: true}
	if text, ok := vm.Text(l.Get(2)); ok {
		i.reason = text
	}
	f.block.items = append(f.block.items, i)
	return 0
}

func finallyWord(f *file, l *lua.LState) int {
	if f.test == nil {
		vm.Raise(l, "finally stands in a test")
	}
	f.test.finally = function(l, 1)
	return 0
}

// around makes the words for what surrounds tests and blocks.
func around(word string, list func(*block) *[]*lua.LFunction) func(*file, *lua.LState) int {
	return func(f *file, l *lua.LState) int {
		f.describing(l, word)
		of := list(f.block)
		*of = append(*of, function(l, 1))
		return 0
	}
}

// The words for the settings.

func apiWord(f *file, l *lua.LState) int {
	s := standsIn(l)
	s.what = strings.Join(strings.Fields(s.what), " ")
	f.change(func(set *settings) { set.apis = append(set.apis, s); set.functions = set.functions || s.answer != nil })
	return 0
}

func appWord(f *file, l *lua.LState) int {
	if f.test != nil && f.test.stage != nil {
		vm.Raise(l, "app stands before the first call of a test")
	}
	s := standsIn(l)
	f.change(func(set *settings) { set.apps = append(set.apps, s); set.functions = set.functions || s.answer != nil })
	return 0
}

func httpWord(f *file, l *lua.LState) int {
	s := standsIn(l)
	if !strings.Contains(s.what, "://") {
		vm.BadArgument(l, 1, fmt.Sprintf("%q is no address, as https://host/path or POST https://host/path", s.what))
	}
	f.change(func(set *settings) {
		set.pages = append(set.pages, s)
		set.functions = set.functions || s.answer != nil
	})
	return 0
}

// standsIn reads a name and an answer: a text, a table, or a function that gives one.
func standsIn(l *lua.LState) standIn {
	s := standIn{what: vm.CheckString(l, 1), text: l.Get(2)}
	if fn, ok := s.text.(*lua.LFunction); ok {
		s.answer = fn
	}
	return s
}

// mailWord says who gets the messages of scripts.
func mailWord(f *file, l *lua.LState) int {
	s := standIn{answer: function(l, 1)}
	f.change(func(set *settings) { set.mail, set.functions = &s, true })
	return 0
}

func envWord(f *file, l *lua.LState) int {
	name, value := vm.CheckString(l, 1), vm.CheckString(l, 2)
	f.change(func(set *settings) { set.env[name] = value })
	return 0
}

// dateLayouts are how a date may be written, in universal time.
var dateLayouts = []string{"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05Z", "2006-01-02"}

func dateWord(f *file, l *lua.LState) int {
	text := vm.CheckString(l, 1)
	for _, layout := range dateLayouts {
		if at, err := time.ParseInLocation(layout, text, time.UTC); err == nil {
			if f.test != nil && f.test.stage != nil {
				vm.Raise(l, "date stands before the first call of a test: time cannot jump in a call")
			}
			f.change(func(set *settings) { set.date = at })
			return 0
		}
	}
	vm.BadArgument(l, 1, fmt.Sprintf("%q is no date, as 2026-12-24 18:00", text))
	return 0
}

// add has the present calls of the test see what was changed, too.
func (f *file) add(change func(*settings)) {
	f.change(change)
	if f.test != nil && f.test.stage != nil {
		only := newSettings()
		change(only)
		f.outside(func() { f.test.stage.sw.Add(only.world()) })
	}
}

func soundsWord(f *file, l *lua.LState) int {
	sounds := soundsOf(l, vm.CheckTable(l, 1))
	f.add(func(set *settings) { maps.Copy(set.sounds, sounds) })
	return 0
}

func extensionsWord(f *file, l *lua.LState) int {
	extensions := extensionsOf(l, vm.CheckTable(l, 1))
	f.add(func(set *settings) { maps.Copy(set.extensions, extensions) })
	return 0
}

func endpointsWord(f *file, l *lua.LState) int {
	if f.test != nil && f.test.stage != nil {
		vm.Raise(l, "endpoints stands before the first call of a test")
	}
	endpoints := textsOf(l, vm.CheckTable(l, 1))
	f.change(func(set *settings) { maps.Copy(set.endpoints, endpoints) })
	return 0
}

func globalsWord(f *file, l *lua.LState) int {
	globals := variablesOf(l, "globals", vm.CheckTable(l, 1))
	f.add(func(set *settings) { maps.Copy(set.globals, globals) })
	return 0
}
