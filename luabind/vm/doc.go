// Package vm is the Lua machine that scripts run on: scripts written for PUC Lua 5.1 (and what of 5.2 and 5.3 fits into it) run unchanged on
// gopher-lua, each in a state of its own, with the rights that it was given and no others, and kept to its limits. It knows nothing of telephony.
//
// A source becomes a Chunk by Compile; chunks are shared by all states. New makes a State; a State belongs to one goroutine. Options are its
// rights, Limits its limits; a Watch is shared by the states of a process. What a host adds to the language is an Environment of functions made by
// Function, which all states share: a state only holds what its script has touched. A host function that waits says so with Waiting and Resumed
// and watches Context.
//
// How the machine, which is used as it is, is made to behave is told where it is done: rewriter (what it compiles wrongly), thread (what it does
// wrongly with errors, and how its stack is kept in bounds), guard (how a script is stopped), walk (how much memory it holds), message (what its errors
// say).
package vm
