package api

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the references in docs anew")

func pages() map[string]string {
	return map[string]string{
		"../../docs/lua-api.md": Reference("mod_lua's API",
			"What scripts written for mod_lua find in eslua. Where it cannot be the same off the switch, "+
				"[compatibility.md](compatibility.md) says so. A wrong number of arguments, or an argument of the wrong type, raises an error "+
				"with mod_lua's text.\n", ModLua()...),
		"../../docs/native-api.md": Reference("The native methods",
			"New scripts get honest results from these.\n", &Native, &Job, &Vars, &EventObject, &NativeModule, &Switch),
		"../../docs/esl-module.md": Reference("The module ESL",
			"Scripts that were written for the Lua module of the Event Socket Library (`require \"ESL\"`) find it in eslua, for connections to the "+
				"event socket of a switch and for the connection of their own call. It behaves as the library does: results that make no "+
				"sense are those of the library. A wrong number of arguments, or an argument of the wrong type, raises an error with its text.\n\n"+
				"What differs: `sendRecv` never gives the reply to another command, as that to an earlier `send`; `sendEvent` gives the reply; a "+
				"connection must be allowed (`esl_allow`) and is made within ten seconds or not at all; an object that is garbage keeps its "+
				"connection until `disconnect` or the end of the script; what would break the connection is refused with -ERR and a line in the "+
				"log. On the connection of the call `exit`, `nolinger`, `noevents`, `filter delete` and the like "+
				"concern only what the script receives, never what eslua itself needs, and `getvar` gives the first line of a value.\n", ESL()...),
	}
}

func TestTheReferencesAreCurrent(t *testing.T) {
	for path, want := range pages() {
		if *update {
			if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s is not what the rows say (%v); write it with: go test ./luabind/api -update", path, err)
		}
	}
}

func TestEveryRowIsComplete(t *testing.T) {
	classes := append(append(ModLua(), &Native, &Job, &EventObject, &NativeModule, &Switch), ESL()...)
	for _, m := range Modules() {
		for _, o := range append(m.Objects, m.Table) {
			classes = append(classes, o.Classes...)
		}
	}
	for _, o := range append(TestObjects(), TestWords()) {
		classes = append(classes, o.Classes...)
	}
	for _, c := range classes {
		seen := make(map[string]bool)
		for _, m := range c.Methods {
			switch {
			case seen[m.Name]:
				t.Errorf("%s.%s is there twice", c.Name, m.Name)
			case m.Doc == "" || !strings.HasSuffix(m.Doc, "."):
				t.Errorf("%s.%s: no sentence says what it does", c.Name, m.Name)
			case !strings.Contains(m.Example, m.Name) && !c.Loose: // docs/modules.md has examples of those
				t.Errorf("%s.%s: the example does not use it", c.Name, m.Name)
			case (m.Overloads == nil) != (m.Overloaded == ""):
				t.Errorf("%s.%s: overloads without name", c.Name, m.Name)
			}
			seen[m.Name] = true
			optional := false
			for _, p := range m.Params {
				if optional && !p.Optional {
					t.Errorf("%s.%s: %s behind one that may be left out", c.Name, m.Name, p.Name)
				}
				optional = p.Optional
			}
			for _, r := range m.Results {
				if r.Doc == "" {
					t.Errorf("%s.%s: a result is not described", c.Name, m.Name)
				}
			}
		}
	}
}
