package engine

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"eslua/esl"
)

func hello(data, path string) *esl.Event {
	e := &esl.Event{}
	e.Add("variable_current_application_data", data)
	if path != "" {
		e.Add("variable_socket_path", path)
	}
	return e
}

// FuzzSelection: a dialplan line gives the script and the arguments that were put into it (modlua-api.md 5.1, 5.4).
func FuzzSelection(f *testing.F) {
	for _, seed := range []struct{ line, name, arg string }{
		{"ivr/main.lua 1000 'two words'", "main.lua", "it's"}, {"~session:answer()", "a b", "\\"}, {"", "", ""}, {"  x.lua  a  b ", "~x", "\n"}, {"async full async", "async", "full"},
		{"a.lua ^^:b:c", "x/y.lua", "^^:a:b"}, {"\r\n a.lua", "full.lua", " "}, {"\n", "x", "y"}, {"'a b.lua' c", "a'b", "'"}, {"a.lua 'open", "a\\b", "\x00"}, {"sync a.lua " + strings.Repeat("x ", 200), "é", "\\s"},
	} {
		f.Add(seed.line, seed.name, seed.arg)
	}
	e := &Engine{opts: Options{DefaultScript: "default.lua"}}
	strict := &Engine{opts: Options{NoInline: true}}
	f.Fuzz(func(t *testing.T, line, name, arg string) {
		for _, address := range []string{"127.0.0.1:8084", "a.example|b.example:1", "'a.example:1'"} {
			data := address + " async full " + line
			s, err := e.choose(hello(data, "left/over.lua"))
			if err != nil || s.isCode == (s.argv() != nil) || !s.isCode && (s.argv()[0] != s.name || len(s.argv()) > maxArgs+1) {
				t.Fatalf("%q: %+v, %v", data, s, err)
			}
			if code, ok := strings.CutPrefix(line, "~"); ok && (!s.isCode || s.inline != code) || s.name == "left/over.lua" || !s.isCode && s.name == "" {
				t.Errorf("%q: %+v", data, s)
			}
			if _, err := strict.choose(hello(data, "")); err != nil && !errors.Is(err, errInline) && !errors.Is(err, errNoScript) || s.isCode && err == nil {
				t.Errorf("%q: %v", data, err)
			}
			// Behind a path all is arguments.
			data = strings.TrimSuffix(address, "'") + "/dir/a.lua?x" + address[len(strings.TrimSuffix(address, "'")):] + " full async " + line
			s, err = e.choose(hello(data, "dir/a.lua?x"))
			if err != nil || s.isCode || s.name != "dir/a.lua" {
				t.Errorf("%q: %+v, %v", data, s, err)
			}
		}
		if strings.ContainsAny(name, " \r\n") || strings.HasPrefix(name, "~") || name == "" || slices.Contains([]string{"async", "full", "sync"}, strings.ToLower(name)) {
			return // nothing that can be the name of a script
		}
		data := "127.0.0.1:8084 async full " + name + " " + esl.QuoteArg(arg) + " b " + esl.QuoteArg(line)
		if s, err := e.choose(hello(data, "")); err != nil || !slices.Equal(s.argv(), []string{name, arg, "b", line}) {
			t.Errorf("%q: %q, %v", data, s.argv(), err)
		}
		path := "with blanks/" + name
		data = "'127.0.0.1:8084/" + path + "' async full " + esl.QuoteArg(arg)
		if want, _, _ := strings.Cut(path, "?"); strings.ContainsAny(name, `'\|:/`) {
			return // what cannot stand in a path
		} else if s, err := e.choose(hello(data, path)); err != nil || !slices.Equal(s.argv(), []string{want, arg}) {
			t.Errorf("%q: %q, %v", data, s.argv(), err)
		}
	})
}
