package modules

import (
	"fmt"
	"strings"
	"testing"

	"eslua/luabind/vm"
)

func TestRxiEncodes(t *testing.T) {
	b := newLab(t, Options{})
	for value, want := range map[string]string{
		`nil`: `null`, `true`: `true`, `1`: `1`, `-1.5`: `-1.5`, `1e15`: `1e+15`, `0.1`: `0.1`, `1/3`: `0.33333333333333`, `123456789012`: `123456789012`,
		`"a\"\\/\b\f\n\r\t\1\127é"`: `"a\"\\/\b\f\n\r\t\u0001` + "\x7f" + `é"`, `{}`: `[]`, `{1,2,"x"}`: `[1,2,"x"]`, `{a=1}`: `{"a":1}`, `{{},{a={}}}`: `[[],{"a":[]}]`,
		`setmetatable({}, {__index={1}})`: `[]`, `{json.null, 1}`: `[null,1]`, `{a=1,b=2}`: `{"a":1,"b":2}`,
	} {
		b.expect(`local json = require "json" print(json.encode(`+value+`))`, want)
	}
	for value, want := range map[string]string{
		`{1,2,nil,4,a=1}`: "invalid table: mixed or invalid key types", `{[1]=1,[3]=3}`: "invalid table: sparse array", `{a=1,[2]=1}`: "invalid table: mixed or invalid key types",
		`print`: "unexpected type 'function'", `0/0`: "unexpected number value '", `1/0`: "unexpected number value 'inf'", `-1/0`: "unexpected number value '-inf'",
		`(function() local t = {} t.x = {t} return t end)()`:                                     "circular reference",
		`(function() local t = {} for i = 1, 2000 do t = {t} end return t end)()`:                "stack overflow",
		`(function() local t = {("x"):rep(100)} for i = 1, 40 do t = {t, t} end return t end)()`: "string length overflow",
	} {
		b.fails(`local json = require "json" json.encode(`+value+`)`, "test.lua:1: "+want)
	}
}

func TestRxiDecodes(t *testing.T) {
	b := newLab(t, Options{})
	const show = `local json = require "json"
		local function show(v)
			if type(v) ~= "table" then return type(v) == "string" and "'" .. v .. "'" or tostring(v) end
			local out = {}
			for k, x in pairs(v) do out[#out + 1] = tostring(k) .. "=" .. show(x) end
			table.sort(out)
			return "{" .. table.concat(out, " ") .. "}"
		end
		print(show(json.decode([==[%s]==])))`
	for text, want := range map[string]string{
		`[1,2,{"a":[]}]`: `{1=1 2=2 3={a={}}}`, ` {"a" : true , "b":null} `: `{a=true}`, `"x\u00e9\ud83d\ude00\n\/"`: "'xé😀\n/'", `-1.5e2`: `-150`, `[1,]`: `{1=1}`, `{"a":1,}`: `{a=1}`,
		`[null,1]`: `{2=1}`, `0x10`: "16", `"\ud83d"`: "'\xed\xa0\xbd'", `{"a":1,"a":2}`: `{a=2}`,
	} {
		b.expect(fmt.Sprintf(show, text), want)
	}
	for text, want := range map[string]string{
		``: "unexpected character '' at line 1 col 1", `x`: "unexpected character 'x' at line 1 col 1", "[1,\n2 3]": "expected ']' or ',' at line 2 col 4", `{1:2}`: "expected string for key at line 1 col 2",
		`{"a" 1}`: "expected ':' after key at line 1 col 6", `{"a":1 "b"}`: "expected '}' or ',' at line 1 col 9", `"a`: "expected closing quote for string at line 1 col 1", `1 2`: "trailing garbage at line 1 col 3",
		`tru`: "invalid literal 'tru' at line 1 col 1", `1.2.3`: "invalid number '1.2.3' at line 1 col 1", `"\x"`: "invalid escape char 'x' in string at line 1 col 2",
		`"\u12"`: "invalid unicode escape in string at line 1 col 2", "\"\t\"": "control character in string at line 1 col 2", strings.Repeat("[", 2000): "stack overflow",
	} {
		b.fails(`require("json").decode([==[`+text+`]==])`, "test.lua:")
		b.fails(`require("json").decode([==[`+text+`]==])`, want)
	}
	b.fails(`require("json").decode(12)`, "test.lua:1: expected argument of type string, got number")
}

