package scripttest

import "time"

// Status is what came of a test.
type Status string

// What can come of a test. Failed: an expectation does not hold; Broken: an error, in the test or its file.
const (
	Passed  Status = "passed"
	Failed  Status = "failed"
	Broken  Status = "error"
	Pending Status = "pending"
)

// Result is one test and what came of it.
type Result struct {
	// File is the path of the test file, as it was found; Line is where the test begins in it, 0 for the file as a whole.
	File string
	Line int
	// Name is the names of the blocks that the test stands in and its own, outermost first.
	Name   []string
	Status Status
	// Failure is why it is neither passed nor pending; nil otherwise.
	Failure *Failure
	// Reason is what a pending test says about itself.
	Reason string
	// Output are the lines that the test has printed.
	Output []string
	// Took is real time, Simulated how long its calls were in virtual time.
	Took, Simulated time.Duration
	// Faults is how many times it was run again with a fault, 0 without Options.Faults.
	Faults int

	commands int // that its scripts sent to the switch
}

// Failure says what is wrong, and where.
type Failure struct {
	// Place is the line of the test, as ivr/main_test.lua:12; "" if there is none.
	Place string
	// Step is the last thing that the test did with a call before, as `3: hears "welcome.wav"`; "" before the first.
	Step string
	Text string
	// Script is where the script was then, as "ivr/main.lua:61, waiting"; "" without a call.
	Script string
	// Trace is what had happened, line by line.
	Trace []string
	// Fault is what was done to the call, with Options.Faults; "" for none.
	Fault string
}

// Report is what came of all tests.
type Report struct {
	Results []Result
	// Seed is what all chance was made from.
	Seed uint64
	// Took is real time.
	Took time.Duration
	// Coverage are the lines of the scripts that calls have run, by files; nil unless asked for.
	Coverage []FileCoverage
}

// Count is how many tests ended so.
func (r *Report) Count(s Status) int {
	n := 0
	for i := range r.Results {
		if r.Results[i].Status == s {
			n++
		}
	}
	return n
}

// OK tells whether nothing failed.
func (r *Report) OK() bool { return r.Count(Failed)+r.Count(Broken) == 0 }
