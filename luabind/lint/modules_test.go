package lint

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"eslua/luabind/api"
	"eslua/luabind/dbh"
	"eslua/luabind/modules"
	"eslua/luabind/vm"
)

func TestFindingsInModules(t *testing.T) {
	for source, want := range map[string][]string{
		// Functions of a module.
		`local http = require "http" http.gett("x")`:                                                                           {`a.lua:1:34: unknown-method: there is no http.gett; did you mean "get"?`},
		`require("socket.http").reqest("x")`:                                                                                   {`a.lua:1:24: unknown-method: there is no socket.http.reqest; did you mean "request"?`},
		`local ltn12 = require "ltn12" print(ltn12.sink.tabel({}), ltn12.sink.table({}))`:                                      {`a.lua:1:48: unknown-method: there is no ltn12.sink.tabel; did you mean "table"?`},
		`local m = require "eslua" m.swich("x") m.switch("x", 1)`:                                                              {`a.lua:1:29: unknown-method: there is no eslua.swich; did you mean "switch"?`, `a.lua:1:42: argument-count: switch takes 0 to 1 arguments, not 2`},
		`local md5 = require "md5" print(md5.sumhexa(), md5.exor("a"))`:                                                        {`a.lua:1:37: argument-count: sumhexa takes 1 argument, not 0: md5.sumhexa(text)`, `a.lua:1:52: argument-count: exor takes 2`},
		`local json = require "json" print(json.encode({}, { indent = true }), json.encode(f()), json.decode())`:               {`a.lua:1:40: extra-argument: encode takes 1 argument, not 2: json.encode(value); it passes over the others`, `a.lua:1:83: undefined-global`, `a.lua:1:94: argument-count`},
		`local json = require "json" print(json:encode({}))`:                                                                   {`a.lua:1:40: method-call: encode is a function and not a method: call it as json.encode(...)`},
		`local lfs = require "lfs" print(lfs:currentdir(), lfs:lock_dir("x"))`:                                                 {`a.lua:1:55: unknown-method: there is no lfs.lock_dir`},
		`local json = require "json" print(json.decode({}), json.decode(nil), json.encode(nil))`:                               {`a.lua:1:40: argument-type: text of decode takes a string, not a table`, `a.lua:1:57: argument-type: text of decode takes a string, not nil`},
		`local f = require("base64").encode print(f("a", "b"), f())`:                                                           {`a.lua:1:42: extra-argument`, `a.lua:1:55: argument-count`},
		`local sha1 = require "sha1" print(sha1("x"), sha1(), sha1.sha1("x"), sha1.binary("x"))`:                               {`a.lua:1:46: argument-count: sha1 takes 1 argument, not 0`},
		`require "lfs" print(lfs.atributes("x"))`:                                                                              {`a.lua:1:25: unknown-method: there is no lfs.atributes; did you mean "attributes"?`},
		`local cjson = require("cjson").new() print(cjson.encod({}), cjson.new().decode("1"))`:                                 {`a.lua:1:50: unknown-method: there is no cjson.encod; did you mean "encode"?`},
		`local base64 = require "base64" function show(s) print(base64.encode(s:gsub("a", "b"))) end show("x")`:                nil,
		`local cjson = require "cjson" cjson.encode_sparse_array(true, nil, 3) cjson.encode_max_depth()`:                       nil,
		`local http = require "http" print(http.post("x", nil, { timeout = 2 }))`:                                              nil,
		`local url = require "socket.url" print(url.parse(argv[1]), url.build { host = "a" }, url.absolute("http://a/", "b"))`: nil,

		// Objects that they give.
		`local d = require("md5").new() d:update("a"):finsh()`:                                                         {`a.lua:1:46: unknown-method: md5.Digest has no method "finsh"; did you mean "finish"?`},
		`local env = require("luasql.mysql").mysql() local c = assert(env:connect("x")) c:exec("y") c:ping()`:          {`a.lua:1:82: unknown-method: luasql.mysql.Connection has no method "exec"`},
		`local env = require("luasql.sqlite3").sqlite3() env:connect("x"):ping()`:                                      {`a.lua:1:66: unknown-method: luasql.sqlite3.Connection has no method "ping"`},
		`local c = require("luasql.sqlite3").sqlite3():connect("x") c:execute("select 1"):fech({}, "a") c:execute()`:   {`a.lua:1:82: unknown-method: luasql.sqlite3.Cursor has no method "fech"; did you mean "fetch"?`, `a.lua:1:98: argument-count`},
		`local c = require("luasql.sqlite3").sqlite3():connect("x") local n = c:execute("delete") print(n + 1, n > 0)`: nil,
		`local r = require("http").get("x") r.parsed = 1 print(r.status, r.parsed, r:parse(), r.save())`:               nil,

		// What scripts put into a module is there.
		`local http = require "socket.http" http.TIMEOUT = 5 http.USERAGENT = "x" print(http.TIMEOUT, http.PORT)`: nil,
		`local json = require "json" json.pretty = function(v) return v end print(json.pretty({}, 1))`:            nil,
		`local json = require "json" function json.encode(v, how) return v, how end print(json.encode({}, 1))`:    nil,
		`local json = require "json" function json:pretty() return self end print(json:pretty(), json.pretty())`:  nil,
		`local json = require "json" for k, v in pairs(argv) do json[k] = v end json.anything()`:                  nil,
		`local json = require "json" extend(json) json.anything() function extend() end`:                          nil,
		`local json = require "json" setmetatable(json, { __index = string }) json.anything()`:                    nil,
		`local json = require "json" if json.pretty then json.pretty() end local x = json.ugly or 1 print(x)`:     nil,
		`local ltn12 = require "ltn12" function ltn12.source.lines() end ltn12.source.lines()`:                    nil,
		`package.loaded["json"] = { stringify = print } require("json").stringify()`:                              nil,
		`package.preload.json = function() end require("json").stringify()`:                                       nil,
		`package.loaded[argv[1]] = {} require("json").stringify()`:                                                nil,
		`package.loaded.json = nil require("json").stringify()`:                                                   {`a.lua:1:43: unknown-method`},
		`local ok, json = pcall(require, "json") json.anything() print(ok)`:                                       nil,
		`local json = argv[1] and require "json" or require "cjson" json.new()`:                                   nil,
		`http.anything() json = {} json.anything() require "http" require "json"`:                                 nil,

		// ESL.
		`local ESL = require "ESL" local con = ESL.ESLconnection("h", "8021", "p") con:apii("x") con:api("x", "y", "z")`: {
			`a.lua:1:79: unknown-method: ESL.ESLconnection has no method "apii"; did you mean "api"?`, `a.lua:1:93: argument-count: api takes 1 to 2 arguments, not 3: con:api(command[, arguments])`},
		`require "ESL" local con = ESL.ESLconection("h", 8021, "p") print(con)`:                                                                                     {`a.lua:1:31: unknown-method: there is no ESL.ESLconection; did you mean "ESLconnection"?`},
		`require "ESL" local con = ESL.ESLconnection(5) con:foo()`:                                                                                                  {`a.lua:1:52: unknown-method`},
		`ESL = require "ESL" con = ESL.ESLconnection("h", 8021, "u@d", "p") con:recvEvent():getHader("x")`:                                                          {`a.lua:1:84: unknown-method: ESL.ESLevent has no method "getHader"; did you mean "getHeader"?`},
		`local ev = require("ESL").ESLevent("x") ev.getBody() ev.getBody(ev) ev:addBody(nil) ev.foo = 1 print(ev.mine)`:                                             {`a.lua:1:44: method-call: getBody is a method`, `a.lua:1:88: unknown-field`},
		`local E = require "ESL" local c = E.ESLconnection(0) c:sendEvent(nil) c:sendEvent("x") c:sendEvent(E.ESLevent("custom", "a::b")) E.eslSetLogLevel(7)`:      {`a.lua:1:83: argument-type: event of sendEvent takes an ESLevent, not "x"`},
		`local E = require "ESL" print(E.ESLevent(E.ESLevent("x")), E.ESLevent("json", "{}"), E.ESLconnection(3), E.ESLconnection())`:                               {`a.lua:1:108: argument-count`},
		`require "ESL" ESL.eslSetLogLevel("7") local c = ESL.ESLconnection(1) c:recvEventTimed("100") c:recvEventTimed("soon") c:setAsyncExecute(1) c:disconnect()`: {`a.lua:1:111: argument-type: ms of recvEventTimed takes an integer, not "soon"`},
		`local c = require("ESL").ESLconnection(1) c:execute("set", "api_hangup_hook=lua x.lua") c:api("sched_api", "+5 none luarun x.lua")`:                        {`a.lua:1:45: off-box: api_hangup_hook`, `a.lua:1:91: off-box: sched_api`},
		`print(ESL)`: {`a.lua:1:7: undefined-global`},
	} {
		expect(t, source, found(t, Options{}, File{Path: "a.lua", Text: source}), want)
	}
}

