// Package floors keeps the architecture: a package imports only what is on lower floors (design.md 1).
package floors

import (
	"os/exec"
	"strings"
	"testing"
)

// floors are those of design.md 1. Examples are data and stand below everything.
var floors = map[string]int{
	"eslua":                   7,
	"eslua/internal/cli":      6,
	"eslua/engine":            4,
	"eslua/luabind":           3,
	"eslua/esl/esltest":       2,
	"eslua/esl/channel":       2,
	"eslua/scripts":           2,
	"eslua/luabind/dbh":       1,
	"eslua/luabind/modules":   2,
	"eslua/luabind/vm":        1,
	"eslua/luabind/api":       1,
	"eslua/esl":               1,
	"eslua/internal/config":   1,
	"eslua/internal/address":  0,
	"eslua/internal/clock":    0,
	"eslua/internal/dbserver": 0,
	"eslua/internal/face":     0,
	"eslua/examples":          0,
	"eslua/engine/admin":      5,
	"eslua/engine/enginetest": 5,
	"eslua/engine/xmlhandler": 5,
	"eslua/engine/luahttp":    5,
	"eslua/engine/scripttest": 5,
	"eslua/luabind/lint":      4,
}

func TestAPackageImportsOnlyLowerFloors(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", "{{.ImportPath}}: {{join .Imports \" \"}}", "eslua/...").CombinedOutput()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, out)
	}
	seen := 0
	for line := range strings.Lines(string(out)) {
		name, imports, _ := strings.Cut(strings.TrimSpace(line), ":")
		if strings.HasPrefix(name, "eslua/tests/") {
			continue // tests look at everything
		}
		floor, ok := floors[name]
		if !ok {
			t.Errorf("package %s has no floor", name)
			continue
		}
		seen++
		for _, i := range strings.Fields(imports) {
			if f, ours := floors[i]; ours && f >= floor {
				t.Errorf("%s on floor %d imports %s on floor %d", name, floor, i, f)
			} else if !ours && strings.HasPrefix(i, "eslua/") {
				t.Errorf("%s imports %s, which has no floor", name, i)
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d packages seen", seen)
	}
}
