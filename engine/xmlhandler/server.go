// Package xmlhandler serves the switch's requests for XML, which mod_xml_curl sends over HTTP, with the scripts that mod_lua
// runs as its XML handler (modlua-api.md 5.2). It turns a request into a run of a script, and the script's XML into the answer.
//
// A script finds the global XML_REQUEST, a table with section, tag_name, key_name and key_value, and the global params, an
// event with all fields of the request. Its answer is the global XML_STRING. Without one, and for sections that no script is
// bound to, the answer is the document that says "not found". What goes wrong is an HTTP status that is not 200: the switch
// logs that and goes on with its next binding, or its own files.
package xmlhandler

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"eslua/engine"
	"eslua/esl"
	"eslua/internal/face"
	"eslua/luabind"
)

// NotFound is the document that says that there is nothing (switch_xml_locate in switch_xml.c).
const NotFound = `<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<document type="freeswitch/xml">
  <section name="result">
    <result status="not found"/>
  </section>
</document>
`

// Options are the options of a Server.
type Options struct {
	// Engine runs the scripts.
	Engine *engine.Engine
	// Bindings are the scripts by section (configuration, directory, dialplan, ...), each a line of name and arguments as
	// behind xml-handler-script in lua.conf.xml.
	Bindings map[string]string
	// User and Password are what a request has to give by basic authentication; User "" is none.
	User, Password string
	// Allow lists the addresses that may ask; empty: all.
	Allow []netip.Prefix
	// Timeout is how long one script may take, by the computer's clock; 0 is 10 s.
	Timeout time.Duration
	// MaxRequests is how many requests may be served at once; 0 is 100.
	MaxRequests int
	// Log receives what happens; nil is slog.Default.
	Log *slog.Logger
}

// Server answers requests for XML.
type Server struct {
	face     *face.Server
	opts     Options
	log      *slog.Logger
	bindings map[string]engine.Run
}

// New makes a server.
func New(opts Options) *Server {
	if opts.Timeout == 0 {
		opts.Timeout = 10 * time.Second
	}
	s := &Server{opts: opts, log: opts.Log, bindings: make(map[string]engine.Run)}
	if s.log == nil {
		s.log = slog.Default()
	}
	for section, line := range opts.Bindings {
		name, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		run := engine.Run{Script: name}
		if rest = strings.TrimSpace(rest); rest != "" {
			run.Args = esl.SplitArgs(rest, ' ')
		}
		s.bindings[section] = run
	}
	s.face = face.New(s, opts.Timeout, opts.MaxRequests, s.log)
	return s
}

// Serve answers requests from l until Shutdown is called, and returns http.ErrServerClosed then.
func (s *Server) Serve(l net.Listener) error { return s.face.Serve(l) }

// Shutdown takes no more requests and waits for the end of those that are being served. When ctx ends before that they are
// cut off and its error is returned.
func (s *Server) Shutdown(ctx context.Context) error { return s.face.Shutdown(ctx) }

// ServeHTTP answers one request, whatever its method and path are: the fields are those of the query and of the body.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	xml, section, err := s.answer(w, r)
	log := s.log.With("addr", r.RemoteAddr, "section", section, "lasted", time.Since(began).Round(time.Millisecond))
	if err != nil {
		f := face.Refuse(w, err)
		log.Warn("a request for XML failed", "status", f.Status, "err", f.Why)
		http.Error(w, http.StatusText(f.Status), f.Status)
		return
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	if _, err := io.WriteString(w, xml); err != nil {
		log.Warn("an answer with XML was not taken", "err", err)
		return
	}
	log.Debug("XML given", "bytes", len(xml))
}

// answer finds out what the answer is. Its error may be a face.Failure.
func (s *Server) answer(w http.ResponseWriter, r *http.Request) (xml, section string, err error) {
	if !s.allowed(r.RemoteAddr) {
		return "", "", face.Fail(http.StatusForbidden, "the address is not allowed")
	}
	if !s.knows(r) {
		return "", "", face.Fail(http.StatusUnauthorized, "wrong user or password")
	}
	body, done, err := s.face.Take(w, r)
	if err != nil {
		return "", "", err
	}
	defer done()
	q := parse(r.URL.RawQuery, body)
	section = q.get("section")
	run, ok := s.bindings[section]
	if !ok {
		return NotFound, section, nil
	}
	xml, err = s.ask(r.Context(), run, q)
	return xml, section, err
}

// ask runs the script of a request.
func (s *Server) ask(ctx context.Context, run engine.Run, q *request) (xml string, err error) {
	there := false
	run.Begin = func(script *luabind.Script) {
		script.SetTable("XML_REQUEST", q.table())
		script.SetEvent("params", q.event())
	}
	run.End = func(script *luabind.Script) { xml, there = script.Text("XML_STRING") }
	err = s.face.Run(ctx, func(ctx context.Context) error { return s.opts.Engine.Run(ctx, run) })
	switch {
	case errors.Is(err, engine.ErrDraining):
		return "", &face.Failure{Status: http.StatusServiceUnavailable, Why: err}
	case err != nil:
		return "", fmt.Errorf("script %s: %w", run.Script, err)
	case !there:
		return NotFound, nil
	case xml == "":
		s.log.Error("No Result", "script", run.Script) // as mod_lua says
		return NotFound, nil
	}
	return xml, nil
}

// allowed tells whether a request may come from an address.
func (s *Server) allowed(remote string) bool {
	from, err := netip.ParseAddrPort(remote)
	if err != nil {
		return false
	}
	a := from.Addr().Unmap().WithZone("")
	return len(s.opts.Allow) == 0 || slices.ContainsFunc(s.opts.Allow, func(p netip.Prefix) bool { return p.Contains(a) })
}

// knows tells whether a request gives the right user and password. How long that takes does not depend on what is wrong.
func (s *Server) knows(r *http.Request) bool {
	if s.opts.User == "" {
		return true
	}
	user, password, _ := r.BasicAuth()
	return equal(user, s.opts.User)&equal(password, s.opts.Password) == 1
}

func equal(a, b string) int {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:])
}
