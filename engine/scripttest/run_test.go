package scripttest_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"eslua/engine/scripttest"
	"eslua/scripts"
)

// files writes a directory of scripts.
func files(t testing.TB, texts map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range texts {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func run(t testing.TB, opts scripttest.Options) *scripttest.Report {
	t.Helper()
	if opts.Paths == nil {
		opts.Paths = []string{opts.Scripts}
	}
	report, err := scripttest.Run(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

const menu = `
session:answer()
session:setVariable("menu", "main")
session:streamFile("welcome.wav")
local key = session:playAndGetDigits(1, 1, 2, 3000, "#", "menu.wav", "wrong.wav", "[12]", "choice")
print("key " .. key)
if key == "1" then
  session:execute("bridge", "loopback/agents/default")
elseif key == "2" then
  session:transfer("7000", "XML", "default")
end
`

// one runs a single test, body, that calls a script.
func one(t *testing.T, script, body string, change func(*scripttest.Options)) scripttest.Result {
	t.Helper()
	dir := files(t, map[string]string{"main.lua": script, "main_test.lua": "it('test', function()\n" + body + "\nend)"})
	opts := scripttest.Options{Scripts: dir}
	if change != nil {
		change(&opts)
	}
	report := run(t, opts)
	if len(report.Results) != 1 {
		t.Fatalf("%d results", len(report.Results))
	}
	return report.Results[0]
}

// TestACallerWhoSpeaks: recordings are as long, and end with the silence behind it.
func TestACallerWhoSpeaks(t *testing.T) {
	const script = `
		session:answer()
		session:execute("record", "/tmp/a.wav 60 200 3")
		print("recorded " .. session:getVariable("record_seconds"))
		session:sleep(1000)`
	for spec, want := range map[string]string{
		`speaks = 10.5`: "recorded 10", `speaks = 10.5, loopback = true`: "recorded 10", `speaks = 0.2`: "recorded 0", `caller = "1"`: "recorded 0",
	} {
		r := one(t, script, `
			local c = place { script = "main.lua", `+spec+` }
			c:says("`+want+`")
			c:hears_nothing(0.5)
			c:wait()`, nil)
		if r.Status != scripttest.Passed {
			t.Errorf("%s: %s %+v", spec, r.Status, r.Failure)
		}
	}
	if r := one(t, script, `place { script = "main.lua", speaks = "x" }`, nil); r.Status != scripttest.Broken || !strings.Contains(r.Failure.Text, "number of seconds") {
		t.Errorf("%s %+v", r.Status, r.Failure)
	}
}

// TestWordsOfCalls: what holds passes.
func TestWordsOfCalls(t *testing.T) {
	for name, body := range map[string]string{
		"prompts and keys": `
			local c = place { script = "main.lua", sounds = { ["welcome.wav"] = 4 } }
			c:hears("welcome.wav")
			assert.is_near(0, c.elapsed, 0.2)
			c:hears("menu.wav")
			assert.is_near(4, c.elapsed, 0.3)
			c:press("9") c:hears("wrong.wav") c:hears("menu")
			c:hangup()
			c:wait()
			assert.equals("NORMAL_CLEARING", c.cause)
			assert.equals("main", c:var("menu"))
			assert.same({ "welcome.wav", "menu.wav", "wrong.wav", "menu.wav" }, c:heard())`,
		"a bridge": `
			local c = place { script = "main.lua", extensions = { agents = { "answer", { "sleep", "3000" } } } }
			c:hears("menu.wav") c:press("1")
			assert.equals("loopback/agents/default", c:expect_app("bridge", "agents"))
			assert.equals("loopback/agents-a", c:bridges("agents"))
			c:wait()
			c:says("key 1")`,
		"a busy agent": `
			local c = place { script = "main.lua", extensions = { agents = "busy" } }
			c:hears("menu.wav") c:press("1") c:wait()
			assert.equals("USER_BUSY", c.cause)`,
		"a transfer": `
			extensions { ["7000"] = { { "playback", "other.wav" }, { "hangup", "CALL_REJECTED" } } }
			local c = place { script = "main.lua" }
			c:hears("menu.wav") c:press("2")
			c:hears("other.wav") c:wait()
			assert.equals("7000", c.transferred_to)
			assert.equals("CALL_REJECTED", c.cause)`,
		"two calls": `
			local a, b = place { script = "main.lua" }, place { script = "main.lua", dest = "5001", caller = "1001" }
			a:hears("menu.wav") b:hears("menu.wav") a:press("9") a:hears("wrong.wav")
			b:hears_nothing(1)
			assert.are_not.equal(a.uuid, b.uuid)
			assert.equals("1001", b:var("sip_from_user"))`,
		"a file that is not there": `
			local c = place { script = "main.lua", sounds = { ["welcome.wav"] = false } }
			c:hears("menu.wav")
			assert.same({ "menu.wav" }, c:heard())`,
		"actions around the script": `
			local c = place { script = "main.lua", before = { { "set", "a=b" } }, next = { { "playback", "bye.wav" } } }
			c:expect_app("set", "a=b")
			c:hears("bye.wav") c:wait()
			assert.equals("b", c:var("a"))`,
		"loopback legs": `
			local c = place { script = "main.lua", loopback = true, vars = { x = "y" } }
			c:hears("menu.wav") c:press("9") c:hears("wrong.wav")
			assert.equals("y", c:var("x"))`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if r := one(t, menu, body, nil); r.Status != scripttest.Passed {
				t.Errorf("%s: %+v", r.Status, r.Failure)
			}
		})
	}
}

// TestGatewaysAndUsers: what they do may be said in a word, and a bridge to one is known by what was dialled.
func TestGatewaysAndUsers(t *testing.T) {
	const script = `session:setVariable("continue_on_fail", "true")
		for _, dial in ipairs(argv) do session:execute("bridge", dial) end`
	r := one(t, script, `
		local c = place {
		  script = "main.lua", args = { "sofia/gateway/a/4930", "user/1001@example.com", "sofia/gateway/b/4930" },
		  endpoints = { ["sofia/gateway/a/"] = "busy", ["user/1001"] = "desk", ["sofia/gateway/b/"] = "answer" },
		  extensions = { desk = "reject" },
		}
		assert.equals("sofia/external/4930", c:bridges("gateway/b/"))
		assert.equals("SUCCESS", c:var("originate_disposition"))
		c:hangup("16") c:wait()`, nil)
	if r.Status != scripttest.Passed {
		t.Errorf("%s: %+v", r.Status, r.Failure)
	}
}

// TestWhatDoesNotHoldIsTold: with the place in the test, the step, the place in the script and the trace.
func TestWhatDoesNotHoldIsTold(t *testing.T) {
	for _, c := range []struct {
		name, body         string
		status             scripttest.Status
		line               int
		text, step, script string
		trace              string
	}{
		{"another prompt", "local c = place { script = 'main.lua' }\nc:hears('bye.wav', 5)", scripttest.Failed, 3,
			"expected to hear bye.wav, but 5s have passed; heard instead: welcome.wav, menu.wav", "2: hears bye.wav", "main.lua:5, where it waits", "caller  hears menu.wav"},
		{"the call ends", "local c = place { script = 'main.lua' }\nc:hears('bye.wav')", scripttest.Failed, 3,
			"but the call ended with NORMAL_CLEARING after", "2: hears bye.wav", "it has ended", "hangs up"},
		{"an application", "local c = place { script = 'main.lua' }\nc:expect_app('bridge', 'x', 4)", scripttest.Failed, 3,
			"expected the application bridge x, but 4s have passed; executed instead: answer", "2: expects the application bridge x", "main.lua:5", "switch  answer"},
		{"an assertion", "local c = place { script = 'main.lua' }\n\nassert.equals('x', c:var('menu'))", scripttest.Failed, 4,
			"Expected objects to be equal.\nPassed in:\n(nil) nil\nExpected:\n(string) 'x'", "1: dials", "", "dials 5000"},
		{"an error", "local x\nx.y = 1", scripttest.Broken, 3, "attempt to index local 'x' (a nil value)", "", "", ""},
		{"a full stop in place of the colon", "place { script = 'main.lua' }.hears('x')", scripttest.Broken, 2, "hears belongs to a call and stands behind a colon, as call:hears(...)", "", "", ""},
		{"a field is set", "place { script = 'main.lua' }.cause = 'x'", scripttest.Broken, 2, "cause of a call cannot be set", "", "", ""},
		{"no cause", "place { script = 'main.lua' }:hangup('BUSY')", scripttest.Broken, 2, `"BUSY" is no hang-up cause, as USER_BUSY`, "", "", ""},
		{"no waiting", "local c = place { script = 'main.lua' }\nc:press('1')", scripttest.Failed, 0, "the script has not run", "2: presses 1", "", "presses 1"},
		{"no table", "place 'main.lua'", scripttest.Broken, 2, "place takes a table, as place { script", "", "", ""},
		{"a list of variables", "place { script = 'main.lua', vars = { 'a' } }", scripttest.Broken, 2, "vars are given by their names", "", "", ""},
		{"no address", "http('example.com', 'x')", scripttest.Broken, 2, `"example.com" is no address`, "", "", ""},
		{"before_each in a test", "before_each(function() end)", scripttest.Broken, 2, "before_each cannot stand in a test", "", "", ""},
		{"another leg", "extensions { agents = 'answer' }\nlocal c = place { script = 'main.lua' }\nc:hears('menu.wav') c:press('1') c:bridges('boss', 1)", scripttest.Failed, 4,
			"expected a bridge to boss, but 1s have passed; it was bridged to loopback/agents-a (loopback/agents/default)", "4: expects a bridge boss", "", ""},
		{"no leg at all", "place { script = 'main.lua' }:bridges('photo', 1)", scripttest.Failed, 2, "expected a bridge to photo, but 1s have passed; it was never bridged", "", "", ""},
		{"no leg of any name", "place { script = 'main.lua' }:bridges(nil, 1)", scripttest.Failed, 2, "expected a bridge, but 1s have passed", "", "", ""},
		{"an unknown word", "place { script = 'main.lua' }:heers('x')", scripttest.Broken, 2, `a call has no "heers"; it has`, "", "", ""},
		{"an unknown field", "place { skript = 'main.lua' }", scripttest.Broken, 2, `place knows no "skript"; it knows args, before`, "", "", ""},
		{"no script", "place { script = 'none.lua' }", scripttest.Broken, 2, "not found", "", "", ""},
		{"a key that there is not", "place { script = 'main.lua' }:press('x')", scripttest.Broken, 2, "a key is one of", "", "", ""},
		{"an endless test", "while true do end", scripttest.Broken, 2, "too ", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := one(t, menu, c.body, nil)
			if r.Status != c.status || r.Failure == nil {
				t.Fatalf("%s: %+v", r.Status, r.Failure)
			}
			if want := fmt.Sprintf("main_test.lua:%d", c.line); c.line > 0 && !strings.HasSuffix(r.Failure.Place, want) {
				t.Errorf("the place is %q, want %s", r.Failure.Place, want)
			}
			for _, x := range [][2]string{{r.Failure.Text, c.text}, {r.Failure.Step, c.step}, {r.Failure.Script, c.script}, {strings.Join(r.Failure.Trace, "\n"), c.trace}} {
				if !strings.Contains(x[0], x[1]) {
					t.Errorf("%q lacks %q", x[0], x[1])
				}
			}
		})
	}
}

func TestScriptsThatFail(t *testing.T) {
	const script = "session:answer()\nlocal t\nprint(t.x)"
	r := one(t, script, `place { script = "main.lua" }:wait()`, nil)
	if r.Status != scripttest.Failed || !strings.Contains(r.Failure.Text, "main.lua:3: attempt to index local 't'") {
		t.Errorf("%s: %+v", r.Status, r.Failure)
	}
	if r := one(t, "session:answer() while true do end", `place { script = "main.lua" }:wait()`, nil); r.Status != scripttest.Failed ||
		!strings.HasPrefix(r.Failure.Text, "the script failed: main.lua:1: too ") {
		t.Errorf("%s: %+v", r.Status, r.Failure)
	}
	if r := one(t, "x = = 1", `place { script = "main.lua" }`, nil); r.Status != scripttest.Broken || !strings.HasPrefix(r.Failure.Text, "main.lua:1: unexpected") {
		t.Errorf("%s: %+v", r.Status, r.Failure)
	}
	if r := one(t, script, `place { script = "main.lua" }:fails("attempt to index")`, nil); r.Status != scripttest.Passed {
		t.Errorf("%s: %+v", r.Status, r.Failure)
	}
	if r := one(t, menu, `place { script = "main.lua" }:fails()`, nil); r.Status != scripttest.Failed {
		t.Errorf("%s", r.Status)
	}
}

func TestStandIns(t *testing.T) {
	const script = `session:answer()
		local a = freeswitch.API()
		session:setVariable("sofia", a:executeString("sofia status"))
		session:setVariable("echo", a:execute("echo", "a b"))
		session:setVariable("expand", a:execute("url_encode", "a b"))
		local r = require("http").get("http://x.test/y")
		session:setVariable("http", r.status .. " " .. r.body)
		session:setVariable("none", select(2, require("http").get("http://x.test/z")))
		local body, status = require("socket.http").request("https://y.test/form", "a=b")
		session:setVariable("luasocket", status .. " " .. body)
		session:setVariable("luasocket_none", select(2, require("socket.http").request("http://y.test/form")))
		session:execute("curl", "http://x.test/plain")
		session:setVariable("home", os.getenv("HOME"))
		session:setVariable("year", os.date("%Y-%m-%d %H:%M"))
		local d = freeswitch.Dbh("sqlite://crm")
		d:query("select b from t where a = 2", function(row) session:setVariable("db", row.b) end)
		d:query("insert into t values (3, 'z')")
		d:release()
		session:execute("conference", "room+123")
		session:setVariable("g", freeswitch.getGlobalVariable("company"))`
	dir := files(t, map[string]string{"main.lua": script, "main_test.lua": `
		describe("stand-ins", function()
		  api("sofia status", "UP 1")
		  database("crm", "create table t (a, b); insert into t values (1, 'x'), (2, 'y')")
		  before_each(function() env("HOME", "/nowhere") end)
		  for round = 1, 2 do
		    it("round " .. round, function()
		      local asked
		      api("echo", function(arg) return "<" .. arg .. ">" end)
		      http("http://x.test/y", function(r) asked = r return { status = 201, body = r.method .. r.url } end)
		      http("http://x.test/plain", "text")
		      http("POST https://y.test/form", function(r) return { status = 202, body = "got " .. r.body } end)
		      local room
		      app("conference", function(arg) room = arg return { seconds = 5, vars = { joined = "yes" } } end)
		      globals { company = "ACME" }
		      date "2026-12-24 18:00"
		      local c = place { script = "main.lua" }
		      c:wait()
		      assert.equals("UP 1", c:var("sofia"))
		      assert.equals("<a b>", c:var("echo"))
		      assert.equals("a%20b", c:var("expand"))
		      assert.equals("201 GEThttp://x.test/y", c:var("http"))
		      assert.equals("eslua", asked.headers["user-agent"])
		      assert.matches("no stand%-in", c:var("none"))
		      assert.equals("202 got a=b", c:var("luasocket"))
		      assert.matches("no stand%-in", c:var("luasocket_none"))
		      assert.equals("200 text", c:var("curl_response_code") .. " " .. c:var("curl_response_data"))
		      assert.equals("/nowhere", c:var("home"))
		      assert.equals("2026-12-24 18:00", c:var("year"))
		      assert.equals("y", c:var("db"))
		      assert.same({ { n = "3" } }, query("crm", "select count(*) as n from t"))
		      assert.equals("room+123", room)
		      assert.equals("yes", c:var("joined"))
		      assert.equals("ACME", c:var("g"))
		      assert.is_near(5, c.elapsed, 0.5)
		    end)
		  end
		end)`})
	report := run(t, scripttest.Options{Scripts: dir})
	for _, r := range report.Results {
		if r.Status != scripttest.Passed {
			t.Errorf("%s: %+v", r.Status, r.Failure)
		}
	}
	r := one(t, `freeswitch.API():executeString("echo x")`, `api("echo", function() error("bad stand-in") end) place { script = "main.lua" }:wait()`, nil)
	if r.Status != scripttest.Failed || !strings.Contains(r.Failure.Text, "bad stand-in") {
		t.Errorf("%s: %+v", r.Status, r.Failure)
	}
}

func TestMail(t *testing.T) {
	const script = `print(freeswitch.email("ada@example.com", "pbx@example.com", "Subject: call", "from " .. session:getVariable("caller_id_number")))`
	for body, want := range map[string]string{
		`local c = place { script = "main.lua", caller = "4711" } c:says("true") c:wait() assert.matches("mails ada@example.com", c:trace())`: "",
		`local got
		mail(function(m) got = m end)
		local c = place { script = "main.lua", caller = "4711" }
		c:wait()
		assert.same({ from = "pbx@example.com", to = "ada@example.com", text = "Subject: call\n\nfrom 4711" }, got)`: "",
		`mail(function() return false end)
		local c = place { script = "main.lua" }
		c:says("EMAIL NOT SENT, error [the test refuses it]") c:says("false")`: "",
		`mail "x"`: "bad argument #1 to 'mail' (function expected, got string)",
	} {
		r := one(t, script, body, nil)
		if got := r.Failure; (got == nil) != (want == "") || got != nil && got.Text != want {
			t.Errorf("%s\n%s %+v", body, r.Status, r.Failure)
		}
	}
}

// TestScriptsWithoutACall: as those of eslua run.
func TestScriptsWithoutACall(t *testing.T) {
	const script = `local s = freeswitch.Session("{origination_caller_id_number=1}loopback/" .. argv[1] .. "/default")
		if not s:ready() then error("nobody there") end
		s:streamFile("reminder.wav") s:hangup()`
	r := one(t, script, `extensions { ada = "answer" }
		local trace = run { script = "main.lua", args = { "ada" } }
		assert.matches("hears reminder.wav", trace)
		assert.has_error(function() run { script = "main.lua", args = { "none" } } end)`, nil)
	if r.Status != scripttest.Passed {
		t.Errorf("%s: %+v", r.Status, r.Failure)
	}
	if r := one(t, script, `run { script = "main.lua", args = { "none" } }`, nil); r.Status != scripttest.Failed || !strings.Contains(r.Failure.Text, "nobody there") {
		t.Errorf("%s: %+v", r.Status, r.Failure)
	}
}

// TestTheSeed: the same seed gives the same ids and numbers, another one others.
func TestTheSeed(t *testing.T) {
	dir := files(t, map[string]string{
		"main.lua":   `session:answer() print(math.random(1000000) .. " " .. freeswitch.API():executeString("create_uuid"))`,
		"x_test.lua": `it("x", function() local c = place { script = "main.lua" } c:wait() print(c.uuid, math.random(1000000), (c:trace():gsub("<.->", ""))) end)`,
	})
	output := func(seed uint64) string {
		r := run(t, scripttest.Options{Scripts: dir, Seed: seed}).Results[0]
		if r.Status != scripttest.Passed || len(r.Output) == 0 {
			t.Fatalf("%s: %+v", r.Status, r.Failure)
		}
		return strings.Join(r.Output, "\n")
	}
	first := output(1)
	for range 10 {
		if got := output(1); got != first {
			t.Fatalf("%s\nand before\n%s", got, first)
		}
	}
	if output(2) == first {
		t.Error("another seed gives the same")
	}
}

func TestGoldenTraces(t *testing.T) {
	dir := files(t, map[string]string{"main.lua": menu, "main_test.lua": `it("test", function()
		local c = place { script = "main.lua" }
		c:hears("menu.wav") c:press("9") c:wait()
		c:matches_golden("menu")
	end)`})
	opts := scripttest.Options{Scripts: dir, Seed: 1}
	if r := run(t, opts).Results[0]; r.Status != scripttest.Failed || !strings.Contains(r.Failure.Text, "--update") {
		t.Errorf("without a trace: %+v", r)
	}
	opts.Update = true
	run(t, opts)
	opts.Update = false
	for seed := range uint64(20) {
		opts.Seed = seed + 1
		if r := run(t, opts).Results[0]; r.Status != scripttest.Passed {
			t.Fatalf("seed %d: %+v", opts.Seed, r.Failure)
		}
	}
	path := filepath.Join(dir, "golden", "menu.trace")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), "wrong.wav", "right.wav", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	if r := run(t, opts).Results[0]; r.Status != scripttest.Failed || !strings.Contains(r.Failure.Text, "+ ") || !strings.Contains(r.Failure.Text, "right.wav") {
		t.Errorf("%+v", r.Failure)
	}
}

