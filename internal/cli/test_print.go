package cli

import (
	"fmt"
	"strings"
	"time"

	"eslua/engine/scripttest"
)

// prettyTests prints results for people: a line for each test, and at the end what is wrong.
func prettyTests(w World, opts *scripttest.Options) (func(scripttest.Result), func(*scripttest.Report) error) {
	paint := func(colour, text string) string {
		if !w.Colour {
			return text
		}
		return "\x1b[" + colour + "m" + text + "\x1b[0m"
	}
	marks := map[scripttest.Status]string{
		scripttest.Passed: paint("32", "ok     "), scripttest.Failed: paint("31", "FAILED "), scripttest.Broken: paint("31", "ERROR  "),
		scripttest.Pending: paint("33", "pending"),
	}
	file := ""
	each := func(r scripttest.Result) {
		if r.File != file {
			file = r.File
			fmt.Fprintln(w.Out, file)
		}
		line := "  " + marks[r.Status] + "  " + strings.Join(r.Name, " ")
		if r.Simulated > 0 {
			line += fmt.Sprintf(" (%.1f s of calls)", r.Simulated.Seconds())
		}
		if r.Faults > 0 {
			line += fmt.Sprintf(" (%d faults)", r.Faults)
		}
		if r.Reason != "" {
			line += ": " + r.Reason
		}
		fmt.Fprintln(w.Out, line)
		for _, text := range r.Output {
			fmt.Fprintln(w.Out, "             "+text)
		}
	}
	end := func(report *scripttest.Report) error {
		for i := range report.Results {
			r := &report.Results[i]
			if r.Failure == nil {
				continue
			}
			fmt.Fprintf(w.Out, "\n%s %s\n%s", marks[r.Status], strings.Join(r.Name, " "), failureText(r, "  "))
		}
		fmt.Fprintf(w.Out, "\n%d passed, %d failed, %d errors, %d pending in %v (seed %d)\n", report.Count(scripttest.Passed),
			report.Count(scripttest.Failed), report.Count(scripttest.Broken), report.Count(scripttest.Pending),
			report.Took.Round(time.Millisecond), report.Seed)
		return nil
	}
	return each, end
}

// failureText is all that is known of a failure, each line behind a margin.
func failureText(r *scripttest.Result, margin string) string {
	f := r.Failure
	var b strings.Builder
	line := func(text string) {
		for _, part := range strings.Split(text, "\n") {
			b.WriteString(margin + part + "\n")
		}
	}
	at := f.Place
	if at == "" {
		at = r.File
		if r.Line > 0 {
			at += fmt.Sprintf(":%d", r.Line)
		}
	}
	line(at + ": " + f.Text)
	if f.Fault != "" {
		line("fault:  " + f.Fault)
	}
	if f.Step != "" {
		line("step    " + f.Step)
	}
	if f.Script != "" {
		line("script  " + f.Script)
	}
	if len(f.Trace) > 0 {
		line("trace of the call:")
		for _, t := range f.Trace {
			line("  " + t)
		}
	}
	return b.String()
}
