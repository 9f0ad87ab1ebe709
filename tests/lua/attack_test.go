package lua

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime/metrics"
	"strings"
	"sync"
	"testing"
	"time"

	"eslua/luabind/vm"
)

// limits are those of the attacks: the defaults, but for time, so that the suite does not take minutes. With ESLUA_FULL set, the defaults.
func limits() vm.Limits {
	if os.Getenv("ESLUA_FULL") != "" {
		return vm.Limits{}
	}
	return vm.Limits{CPU: 4 * time.Second, Instructions: 50_000_000}
}

// late is how long after the end of its CPU time a script must have ended. Others compute beside it.
const late = 2 * time.Second

// verdict is what a child says of its attack.
type verdict struct {
	Err      string
	Took     time.Duration
	Peak     uint64 // bytes of live heap
	Innocent string // how the script beside it has ended; "" is well
}

// innocent is a script as calls are: it computes a little, waits, and takes its time.
const innocent = `
	local session = setmetatable({}, {__index = {get = function(self, k) return k .. "!" end}})
	local n = 0
	for round = 1, 40 do
		local t = {}
		for i = 1, 200 do
			t[#t + 1] = session:get("variable_" .. i):gsub("%d+", function(d) return tonumber(d) + 1 end)
		end
		assert(#table.concat(t, ",") > 2000)
		assert(select(2, pcall(error, "x")) == "x")
		n = n + #t
		os.execute("sleep 0.005")
	end
	assert(n == 8000)
`

// TestMain is the child, too.
func TestMain(m *testing.M) {
	if name := os.Getenv("ESLUA_ATTACK"); name != "" {
		child(name)
		return
	}
	os.Exit(m.Run())
}

func child(name string) {
	a := attacks[name]
	n := max(a.times, 1)
	watch := vm.NewWatch()
	done := make(chan struct{})
	var peak uint64
	var meter sync.WaitGroup
	meter.Go(func() {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		for {
			metrics.Read(sample)
			peak = max(peak, sample[0].Value.Uint64())
			select {
			case <-done:
				return
			case <-time.After(time.Millisecond): // a meter needs real time
			}
		}
	})
	run := func(source string, l vm.Limits) error {
		c, err := vm.Compile("attack.lua", source)
		if err != nil {
			return err
		}
		s := vm.New(vm.Options{Watch: watch, Limits: l})
		defer s.Close()
		return s.Run(context.Background(), c)
	}
	v := verdict{}
	var scripts sync.WaitGroup
	var mu sync.Mutex
	start := time.Now()
	for range n {
		scripts.Go(func() {
			err := run(a.source, limits())
			mu.Lock()
			defer mu.Unlock()
			v.Took = max(v.Took, time.Since(start))
			var e *vm.Ended
			switch {
			case errors.As(err, &e):
				v.Err = "ended: " + e.Reason.Error()
				var p *vm.PanicError
				if errors.As(err, &p) {
					v.Err += "\n" + string(p.Stack)
				}
			case err != nil:
				v.Err = "error: " + err.Error()
			default:
				v.Err = "well"
			}
		})
	}
	var beside sync.WaitGroup
	beside.Go(func() {
		if err := run(innocent, vm.Limits{}); err != nil {
			v.Innocent = err.Error()
		}
	})
	scripts.Wait()
	beside.Wait()
	close(done)
	meter.Wait()
	watch.Close()
	v.Peak = peak
	json.NewEncoder(os.Stdout).Encode(v)
}

type attack struct {
	source string
	// want is how the verdict begins: "ended: ", "error: " or "well".
	want string
	// peak is how many MiB of heap it may take, garbage included, of which there is more on a busy machine; 0: 128.
	peak uint64
	// times is how many of it run at once; 0: 1.
	times int
}

const (
	ended = "ended: "
	fails = "error: "
	well  = "well"
	any   = "" // it survives
)

