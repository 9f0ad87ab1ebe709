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

func TestServeTheXMLHandler(t *testing.T) {
	path := script(t, `XML_STRING = "<document>" .. XML_REQUEST.key_value .. argv[1] .. "</document>"`)
	dir := filepath.Dir(path)
	configuration, password := filepath.Join(t.TempDir(), "eslua.yaml"), filepath.Join(t.TempDir(), "password")
	for path, text := range map[string]string{
		configuration: "xml_handler:\n  listen: 127.0.0.1:0\n  user: switch\n  password_file: " + password + "\n  bindings:\n    directory: main.lua end\n",
		password:      "geheim\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	signals := make(chan os.Signal, 2)
	log, _, status := serveIn(t, cli.World{Signals: given(signals)}, "--scripts", dir, "--config", configuration)
	addr := regexp.MustCompile(`"ready for requests for XML","addr":"([^"]+)"`).FindStringSubmatch(log.until("ready for requests for XML"))[1]
	ask := func(password string) (int, string) {
		r, err := http.NewRequest("POST", "http://"+addr, strings.NewReader("hostname=pbx&section=directory&tag_name=domain&key_name=name&key_value=example.org"))
		if err != nil {
			t.Fatal(err)
		}
		r.SetBasicAuth("switch", password)
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
	if status, xml := ask("geheim"); status != 200 || xml != "<document>example.orgend</document>" {
		t.Errorf("%d %s", status, xml)
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

func TestTheAddressOfTheXMLHandlerIsNotThere(t *testing.T) {
	path := script(t, "")
	configuration := filepath.Join(t.TempDir(), "eslua.yaml")
	text := "listen: 127.0.0.1:0\nxml_handler:\n  listen: 192.0.2.1:1\n  bindings:\n    directory: main.lua\n"
	if err := os.WriteFile(configuration, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	status, _, errs := run(t, "serve", "--scripts", filepath.Dir(path), "--config", configuration)
	if status != 1 || !strings.Contains(errs, "listen: ") || !strings.Contains(errs, "192.0.2.1:1") {
		t.Errorf("status %d\n%s", status, errs)
	}
}
