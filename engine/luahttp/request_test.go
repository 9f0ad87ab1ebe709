package luahttp

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"eslua/esl"
)

// percent encodes all of a text.
func percent(s string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, "%%%02x", s[i])
	}
	return b.String()
}

// FuzzRequest: whatever request comes, no field of it passes for what eslua says of it; a script, arguments and fields that were put into a request come
// out of it; and what a script writes is the answer, without the headers in front of it.
func FuzzRequest(f *testing.F) {
	for _, seed := range []struct{ request, script, arg, output string }{
		{"GET /lua/a.lua?1+2%20'two%20words'&x=1 HTTP/1.1\r\nHost: pbx\r\n\r\n", "main.lua", "it's", "Content-Type: text/xml\n\n<a/>"},
		{"POST /lua/dir/a.lua?x=1&y HTTP/1.1\r\nHost: pbx\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\na=b+c&HTTP-URI=/etc", "dir/b", "a+b", "plain"},
		{"GET /api/lua?main.lua%20a HTTP/1.1\r\nHost: x\r\nAuthorization: secret\r\nX-A: 1\r\nX-A: 2\r\n\r\n", "é.lua", "", "content-type: a\r\nx: y\r\n\r\nbody"},
		{"GET /lua/?a HTTP/1.0\r\n\r\n", "a", "\x00", "Content-Type: x"}, {"GET /webapi/lua?%20%20 HTTP/1.1\r\nHost: x\r\n\r\n", " ", "&=", "Content-Type:\n\n"},
		{"GET /lua/a?x&api-command=x&Event-Name=y&Event%2dName=z HTTP/1.1\r\nHost: x\r\n\r\n", "~", "%", "Content-Type: x\nno header\n\n"},
	} {
		f.Add(seed.request, seed.script, seed.arg, seed.output)
	}
	f.Fuzz(func(t *testing.T, request, script, arg, output string) {
		if r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(request))); err == nil {
			_, body, _ := strings.Cut(request, "\r\n\r\n")
			run, format, ok := parse(r, body)
			if ok != (run.Script != "" && run.Env != nil && run.Stream != nil && format != "") {
				t.Fatalf("%+v, %v", run, ok)
			}
			if ok {
				honest(t, r, run.Env)
			}
		}
		// There and back.
		if script != "" && !strings.HasPrefix(script, "ARRAY::") && len(script)+len(arg) < 1<<10 { // that makes arrays of headers
			name, value := "n"+arg, script
			form := percent(name) + "=" + percent(value)
			r := &http.Request{Method: "POST", URL: &url.URL{Path: "/lua/" + script, RawQuery: percent(esl.QuoteArg(arg)+" b") + "&" + form}, Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}}
			if run, _, ok := parse(r, form+"2"); !ok || run.Script != script || !slices.Equal(run.Args, []string{arg, "b"}) || !slices.Equal(values(run.Env, name), []string{value, value + "2"}) {
				t.Errorf("%q %q: %+v, %q", script, arg, run, values(run.Env, name))
			}
		}
		if words := strings.TrimLeft(script, " "); !strings.Contains(words, " ") && words != "" {
			r := &http.Request{Method: "GET", URL: &url.URL{Path: "/api/lua", RawQuery: percent(words + " " + esl.QuoteArg(arg))}}
			if run, _, ok := parse(r, ""); !ok || run.Script != words || !slices.Equal(run.Args, []string{arg}) {
				t.Errorf("%q %q: %+v", words, arg, run)
			}
		}
		w := httptest.NewRecorder()
		if err := write(w, plain, output); err != nil {
			t.Fatal(err)
		}
		answer, _ := io.ReadAll(w.Result().Body)
		if !strings.HasSuffix(output, string(answer)) || len(answer) < len(output) && !strings.EqualFold(output[:13], "content-type:") {
			t.Errorf("%q is answered as %q", output, answer)
		}
	})
}

// values are all values of headers of a name.
func values(e *esl.Event, name string) (all []string) {
	for n, v := range e.Headers() {
		if n == name {
			all = append(all, v)
		}
	}
	return all
}

// honest looks for headers that only eslua gives.
func honest(t *testing.T, r *http.Request, env *esl.Event) {
	t.Helper()
	known := 0
	for name, value := range env.Headers() {
		lower := strings.ToLower(name)
		switch {
		case lower == "http-authorization" || lower == "http-cookie":
			t.Errorf("%s is shown", name)
		case lower == "event-name" && value != "API", lower == "api-command" && value != "lua", lower == "http-uri" && value != r.URL.Path, lower == "http-host" && value != r.Host:
			t.Errorf("%s is %q", name, value)
		case lower == "event-name", lower == "api-command", lower == "api-command-argument":
			known++
		}
	}
	if known != 3 {
		t.Errorf("%d headers of three", known)
	}
}
