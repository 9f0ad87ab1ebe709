package examples_test

import (
	"os"
	"path/filepath"
	"testing"

	"eslua/engine/scripttest"
)

// TestExamples runs the tests of the examples, as eslua test does. Each example has its dialplan, says what it
// is, and is carried out by its tests but for a few lines.
func TestExamples(t *testing.T) {
	report, err := scripttest.Run(t.Context(), scripttest.Options{Paths: []string{"."}, Scripts: ".", Coverage: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range report.Results {
		if r.Status != scripttest.Passed {
			t.Errorf("%s: %v: %+v", r.File, r.Name, r.Failure)
		}
	}
	covered := make(map[string]scripttest.FileCoverage)
	for _, c := range report.Coverage {
		covered[c.Name] = c
	}
	folders, err := filepath.Glob("*/dialplan.xml")
	if err != nil {
		t.Fatal(err)
	}
	if len(folders) < 10 {
		t.Errorf("only %d examples", len(folders))
	}
	for _, path := range folders {
		name := filepath.Dir(path)
		if name == "native" {
			continue // the menu of ivr once more; eslua demo shows it
		}
		c, ok := covered[name+"/main.lua"]
		switch {
		case !ok:
			t.Errorf("%s: there are no tests", name)
		case c.Covered() < len(c.Lines)*95/100:
			t.Errorf("%s: the tests carry out %d of %d lines", name, c.Covered(), len(c.Lines))
		}
		if _, err := os.Stat(filepath.Join(name, "README.md")); err != nil && name != "ivr" {
			t.Error(err)
		}
	}
}
