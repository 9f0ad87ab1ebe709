package vm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/parse"
)

// fuzzLimits keep small what a fuzz target runs: an input takes milliseconds and a few megabytes.
var fuzzLimits = Limits{Instructions: 100_000, Memory: 4 << 20, String: 256 << 10, Source: 16 << 10, Depth: 1000}

// hurry has the process die when an input takes long: the fuzzer by itself would wait for ever.
func hurry() (done func() bool) {
	return time.AfterFunc(10*time.Second, func() { panic("it hangs") }).Stop // real time: what is measured is Go's own work
}

// ended is how a script ended: the text of its error, "" without one. ok is false when a limit ended it; anything else is a fault of ours.
func ended(t *testing.T, err error) (text string, ok bool) {
	t.Helper()
	var e *Error
	var p *PanicError
	switch {
	case err == nil:
		return "", true
	case errors.As(err, &p):
		t.Fatalf("%v\n%s", err, p.Stack)
	case errors.As(err, &e):
		return e.Error(), true
	case errors.Is(err, ErrInstructions), errors.Is(err, ErrTime), errors.Is(err, ErrMemory):
		return "", false
	}
	t.Fatalf("it ended with %v", err)
	return "", false
}

// bench calls functions of the libraries, as a script does.
type bench struct {
	*testing.T
	s    *State
	over bool // a limit has ended it
}

func newBench(t *testing.T, opts Options) *bench {
	opts.Limits = fuzzLimits
	b := &bench{T: t, s: New(opts)}
	t.Cleanup(b.s.Close)
	return b
}

// call calls a function by its name, as string.find, and gives its results, or the text of its error.
func (b *bench) call(name string, args ...any) (results []any, failed string) {
	b.Helper()
	if b.over {
		return nil, ""
	}
	library, function, _ := strings.Cut(name, ".")
	given := make([]lua.LValue, len(args))
	for i, a := range args {
		switch a := a.(type) {
		case string:
			given[i] = lua.LString(a)
		case int:
			given[i] = lua.LNumber(a)
		case float64:
			given[i] = lua.LNumber(a)
		default:
			given[i] = a.(lua.LValue)
		}
	}
	values, err := b.s.Results(b.s.L, b.s.L.GetField(b.s.Global(library), function), given...)
	failed, whole := ended(b.T, err)
	b.over = !whole
	for _, v := range values {
		switch v := v.(type) {
		case lua.LString:
			results = append(results, string(v))
		case lua.LNumber:
			results = append(results, float64(v))
		case *lua.LNilType:
			results = append(results, nil)
		default:
			results = append(results, v)
		}
	}
	return results, failed
}

// scriptSeeds gives scripts to f: the lines of expressions that tests/lua compares with PUC Lua, and short ones that were run on a real switch.
func scriptSeeds(f *testing.F) {
	lines, err := os.ReadFile("../../tests/lua/expressions.txt")
	if err != nil {
		f.Fatal(err)
	}
	for i, line := range strings.Split(string(lines), "\n") {
		line = strings.TrimPrefix(line, "2| ")
		if _, err := Compile("x", line); err != nil {
			line = "print(" + line + ")"
		}
		if i%3 == 0 { // what they are made of is in a third of them, too
			f.Add(line)
		}
	}
	scripts, err := filepath.Glob("../../tests/testdata/modlua/scripts/*.lua")
	if err != nil || len(scripts) == 0 {
		f.Fatal("no scripts", err)
	}
	for _, path := range scripts {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		if len(text) < 1000 {
			f.Add(string(text))
		}
	}
}

