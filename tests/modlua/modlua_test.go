package main

import "testing"

func TestRecordedScripts(t *testing.T) {
	different, err := run("../testdata/modlua", nil, "../../docs/compatibility.md", false)
	if err != nil {
		t.Fatal(err)
	}
	if different > 0 {
		t.Errorf("%d cases differ; see above", different)
	}
}
