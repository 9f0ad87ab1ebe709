package modules

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"eslua/luabind/vm"
)

func TestFileSystem(t *testing.T) {
	b := newLab(t, Options{})
	write, read, outside := b.dir(true), b.dir(false), t.TempDir()
	put := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	put(filepath.Join(write, "a.txt"), "12345")
	put(filepath.Join(read, "r.txt"), "x")
	put(filepath.Join(outside, "secret"), "x")
	when := time.Unix(1_700_000_000, 0)
	if err := os.Chtimes(filepath.Join(write, "a.txt"), when, when); err != nil {
		t.Fatal(err)
	}
	for link, to := range map[string]string{"inside": "a.txt", "out": filepath.Join(outside, "secret"), "outdir": outside} {
		if err := os.Symlink(to, filepath.Join(write, link)); err != nil {
			t.Fatal(err)
		}
	}
	names := strings.NewReplacer("$W", write, "$R", read, "$O", outside)
	for _, c := range []struct{ script, want string }{
		{`print(lfs.currentdir() == "$W", lfs.chdir("."), lfs.chdir("$W/"))`, "true\ttrue\ttrue"},
		{`print(lfs.chdir("$R"))`, "nil\tUnable to change working directory to '$R'\nPermission denied\n"},
		{`local a = lfs.attributes("a.txt") print(a.mode, a.size, a.modification, a.access, a.permissions, a.nlink, a.blksize > 0)`, "file\t5\t1700000000\t1700000000\trw-r-----\t1\ttrue"},
		{`print(lfs.attributes("$W/a.txt", "size"), lfs.attributes("$W", "mode"), lfs.attributes("r.txt", "mode"))`, "5\tdirectory\tfile"},
		{`local t = {x = 1} print(lfs.attributes("a.txt", t) == t, t.x, t.size)`, "true\t1\t5"},
		{`print(lfs.attributes("nosuch"))`, "nil\tcannot obtain information from file 'nosuch': No such file or directory\t2"},
		{`print(lfs.attributes("$O/secret"))`, "nil\tcannot obtain information from file '$O/secret': Permission denied\t13"},
		{`print(lfs.attributes("out"))`, "nil\tcannot obtain information from file 'out': Permission denied\t13"},
		{`print(lfs.attributes("../" .. ("$O"):match("[^/]+$") .. "/secret"))`, "nil\tcannot obtain information from file '../" + filepath.Base(outside) + "/secret': Permission denied\t13"},
		{`print(lfs.attributes("inside", "mode"), lfs.symlinkattributes("inside", "mode"), lfs.symlinkattributes("inside", "target"))`, "file\tlink\ta.txt"},
		{`local names = {} for name in lfs.dir(".") do names[#names + 1] = name end table.sort(names) print(table.concat(names, " "))`, ". .. a.txt inside out outdir"},
		{`local f, d = lfs.dir("$R") print(f(d), d:next(), d:next(), d:next(), pcall(f, d))`, ".\t..\tr.txt\tnil\tfalse\tbad argument #1 to '?' (closed directory)"},
		{`local f, d = lfs.dir("$R") d:close() print(pcall(f, d))`, "false\tbad argument #1 to '?' (closed directory)"},
		{`print(pcall(lfs.dir, "nosuch"))`, "false\tcannot open nosuch: No such file or directory"},
		{`print(pcall(lfs.dir, "outdir"))`, "false\tcannot open outdir: Permission denied"},
		{`print(pcall(lfs.dir, "a.txt"))`, "false\tcannot open a.txt: Not a directory"},
		{`print(lfs.mkdir("new"), lfs.attributes("new", "mode"))`, "true\tdirectory"},
		{`print(lfs.mkdir("new"))`, "nil\tFile exists\t17"},
		{`print(lfs.mkdir("$R/new"))`, "nil\tPermission denied\t13"},
		{`print(lfs.mkdir("$O/new"))`, "nil\tPermission denied\t13"},
		{`print(lfs.mkdir("$W/no/new"))`, "nil\tNo such file or directory\t2"},
		{`print(lfs.rmdir("a.txt"))`, "nil\tNot a directory\t20"},
		{`print(lfs.rmdir("$W"))`, "nil\tDevice or resource busy\t16"},
		{`print(lfs.rmdir("new"), lfs.attributes("new"))`, "true\tnil\tcannot obtain information from file 'new': No such file or directory\t2"},
		{`print(lfs.touch("a.txt", 1000, 2000.5), lfs.attributes("a.txt", "access"), lfs.attributes("a.txt", "modification"))`, "true\t1000\t2000"},
		{`print(lfs.touch("a.txt", 3000), lfs.attributes("a.txt", "modification"))`, "true\t3000"},
		{`lfs.touch("a.txt") print(math.abs(lfs.attributes("a.txt", "modification") - os.time()) < 5)`, "true"},
		{`print(lfs.touch("$W/nosuch"))`, "nil\tNo such file or directory\t2"},
		{`print(lfs.touch("r.txt"))`, "nil\tPermission denied\t13"},
		{`print(lfs.link("a.txt", "hard"), lfs.attributes("hard", "nlink"), os.remove("hard"))`, "true\t2\ttrue"},
		{`print(lfs.link("$W/a.txt", "$W/hard"), lfs.attributes("hard", "size"), os.remove("hard"))`, "true\t5\ttrue"},
		{`print(lfs.link("a.txt", "soft", true), lfs.symlinkattributes("soft", "mode"), os.remove("soft"))`, "true\tlink\ttrue"},
		{`print(lfs.link("$O/secret", "hard"))`, "nil\tInvalid cross-device link\t18"},
		{`print(lfs.link("$O/secret", "way", true), io.open("way"))`, "true\tnil\tway: Permission denied\t13"},
		{`print(lfs.setmode(io.stdout, "binary"))`, "true\tbinary"},
	} {
		b.expect(`local lfs = require "lfs" `+names.Replace(c.script), names.Replace(c.want))
	}
	b.fails(`require("lfs").attributes("a.txt", "nosuch")`, "test.lua:1: invalid attribute name 'nosuch'")
	bare := newLab(t, Options{})
	bare.expect(`local lfs = require "lfs" print(lfs.currentdir()) print(lfs.mkdir("x"))`, "nil\tNo such file or directory\t2\nnil\tNo such file or directory\t2")
}

func TestLargeDirectories(t *testing.T) {
	b := newLab(t, Options{})
	path := b.dir(true)
	for i := range 1500 {
		if err := os.WriteFile(filepath.Join(path, fmt.Sprintf("%0100d", i)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b.expect(`local lfs, n = require "lfs", 0 for _ in lfs.dir(".") do n = n + 1 end print(n)`, "1502")
	b.limits = vm.Limits{Memory: 1 << 20}
	b.fails(`local all = {} for i = 1, 1000 do local _, d = require("lfs").dir(".") all[i] = d end`, "too much memory")
}

func TestLfsIsAGlobalOnceItWasRequired(t *testing.T) {
	b := newLab(t, Options{})
	b.expect(`print(lfs) print(require("lfs") == lfs, type(lfs.attributes))`, "nil\ntrue\tfunction")
}
