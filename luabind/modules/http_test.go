package modules

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// web is a server for the tests. It answers what is asked for.
func web(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Test", "yes")
		w.Header().Add("X-Two", "a")
		w.Header().Add("X-Two", "b")
		fmt.Fprintf(w, "%s %s %s|%s|%s|%s", r.Method, r.RequestURI, r.Host, r.Header.Get("X-Mine"), r.Header.Get("Content-Type"), body)
	})
	mux.HandleFunc("/auth", func(w http.ResponseWriter, r *http.Request) {
		user, pass, _ := r.BasicAuth()
		fmt.Fprint(w, user, ":", pass)
	})
	mux.HandleFunc("/to", func(w http.ResponseWriter, r *http.Request) {
		code := http.StatusFound
		fmt.Sscan(r.URL.Query().Get("code"), &code)
		http.Redirect(w, r, r.URL.Query().Get("url"), code)
	})
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	mux.HandleFunc("/big", func(w http.ResponseWriter, r *http.Request) {
		n := 0
		fmt.Sscan(r.URL.Query().Get("n"), &n)
		io.CopyN(w, zeros{}, int64(n))
	})
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	mux.HandleFunc("/never", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("/cut", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		fmt.Fprint(w, "part")
	})
	mux.HandleFunc("/none", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = '0'
	}
	return len(b), nil
}

// webLab is a lab whose scripts may reach loopback addresses, and that has the URL of the server in U.
func webLab(t *testing.T, opts Options) (*lab, func(string) string) {
	t.Helper()
	server := web(t)
	if opts.Allow == nil {
		opts.Allow = patterns(t, "127.0.0.1")
	}
	return newLab(t, opts), func(script string) string {
		return fmt.Sprintf("local U, H = %q, %q ", server.URL, strings.TrimPrefix(server.URL, "http://")) + script
	}
}

func TestHTTP(t *testing.T) {
	b, with := webLab(t, Options{MaxBody: 100_000})
	for script, want := range map[string]string{
		`local r = http.get(U .. "/echo?a=1") print(r.status, r.headers["x-test"], r.headers["x-two"], r.url == U .. "/echo?a=1", r.body == "GET /echo?a=1 " .. H .. "|||")`: "200\tyes\ta, b\ttrue\ttrue",
		`print((http.get(U .. "/echo", { headers = { ["X-Mine"] = 5, Host = "other" } }).body))`:                                                                             "GET /echo other|5||",
		`print((http.post(U .. "/echo", "a=1").body:gsub(H, "")))`:                                                                                                           "POST /echo ||application/x-www-form-urlencoded|a=1",
		`print((http.post(U .. "/echo", "{}", { headers = { ["content-type"] = "application/json" } }).body:gsub(H, "")))`:                                                   "POST /echo ||application/json|{}",
		`print((http.request{ url = U .. "/echo", method = "put", body = "x" }.body:gsub(H, "")))`:                                                                           "PUT /echo |||x",
		`print(http.request{ url = U .. "/echo", method = "HEAD" }.body == "")`:                                                                                              "true",
		`print(http.get((U:gsub("//", "//me:secret@")) .. "/auth").body)`:                                                                                                    "me:secret",
		`local r = http.get(U .. "/to?url=/echo") print(r.status, r.url == U .. "/echo")`:                                                                                    "200\ttrue",
		`local r = http.get(U .. "/to?url=/echo", { redirects = 0 }) print(r.status, r.headers.location)`:                                                                    "302\t/echo",
		`print(http.get(U .. "/loop").status)`:                                                                                                                               "302",
		`print(http.get(U .. "/nosuch").status, http.get(U .. "/none").status, http.get(U .. "/none").body == "")`:                                                           "404\t204\ttrue",
		`print(#http.get(U .. "/big?n=100000").body, http.get(U .. "/big?n=100001"))`:                                                                                        "100000\tnil\tlimit",
		`print(http.post(U .. "/echo", ("x"):rep(100001)))`:                                                                                                                  "nil\tlimit",
		`print(http.get(U .. "/never", { timeout = 0.05 }))`:                                                                                                                 "nil\ttimeout",
		`print(http.get(U .. "/slow", { timeout = 0.05 }))`:                                                                                                                  "nil\ttimeout",
		`print(http.get(U .. "/cut"))`:                                                                                                                                       "nil\terror: closed",
		`print(http.get("ftp://x/"))`:                                                                                                                                        `nil` + "\t" + `error: "ftp://x/" is no address of http or https`,
		`print((select(2, http.get("http://a b/"))))`:                                                                                                                        `error: invalid character " " in host name`,
		`print((select(2, http.request{ url = U, method = "A B" })))`:                                                                                                        `error: net/http: invalid method "A B"`,
		`print((select(2, http.get(U, { headers = { ["a\n"] = "x" } }))))`:                                                                                                   `error: net/http: invalid header field name "a\n"`,
	} {
		b.expect(with(`local http = require "http" `+script), want)
	}
	for script, want := range map[string]string{
		`http.get()`:        "bad argument #1 to 'get' (string expected, got no value)",
		`http.request("x")`: "bad argument #1 to 'request' (table expected, got string)",
		`http.request{}`:    "field 'url' expected",
		`http.get("http://x", { timeout = "soon" })`:     "field 'timeout' must be a number",
		`http.get("http://x", { headers = "x" })`:        "field 'headers' must be a table",
		`http.get("http://x", { headers = { x = {} } })`: "names and values of headers must be strings",
		`http.request{ url = "http://x", body = {} }`:    "field 'body' must be a string",
	} {
		b.fails(`local http = require "http" `+script, want)
	}
}

