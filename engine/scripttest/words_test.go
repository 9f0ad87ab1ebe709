package scripttest_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"eslua/engine/scripttest"
	"eslua/luabind/api"
	"eslua/luabind/vm"
)

// TestTheRowsAreThoseOfTheWords holds the rows of luabind/api, of which eslua types and eslua check know the words, to what test files really find.
func TestTheRowsAreThoseOfTheWords(t *testing.T) {
	root := files(t, map[string]string{
		"a.lua": "session:answer()",
		"a_test.lua": `
			local function list(what, t)
				for name, v in pairs(t) do print(what .. " " .. tostring(name) .. " " .. type(v)) end
			end
			it("lists", function()
				list("word", _G)
				list("spies", spy)
				list("stubs", stub)
				list("mocks", mock)
				local s = spy.new(function() end)
				list("spy", s)
				list("spy", getmetatable(s).__index)
				for _, t in ipairs { "spies", "stubs", "mocks", "match", "assert" } do
					local v = ({ spies = spy, stubs = stub, mocks = mock, match = match, assert = assert })[t]
					if (getmetatable(v) or {}).__call then print(t .. " can be called") end
				end
				local call = place { script = "a.lua" }
				local _, why = pcall(function() return call.nothing end)
				for name in why:match("it has (.*)"):gmatch("[%w_]+") do
					print("call " .. name .. " " .. (type(call[name]) == "function" and "function" or "field"))
				end
				call:wait()
			end)`,
	})
	report := run(t, scripttest.Options{Scripts: root})
	if report.Results[0].Status != scripttest.Passed {
		t.Fatalf("%+v", report.Results[0].Failure)
	}
	has := make(map[string]map[string]bool)
	for _, line := range report.Results[0].Output {
		of, what, _ := strings.Cut(line, " ")
		if has[of] == nil {
			has[of] = make(map[string]bool)
		}
		has[of][what] = true
	}
	for name := range language(t) {
		delete(has["word"], name+" function")
		delete(has["word"], name+" table")
		delete(has["word"], name+" string")
	}
	delete(has["word"], "__revert function") // it is the runner's own
	equal := func(what string, got map[string]bool, want ...string) {
		t.Helper()
		slices.Sort(want)
		if names := slices.Sorted(maps.Keys(got)); !slices.Equal(names, want) {
			t.Errorf("%s: there are %q, the rows say %q", what, names, want)
		}
	}

	words := functions(api.TestWords())
	for _, f := range api.TestWords().Fields {
		if f.Name != "assert" { // it is one of the language, too
			words = append(words, f.Name+" table")
		}
	}
	equal("words", has["word"], words...)
	for _, o := range api.TestObjects() {
		of, rows := strings.TrimPrefix(string(o.Type), "test "), functions(o)
		if o.Call != nil {
			rows = append(rows, "can be called")
		}
		for _, f := range o.Fields {
			if of == "call" {
				rows = append(rows, f.Name+" field")
			}
		}
		switch of {
		case "call", "spies", "stubs", "mocks":
			equal(of, has[of], rows...)
		case "assert", "match": // they make their functions when they are asked for
			equal(of, has[of], slices.DeleteFunc(rows, func(row string) bool { return strings.HasSuffix(row, " function") })...)
		case "spy":
			for _, f := range o.Fields {
				rows = append(rows, f.Name+" "+string(f.Type))
			}
			for _, row := range rows {
				if !has[of][row] {
					t.Errorf("a spy has no %s, only %q", row, slices.Sorted(maps.Keys(has[of])))
				}
			}
		default:
			t.Errorf("nobody knows what %s really has", o.Name)
		}
	}
}

func functions(o *api.Object) []string {
	var out []string
	for _, c := range o.Classes {
		for _, m := range c.Methods {
			for _, name := range append([]string{m.Name}, m.Aliases...) {
				out = append(out, name+" function")
			}
		}
	}
	return out
}

// language are the globals of Lua itself.
func language(t *testing.T) map[string]bool {
	t.Helper()
	chunk, err := vm.Compile("names", "for name in pairs(_G) do add(name) end")
	if err != nil {
		t.Fatal(err)
	}
	names := make(map[string]bool)
	s := vm.New(vm.Options{})
	defer s.Close()
	s.SetGlobal("add", vm.Function(func(l *lua.LState) int {
		names[l.ToString(1)] = true
		return 0
	}))
	if err := s.Run(context.Background(), chunk); err != nil {
		t.Fatal(err)
	}
	return names
}

// TestTheAssertionsOfTheRowsAreThere: each is one that test files can call.
func TestTheAssertionsOfTheRowsAreThere(t *testing.T) {
	var body strings.Builder
	for _, o := range api.TestObjects() {
		if o.Type == "test assert" {
			for _, m := range o.Classes[0].Methods {
				body.WriteString("try(\"" + m.Name + "\")\n")
			}
		}
	}
	root := files(t, map[string]string{"a_test.lua": `
		local function try(name)
			local _, why = pcall(assert[name])
			if tostring(why):find("there is no assertion", 1, true) then print(name) end
		end
		it("tries", function()
			try "nothing_of_the_kind"
			` + body.String() + `
		end)`})
	result := run(t, scripttest.Options{Scripts: root}).Results[0]
	if got := strings.Join(result.Output, " "); got != "nothing_of_the_kind" || body.Len() == 0 {
		t.Errorf("there are no assertions %s: %+v", got, result.Failure)
	}
}
