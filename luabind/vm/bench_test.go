package vm

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// rows are scripts of the kinds that calls consist of.
var rows = []struct{ name, source string }{
	{"fib", `local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end fib(20)`},
	{"while", `local i = 0 while i < 100000 do i = i + 1 end`},
	{"for", `local x = 0 for i = 1, 100000 do x = x + i * 2 - 1 end`},
	{"for with variable", `local x, n = 0, 10 for j = 1, 10000 do for i = 1, n do x = x + i end end`},
	{"table fill", `local t = {} for i = 1, 50000 do t[i] = i end local s = 0 for i = 1, #t do s = s + t[i] end`},
	{"objects", `local C = {} C.__index = C function C.new(v) return setmetatable({v = v}, C) end function C:get() return self.v end local s = 0 for i = 1, 3000 do s = s + C.new(i):get() end`},
	{"pairs", `local t = {} for i = 1, 200 do t["k" .. i] = i end local n = 0 for r = 1, 50 do for k, v in pairs(t) do n = n + v end end for r = 1, 50 do for i, v in ipairs({1,2,3,4,5}) do n = n + v end end`},
	{"string methods", `for i = 1, 5000 do local s = ("Hello"):upper() s = s:sub(2, 4) local n = #s:lower() + s:len() end`},
	{"concat", `local s = "" for i = 1, 5000 do s = "key" .. i .. "=" .. i * 2 .. ";" end`},
	{"concat growing", `local s = "" for i = 1, 1000 do s = s .. "x" end`},
	{"format", `for i = 1, 3000 do local s = ("%s: %d %5.2f"):format("name", i, i / 3) end`},
	{"match", `for i = 1, 3000 do local a, b = ("sip:1000@example.com"):match("^sip:(.-)@(.+)$") end`},
	{"find", `for i = 1, 3000 do local a = ("the quick brown fox jumps"):find("%a+x") end`},
	{"gsub", `for i = 1, 500 do local s = ("+49 (30) 123-456 and more text to look at"):gsub("[^%d]", "") end`},
	{"gsub function", `for i = 1, 500 do local s = ("$name is $age years"):gsub("%$(%w+)", function(k) return k:upper() end) end`},
	{"sort", `local t = {} for i = 1, 3000 do t[i] = (i * 7919) % 3001 end table.sort(t)`},
	{"sort function", `local t = {} for i = 1, 2000 do t[i] = (i * 7919) % 2001 end table.sort(t, function(a, b) return a > b end)`},
	{"pcall", `local function f(x) return x end for i = 1, 10000 do pcall(f, i) end`},
	{"pcall error", `for i = 1, 2000 do pcall(error, "x") end`},
	{"table.concat", `local t = {} for i = 1, 500 do t[i] = "item" .. i end for i = 1, 50 do local s = table.concat(t, ",") end`},
	{"closures", `local function counter() local n = 0 return function() n = n + 1 return n end end for i = 1, 3000 do local c = counter() c() c() end`},
	{"coroutines", `local g = coroutine.wrap(function() for i = 1, 5000 do coroutine.yield(i) end end) for i = 1, 5000 do g() end`},
	{"dialplan", `
		local routes = {} for i = 1, 50 do routes[i] = {pattern = "^" .. i .. "(%d%d%d)$", to = "sofia/gateway/gw" .. i .. "/%s", name = "route " .. i} end
		local function route(number)
			for _, r in ipairs(routes) do
				local rest = number:match(r.pattern)
				if rest then return (r.to):format(rest), r.name end
			end
		end
		local log = {}
		for n = 1, 300 do
			local to, name = route((n % 50 + 1) .. "123")
			if to then log[#log + 1] = "call " .. n .. " to " .. to .. " by " .. name:upper() end
		end
		local text = table.concat(log, "\n")`},
}

// BenchmarkPlain are the rows on gopher-lua as it is, with a context of the standard library.
func BenchmarkPlain(b *testing.B) {
	for _, r := range rows {
		b.Run(r.name, func(b *testing.B) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			l := lua.NewState()
			defer l.Close()
			l.SetContext(ctx)
			f, err := l.LoadString(r.source)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				l.Push(f)
				l.Call(0, 0)
			}
		})
	}
}

// BenchmarkOurs are the rows with everything in place.
func BenchmarkOurs(b *testing.B) {
	for _, r := range rows {
		b.Run(r.name, func(b *testing.B) {
			c, err := Compile("bench.lua", r.source)
			if err != nil {
				b.Fatal(err)
			}
			s := New(Options{})
			defer s.Close()
			for b.Loop() {
				if err := s.Run(b.Context(), c); err != nil {
					b.Fatal(err)
				}
				s.Waiting()
				s.Resumed()
			}
		})
	}
}

// environment is as large as the API of calls.
func environment() *Environment {
	all := map[string]Make{}
	for i := range 6 {
		functions := map[string]lua.LValue{}
		for j := range 40 {
			functions[fmt.Sprintf("method%d", j)] = Function(func(l *lua.LState) int { return 0 })
		}
		all[fmt.Sprintf("library%d", i)] = Table(functions)
	}
	return NewEnvironment(all)
}

func BenchmarkNewState(b *testing.B) {
	env := environment()
	watch := NewWatch()
	defer watch.Close()
	b.ReportAllocs()
	for b.Loop() {
		New(Options{Environment: env, Watch: watch}).Close()
	}
}

// BenchmarkStateMemory prints what a new state holds.
func BenchmarkStateMemory(b *testing.B) {
	env := environment()
	watch := NewWatch()
	defer watch.Close()
	const n = 2000
	for b.Loop() {
		states := make([]*State, n)
		before := live()
		for i := range states {
			states[i] = New(Options{Environment: env, Watch: watch})
		}
		b.ReportMetric(float64(live()-before)/n, "B/state")
		for _, s := range states {
			s.Close()
		}
	}
}

func live() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// small is a script as calls are, which then waits.
const small = `
	local session = setmetatable({}, {__index = {get = function(self, k) return "value of " .. k end}})
	local name = session:get("caller_id_number"):upper()
	local menu = {["1"] = function() return "sales" end, ["2"] = function() return "support" end}
	local function log(...) return string.format("%s %s", ...) end
	local digits = tonumber("12") + 1
	for i = 1, 3 do
		local ok, text = pcall(function() return log(name, menu["1"]()) .. i end)
		assert(ok and #text > 3)
	end
	wait()
`

// BenchmarkWaiting prints what a state holds that waits in a small call script, its goroutine included; 10,000 of them.
func BenchmarkWaiting(b *testing.B) {
	watch := NewWatch()
	defer watch.Close()
	c, err := Compile("small.lua", small)
	if err != nil {
		b.Fatal(err)
	}
	const n = 10_000
	for b.Loop() {
		waits, release, done := make(chan struct{}, n), make(chan struct{}), make(chan error, n)
		wait := Function(func(l *lua.LState) int {
			s := StateOf(l)
			s.Waiting()
			waits <- struct{}{}
			<-release
			s.Resumed()
			return 0
		})
		env := NewEnvironment(map[string]Make{"wait": Value(wait)})
		before := live()
		for range n {
			go func() {
				s := New(Options{Environment: env, Watch: watch})
				defer s.Close()
				done <- s.Run(context.Background(), c)
			}()
		}
		for range n {
			<-waits
		}
		b.ReportMetric(float64(live()-before)/n, "B/state")
		close(release)
		for range n {
			if err := <-done; err != nil {
				b.Fatal(err)
			}
		}
	}
}