func TestSocketHTTP(t *testing.T) {
	b, with := webLab(t, Options{MaxBody: 100_000})
	dir := b.dir(true)
	for script, want := range map[string]string{
		`local body, code, headers, status = http.request(U .. "/echo") print((body:gsub(H, "")), code, headers["x-test"], status)`: "GET /echo |||\t200\tyes\tHTTP/1.1 200 OK",
		`local body, code = http.request(U .. "/echo", "a=1&b=2") print((body:gsub(H, "")), code)`:                                  "POST /echo ||application/x-www-form-urlencoded|a=1&b=2\t200",
		`local t = {} local ok, code, headers, status = http.request{ url = U .. "/echo", sink = ltn12.sink.table(t), headers = { ["X-Mine"] = "m" } }
			print(ok, code, status, (table.concat(t):gsub(H, "")))`: "1\t200\tHTTP/1.1 200 OK\tGET /echo |m||",
		`local t = {} print(http.request{ url = U .. "/echo", method = "PUT", source = ltn12.source.string(("ab"):rep(3000)), sink = ltn12.sink.table(t), headers = { ["content-length"] = 6000 } })
			print(#table.concat(t):match("|(a.*)$"))`: "",
		`print(http.request{ host = H:match("^[^:]+"), port = H:match("%d+$"), path = "/echo" })`:                                                            "",
		`http.request{ url = U .. "/big?n=20000", sink = ltn12.sink.file(io.open("out", "w")) } print(#io.open("out"):read("*a"))`:                           "20000",
		`local n = 0 local step = function(a, b) n = n + 1 return ltn12.pump.step(a, b) end http.request{ url = U .. "/big?n=20000", step = step } print(n)`: "4",
		`print(http.request{ url = U .. "/big?n=20000", sink = ltn12.sink.error("full") })`:                                                                  "nil\tfull",
		`print(http.request{ url = U .. "/echo", source = ltn12.source.error("gone") })`:                                                                     "nil\tgone",
		`print(select(2, http.request{ url = U .. "/to?url=/none", redirect = false }))`:                                                                     "",
		`local _, code, headers = http.request(U .. "/to?url=/none") print(code, headers.location)`:                                                          "204\t/none",
		`print((select(2, http.request(U .. "/loop"))))`:                                                                                                     "302",
		`print((select(2, http.request(U .. "/to?code=308&url=/none"))))`:                                                                                    "308",
		`print((select(2, http.request(U .. "/to?url=/none", "body"))))`:                                                                                     "302",
		`local t = {} for i = 1, 200 do http.request(U .. "/none") end print((select(2, http.request(U .. "/none"))))`:                                       "204",
		`print(http.request(U .. "/cut"))`:                                                 "nil\tclosed",
		`print(http.request("http://"))`:                                                   "nil\tinvalid host 'nil'",
		`http.PROXY = "http://127.0.0.1:1" print(http.request(U))`:                         "nil\tproxies are not supported",
		`http.TIMEOUT = 0.05 print(http.request(U .. "/never"))`:                           "nil\ttimeout",
		`print(#http.request(U .. "/big?n=1600000"), http.request(U .. "/big?n=1600001"))`: "1600000\tnil\ttoo large",
	} {
		script = with(`local http, ltn12 = require "socket.http", require "ltn12" ` + script)
		if want != "" {
			b.expect(script, want)
			continue
		}
		got, err := b.run(script)
		if err != nil || !strings.HasPrefix(got, "1\t200\ttable: ") && !strings.HasPrefix(got, "302\ttable: ") {
			t.Errorf("%s\nprints %s, %v", script, got, err)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "out")); err != nil || info.Size() != 20000 {
		t.Errorf("%v, %v", info, err)
	}
}

