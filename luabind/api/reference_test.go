package api

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/lua-api.md and docs/native-api.md anew")

func pages() map[string]string {
	return map[string]string{
		"../../docs/lua-api.md": Reference("mod_lua's API",
			"What scripts written for mod_lua find in eslua. Where it cannot be the same off the switch, "+
				"[compatibility.md](compatibility.md) says so. A wrong number of arguments, or an argument of the wrong type, raises an error "+
				"with mod_lua's text.\n", ModLua()...),
		"../../docs/native-api.md": Reference("The native methods",
			"New scripts get honest results from these.\n", &Native, &Job, &Vars, &EventObject),
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
	for _, c := range append(ModLua(), &Native, &EventObject) {
		seen := make(map[string]bool)
		for _, m := range c.Methods {
			switch {
			case seen[m.Name]:
				t.Errorf("%s.%s is there twice", c.Name, m.Name)
			case m.Doc == "" || !strings.HasSuffix(m.Doc, "."):
				t.Errorf("%s.%s: no sentence says what it does", c.Name, m.Name)
			case !strings.Contains(m.Example, m.Name):
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
		}
	}
}
