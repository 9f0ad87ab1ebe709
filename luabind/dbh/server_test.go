//go:build linux

package dbh

import (
	"os"
	"testing"

	"eslua/internal/dbserver"
)

var servers dbserver.Set

func TestMain(m *testing.M) {
	code := m.Run()
	servers.Close()
	os.Exit(code)
}
