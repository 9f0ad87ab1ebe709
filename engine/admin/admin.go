// Package admin is the small address that the command line talks to: what a running server does, and a few orders to it.
//
// It speaks HTTP with JSON on loopback addresses only, and asks nobody who they are: whoever can reach them may do
// everything.
package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"eslua/engine"
	"eslua/scripts"
)

// Status is the answer to status.
type Status struct {
	Version string        `json:"version"`
	Began   time.Time     `json:"began"`
	Stops   bool          `json:"stopping"`
	Calls   int           `json:"calls"`
	Max     int           `json:"max_calls"`
	Since   engine.Counts `json:"since_start"`
	Limits  LimitsStatus  `json:"limits"`
	Scripts ScriptsStatus `json:"scripts"`
}

// LimitsStatus are the limits of a script; a wall time of 0 is none.
type LimitsStatus struct {
	Instructions int64         `json:"instructions"`
	CPU          time.Duration `json:"cpu_ns"`
	Memory       int64         `json:"memory"`
	Wall         time.Duration `json:"wall_ns"`
}

// ScriptsStatus is what is to be said of the scripts.
type ScriptsStatus struct {
	Root       string            `json:"root"`
	Mode       string            `json:"reload"`
	Fallback   string            `json:"fallback,omitempty"`
	Generation uint64            `json:"generation"`
	Files      int               `json:"files"`
	Since      time.Time         `json:"since"`
	Broken     map[string]string `json:"broken,omitempty"` // path and error
	Refused    string            `json:"refused,omitempty"`
}

// Server answers for an engine.
type Server struct {
	Engine  *engine.Engine
	Scripts *scripts.Library
	Version string
	Began   time.Time
	Max     int
	// Drain is called by the order to drain.
	Drain func()
}

// Listen listens on an address, which must be a loopback one.
func Listen(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	if ip := l.Addr().(*net.TCPAddr).IP; !ip.IsLoopback() {
		l.Close()
		return nil, fmt.Errorf("%s is no loopback address", address)
	}
	return l, nil
}

// Serve answers requests until ctx ends.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /status", s.status)
	mux.HandleFunc("GET /calls", func(w http.ResponseWriter, _ *http.Request) { reply(w, s.Engine.List()) })
	mux.HandleFunc("GET /calls/{uuid}/trace", s.trace)
	mux.HandleFunc("POST /calls/{uuid}/kill", s.kill)
	mux.HandleFunc("POST /reload", s.reload)
	mux.HandleFunc("POST /drain", func(w http.ResponseWriter, _ *http.Request) {
		s.Drain()
		reply(w, "draining")
	})
	server := &http.Server{Handler: local(mux), ReadHeaderTimeout: 5 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		server.Close()
		close(stopped)
	})
	err := server.Serve(l)
	if !stop() {
		<-stopped
	}
	if errors.Is(err, http.ErrServerClosed) && ctx.Err() != nil {
		return nil
	}
	return err
}

// local refuses what a web page in somebody's browser may send: it names another host.
func local(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) || r.Header.Get("Origin") != "" {
			http.Error(w, "only for programs on this machine", http.StatusForbidden)
			return
		}
		h.ServeHTTP(w, r)
	})
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v)
}

func (s *Server) status(w http.ResponseWriter, _ *http.Request) {
	st := s.Scripts.Status()
	limits := s.Engine.Limits()
	out := Status{
		Version: s.Version, Began: s.Began, Stops: s.Engine.Stopping(), Calls: s.Engine.Calls(), Max: s.Max, Since: s.Engine.Counts(),
		Limits:  LimitsStatus{limits.Instructions, limits.CPU, limits.Memory, limits.Wall},
		Scripts: ScriptsStatus{Root: st.Root, Mode: st.Mode.String(), Generation: st.Generation, Files: st.Files, Since: st.Since},
	}
	if st.Fallback != nil {
		out.Scripts.Fallback = st.Fallback.Error()
	}
	if st.Refused != nil {
		out.Scripts.Refused = st.Refused.Error()
	}
	for _, p := range st.Broken {
		if out.Scripts.Broken == nil {
			out.Scripts.Broken = make(map[string]string)
		}
		out.Scripts.Broken[p.Path] = p.Err.Error()
	}
	reply(w, out)
}

func (s *Server) kill(w http.ResponseWriter, r *http.Request) {
	if err := s.Engine.Kill(r.PathValue("uuid")); err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	reply(w, "killed")
}

func (s *Server) reload(w http.ResponseWriter, r *http.Request) {
	if err := s.Scripts.Reload(r.Context()); err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	reply(w, s.Scripts.Status().Generation)
}
