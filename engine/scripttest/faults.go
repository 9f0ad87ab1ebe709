package scripttest

import (
	"fmt"
	"time"

	lua "github.com/yuin/gopher-lua"

	"eslua/esl/esltest"
)

// fault is something that is done to the first call of a test, and what it has shown.
type fault struct {
	kind    esltest.FaultKind
	name    string
	step    int // the command before which it strikes, counted from 1
	problem string
}

// faults are what can be done, with what a report calls it.
var faults = []fault{
	{kind: esltest.HangUp, name: "a hang-up"},
	{kind: esltest.ErrorReply, name: "an error reply"},
	{kind: esltest.Cut, name: "a lost connection"},
}

// of is the fault as the switch is told it.
func (f *fault) of() esltest.Fault {
	out := esltest.Fault{Kind: f.kind, Skip: f.step - 1, Parked: f.kind == esltest.Cut, Text: "-ERR fault injected by the test"}
	if f.kind == esltest.ErrorReply {
		out.Past = hello // of each call
		out.Skip -= hello
	}
	return out
}

func (f *fault) String() string { return fmt.Sprintf("%s at command %d", f.name, f.step) }

// hello is how many commands come before the script begins, of which the switch refuses none.
const hello = 5

// performFaults runs a test that has passed again and again, each time with another fault. What the test itself expects does
// not matter then.
func (f *file) performFaults(b *block, body *lua.LFunction, r *Result) {
	for _, kind := range faults {
		for step := 1; step <= r.commands; step++ {
			if kind.kind == esltest.ErrorReply && step <= hello {
				continue
			}
			if f.run.stop(f.ctx) || f.dead {
				return
			}
			inject := kind
			inject.step = step
			var again Result
			printed := f.printed
			f.perform(b, body, &inject, &again)
			f.printed = printed
			r.Faults++
			if inject.problem == "" {
				continue
			}
			r.Status = Failed
			r.Failure = &Failure{Text: inject.problem, Fault: inject.String()}
			if again.Failure != nil {
				r.Failure.Place, r.Failure.Step = again.Failure.Place, again.Failure.Step
				r.Failure.Script = again.Failure.Script
			}
			r.Failure.Trace = f.faultTrace
			return
		}
	}
}

// settling is how long the switch is given to notice that a script or a connection has ended.
const settling = time.Second

// beforeHangup looks at a call that goes on when the test is at its end.
func (f *fault) beforeHangup(c *call) {
	s := c.stage
	if f.kind == esltest.Cut {
		// The script has to notice by itself that nobody is there any more.
		s.await(2*afterHangup, endKind, func() bool { return !c.running })
	}
	if !c.running {
		s.await(settling, 0, func() bool { return false })
	}
	parked := false
	s.outside(func() { parked = c.sw.Parked() })
	if c.seen && !c.running && parked {
		f.problem = "the call was left parked when its script had ended"
	}
}

// look looks at the calls when all are at their end.
func (f *fault) look(s *stage) {
	for _, c := range s.calls {
		switch {
		case f.problem != "":
		case c.running || c.overran:
			f.problem = fmt.Sprintf("the script had not ended %v after its call", afterHangup)
		case c.hookLeft != "" && f.kind != esltest.Cut:
			f.problem = fmt.Sprintf("the hang-up hook %s did not run", c.hookLeft)
			if len(c.errors) > 0 {
				f.problem += ": " + c.errors[0]
			}
		}
	}
	if f.problem != "" {
		s.file.faultTrace = s.trace()
	}
}
