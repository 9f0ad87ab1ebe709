package vm

import (
	"sync"
	"testing"
)

// attacker changes all that a script can get hold of.
const attacker = `
	local seen = {}
	local function spoil(t, depth)
		if type(t) ~= "table" or seen[t] or depth > 4 then return end
		seen[t] = true
		spoil(getmetatable(t), depth + 1)
		for _, get in ipairs{debug.getmetatable, getmetatable} do spoil(get(t), depth + 1) end
		local keys = {}
		for k, v in next, t do keys[#keys + 1] = k spoil(v, depth + 1) spoil(debug.getmetatable(v), depth + 1) end
		for _, k in ipairs(keys) do
			local v = rawget(t, k)
			if type(v) == "function" and t ~= keep then
				pcall(setfenv, v, {}) pcall(debug.setfenv, v, {}) pcall(debug.setupvalue, v, 1, "spoilt") pcall(debug.setmetatable, v, {__index = {spoilt = 1}})
				rawset(t, k, function() return "spoilt" end)
			end
		end
		t.spoilt = "spoilt"
	end
	local keep_rawset, keep_pcall = rawset, pcall
	for _, v in ipairs{io.stdout, io.stdin, "", 5, print, coroutine.create(print), newproxy(true), true} do
		spoil(getmetatable(v), 1) spoil(debug.getmetatable(v), 1)
		pcall(debug.setmetatable, v, {__index = {spoilt = 1}, __add = function() return "spoilt" end})
	end
	local old_next, old_pairs = next, pairs
	for _, name in ipairs{"string", "table", "math", "coroutine", "os", "io", "bit32", "utf8", "package"} do
		_G[name].spoilt = "spoilt"
		spoil(_G[name], 1)
	end
	for name, v in old_pairs(package.loaded) do if type(v) == "table" and v ~= _G then v.spoilt = 1 end end
	-- what stands in package.loaded while a module is loaded
	local stand = nil
	package.preload = {} package.loaded.x = nil
	package.loaders[1] = function() return function() stand = package.loaded.x pcall(debug.setmetatable, stand, {__index = {spoilt = 1}}) end end
	pcall(require, "x")
	_G.spoilt = "spoilt"
	setmetatable(_G, {__index = function() return "spoilt" end})
	math.randomseed(1)
`

const victim = `
	assert(spoilt == nil and undefinedname == nil)
	for _, t in ipairs{string, table, math, coroutine, os, io, debug, package, bit32, utf8, package.loaded} do assert(t.spoilt == nil) end
	assert(("abc"):upper() == "ABC" and ("x").spoilt == nil and "1" + 1 == 2)
	assert(table.concat({1, 2}) == "12" and math.floor(1.5) == 1 and select("#", 1, 2) == 2)
	assert(io.type(io.stdout) == "file" and getmetatable(io.stdout).spoilt == nil and tostring(io.stdout):match("^file"))
	assert(not pcall(function() return print.spoilt end) and not pcall(function() return (5).spoilt end))
	assert(getfenv(print) == _G and getmetatable("").__add == nil and getmetatable(_G) == nil)
	assert(coroutine.wrap(function() return pcall(error, "x") end)() == false)
	local n = 0 for k in pairs(_G) do n = n + 1 end assert(n > 30)
	package.preload.m = function() assert(getmetatable(package.loaded.m) == nil) return 1 end assert(require("m") == 1)
`

// TestNoScriptChangesAnother runs attackers and victims at once; the race detector sees what they share.
func TestNoScriptChangesAnother(t *testing.T) {
	watch := NewWatch()
	defer watch.Close()
	bad, err := Compile("attacker.lua", attacker)
	if err != nil {
		t.Fatal(err)
	}
	good, err := Compile("victim.lua", victim)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 20 {
				s := New(Options{Watch: watch})
				s.Run(t.Context(), bad) // it may well trip over what it has spoilt
				s.Close()
			}
		})
		all.Go(func() {
			for range 20 {
				s := New(Options{Watch: watch})
				if err := s.Run(t.Context(), good); err != nil {
					t.Error(err)
				}
				s.Close()
			}
		})
	}
	all.Wait()
}

// TestTheAttackerGetsFar keeps the test above honest.
func TestTheAttackerGetsFar(t *testing.T) {
	s := New(Options{})
	defer s.Close()
	if err := run(t, t.Context(), s, attacker); err != nil {
		t.Errorf("the attacker stops at %v", err)
	}
	if err := run(t, t.Context(), s, victim); err == nil {
		t.Error("its own state is not spoilt")
	}
}