// TestFaults: scripts that do not do well under faults are found, and those that do are not.
func TestFaults(t *testing.T) {
	for _, c := range []struct{ name, script, want, fault string }{
		{"good", menu, "", ""},
		{"a hook that runs", `function bye() end session:setHangupHook("bye") session:answer() session:sleep(1000) session:ready()`, "", ""},
		{"a hook that does not run", `function bye() end session:setHangupHook("bye") session:answer()
			local n = session:getVariable("uuid") .. "x" session:sleep(1000)
			if not session:ready() then return end
			session:sleep(1000) error("boom")`, "", ""},
		{"no time for the hook", `function bye() end session:setHangupHook("bye") session:answer() session:streamFile("x.wav")
			freeswitch.API():executeString("uuid_exists x") freeswitch.msleep(1000) local t = nil t.x = 1`, "the hang-up hook bye did not run", "a hang-up"},
		{"without end", "session:answer() session:streamFile('x.wav') if not session:ready() then while true do freeswitch.msleep(1000) end end",
			"the script had not ended", "a hang-up"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := one(t, c.script, `local c = place { script = "main.lua" } c:after(4) c:hangup()`+map[bool]string{true: " c:fails()"}[strings.Contains(c.script, "boom") || strings.Contains(c.script, "t.x")],
				func(o *scripttest.Options) { o.Faults = true })
			switch {
			case c.want == "" && r.Status != scripttest.Passed:
				t.Errorf("%s: %+v", r.Status, r.Failure)
			case c.want == "" && r.Faults < 10:
				t.Errorf("%d faults", r.Faults)
			case c.want != "" && (r.Failure == nil || !strings.Contains(r.Failure.Text, c.want) || !strings.Contains(r.Failure.Fault, c.fault)):
				t.Errorf("%s: %+v", r.Status, r.Failure)
			}
		})
	}
}

