package api_test

import (
	"cmp"
	"regexp"
	"strings"
	"testing"

	"eslua/luabind/api"
	"eslua/luabind/vm"
)

var (
	declared  = regexp.MustCompile(`(?m)^---@class (\S+)$`)
	parameter = regexp.MustCompile(`^---@param (\S+) (\S+)`)
	typed     = regexp.MustCompile(`(?m)^---@(?:param \S+|field \S+|return|type|overload fun\([^)]*\):|overload fun\(\w+:) ([^\s)]+)`)
	function  = regexp.MustCompile(`^function ([\w.:]+)\((.*)\) end$`)
)

func TestAnnotationsAreLua(t *testing.T) {
	files := api.Annotations()
	if len(files) < 3 {
		t.Fatalf("only %d files", len(files))
	}
	known := map[string]bool{"string": true, "number": true, "integer": true, "boolean": true, "function": true, "table": true, "any": true, "userdata": true, "nil": true}
	for _, text := range files {
		for _, m := range declared.FindAllStringSubmatch(text, -1) {
			if known[m[1]] {
				t.Errorf("class %s is there twice", m[1])
			}
			known[m[1]] = true
		}
	}
	for name, text := range files {
		if _, err := vm.Compile(name, text); err != nil {
			t.Error(err)
		}
		if !strings.HasPrefix(text, api.Meta) {
			t.Errorf("%s does not say that it is a description", name)
		}
		for _, m := range typed.FindAllStringSubmatch(text, -1) {
			for typ := range strings.SplitSeq(strings.TrimSuffix(m[1], "?"), "|") {
				if !known[typ] {
					t.Errorf("%s: %s: nothing declares the type %s", name, m[0], typ)
				}
			}
		}
		var params []string
		for line := range strings.SplitSeq(text, "\n") {
			if m := parameter.FindStringSubmatch(line); m != nil {
				params = append(params, strings.TrimSuffix(m[1], "?"))
			} else if m := function.FindStringSubmatch(line); m != nil {
				if got := strings.Join(params, ", "); got != m[2] {
					t.Errorf("%s: the parameters of %s are documented as %q", name, line, got)
				}
				params = nil
			} else if strings.HasPrefix(line, "function") {
				t.Errorf("%s: %s", name, line)
			}
		}
	}
}

func TestAnnotationsHaveEveryRow(t *testing.T) {
	files := api.Annotations()
	has := func(file string, lines ...string) {
		for _, l := range lines {
			if !strings.Contains(files[file], "\n"+l) {
				t.Errorf("%s lacks %q", file, l)
			}
		}
	}
	classes, elsewhere := make(map[*api.Class]bool), make(map[string]bool)
	for _, m := range api.Modules() {
		file := strings.ReplaceAll(m.Name, ".", "/") + ".lua"
		if !strings.HasPrefix(files[file], api.Meta+" "+m.Name+"\n") {
			t.Errorf("%s does not say that it is the module %s", file, m.Name)
		}
		has(file, "return module\n")
		has(file, lines(m.Table, "module")...)
		elsewhere[m.Table.Name] = true
		for _, o := range m.Objects {
			has(file, lines(o, short(o))...)
			elsewhere[o.Name] = true
		}
	}
	words, variables := api.TestWords(), make(map[api.Type]string)
	for _, f := range words.Fields {
		variables[f.Type] = f.Name
	}
	for _, o := range api.TestObjects() {
		has("testing.lua", lines(o, cmp.Or(variables[o.Type], short(o)))...)
		elsewhere[o.Name] = true
	}
	for _, m := range words.Classes[0].Methods {
		for _, name := range append([]string{m.Name}, m.Aliases...) {
			has("testing.lua", "function "+name+"(")
		}
	}
	for _, o := range api.Objects() {
		if !elsewhere[o.Name] {
			has("freeswitch.lua", lines(o, short(o))...)
		}
		for _, c := range o.Classes {
			classes[c] = true
		}
	}
	for _, c := range append(api.ModLua(), api.ESL()...) {
		if !classes[c] {
			t.Errorf("no object is of the class %s", c.Name)
		}
	}
	for _, g := range api.Globals() {
		if g.Name == "freeswitch" {
			has("freeswitch.lua", "freeswitch = {}")
		} else {
			has("globals.lua", g.Name+" = nil")
		}
	}
}

func short(o *api.Object) string { return o.Name[strings.LastIndexByte(o.Name, '.')+1:] }

// lines are those that the annotations of an object have, with the variable that its functions are in.
func lines(o *api.Object, variable string) []string {
	out := []string{"---@class " + o.Name + "\n"}
	for _, f := range o.Fields {
		out = append(out, "---@field "+f.Name+" ")
	}
	join := ":"
	if o.Table() {
		join = "."
	}
	for _, c := range o.Classes {
		for _, a := range c.Attributes {
			out = append(out, "---@field "+a+" any\n")
		}
		for _, m := range c.Methods {
			for _, name := range append([]string{m.Name}, m.Aliases...) {
				out = append(out, "function "+variable+join+name+"(")
			}
		}
	}
	return out
}
