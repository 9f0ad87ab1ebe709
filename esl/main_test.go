package esl_test

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestMain fails the run when any test has left a goroutine of the package behind.
func TestMain(m *testing.M) {
	code := m.Run()
	if left := leftBehind(); left != "" && code == 0 {
		fmt.Fprintf(os.Stderr, "goroutines left behind by the tests:\n\n%s\n", left)
		code = 1
	}
	os.Exit(code)
}

// leftBehind is the stacks of the goroutines that package esl has started. Those that are about to end get a moment for
// it.
func leftBehind() string {
	var left []string
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		left = nil
		stacks := make([]byte, 16<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		for s := range strings.SplitSeq(string(stacks), "\n\n") {
			if strings.Contains(s, "eslua/esl.") && !strings.Contains(s, "testing.tRunner") {
				left = append(left, s)
			}
		}
		if len(left) == 0 {
			return ""
		}
	}
	return strings.Join(left, "\n\n")
}