// TestScriptsHaveTheirOwnModules: a file of the name of a module counts more than eslua's, and nothing of it is known.
func TestScriptsHaveTheirOwnModules(t *testing.T) {
	use := File{Path: "s/a.lua", Text: `require("json").stringify({}) require("socket.http").get("x") require("eslua").gone()`}
	expect(t, "without", found(t, Options{}, use), []string{"s/a.lua:1:17: unknown-method", "s/a.lua:1:54: unknown-method", "s/a.lua:1:80: unknown-method"})
	for _, own := range []File{{Path: "s/json.lua"}, {Path: "s/json/init.lua", Context: true}, {Path: "json.lua"}} {
		own.Text = "return {}"
		expect(t, own.Path, found(t, Options{}, use, own), []string{"s/a.lua:1:54: unknown-method", "s/a.lua:1:80: unknown-method"})
	}
	expect(t, "in a directory", found(t, Options{}, use, File{Path: "s/socket/http.lua", Text: "return {}"}), []string{"s/a.lua:1:17: unknown-method", "s/a.lua:1:80: unknown-method"})
	expect(t, "annotations", found(t, Options{}, use, File{Path: "types/json.lua", Text: api.Annotations()["json.lua"]}), []string{
		"s/a.lua:1:17: unknown-method", "s/a.lua:1:54: unknown-method", "s/a.lua:1:80: unknown-method"})
	expect(t, "another file's changes", found(t, Options{}, use, File{Path: "s/b.lua", Text: `require("json").stringify = print require("socket.http").get = print`}), []string{
		"s/a.lua:1:80: unknown-method"})
}

