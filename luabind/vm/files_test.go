package vm

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// dirs are a directory to read from and one to write to, and what the script calls them.
func dirs(t *testing.T) []Dir {
	t.Helper()
	var out []Dir
	for i, name := range []string{"/scripts", "/work"} {
		path := t.TempDir()
		if err := os.WriteFile(filepath.Join(path, "here.txt"), []byte("one\ntwo 2.5e1 0x10\n\nlast"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("/etc/passwd", filepath.Join(path, "link")); err != nil {
			t.Fatal(err)
		}
		root, err := os.OpenRoot(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { root.Close() })
		out = append(out, Dir{Path: name, Root: root, Write: i == 1})
	}
	return out
}

func TestFilesAreReadAndWrittenInTheirDirectories(t *testing.T) {
	s := New(Options{Files: dirs(t)})
	defer s.Close()
	if err := run(t, t.Context(), s, `
		-- reading
		local f = assert(io.open("/scripts/here.txt"))
		assert(f:read() == "one" and f:read("*l") == "two 2.5e1 0x10" and f:read("L") == "\n" and f:read(2) == "la" and f:read("*a") == "st")
		assert(f:read() == nil and f:read("a") == "" and f:read(0) == nil and f:read(5) == nil)
		assert(f:seek("set", 4) == 4 and f:read(3) == "two" and f:seek() == 7)
		local a, b = f:read("*n", "n") assert(a == 25 and b == 16)
		assert(f:seek("end") == 24 and f:seek("cur", -4) == 20 and f:read("a") == "last")
		assert(select("#", f:write("x")) == 3 and not f:write("x"))
		assert(f:close() and io.type(f) == "closed file" and tostring(f) == "file (closed)" and not pcall(f.read, f))
		local lines = {} for line in io.lines("here.txt") do lines[#lines + 1] = line end
		assert(table.concat(lines, "|") == "one|two 2.5e1 0x10||last")
		for a, b in io.lines("/work/here.txt", 1, "l") do assert(a == "o" and b == "ne") break end
		-- writing
		local w = assert(io.open("/work/new.txt", "w"))
		assert(w:write("a", 1, 2.5, "\n") == w and w:flush() and w:close())
		w = io.open("/work/new.txt", "a") w:write("end") w:close()
		assert(io.open("/work/new.txt"):read("a") == "a12.5\nend")
		w = io.open("new.txt", "r+") assert(w:read(1) == "a") w:write("X") w:seek("set") assert(w:read("a") == "aX2.5\nend") w:close()
		w = io.open("/work/new.txt", "w+") w:write("12345") w:seek("set", 2) assert(w:read("a") == "345") w:close()
		local t = io.tmpfile() t:write("x") t:seek("set") assert(t:read("a") == "x")
		local name = os.tmpname() assert(name:match("^/work/lua_") and os.remove(name))
		-- names
		assert(os.rename("/work/new.txt", "/work/newer.txt") and not io.open("/work/new.txt") and os.remove("newer.txt"))
		local ok, text, number = os.remove("/work/none") assert(ok == nil and text == "/work/none: No such file or directory" and number == 2)
		ok, text, number = io.open("/work/none") assert(ok == nil and text == "/work/none: No such file or directory" and number == 2)
		ok, text = pcall(io.lines, "/work/none") assert(not ok and text:find("/work/none: No such file or directory", 1, true))
		ok, text, number = io.open("/work/x", "rx") assert(not ok and number == 22)
		io.output("/work/out.txt") io.write("to the file") io.close() io.output(io.stdout)
		io.input("/work/out.txt") assert(io.read("a") == "to the file")
	`); err != nil {
		t.Error(err)
	}
}

func TestNothingOutsideOfTheDirectoriesIsTouched(t *testing.T) {
	s := New(Options{Files: dirs(t)})
	defer s.Close()
	if err := run(t, t.Context(), s, `
		for _, name in ipairs{"/etc/passwd", "../../../../../../etc/passwd", "/scripts/../../etc/passwd", "/work/link", "link", "/work/../etc/passwd", "/workx/y", "/", ""} do
			for _, mode in ipairs{"r", "w", "a", "r+"} do
				local f, text, number = io.open(name, mode)
				assert(f == nil and type(text) == "string" and number > 0, name .. " " .. mode)
			end
			assert(name:find("link") or not os.rename(name, "/work/stolen"), name) -- the link itself is a thing in the directory
			assert(not os.execute("cp " .. name .. " /work/stolen"), name)
		end
		assert(not os.remove("/etc/passwd") and not os.remove("../x") and not os.execute("rm -rf /") and not os.execute("rm -rf /work") and not os.execute("rm -rf /work/.."))
		assert(not os.rename("/work/here.txt", "/etc/x") and not os.rename("/work/here.txt", "/scripts/x"))
		assert(not io.open("/scripts/here.txt", "w") and not io.open("/scripts/here.txt", "a") and not os.remove("/scripts/here.txt"))
		assert(select(3, io.open("/scripts/new.txt", "w")) == 13)
		local open = {} for i = 1, 100 do open[i] = io.open("/work/here.txt") end assert(#open == 64)
	`); err != nil {
		t.Error(err)
	}
	if b, err := os.ReadFile("/etc/passwd"); err != nil || len(b) == 0 {
		t.Fatal(err)
	}
}

func TestBuiltInCommandsWorkOnTheDirectories(t *testing.T) {
	var slept time.Duration
	s := New(Options{Files: dirs(t), Sleep: func(_ context.Context, d time.Duration) error { slept += d; return nil }})
	defer s.Close()
	if err := run(t, t.Context(), s, `
		local function good(c) local ok, what, code = os.execute(c) assert(ok == true and what == "exit" and code == 0, c) end
		local function bad(c, want) local ok, what, code = os.execute(c) assert(ok == nil and what == "exit" and code == want, c .. " " .. tostring(code)) end
		good("mkdir -p /work/a/b/c") good("mkdir -p /work/a/b/c") bad("mkdir /work/a", 1) good('mkdir "/work/with space"')
		good("cp /scripts/here.txt /work/a/copy.txt") good("mv /work/a/copy.txt /work/a/b") assert(io.open("/work/a/b/copy.txt"))
		good("cp /scripts/here.txt '/work/with space/x' > /dev/null 2>&1") assert(io.open("/work/with space/x"))
		bad("rm /work/a", 1) bad("rm /work/none", 1) good("rm -f /work/none") good("rm -rf /work/a 2>/dev/null") assert(not io.open("/work/a/b/copy.txt"))
		good("sleep 1.5") good("sleep 1m") good("true") bad("false", 1) bad("sleep x", 1)
		bad("ls /work", 127) bad("echo x | cat", 127) bad("rm -rf $(pwd)", 127) bad("mkdir /scripts/x", 1)
		good("mkdir /work/x2>/dev/null") assert(os.remove("/work/x2")) good([[mkdir "/work/a\"b"]]) assert(os.remove('/work/a"b'))
		good("/bin/mkdir -pm 755 /work/y") assert(not io.open("755", "r")) bad("rm --force /work/y", 1) bad("mkdir /work/z\nrm -r /work/y", 127) good("rm --recursive /work/y")
		bad("sleep nan", 1) bad("sleep -1", 1)
		local p = io.popen("ls") assert(p:read("a") == "" and select(3, p:close()) == 127)
	`); err != nil {
		t.Error(err)
	}
	if slept != 61500*time.Millisecond {
		t.Errorf("slept %v", slept)
	}
}

func TestCommandsAreRunByTheHost(t *testing.T) {
	var printed []string
	s := New(Options{Print: func(line string) { printed = append(printed, line) }, Exec: func(_ context.Context, command string, stdin []byte) ([]byte, int, error) {
		switch {
		case command == "fail":
			return nil, 0, errors.New("no shell")
		case strings.HasPrefix(command, "status"):
			return nil, 3, nil
		}
		return []byte(command + ":" + string(stdin)), 0, nil
	}})
	defer s.Close()
	if err := run(t, t.Context(), s, `
		assert(os.execute() == true and os.execute("ls") == true and select(3, os.execute("status")) == 3 and not os.execute("fail"))
		local p = io.popen("cat x") assert(p:read("a") == "cat x:" and p:close() == true)
		p = io.popen("tee", "w") p:write("some", " text\n") assert(p:close())
		for line in io.popen("one"):lines() do assert(line == "one:") end
		assert(not pcall(io.popen, "x", "y"))
	`); err != nil {
		t.Error(err)
	}
	if got := strings.Join(printed, "|"); got != "ls:tee:some text" {
		t.Errorf("%q", got)
	}
}

func TestOutputGoesWhereItWasGiven(t *testing.T) {
	var lines []string
	var text strings.Builder
	script := `io.write("a", 1, "\nb") io.stdout:write("c\n") print("d", nil, 1/2) io.stderr:write("e\n") print("f\ng")`
	s := New(Options{Print: func(line string) { lines = append(lines, line) }})
	if err := run(t, t.Context(), s, script); err != nil {
		t.Error(err)
	}
	s.Close()
	if got := strings.Join(lines, "|"); got != "a1|bc|d\tnil\t0.5|e|f|g" {
		t.Errorf("%q", got)
	}
	s = New(Options{Write: func(s string) { text.WriteString(s) }})
	if err := run(t, t.Context(), s, script); err != nil {
		t.Error(err)
	}
	s.Close()
	if text.String() != "a1\nbc\ne\n" {
		t.Errorf("%q", text.String())
	}
}

func TestDatesKnowTimeZones(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2024, 7, 1, 12, 30, 15, 0, berlin)
	s := New(Options{Now: func() time.Time { return now }})
	defer s.Close()
	// The values are those of Lua 5.1 with TZ=Europe/Berlin.
	if err := run(t, t.Context(), s, `
		assert(os.time() == 1719829815)
		assert(os.date() == "Mon Jul  1 12:30:15 2024" and os.date("%H %Z %z") == "12 CEST +0200" and os.date("%H %Z", 1704110400) == "13 CET")
		assert(os.date("*t").isdst == true and os.date("*t", 1704110400).isdst == false and os.date("!*t").hour == 10)
		assert(os.time{year = 2024, month = 1, day = 1, hour = 12} == 1704106800)
		assert(os.time{year = 2024, month = 7, day = 1, hour = 12} == 1719828000)
		assert(os.time{year = 2024, month = 7, day = 1, hour = 12, isdst = false} == 1719831600)
		assert(os.time{year = 2024, month = 1, day = 1, hour = 12, isdst = true} == 1704103200)
		assert(os.time(os.date("*t", 1719829815)) == 1719829815)
		assert(os.date("!%c", 0) == "Thu Jan  1 00:00:00 1970")
	`); err != nil {
		t.Error(err)
	}
}
