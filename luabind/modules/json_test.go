package modules

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
)

func parse(t *testing.T, text string) JSON {
	t.Helper()
	v, rest, err := ParseJSON(text)
	if err != nil || strings.TrimSpace(rest) != "" {
		t.Fatalf("%s: %v, rest %q", text, err, rest)
	}
	return v
}

// What freeswitch.JSON printed and read: modlua/observed/s26_json.txt.
func TestJSONIsPrintedAsRecorded(t *testing.T) {
	for text, want := range map[string]string{
		`{}`:                                     `{}`,
		`[ 1 , 2 , 3 ]`:                          `[1,2,3]`,
		`{"a":1}`:                                `{"a":1}`,
		`[1.5, -2, 1e20, 0.1]`:                   `[1.5,-2,1e+20,0.1]`,
		`[true,false]`:                           `[true,false]`,
		`{"list":[{"id":1},{"id":2}]}`:           `{"list":[{"id":1},{"id":2}]}`,
		`[[1],[2,3]]`:                            `[[1],[2,3]]`,
		`{"s":"h\u00e9 \"q\" \\ \n \u0001"}`:     `{"s":"hé \"q\" \\ \n \u0001"}`,
		`12345678901234`:                         `12345678901234`,
		`{"u":"\u00e9 \ud83d\ude00 \b\f\r\t\/"}`: `{"u":"é 😀 \b\f\r\t/"}`,
	} {
		v := parse(t, text)
		if got := v.Print(); got != want {
			t.Errorf("%s becomes %s, want %s", text, got, want)
		}
	}
}

func TestFormattedJSON(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":[1,2]}`:                    "{\n\t\"a\":\t[1, 2]\n}",
		`{}`:                             "{\n}",
		`[]`:                             "[]",
		`{"a":{"b":{},"c":[]},"d":null}`: "{\n\t\"a\":\t{\n\t\t\"b\":\t{\n\t\t},\n\t\t\"c\":\t[]\n\t},\n\t\"d\":\tnull\n}",
		`[{"id":1},{"id":2}]`:            "[{\n\t\t\"id\":\t1\n\t}, {\n\t\t\"id\":\t2\n\t}]",
	} {
		v := parse(t, text)
		if got := v.PrintFormatted(); got != want {
			t.Errorf("%s becomes\n%q, want\n%q", text, got, want)
		}
	}
}

func TestNumbersOfJSON(t *testing.T) {
	for f, want := range map[float64]string{
		0: "0", 1: "1", -1: "-1", 0.1: "0.1", 5.5511151231257827e-17: "5.5511151231257827e-17", 1.0 / 3: "0.33333333333333331",
		1e14: "100000000000000", 1e15: "1e+15", 123456789012345: "123456789012345", 1e-4: "0.0001", 1e-5: "1e-05",
		1e100: "1e+100", 9007199254740993: "9007199254740992", math.MaxFloat64: "1.7976931348623157e+308",
		math.Inf(1): "null", math.Inf(-1): "null", 2.5: "2.5", 100: "100", 1500: "1500",
	} {
		v := JSON{Kind: Number, Number: f}
		if got := v.Print(); got != want {
			t.Errorf("%g becomes %s, want %s", f, got, want)
		}
	}
	nan := JSON{Kind: Number, Number: math.NaN()}
	if got := nan.Print(); got != "null" {
		t.Errorf("NaN becomes %s", got)
	}
	for text, want := range map[string]float64{"01": 1, "1.": 1, "-.5": -0.5, "1e400": math.Inf(1), "-0": math.Copysign(0, -1), "1E+2": 100} {
		if v := parse(t, text); v.Number != want || math.Signbit(v.Number) != math.Signbit(want) {
			t.Errorf("%s is %g, want %g", text, v.Number, want)
		}
	}
}

func TestWhatFollowsAValueIsGiven(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":1} trailing`: " trailing", `1.5.2`: ".2", `1e`: "e", `1e+x`: "e+x", `nullx`: "x", "\ufeff[] ": " ", "\x01\x02 true": "", `"a"b`: "b",
	} {
		if _, rest, err := ParseJSON(text); err != nil || rest != want {
			t.Errorf("%q: rest %q, want %q; %v", text, rest, want, err)
		}
	}
}

