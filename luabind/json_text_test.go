package luabind

import (
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"eslua/luabind/modules"
)

// FuzzJSONText: freeswitch.JSON takes what the module json takes, which has the same rules, and JSON means the same as to Go's package; what was read,
// written and read again is the same; events that are made of it are made in no time.
func FuzzJSONText(f *testing.F) {
	for _, text := range []string{
		`{"a":1,"b":"x","c":true,"d":false,"e":null,"f":1.5,"g":12345678901234}`, `[1,"two",true,null,{"x":1},[9,8]]`, `{"u":"\u00e9 \ud83d\ude00 \n","":""}`, " \t{\"a\" : [ 1 , 2 ] } x", `[1,]`, `["\x"]`,
		`["\ud800"]`, `[1e5,-0.5,01,1.]`, `{"a":1,"A":2,"a":[]}`, "[-]", `["a\u0000b"]`, "\xef\xbb\xbf[7]", "[1e999,-1e999,1e-999,0.1,123456789.123456789]", strings.Repeat("[", 1001), `{"_body":"x","Event-Name":"DTMF","h":["1","2"],"h[3]":"x"}`,
		`{"a":"ARRAY::1|:2","Event-Name":["x"],"event-name":"ALL"}`, "[\"\x00\x1f\x7f\xff/\\/\"]", "[" + strings.Repeat("9", 70) + "]", "nul",
	} {
		f.Add(text)
	}
	long := regexp.MustCompile(`[0-9eE.+-]{64}`)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<12 || long.MatchString(text) {
			return // the module reads long numbers whole
		}
		defer time.AfterFunc(10*time.Second, func() { panic("it hangs") }).Stop() // real time: what is measured is Go's own work
		v, ok := parseJSON(text, nil)
		theirs, _, err := modules.ParseJSON(text)
		if ok != (err == nil) {
			t.Fatalf("read %v, the module: %v", ok, err)
		}
		if e := jsonEvent(text, nil); (e != nil) != ok {
			t.Errorf("an event of it: %+v", e)
		}
		var x event
		if x.read(text, nil); (x.ev != nil) != ok {
			t.Errorf("an event of it: %+v", x)
		}
		if !ok {
			if json.Valid([]byte(text)) && !strings.Contains(text, `\u`) && strings.Count(text, "[")+strings.Count(text, "{") < maxJSONDepth {
				t.Fatal("it is JSON")
			}
			return
		}
		line := printJSON(v, false, nil)
		if line != theirs.Print() {
			t.Errorf("written as %s, by the module as %s", line, theirs.Print())
		}
		for _, indent := range []bool{false, true} {
			written := printJSON(v, indent, nil)
			if !json.Valid([]byte(written)) {
				t.Errorf("%s is no JSON", written)
			}
			again, ok := parseJSON(written, nil)
			if !ok || printJSON(again, false, nil) != line {
				t.Errorf("%s comes back as %s", line, written)
			}
		}
		var want, got any
		if strings.Contains(text, `\u`) || !utf8.ValidString(text) || json.Unmarshal([]byte(text), &want) != nil {
			return
		}
		if err := json.Unmarshal([]byte(line), &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s means %v, not %v; %v", line, got, want, err)
		}
	})
}
