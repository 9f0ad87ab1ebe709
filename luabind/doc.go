// Package luabind is what a script sees: mod_lua's session object and freeswitch table, and the native methods beside
// them. It joins package channel, which controls the call, with package vm, which runs the script. Methods are the rows of
// package api: each row here has a function that does what it says, and what checks the arguments comes from the row.
//
// A Script is one run of a script. All of it happens on the goroutine that calls Run: the script itself, its callbacks, its
// hang-up hook. These run from within the method that waits.
package luabind
