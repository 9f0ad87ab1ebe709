package lint

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/yuin/gopher-lua/parse"

	"eslua/luabind/api"
	"eslua/luabind/vm"
)

var update = flag.Bool("update", false, "write docs/check.md anew")

// found are the findings of files, as file:line:column: code: text, in which text may be cut.
func found(t *testing.T, opts Options, files ...File) []string {
	t.Helper()
	findings, err := Check(files, opts)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := WriteText(&b, findings); err != nil {
		t.Fatal(err)
	}
	if b.Len() == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}

// expect compares the beginnings of findings.
func expect(t *testing.T, name string, got, want []string) {
	t.Helper()
	ok := len(got) == len(want)
	for i := 0; ok && i < len(got); i++ {
		ok = strings.HasPrefix(got[i], want[i])
	}
	if !ok {
		t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestFindings(t *testing.T) {
	for source, want := range map[string][]string{
		// Syntax.
		"x = 1\nlocal y = = 2":            {"a.lua:2:11: syntax: unexpected symbol near '='"},
		"if session:ready() then":         {"a.lua:1:24: syntax: unexpected symbol near '<eof>'"},
		"goto nowhere":                    {"a.lua:1:1: syntax: "},
		"#!/usr/bin/lua\nprint('x')":      nil,
		"\ufeff#!/usr/bin/lua\nlocal x":   {"a.lua:2:7: unused-local"},
		"\ufefflocal x":                   {"a.lua:1:7: unused-local"},
		"for i = 1, 3 do local _ = i end": nil,

		// Methods.
		`session:awnser()`:                                                                    {`a.lua:1:9: unknown-method: freeswitch.Session has no method "awnser"; did you mean "answer"?`},
		`session:set_variable("a", "b")`:                                                      {`a.lua:1:9: unknown-method: freeswitch.Session has no method "set_variable"; did you mean "setVariable"?`},
		"local ä\n":                                                                           {"a.lua:1:7: syntax"},
		`local s = "äö" s = session:getVar(s)`:                                                {`a.lua:1:28: unknown-method`},
		`freeswitch.consolLog("info", "x")`:                                                   {`a.lua:1:12: unknown-method: there is no freeswitch.consolLog; did you mean "consoleLog"?`},
		`print(freeswitch.S_HUP, freeswitch.foo)`:                                             nil,
		`if session.later then session:later() end`:                                           nil,
		`session:uuid()`:                                                                      {`a.lua:1:9: unknown-method: uuid of freeswitch.Session is an attribute`},
		`session:setLUA()`:                                                                    {`a.lua:1:9: off-box: setLUA is internal`},
		`local api = freeswitch.API() api:exec("x")`:                                          {`a.lua:1:34: unknown-method: freeswitch.API has no method "exec"`},
		`local d = assert(freeswitch.Dbh("a")) d:qury("x")`:                                   {`a.lua:1:41: unknown-method: freeswitch.Dbh has no method "qury"; did you mean "query"?`},
		`local s = require("eslua").session s:playbak("x")`:                                   {`a.lua:1:38: unknown-method: eslua.Session has no method "playbak"; did you mean "playback"?`},
		`local s = require("eslua").session s:streamFile("x")`:                                {`a.lua:1:38: unknown-method`},
		`session:playback("x") session:wait_event("DTMF", 5):get("x")`:                        nil,
		`local ev = session:wait_event() ev:got("x")`:                                         {`a.lua:1:36: unknown-method: freeswitch.Event has no method "got"; did you mean "get"?`},
		`local x = other and freeswitch.API() or freeswitch.API() x:foo()`:                    {`a.lua:1:60: unknown-method`},
		`local x = freeswitch.API() x = {} x:foo()`:                                           nil,
		`local x = freeswitch.API() x = other() function other() end x:foo()`:                 nil,
		`function f(session) session:foo() end f()`:                                           nil,
		`function on_key(s, kind) s:foo() return kind end session:setInputCallback("on_key")`: {`a.lua:1:28: unknown-method`},
		`function on_key(s) s = 1 s:foo() end session:setInputCallback("on_key")`:             nil,
		`session.language = "de" session.vars.language = "de"`:                                {`a.lua:1:9: unknown-field: freeswitch.Session has no field "language"`},
		`session = { foo = 1 } session:bar() session.x = 1`:                                   nil,
		`session = session or freeswitch.Session("user/1") session:answer() session:foo()`:    {`a.lua:1:76: unknown-method`},
		`session = session or other session:foo() session = session env = env and env`:        {`a.lua:1:22: undefined-global`},
		`api = api or freeswitch.API() api:foo()`:                                             nil,
		`local s = s or session s = s and s s:foo()`:                                          nil,

		// Dots and colons.
		`session.answer()`: {`a.lua:1:9: method-call: answer is a method`},
		`session.answer(session) session.sleep(session)`: {`a.lua:1:33: argument-count: sleep takes 1 to 2 arguments, not 0`},
		`local f = session f.answer(f)`:                  nil,
		`freeswitch:msleep(5)`:                           {`a.lua:1:12: method-call: msleep is a function`},

		// Arguments.
		`session:sleep()`:                            {`a.lua:1:9: argument-count: sleep takes 1 to 2 arguments, not 0: session:sleep(ms[, sync = 0])`},
		`session:answer(1)`:                          {`a.lua:1:9: argument-count: answer takes 0 arguments, not 1`},
		`local log = freeswitch.consoleLog log("x")`: {`a.lua:1:35: argument-count: consoleLog takes 2 arguments, not 1`},
		`session:execute(unpack(argv)) session:setVariable("a", argv[1], unpack(argv))`: nil,
		`session:setVariable("a", (unpack(argv)), 1)`:                                   {`a.lua:1:9: argument-count`},
		`session:sleep("500") session:setVariable("a", nil) session:streamFile("a", 1)`: nil,
		`session:sleep("soon")`:                                        {`a.lua:1:15: argument-type: ms of sleep takes an integer, not "soon"`},
		`session:setAutoHangup("false")`:                               {`a.lua:1:23: argument-type: on of setAutoHangup takes a boolean`},
		`local function on_key() end session:setInputCallback(on_key)`: {`a.lua:1:54: argument-type: function of setInputCallback takes a string, not a function; give its name`},
		`session:subscribe("A", "B", "C", "D") session:subscribe()`:    {`a.lua:1:47: argument-count`},

		// Variables.
		`print(dialstrng)`: {`a.lua:1:7: undefined-global: nothing sets the global variable "dialstrng"`},
		`local dialstring = "x" print(dialstring .. dialstrng)`:                      {`a.lua:1:44: undefined-global: nothing sets the global variable "dialstrng"; did you mean "dialstring"?`},
		`if maybe then maybe() end print(never or 1, type(absent), gone == nil)`:     nil,
		`_G.one = 1 rawset(_G, "two", 2) print(one, two, _G.three)`:                  nil,
		`_G[argv[1]] = 1 print(anything)`:                                            nil,
		`local g = _G g.one = 1 rawset(g, "two", 2) print(one, two, three)`:          {`a.lua:1:60: undefined-global`},
		`local g = _G g[argv[1]] = 1 print(anything)`:                                nil,
		`fill(_G) function fill(t) t.x = 1 end print(anything)`:                      nil,
		`local o = {} function o:fill(t) t.x = 1 end o:fill(_G) print(anything)`:     nil,
		`for k in pairs(_G) do print(k) end print(anything)`:                         {`a.lua:1:42: undefined-global`},
		`setfenv(1, {}) print(anything)`:                                             nil,
		`local _ENV = {} print(anything)`:                                            nil,
		`local function f(...) return arg end f() print(arg)`:                        {`a.lua:1:48: undefined-global`},
		`string.trimm("x") string.len("x") function string.trim() end string.trim()`: {`a.lua:1:8: undefined-global: there is no string.trimm`},
		`require "ssl.https" https.request("x")`:                                     nil,
		`describe("x", function() it("y", function() end) end)`:                      nil,
		`table.getn({})`: {`a.lua:1:7: deprecated: table.getn is from Lua 5.0; use #`},
		`local a = 1`:    {`a.lua:1:7: unused-local: local variable "a" is never used`},
		`local a a = 1`:  {`a.lua:1:7: unused-local: local variable "a" is set, and never read`},
		`local function f() end local g = function() end`:                    {`a.lua:1:16: unused-local: local function "f"`, `a.lua:1:30: unused-local: local function "g"`},
		`local _, a, b = f() function f(p) for i = 1, 2 do end end print(b)`: nil,
		`local a repeat local b = 1 until b == a`:                            nil,
		`local a = 1 do local a = 2 print(a) end`:                            {`a.lua:1:7: unused-local`},
		`local a = a`:                                                 {`a.lua:1:7: unused-local`, `a.lua:1:11: undefined-global`},
		`local function a() return a end`:                             nil,
		`local a = function() return a end print(a)`:                  {`a.lua:1:29: undefined-global`},
		`goto done local t = {done = 1, ["t"] = 2} ::done:: print(t)`: {`a.lua:1:1: syntax: <goto done> at line 1 jumps into the scope of local`},
		`do local done = 1 print(done) goto out end ::out::`:          nil,

		// Off the switch.
		`session:insertFile("a", "b", 0)`: {`a.lua:1:9: off-box: insertFile cannot work off the switch: it raises an error; play`},
		`session:execute("set", "api_hangup_hook=lua x.lua") session:execute("export", "nolocal:execute_on_answer=lua x")`: {
			`a.lua:1:9: off-box: api_hangup_hook runs Lua inside the switch`, `a.lua:1:61: off-box: execute_on_answer runs`},
		`session:setVariable("api_hangup_hook", "hangup x")`:                                                        nil,
		`local c = "sched_api +" .. argv[1] .. " none luarun x.lua" print(c)`:                                       {`a.lua:1:11: off-box: sched_api`},
		`freeswitch.API():execute("sched_api", "+5 none luarun x.lua")`:                                             {`a.lua:1:18: off-box: sched_api`},
		`freeswitch.API():executeString("sched_api +5 none reloadxml") freeswitch.API():execute("luarun", "x.lua")`: nil,
		`freeswitch.API():executeString("originate user/1 &lua(x.lua)")`:                                            {`a.lua:1:32: off-box: &lua(...) runs inside`},
		`session:set_tts_parms("a", "b")`:                                                                           {`a.lua:1:9: deprecated: set_tts_parms is the old spelling of set_tts_params`},
		`os.execute("ls") local os = {} os.execute("x")`:                                                            {`a.lua:1:1: other-host: os.execute runs`},

		// Ignoring.
		"-- a comment\n-- eslua: ignore unknown-method, unused-local as it is\nsession:foo()\nlocal x\n\nsession:answer(1)":                             {"a.lua:6:9: argument-count"},
		"session:answer()\nsession:foo() -- eslua: ignore unknown-method\nsession:bar()\n-- eslua: ignore unknown-method\nsession:foo()\nsession:foo()": {"a.lua:3:9: unknown-method", "a.lua:6:9: unknown-method"},
		"session:answer()\n-- eslua: ignore unknown-method\n  -- eslua: ignore unused-local: not yet\nlocal x = session:foo()\nlocal y":                 {"a.lua:5:7: unused-local"},
		"#!/usr/bin/lua it's\n-- eslua: ignore unknown-method\n\n\nsession:foo()":                                                                       nil,
		"\ufeff-- eslua: ignore unknown-method\nsession:answer()\nsession:foo()\nlocal x":                                                               {"a.lua:4:7: unused-local"},
		"print[[\n-- eslua: ignore unknown-method\n]] session:foo()":                                                                                    {"a.lua:3:12: unknown-method"},
		"print('\\\n-- eslua: ignore x')":     nil,
		"  -- eslua: ignore unused":           {`a.lua:1:3: bad-ignore: there is no code "unused" to ignore`},
		"---@meta\nsession = nil local x = 1": nil,
		"-- eslua: ignore syntax\nx = = 1":    nil,
	} {
		expect(t, source, found(t, Options{}, File{Path: "a.lua", Text: source}), want)
	}
}

// TestValuesThatDependOnEachOther: what is known of a value is found out once, however often others are made of it.
func TestValuesThatDependOnEachOther(t *testing.T) {
	var b strings.Builder
	b.WriteString("local v0 = freeswitch.API() g0 = freeswitch.API()\n")
	for i := range 100 {
		fmt.Fprintf(&b, "local v%d = v%d or v%d g%d = g%d or g%d\n", i+1, i, i, i+1, i, i)
	}
	b.WriteString("v100:foo() g100:foo() a = b b = a a:foo() local c = freeswitch.API() c = c c:execute('x')")
	expect(t, "chain", found(t, Options{}, File{Path: "a.lua", Text: b.String()}), []string{"a.lua:102:6: unknown-method", "a.lua:102:17: unknown-method"})
}

func FuzzCheck(f *testing.F) {
	for _, text := range []string{"session:foo()", "local a = 1 goto x ::x:: -- eslua: ignore syntax", "x = [==[\n]==] .. 'a\\\nb'", "#!x\nfor i in f do end", "A\r(AA)", `local j = require "json" j.a = 1 j.b(require"lfs".dir(j)) function j:c() end`, `local c = require "ESL".ESLconnection(1) c:api("x"):getBody()`, `session = session or env session:x() env = session`, `local g = _G g.x = g(_G) x.y = x`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		findings, err := Check([]File{{Path: "a.lua", Text: text}}, Options{Root: "/s", Sounds: fstest.MapFS{}})
		if err != nil {
			t.Fatal(err)
		}
		for _, finding := range findings {
			if finding.Line < 1 || finding.Column < 1 || finding.Line > 1+strings.Count(text, "\n")+strings.Count(text, "\r") || finding.Text == "" {
				t.Errorf("%+v", finding)
			}
		}
	})
}

func TestFilesShareTheirGlobals(t *testing.T) {
	files := []File{
		{Path: "a.lua", Text: `api = freeswitch.API() domain = "x" function string.trim(s) return s end`},
		{Path: "b.lua", Text: `api:foo() print(domain, doman, string.trim("x"))`},
		{Path: "c.lua", Text: `other = freeswitch.API() print(nothing)`, Context: true},
		{Path: "d.lua", Text: `other = {} other:foo()`},
	}
	expect(t, "shared", found(t, Options{}, files...), []string{
		`b.lua:1:5: unknown-method: freeswitch.API has no method "foo"`, `b.lua:1:25: undefined-global: nothing sets the global variable "doman"; did you mean "domain"?`,
	})
	expect(t, "a file that was not seen may set others", found(t, Options{}, append(files, File{Path: "e.lua", Text: `dofile("/etc/settings.lua") print(setting, domian)`})...), []string{
		"b.lua:1:5: unknown-method", `e.lua:1:44: undefined-global: nothing sets the global variable "domian"`,
	})
	expect(t, "environments", found(t, Options{}, File{Path: "a.lua", Text: `local env = { storage = 1 } setfenv(loadfile("b.lua"), env)`}, File{Path: "b.lua", Text: `print(storage, storag)`}), []string{
		`b.lua:1:16: undefined-global: nothing sets the global variable "storag"`,
	})
}

func TestModulesAndPaths(t *testing.T) {
	opts := Options{
		Root: "/s", Scripts: []string{"lib/config.lua", "lib/init.lua", "main.lua"}, Read: []string{"/r"}, Write: []string{"/w"},
	}
	for source, want := range map[string][]string{
		`require "lib.config" require("lib") require "cjson" require "string" require "eslua" require "ESL" require "luasql.mysql"`: nil,
		`require "lib.cnfig"`: {`a.lua:1:9: missing-module: there is no module "lib.cnfig": neither lib/cnfig.lua nor lib/cnfig/init.lua is below the directory of the scripts, and eslua has none of that name; did you mean "lib.config"?`},
		`pcall(require, "none") pcall(function() require "none" end) require(argv[1])`:             nil,
		`if not freeswitch then require "socket" else require "none" end require "nothing"`:        {`a.lua:1:54: missing-module`, `a.lua:1:73: missing-module`},
		`package.path = "/x/?.lua" require "none"`:                                                 nil,
		`dofile("lib/config.lua") dofile("/s/lib/config.lua") loadfile("lib/x.lua")`:               {`a.lua:1:63: missing-module: lib/x.lua is not`},
		`dofile("/etc/x.lua") dofile("../x.lua")`:                                                  {`a.lua:1:8: outside-roots`, `a.lua:1:29: outside-roots`},
		`io.open("/s/x") io.open("/r/x", "rb") io.open("/w/x", "w") io.open("x") io.lines("/r/a")`: nil,
		`io.open("/etc/passwd") io.open("/r/x", "a") io.open("../x") os.remove("/r/x") os.rename("/w/a", "/b")`: {
			"a.lua:1:9: outside-roots: scripts may not read /etc/passwd", "a.lua:1:32: outside-roots: scripts may not write to /r/x", "a.lua:1:53: outside-roots",
			"a.lua:1:71: outside-roots", "a.lua:1:97: outside-roots: scripts may not write to /b"},
		`io.open("/tmp/" .. argv[1])`: nil,
	} {
		expect(t, source, found(t, opts, File{Path: "a.lua", Text: source}), want)
		if got := found(t, Options{}, File{Path: "a.lua", Text: source}); len(got) > 0 {
			t.Errorf("%s: without a root\n%s", source, strings.Join(got, "\n"))
		}
	}
}

func TestPrompts(t *testing.T) {
	opts := Options{SoundsPath: "/sounds", Sounds: fstest.MapFS{
		"en/us/callie/ivr/8000/ivr-welcome.wav": {}, "en/us/callie/ivr/16000/ivr-welcome.wav": {}, "music/8000/a.wav": {}, "own.wav": {},
	}}
	for source, want := range map[string][]string{
		`session:streamFile("ivr/ivr-welcome.wav") session:streamFile("ivr/ivr-welcome") session:streamFile("own.wav") session:playback("music/a.wav")`: nil,
		`session:streamFile("ivr/ivr-welcme.wav")`: {`a.lua:1:20: missing-prompt: there is no prompt "ivr/ivr-welcme.wav" in the directory of the sounds; did you mean "ivr/ivr-welcome.wav"?`},
		`session:streamFile("/sounds/own.wav") session:streamFile("/sounds/none.wav") session:streamFile("/var/x.wav")`:                           {`a.lua:1:58: missing-prompt`},
		`session:streamFile("tone_stream://x") session:streamFile("say:x") session:streamFile("$${sounds}/x") session:streamFile("x" .. argv[1])`: nil,
		`session:playAndGetDigits(1, 1, 3, 4000, "#", "own.wav", "gone.wav", "x")`:                                                                {`a.lua:1:57: missing-prompt: there is no prompt "gone.wav"`},
		`session:execute("playback", "gone.wav") session:execute("sleep", "gone.wav")`:                                                            {`a.lua:1:29: missing-prompt`},
		`session:streamFile("{loops=2}file_string://own.wav!gone.wav") session:execute("playback", "own.wav@@800")`:                               {`a.lua:1:20: missing-prompt: there is no prompt "gone.wav"`},
	} {
		expect(t, source, found(t, opts, File{Path: "a.lua", Text: source}), want)
	}
}

// TestEveryNameFindsItsPlace: the walk takes names and strings in the order of the tokens, all of them.
func TestEveryNameFindsItsPlace(t *testing.T) {
	sources := []string{
		`local a <close_ = 1`, "#!x\nlocal a, b = f.g[\"h\"].i:j(k, [[l]], 'm', {n = o, [p] = q, r; s}), -t + #u .. not v",
		`function a.b.c:d(e, ...) return ..., e end local function f(g) goto h ::h:: end`,
		`for a, b in c, d do while e do repeat local f = g until f end end for i = j, k, l do break end`,
		`if a then b() elseif c == "d" then e.f = g else h"i" j{k} end local l; (function() return m end)()`,
		`a.b["c"], d = (e), function(f, g) return f(g) end`,
	}
	paths, err := filepath.Glob("../../examples/*/*.lua")
	if err != nil || len(paths) < 2 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, string(text))
	}
	for _, text := range sources {
		text = vm.Source(text)
		block, err := parse.Parse(strings.NewReader(text), "x")
		if err != nil {
			continue // a source that is wrong has no tree
		}
		s := walk(&File{}, text, block, func(string) bool { return false }).source
		if s.lost != 0 || s.next != len(s.tokens) {
			t.Errorf("%d names lost, %d of %d tokens taken in\n%s", s.lost, s.next, len(s.tokens), text)
		}
	}
}