// A server on an address that is not allowed is never connected to, whatever leads there.
func TestOnlyAllowedAddressesAreReached(t *testing.T) {
	var secret atomic.Int32
	inner := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { secret.Add(1) }))
	defer inner.Close()
	_, innerPort, _ := net.SplitHostPort(inner.Listener.Addr().String())
	var asked []string
	server := web(t)
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	loopback := netip.MustParseAddr("127.0.0.1")
	opts := Options{
		Allow: patterns(t, "127.0.0.1:"+port, "named.example", "*.public.example"),
		Resolve: func(_ context.Context, host string) ([]netip.Addr, error) {
			asked = append(asked, host)
			switch host {
			case "named.example", "a.public.example", "inside.example", "localhost":
				return []netip.Addr{netip.MustParseAddr("::ffff:127.0.0.1")}, nil
			case "both.example":
				return []netip.Addr{netip.MustParseAddr("10.0.0.1"), loopback}, nil
			}
			return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
		},
	}
	b := newLab(t, opts)
	in := func(script string) string { return strings.NewReplacer("$IN", innerPort, "$OUT", port).Replace(script) }
	for script, want := range map[string]string{
		`print(http.get("http://127.0.0.1:$OUT/none").status)`:                                           "204",
		`print(http.get("http://inside.example:$OUT/none").status)`:                                      "204",
		`print(http.get("http://both.example:$OUT/none").status)`:                                        "204",
		`print(http.get("http://127.0.0.1:$IN/"))`:                                                       "nil\terror: not allowed (http_allow): 127.0.0.1:$IN",
		`print(http.get("http://[::1]:$IN/"))`:                                                           "nil\terror: not allowed (http_allow): [::1]:$IN",
		`print(http.get("http://[::ffff:127.0.0.1]:$IN/"))`:                                              "nil\terror: not allowed (http_allow): [::ffff:127.0.0.1]:$IN",
		`print(http.get("http://2130706433:$IN/"))`:                                                      "nil\terror: not allowed (http_allow): 2130706433:$IN",
		`print(http.get("http://localhost:$IN/"))`:                                                       "nil\terror: not allowed (http_allow): localhost:$IN",
		`print(http.get("http://named.example:$IN/"))`:                                                   "nil\terror: not allowed (http_allow): named.example:$IN, which is 127.0.0.1",
		`print(http.get("http://a.public.example:$IN/"))`:                                                "nil\terror: not allowed (http_allow): a.public.example:$IN, which is 127.0.0.1",
		`print(http.get("http://127.0.0.1:$OUT/to?url=http://127.0.0.1:$IN/"))`:                          "nil\terror: not allowed (http_allow): 127.0.0.1:$IN",
		`print(http.get("http://127.0.0.1:$OUT/to?url=http://named.example:$IN/"))`:                      "nil\terror: not allowed (http_allow): named.example:$IN, which is 127.0.0.1",
		`print(http.get("http://nosuch.public.example/"))`:                                               "nil\terror: host not found",
		`print(require("socket.http").request("http://127.0.0.1:$IN/"))`:                                 "nil\tnot allowed (http_allow): 127.0.0.1:$IN",
		`print(require("socket.http").request("http://127.0.0.1:$OUT/to?url=http://127.0.0.1:$IN/"))`:    "nil\tnot allowed (http_allow): 127.0.0.1:$IN",
		`print(http.get("http://127.0.0.1:$OUT/none", { headers = { Host = "127.0.0.1:$IN" } }).status)`: "204",
	} {
		b.expect(in(`local http = require "http" `+script), in(want))
	}
	if secret.Load() != 0 {
		t.Error("a request got through")
	}
	asked = nil
	b.expect(`print(require("http").get("http://my-secret.evil.example:81/"))`, "nil\terror: not allowed (http_allow): my-secret.evil.example:81")
	if len(asked) > 0 {
		t.Errorf("a name that nothing allows was looked up: %v", asked)
	}
	none := newLab(t, Options{})
	none.expect(in(`print(require("http").get("http://127.0.0.1:$IN/"))`), in("nil\terror: not allowed (http_allow): 127.0.0.1:$IN"))
}