func TestCJSONEncodes(t *testing.T) {
	b := newLab(t, Options{})
	for value, want := range map[string]string{
		`{}`: `{}`, `{1,2,nil,4}`: `[1,2,null,4]`, `"a/b\127\1é"`: `"a\/b\u007f\u0001é"`, `nil`: `null`, `cjson.null`: `null`, `{a={[2]="x"}}`: `{"a":[null,"x"]}`, `{[1.5]=1}`: `{"1.5":1}`,
		`{1,a=2}`: `{"1":1,"a":2}`, `1e15`: `1e+15`, `cjson.empty_array`: `[]`, `setmetatable({}, cjson.empty_array_mt)`: `[]`, `setmetatable({}, cjson.array_mt)`: `[]`,
		`setmetatable({1,2,x=3}, cjson.array_mt)`: `[1,2]`, `{[1]=1,[10]=2}`: `[1,null,null,null,null,null,null,null,null,2]`,
	} {
		b.expect(`local cjson = require "cjson" print(cjson.encode(`+value+`))`, want)
	}
	for value, want := range map[string]string{
		`print`: "Cannot serialise function: type not supported", `0/0`: "Cannot serialise number: must not be NaN or Infinity", `{[1]=1,[1000]=2}`: "Cannot serialise table: excessively sparse array",
		`{[true]=1}`: "Cannot serialise boolean: table key must be a number or string", `io.stdout`: "Cannot serialise userdata: type not supported",
		`(function() local t = {} t[1] = t return t end)()`: "Cannot serialise, excessive nesting (1001)",
	} {
		b.fails(`local cjson = require "cjson" cjson.encode(`+value+`)`, "test.lua:1: "+want)
		b.expect(`local cjson = require "cjson.safe" print(cjson.encode(`+value+`))`, "nil\t"+want)
	}
	b.fails(`require("cjson").encode()`, "test.lua:1: bad argument #1 to 'encode' (expected 1 argument)")
	b.fails(`require("cjson.safe").encode(1, 2)`, "test.lua:1: bad argument #1 to 'encode' (expected 1 argument)")
}

func TestCJSONDecodes(t *testing.T) {
	b := newLab(t, Options{})
	b.expect(`local cjson = require "cjson"
		local t = cjson.decode('{"a":[1,null,"x\\u00e9\\ud83d\\ude00"],"b":{"c":true},"n":null}')
		print(#t.a, t.a[1], t.a[2] == cjson.null, t.a[3], t.b.c, t.n == cjson.null, type(t.n))
		print(cjson.decode("0x10"), cjson.decode("[1e400]")[1] == math.huge, cjson.decode("[-Infinity]")[1] == -math.huge, cjson.decode("01"), cjson.decode("[1.5e1]")[1])`,
		"3\t1\ttrue\txé😀\ttrue\ttrue\tuserdata\n16\ttrue\ttrue\t1\t15")
	for text, want := range map[string]string{
		``: "Expected value but found T_END at character 1", `{`: "Expected object key string but found T_END at character 2", `{"a"}`: "Expected colon but found T_OBJ_END at character 5",
		`[1 2]`: "Expected comma or array end but found T_NUMBER at character 4", `{"a":1 2}`: "Expected comma or object end but found T_NUMBER at character 8", `[1,]`: "Expected value but found T_ARR_END at character 4",
		`1 1`: "Expected the end but found T_NUMBER at character 3", `{bad`: "Expected object key string but found invalid token at character 2", `"abc`: "Expected value but found unexpected end of string at character 5",
		`"\x"`: "Expected value but found invalid escape code at character 2", `"\ud800"`: "Expected value but found invalid unicode escape code at character 2", `-`: "Expected value but found invalid number at character 1",
		strings.Repeat("[", 1001): "Found too many nested data structures (1001) at character 1001", "nil": "Expected value but found invalid token at character 1", "\x00\x00": "JSON parser does not support UTF-16 or UTF-32",
	} {
		script := fmt.Sprintf(`(%q)`, text)
		script = strings.ReplaceAll(script, `\x00`, `\0`)
		b.fails(`require("cjson").decode`+script, "test.lua:1: "+want)
		b.expect(`print(require("cjson.safe").decode`+script+`)`, "nil\t"+want)
	}
}

