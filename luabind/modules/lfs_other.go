//go:build !linux

package modules

import (
	"os"

	lua "github.com/yuin/gopher-lua"
)

// describeSystem has nothing to add: what stat gives beyond os.FileInfo has another form on each system.
func describeSystem(os.FileInfo, map[string]lua.LValue) {}
