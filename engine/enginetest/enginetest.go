// Package enginetest is what tests of the engine, and of what stands on it, have in common: scripts in a directory, a log that
// can be waited for, an engine, and servers of HTTP requests.
package enginetest

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"eslua/engine"
	"eslua/scripts"
)

// Scripts writes files below a directory, by their names.
func Scripts(t testing.TB, files map[string]string) (root string) {
	t.Helper()
	root = t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// Log keeps what is written to it. All of its methods may be called at any time by anybody.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{} // closed by the next Write; nil: nobody waits
}

func (l *Log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.more != nil {
		close(l.more)
		l.more = nil
	}
	return l.text.Write(b)
}

// String is all that has been written.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Logger writes everything to the log, as text.
func (l *Log) Logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// patience is how long Until waits, in real time.
const patience = 30 * time.Second

// Until waits until the log has a text, n times, and gives all of it.
func (l *Log) Until(t testing.TB, text string, n int) string {
	t.Helper()
	limit := time.After(patience)
	for {
		l.mu.Lock()
		all := l.text.String()
		if l.more == nil {
			l.more = make(chan struct{})
		}
		more := l.more
		l.mu.Unlock()
		if strings.Count(all, text) >= n {
			return all
		}
		select {
		case <-more:
		case <-limit:
			t.Fatalf("the log never says %q %d times:\n%s", text, n, all)
		}
	}
}

// New makes an engine with these scripts, in the time of opts.Clock. The test shuts it down.
func New(t testing.TB, files map[string]string, opts engine.Options) *engine.Engine {
	t.Helper()
	var err error
	opts.Scripts, err = scripts.Open(t.Context(), scripts.Options{
		Root: Scripts(t, files), Mode: scripts.Off, Clock: opts.Clock, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	e, err := engine.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// Face is a server of HTTP requests.
type Face interface {
	Serve(l net.Listener) error
	Shutdown(ctx context.Context) error
}

// Serve has a face of an engine serve on a loopback address until the end of the test, and shuts both down then.
func Serve(t testing.TB, f Face, e *engine.Engine) (url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- f.Serve(l) }()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		if err := f.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
		e.Shutdown(context.Background())
	})
	return "http://" + l.Addr().String()
}
