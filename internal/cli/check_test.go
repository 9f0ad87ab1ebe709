package cli_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// tree writes files below a new directory.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestCheck(t *testing.T) {
	root := tree(t, map[string]string{
		"s/main.lua":         "require \"lib.config\" require \"cjson\" require \"none\"\nprint(domain)\nsession:streamFile(\"ivr/gone.wav\") io.open(\"/nowhere/x\")\n",
		"s/lib/config.lua":   "domain = \"x\"\n",
		"s/.git/hook.lua":    "session:foo()\n",
		"s/notes.txt":        "session:foo()\n",
		"good/a.lua":         "session:answer() print(shared)\n",
		"good/b.lua":         "shared = 1\n",
		"note/a.lua":         "os.execute(\"x\")\n",
		"sounds/ivr/own.wav": "",
	})
	t.Chdir(root)
	for _, c := range []struct {
		args   []string
		status int
		want   []string
	}{
		{[]string{"s"}, 0, nil},
		{[]string{"good"}, 0, nil},
		{[]string{"good/a.lua"}, 0, nil},
		{[]string{"note"}, 0, []string{"note/a.lua:1:1: other-host: "}},
		{[]string{"--scripts", "s"}, 1, []string{"s/main.lua:1:46: missing-module: ", "s/main.lua:3:44: outside-roots: "}},
		{[]string{"--scripts", "s", "--read", ".", "s/lib", "note/a.lua"}, 0, []string{"note/a.lua:1:1: other-host: "}},
		{[]string{"--scripts", "s", "--read", "/", "--sounds", "sounds", "s/main.lua"}, 1, []string{"s/main.lua:1:46: missing-module: ", "s/main.lua:3:20: missing-prompt: "}},
		{nil, 0, []string{"note/a.lua:1:1: other-host: "}},
	} {
		status, out, errs := run(t, append([]string{"check"}, c.args...)...)
		lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
		if out == "" {
			lines = nil
		}
		ok := status == c.status && errs == "" && len(lines) == len(c.want)
		for i := 0; ok && i < len(lines); i++ {
			ok = strings.HasPrefix(lines[i], c.want[i])
		}
		if !ok {
			t.Errorf("%v: status %d, %q\n%s", c.args, status, errs, out)
		}
	}
	for _, format := range []string{"json", "sarif"} {
		status, out, _ := run(t, "check", "--format", format, "--scripts", "s")
		if status != 1 || !json.Valid([]byte(out)) || !strings.Contains(out, `"missing-module"`) {
			t.Errorf("%s: status %d\n%s", format, status, out)
		}
	}
	for _, args := range [][]string{{"--format", "xml"}, {"--scripts", "none"}, {"--sounds", "s/main.lua"}} {
		if status, _, errs := run(t, append([]string{"check"}, args...)...); status != 2 || !strings.Contains(errs, args[1]) {
			t.Errorf("%v: status %d, %q", args, status, errs)
		}
	}
	if status, _, errs := run(t, "check", "none.lua"); status != 1 || !strings.Contains(errs, "none.lua") {
		t.Errorf("status %d, %q", status, errs)
	}
}

// TestCheckFollowsLinks: a cluster mounts files as links, and so do people; one that leads back makes no circle.
func TestCheckFollowsLinks(t *testing.T) {
	root := tree(t, map[string]string{
		"s/..data/main.lua": "require \"b\" require \"sub.c\" session:foo()\n", "s/d/c.lua": "", "o/b.lua": "session:bar()\n",
	})
	t.Chdir(root)
	for name, target := range map[string]string{"s/main.lua": "..data/main.lua", "s/b.lua": "../o/b.lua", "s/sub": "d", "s/d/up": "..", "s/gone.lua": "none"} {
		if err := os.Symlink(target, name); err != nil {
			t.Fatal(err)
		}
	}
	status, out, errs := run(t, "check", "--scripts", "s")
	if lines := strings.Split(out, "\n"); status != 1 || errs != "" || len(lines) != 3 || !strings.HasPrefix(lines[0], "s/b.lua:1:9: unknown-method: ") || !strings.HasPrefix(lines[1], "s/main.lua:1:37: unknown-method: ") {
		t.Errorf("status %d, %q\n%s", status, errs, out)
	}
}

func TestTypes(t *testing.T) {
	t.Chdir(t.TempDir())
	for range 2 {
		if status, out, errs := run(t, "types"); status != 0 || !strings.Contains(out, `"workspace.library":["types"]`) {
			t.Errorf("status %d, %q\n%s", status, errs, out)
		}
	}
	for _, name := range []string{"eslua", "ESL", "http", "socket/http", "luasql/sqlite3"} {
		if text, err := os.ReadFile("types/" + name + ".lua"); err != nil || !strings.HasPrefix(string(text), "---@meta "+strings.ReplaceAll(name, "/", ".")+"\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if text, err := os.ReadFile("types/freeswitch.lua"); err != nil || !strings.Contains(string(text), "function Session:streamFile(file, start_sample) end") {
		t.Errorf("%v\n%s", err, text)
	}
	if status, out, _ := run(t, "check"); status != 0 || out != "" {
		t.Errorf("descriptions are taken for scripts: status %d\n%s", status, out)
	}
	if err := os.WriteFile("types/globals.lua", []byte("x = 1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if status, _, errs := run(t, "types"); status != 1 || !strings.Contains(errs, "globals.lua is there and no annotation file") {
		t.Errorf("status %d, %q", status, errs)
	}
	if text, _ := os.ReadFile("types/globals.lua"); string(text) != "x = 1\n" {
		t.Errorf("a file was replaced: %s", text)
	}
}

// TestTheLanguageServerFindsNothingInTheExamples runs the language server's own checker with our annotations.
func TestTheLanguageServerFindsNothingInTheExamples(t *testing.T) {
	server, err := exec.LookPath("lua-language-server")
	if err != nil {
		t.Skip("lua-language-server is not installed; the syntax of the annotations is tested in luabind/api")
	}
	examples, err := filepath.Abs("../../examples")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	types := filepath.Join(dir, "types")
	status, said, errs := run(t, "types", types)
	if status != 0 {
		t.Fatal(errs)
	}
	settings := []byte(said[strings.IndexByte(said, '{'):])
	config := filepath.Join(dir, "luarc.json")
	if err := os.WriteFile(config, settings, 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), server, "--check="+examples, "--checklevel=Warning", "--configpath="+config, "--logpath="+dir).CombinedOutput()
	report, _ := os.ReadFile(filepath.Join(dir, "check.json"))
	if err != nil || len(report) > 2 || !strings.Contains(string(out), "no problems found") {
		t.Errorf("%v\n%s\n%s", err, out, report)
	}
}

func TestTheExamplesPassTheCheck(t *testing.T) {
	scripts, err := filepath.Glob("../../examples/*/*.lua")
	if err != nil || len(scripts) < 10 {
		t.Fatal(scripts, err)
	}
	dirs := make(map[string]bool)
	for _, script := range scripts {
		dirs[filepath.Dir(script)] = true
	}
	for dir := range dirs {
		if status, out, errs := run(t, "check", "--scripts", dir, dir); status != 0 {
			t.Errorf("%s: status %d\n%s%s", dir, status, out, errs)
		}
	}
}
