package lint

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

func findings(t *testing.T) []Finding {
	t.Helper()
	out, err := Check([]File{{Path: "dir/a b.lua", Text: "local ü\nos.execute('x') session:foo()"}, {Path: "ä.lua", Text: "x = = 1"}, {Path: "B.lua", Text: "session:sleep()"}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestText(t *testing.T) {
	var b strings.Builder
	f := findings(t)
	if err := WriteText(&b, f); err != nil || !strings.HasPrefix(b.String(), "B.lua:1:9: argument-count: sleep takes 1 to 2 arguments") || strings.Count(b.String(), "\n") != len(f) {
		t.Errorf("%v\n%s", err, b.String())
	}
}

func TestJSON(t *testing.T) {
	for _, f := range [][]Finding{findings(t), nil} {
		var b strings.Builder
		var back []Finding
		if err := WriteJSON(&b, f); err != nil || json.Unmarshal([]byte(b.String()), &back) != nil || back == nil || len(back) != len(f) {
			t.Errorf("%v\n%s", err, b.String())
		}
		for i := range back {
			if back[i] != f[i] {
				t.Errorf("%+v, want %+v", back[i], f[i])
			}
		}
	}
}

// TestSARIF holds the log to what the standard wants of one, and of what code hosts read of it.
func TestSARIF(t *testing.T) {
	var b strings.Builder
	f := append(findings(t), Finding{File: absolute(t), Line: 1, Column: 1, Code: OtherHost, Severity: Note, Text: "x"})
	if err := WriteSARIF(&b, f, "1.2.3"); err != nil {
		t.Fatal(err)
	}
	var log struct {
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct {
					Name, Version string
					Rules         []struct {
						ID               string
						ShortDescription struct{ Text string }
					}
				}
			}
			ColumnKind string
			Results    []struct {
				RuleID    string
				RuleIndex int
				Level     string
				Message   struct{ Text string }
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine, StartColumn int }
					}
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(b.String()), &log); err != nil {
		t.Fatal(err)
	}
	if log.Version != "2.1.0" || len(log.Runs) != 1 || log.Runs[0].Tool.Driver.Name != "eslua" || log.Runs[0].Tool.Driver.Version != "1.2.3" || log.Runs[0].ColumnKind != "unicodeCodePoints" {
		t.Fatalf("%s", b.String())
	}
	run := log.Runs[0]
	uris := make(map[string]bool)
	for i, r := range run.Results {
		at := r.Locations[0].PhysicalLocation
		uris[at.ArtifactLocation.URI] = true
		if run.Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID || r.RuleID != string(f[i].Code) || r.Level != string(f[i].Severity) || r.Message.Text != f[i].Text ||
			at.Region.StartLine != f[i].Line || at.Region.StartColumn != f[i].Column || at.Region.StartColumn < 1 || run.Tool.Driver.Rules[r.RuleIndex].ShortDescription.Text == "" {
			t.Errorf("%+v", r)
		}
	}
	if len(run.Results) != len(f) || !uris["dir/a%20b.lua"] || !uris["%C3%A4.lua"] || !uris["file://"+filepath.ToSlash(absolute(t))] {
		t.Errorf("%v", uris)
	}
}

func absolute(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("x.lua")
	if err != nil {
		t.Fatal(err)
	}
	return path
}
