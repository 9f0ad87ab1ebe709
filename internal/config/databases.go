package config

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Databases say what scripts may open with freeswitch.Dbh.
type Databases struct {
	Root         string            // absolute; "": none
	Names        map[string]string // with passwords
	Network      []netip.Prefix
	MaxOpen      int
	MaxIdle      int
	IdleTime     time.Duration
	OpenTimeout  time.Duration
	QueryTimeout time.Duration
	MaxResult    int // bytes
}

// kinds are the kinds of databases, as they stand in front of ://.
var kinds = []string{"sqlite", "pgsql", "postgres", "postgresql", "mariadb", "maria", "mysql"}

// databaseNames reads the mapping of names to databases. No error shows what a name leads to, as it may hold a password.
func (f *file) databaseNames(n *yaml.Node) (map[string]string, error) {
	names := make(map[string]string)
	err := f.fields(n, "databases.names", func(name string, k, v *yaml.Node) error {
		if name == "" || strings.ContainsAny(name, ":/") {
			return errors.New(f.at(k, "databases.names") + ": a name is not empty and has no colon and no slash")
		}
		key := "databases.names: " + name
		if v.Kind != yaml.ScalarNode {
			return errors.New(f.at(v, key) + ": not a single value")
		}
		kind, _, ok := strings.Cut(v.Value, "://")
		if !ok || !slices.Contains(kinds, strings.ToLower(kind)) {
			return errors.New(f.at(v, key) + ": is no database, as sqlite://..., pgsql://... or mariadb://...")
		}
		names[name] = v.Value
		return nil
	})
	return names, err
}