// FuzzCompile: what gopher-lua compiles, once escapes are translated, is compiled unless a limit of ours forbids it, and nothing else; what was compiled
// runs without a panic in Go, and does the same when its lines are counted. Translated, a source has the lines that it had.
func FuzzCompile(f *testing.F) {
	scriptSeeds(f)
	for _, text := range []string{
		"#!/usr/bin/lua\nprint(1)", "\x1bLua", "", "--[==[\n]==] print[=[\nx]=]", "local a <const> = 1", "x = 'a\r", "\"\\z\n", "do goto a end", "::a:: ::a::", "return 'a\\z\n  b\\\n\\x41', '\\u{20AC}'", "--[=x\nreturn [==[\\x41]==]", "return 'a\\\nb\\065\\x41\\z  c'",
		"do local x = 1 goto e end ::e:: for i = '1', '3' do print(i .. i .. i) end", "a, b, c = b, a, c() a.b.c, d = d, a.b.c",
		"while true do local f = function() return f end if f() then break end end", "return 0x.8p1, 1e5, .5, 5., 010, 0x10, 3..2",
		"local function f(...) local t = {..., n = select('#', ...), [1] = 2; ...} return t end print(f(1, nil, 3).n, (f(1)))",
		"local t = setmetatable({}, {__index = function(t, k) return k .. '!' end, __concat = function(a, b) return 'c' end}) print(t.x .. t, t .. 1 .. 2)",
		"repeat local x = 1 local g = function() x = x + 1 return x end goto c ::c:: until g() > 1", "for k, v in pairs({1, 2, x = 3}) do print(k, v) end",
		"print(pcall(error, {code = 1}), pcall(function() local x = nil; x.y = 1 end)) local co = coroutine.wrap(function(a) return coroutine.yield(a) end) print(co(1), co(2))",
	} {
		f.Add(text)
	}
	watch := NewWatch()
	f.Cleanup(watch.Close)
	f.Fuzz(func(t *testing.T, source string) {
		if len(source) > 4<<10 {
			return // the compilers take time with the square of it
		}
		defer hurry()()
		lines := lineEnds.Replace(source)
		if got := Source(lines); strings.Count(got, "\n") != strings.Count(lines, "\n") {
			t.Errorf("it becomes %q, with other lines", got)
		} else if crlf := Source(strings.ReplaceAll(lines, "\n", "\r\n")); strings.ReplaceAll(crlf, "\r\n", "\n") != got {
			t.Errorf("it becomes %q, with other line ends %q", got, crlf)
		}
		c, err := Compile("x", source)
		if err != nil {
			refused(t, source, err)
			return
		}
		if err := plainCompiles(source); err != nil {
			t.Fatalf("gopher-lua does not compile it: %v", err)
		}
		type outcome struct {
			printed []string
			err     string
			whole   bool
		}
		var outcomes []outcome
		for _, coverage := range []*Coverage{nil, NewCoverage()} {
			var o outcome
			size := 0
			s := New(Options{
				Limits: fuzzLimits, Watch: watch, Coverage: coverage, Seed: 1, Now: func() time.Time { return time.Unix(1e9, 0) },
				Print: func(line string) {
					if size += len(line); size < 64<<10 {
						o.printed = append(o.printed, line)
					}
				},
				Sleep: func(context.Context, time.Duration) error { return nil },
			})
			o.err, o.whole = ended(t, s.Run(t.Context(), c))
			s.Close()
			outcomes = append(outcomes, o)
		}
		a, b := outcomes[0], outcomes[1]
		if a.whole && b.whole && !(slices.Equal(a.printed, b.printed) && a.err == b.err) && !strings.Contains(fmt.Sprint(a), "0x") { // an address
			t.Errorf("prints %q, %s\nwith coverage %q, %s", a.printed, a.err, b.printed, b.err)
		}
	})
}

// ours are the errors of Compile for what gopher-lua compiles.
var ours = []string{"chunk has too many syntax levels", "table constructor with more than", "malformed number near", "precompiled chunks", "different names and constants", "has more than 200 local variables", "has more than 255 upvalues"}

func refused(t *testing.T, source string, err error) {
	t.Helper()
	var e *SyntaxError
	lines := 1 + strings.Count(lineEnds.Replace(source), "\n")
	if !errors.As(err, &e) || e.Name != "x" || e.Line < 0 || e.Line > lines || e.Text == "" {
		t.Fatalf("no error of a source with %d lines: %#v", lines, err)
	}
	if plainCompiles(source) == nil && !slices.ContainsFunc(ours, func(text string) bool { return strings.Contains(e.Text, text) }) {
		t.Fatalf("gopher-lua compiles it: %v", err)
	}
}

// plainCompiles asks gopher-lua alone.
func plainCompiles(source string) error {
	block, err := parse.Parse(strings.NewReader(Source(source)), "x")
	if err == nil {
		_, err = lua.Compile(block, "x")
	}
	return err
}