func TestOrderAndOptions(t *testing.T) {
	dir := files(t, map[string]string{
		"a_test.lua": `local log = {}
			local function note(x) return function() log[#log + 1] = x end end
			describe("outer", function()
			  setup(note "setup") teardown(note "teardown") before_each(note "before") after_each(note "after")
			  it("one", note "one")
			  describe("inner", function()
			    before_each(note "inner before") after_each(note "inner after")
			    it("two", function() finally(note "finally") log[#log + 1] = "two" end)
			  end)
			  pending("later")
			  it("half", function() pending("not now") end)
			end)
			it("end", function()
			  assert.equals("setup before one after before inner before two finally inner after after before after teardown", table.concat(log, " "))
			end)`,
		"sub/b_test.lua": `it("fails", function() assert.is_true(false) end) it("passes", function() end)`,
		"c_test.lua":     "it('x', function()\nend",
		".d/d_test.lua":  `it("hidden", function() end)`,
		"main.lua":       "print(1)",
	})
	text := func(report *scripttest.Report) string {
		var out []string
		for _, r := range report.Results {
			out = append(out, strings.Join(r.Name, "/")+"="+string(r.Status))
		}
		return strings.Join(out, " ")
	}
	var each []string
	report := run(t, scripttest.Options{Scripts: dir, Each: func(r scripttest.Result) { each = append(each, strings.Join(r.Name, "/")+"="+string(r.Status)) }})
	want := "outer/one=passed outer/inner/two=passed outer/later=pending outer/half=pending end=passed " + filepath.ToSlash(dir) + "/c_test.lua=error fails=failed passes=passed"
	if got := text(report); got != want {
		t.Errorf("%s\nwant %s\n%+v", got, want, report.Results[4].Failure)
	}
	if got := strings.Join(each, " "); got != want {
		t.Errorf("told: %s", got)
	}
	if f := report.Results[5].Failure; f == nil || !strings.HasSuffix(f.Place, "c_test.lua:2") {
		t.Errorf("%+v", f)
	}
	if got := text(run(t, scripttest.Options{Scripts: dir, Filter: regexp.MustCompile("inner|passes")})); !strings.Contains(got, "outer/inner/two=passed") || strings.Contains(got, "outer/one") || strings.Contains(got, "fails") {
		t.Error(got)
	}
	if got := text(run(t, scripttest.Options{Scripts: dir, Paths: []string{filepath.Join(dir, "sub")}, FailFast: true})); got != "fails=failed" {
		t.Error(got)
	}
	if _, err := scripttest.Run(context.Background(), scripttest.Options{Scripts: dir, Paths: []string{filepath.Join(dir, "none")}}); err == nil {
		t.Error("no error for a path that is not there")
	}
}

