package luabind_test

import (
	"strings"
	"testing"

	"eslua/luabind"
)

// TestGlobalVariables is the first part of s27 of the recordings.
func TestGlobalVariables(t *testing.T) {
	run(t, "async full", `
		print(freeswitch.getGlobalVariable("site"), freeswitch.getGlobalVariable("no_such_global"), freeswitch.getGlobalVariable(nil))
		print(select("#", freeswitch.setGlobalVariable("gt_lua", "set from lua")), freeswitch.getGlobalVariable("gt_lua"))
		freeswitch.setGlobalVariable("gt_lua", "")
		print(freeswitch.getGlobalVariable("gt_lua"))
		freeswitch.setGlobalVariable("gt_lua", "x") freeswitch.setGlobalVariable("gt_lua", nil) freeswitch.setGlobalVariable("", "x")
		print(freeswitch.getGlobalVariable("gt_lua"), session:getVariable("site"))
		print(select(2, pcall(freeswitch.getGlobalVariable)))`,
		"north\tnil\tnil\n0\tset from lua\nnil\nnil\tnorth\nError in getGlobalVariable expected 1..1 args, got 0", nil)
}

func TestGlobalVariablesWithoutFullMode(t *testing.T) {
	run(t, "async", `
		freeswitch.setGlobalVariable("gt_lua", "it's ${greeting}")
		session:execute("set", "mine=$${gt_lua}")
		print(freeswitch.getGlobalVariable("gt_lua"))`,
		"API command global_getvar: this needs the socket application with async full, or a connection to the switch (esl.address)\nnil", nil)
}

func TestNothingOfTheSwitchWithoutACall(t *testing.T) {
	lines := alone(t, luabind.Options{}, `
		print(freeswitch.getGlobalVariable("site"), freeswitch.Event("CUSTOM", "a::b"):fire(), freeswitch.EventConsumer("all"):pop(1, 10))
		print(freeswitch.JSON():execute({ command = "status" }), freeswitch.Session():ready())
		freeswitch.bridge(freeswitch.Session(), freeswitch.Session())
		print(select(2, pcall(freeswitch.bridge, freeswitch.Session())))
		print(select(2, pcall(freeswitch.bridge, freeswitch.Session(), nil)))`)
	want := `API command global_getvar: this needs the socket application with async full, or a connection to the switch (esl.address)
fire: this needs the socket application with async full, or a connection to the switch (esl.address)
Cannot bind to all : this needs the socket application with async full, or a connection to the switch (esl.address)
nil	false	nil
API command json: this needs the socket application with async full, or a connection to the switch (esl.address)
nil	false
Channels not ready
Error in bridge expected 2..2 args, got 1
Error in bridge (arg 2), expected 'CoreSession &' got 'nil'`
	if got := strings.Join(lines, "\n"); got != want {
		t.Errorf("printed\n%s\nwant\n%s", got, want)
	}
}
