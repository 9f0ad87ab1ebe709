package lua

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"eslua/luabind/vm"
)

// edit is an assertion of the suite that does not hold here, what stands in its place, and why.
type edit struct{ old, new, why string }

// edits are all that is changed in the files before they run.
var edits = map[string][]edit{
	"big.lua": {{"", "return coroutine.wrap(function() ", "it yields to the file that runs it, which we leave out"}},
	"errors.lua": {
		{"function checksyntax (prog, extra, token, line)\n", "function checksyntax (prog, extra, token, line) do return end\n", "the parser is generated: it says 'unexpected symbol' where PUC's says what it expected, at the same place"},
		{"assert(doit\";\")\nassert(doit\"a=1;;\")\n", "", "empty statements are allowed, as in 5.2"},
		{"assert(doit\"a=math.sin\\n(3)\")\n", "", "a call may begin on a new line, as in 5.2"},
		{`checkmessage("getmetatable(io.stdin).__gc()", "no value")`, "", "files have no __gc: the state closes them"},
		{"assert(lineerror\"\\n\\n for k,v in \\n 3 \\n do \\n print(k) \\n end\" == 4)\n", "", "the line of a for is that of its first word"},
		{"  assert(not a and string.find(b, \"syntax levels\"))\n", "  assert(not a)\n", "a source that is not complete is refused before its depth is looked at"},
		{"assert(string.find(b, \"line 2\"))\n", "assert(not a)\n", "the same"},
		{"assert(string.find(b, \"line 3\"))\n", "assert(not a)\n", "255 upvalues are allowed, as in 5.2, and the source is not complete"},
	},
	"files.lua": {
		{"  assert(y:read(\"*a\"))\n  assert(y:close())\n", "", "commands are off by default"},
	},
}

// left are the files that do not apply.
var left = map[string]string{
	"all.lua":     "runs the others, and needs string.dump",
	"db.lua":      "hooks: a script must not stop itself at each line",
	"gc.lua":      "waits for a collection that can be seen in gcinfo; Go collects by itself",
	"main.lua":    "tests the command lua",
	"verybig.lua": "a source of 2 MB is above the limit of 1 MB",
}

// TestOfficialSuite runs the Lua 5.1 suite that gopher-lua's module carries.
func TestOfficialSuite(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/yuin/gopher-lua").Output()
	if err != nil {
		t.Fatalf("where gopher-lua is: %v", err)
	}
	dir := filepath.Join(strings.TrimSpace(string(out)), "_lua5.1-tests")
	files, err := filepath.Glob(filepath.Join(dir, "*.lua"))
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files in %s: %v", len(files), dir, err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		if why, ok := left[name]; ok {
			t.Logf("left out: %s: %s", name, why)
			continue
		}
		t.Run(name, func(t *testing.T) {
			source := read(t, file)
			for _, e := range edits[name] {
				if e.old == "" {
					source = e.new + source + "\nend)()"
				} else if !strings.Contains(source, e.old) {
					t.Errorf("not in the file any more: %s", e.old)
				} else {
					source = strings.ReplaceAll(source, e.old, e.new)
				}
				t.Logf("changed: %s", e.why)
			}
			work := t.TempDir()
			if err := os.MkdirAll(filepath.Join(work, "libs", "P1"), 0o755); err != nil {
				t.Fatal(err)
			}
			root, err := os.OpenRoot(work)
			if err != nil {
				t.Fatal(err)
			}
			defer root.Close()
			chunk, err := vm.Compile(name, source)
			if err != nil {
				t.Fatal(err)
			}
			s := vm.New(vm.Options{
				// The suite is made to be large.
				Limits: vm.Limits{Instructions: 2e9, CPU: 50 * time.Second, String: 64 << 20, Memory: 512 << 20, Source: 1 << 20},
				Files:  []vm.Dir{{Path: work, Root: root, Write: true}},
				Source: func(name string) (*vm.Chunk, error) {
					text, err := fs.ReadFile(root.FS(), strings.TrimPrefix(filepath.Clean(name), work+"/"))
					if err != nil {
						if text, err = os.ReadFile(filepath.Join(dir, filepath.Base(name))); err != nil {
							return nil, fs.ErrNotExist
						}
					}
					return vm.Compile(name, string(text))
				},
			})
			defer s.Close()
			if err := s.Run(t.Context(), chunk); err != nil {
				t.Errorf("%v", err)
			}
		})
	}
}
