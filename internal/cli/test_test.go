package cli_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"eslua/engine/enginetest"
	"eslua/internal/cli"
)

// tests writes a directory with a script and tests of it.
func tests(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"main.lua":      "session:answer()\nif argv[1] == 'x' then\n  session:sleep(1000)\nend\nsession:streamFile('bye.wav')\nsession:hangup()\n",
		"main_test.lua": text,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const mixed = `describe("main", function()
  it("says bye", function() print("a", 1) place { script = "main.lua" }:hears("bye.wav") end)
  it("says hello #1", function() place { script = "main.lua" }:hears("hello <b>.wav") end)
  it("breaks", function() local x; x() end)
  pending("later", "no time")
end)
`

func TestTestPrints(t *testing.T) {
	dir := tests(t, mixed)
	status, out, errs := run(t, "test", "--scripts", dir, "--seed", "7")
	if status != 1 || errs != "" {
		t.Errorf("status %d, errors %q", status, errs)
	}
	last := -1
	for _, want := range []string{
		"main_test.lua\n", "ok       main says bye", "\n             a\t1\n", "FAILED   main says hello #1", "ERROR    main breaks", "pending  main later: no time",
		"main_test.lua:3: expected to hear hello <b>.wav", "step    2: hears hello <b>.wav", "script  main.lua:", "trace of the call:", "caller  hears bye.wav",
		"main_test.lua:4: attempt to call", "1 passed, 1 failed, 1 errors, 1 pending in", "(seed 7)",
	} {
		at := strings.Index(out, want)
		if at <= last {
			t.Errorf("%q is missing or out of order in\n%s", want, out)
		}
		last = at
	}
	if strings.Contains(out, "\x1b") {
		t.Error("colour")
	}
	var o bytes.Buffer
	cli.Main(t.Context(), []string{"eslua", "test", "--scripts", dir}, cli.World{Out: &o, Err: &o, Env: func(string) (string, bool) { return "", false }, Colour: true})
	if !strings.Contains(o.String(), "\x1b[31mFAILED") {
		t.Error("no colour")
	}
}

func TestTestFormats(t *testing.T) {
	dir := tests(t, mixed)
	_, out, _ := run(t, "test", "--scripts", dir, "--format", "tap")
	for _, want := range []string{"TAP version 13\n", "\nok 1 - main says bye\n", "\nnot ok 2 - main says hello \\#1\n# ", "\nok 4 - main later # SKIP no time\n", "\n1..4\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	_, out, _ = run(t, "test", "--scripts", dir, "--format", "junit")
	var report struct {
		Suites []struct {
			Tests    int `xml:"tests,attr"`
			Failures int `xml:"failures,attr"`
			Errors   int `xml:"errors,attr"`
			Skipped  int `xml:"skipped,attr"`
			Cases    []struct {
				Name    string `xml:"name,attr"`
				Failure *struct {
					Message string `xml:"message,attr"`
					Text    string `xml:",chardata"`
				} `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(out), &report); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s := report.Suites[0]
	if s.Tests != 4 || s.Failures != 1 || s.Errors != 1 || s.Skipped != 1 || s.Cases[1].Failure == nil ||
		!strings.Contains(s.Cases[1].Failure.Message, "hello <b>.wav") || !strings.Contains(s.Cases[1].Failure.Text, "hears bye.wav") {
		t.Errorf("%+v", report)
	}
	_, out, _ = run(t, "test", "--scripts", dir, "--format", "json", "--seed", "9")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 5 {
		t.Fatalf("%d lines:\n%s", len(lines), out)
	}
	var second struct {
		Status  string
		Failure struct{ Place, Step, Text, Script string }
	}
	var end struct{ Passed, Failed, Errors, Pending, Seed int }
	if err := json.Unmarshal([]byte(lines[1]), &second); err != nil || second.Status != "failed" || !strings.HasSuffix(second.Failure.Place, "main_test.lua:3") {
		t.Errorf("%v: %s", err, lines[1])
	}
	if err := json.Unmarshal([]byte(lines[4]), &end); err != nil || end != (struct{ Passed, Failed, Errors, Pending, Seed int }{1, 1, 1, 1, 9}) {
		t.Errorf("%v: %s", err, lines[4])
	}
}

func TestTestCoverage(t *testing.T) {
	dir := tests(t, `it("x", function() place { script = "main.lua" }:wait() end)`)
	path := filepath.Join(t.TempDir(), "out.lcov")
	status, out, errs := run(t, "test", "--scripts", dir, "--coverage", path)
	if status != 0 {
		t.Fatalf("status %d\n%s", status, out)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if want := "TN:\nSF:" + filepath.Join(dir, "main.lua") + "\nDA:1,1\nDA:2,1\nDA:3,0\nDA:5,1\nDA:6,1\nLF:5\nLH:4\nend_of_record\n"; string(text) != want {
		t.Errorf("%s\nwant\n%s", text, want)
	}
	if !strings.Contains(errs, "main.lua   80.0 %  4 of 5 lines, not 3\n") {
		t.Errorf("%s", errs)
	}
}

func TestTestOptions(t *testing.T) {
	dir := tests(t, mixed)
	for _, c := range []struct {
		args   []string
		status int
		text   string
	}{
		{[]string{"--format", "xml", dir}, 2, `--format "xml" is none of`},
		{[]string{"--filter", "(", dir}, 2, "--filter"},
		{[]string{"--bogus", dir}, 2, "bogus"},
		{[]string{filepath.Join(dir, "none")}, 2, "there is no " + filepath.Join(dir, "none")},
		{[]string{filepath.Join(dir, "main.lua")}, 2, filepath.Join(dir, "main.lua") + " is none"},
		{[]string{"--scripts", "none", dir}, 2, `--scripts "none" is no directory`},
		{[]string{dir, "--coverage"}, 2, "the option --coverage needs a value"},
		{[]string{dir, "--coverage", ""}, 2, "--coverage needs the name of a file"},
		{[]string{"--seed", "x", dir}, 2, `--seed: "x" is no number`},
		{[]string{"--watch=maybe", dir}, 2, `--watch: "maybe" is neither true nor false`},
		{[]string{t.TempDir()}, 2, "no test files"},
		{[]string{dir, "--filter", "no such name"}, 2, `--filter "no such name": no test has such a name`},
		{[]string{dir, "--filter", "says bye", "--fail-fast"}, 0, "1 passed, 0 failed"},
		{[]string{"--scripts", dir, "--filter", "says bye"}, 0, "1 passed, 0 failed, 0 errors, 0 pending"},
		{[]string{"--scripts", dir, "--filter", "says", "--faults"}, 1, "faults)"},
		{[]string{"--scripts", dir, "--fail-fast"}, 1, "1 passed, 1 failed, 0 errors, 0 pending"},
	} {
		status, out, errs := run(t, append([]string{"test"}, c.args...)...)
		if status != c.status || !strings.Contains(out+errs, c.text) {
			t.Errorf("%q: status %d, want %d and %q\n%s%s", c.args, status, c.status, c.text, out, errs)
		}
	}
}

func TestTestWritesGoldenTraces(t *testing.T) {
	dir := tests(t, `it("x", function() local c = place { script = "main.lua" } c:wait() c:matches_golden("x") end)`)
	for _, c := range []struct {
		args   []string
		status int
		text   string
	}{{nil, 1, "eslua test --update writes it"}, {[]string{"--update"}, 0, "1 passed"}, {nil, 0, "1 passed"}} {
		if status, out, _ := run(t, append([]string{"test", dir}, c.args...)...); status != c.status || !strings.Contains(out, c.text) {
			t.Errorf("%q: status %d\n%s", c.args, status, out)
		}
	}
}

func TestTestWatches(t *testing.T) {
	dir := tests(t, `it("x", function() place { script = "main.lua" }:hears("bye.wav") end)`)
	more := t.TempDir() // of tests that do not lie beside the scripts
	test := filepath.Join(more, "more_test.lua")
	if err := os.WriteFile(test, []byte(`it("more", function() end)`), 0o644); err != nil {
		t.Fatal(err)
	}
	out := new(enginetest.Log)
	signals := make(chan os.Signal, 1)
	ended := make(chan int, 1)
	go func() {
		ended <- cli.Main(t.Context(), []string{"eslua", "test", "--scripts", dir, "--watch", dir, test}, cli.World{
			Out: out, Err: out, Env: func(string) (string, bool) { return "", false }, Signals: given(signals),
		})
	}()
	out.Until(t, "waiting for changes", 1)
	if err := os.WriteFile(filepath.Join(dir, "main.lua"), []byte("session:answer() session:streamFile('other.wav')"), 0o644); err != nil {
		t.Fatal(err)
	}
	out.Until(t, "expected to hear bye.wav", 1)
	out.Until(t, "waiting for changes", 2)
	if err := os.WriteFile(filepath.Join(dir, "main.lua"), []byte("session:answer("), 0o644); err != nil {
		t.Fatal(err)
	}
	out.Until(t, "main.lua:1: unexpected symbol", 1) // what is broken is a change, too
	out.Until(t, "waiting for changes", 3)
	if err := os.WriteFile(test, []byte(`it("is changed", function() end)`), 0o644); err != nil {
		t.Fatal(err)
	}
	out.Until(t, "is changed", 1)
	out.Until(t, "waiting for changes", 4)
	signals <- syscall.SIGTERM
	if status := <-ended; status != 0 {
		t.Errorf("status %d", status)
	}
}
