package api_test

import (
	"regexp"
	"strings"
	"testing"

	"eslua/luabind/api"
	"eslua/luabind/vm"
)

var (
	declared  = regexp.MustCompile(`(?m)^---@class (\S+)$`)
	parameter = regexp.MustCompile(`^---@param (\S+) (\S+)`)
	typed     = regexp.MustCompile(`(?m)^---@(?:param \S+|field \S+|return|type) (\S+)`)
	function  = regexp.MustCompile(`^function ([\w.:]+)\((.*)\) end$`)
)

func TestAnnotationsAreLua(t *testing.T) {
	files := api.Annotations()
	if len(files) < 3 {
		t.Fatalf("only %d files", len(files))
	}
	known := map[string]bool{"string": true, "number": true, "integer": true, "boolean": true, "function": true, "table": true, "any": true, "userdata": true}
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
	var all strings.Builder
	for _, text := range api.Annotations() {
		all.WriteString(text)
	}
	text := all.String()
	has := func(what string) {
		if !strings.Contains(text, what) {
			t.Errorf("%q is missing", what)
		}
	}
	classes := make(map[*api.Class]bool)
	for _, o := range api.Objects() {
		has("---@class " + o.Name + "\n")
		_, name, _ := strings.Cut(o.Name, ".")
		for _, c := range o.Classes {
			classes[c] = true
			for _, m := range c.Methods {
				has("function " + name + ":" + m.Name + "(")
			}
			for _, a := range c.Attributes {
				has("---@field " + a + " any\n")
			}
		}
	}
	for _, c := range api.ModLua() {
		switch {
		case c.Table:
			for _, m := range c.Methods {
				for _, name := range append([]string{m.Name}, m.Aliases...) {
					has("function freeswitch." + name + "(")
				}
			}
		case !classes[c]:
			t.Errorf("no object is of the class %s", c.Name)
		}
	}
	for _, g := range api.Globals() {
		has("\n" + g.Name + " = ")
	}
	for _, m := range api.Modules() {
		has(api.Meta + " " + m.Name + "\n")
		for _, v := range m.Values {
			has("---@field " + v.Name + " ")
		}
	}
}
