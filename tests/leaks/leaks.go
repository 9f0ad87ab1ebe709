// Package leaks fails a run of tests that has left goroutines of this module behind.
package leaks

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Main runs the tests of a package and ends the process: with an error as well where only a goroutine was left behind.
func Main(m *testing.M) {
	code := m.Run()
	if left := Left(); left != "" && code == 0 {
		fmt.Fprintf(os.Stderr, "goroutines left behind by the tests:\n\n%s\n", left)
		code = 1
	}
	os.Exit(code)
}

// patience is how long goroutines that are about to end have for it. It is real time: nobody can wait for the very last
// instructions of a goroutine.
const patience = 5 * time.Second

// Left is the stacks of the goroutines that this module has started, but those of the tests themselves.
func Left() string { return leftAfter(patience) }

func leftAfter(d time.Duration) string {
	for end := time.Now().Add(d); ; time.Sleep(time.Millisecond) {
		var left []string
		stacks := make([]byte, 16<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		for s := range strings.SplitSeq(string(stacks), "\n\n") {
			if strings.Contains(s, "eslua/") && !strings.Contains(s, "testing.tRunner") && !strings.Contains(s, "TestMain") {
				left = append(left, s)
			}
		}
		if len(left) == 0 || time.Now().After(end) {
			return strings.Join(left, "\n\n")
		}
	}
}