func TestSettingsOfCJSON(t *testing.T) {
	b := newLab(t, Options{})
	for script, want := range map[string]string{
		`print(c.encode_empty_table_as_object(), c.encode_empty_table_as_object(false), c.encode({}))`:                 "true\tfalse\t[]",
		`print(c.encode_sparse_array(true, 1, 3)) print(c.encode({[5]=1}))`:                                            "true\t1\t3\n{\"5\":1}",
		`print(c.encode_number_precision(3), c.encode(1/3))`:                                                           "3\t0.333",
		`print(c.encode_max_depth(1), pcall(c.encode, {{}}))`:                                                          "1\tfalse\tCannot serialise, excessive nesting (2)",
		`print(c.decode_max_depth(1), select(2, pcall(c.decode, "[[]]")))`:                                             "1\tFound too many nested data structures (2) at character 2",
		`print(c.encode_invalid_numbers("null"), c.encode(1/0))`:                                                       "null\tnull",
		`print(c.encode_invalid_numbers(true), c.encode({1/0, -1/0, 0/0}))`:                                            "true\t[Infinity,-Infinity,NaN]",
		`print(c.decode_invalid_numbers("off"), select(2, pcall(c.decode, "0x1")), select(2, pcall(c.decode, "nan")))`: "false\tExpected value but found invalid number at character 1\tExpected value but found invalid token at character 1",
		`print(c.encode_escape_forward_slash(false), c.encode("/"))`:                                                   "false\t\"/\"",
		`print(c.decode_array_with_array_mt(true), c.encode(c.decode("[]")))`:                                          "true\t[]",
		`local d = c.new() d.encode_number_precision(2) print(c.encode(1/3), d.encode(1/3), d.array_mt == c.array_mt)`: "0.33333333333333\t0.33\ttrue",
		`print(c.encode_keep_buffer("off"), c._NAME)`:                                                                  "false\tcjson",
		`print(pcall(c.encode_max_depth, 0))`:                                                                          "false\tbad argument #1 to '?' (expected integer between 1 and 2147483647)",
		`print(pcall(c.encode_max_depth, 1, 2))`:                                                                       "false\tbad argument #2 to '?' (found too many arguments)",
		`print(pcall(c.encode_keep_buffer, "x"))`:                                                                      "false\tbad argument #1 to '?' (invalid option 'x')",
	} {
		b.expect(`local c = require "cjson" `+script, want)
	}
}

// Neither encoding nor decoding gets around the limits of a script.
func TestJSONKeepsToTheLimits(t *testing.T) {
	b := newLab(t, Options{})
	b.limits = vm.Limits{Memory: 4 << 20}
	b.fails(`local json = require "cjson" local t = {} for i = 1, 1000000 do t[i] = json.decode("[1,2,3,4,5,6,7,8]") end`, "too much memory")
	b.fails(`local json = require "json" local s = '["' .. ("x"):rep(500000) .. '"]' local t = {} for i = 1, 100 do t[i] = json.decode(s) end`, "too much memory")
	b.limits = vm.Limits{Instructions: 1000000}
	b.fails(`local json = require "json" local s = "[" .. ("1,"):rep(100000) .. "1]" while true do pcall(json.decode, s) end`, "too many instructions")
}

func FuzzJSONModules(f *testing.F) {
	for _, text := range []string{`{"a":[1,2.5e3,"x\u00e9\ud83d\ude00",null,true,{}]}`, `"\u0000"`, `-0.0e-5`, "[[[[", `0x1p`, "-inf", "nan(1)"} {
		f.Add(text)
	}
	m := New(Options{})
	defer m.Close()
	f.Fuzz(func(t *testing.T, text string) {
		b := &lab{T: t, modules: m}
		for _, name := range []string{"json", "cjson"} {
			// What was read is written again, and then stays the same.
			_, err := b.run(`local m = require "` + name + `"
				local ok, v = pcall(m.decode, ` + luaString(text) + `)
				if not ok then assert(type(v) == "string", v) return end
				local ok, once = pcall(m.encode, v)
				if ok then assert(m.encode(m.decode(once)) == once, once) end`)
			if err != nil {
				t.Fatalf("%s: %q: %v", name, text, err)
			}
		}
	})
}

// luaString writes a text as a Lua program has it.
func luaString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		fmt.Fprintf(&b, `\%03d`, s[i])
	}
	return b.String() + `"`
}
