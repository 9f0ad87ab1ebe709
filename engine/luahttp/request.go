package luahttp

import (
	"fmt"
	"mime"
	"net/http"
	"net/netip"
	"strings"

	"eslua/engine"
	"eslua/esl"
	"eslua/luabind"
)

// places are the paths of requests. Behind the first stands the script; with the others, which are those of the API command
// lua in mod_xml_rpc, the query names it, too.
var places = [...]struct {
	path   string
	named  bool   // the script stands behind the path
	format string // Content-Type of the answer when the script gives none
}{
	{"/lua/", true, plain},
	{"/lua", false, plain},
	{"/api/lua", false, plain},
	{"/txtapi/lua", false, plain},
	{"/webapi/lua", false, "text/html; charset=utf-8"},
	{"/xmlapi/lua", false, "text/xml; charset=utf-8"},
}

const plain = "text/plain; charset=utf-8"

// parse makes the run of a request: of its path and its query the script and the arguments, of all of it the event env, of its
// body what stream:read gives. It reports false for another path, and for a query without script.
//
// The first field of the query is the line of arguments, unless it has an equals sign. As on the switch a plus sign in it is a
// plus sign, so that numbers come through. Fields with an equals sign are headers of env, also those of a form in the body; a
// plus sign is a space in these (handler_hook in mod_xml_rpc.c).
func parse(r *http.Request, body string) (run engine.Run, format string, ok bool) {
	line, fields, _ := strings.Cut(r.URL.RawQuery, "&")
	for _, p := range places {
		script, there := strings.CutPrefix(r.URL.Path, p.path)
		switch {
		case !there || !p.named && script != "":
			continue
		case p.named:
			if strings.Contains(line, "=") {
				line, fields = "", r.URL.RawQuery
			}
			run.Script, line = script, esl.URLDecode(line)
		default:
			run.Script, line, _ = strings.Cut(strings.TrimLeft(esl.URLDecode(line), " "), " ")
		}
		if run.Script == "" {
			return run, "", false
		}
		if strings.TrimSpace(line) != "" {
			run.Args = esl.SplitArgs(line, ' ')
		}
		run.Stream = &luabind.Stream{Input: body}
		run.Env = environment(r, fields, body)
		run.Env.Add("API-Command", "lua")
		run.Env.Add("API-Command-Argument", strings.TrimSpace(run.Script+" "+line))
		return run, p.format, true
	}
	return run, "", false
}

// environment is the event env, with the names that mod_xml_rpc gives to what it knows of a request. Other headers are there as
// HTTP- and their name, without those that have passwords in them. A field of the request cannot pass for one of these.
func environment(r *http.Request, fields, body string) *esl.Event {
	env := esl.NewEvent("API")
	add := func(name, value string) {
		if value != "" {
			env.Add(name, value)
		}
	}
	add("HTTP-API", "api")
	add("HTTP-HOST", r.Host)
	if from, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		add("HTTP-REMOTE-ADDR", from.Addr().Unmap().String())
	}
	add("HTTP-REQUESTLINE", fmt.Sprintf("%s %s %s", r.Method, r.URL.RequestURI(), r.Proto))
	add("HTTP-URI", r.URL.Path)
	query := esl.URLDecode(r.URL.RawQuery)
	form, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if form != "application/x-www-form-urlencoded" {
		body = ""
	} else if body != "" {
		query = body
	}
	add("HTTP-QUERY", query)
	for _, name := range sorted(r.Header) {
		if name != "Authorization" && name != "Proxy-Authorization" && name != "Cookie" {
			add("HTTP-"+strings.ToUpper(name), strings.Join(r.Header[name], ", "))
		}
	}
	for _, text := range [...]string{fields, body} {
		for field := range strings.SplitSeq(text, "&") {
			name, value, _ := strings.Cut(strings.ReplaceAll(field, "+", " "), "=")
			if name = esl.URLDecode(name); name != "" && !reserved(name) {
				add(name, esl.URLDecode(value))
			}
		}
	}
	return env
}

// reserved tells whether a header of env is never one of a request's fields.
func reserved(name string) bool {
	name = strings.ToLower(name)
	return strings.HasPrefix(name, "http-") || strings.HasPrefix(name, "api-command") || name == "event-name"
}
