package face_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"eslua/internal/face"
)

// handler answers with the body of a request, which ends the script or has it wait.
type handler struct {
	face  *face.Server
	begun chan struct{}
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, done, err := h.face.Take(w, r)
	if err == nil {
		defer done()
		err = h.face.Run(r.Context(), func(ctx context.Context) error {
			switch body {
			case "wait":
				h.begun <- struct{}{}
				<-ctx.Done()
			case "fail":
				return errors.New("it fails")
			case "away":
				return face.Fail(http.StatusUnauthorized, "who is there?")
			}
			return nil
		})
	}
	if err != nil {
		w.WriteHeader(face.Refuse(w, err).Status)
		return
	}
	io.WriteString(w, body)
}

func ask(h *handler, body io.Reader) *http.Response {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("POST", "/", body))
	return w.Result()
}

// broken is a body that does not come to its end.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestWhatIsAnswered(t *testing.T) {
	h := &handler{begun: make(chan struct{}, 1)}
	h.face = face.New(h, 100*time.Millisecond, 1, slog.New(slog.DiscardHandler)) // in real time
	for _, c := range []struct {
		body   io.Reader
		status int
		header string
	}{
		{strings.NewReader("x"), 200, ""},
		{strings.NewReader("wait"), 504, ""},
		{strings.NewReader("fail"), 500, ""},
		{strings.NewReader("away"), 401, "Www-Authenticate"},
		{strings.NewReader(strings.Repeat("x", face.MaxRequest)), 200, ""},
		{strings.NewReader(strings.Repeat("x", face.MaxRequest+1)), 413, ""},
		{broken{}, 400, ""},
		{strings.NewReader("x"), 200, ""}, // none of them counts any more
	} {
		if answer := ask(h, c.body); answer.StatusCode != c.status || c.header != "" && answer.Header.Get(c.header) == "" {
			t.Errorf("%d, want %d, %v", answer.StatusCode, c.status, answer.Header)
		}
	}
}

func TestOneTooMany(t *testing.T) {
	h := &handler{begun: make(chan struct{})}
	h.face = face.New(h, time.Second, 1, slog.New(slog.DiscardHandler))
	first := make(chan int)
	go func() { first <- ask(h, strings.NewReader("wait")).StatusCode }()
	<-h.begun
	if answer := ask(h, strings.NewReader("x")); answer.StatusCode != 503 || answer.Header.Get("Retry-After") != "1" {
		t.Errorf("%d, %v", answer.StatusCode, answer.Header)
	}
	if status := <-first; status != 504 {
		t.Errorf("the first one: %d", status)
	}
}