func TestAttacks(t *testing.T) {
	if raceDetector {
		t.Skip("the attacks run in child processes, one script each: the race detector only makes them ten times as slow, and their times mean nothing")
	}
	for name, a := range attacks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), "ESLUA_ATTACK="+name)
			var out, complaint bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &complaint
			if err := cmd.Run(); err != nil {
				text := complaint.String()
				t.Fatalf("the process died: %v\n%s", err, text[:min(len(text), 2000)])
			}
			var v verdict
			if err := json.Unmarshal(out.Bytes(), &v); err != nil {
				t.Fatalf("%v: %s", err, out.String())
			}
			t.Logf("%-6v %4d MiB  %s", v.Took.Round(time.Millisecond), v.Peak>>20, v.Err)
			if !strings.HasPrefix(v.Err, a.want) {
				t.Errorf("want %s, got %s", a.want, v.Err)
			}
			if v.Innocent != "" {
				t.Errorf("the innocent script beside it: %s", v.Innocent)
			}
			most := a.peak
			if most == 0 {
				most = 128
			}
			if v.Peak>>20 > most {
				t.Errorf("%d MiB of heap", v.Peak>>20)
			}
			cpu := limits().CPU
			if cpu == 0 {
				cpu = 5 * time.Second
			}
			// Two run at a time, each with an innocent one: CPU time is at most a fourth of real time.
			if v.Took > 4*cpu*time.Duration(max(a.times, 1))+late {
				t.Errorf("took %v", v.Took)
			}
		})
	}
}

