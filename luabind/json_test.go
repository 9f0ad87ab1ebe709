package luabind_test

import (
	"context"
	"strings"
	"testing"

	"eslua/luabind/vm"
)

// shown prints a table with its keys sorted.
const shown = `
	local function show(v)
		if type(v) ~= "table" then return (type(v) == "string" and "%q" or "%s"):format(tostring(v)) end
		local keys, out = {}, {}
		for k in pairs(v) do keys[#keys + 1] = k end
		table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
		for i, k in ipairs(keys) do out[i] = "[" .. show(k) .. "]=" .. show(v[k]) end
		return "{" .. table.concat(out, " ") .. "}"
	end
`

// TestEncode is s26 of the recordings and more.
func TestEncode(t *testing.T) {
	run(t, "async full", `
		local json = freeswitch.JSON()
		json:return_unformatted_json(true)
		local function enc(t) print(select(2, pcall(json.encode, json, t))) end
		enc({}) enc({ 1, 2, 3 }) enc({ a = 1 }) enc({ "x", y = "z" }) enc({ [2] = "b" }) enc({ 1.5, -2, 1e20, 0.1 }) enc({ true, false })
		enc({ list = { { id = 1 }, { id = 2 } } }) enc({ { 1 }, { 2, 3 } }) enc({ e = {} }) enc({ s = 'h\195\169 "q" \\ \n \1' })
		enc({ f = print }) enc({ ["1"] = "x" }) enc({ [true] = "x" }) enc({ 1/3, 1e-7, 123456789012, 0/0, 100000 }) enc({ n = "a\0b" })
		enc("text") enc(nil)
		local deep = {} deep.deep = deep
		enc(deep)
		json:encode_empty_table_as_object(false)
		enc({}) enc({ e = {} })
		json:return_unformatted_json(false)
		enc({ a = { 1, 2 } }) enc({ a = { { b = 1, c = {} } } }) enc({ a = { b = "x" } })
		print(freeswitch.JSON():encode({ a = 1 }))`,
		`{}
[1,2,3]
{"a":1}
["x","z"]
{"2":"b"}
[1.5,-2,1e+20,0.1]
[true,false]
{"list":[{"id":1},{"id":2}]}
[[1],[2,3]]
{"e":{}}
{"s":"hé \"q\" \\ \n \u0001"}
{}
["x"]
{}
[0.33333333333333331,1e-07,123456789012,null,100000]
{"n":"a"}
Error in LUA::JSON::encode (arg 2), expected 'SWIGLUA_TABLE' got 'string'
Error in LUA::JSON::encode (arg 2), expected 'SWIGLUA_TABLE' got 'nil'
the table is nested too deeply
[]
{"e":[]}
{
	"a":	[1, 2]
}
{
	"a":	[{
			"b":	1,
			"c":	[]
		}]
}
{
	"a":	{
		"b":	"x"
	}
}
{
	"a":	1
}`, nil)
}

// TestDecode is s26 of the recordings and more.
func TestDecode(t *testing.T) {
	run(t, "async full", shown+`
		local json = freeswitch.JSON()
		for _, s in ipairs{ '{"a":1,"b":"x","c":true,"d":false,"e":null,"f":1.5,"g":12345678901234}', '[1,"two",true,null,{"x":1},[9,8]]',
			'{"list":[{"id":1},{"id":2}],"o":{"p":{"q":"r"}},"empty":{},"ea":[]}', '"just a string"', "42", "true", "null", "", "{bad", '{"a":1} trailing',
			'{"u":"\\u00e9 \\ud83d\\ude00 \\n"}', ' \t{"a" : [ 1 , 2 ] }', '[1,]', '{"a":1,}', '[1 2]', '{"a":1', '["\\x"]', '["\\ud800"]', '["a', "[1e5,-0.5,01,1.2.3]",
			"[1e5,-0.5,01]", '{"a":1,"a":2}', "nul", "[-]", '["a\\u0000b"]', "\239\187\191[7]" } do
			print(show(json:decode(s)))
		end
		print(select("#", json:decode("bad")), select("#", json:decode(nil)))
		print(json:decode(("["):rep(1000) .. ("]"):rep(1000)) ~= nil, json:decode(("["):rep(1001) .. ("]"):rep(1001)))`,
		`{["a"]=1 ["b"]="x" ["c"]=true ["d"]=false ["f"]=1.5 ["g"]=12345678901234}
{[1]=1 [2]="two" [3]=true [4]={["x"]=1}}
{["ea"]={} ["empty"]={} ["list"]={[1]={["id"]=1} [2]={["id"]=2}} ["o"]={["p"]={["q"]="r"}}}
{}
{}
{}
{}
nil
nil
{["a"]=1}
{["u"]="é 😀 \
"}
{["a"]={[1]=1 [2]=2}}
nil
nil
nil
nil
nil
nil
nil
nil
{[1]=100000 [2]=-0.5 [3]=1}
{["a"]=2}
nil
nil
{[1]="a"}
{[1]=7}
0	0
true`, nil)
}

