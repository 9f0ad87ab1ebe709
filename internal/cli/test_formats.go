package cli

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"

	"eslua/engine/scripttest"
)

// tapTests prints TAP 13.
func tapTests(w World, _ *scripttest.Options) (func(scripttest.Result), func(*scripttest.Report) error) {
	n := 0
	fmt.Fprintln(w.Out, "TAP version 13")
	each := func(r scripttest.Result) {
		n++
		// A number sign would begin a directive.
		name := strings.ReplaceAll(strings.Join(r.Name, " "), "#", `\#`)
		switch r.Status {
		case scripttest.Passed:
			fmt.Fprintf(w.Out, "ok %d - %s\n", n, name)
		case scripttest.Pending:
			fmt.Fprintf(w.Out, "ok %d - %s # SKIP %s\n", n, name, orWord(r.Reason, "pending"))
		default:
			fmt.Fprintf(w.Out, "not ok %d - %s\n%s", n, name, failureText(&r, "# "))
		}
	}
	return each, func(report *scripttest.Report) error {
		fmt.Fprintf(w.Out, "# seed %d\n1..%d\n", report.Seed, n)
		return nil
	}
}

func orWord(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// The elements of a JUnit report, as continuous integration reads them.
type (
	junitSuites struct {
		XMLName xml.Name     `xml:"testsuites"`
		Suites  []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Time       string          `xml:"time,attr"`
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		File    string        `xml:"file,attr"`
		Line    int           `xml:"line,attr"`
		Time    string        `xml:"time,attr"`
		Failure *junitProblem `xml:"failure,omitempty"`
		Error   *junitProblem `xml:"error,omitempty"`
		Skipped *junitProblem `xml:"skipped,omitempty"`
	}
	junitProblem struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// junitTests prints JUnit's XML, a suite for each file.
func junitTests(w World, _ *scripttest.Options) (func(scripttest.Result), func(*scripttest.Report) error) {
	return nil, func(report *scripttest.Report) error {
		var all junitSuites
		took := 0.0
		for i := range report.Results {
			r := &report.Results[i]
			if n := len(all.Suites); n == 0 || all.Suites[n-1].Name != r.File {
				all.Suites = append(all.Suites, junitSuite{Name: r.File, Properties: []junitProperty{{"seed", fmt.Sprint(report.Seed)}}})
				took = 0
			}
			s := &all.Suites[len(all.Suites)-1]
			c := junitCase{
				Class: strings.TrimSuffix(r.File, ".lua"), Name: xmlText(strings.Join(r.Name, " ")), File: r.File, Line: r.Line,
				Time: fmt.Sprintf("%.6f", r.Took.Seconds()),
			}
			took += r.Took.Seconds()
			s.Time = fmt.Sprintf("%.6f", took)
			s.Tests++
			switch r.Status {
			case scripttest.Failed:
				s.Failures++
				c.Failure = &junitProblem{xmlText(r.Failure.Text), xmlText(failureText(r, ""))}
			case scripttest.Broken:
				s.Errors++
				c.Error = &junitProblem{xmlText(r.Failure.Text), xmlText(failureText(r, ""))}
			case scripttest.Pending:
				s.Skipped++
				c.Skipped = &junitProblem{Message: xmlText(r.Reason)}
			}
			s.Cases = append(s.Cases, c)
		}
		out, err := xml.MarshalIndent(all, "", "  ")
		if err != nil {
			return fmt.Errorf("junit: %w", err)
		}
		_, err = fmt.Fprintf(w.Out, "%s%s\n", xml.Header, out)
		return err
	}
}

// xmlText leaves out what XML cannot hold.
func xmlText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}

// jsonTests prints one object per line: each test, and at the end the counts.
func jsonTests(w World, _ *scripttest.Options) (func(scripttest.Result), func(*scripttest.Report) error) {
	out := json.NewEncoder(w.Out)
	out.SetEscapeHTML(false)
	each := func(r scripttest.Result) {
		line := map[string]any{
			"file": r.File, "line": r.Line, "name": r.Name, "status": r.Status, "seconds": r.Took.Seconds(), "simulated_seconds": r.Simulated.Seconds(),
		}
		if r.Reason != "" {
			line["reason"] = r.Reason
		}
		if len(r.Output) > 0 {
			line["output"] = r.Output
		}
		if r.Faults > 0 {
			line["faults"] = r.Faults
		}
		if f := r.Failure; f != nil {
			line["failure"] = map[string]any{"place": f.Place, "step": f.Step, "text": f.Text, "script": f.Script, "trace": f.Trace, "fault": f.Fault}
		}
		out.Encode(line)
	}
	return each, func(report *scripttest.Report) error {
		return out.Encode(map[string]any{
			"passed": report.Count(scripttest.Passed), "failed": report.Count(scripttest.Failed), "errors": report.Count(scripttest.Broken),
			"pending": report.Count(scripttest.Pending), "seconds": report.Took.Seconds(), "seed": report.Seed,
		})
	}
}
