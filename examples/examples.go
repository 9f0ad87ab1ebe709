// Package examples are call scripts to start from. The binary carries them for eslua demo.
package examples

import "embed"

// Scripts are the example scripts, below the name of their directory.
//
//go:embed ivr/*.lua native/*.lua
var Scripts embed.FS
