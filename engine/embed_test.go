package engine_test

import (
	"context"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"eslua/engine"
	"eslua/scripts"
)

// company is a Go value that scripts are given.
type company struct {
	Name string
}

// Greeting is what callers are greeted with.
func (c *company) Greeting(caller string) string { return c.Name + " greets " + caller }

func TestModulesOfTheProgram(t *testing.T) {
	h := newHouse(t, map[string]string{"main.lua": `
		local crm, company = require "crm", require "company"
		print(crm.customer("1001"), company.Name, company:Greeting("Ada"))
		print(pcall(require, "none"))
		print(pcall(crm.broken))
		print("not reached")`}, engine.Options{Modules: []engine.Module{
		engine.FunctionModule("crm", map[string]lua.LGFunction{
			"customer": func(l *lua.LState) int {
				l.Push(lua.LString("customer " + l.CheckString(1)))
				return 1
			},
			"broken": func(l *lua.LState) int { panic("oops") },
		}),
		engine.ValueModule("company", &company{"Acme"}),
	}})
	c := h.call("", "async full main.lua")
	h.finish(c)
	h.says("customer 1001\\tAcme\\tAcme greets Ada", "module 'none' not found", "oops")
	if strings.Contains(h.log.String(), "not reached") || c.Variable("after") != "yes" {
		t.Errorf("a panic does not end the script, or not only that:\n%s", h.log.String())
	}
}

func TestModulesAreChecked(t *testing.T) {
	library, err := scripts.Open(context.Background(), scripts.Options{Root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	m := engine.ValueModule("a", 1)
	if _, err := engine.New(engine.Options{Scripts: library, Modules: []engine.Module{m, m}}); err == nil {
		t.Error("no error for a module that is there twice")
	}
}
