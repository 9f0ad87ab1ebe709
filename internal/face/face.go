// Package face is a server of HTTP requests that scripts answer. It keeps to its bounds: how many requests at once, how large
// they are, how slowly they come, how long a script takes.
package face

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"
)

const (
	// MaxRequest is how many bytes the body of a request may have. One for the dialplan carries all variables of a channel.
	MaxRequest = 1 << 20
	// slow is as long as a request or an answer may take to come over.
	slow = 10 * time.Second
	// maxRequests is how many requests are served at once unless somebody says another number.
	maxRequests = 100
)

// Server serves the requests of one address.
type Server struct {
	timeout time.Duration
	busy    chan struct{}
	http    *http.Server
}

// New makes a server whose requests h answers: a script takes no longer than timeout, by the computer's clock, and no more requests
// than that number are served at once; 0 is 100.
func New(h http.Handler, timeout time.Duration, requests int, log *slog.Logger) *Server {
	if requests == 0 {
		requests = maxRequests
	}
	return &Server{timeout: timeout, busy: make(chan struct{}, requests), http: &http.Server{
		Handler: h, ReadHeaderTimeout: slow, ReadTimeout: slow, WriteTimeout: timeout + 2*slow, IdleTimeout: time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}}
}

// Serve answers requests from l until Shutdown is called, and returns http.ErrServerClosed then.
func (s *Server) Serve(l net.Listener) error { return s.http.Serve(l) }

// Shutdown takes no more requests and waits for the end of those that are being served. When ctx ends before that they are
// cut off and its error is returned.
func (s *Server) Shutdown(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	if err != nil {
		s.http.Close()
	}
	return err
}

// Failure is why a request is not answered by a script.
type Failure struct {
	Status int
	Why    error
}

func (f *Failure) Error() string { return f.Why.Error() }

// Fail is a failure.
func Fail(status int, why string) error { return &Failure{status, errors.New(why)} }

// Refuse gives the failure that an error is, an internal one if it is no other, and sets the headers that belong to its status.
func Refuse(w http.ResponseWriter, err error) *Failure {
	var f *Failure
	if !errors.As(err, &f) {
		f = &Failure{http.StatusInternalServerError, err}
	}
	switch f.Status {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", `Basic realm="eslua"`)
	case http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "1")
	}
	return f
}

// Take gives the body of a request, unless too many are being served. Its error is a Failure; without one done ends the request.
func (s *Server) Take(w http.ResponseWriter, r *http.Request) (body string, done func(), err error) {
	select {
	case s.busy <- struct{}{}:
	default:
		return "", nil, Fail(http.StatusServiceUnavailable, fmt.Sprintf("%d requests are being served, which is the limit", cap(s.busy)))
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxRequest))
	if err == nil {
		return string(text), func() { <-s.busy }, nil
	}
	<-s.busy
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return "", nil, &Failure{http.StatusRequestEntityTooLarge, err}
	}
	return "", nil, &Failure{http.StatusBadRequest, err}
}

// errTimeout: a script has taken longer than it may.
var errTimeout = errors.New("the script takes too long")

// Run runs a script for a request. Its error is a Failure when that takes too long, also when the script came to its end in the
// moment in which it was to be ended; else it is that of the script.
func (s *Server) Run(ctx context.Context, script func(context.Context) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, s.timeout, errTimeout)
	defer cancel()
	err := script(ctx)
	if context.Cause(ctx) == errTimeout {
		return &Failure{http.StatusGatewayTimeout, errTimeout}
	}
	return err
}
