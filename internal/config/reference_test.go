package config

import (
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/configuration.md anew")

func TestTheReferenceIsCurrent(t *testing.T) {
	const path = "../../docs/configuration.md"
	if *update {
		if err := os.WriteFile(path, []byte(Reference()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != Reference() {
		t.Errorf("docs/configuration.md is not what the table says (%v); write it with: go test ./internal/config -update", err)
	}
}

func TestTheExampleIsValid(t *testing.T) {
	berlin := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(berlin, []byte("secret too\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(Source{
		File: write(t, strings.Replace(Example, "/etc/eslua/berlin-password", berlin, 1)),
		Flag: func(name string) ([]string, bool) { // what is not on every machine
			switch name {
			case "scripts", "databases-root":
				return []string{t.TempDir()}, true
			case "esl-password-file", "xml-handler-password-file":
				return []string{write(t, "secret\n")}, true
			}
			return nil, false
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Routes) != 2 || c.Routes[0].Args != "1000 'two words'" || len(c.Routes[1].Variables) != 2 || c.MaxCalls != 2000 || len(c.Hooks) != 1 || c.ESL.Password != "secret" ||
		!reflect.DeepEqual(c.Switches, []Switch{{"berlin", ESL{Address: "10.0.1.5:8021", Password: "secret too"}}}) {
		t.Errorf("%+v", c)
	}
}
