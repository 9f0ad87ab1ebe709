package scripttest_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"eslua/engine/scripttest"
)

// TestTheDocumentation runs every example of docs/testing.md: each is a file whose name stands in its first line.
func TestTheDocumentation(t *testing.T) {
	text, err := os.ReadFile("../../docs/testing.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := make(map[string]string)
	for _, m := range regexp.MustCompile("(?s)```lua\n-- (\\S+)\n(.*?)```").FindAllSubmatch(text, -1) {
		examples[string(m[1])] = string(m[2])
	}
	if blocks := len(regexp.MustCompile("```lua\n").FindAll(text, -1)); blocks != len(examples) || blocks < 5 {
		t.Errorf("%d of %d examples can be run", len(examples), blocks)
	}
	opts := scripttest.Options{Scripts: files(t, examples), Update: true}
	run(t, opts)
	opts.Update, opts.Faults = false, true
	for _, r := range run(t, opts).Results {
		want := scripttest.Passed
		if strings.HasSuffix(r.File, "/sales_test.lua") { // of the section about tests that fail
			want = scripttest.Failed
		}
		if r.Status != want {
			t.Errorf("%q: %s: %+v", r.Name, r.Status, r.Failure)
		}
	}
}