func TestCoverage(t *testing.T) {
	dir := files(t, map[string]string{
		"main.lua":      "session:answer()\nlocal m = require('lib')\nif m.never then\n  print('x')\nend\n",
		"lib.lua":       "return { never = false }\n",
		"other.lua":     "print(1)\n",
		"main_test.lua": `for i = 1, 3 do it("x" .. i, function() place { script = "main.lua" }:wait() end) end`,
	})
	report := run(t, scripttest.Options{Scripts: dir, Coverage: true})
	if len(report.Coverage) != 2 || report.Coverage[0].Name != "lib.lua" || report.Coverage[1].Name != "main.lua" {
		t.Fatalf("%+v", report.Coverage)
	}
	lines := report.Coverage[1].Lines
	if lines[1] != 3 || lines[2] != 3 || lines[3] != 3 || lines[4] != 0 || len(lines) != 4 {
		t.Errorf("%v", lines)
	}
}

// TestLuassert: the manners of luassert.
func TestLuassert(t *testing.T) {
	good := []string{
		`assert.are.equal(1, 1)`, `assert.equals("a", "a")`, `assert.are_not.equal(1, 2)`, `assert.is_not.equal(1, 2)`, `assert.not_equals(1, 2)`,
		`assert.are.same({ 1, { a = 2 } }, { 1, { a = 2 } })`, `assert.are_not.same({ 1 }, { 2 })`, `assert.is_true(true)`, `assert.is.truthy(1)`,
		`assert.is_falsy(nil)`, `assert.is_nil(nil)`, `assert.is_not_nil(1)`, `assert.is_not.is_nil(1)`, `assert.True(true)`,
		`assert.is_string("x")`, `assert.is_table({})`, `assert.is_function(print)`, `assert.has_error(function() error("x") end)`,
		`assert.has_error(function() error("x", 0) end, "x")`, `assert.has.errors(function() error({ 1 }) end, { 1 })`, `assert.has_no.errors(function() end)`,
		`assert.error_matches(function() error("abc") end, "b")`, `assert.matches("^a", "abc")`, `assert.does_not.match("z", "abc")`, `assert.near(1, 1.05, 0.1)`,
		`assert.is.unique({ 1, 2 })`, `assert.has_property("a", { a = 1 })`, `assert(1 == 1)`, `assert.are.same({ match.is_number(), match._ }, { 1, "x" })`,
		`local s = spy.new(function() return 1 end) s(1, "a") s(2) assert.spy(s).was.called() assert.spy(s).was.called(2) assert.spy(s).was_called_with(1, "a")
		 assert.spy(s).was_not.called_with(3) assert.spy(s).was.called_with(match.is_number()) assert.spy(s).returned_with(1)
		 assert.spy(s).was.called_at_least(1) assert.spy(s).was.called_less_than(3) s:clear() assert.spy(s).was_not_called()`,
		`local t = { f = function() return 1 end } local s = spy.on(t, "f") assert.equals(1, t.f()) s:revert() assert.is_function(t.f)`,
		`local t = { f = function() return 1 end } stub(t, "f").returns(5) assert.equals(5, t.f()) t.f:revert() assert.equals(1, t.f())`,
		`local t = { f = print } local s = stub(t, "f", 3) s.on_call_with(1).returns(7) assert.equals(7, t.f(1)) assert.equals(3, t.f(2)) assert.stub(s).was.called(2)`,
		`local s, t = spy.new(function(t) return t end), { 1, { 2 } } s(t) t[1], t[2][1] = 5, 6 assert.spy(s).was.called_with({ 1, { 2 } }) assert.spy(s).returned_with({ 1, { 2 } })`,
		`local s s = spy.new(function(n) if n > 0 then s(n - 1) end return n end) s(2) assert.spy(s).returned_with(0) assert.spy(s).returned_with(2)`,
		`local s, t = spy.new(), {} t.t = t s(t) assert.spy(s).was.called_with(match.is_table())`,
		`local m = mock({ f = function() return 1 end }, true) assert.is_nil(m.f(1)) assert.spy(m.f).was.called_with(1) mock.revert(m) assert.equals(1, m.f())`,
	}
	bad := []string{
		`assert.are.equal(1, "1")`, `assert.are.same({ 1 }, { 1, 2 })`, `assert.is_true(1)`, `assert.is_nil(false)`, `assert.has_error(function() end)`,
		`assert.has_error(function() error("x") end, "y")`, `assert.has_no.errors(function() error("x") end)`, `assert.matches("z", "abc")`, `assert(false)`,
		`assert(nil, "text")`, `assert.is.unique({ 1, 1 })`, `assert.spy(spy.new()).was.called()`, `assert.are_not.same({}, {})`, `assert.near(1, 2, 0.5)`,
		`local s = spy.new() s(1) assert.spy(s).was.called_with(1, nil)`, `assert.has_property("a", {})`,
	}
	var b strings.Builder
	for i, body := range append(append([]string{}, good...), bad...) {
		fmt.Fprintf(&b, "it(%q, function() %s end)\n", fmt.Sprint(i), body)
	}
	report := run(t, scripttest.Options{Scripts: files(t, map[string]string{"x_test.lua": b.String()})})
	for i, r := range report.Results {
		switch {
		case i < len(good) && r.Status != scripttest.Passed:
			t.Errorf("%s: %s: %+v", good[i], r.Status, r.Failure)
		case i >= len(good) && (r.Status != scripttest.Failed || !strings.HasSuffix(r.Failure.Place, fmt.Sprintf("x_test.lua:%d", strings.Count(strings.Join(append(append([]string{}, good...), bad...)[:i], "\n"), "\n")+2))):
			t.Errorf("%s: %s: %+v", bad[i-len(good)], r.Status, r.Failure)
		}
	}
}

