package vm

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

func run(t *testing.T, ctx context.Context, s *State, source string) error {
	t.Helper()
	c, err := Compile("test.lua", source)
	if err != nil {
		t.Fatal(err)
	}
	return s.Run(ctx, c)
}

func TestScriptsPrint(t *testing.T) {
	var lines []string
	s := New(Options{Print: func(line string) { lines = append(lines, line) }})
	defer s.Close()
	if err := run(t, t.Context(), s, `print("a", 1, nil, true) print(("x"):rep(3))`); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(lines, "|"); got != "a\t1\tnil\ttrue|xxx" {
		t.Errorf("%q", got)
	}
}

func TestErrorsNameScriptAndLine(t *testing.T) {
	for source, want := range map[string]string{
		"local x = 1\nerror('boom')":                          "test.lua:2: boom",
		"local t\nlocal function f()\n  return t.x\nend\nf()": "test.lua:3:",
	} {
		s := New(Options{})
		err := run(t, t.Context(), s, source)
		var e *Error
		if !errors.As(err, &e) || !strings.HasPrefix(e.Text, want) || e.Traceback == "" {
			t.Errorf("%q: %v", source, err)
		}
		s.Close()
	}
}

func TestSyntaxErrorsNameScriptAndLine(t *testing.T) {
	for source, line := range map[string]int{
		"do goto a end\n\nx = 1": 1, "::a::\n::a::\n\n": 2, "goto a\nlocal x\n::a:: x = 1\n\n": 3, "f(function()\nreturn ...\nend)\n": 2, "x = = 1": 1, "local a = 1\nif a then": 2, "for i = 1 do end": 1, "return 'x\n": 1, "x = 'a\\\nb\ny = 1": 2, "return 'x": 1,
	} {
		_, err := Compile("test.lua", source)
		var e *SyntaxError
		if !errors.As(err, &e) || e.Name != "test.lua" || e.Line != line {
			t.Errorf("%q: %+v", source, err)
		}
	}
}

func TestAScriptIsStoppedAtAnyInstruction(t *testing.T) {
	reason := errors.New("because")
	for _, source := range []string{
		"while true do end",
		"while true do pcall(function() while true do end end) end",
		"local function f() return f() end f()",
		"repeat local co = coroutine.create(function() while true do end end) coroutine.resume(co) until false",
	} {
		s := New(Options{})
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(20*time.Millisecond, func() { cancel(reason) }) // Lua's own work is measured in real time
		if err := run(t, ctx, s, source); !errors.Is(err, reason) {
			t.Errorf("%s: %v", source, err)
		}
		s.Close()
	}
}

func TestInstructionsAreLimited(t *testing.T) {
	s := New(Options{})
	defer s.Close()
	s.Limit(10_000)
	if err := run(t, t.Context(), s, "for i = 1, 100 do end"); err != nil {
		t.Errorf("far below the limit: %v", err)
	}
	if err := run(t, t.Context(), s, "for i = 1, 1e6 do end"); !errors.Is(err, ErrInstructions) {
		t.Errorf("above the limit: %v", err)
	}
}

func TestNothingReachesOutOfTheState(t *testing.T) {
	s := New(Options{})
	defer s.Close()
	if err := run(t, t.Context(), s, `
		local function denied(f, ...)
			local ok, text, number = f(...)
			assert(ok == nil and type(text) == "string" and type(number) == "number", text)
		end
		denied(io.open, "/etc/passwd")
		denied(io.open, "x", "w")
		denied(os.remove, "/etc/passwd")
		denied(os.rename, "/etc/passwd", "/etc/shadow")
		denied(os.execute, "ls")
		assert(os.getenv("HOME") == nil and io.read() == nil and not os.execute())
		assert(not loadfile("x.lua") and not pcall(dofile, "/etc/passwd") and not pcall(require, "x"))
		assert(channel == nil and string.dump and not pcall(string.dump, print))
		assert(io.popen("ls"):read("a") == "")
		os.exit(1)
	`); err != nil {
		t.Error(err)
	}
}

func TestCommentsThatBeginLikeLongOnes(t *testing.T) {
	for _, source := range []string{"--[=x\nreturn 1", "--[== heading ==]\r\nreturn 1", "--[=", "--[ [", "--[==[\n--[=x ]==] return 1", "return '--[=', [[--[=]]", "return 'a\\\r\n\\x41' --[=x"} {
		if _, err := Compile("test.lua", source); err != nil {
			t.Errorf("%q: %v", source, err)
		}
	}
}

func TestForInAFieldOfACall(t *testing.T) {
	var lines []string
	s := New(Options{Print: func(line string) { lines = append(lines, line) }})
	defer s.Close()
	if err := run(t, t.Context(), s, `
		local function module() return { each = function(n) return function(_, i) if i < n then return i + 1 end end, nil, 0 end } end
		for i in module().each(2) do print(i) end
		for i in module().each(3) do
			if i == 2 then break end
			for k, v in module().each(1) do print(i, k, v) end
		end`); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(lines, "|"); got != "1|2|1\t1\tnil" {
		t.Errorf("%q", got)
	}
}