// values are what literals there are for arguments.
var values = map[api.Type]string{
	api.String: `"http://127.0.0.1/"`, api.Int: "1", api.Number: "1", api.Table: "{}", api.Function: "function() end", api.Bool: "true", api.TextOrTable: `"http://127.0.0.1/"`, api.Any: "{}",
}

const sqlite = `local env = require("luasql.sqlite3").sqlite3() local conn = env:connect(":memory:")`

// pointless are calls that do not fail, and are errors all the same: they give nothing of what they are for.
var pointless = map[string]bool{
	`local x = require("json") x.encode()`:                                 true,
	`local x = require("socket.url") x.build("word")`:                      true,
	`local x = require("socket.url") x.absolute()`:                         true,
	`local x = require("socket.url") x.absolute("http://127.0.0.1/")`:      true,
	`local x = require("socket.url") x.absolute("http://127.0.0.1/", nil)`: true,
	`local x = require("socket.url") x.absolute(nil, "http://127.0.0.1/")`: true,
	sqlite + ` local x = conn x:setautocommit()`:                           true,
}

// TestWhatIsAnErrorFails: a call of a function or a method of a helper module that is found to be an error does fail, with whatever arguments, and good
// calls are none.
func TestWhatIsAnErrorFails(t *testing.T) {
	pools := dbh.New(dbh.Options{Root: t.TempDir(), MakeRoot: true})
	defer pools.Close()
	helpers := modules.New(modules.Options{Databases: pools})
	defer helpers.Close()
	receivers := map[string]string{ // of what can be had without a server
		"md5.Digest":                 `local x = require("md5").new()`,
		"luasql.sqlite3.Environment": `local x = require("luasql.sqlite3").sqlite3()`,
		"luasql.sqlite3.Connection":  sqlite + ` local x = conn`,
		"luasql.sqlite3.Cursor":      sqlite + ` local x = conn:execute("select 1")`,
		"luasql.mysql.Environment":   `local x = require("luasql.mysql").mysql()`,
	}
	errors := 0
	try := func(receiver, call string, args []string, good bool) {
		source := receiver + " x" + call + "(" + strings.Join(args, ", ") + ")"
		var wrong []string
		for _, f := range found(t, Options{}, File{Path: "a.lua", Text: source}) {
			if !strings.Contains(f, ExtraArgument.text()) {
				wrong = append(wrong, f)
			}
		}
		switch {
		case len(wrong) == 0:
		case pointless[source]:
		case good:
			t.Errorf("%s\n%s", source, strings.Join(wrong, "\n"))
		default:
			errors++
			if !fails(t, helpers, source) {
				t.Errorf("%s\ndoes not fail, but is found to:\n%s", source, strings.Join(wrong, "\n"))
			}
		}
	}
	for _, m := range api.Modules() {
		if m.Name == "eslua" || m.Name == "ESL" { // these check their arguments with their rows, in luabind
			continue
		}
		receivers[m.Name] = fmt.Sprintf("local x = require(%q)", m.Name)
		for _, o := range append(m.Objects, m.Table) {
			join := ":"
			if o.Table() {
				join = "."
				if name, ok := strings.CutPrefix(o.Name, m.Name+"."); ok {
					receivers[o.Name] = fmt.Sprintf("local x = require(%q).%s", m.Name, name)
				}
			}
			receiver, ok := receivers[o.Name]
			if !ok {
				continue
			}
			for _, class := range o.Classes {
				for _, row := range class.Methods {
					var args []string
					for _, p := range row.Params {
						args = append(args, values[p.Type])
					}
					for n := range args {
						try(receiver, join+row.Name, args[:n], n >= row.Required())
						for _, literal := range []string{"nil", "true", "5", `"word"`, "{}", "function() end"} {
							other := append(append([]string{}, args[:n]...), literal)
							try(receiver, join+row.Name, append(other, args[n+1:]...), false)
						}
					}
					try(receiver, join+row.Name, args, true)
					try(receiver, join+row.Name, append(args, "1"), true)
				}
			}
		}
	}
	if errors < 100 {
		t.Errorf("only %d calls are errors", errors)
	}
}