// TestTheExample runs the tests of one example. Package examples runs all.
func TestTheExample(t *testing.T) {
	report := run(t, scripttest.Options{Scripts: "../../examples", Paths: []string{"../../examples/ivr"}, Coverage: true, Faults: !testing.Short()})
	for _, r := range report.Results {
		if r.Status != scripttest.Passed {
			t.Errorf("%s: %+v", r.Name, r.Failure)
		}
	}
	for _, c := range report.Coverage {
		if c.Name == "ivr/main.lua" && c.Covered() < len(c.Lines)*9/10 {
			t.Errorf("the tests carry out %d of %d lines", c.Covered(), len(c.Lines))
		}
	}
}

// BenchmarkSimpleCallTests: a test places a call, hears a prompt, presses a key and looks at the end.
func BenchmarkSimpleCallTests(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // as eslua test does
	const n = 100
	texts := map[string]string{"main.lua": "session:answer() local d = session:playAndGetDigits(1, 1, 1, 3000, '#', 'menu.wav', '', '') session:hangup()"}
	for i := range 8 {
		texts[fmt.Sprintf("%d_test.lua", i)] = fmt.Sprintf(`for i = 1, %d do it("test " .. i, function()
			local c = place { script = "main.lua" } c:hears("menu.wav") c:press("1") c:wait() assert.equals("NORMAL_CLEARING", c.cause) end) end`, n)
	}
	dir := files(b, texts)
	b.ResetTimer()
	for b.Loop() {
		if report := run(b, scripttest.Options{Scripts: dir}); !report.OK() {
			b.Fatalf("%+v", report.Results[0].Failure)
		}
	}
	b.ReportMetric(float64(b.N*8*n)/b.Elapsed().Seconds(), "tests/s")
}