// TestTheExamplesOfTheRowsAreGood: what the documentation shows is right.
func TestTheExamplesOfTheRowsAreGood(t *testing.T) {
	for _, o := range api.Objects() {
		for _, class := range o.Classes {
			for _, m := range class.Methods {
				text := m.Example
				if strings.HasPrefix(o.Name, "ESL") {
					text = `local ESL = require "ESL" local con, ev = ESL.ESLconnection(0), ESL.ESLevent("x") ` + text
				}
				for _, f := range found(t, Options{}, File{Path: m.Name, Text: text}) {
					if code := strings.Fields(f)[1]; code == "unused-local:" || code == "undefined-global:" || code == "off-box:" && m.OffBox != "" || code == "deprecated:" && m.Deprecated != "" {
						continue // an example is only a line
					}
					if class.Native && o.Type == api.NativeSession {
						continue // it is for another session than the global one
					}
					t.Errorf("%s", f)
				}
			}
		}
	}
}

func TestEveryRuleHasAnExampleThatShowsIt(t *testing.T) {
	opts := Options{Root: "/s", Scripts: []string{"resources/functions.lua"}, SoundsPath: "/sounds", Sounds: fstest.MapFS{}}
	for _, r := range Rules() {
		got := found(t, opts, File{Path: "a.lua", Text: r.Example})
		if !strings.Contains(strings.Join(got, "\n"), " "+string(r.Code)+": ") {
			t.Errorf("%s: %q gives %q", r.Code, r.Example, got)
		}
	}
}

func TestTheReferenceIsCurrent(t *testing.T) {
	const path = "../../docs/check.md"
	if *update {
		if err := os.WriteFile(path, []byte(Reference()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != Reference() {
		t.Errorf("docs/check.md is not what the table says (%v); write it with: go test ./luabind/lint -update", err)
	}
}

func TestNearest(t *testing.T) {
	for name, want := range map[string]string{
		"awnser": "answer", "hangUp": "hangup", "get_variable": "getVariable", "getVar": "", "zzz": "", "sleeps": "sleep", "slep": "sleep", "answer": "",
	} {
		if got := nearest(name, []string{"answer", "hangup", "getVariable", "sleep"}); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
