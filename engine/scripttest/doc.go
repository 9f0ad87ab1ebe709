// Package scripttest runs the tests that script authors write, in files *_test.lua: each test places its calls on a
// simulated switch and an engine of its own, by a virtual clock, so that a minute of a call takes a millisecond and passes in
// the same way every time. docs/testing.md is what authors read.
//
// The words of a test file are busted's (describe, it, before_each, assert as luassert has it, spies and stubs) and those of
// calls. Run finds, runs and reports; what is printed, and how, is its caller's.
package scripttest
