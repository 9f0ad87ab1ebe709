package cli_test

import (
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"eslua/internal/cli"
)

// serveFace starts a server that is asked over HTTP, as ready in its log says, and checks what it answers to a request with the right
// secret and with a wrong one, that no secret is in its log, and that it stops.
func serveFace(t *testing.T, ready, want string, request func(url, secret string) *http.Request, args ...string) {
	t.Helper()
	signals := make(chan os.Signal, 2)
	log, _, status := serveIn(t, cli.World{Signals: given(signals)}, args...)
	addr := regexp.MustCompile(`"` + ready + `","addr":"([^"]+)"`).FindStringSubmatch(log.Until(t, ready, 1))[1]
	for secret, code := range map[string]int{secret: 200, "falsch": 401} {
		answer, err := http.DefaultClient.Do(request("http://"+addr, secret))
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != code || code == 200 && string(text) != want {
			t.Errorf("with the secret %s: %d %s, %v", secret, answer.StatusCode, text, err)
		}
	}
	signals <- syscall.SIGTERM
	if s := <-status; s != 0 || strings.Contains(log.String(), secret) {
		t.Errorf("status %d\n%s", s, log)
	}
	if _, err := http.Get("http://" + addr); err == nil {
		t.Error("it still serves")
	}
}

// secret is the right one.
const secret = "geheim"

// post is a request with a body.
func post(t *testing.T, url, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequest("POST", url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return r
}
