package cli_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestServeTheXMLHandler(t *testing.T) {
	path := script(t, `XML_STRING = "<document>" .. XML_REQUEST.key_value .. argv[1] .. "</document>"`)
	dir := filepath.Dir(path)
	configuration, password := filepath.Join(t.TempDir(), "eslua.yaml"), filepath.Join(t.TempDir(), "password")
	for path, text := range map[string]string{
		configuration: "xml_handler:\n  listen: 127.0.0.1:0\n  user: switch\n  password_file: " + password + "\n  bindings:\n    directory: main.lua end\n",
		password:      secret + "\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	serveFace(t, "ready for requests for XML", "<document>example.orgend</document>", func(url, secret string) *http.Request {
		r := post(t, url, "hostname=pbx&section=directory&tag_name=domain&key_name=name&key_value=example.org")
		r.SetBasicAuth("switch", secret)
		return r
	}, "--scripts", dir, "--config", configuration)
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
