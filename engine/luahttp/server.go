// Package luahttp runs scripts for programs that ask over HTTP, as the API command lua does when it is asked through
// mod_xml_rpc: http://host/lua/report.lua?2024%20short&format=json. It turns a request into a run of a script with the globals
// stream and env, and what the script writes to its stream into the answer (modlua-api.md 5.2).
//
// Whoever may ask can run every script. So it listens on loopback addresses only unless a token is set, and then every request
// has to give that.
package luahttp

import (
	"bufio"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"eslua/engine"
	"eslua/internal/face"
)

// ErrExposed: others than programs on this machine could ask, and there is no token.
var ErrExposed = errors.New("no loopback address, which needs a token")

// cannotExecute is what mod_lua writes when a script has failed.
const cannotExecute = "-ERR Cannot execute script\n"

// Options are the options of a Server.
type Options struct {
	// Engine runs the scripts.
	Engine *engine.Engine
	// Token is what a request has to give as the bearer token of its Authorization, or as the password of the basic one with
	// whatever user; "": nothing, for loopback addresses.
	Token string
	// Timeout is how long one script may take, by the computer's clock; 0 is a minute.
	Timeout time.Duration
	// MaxRequests is how many requests may be served at once; 0 is 100.
	MaxRequests int
	// Log receives what happens; nil is slog.Default.
	Log *slog.Logger
}

// Server runs scripts for requests.
type Server struct {
	face *face.Server
	opts Options
	log  *slog.Logger
}

// New makes a server.
func New(opts Options) *Server {
	if opts.Timeout == 0 {
		opts.Timeout = time.Minute
	}
	s := &Server{opts: opts, log: opts.Log}
	if s.log == nil {
		s.log = slog.Default()
	}
	s.face = face.New(s, opts.Timeout, opts.MaxRequests, s.log)
	return s
}

// Listen listens on an address. Its error is ErrExposed when that is no loopback one and there is no token.
func Listen(address, token string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	if token == "" && !l.Addr().(*net.TCPAddr).IP.IsLoopback() {
		l.Close()
		return nil, fmt.Errorf("%s: %w", address, ErrExposed)
	}
	return l, nil
}

// Serve answers requests from l until Shutdown is called, and returns http.ErrServerClosed then.
func (s *Server) Serve(l net.Listener) error { return s.face.Serve(l) }

// Shutdown takes no more requests and waits for the end of those that are being served. When ctx ends before that they are
// cut off and its error is returned.
func (s *Server) Shutdown(ctx context.Context) error { return s.face.Shutdown(ctx) }

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	script, format, out, err := s.answer(w, r)
	log := s.log.With("addr", r.RemoteAddr, "script", script, "lasted", time.Since(began).Round(time.Millisecond))
	if err == nil {
		if err := write(w, format, out); err != nil {
			log.Warn("the answer of a script was not taken", "err", err)
			return
		}
		log.Debug("a script has answered", "bytes", len(out))
		return
	}
	f := face.Refuse(w, err)
	text := "-ERR " + http.StatusText(f.Status) + "\n"
	switch f.Status {
	case http.StatusInternalServerError:
		text = cannotExecute
	case http.StatusMethodNotAllowed:
		w.Header().Set("Allow", "GET, POST")
	}
	log.Warn("a request for a script failed", "status", f.Status, "err", f.Why)
	w.Header().Set("Content-Type", plain)
	w.WriteHeader(f.Status)
	io.WriteString(w, text) // whoever is not there any more has no answer to miss
}

// write sends what a script has written. When that begins with a header Content-Type, as scripts for mod_xml_rpc's /api/ write
// it, the lines up to the first empty one are headers.
func write(w http.ResponseWriter, format, out string) error {
	w.Header().Set("Content-Type", format)
	const first = "content-type:"
	if len(out) >= len(first) && strings.EqualFold(out[:len(first)], first) {
		text := strings.NewReader(out)
		b := bufio.NewReaderSize(text, len(out))
		if headers, err := textproto.NewReader(b).ReadMIMEHeader(); err == nil {
			out = out[len(out)-b.Buffered()-text.Len():]
			headers.Del("Content-Length") // the real one is known
			headers.Del("Transfer-Encoding")
			maps.Copy(w.Header(), headers)
		}
	}
	_, err := io.WriteString(w, out)
	return err
}

// answer runs the script of a request and gives what it has written. Its error may be a face.Failure.
func (s *Server) answer(w http.ResponseWriter, r *http.Request) (script, format, out string, err error) {
	if !s.knows(r) {
		return "", "", "", face.Fail(http.StatusUnauthorized, "wrong token")
	}
	if s.opts.Token == "" && foreign(r) {
		return "", "", "", face.Fail(http.StatusForbidden, "only for programs on this machine: a web page, or another name of it")
	}
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		return "", "", "", face.Fail(http.StatusMethodNotAllowed, "method "+r.Method)
	}
	body, done, err := s.face.Take(w, r)
	if err != nil {
		return "", "", "", err
	}
	defer done()
	run, format, ok := parse(r, body)
	if !ok {
		return "", "", "", face.Fail(http.StatusNotFound, "no script is asked for: "+r.URL.Path)
	}
	err = s.face.Run(r.Context(), func(ctx context.Context) error { return s.opts.Engine.Run(ctx, run) })
	if errors.Is(err, engine.ErrDraining) {
		err = &face.Failure{Status: http.StatusServiceUnavailable, Why: err}
	}
	return run.Script, format, run.Stream.Output(), err
}

// knows tells whether a request gives the token. How long that takes does not depend on what is wrong.
func (s *Server) knows(r *http.Request) bool {
	if s.opts.Token == "" {
		return true
	}
	given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		_, given, _ = r.BasicAuth()
	}
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(s.opts.Token))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// foreign tells whether a web page of somebody else, in a browser on this machine, may have sent a request: it is of another
// origin, or names another host, which leads here.
func foreign(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = strings.Trim(r.Host, "[]")
	}
	if ip := net.ParseIP(host); !strings.EqualFold(host, "localhost") && (ip == nil || !ip.IsLoopback()) {
		return true
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
	default:
		return true
	}
	origin := r.Header.Get("Origin")
	return origin != "" && origin != "http://"+r.Host
}

// sorted are the names of headers, in an order of their own.
func sorted(h http.Header) []string { return slices.Sorted(maps.Keys(h)) }
