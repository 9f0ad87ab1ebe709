package modules

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
	"go.uber.org/goleak"

	"eslua/internal/address"
	"eslua/luabind/vm"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// lab is the modules and the directories that the scripts of a test have.
type lab struct {
	*testing.T
	modules *Modules
	dirs    []vm.Dir
	limits  vm.Limits
}

func newLab(t *testing.T, opts Options) *lab {
	t.Helper()
	m := New(opts)
	t.Cleanup(m.Close)
	return &lab{T: t, modules: m}
}

// dir lets scripts use a new directory.
func (b *lab) dir(write bool) string {
	b.Helper()
	path := b.TempDir()
	root, err := os.OpenRoot(path)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { root.Close() })
	b.dirs = append(b.dirs, vm.Dir{Path: filepath.ToSlash(path), Root: root, Write: write})
	return path
}

// run runs a script and gives what it has printed.
func (b *lab) run(script string) (printed string, err error) {
	b.Helper()
	return b.runIn(b.Context(), script)
}

func (b *lab) runIn(ctx context.Context, script string) (printed string, err error) {
	b.Helper()
	chunk, err := vm.Compile("test.lua", script)
	if err != nil {
		b.Fatal(err)
	}
	var lines []string
	s := vm.New(vm.Options{
		Print: func(line string) { lines = append(lines, line) }, Modules: b.modules.Loader, Files: b.dirs, Limits: b.limits,
		Environment: vm.NewEnvironment(nil),
	})
	defer s.Close()
	err = s.Run(ctx, chunk)
	return strings.Join(lines, "\n"), err
}

// expect runs a script that has to print this.
func (b *lab) expect(script, want string) {
	b.Helper()
	got, err := b.run(script)
	if err != nil {
		b.Errorf("%s\n%v", script, err)
	} else if got != want {
		b.Errorf("%s\nprints\n%s\nwant\n%s", script, got, want)
	}
}

// fails runs a script that has to end with this error.
func (b *lab) fails(script, want string) {
	b.Helper()
	if got, err := b.run(script); err == nil || !strings.Contains(err.Error(), want) {
		b.Errorf("%s\n%v, want %s; it printed %q", script, err, want, got)
	}
}

func patterns(t *testing.T, texts ...string) address.Set {
	t.Helper()
	var s address.Set
	for _, text := range texts {
		p, err := address.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		s = append(s, p)
	}
	return s
}

func TestModulesAreFoundByRequire(t *testing.T) {
	b := newLab(t, Options{})
	for name := range b.modules.loaders {
		b.expect(`local m = require("`+name+`") print(type(m), m == require("`+name+`"), package.loaded["`+name+`"] == m)`, "table\ttrue\ttrue")
	}
	b.fails(`require "nosuch"`, "test.lua:1: module 'nosuch' not found:\n\tno field package.preload['nosuch']\n\tno file './nosuch.lua'\n\tno file './nosuch/init.lua'")
	b.fails(`require "luasql.sqlite3"`, "module 'luasql.sqlite3' not found:")
}

// A script may bring its own module of the same name, as it may in C Lua, where installed modules come last.
func TestAScriptsOwnModuleCounts(t *testing.T) {
	own, err := vm.Compile("json.lua", "return { mine = true }")
	if err != nil {
		t.Fatal(err)
	}
	m := New(Options{})
	defer m.Close()
	var lines []string
	s := vm.New(vm.Options{
		Modules: m.Loader, Print: func(line string) { lines = append(lines, line) },
		Source: func(name string) (*vm.Chunk, error) {
			if name == "./json.lua" {
				return own, nil
			}
			return nil, os.ErrNotExist
		},
	})
	defer s.Close()
	chunk, err := vm.Compile("test.lua", `print(require("json").mine, require("cjson").mine)`)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(t.Context(), chunk); err != nil || strings.Join(lines, "") != "true\tnil" {
		t.Errorf("%q, %v", lines, err)
	}
}

// What one script does to a module is not seen by another.
func TestScriptsCannotChangeEachOthersModules(t *testing.T) {
	b := newLab(t, Options{})
	for _, script := range []string{
		`local m = require("md5") m.sum = nil m.x = 1`,
		`local s = require("sha1") getmetatable(s).__call = nil`,
		`local o = require("md5").new() local m = getmetatable(o) if m then m.__index = nil end`,
		`local m = debug.getmetatable(require("md5").new()) if m then m.__index = nil end`,
		`local c = require("cjson") c.array_mt.__index = error c.encode_empty_table_as_object(false)`,
		`debug.setmetatable(require("cjson").null, {})`,
	} {
		b.run(script)
		b.expect(`local md5, sha1, cjson = require "md5", require "sha1", require "cjson"
			local o = md5.new():update("a")
			print(#md5.sum("a"), md5.x, #sha1("a"), #o:finish(), next(cjson.array_mt), cjson.encode({}), getmetatable(cjson.null))`,
			"16\tnil\t40\t16\tnil\t{}\tnil")
	}
}

// A state costs nothing until its script requires something.
func TestModulesCostNothingUntilTheyAreRequired(t *testing.T) {
	m := New(Options{})
	defer m.Close()
	allocs := func(opts vm.Options) float64 {
		watch := vm.NewWatch()
		defer watch.Close()
		opts.Watch = watch
		return testing.AllocsPerRun(100, func() { vm.New(opts).Close() })
	}
	if with, without := allocs(vm.Options{Modules: m.Loader}), allocs(vm.Options{}); with > without {
		t.Errorf("%v allocations with modules, %v without", with, without)
	}
	if f := m.Loader("json"); f != m.Loader("json") || f.Env != (*lua.LTable)(nil) || len(f.Upvalues) > 0 {
		t.Error("a loader is not shared")
	}
}
