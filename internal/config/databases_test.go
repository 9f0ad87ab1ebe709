package config

import (
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"testing"
)

func TestDatabases(t *testing.T) {
	path := write(t, `
databases:
  root: scripts
  names:
    astpp: mariadb://Server=db;Uid=a;Pwd=secret
    fusionpbx: &other PGSQL://host=db password='a b'
    freeswitch: *other
  network: [10.0.0.0/8, "::1"]
  max_open: 7
  query_timeout: 3s
`)
	c, err := Load(Source{File: path, Env: env(map[string]string{"ESLUA_DATABASES_MAX_IDLE": "9"})})
	if err != nil {
		t.Fatal(err)
	}
	d := c.Databases
	root, _ := filepath.Abs("scripts")
	want := map[string]string{
		"astpp": "mariadb://Server=db;Uid=a;Pwd=secret", "fusionpbx": "PGSQL://host=db password='a b'", "freeswitch": "PGSQL://host=db password='a b'",
	}
	if d.Root != root || !maps.Equal(d.Names, want) || fmt.Sprint(d.Network, d.MaxOpen, d.MaxIdle, d.QueryTimeout) != "[10.0.0.0/8 ::1/128] 7 9 3s" {
		t.Errorf("%+v", d)
	}
}

func TestErrorsOfDatabasesShowNoPassword(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"a: secret", "eslua.yaml:3: databases.names: a: is no database, as sqlite://..., pgsql://... or mariadb://..."},
		{"a: secret://secret", "eslua.yaml:3: databases.names: a: is no database, as sqlite://..., pgsql://... or mariadb://..."},
		{"a: [secret]", "eslua.yaml:3: databases.names: a: not a single value"},
		{"a:b: sqlite://secret", "eslua.yaml:3: databases.names: a name is not empty and has no colon and no slash"},
		{"a: sqlite://x\n    a: sqlite://secret", `eslua.yaml:4: databases.names: "a" stands here twice`},
		{"pgsql://secret", "eslua.yaml:3: databases.names: not a mapping of keys to values"},
	} {
		_, err := Load(Source{File: write(t, "databases:\n  names:\n    "+c.text)})
		check(t, err, c.want)
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("%v shows the password", err)
		}
	}
}