func many(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// attacks are those of lua-vm.md 2.2 to 2.4 and 3, and more of their kind.
var attacks = map[string]attack{
	// loops
	"loop":                {source: `while true do end`, want: ended},
	"loop under pcall":    {source: `while true do pcall(function() while true do end end) end`, want: ended},
	"loop under xpcall":   {source: `while true do xpcall(function() while true do end end, function() while true do end end) end`, want: ended},
	"loop in coroutine":   {source: `while true do coroutine.wrap(function() while true do pcall(function() while true do end end) end end)() end`, want: ended},
	"loop in comparator":  {source: `while true do pcall(table.sort, {3,2,1}, function() while true do end end) end`, want: ended},
	"loop in gsub":        {source: `while true do pcall(string.gsub, "x", "x", function() while true do end end) end`, want: ended},
	"loop in metamethod":  {source: `local t = setmetatable({}, {__index = function() while true do end end}) while true do pcall(function() return t.x end) end`, want: ended},
	"loop in tostring":    {source: `local t = setmetatable({}, {__tostring = function() while true do end end}) while true do pcall(tostring, t) end`, want: ended},
	"loop in concat":      {source: `local t = setmetatable({}, {__concat = function() while true do end end}) while true do pcall(function() return t .. t end) end`, want: ended},
	"loop in load":        {source: `while true do pcall(load, function() while true do end end) end`, want: ended},
	"loop in gc":          {source: `local p = newproxy(true) getmetatable(p).__gc = function() while true do end end p = nil collectgarbage() while true do end`, want: ended},
	"handler of handlers": {source: `local function h() return xpcall(error, h) end while true do xpcall(error, h) end`, want: ended},
	"tail calls":          {source: `local function f() return f() end f()`, want: ended},
	"tail calls of pcall": {source: `local function f() return pcall(f) end f() while true do f() end`, want: ended},
	"goto":                {source: `::a:: goto a`, want: ended},
	"repeat":              {source: `repeat local x = {} until false`, want: ended},
	"for":                 {source: `for i = 1, math.huge do end`, want: ended},
	"for nothing":         {source: `for i = 1, 2, 0 do end while true do end`, want: ended},
	"wrap as iterator":    {source: `for x in coroutine.wrap(function() while true do coroutine.yield(1) end end) do end`, want: ended},
	"resume by pcall":     {source: `local co co = coroutine.create(function() while true do pcall(coroutine.resume, co) end end) coroutine.resume(co)`, want: ended},
	"sort by pcall":       {source: `local t = {} for i = 1, 100000 do t[i] = i end while true do pcall(table.sort, t, pcall) end`, want: ended},
	"sort by rawequal":    {source: `local t = {} for i = 1, 100000 do t[i] = i % 7 end while true do pcall(table.sort, t, rawequal) end`, want: ended},
	"sort by error":       {source: `local t = {} for i = 1, 100000 do t[i] = i end while true do pcall(table.sort, t, error) end`, want: ended},
	"sort":                {source: `local t = {} for i = 1, 200000 do t[i] = -i end while true do table.sort(t) for i = 1, #t do t[i] = -t[i] end end`, want: ended},
	"foreach by pcall":    {source: `local t = {} for i = 1, 100000 do t[i] = i end while true do table.foreach(t, pcall) break end while true do pcall(table.foreachi, t, pcall) end`, want: ended},
	"gsub by pcall":       {source: `local s = ("x"):rep(1e5) while true do pcall(string.gsub, s, "x", pcall) end`, want: ended},
	"load of a reader":    {source: `load(os.clock) load(math.random) while true do load(function() return " " end) end`, want: ended},
	"load of texts":       {source: `while true do load("return " .. ("1+"):rep(1000) .. "1") end`, want: ended},
	"nil keys":            {source: `local t = {} for i = 1, 1e6 do t["k" .. i] = i t["k" .. i] = nil end while true do next(t) end`, want: ended},
	"length":              {source: `local t = {} for i = 1, 3e5 do t[i] = i end for i = 3e5, 2, -1 do t[i] = nil end while true do local n = #t end`, want: ended},
	"front inserts":       {source: `local t = {} while true do table.insert(t, 1, 1) end`, want: ended},
	"front removals":      {source: `local t = {} for i = 1, 4e5 do t[i] = i end while true do table.insert(t, 1, table.remove(t, 1)) end`, want: ended},
	"unpack":              {source: `local t = {} while true do pcall(unpack, t, 1, 1e8) select("#", unpack(t, 1, 90000)) end`, want: ended},
	"concat of long list": {source: `local t = {} for i = 1, 4e5 do t[i] = "x" end while true do local s = table.concat(t, ",") end`, want: ended},
	"dates":               {source: `while true do os.date(("%c"):rep(1e5)) end`, want: ended},
	"collectgarbage":      {source: `local t = {} for i = 1, 50000 do t[i] = {} end while true do collectgarbage("count") collectgarbage() end`, want: ended},
	"traceback":           {source: `local function f(n) if n == 0 then while true do debug.traceback() end end return 1 + f(n - 1) end f(15000)`, want: ended},
	"errors deep down":    {source: `local function f(n) if n == 0 then error("x") end return 1 + f(n - 1) end while true do pcall(f, 15000) end`, want: ended},
	"getinfo":             {source: `local function f(n) if n == 0 then while true do debug.getinfo(14000) end end return 1 + f(n - 1) end f(15000)`, want: ended},
	"require":             {source: `package.path = ("?;"):rep(1000) while true do pcall(require, ("x."):rep(1000)) end`, want: ended},
	"long module":         {source: `package.path = ("?"):rep(400) require(("x"):rep(4e6))`, want: fails},
	"long modules":        {source: `package.path = ("?;"):rep(400) require(("x"):rep(4e6))`, want: fails},
	"time":                {source: `while true do os.time() os.clock() end`, want: ended},
	"utf8":                {source: `local s = ("ä"):rep(1e6) while true do utf8.len(s) end`, want: ended},
	"reverse":             {source: `local s = ("x"):rep(4e6) while true do s:reverse() end`, want: ended},
	"plain find":          {source: `local s = ("a"):rep(2e6) while true do s:find(("a"):rep(1000) .. "b", 1, true) end`, want: ended},

	// patterns
	"exponential pattern": {source: `("a"):rep(60):find(".-.-.-.-.-.-.-.-b")`, want: ended},
	"quadratic pattern":   {source: `for i = 1, 20 do ("a"):rep(1e6):find(".-b") end`, want: ended},
	"greedy pattern":      {source: `("a"):rep(1e5):find(("a*"):rep(30) .. "b")`, want: ended},
	"balance":             {source: `for i = 1, 100 do ("("):rep(2e5):find("%b()") end`, want: ended},
	"back references":     {source: `local s = ("a"):rep(1e5) while true do s:find("(a*)%1%1b") end`, want: ended},
	"sets":                {source: `local s = ("a"):rep(1e5) while true do s:find("[" .. ("b-c"):rep(30000) .. "]") end`, want: ended},
	"long pattern":        {source: `for _, p in ipairs{"(", "(a", "a?", "a-", "%b", "["} do pcall(string.find, "a", p:rep(1e6)) end`, want: well},
	"gsub of all":         {source: `local s = ("a"):rep(1e5) for i = 1, 3 do s:gsub("a", "b") end`, want: well},
	"gmatch of all":       {source: `local n = 0 for c in ("ab "):rep(1e5):gmatch("%a+") do n = n + 1 end assert(n == 1e5)`, want: well},
	"long dot":            {source: `assert(#("x"):rep(4e6):match(".*") == 4e6)`, want: well},
	"gsub with captures":  {source: `local s = ("x"):rep(4e6) s:gsub(".*", ("%0"):rep(1e6))`, want: fails},
	"gsub that grows":     {source: `local s = "xx" while true do s = s:gsub("x", "xxxx") end`, want: fails},

	// strings
	"doubling":         {source: `local s = "x" while true do s = s .. s end`, want: fails},
	"rep":              {source: `for _, n in ipairs{1e9, 4e9, 2e10, 1e15, 1e300, math.huge} do assert(not pcall(string.rep, "x", n)) assert(not pcall(string.rep, "", n, "x")) end string.rep("", 1e9)`, want: well},
	"rep kept":         {source: `local t = {} for i = 1, 1e9 do t[i] = ("x"):rep(1e6) end`, want: ended},
	"different reps":   {source: `local t = {} for i = 1, 1e9 do t[i] = ("x"):rep(3e5 + i) end`, want: ended},
	"format":           {source: `assert(not pcall(string.format, "%1000000d", 1)) assert(not pcall(string.format, "%v %T", 1)) while true do ("%99.99f"):rep(100):format(unpack({}, 1, 100)) end`, want: fails},
	"many formats":     {source: `local f = ("%99.99f"):rep(200) local t = {} for i = 1, 200 do t[i] = 1e300 end while true do f:format(unpack(t)) end`, want: ended},
	"concat of tables": {source: `local t = {} for i = 1, 1e4 do t[i] = ("x"):rep(1000) end table.concat(t)`, want: fails},
	"small pieces":     {source: `local t = {} for i = 1, 1e9 do t[i] = ("x"):rep(1e5):sub(i % 1000 + 1, i % 1000 + 1) end`, want: ended},
	"gsub repeated":    {source: `local s = ("x"):rep(4e6) while true do s:gsub("x", {x = ("y"):rep(1000)}) end`, want: fails},
	"print":            {source: `local s = ("x"):rep(4e6) while true do print(s, s) end`, want: fails},
	"write":            {source: `local s = ("x"):rep(4e6) while true do io.write(s) end`, want: ended},
	"char":             {source: `local t = {} for i = 1, 9e4 do t[i] = 65 end while true do string.char(unpack(t)) end`, want: ended},
	"byte":             {source: `local s = ("x"):rep(4e6) pcall(string.byte, s, 1, -1) while true do s:byte(1, 90000) end`, want: ended},
	"read":             {source: `io.read(1e13) io.read(1e300) io.stdin:read(math.huge)`, want: well},

	// tables and memory
	"array":               {source: `local t = {} for i = 1, 1e12 do t[i] = i end`, want: ended},
	"array of tables":     {source: `local t = {} while true do t[#t + 1] = {x = 1} end`, want: ended},
	"array of tables x 8": {source: `local t = {} while true do t[#t + 1] = {x = 1} end`, want: ended, peak: 300, times: 8},
	"list":                {source: `local t while true do t = {t} end`, want: ended},
	"keys":                {source: `local t = {} for i = 1, 1e12 do t["k" .. i] = i end`, want: ended},
	"keys gone":           {source: `local t = {} for i = 1, 1e12 do t["k" .. i] = i t["k" .. i] = nil end`, want: ended},
	"number keys":         {source: `local t = {} for i = 1, 1e12 do t[i + 0.5] = i end`, want: ended},
	"closures":            {source: `local t = {} for i = 1, 1e12 do t[i] = function() return i end end`, want: ended},
	"coroutines":          {source: `local t = {} for i = 1, 1e12 do t[i] = coroutine.create(function() end) end`, want: ended},
	"started coroutines":  {source: `local t = {} for i = 1, 1e12 do local co = coroutine.wrap(function() coroutine.yield() end) co() t[i] = co end`, want: ended},
	"lost coroutines":     {source: `while true do coroutine.wrap(function() coroutine.yield() end)() end`, want: ended},
	"upvalues":            {source: `local function f(x) return function() return x end end local t = {} for i = 1, 1e12 do t[i] = f(("x"):rep(100) .. i) end`, want: ended},
	"code":                {source: `local t = {} for i = 1, 1e12 do t[i] = load("return " .. i .. ", '" .. ("x"):rep(1000) .. "'") end`, want: ended},
	"proxies":             {source: `local t = {} for i = 1, 1e12 do t[i] = newproxy(true) end`, want: ended},
	"iterators":           {source: `local t = {} for i = 1, 1e12 do t[i] = (("x"):rep(1000) .. i):gmatch("x") end`, want: ended},
	"globals":             {source: `for i = 1, 1e12 do _G["g" .. i] = ("x"):rep(100) end`, want: ended},
	"metatables":          {source: `local t = {} for i = 1, 1e12 do t = setmetatable({}, {__index = t}) end`, want: ended},
	"environments":        {source: `local f = load("return function() end") for i = 1, 1e12 do local e = {f} f = setfenv(f(), e) f = setfenv(load("return function() end"), {f}) end`, want: ended},
	"sparse key":          {source: `local t = {} t[67108863] = 1 t[1e15] = 1 t[-5] = 1 t[1048575] = 1`, want: ended},
	"sparse tables":       {source: `local all = {} for i = 1, 1000 do local u = {} u[1048575] = 1 all[i] = u end`, want: ended},
	"sparse rawset":       {source: `local all = {} for i = 1, 1000 do local u = {} rawset(u, 1048575, 1) all[i] = u end`, want: ended},
	"sparse insert":       {source: `local all = {} for i = 1, 1000 do local u = {} table.insert(u, 1048575, 1) all[i] = u end`, want: ended},
	"sparse halves":       {source: `local all = {} for i = 1, 1e6 do local u = {} u[2 ^ (i % 20)] = 1 all[i] = u end`, want: ended},
	"constructors":        {source: `local t = {} for i = 1, 1e12 do t[i] = {1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20} end`, want: ended},
	"packs":               {source: `local t = {} for i = 1, 1e12 do t[i] = table.pack(unpack({}, 1, 50000)) end`, want: ended},
	"varargs":             {source: `local function f(...) local t = {...} return f(unpack(t, 1, 50000)) end f(1)`, want: ended},
	"vararg growth":       {source: `local function f(...) return f(1, ...) end f()`, want: any},
	"memory under pcall":  {source: `local t = {} while true do pcall(function() while true do t[#t + 1] = {} end end) end`, want: ended},

	// depth
	"recursion":             {source: `local function f() return 1 + f() end f()`, want: fails},
	"recursion again":       {source: `local function f() return 1 + f() end while true do pcall(f) end`, want: ended},
	"recursion by index":    {source: `local t = setmetatable({}, {}) getmetatable(t).__index = function(t, k) return t[k + 1] end return t[1]`, want: fails},
	"recursion by call":     {source: `local t = setmetatable({}, {}) getmetatable(t).__call = function(t) return 1 + t() end t()`, want: fails},
	"recursion by concat":   {source: `local t = setmetatable({}, {}) getmetatable(t).__concat = function(a, b) return a .. b end return t .. t`, want: fails},
	"recursion by eq":       {source: `local m = {} m.__eq = function(a, b) return a == b end return setmetatable({}, m) == setmetatable({}, m)`, want: fails},
	"recursion by add":      {source: `local m = {} m.__add = function(a, b) return a + b end return setmetatable({}, m) + 1`, want: fails},
	"recursion by lt":       {source: `local m = {} m.__lt = function(a, b) return a < b end return setmetatable({}, m) < setmetatable({}, m)`, want: fails},
	"recursion by gsub":     {source: `local function f() return ("x"):gsub("x", f) end f()`, want: fails},
	"recursion by sort":     {source: `local function f() table.sort({3,2,1}, f) end f()`, want: fails},
	"recursion by pcall":    {source: `local n = 0 local function f() n = n + 1 return pcall(f) end for i = 1, 1000 do f() end assert(n > 100)`, want: well},
	"recursion of pcall":    {source: `local f = pcall for i = 1, 100 do local g = f f = function(...) return pcall(g, ...) end end local function h() return pcall(pcall, pcall, pcall, h) end for i = 1, 100 do h() f(h) end`, want: well},
	"2,000,000 pcalls":      {source: `local n = 0 local function f() n = n + 1 if n < 2e6 then local ok = pcall(f) end end while n < 2e6 do f() end`, want: any},
	"2,000,000 deep":        {source: `local function f(n) if n > 0 then return select(2, pcall(f, n - 1)) end return "deep" end assert(f(2e6) ~= "deep") local function g(...) return pcall(pcall, ...) end assert(g(g, g, g, g))`, want: well},
	"recursion by resume":   {source: `local function f() coroutine.wrap(f)() end f()`, want: fails},
	"recursion by resume 2": {source: `local function f() return coroutine.resume(coroutine.create(f)) end for i = 1, 100 do f() end`, want: well},
	"recursion by tostring": {source: `local t = setmetatable({}, {}) getmetatable(t).__tostring = function(t) return tostring(t) end tostring(t)`, want: fails},
	"tostring of itself":    {source: `local t = setmetatable({}, {__tostring = tostring}) tostring(t)`, want: fails},
	"index by itself":       {source: `local t = {} setmetatable(t, {__index = t}) setmetatable(t, {__index = setmetatable({}, {__index = t})}) return t.x`, want: fails},
	"metamethod is pcall":   {source: `local t = setmetatable({}, {}) getmetatable(t).__index = pcall for i = 1, 1e4 do local x = t[pcall] end`, want: well},
	"recursion by load":     {source: `local function f() return load(f) end f()`, want: fails},
	"recursion by dofile":   {source: `local function f() return require("x") end package.preload.x = f package.loaded.x = nil f()`, want: fails},
	"recursion by pairs":    {source: `local t = setmetatable({}, {}) getmetatable(t).__pairs = function(t) return pairs(t) end pairs(t)`, want: fails},
	"recursion by xpcall":   {source: `local function f() return xpcall(f, f) end for i = 1, 50 do f() end`, want: well},
	"handler recursion":     {source: `local function h(e) return h(e) .. "x" end for i = 1, 50 do xpcall(error, h) end`, want: well},

	// source
	"nots":          {source: `loadstring("return " .. ("not "):rep(1e6) .. "1") loadstring("return " .. ("not "):rep(15000) .. "1")`, want: well},
	"braces":        {source: `loadstring("return " .. ("{"):rep(1e6)) loadstring("return " .. ("{"):rep(60000)) loadstring("return " .. ("{"):rep(20000) .. ("}"):rep(20000))`, want: well},
	"calls":         {source: `loadstring(("f("):rep(1e6)) loadstring("f" .. ("()"):rep(1e6)) loadstring("f" .. ("()"):rep(30000)) loadstring("f" .. ("()"):rep(1900))`, want: well},
	"sums":          {source: `loadstring("a=1" .. ("+b"):rep(1e5)) loadstring("a=1" .. ("+b"):rep(32000)) loadstring("a=1" .. ("+b"):rep(1900))`, want: well},
	"powers":        {source: `loadstring("a=1" .. ("^b"):rep(1e5)) loadstring("a=1" .. ("^b"):rep(32000)) loadstring("a=1" .. ("..b"):rep(20000))`, want: well},
	"blocks":        {source: `loadstring(("do "):rep(20000) .. ("end "):rep(10000)) loadstring(("do "):rep(9000) .. ("end "):rep(9000))`, want: well},
	"elseifs":       {source: `loadstring("if a then " .. ("elseif a then "):rep(4000) .. "end") loadstring("if a then " .. ("elseif a then "):rep(1900) .. "end")`, want: well},
	"functions":     {source: `loadstring(("function f() "):rep(4000) .. ("end "):rep(4000)) loadstring(("f(function() "):rep(190) .. ("end) "):rep(190))`, want: well},
	"names":         {source: `local t = {} for i = 1, 9000 do t[i] = "a" .. i .. "=1" end loadstring(table.concat(t, " "))`, want: well},
	"constants":     {source: `local t = {} for i = 1, 12000 do t[i] = i end loadstring("return {" .. table.concat(t, ",") .. "}")`, want: well},
	"long names":    {source: `loadstring(("x"):rep(60000) .. "=1") loadstring("x='" .. ("\\n"):rep(30000) .. "'")`, want: well},
	"locals":        {source: `loadstring(("do local a end "):rep(4000)) loadstring("local a" .. (",a"):rep(30000)) loadstring(("local a "):rep(8000))`, want: well},
	"gotos":         {source: `loadstring(("goto a "):rep(9000) .. "::a::") loadstring(("::a%d:: "):rep(5000))`, want: well},
	"many closures": {source: "return " + strings.Repeat("function() return ", 90) + "1" + strings.Repeat(" end", 90), want: well},
	"operands":      {source: "local a = 1 return a" + many(" .. %d", 5000), want: well},

	// ways out
	"os.exit":      {source: `os.exit(0) os.exit(1) os.exit(true, true)`, want: well},
	"channel":      {source: `assert(channel == nil)`, want: well},
	"random":       {source: `assert(not pcall(math.random, 0)) assert(not pcall(math.random, 2, 1)) math.randomseed(0 / 0) math.random(1e300) math.random(-1e300, 1e300)`, want: well},
	"fake context": {source: `pcall(error, "context deadline exceeded") pcall(error, "lua callstack overflow") pcall(error, "runtime error: x") coroutine.resume(coroutine.create(function() error("runtime error: x") end))`, want: well},
	"debug":        {source: `assert(not pcall(debug.setmetatable, io.stdout, {})) debug.setmetatable("", {}) assert(not pcall(function() return ("x"):rep(2) end)) assert(debug.getregistry == nil) debug.setmetatable(print, {__index = {x = 1}}) assert(print.x == 1)`, want: well},
	"odd values":   {source: `for _, f in ipairs{string.rep, string.sub, string.byte, string.char, string.format, string.find, string.gsub, table.concat, table.remove, unpack, select, math.random, math.ldexp, os.date, os.time, tonumber, utf8.char, utf8.offset, bit32.lshift, bit32.extract, coroutine.resume, setfenv, debug.getinfo, debug.traceback, next, rawset} do for _, a in ipairs{0/0, math.huge, -math.huge, 2^53, -2^63, "x", "%", {}, print, true, coroutine.create(print), io.stdout} do pcall(f, a) pcall(f, a, a) pcall(f, "x", a) pcall(f, {}, a) pcall(f, "x", a, a) pcall(f, {}, a, a) pcall(f, a, 1, a) end end`, want: well},
}
