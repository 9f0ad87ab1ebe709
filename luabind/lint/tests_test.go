package lint

import (
	"os"
	"regexp"
	"testing"
)

func TestFindingsInTests(t *testing.T) {
	around := func(body string) string { return `it("x", function() ` + body + ` end)` }
	for source, want := range map[string][]string{
		around(`local call = place { script = "a.lua" } call:hears("x.wav", 5) call:waits() assert.equal("x", call.cause)`): {
			`a_test.lua:1:88: unknown-method: eslua.Call has no method "waits"; did you mean "wait"?`},
		around(`place { script = "a.lua" }:press()`):                {`a_test.lua:1:47: argument-count: press takes 1 argument, not 0: call:press(keys)`},
		around(`local call = place({}) call.wait()`):                {`a_test.lua:1:48: method-call: wait is a method`},
		`describe("x", function() before_aech(function() end) end)`: {`a_test.lua:1:26: undefined-global: nothing sets the global variable "before_aech"; did you mean "before_each"?`},
		`describe(function() it("y") end)`:                          {`a_test.lua:1:1: argument-count: describe takes 2 arguments, not 1: describe(name, block)`, `a_test.lua:1:21: argument-count`},
		around(`env("A") env("A", "b") date {} place "x"`):          {`a_test.lua:1:20: argument-count`, `a_test.lua:1:43: argument-type`, `a_test.lua:1:57: argument-type: call of place takes a table, not "x"`},
		around(`local s = spy.on(math, "abs") assert.spy(s).was.called_with(1) local _, m = stub(os, "time").returns(5), mock({}) match._.x() assert(m)`): nil,
		around(`assert.are_not.equal(1, 2, "message") assert.is_nil(nil) assert.has_no.errors(function() end) pending() finally(function() end)`):         nil,
		`local call before_each(function() call = place {} end) ` + around(`call:heards()`):                                                               {`a_test.lua:1:80: unknown-method`},
		`describe("x", function() run = function(a, b) return a, b end run(1, 2, 3) end)`:                                                                 nil,
		`place { script = "a.lua" }`: {`a_test.lua:1:1: undefined-global`}, // it has no tests
	} {
		expect(t, source, found(t, Options{}, File{Path: "a_test.lua", Text: source}), want)
	}
	expect(t, "the files of other runners", found(t, Options{}, File{Path: "a_spec.lua", Text: `describe("x", function() randomize() end)`}), nil)
	expect(t, "a module of tests", found(t, Options{}, File{Path: "t/calls.lua", Text: `return { call = function() return place { script = "x" } end, gone = plase }`},
		File{Path: "a_test.lua", Text: `local calls = require "t.calls" it("x", function() calls.call():anything() end)`}), []string{
		`t/calls.lua:1:70: undefined-global: nothing sets the global variable "plase"; did you mean "place"?`})
	expect(t, "a script beside", found(t, Options{}, File{Path: "a.lua", Text: `http.get("x")`}, File{Path: "a_test.lua", Text: `it("x", function() place {} end)`}), []string{
		`a.lua:1:1: undefined-global: nothing sets the global variable "http"`})
}

// TestTheExamplesOfTestsAreGood: the check has nothing to say of the scripts and their tests in docs/testing.md.
func TestTheExamplesOfTestsAreGood(t *testing.T) {
	text, err := os.ReadFile("../../docs/testing.md")
	if err != nil {
		t.Fatal(err)
	}
	var files []File
	for _, m := range regexp.MustCompile("(?s)```lua\n-- (\\S+)\n(.*?)```").FindAllSubmatch(text, -1) {
		files = append(files, File{Path: string(m[1]), Text: string(m[2])})
	}
	if len(files) < 5 {
		t.Fatalf("%d examples", len(files))
	}
	expect(t, "docs/testing.md", found(t, Options{}, files...), nil)
}