// text is how a finding begins its text with a code.
func (c Code) text() string { return " " + string(c) + ": " }

// fails tells whether a call at the end of a script fails, or what it gives, if that is a function to be called later.
func fails(t *testing.T, helpers *modules.Modules, source string) bool {
	t.Helper()
	at := strings.LastIndex(source, " x")
	chunk, err := vm.Compile("a.lua", source[:at]+" local made ="+source[at:]+` if type(made) == "function" then made("y") end`)
	if err != nil {
		t.Fatal(err)
	}
	s := vm.New(vm.Options{Modules: helpers.Loader, Print: func(string) {}})
	defer s.Close()
	return s.Run(t.Context(), chunk) != nil
}

// TestTheExamplesOfTheModulesAreGood: the check has nothing to say of the scripts in docs/modules.md.
func TestTheExamplesOfTheModulesAreGood(t *testing.T) {
	text, err := os.ReadFile("../../docs/modules.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := regexp.MustCompile("(?s)```lua\n(.*?)```").FindAllSubmatch(text, -1)
	if len(examples) < 8 {
		t.Fatalf("%d examples", len(examples))
	}
	for _, example := range examples {
		source := `local SERVER = "http://10.0.0.1" print(SERVER)` + "\n" + string(example[1])
		expect(t, source, found(t, Options{}, File{Path: "a.lua", Text: source}), nil)
	}
}
