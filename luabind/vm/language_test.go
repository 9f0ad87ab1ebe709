package vm

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// TestErrorsLeaveCapturedVariablesAlone holds the four bugs of lua-vm.md 2.6 off.
func TestErrorsLeaveCapturedVariablesAlone(t *testing.T) {
	for name, source := range map[string]string{
		"pcall":       `local x = 1 local function inc() x = x + 1 end pcall(error, "e") inc() assert(x == 2)`,
		"xpcall":      `local x = 1 local function inc() x = x + 1 end xpcall(error, function() inc() end) inc() assert(x == 3)`,
		"inner":       `local f pcall(function() local y = 5 f = function() y = y + 1 return y end error("e") end) local a, b, c = 7, 8, 9 assert(f() == 6 and f() == 7 and a == 7)`,
		"overflow":    `local f local function deep(n) local z = n f = function() z = z + 1 return z end return 1 + deep(n + 1) end pcall(deep, 1) local a, b = {}, {} local z = f() assert(f() == z + 1)`,
		"coroutine":   `local f local co = coroutine.create(function() local y = 5 f = function() y = y + 1 return y end error("e") end) coroutine.resume(co) assert(f() == 6)`,
		"yield":       `local co = coroutine.create(function() pcall(coroutine.yield, 1) table.sort({2, 1}, function() return pcall(coroutine.yield) end) return coroutine.yield(7) end) assert(select(2, coroutine.resume(co)) == 7 and select(2, coroutine.resume(co, 8)) == 8 and coroutine.status(co) == "dead")`,
		"tail yield":  `local co = coroutine.wrap(function(...) return coroutine.yield(...) end) assert(co(1) == 1 and co(2) == 2)`,
		"no values":   `local co = coroutine.wrap(function() local a, b = coroutine.yield() assert(a == nil and b == nil) local c = coroutine.yield() return c end) co() co() assert(co(5, 6) == 5)`,
		"levels":      `local ok, text = pcall(function() local function f() error("x", 2) end f() end) assert(text == "test.lua:1: x") assert(pcall(debug.getinfo, 3) and getfenv(1) == _G)`,
		"through":     `local function f() local ok, i = pcall(debug.getinfo, 3, "l") return i.currentline end assert(f() == 1) local ok, t = pcall(debug.traceback) assert(t:find("in function 'pcall'") and t:find("main chunk"))`,
		"environment": `local ok, env = pcall(function() setfenv(1, {y = 5, getfenv = getfenv}) return getfenv(1) end) assert(env.y == 5 and y == nil)`,
	} {
		s := New(Options{Limits: Limits{Depth: 2000}})
		if err := run(t, t.Context(), s, source); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		s.Close()
	}
}

func TestSourcesComeFromTheHost(t *testing.T) {
	files := map[string]string{
		"/s/lib/util.lua": `local name, file = ... return {name = name, file = file}`, "/s/init/init.lua": `return "init"`, "/s/bad.lua": `x = = 1`, "/s/main.lua": `x = (x or 0) + 1 return x, ...`,
		"/s/fails.lua": `error("on purpose")`,
	}
	s := New(Options{Path: "/s/?.lua;/s/?/init.lua", Source: func(name string) (*Chunk, error) {
		text, ok := files[name]
		if !ok {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		}
		return Compile(name, text)
	}})
	defer s.Close()
	s.Preload("made", Function(func(l *lua.LState) int { l.Push(lua.LNumber(42)); return 1 }))
	if err := run(t, t.Context(), s, `
		local u = require("lib.util") assert(u.name == "lib.util" and u.file == "/s/lib/util.lua" and require("lib.util") == u and package.loaded["lib.util"] == u)
		assert(require("init") == "init" and require("made") == 42)
		local ok, text = pcall(require, "none") assert(text:find("module 'none' not found:\n\tno field package.preload['none']\n\tno file '/s/none.lua'\n\tno file '/s/none/init.lua'", 1, true), text)
		ok, text = pcall(require, "bad") assert(text:find("error loading module 'bad' from file '/s/bad.lua':\n\t/s/bad.lua:1: ", 1, true), text)
		ok, text = pcall(require, "fails") assert(text == "/s/fails.lua:1: on purpose" and not pcall(require, "fails"), text)
		assert(dofile("/s/main.lua") == 1 and select("#", dofile("/s/main.lua")) == 1 and loadfile("/s/main.lua")(5) == 3)
		local env = {} assert(loadfile("/s/main.lua", "t", env)() == 1 and env.x == 1)
		ok, text = loadfile("/s/none.lua") assert(ok == nil and text == "cannot open /s/none.lua: No such file or directory")
		package.path = "/s/lib/?.lua" package.loaded.util = nil assert(require("util").name == "util")
		package.searchers = {function(n) return function() return "searched " .. n end end} assert(require("q") == "searched q")
		assert(debug.getinfo(1, "S").source == "@test.lua" and debug.getinfo(u and loadfile("/s/main.lua"), "S").source == "@/s/main.lua")
	`); err != nil {
		t.Error(err)
	}
}

