package esl_test

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"eslua/esl"
	"eslua/tests/transcript"
)

// pairs is all headers of an event, one a line.
func pairs(e *esl.Event) []string {
	var all []string
	for name, value := range e.Headers() {
		all = append(all, name+": "+value)
	}
	return all
}

func equalLists(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// forms is an event in the three forms in which the switch may send it.
var forms = map[string]struct {
	write func(*esl.Event, []byte) []byte
	parse func([]byte) (*esl.Event, error)
}{
	"plain": {(*esl.Event).AppendPlain, func(b []byte) (*esl.Event, error) { return esl.ParsePlain(b), nil }},
	"json":  {(*esl.Event).AppendJSON, esl.ParseJSON},
	"xml":   {(*esl.Event).AppendXML, esl.ParseXML},
}

func TestHeadersAreFoundByNamesInAnyCase(t *testing.T) {
	for form, text := range map[string]string{
		"plain": "Event-Name: DTMF\nDTMF-Digit: %23\nvariable_Empty: _undef_\nx[0]: first\n\n",
		"json":  `{"Event-Name":"DTMF","DTMF-Digit":"#","variable_Empty":"","x[0]":"first"}`,
		"xml": "<event>\n  <headers>\n    <Event-Name>DTMF</Event-Name>\n    <DTMF-Digit>%23</DTMF-Digit>\n" +
			"    <variable_Empty/>\n    <x[0]>first</x[0]>\n  </headers>\n</event>\n",
	} {
		e, err := forms[form].parse([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", form, err)
			continue
		}
		for name, want := range map[string]string{
			"DTMF-Digit": "#", "dtmf-digit": "#", "DTMF-DIGIT": "#", "x[0]": "first", "X[0]": "first",
			"variable_empty": "", "Event-Name": "DTMF",
		} {
			if got, ok := e.Lookup(name); got != want || !ok {
				t.Errorf("%s: Lookup(%q): %q, %v, want %q, true", form, name, got, ok, want)
			}
			if got := e.Get(name); got != want {
				t.Errorf("%s: Get(%q): %q, want %q", form, name, got, want)
			}
		}
		for _, name := range []string{"", "DTMF", "DTMF-Digit:", "x", "x[1]", "%23"} {
			if got, ok := e.Lookup(name); got != "" || ok {
				t.Errorf("%s: Lookup(%q): %q, %v, want nothing", form, name, got, ok)
			}
		}
		if e.Name() != "DTMF" || e.Len() != 4 || e.Body() != "" {
			t.Errorf("%s: name %q, %d headers, body %q, want DTMF, 4, none", form, e.Name(), e.Len(), e.Body())
		}
	}
}

func TestOfRepeatedHeadersTheFirstIsGotAndAllAreKept(t *testing.T) {
	e := esl.ParsePlain([]byte("a: 1\nb: 2\nA: 3\n\n"))
	if got := e.Get("a"); got != "1" {
		t.Errorf("Get: %q, want the first", got)
	}
	equalLists(t, "Values", e.Values("a"), []string{"1", "3"})
	equalLists(t, "Headers", pairs(e), []string{"a: 1", "b: 2", "A: 3"})
}

func TestArraysAreOneTextAndManyValues(t *testing.T) {
	for form, text := range map[string]string{
		"plain": "list: ARRAY%3A%3Aone%7C%3Atwo%20words%7C%3A\none: just%20this\n\n",
		"json":  `{"list":["one","two words",""],"one":["just this"]}`,
		"xml": "<event><headers><list>one</list><list>two%20words</list><list/><one>just%20this</one>" +
			"</headers></event>",
	} {
		e, err := forms[form].parse([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", form, err)
			continue
		}
		if got, want := e.Get("list"), "ARRAY::one|:two words|:"; got != want {
			t.Errorf("%s: Get: %q, want %q", form, got, want)
		}
		equalLists(t, form+": Values", e.Values("LIST"), []string{"one", "two words", ""})
		equalLists(t, form+": Values of one", e.Values("one"), []string{"just this"})
		equalLists(t, form+": Values of nothing", e.Values("none"), nil)
	}
}

func TestAnArrayOfOneIsStillAnArrayInAClone(t *testing.T) {
	const text = `{"one":["just this"]}`
	e, err := esl.ParseJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(e.Clone().AppendJSON(nil)); got != text {
		t.Errorf("the clone is %s, want %s", got, text)
	}
}

func TestBodiesAreCutOffTheirHeaders(t *testing.T) {
	for name, tt := range map[string]struct {
		text, body string
		headers    []string
	}{
		"none": {
			"a: 1\n\n", "", []string{"a: 1"},
		},
		"with a length": {
			"a: 1\nContent-Length: 5\n\nhello", "hello", []string{"a: 1"},
		},
		"with the sender's length and the switch's": {
			"Content-Length: 99\na: 1\nContent-Length: 5\n\nhello", "hello", []string{"Content-Length: 99", "a: 1"},
		},
		"with line feeds and percent signs": {
			"a: 1\nContent-Length: 9\n\n\n%41: b\n\n", "\n%41: b\n\n", []string{"a: 1"},
		},
		"shorter than announced": {
			"a: 1\nContent-Length: 50\n\nhello", "hello", []string{"a: 1"},
		},
		"longer than announced": {
			"a: 1\nContent-Length: 2\n\nhello", "he", []string{"a: 1"},
		},
		"whose length is not the last header": {
			"Content-Length: 5\na: 1\n\nhello", "", []string{"Content-Length: 5", "a: 1"},
		},
		"with a length that is none": {
			"a: 1\nContent-Length: -5\n\nhello", "", []string{"a: 1", "Content-Length: -5"},
		},
		"behind no headers": {
			"\nhello", "", nil,
		},
	} {
		e := esl.ParsePlain([]byte(tt.text))
		if e.Body() != tt.body {
			t.Errorf("%s: body %q, want %q", name, e.Body(), tt.body)
		}
		equalLists(t, name, pairs(e), tt.headers)
	}
}

// TestALongArrayInXML is read in the time that its length needs, not its square: the reader of a connection does that.
func TestALongArrayInXML(t *testing.T) {
	const n = 300_000
	e, err := esl.ParseXML([]byte("<event><headers>" + strings.Repeat("<a>some text</a>", n) + "<b>x</b></headers></event>"))
	if err != nil {
		t.Fatal(err)
	}
	if values := e.Values("a"); len(values) != n || values[n-1] != "some text" || e.Get("b") != "x" {
		t.Errorf("%d values, b is %q", len(values), e.Get("b"))
	}
	if want := "ARRAY::some text" + strings.Repeat("|:some text", n-1); e.Get("a") != want {
		t.Errorf("the text of the array has %d bytes, want %d", len(e.Get("a")), len(want))
	}
}

func TestJSONAndXMLEventsWithABodyHideOnlyTheSwitchsLength(t *testing.T) {
	for form, text := range map[string]string{
		"json": `{"Content-Length":"5","a":"1","Content-Length":"5","_body":"a<b&c"}`,
		"xml": "<event>\n  <headers>\n    <Content-Length>5</Content-Length>\n    <a>1</a>\n  </headers>\n" +
			"  <Content-Length>5</Content-Length>\n  <body>a&lt;b&amp;c</body>\n</event>\n",
	} {
		e, err := forms[form].parse([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", form, err)
			continue
		}
		if e.Body() != "a<b&c" {
			t.Errorf("%s: body %q, want %q", form, e.Body(), "a<b&c")
		}
		equalLists(t, form, pairs(e), []string{"Content-Length: 5", "a: 1"})
		if got := string(forms[form].write(e, nil)); got != text {
			t.Errorf("%s: written as\n%s\nwant\n%s", form, got, text)
		}
	}
}

// encodedOnce is pairs as they come back from a form whose values are encoded: what looks encoded already is not encoded
// again.
func encodedOnce(e *esl.Event) []string {
	var all []string
	for name, value := range e.Headers() {
		all = append(all, name+": "+esl.URLDecode(string(esl.AppendURLEncoded(nil, value))))
	}
	return all
}

// TestRecordedEventsAreTheSameInAllForms writes each event of the recordings in each form and reads it again.
func TestRecordedEventsAreTheSameInAllForms(t *testing.T) {
	recordings(t, func(t *testing.T, tr *transcript.Transcript) {
		frames, _ := readFrames(bytes.NewReader(tr.Stream(transcript.Switch)))
		for i, f := range frames {
			switch f.Type {
			case esl.EventPlain, esl.EventJSON, esl.EventXML:
			default:
				continue
			}
			e, err := f.Event()
			if err != nil {
				t.Errorf("frame %d: %v", i, err)
				continue
			}
			for name, form := range forms {
				again, err := form.parse(form.write(e, nil))
				if err != nil {
					t.Errorf("frame %d as %s: %v", i, name, err)
					continue
				}
				want := pairs(e)
				if name != "json" {
					want = encodedOnce(e)
				}
				equalLists(t, fmt.Sprintf("frame %d as %s", i, name), pairs(again), want)
				if again.Body() != e.Body() {
					t.Errorf("frame %d as %s: body %q, want %q", i, name, again.Body(), e.Body())
				}
			}
		}
	})
}

func TestEventsAreBuiltHeaderByHeader(t *testing.T) {
	e := esl.NewEvent("CUSTOM")
	e.Add("Event-Subclass", "my::event")
	e.Add("x", "1")
	e.Add("X", "2")
	equalLists(t, "Add", pairs(e), []string{"Event-Name: CUSTOM", "Event-Subclass: my::event", "x: 1", "X: 2"})
	e.Set("x", "3")
	equalLists(t, "Set", pairs(e), []string{"Event-Name: CUSTOM", "Event-Subclass: my::event", "x: 3"})
	if e.Del("y") || !e.Del("EVENT-SUBCLASS") {
		t.Error("Del does not tell whether there was such a header")
	}
	equalLists(t, "Del", pairs(e), []string{"Event-Name: CUSTOM", "x: 3"})
	e.Push("x", "4")
	e.Unshift("x", "2")
	e.Push("new", "only")
	e.Unshift("front", "only")
	equalLists(t, "Push and Unshift", pairs(e),
		[]string{"Event-Name: CUSTOM", "x: ARRAY::2|:3|:4", "new: only", "front: only"})
	equalLists(t, "Values", e.Values("x"), []string{"2", "3", "4"})
	e.Add("list", "ARRAY::a|:b")
	e.Push("list", "c")
	equalLists(t, "Push to a text that is an array", e.Values("list"), []string{"a", "b", "c"})
	e.SetBody("body")
	if want := "Event-Name: CUSTOM\nx: ARRAY::2|:3|:4\nnew: only\nfront: only\nlist: ARRAY::a|:b|:c\n\nbody"; e.String() != want {
		t.Errorf("String:\n%s\nwant\n%s", e, want)
	}
	e.SetBody("")
	if e.Body() != "" {
		t.Errorf("the body is still %q", e.Body())
	}
}

func TestReceivedEventsChangeLikeBuiltOnes(t *testing.T) {
	received := func() *esl.Event { return esl.ParsePlain([]byte("a: 1\nb: %41\na: 2\nContent-Length: 1\n\nx")).Clone() }
	for name, tt := range map[string]struct {
		change func(*esl.Event)
		want   []string
	}{
		"Add":     {func(e *esl.Event) { e.Add("c", "3") }, []string{"a: 1", "b: A", "a: 2", "c: 3"}},
		"Set":     {func(e *esl.Event) { e.Set("a", "3") }, []string{"b: A", "a: 3"}},
		"Del":     {func(e *esl.Event) { e.Del("a") }, []string{"b: A"}},
		"Push":    {func(e *esl.Event) { e.Push("b", "B") }, []string{"a: 1", "b: ARRAY::A|:B", "a: 2"}},
		"Unshift": {func(e *esl.Event) { e.Unshift("b", "B") }, []string{"a: 1", "b: ARRAY::B|:A", "a: 2"}},
	} {
		e := received()
		tt.change(e)
		equalLists(t, name, pairs(e), tt.want)
		if e.Body() != "x" {
			t.Errorf("%s: body %q, want x", name, e.Body())
		}
	}
}

func TestAnEventThatWasNotClonedCanBeChangedByItsOnlyOwner(t *testing.T) {
	e := esl.ParsePlain([]byte("a: 1\nb: 2\n\n"))
	e.Set("a", "3")
	equalLists(t, "Set", pairs(e), []string{"b: 2", "a: 3"})
}

func TestAChangedCloneLeavesItsOriginal(t *testing.T) {
	texts := map[string]string{
		"plain": "a: ARRAY%3A%3A1%7C%3A2\nb: x\nContent-Length: 1\n\nx",
		"json":  `{"a":["1","2"],"b":"x","Content-Length":"1","_body":"x"}`,
		"xml":   "<event><headers><a>1</a><a>2</a><b>x</b></headers><Content-Length>1</Content-Length><body>x</body></event>",
	}
	for form, text := range texts {
		e, err := forms[form].parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		before, c := pairs(e), e.Clone()
		c.Push("a", "3")
		c.Unshift("a", "0")
		c.Set("b", "y")
		c.SetBody("z")
		c2 := c.Clone()
		c2.Push("a", "4")
		c2.Del("b")
		equalLists(t, form+": the original", pairs(e), before)
		equalLists(t, form+": the clone", pairs(c), []string{"a: ARRAY::0|:1|:2|:3", "b: y"})
		equalLists(t, form+": the clone's clone", pairs(c2), []string{"a: ARRAY::0|:1|:2|:3|:4"})
		if e.Body() != "x" || c.Body() != "z" {
			t.Errorf("%s: bodies %q and %q, want x and z", form, e.Body(), c.Body())
		}
	}
}

func TestAReceivedEventIsReadByManyAtOnce(t *testing.T) {
	for form, text := range map[string]string{
		"plain": "a: 1\nb: %41\nlist: ARRAY%3A%3A1%7C%3A2\nContent-Length: 1\n\nx",
		"json":  `{"a":"1","b":"A","list":["1","2"],"Content-Length":"1","_body":"x"}`,
	} {
		e, err := forms[form].parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		type seen struct {
			b, plain, json, xml string
			list                []string
			clone               []string
		}
		read := func() seen {
			return seen{e.Get("b"), string(e.AppendPlain(nil)), string(e.AppendJSON(nil)), string(e.AppendXML(nil)),
				e.Values("list"), pairs(e.Clone())}
		}
		want := read()
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 50 {
					if got := read(); !reflect.DeepEqual(got, want) {
						t.Errorf("%s: %v, want %v", form, got, want)
						return
					}
				}
			})
		}
		wg.Wait()
	}
}

func TestTextThatIsNoEventIsAnError(t *testing.T) {
	for _, text := range []string{
		``, `x`, `[]`, `"a"`, `{`, `{"a"`, `{"a":`, `{"a":}`, `{"a":"b"`, `{"a":"b",`, `{"a":"b",}`, `{a:"b"}`, `{"a":"b" "c":"d"}`,
		`{"a":[`, `{"a":["b"`, `{"a":["b",]}`, `{"a":["b" "c"]}`, `{"a":{"b":"c"}}`, `{"a":[["b"]]}`, `{"a":"\x"}`, `{"a":"\u12"}`,
		`{"a":"\u12zz"}`, `{"a":"\`, `{"a":"\u`, `{"a":maybe}`,
	} {
		if _, err := esl.ParseJSON([]byte(text)); !errors.Is(err, esl.ErrEvent) {
			t.Errorf("JSON %s: %v, want %v", text, err, esl.ErrEvent)
		}
	}
	for _, text := range []string{
		``, `<event></event>`, `<headers>`, `<event><headers><a>1</headers></event>`, `<event><headers><a</headers></event>`,
		`<event><headers><a>1</b></headers></event>`, `</headers><headers>`,
	} {
		if _, err := esl.ParseXML([]byte(text)); !errors.Is(err, esl.ErrEvent) {
			t.Errorf("XML %s: %v, want %v", text, err, esl.ErrEvent)
		}
	}
}

func TestJSONEscapesAreReadAndWritten(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":"\"\\\/\b\f\n\r\t"}`:   "\"\\/\b\f\n\r\t",
		`{"a":"\u0041\u00e4\u20AC"}`: "Aä€",
		`{"a":"\ud83d\ude00"}`:       "😀",
		`{"a":"\ud83d"}`:             "\uFFFD",
		`{"a":"\ud83dA"}`:            "\uFFFDA",
		`{"a":"\ud83d\u0041"}`:       "\uFFFDA",
		`{"a":"\u0000"}`:             "\x00",
		"{\"a\":\"\xff\xfe\"}":       "\xff\xfe",
		` { "a" : "b" } `:            "b",
		`{"a":1.5e3}`:                "1.5e3",
		`{"a":true}`:                 "true",
		`{"a":null}`:                 "null",
	} {
		e, err := esl.ParseJSON([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := e.Get("a"); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
		written := e.AppendJSON(nil)
		again, err := esl.ParseJSON(written)
		if err != nil || again.Get("a") != want {
			t.Errorf("%s: written as %s, and then read as %q, %v", text, written, again.Get("a"), err)
		}
	}
}

func TestBuiltEventsAreWrittenInTheThreeForms(t *testing.T) {
	e := esl.NewEvent("CUSTOM")
	e.Add("text", "a b<c>&\"%")
	e.Add("empty", "")
	e.Add("list", "ARRAY::x y|:<z>")
	e.SetBody("one\n<two>\n")
	for form, want := range map[string]string{
		"plain": "Event-Name: CUSTOM\ntext: a%20b%3Cc%3E%26%22%25\nempty: _undef_\nlist: ARRAY%3A%3Ax%20y%7C%3A%3Cz%3E\n" +
			"Content-Length: 10\n\none\n<two>\n",
		"json": `{"Event-Name":"CUSTOM","text":"a b<c>&\"%","empty":"","list":["x y","<z>"],` +
			`"Content-Length":"10","_body":"one\n<two>\n"}`,
		"xml": "<event>\n  <headers>\n    <Event-Name>CUSTOM</Event-Name>\n    <text>a%20b%3Cc%3E%26%22%25</text>\n" +
			"    <empty/>\n    <list>x%20y</list>\n    <list>%3Cz%3E</list>\n  </headers>\n" +
			"  <Content-Length>10</Content-Length>\n  <body>one\n&lt;two&gt;\n  </body>\n</event>\n",
	} {
		got := string(forms[form].write(e, nil))
		if got != want {
			t.Errorf("%s:\n%s\nwant\n%s", form, got, want)
		}
		again, err := forms[form].parse([]byte(got))
		if err != nil {
			t.Errorf("%s: %v", form, err)
			continue
		}
		equalLists(t, form, pairs(again), pairs(e))
		if again.Body() != e.Body() {
			t.Errorf("%s: body %q, want %q", form, again.Body(), e.Body())
		}
	}
}