// A directory of scripts may be a link to a release.
func TestTestsBehindALinkAreFound(t *testing.T) {
	dir := files(t, map[string]string{"r1/sub/a_test.lua": "it('a', function() end)", "r1/.git/b_test.lua": "it('b', function() end)"})
	link := filepath.Join(dir, "current")
	if err := os.Symlink("r1", link); err != nil {
		t.Fatal(err)
	}
	if report := run(t, scripttest.Options{Scripts: link}); len(report.Results) != 1 || report.Results[0].File != filepath.ToSlash(link)+"/sub/a_test.lua" {
		t.Errorf("%+v", report.Results)
	}
}

// What is to serve is tested, not what has come to be on disk meanwhile.
func TestAGenerationIsTestedAsItIs(t *testing.T) {
	dir := files(t, map[string]string{
		"main.lua": "session:answer() session:setVariable('got', require('lib'))", "lib.lua": "return 'old'",
		"main_test.lua": "it('is old', function() local c = place { script = 'main.lua' } c:wait() assert.equals('old', c:var('got')) end)",
	})
	library, err := scripts.Open(t.Context(), scripts.Options{Root: dir, Mode: scripts.Manual, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	old := library.Generation()
	for name, text := range map[string]string{"lib.lua": "return 'new'", "more_test.lua": "it('is new', function() end)"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := library.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if report := run(t, scripttest.Options{Generation: old}); len(report.Results) != 1 || !report.OK() {
		t.Errorf("the old ones: %+v", report.Results)
	}
	if report := run(t, scripttest.Options{Generation: library.Generation()}); len(report.Results) != 2 || report.OK() {
		t.Errorf("the new ones: %+v", report.Results)
	}
	if err := os.Remove(filepath.Join(dir, "main_test.lua")); err != nil {
		t.Fatal(err)
	}
	if err := library.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if report := run(t, scripttest.Options{Generation: library.Generation()}); len(report.Results) != 1 {
		t.Errorf("without a test file: %+v", report.Results)
	}
}

func TestAHangingTestEndsWithItsContext(t *testing.T) {
	dir := files(t, map[string]string{"main_test.lua": "it('hangs', function() print('here') while true do end end)"})
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("the server stops")
	time.AfterFunc(100*time.Millisecond, func() { cancel(why) }) // what computes knows no other time
	report, err := scripttest.Run(ctx, scripttest.Options{Paths: []string{dir}, Scripts: dir})
	if !errors.Is(err, why) || len(report.Results) != 1 || !strings.Contains(report.Results[0].Failure.Text, why.Error()) {
		t.Errorf("%v, %+v", err, report)
	}
}
