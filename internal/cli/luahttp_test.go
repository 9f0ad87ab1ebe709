package cli_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestServeScriptsOverHTTP(t *testing.T) {
	dir := filepath.Dir(script(t, `stream:write("hello " .. argv[1] .. " " .. env:getHeader("x"))`))
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	serveFace(t, "ready for requests for scripts", "hello 1000 y", func(url, secret string) *http.Request {
		r := post(t, url+"/lua/main.lua?1000", "x=y")
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Authorization", "Bearer "+secret)
		return r
	}, "--scripts", dir, "--lua-http-listen", "127.0.0.1:0", "--lua-http-token-file", token)
}

func TestScriptsOverHTTPForOthersNeedAToken(t *testing.T) {
	path := script(t, "")
	status, _, errs := run(t, "serve", "--listen", "127.0.0.1:0", "--scripts", filepath.Dir(path), "--lua-http-listen", "0.0.0.0:0")
	if status != 78 || !strings.Contains(errs, `lua_http.listen: "0.0.0.0:0" is no loopback address, so that it needs lua_http.token_file`) {
		t.Errorf("status %d\n%s", status, errs)
	}
}
