package cli_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// document reads a file of the documentation.
func document(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../..", path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// shown is what a document shows of what is printed: from one text up to another.
func shown(t *testing.T, text, from, to string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, from)
	block, _, end := strings.Cut(rest, to)
	if !ok || !end {
		t.Fatalf("there is nothing from %q to %q", from, to)
	}
	return block
}

func TestTheOutputInTheReadme(t *testing.T) {
	text := document(t, "README.md")
	t.Chdir("../..")
	const command = `--digits "1,,,,2" examples/ivr/main.lua`
	want := shown(t, text, "$ eslua call "+command+"\n", "    ...\n")
	if status, out, _ := run(t, "call", "--digits", "1,,,,2", "examples/ivr/main.lua"); status != 0 || !strings.HasPrefix(out, want) {
		t.Errorf("status %d, printed is\n%s\nwant\n%s", status, out, want)
	}
}

func TestTheOutputInTheDocumentationOfTests(t *testing.T) {
	text := document(t, "docs/testing.md")
	dir := t.TempDir()
	for _, m := range regexp.MustCompile("(?s)```lua\n-- (\\S+)\n.*?```").FindAllStringSubmatch(text, -1) {
		if err := os.WriteFile(filepath.Join(dir, m[1]), []byte(strings.Trim(m[0], "`")[len("lua\n"):]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	for file, want := range map[string]string{
		"hello_test.lua": shown(t, text, "$ eslua test\n", " in 3ms"),
		"sales_test.lua": "FAILED  asks for a key\n" + shown(t, text, "FAILED  asks for a key\n", "```"),
	} {
		if _, out, _ := run(t, "test", file); !strings.Contains(out, want) {
			t.Errorf("printed is\n%s\nwant\n%s", out, want)
		}
	}
}
