package modules

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"eslua/luabind/dbh"
)

// The examples of docs/modules.md print what stands behind their arrows.
func TestExamplesOfTheDocumentation(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/customers" {
			fmt.Fprint(w, `{"name":"Ann"}`)
			return
		}
		io.Copy(w, r.Body)
	}))
	defer server.Close()
	doc, err := os.ReadFile("../../docs/modules.md")
	if err != nil {
		t.Fatal(err)
	}
	pools := dbh.New(dbh.Options{Root: t.TempDir()})
	defer pools.Close()
	allow := patterns(t, server.Listener.Addr().String())
	examples := regexp.MustCompile("(?s)```lua\n(.*?)```").FindAllStringSubmatch(string(doc), -1)
	if len(examples) < 8 {
		t.Fatalf("%d examples", len(examples))
	}
	for _, example := range examples {
		b := newLab(t, Options{Allow: allow, Databases: pools})
		b.dir(true)
		var want []string
		for _, m := range regexp.MustCompile(`--> (.*)`).FindAllStringSubmatch(example[1], -1) {
			want = append(want, m[1])
		}
		got, err := b.run(fmt.Sprintf("local SERVER = %q\n", server.URL) + example[1])
		// A loop prints several lines where the documentation has one.
		if flat := strings.ReplaceAll(got, "\n", "\t"); err != nil || flat != strings.Join(want, "\t") {
			t.Errorf("%s\nprints\n%s\n%v", example[1], got, err)
		}
	}
	// What is documented is there, and the other way round.
	m := New(Options{Databases: pools})
	defer m.Close()
	for name := range m.loaders {
		if !strings.Contains(string(doc), "`"+name+"`") && name != "mime.core" {
			t.Errorf("%s is not documented", name)
		}
	}
}
