package xmlhandler

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"eslua/internal/face"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"":                                    "",
		"section=directory&tag_name=":         "section=directory|tag_name=",
		"key_value=a+b%20c&hostname=pbx+1":    "key_value=a+b c|hostname=pbx+1",
		"a=x+y&b=%2B49%3D%26&c=100%&d=%zz%4":  "a=x y|b=+49=&|c=100%|d=%zz%4",
		"&&=x&y&":                             "y=",
		"a=1&A=2&b=3&a=4":                     "a=4|b=3",
		"variable_sip_h_X%2DA=h%C3%A9%0Aline": "variable_sip_h_X-A=h\xc3\xa9\nline",
		"a=b=c":                               "a=b=c",
	} {
		q := parse(text)
		var got []string
		for i, name := range q.names {
			got = append(got, name+"="+q.values[i])
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestQueryAndBodyAreOneRequest(t *testing.T) {
	q := parse("section=a&x=1", "section=dialplan&Caller-Name=Joe&empty=")
	want := map[string]string{"section": "dialplan", "tag_name": "", "key_name": "", "key_value": ""}
	if got := q.table(); !maps.Equal(got, want) {
		t.Errorf("XML_REQUEST %v", got)
	}
	var headers []string
	for name, value := range q.event().Headers() {
		headers = append(headers, name+"="+value)
	}
	if want := []string{"Event-Name=REQUEST_PARAMS", "section=dialplan", "x=1", "Caller-Name=Joe"}; !slices.Equal(headers, want) {
		t.Errorf("params %q", headers)
	}
	if ev := parse("EVENT-Name=DTMF").event(); ev.Name() != "DTMF" || ev.Len() != 1 {
		t.Errorf("an event with a name got another: %v", ev)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"section=directory&key_value=a%2", "a=%41+%&A=b", "=&==&%=%"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q := parse(text)
		if len(q.names) != len(q.values) || len(q.index) != len(q.names) || len(q.table()) != len(keys) || q.event().Len() > len(q.names)+1 {
			t.Errorf("%q: %q %q", text, q.names, q.values)
		}
	})
}

// BenchmarkManyFields reads the largest request that is read, with as many names as go into it.
func BenchmarkManyFields(b *testing.B) {
	var text strings.Builder
	for i := 0; text.Len() < face.MaxRequest; i++ {
		text.WriteString(strconv.Itoa(i) + "=x&")
	}
	for b.Loop() {
		parse(text.String()).event()
	}
}