func TestConnectionsAreSharedByScripts(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	var made atomic.Int32
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			made.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	b := newLab(t, Options{Allow: patterns(t, "127.0.0.1")})
	for range 5 {
		b.expect(fmt.Sprintf(`print(require("http").get("%s/none").status)`, server.URL), "204")
	}
	if n := made.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
}

func TestHTTPS(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "safe") }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	known := server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	b := newLab(t, Options{Allow: patterns(t, "127.0.0.1"), TLS: &tls.Config{RootCAs: known}})
	b.expect(fmt.Sprintf(`print(require("http").get(%q).body, (require("socket.http").request(%q)))`, server.URL, server.URL), "safe\tsafe")
	b = newLab(t, Options{Allow: patterns(t, "127.0.0.1")})
	b.expect(fmt.Sprintf(`print((select(2, require("http").get(%q)):match("certificate")))`, server.URL), "certificate")
}

// The end of a script ends its request, and what it has left open.
func TestARequestEndsWithItsScript(t *testing.T) {
	b, with := webLab(t, Options{})
	because := errors.New("the call has ended")
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(50*time.Millisecond, func() { cancel(because) }) // the request has to be under way by then
	began := time.Now()
	if _, err := b.runIn(ctx, with(`require("http").get(U .. "/never") print("not reached")`)); !errors.Is(err, because) {
		t.Errorf("%v", err)
	}
	if d := time.Since(began); d > 5*time.Second {
		t.Errorf("it took %v", d)
	}
	// A sink that raises an error leaves a response open, which the end of the state closes: the server's Close would wait for it.
	b.fails(with(`require("socket.http").request{ url = U .. "/slow", sink = function() error("boom") end, step = function() error("boom") end }`), "boom")
}

func TestWaitingForAServerIsNoWork(t *testing.T) {
	b, with := webLab(t, Options{})
	b.limits.CPU = 20 * time.Millisecond
	b.expect(with(`local http = require "http" print(http.get(U .. "/never", { timeout = 0.2 }))`), "nil\ttimeout")
}
