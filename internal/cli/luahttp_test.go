package cli_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"eslua/internal/cli"
)

func TestServeScriptsOverHTTP(t *testing.T) {
	dir := filepath.Dir(script(t, `stream:write("hello " .. argv[1] .. " " .. env:getHeader("x"))`))
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("geheim\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	signals := make(chan os.Signal, 2)
	log, _, status := serveIn(t, cli.World{Signals: given(signals)}, "--scripts", dir, "--lua-http-listen", "127.0.0.1:0", "--lua-http-token-file", token)
	addr := regexp.MustCompile(`"ready for requests for scripts","addr":"([^"]+)"`).FindStringSubmatch(log.until("ready for requests for scripts"))[1]
	ask := func(token string) (int, string) {
		r, err := http.NewRequest("POST", "http://"+addr+"/lua/main.lua?1000", strings.NewReader("x=y"))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Authorization", "Bearer "+token)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(text)
	}
	if status, text := ask("geheim"); status != 200 || text != "hello 1000 y" {
		t.Errorf("%d %s", status, text)
	}
	if status, _ := ask("falsch"); status != 401 {
		t.Errorf("%d", status)
	}
	signals <- syscall.SIGTERM
	if s := <-status; s != 0 || strings.Contains(log.buf.String(), "geheim") {
		t.Errorf("status %d\n%s", s, log.buf.String())
	}
	if _, err := http.Get("http://" + addr); err == nil {
		t.Error("it still serves")
	}
}

func TestScriptsOverHTTPForOthersNeedAToken(t *testing.T) {
	path := script(t, "")
	status, _, errs := run(t, "serve", "--listen", "127.0.0.1:0", "--scripts", filepath.Dir(path), "--lua-http-listen", "0.0.0.0:0")
	if status != 78 || !strings.Contains(errs, `lua_http.listen: "0.0.0.0:0" is no loopback address, so that it needs lua_http.token_file`) {
		t.Errorf("status %d\n%s", status, errs)
	}
}
