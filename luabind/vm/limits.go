package vm

import (
	"errors"
	"time"
)

// What a script is ended for. The error that Run and Call give wraps one of these and names the limit's value and the place in
// the script.
var (
	ErrInstructions = errors.New("too many instructions")
	ErrTime         = errors.New("too much CPU time")
	ErrMemory       = errors.New("too much memory")
	ErrWall         = errors.New("too much time in all")
)

// Limits bound one script; a zero field stands for the default.
//
// Instructions, CPU, Total, Wall and Memory end the script: no pcall, coroutine or metamethod can catch that. The others refuse the one
// operation that would pass them with an error that the script may catch, as PUC Lua does with its own ("stack overflow", "C stack
// overflow", "string length overflow"): what was refused has cost nothing.
type Limits struct {
	// Instructions is how many instructions a script may carry out between two waits; 200 million. Work inside of a library function counts,
	// too: about one for each step of a pattern match and for each 64 bytes copied.
	Instructions int64
	// CPU is how long a script may compute between two waits, in steps of 5 ms; 5 s. Time counts only while instructions
	// advance, so that a script beside a greedy one is not ended for the other's doings.
	CPU time.Duration
	// Total is how many instructions a script may carry out in all; 0: no limit, since a good script may run for hours.
	Total int64
	// Wall is how long a script may run in all, waits included; 0: no limit.
	Wall time.Duration
	// Memory is how many bytes a script may hold; 16 MiB.
	Memory int64
	// String is how long one string may be, in bytes; 4 MiB.
	String int
	// Depth is how many Lua calls may be nested, over all threads; 20,000, as in PUC Lua 5.1.
	Depth int
	// Boundaries is how many calls from Go into Lua may be nested: pcall, resume, sort and gsub callbacks, metamethods; 200, as in PUC Lua.
	Boundaries int
	// Coroutines is how many coroutines may be nested, one resumed by the other; 100.
	Coroutines int
	// Source is how long a text may be that load, loadstring compile, in bytes; 64 KiB.
	Source int
}

// WithDefaults gives fields that are zero their defaults.
func (l Limits) WithDefaults() Limits {
	def := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	if l.Instructions <= 0 {
		l.Instructions = 200_000_000
	}
	if l.CPU <= 0 {
		l.CPU = 5 * time.Second
	}
	if l.Memory <= 0 {
		l.Memory = 16 << 20
	}
	def(&l.String, 4<<20)
	def(&l.Depth, 20_000)
	def(&l.Boundaries, 200)
	def(&l.Coroutines, 100)
	def(&l.Source, 64<<10)
	return l
}
