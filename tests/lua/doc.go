// Package lua holds what proves luabind/vm from outside: scripts that try to hurt the process or each other, and expressions with the
// results that PUC Lua gives them.
package lua
