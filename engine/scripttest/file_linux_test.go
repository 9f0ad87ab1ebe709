package scripttest_test

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"eslua/engine/scripttest"
)

// A pipe with the name of a test file is not waited for.
func TestAPipeIsNoTestFile(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "a_test.lua"), 0o600); err != nil {
		t.Fatal(err)
	}
	report := run(t, scripttest.Options{Scripts: dir})
	if len(report.Results) != 1 || report.OK() || !strings.Contains(report.Results[0].Failure.Text, "not a regular file") {
		t.Errorf("%+v", report.Results)
	}
}
