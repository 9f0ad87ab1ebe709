// Package e2e runs scripts from the socket application of a switch to the end of the call: an engine behind a real TCP
// socket, the simulated switch in front of it, and one virtual clock for both.
package e2e

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// regexp2 keeps a clock for its time-outs, which ends by itself some time after the last of them.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/dlclark/regexp2.runClock"))
}