func TestHostObjectsShowAMetatableOfTheState(t *testing.T) {
	methods := newTable(1)
	methods.RawSetString("get", Function(func(l *lua.LState) int { l.Push(lua.LNumber(7)); return 1 }))
	meta := newTable(3)
	meta.RawSetString("__index", methods)
	Show(meta, func(s *State) *lua.LTable {
		fn := newTable(1)
		fn.RawSetString("get", methods.RawGetString("get"))
		t := newTable(1)
		t.RawSetString(".fn", fn)
		return t
	})
	for range 2 {
		s := New(Options{})
		s.SetGlobal("a", &lua.LUserData{Value: 1, Metatable: meta})
		s.SetGlobal("b", &lua.LUserData{Value: 2, Metatable: meta})
		if err := run(t, t.Context(), s, `
			local m = getmetatable(a)
			assert(m == getmetatable(b) and m == debug.getmetatable(a) and m[".fn"].get(a) == 7 and m.__index == nil and m.spoilt == nil)
			m[".fn"].get = nil m.spoilt = 1 m.__index = function() return "spoilt" end
			assert(a:get() == 7 and a.x == nil and not pcall(setmetatable, a, {}) and not pcall(debug.setmetatable, a, {}))
		`); err != nil {
			t.Error(err)
		}
		s.Close()
	}
}

func TestTheHostCallsTheScript(t *testing.T) {
	var results []lua.LValue
	var failed error
	call := Function(func(l *lua.LState) int {
		s := StateOf(l)
		results, failed = s.Results(l, l.Get(1), lua.LNumber(1), lua.LString("two"))
		return 0
	})
	s := New(Options{Environment: NewEnvironment(map[string]Make{"call": Value(call)})})
	defer s.Close()
	if err := run(t, t.Context(), s, `call(function(...) return select("#", ...), ... end)`); err != nil || failed != nil || len(results) != 3 || results[2] != lua.LString("two") {
		t.Errorf("%v %v %v", results, failed, err)
	}
	var e *Error
	if err := run(t, t.Context(), s, "coroutine.wrap(function()\ncall(function()\nerror('x')\nend) end)()"); err != nil || !errors.As(failed, &e) ||
		e.Text != "test.lua:3: x" || !strings.Contains(e.Traceback, "in function 'error'") || !strings.Contains(e.Traceback, "in function 'call'") {
		t.Errorf("%v %+v", err, failed)
	}
	if err := run(t, t.Context(), s, `call(function() error({}) end)`); err != nil || !errors.As(failed, &e) || e.Text != "" || e.Value.Type() != lua.LTTable {
		t.Errorf("%v %+v", err, failed)
	}
	if err := run(t, t.Context(), s, `call(5)`); err != nil || !errors.As(failed, &e) || e.Text != "attempt to call a number value" {
		t.Errorf("%v %+v", err, failed)
	}
}

// TestSourcesOfLaterLua: what their escapes say, and that lines are what they were. What is no escape is its letters, as in Lua 5.1.
func TestSourcesOfLaterLua(t *testing.T) {
	for source, want := range map[string]string{
		`error(tostring("\u{41}\u{20AC}\u{D800}" == "A\226\130\172\237\160\128"))`: "test.lua:1: true",
		`error("\u{110000}\u{}\u{4")`:            "test.lua:1: u{110000}u{}u{4",
		`error("\x4g\xg\x")`:                     "test.lua:1: x4gxgx",
		"error('a\\z \n\r\n\t b')":               "test.lua:1: ab",
		"local s = 'a\\z\n\n b' error(s)":        "test.lua:3: ab",
		"-- '\\x41\nerror('b')":                  "test.lua:2: b",
		"\ufefferror('b')":                       "test.lua:1: b",
		"\ufeff#!/usr/bin/lua\nerror('b')":       "test.lua:2: b",
		"local s = [==[\n]=]\\z]==]\nerror(s)":   "test.lua:3: ]=]\\z",
		"local a = '\\x41\nreturn a":             "unterminated string",
		"return '\\z":                            "unterminated string",
		"local a = {[ '\\x41' ] = 1} error(a.A)": "test.lua:1: 1",
	} {
		s := New(Options{})
		c, err := Compile("test.lua", source)
		if err == nil {
			err = s.Run(t.Context(), c)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", source, err, want)
		}
		s.Close()
	}
}