// TestJSONCommands: the switch's command json answers with the command itself, a status and a response.
func TestJSONCommands(t *testing.T) {
	l := newLab(t, "async full", shown+`
		local json = freeswitch.JSON()
		json:return_unformatted_json(true)
		print(show(json:execute('{ "command": "good",\n "data": {} }')), show(json:execute({ command = "good", data = { x = 1 } })))
		print(json:execute2({ command = "good", data = "" }), "[" .. json:execute2({ command = "bad" }) .. "]")
		print(select("#", json:execute({ command = "bad" })), select("#", json:execute("{bad")), show(json:execute({ command = "none", data = "" })))
		print(select(2, pcall(json.execute, json, true)))`)
	l.json = func(arg string) string {
		switch {
		case strings.Contains(arg, `"good"`):
			return strings.TrimSuffix(arg, "}") + `,"status":"success","response":{"sum":[1,2],"text":"x"}}` + "\n"
		case strings.Contains(arg, `"none"`):
			return strings.TrimSuffix(arg, "}") + `,"status":"success","response":null}` + "\n"
		}
		return strings.TrimSuffix(arg, "}") + `,"status":"error","message":"Invalid request or non-existant command","response":null}` + "\n"
	}
	call := l.call()
	if err := call.Wait(context.Background()); err != nil {
		t.Fatal(err)
	}
	want := `{["sum"]={[1]=1 [2]=2} ["text"]="x"}	{["sum"]={[1]=1 [2]=2} ["text"]="x"}
{"sum":[1,2],"text":"x"}	[]
0	0	{}
Wrong arguments for overloaded function 'JSON_execute'
  Possible C/C++ prototypes are:
    LUA::JSON::execute(char const *)
    LUA::JSON::execute(SWIGLUA_TABLE)
`
	if got := l.printed(); got != want {
		t.Errorf("printed\n%s\nwant\n%s\nerror %v", got, want, l.err)
	}
}

// TestValuesOfTheHostKeepToTheLimits: what a script puts into JSON, events, streams and menus is its memory, also while it is being made.
func TestValuesOfTheHostKeepToTheLimits(t *testing.T) {
	const memory, work, text = "too much memory", "without a wait", "string length overflow"
	for script, want := range map[string]string{
		`freeswitch.JSON():decode("[" .. ("1,"):rep(2e6 - 10) .. "1]")`:                                                                                                          memory,
		`freeswitch.JSON():decode("[" .. ('{"":1},'):rep(5e5) .. "1]")`:                                                                                                          memory,
		`local t = {} for i = 1, 2e5 do t[i] = false end freeswitch.JSON():encode(t)`:                                                                                            memory,
		`local t = {} for i = 1, 4e4 do t["a" .. i] = false end for i = 1, 190 do t = {a = t} end freeswitch.JSON():encode(t)`:                                                   text,
		`freeswitch.Event("json", '{"a":[' .. ('"x",'):rep(1e5) .. '""]}')`:                                                                                                      memory,
		`freeswitch.Event("json", "{" .. ('"b":"x",'):rep(3e4) .. ('"Event-Name":"x",'):rep(3e4) .. '"a":"x"}')`:                                                                 work,
		`local e = freeswitch.Event("CUSTOM") for i = 1, 1e9 do e:addHeader("a" .. i, ("x"):rep(1e5)) end`:                                                                       memory,
		`local e = freeswitch.Event("CUSTOM") e:addHeader("a", ("x"):rep(1e5)) for i = 1, 40 do e:merge(e) end`:                                                                  memory,
		`local t = {} for i = 1, 1e9 do t[i] = freeswitch.Event("CUSTOM") t[i]:addBody(("x"):rep(1e5)) end`:                                                                      memory,
		`freeswitch.Event("CUSTOM"):addHeader("a", "ARRAY::" .. ("|:"):rep(2e6))`:                                                                                                memory,
		`local e = freeswitch.Event("CUSTOM") e:addBody(("x"):rep(4e6)) e:addHeader("a", ("x"):rep(4e6)) e:serialize()`:                                                          text,
		`require "ESL" ESL.ESLevent("json", "{" .. ('"b[4000]":"x",'):rep(2e5) .. '"a":"x"}')`:                                                                                   memory,
		`require "ESL" ESL.ESLevent("json", "{" .. ('"b":"x",'):rep(3e4) .. ('"c":"",'):rep(3e4) .. '"a":"x"}')`:                                                                 work,
		`require "ESL" local e = ESL.ESLevent("CUSTOM") e:addHeader("a", "ARRAY::" .. ("|:"):rep(2e6))`:                                                                          memory,
		`require "ESL" local e = ESL.ESLevent("CUSTOM") for i = 1, 1e9 do e:addHeader("a" .. i .. "[4000]", "x") end`:                                                            memory,
		`local t = {} for i = 1, 1e9 do t[i] = freeswitch.Stream() t[i]:write(("x"):rep(1e5)) end`:                                                                               memory,
		`local m = freeswitch.IVRMenu(nil, "m", "", "", "", "", "", "", "", "", "", 1, 1, 1, 1, 1, 1) for i = 1, 1e9 do m:bindAction("menu-exit", ("x"):rep(1e5) .. i, "1") end`: memory,
	} {
		l := newLab(t, "async full", script)
		l.opts.Machine.Limits = vm.Limits{Instructions: 5_000_000}
		if err := l.call().Wait(context.Background()); err != nil {
			t.Fatal(err)
		}
		if l.err == nil || !strings.Contains(l.err.Error(), want) {
			t.Errorf("%s\n%v, want %s", script, l.err, want)
		}
	}
}
