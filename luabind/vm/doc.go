// Package vm is the Lua machine that scripts run on: it compiles their source once and runs it in states of their own,
// without rights that were not given to them, and so that a script can be stopped at any moment. It knows nothing of
// telephony.
//
// A State belongs to one goroutine. Chunks are shared by all states.
package vm