func TestTextsThatAreNoJSON(t *testing.T) {
	for text, offset := range map[string]int{
		"": 0, "  ": 2, "{bad": 1, "[1,]": 3, "[1 2]": 3, `{"a"}`: 4, `{"a":}`: 5, `{"a":1,}`: 7, `{1:2}`: 1, "-": 0, "-e1": 0, "+1": 0, ".5": 0, "nul": 0, "TRUE": 0,
		`"abc`: 4, `"\x"`: 1, `"\`: 1, `"\u12"`: 1, `"\u12g4"`: 1, `"\ud83d"`: 1, `"\ud83d\u0041"`: 1, `"\ude00"`: 1, "[": 1, `{"a":[1,{"b":`: 13, "[1}": 2,
		`"\u+123"`: 1,
	} {
		v, _, err := ParseJSON(text)
		var e *SyntaxError
		if !errors.As(err, &e) || e.Offset != offset || v.Kind != Null {
			t.Errorf("%q: %v, want an error at byte %d", text, err, offset)
		}
	}
}

func TestNestingOfJSONIsBounded(t *testing.T) {
	if _, _, err := ParseJSON(strings.Repeat("[", 1000) + strings.Repeat("]", 1000)); err != nil {
		t.Error(err)
	}
	if _, _, err := ParseJSON(strings.Repeat("[", 1_000_000)); err == nil || !strings.Contains(err.Error(), "nested deeper than 1000") {
		t.Error(err)
	}
}

func TestMembersOfObjects(t *testing.T) {
	v := parse(t, `{"b":1,"a":2,"b":3}`)
	if m, ok := v.Member("b"); !ok || m.Number != 1 {
		t.Errorf("%+v", m)
	}
	if _, ok := v.Member("c"); ok {
		t.Error("a member that is not there")
	}
	if got := v.Print(); got != `{"b":1,"a":2,"b":3}` {
		t.Errorf("the order is lost: %s", got)
	}
}

// What the standard library takes is taken, and means the same; what is printed is JSON again.
func FuzzJSON(f *testing.F) {
	for _, text := range []string{`{"a":[1,2.5e3,"x\u00e9\ud83d\ude00",null,true,{}]}`, `"\u0000"`, `-0.0e-5`, "[[[[", `{"":{"":""}}`, `1e999`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, rest, err := ParseJSON(text)
		if err != nil {
			var e *SyntaxError
			if !errors.As(err, &e) || e.Offset < 0 || e.Offset > len(text) {
				t.Fatalf("%v", err)
			}
			if json.Valid([]byte(text)) && !strings.Contains(text, `\u`) && !strings.Contains(err.Error(), "nested") {
				t.Fatalf("%q is JSON: %v", text, err)
			}
			return
		}
		if !strings.HasSuffix(text, rest) {
			t.Fatalf("the rest %q is not the end of %q", rest, text)
		}
		for _, printed := range []string{v.Print(), v.PrintFormatted()} {
			again, rest, err := ParseJSON(printed)
			if err != nil || rest != "" || again.Print() != v.Print() {
				t.Fatalf("%q is printed as %q: %v", text, printed, err)
			}
		}
		if json.Valid([]byte(text)) && !strings.Contains(text, `\u`) {
			var theirs, ours any
			if json.Unmarshal([]byte(text), &theirs) == nil && json.Unmarshal([]byte(v.Print()), &ours) == nil && !reflect.DeepEqual(theirs, ours) {
				t.Fatalf("%q means %v, printed %q means %v", text, theirs, v.Print(), ours)
			}
		}
	})
}

func BenchmarkParseAndPrint(b *testing.B) {
	text := `{"calls":[` + strings.Repeat(`{"uuid":"6ba7b810-9dad-11d1-80b4-00c04fd430c8","n":12.5,"up":true},`, 100) + `{}]}`
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		v, _, err := ParseJSON(text)
		if err != nil || v.Print() == "" {
			b.Fatal(err)
		}
	}
}
