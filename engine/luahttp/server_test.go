package luahttp_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"eslua/engine"
	"eslua/engine/enginetest"
	"eslua/engine/luahttp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// house is a server with scripts.
type house struct {
	*testing.T
	url    string
	engine *engine.Engine
	log    enginetest.Log
}

func newHouse(t *testing.T, files map[string]string, opts luahttp.Options) *house {
	t.Helper()
	h := &house{T: t}
	opts.Log = h.log.Logger()
	h.engine = enginetest.New(t, files, engine.Options{Drain: time.Minute, Log: opts.Log})
	opts.Engine = h.engine
	h.url = enginetest.Serve(t, luahttp.New(opts), h.engine)
	return h
}

// ask sends a request and gives the status, the type and the text of the answer.
func (h *house) ask(method, path, body string, headers ...string) (int, string, string) {
	h.Helper()
	r, err := http.NewRequest(method, h.url+path, strings.NewReader(body))
	if err != nil {
		h.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		h.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		h.Fatal(err)
	}
	return answer.StatusCode, answer.Header.Get("Content-Type"), string(text)
}

const form = "application/x-www-form-urlencoded"

func TestWhatAScriptIsGiven(t *testing.T) {
	h := newHouse(t, map[string]string{"sub/show.lua": `
		local function get(name) return tostring(env:getHeader(name)) end
		stream:write(table.concat(argv, "|") .. "\n" .. argv[0] .. " " .. get("API-Command") .. " " .. get("API-Command-Argument") .. "\n")
		stream:write(table.concat({ env:getType(), get("a"), get("b"), get("HTTP-URI"), get("HTTP-QUERY"), get("http-x-pin"), get("HTTP-Api") }, "|"))
		local body, length = stream:read()
		stream:write("\n" .. body .. " " .. length .. " " .. tostring(session) .. get("HTTP-AUTHORIZATION"))`}, luahttp.Options{Token: "secret"})
	for _, c := range []struct{ method, path, body, want string }{
		{
			"GET", "/lua/sub/show.lua?one%20'two%20words'%20+49&a=1+2%2B&b=x=y", "",
			"one|two words|+49\nsub/show.lua lua sub/show.lua one 'two words' +49\nAPI|1 2+|x=y|/lua/sub/show.lua|one 'two words' +49&a=1+2+&b=x=y|7|api\n 0 nilnil",
		},
		{"GET", "/lua/sub/show.lua", "", "\nsub/show.lua lua sub/show.lua\nAPI|nil|nil|/lua/sub/show.lua|nil|7|api\n 0 nilnil"},
		{
			"GET", "/lua/sub/show.lua?a=1&HTTP-X-Pin=9&Event-Name=DTMF&API-Command=x&a=2&b=", "",
			"\nsub/show.lua lua sub/show.lua\nAPI|1|nil|/lua/sub/show.lua|a=1&HTTP-X-Pin=9&Event-Name=DTMF&API-Command=x&a=2&b=|7|api\n 0 nilnil",
		},
		{"GET", "/api/lua?sub/show.lua%20k=v%20w&b=c", "", "k=v|w\nsub/show.lua lua sub/show.lua k=v w\nAPI|nil|c|/api/lua|sub/show.lua k=v w&b=c|7|api\n 0 nilnil"},
		{"POST", "/lua?sub/show.lua%20x&b=1", "a=%26+&c=3", "x\nsub/show.lua lua sub/show.lua x\nAPI|& |1|/lua|a=%26+&c=3|7|api\na=%26+&c=3 10 nilnil"},
	} {
		status, kind, text := h.ask(c.method, c.path, c.body, "Authorization", "Bearer secret", "X-Pin", "7", "Content-Type", form)
		if status != 200 || kind != "text/plain; charset=utf-8" || text != c.want {
			t.Errorf("%s: %d %s\n%q\nwant\n%q", c.path, status, kind, text, c.want)
		}
	}
	_, _, text := h.ask("POST", "/lua/sub/show.lua", `{"a=1": "&a=2"}`, "Authorization", "Bearer secret", "Content-Type", "application/json")
	if want := "API|nil|nil|/lua/sub/show.lua|nil|nil|api"; !strings.Contains(text, want) || !strings.HasSuffix(text, "{\"a=1\": \"&a=2\"} 15 nilnil") {
		t.Errorf("JSON: %q", text)
	}
}

func TestWhatAScriptAnswers(t *testing.T) {
	h := newHouse(t, map[string]string{
		"html.lua": `stream:write("Content-Type: text/html\r\nX-More: 1\r\n\r\n<p>") stream:write("hi")`, "lf.lua": `stream:write("content-type: text/csv\nContent-Length: 99\n\na,b")`,
		"like.lua": `stream:write("Content-Type: no end")`, "none.lua": ``, "nul.lua": `stream:raw_write("a\0b", 3)`,
		"boom.lua": `stream:write("half") error("boom")`, "bad.lua": `x = = 1`,
	}, luahttp.Options{})
	const plain, failed = "text/plain; charset=utf-8", "-ERR Cannot execute script\n"
	for _, c := range []struct {
		path   string
		status int
		kind   string
		text   string
	}{
		{"/lua/html.lua", 200, "text/html", "<p>hi"}, {"/lua/lf.lua", 200, "text/csv", "a,b"}, {"/lua/like.lua", 200, plain, "Content-Type: no end"},
		{"/lua/none.lua", 200, plain, ""}, {"/lua/nul.lua", 200, plain, "a\x00b"}, {"/webapi/lua?none.lua", 200, "text/html; charset=utf-8", ""},
		{"/xmlapi/lua?none.lua", 200, "text/xml; charset=utf-8", ""}, {"/txtapi/lua?none.lua", 200, plain, ""},
		{"/lua/boom.lua", 500, plain, failed}, {"/lua/bad.lua", 500, plain, failed}, {"/lua/missing.lua", 500, plain, failed},
		{"/lua/~stream:write(1)", 500, plain, failed}, {"/lua?~stream:write(1)", 500, plain, failed}, {"/lua/%2e%2e/none.lua", 500, plain, failed},
		{"/", 404, plain, "-ERR Not Found\n"}, {"/lua", 404, plain, "-ERR Not Found\n"}, {"/lua/", 404, plain, "-ERR Not Found\n"},
		{"/api/status", 404, plain, "-ERR Not Found\n"}, {"/api/luarun?none.lua", 404, plain, "-ERR Not Found\n"},
	} {
		if status, kind, text := h.ask("GET", c.path, ""); status != c.status || kind != c.kind || text != c.text {
			t.Errorf("%s: %d %s %q", c.path, status, kind, text)
		}
	}
	if status, _, _ := h.ask("DELETE", "/lua/none.lua", ""); status != 405 {
		t.Errorf("DELETE: %d", status)
	}
	if !strings.Contains(h.log.String(), "boom.lua:1: boom") {
		t.Error(h.log.String())
	}
}

func TestWhoMayAsk(t *testing.T) {
	files := map[string]string{"a.lua": `stream:write("ran")`}
	h := newHouse(t, files, luahttp.Options{Token: "geheim:1"})
	basic := func(user, password string) string {
		r := &http.Request{Header: http.Header{}}
		r.SetBasicAuth(user, password)
		return r.Header.Get("Authorization")
	}
	for _, c := range []struct {
		authorization string
		status        int
	}{
		{"Bearer geheim:1", 200}, {basic("freeswitch", "geheim:1"), 200}, {basic("", "geheim:1"), 200}, {"Bearer geheim", 401}, {"Bearer ", 401},
		{"geheim:1", 401}, {basic("geheim:1", ""), 401}, {"", 401},
	} {
		status, _, text := h.ask("GET", "/lua/a.lua", "", "Authorization", c.authorization, "Host", "pbx.example.org")
		if status != c.status || (text == "ran") != (status == 200) {
			t.Errorf("%s: %d %s", c.authorization, status, text)
		}
	}
	if strings.Contains(h.log.String(), "geheim") {
		t.Errorf("the log shows the token:\n%s", h.log.String())
	}
	h = newHouse(t, files, luahttp.Options{})
	own := strings.TrimPrefix(h.url, "http://")
	for _, c := range []struct {
		header, value string
		status        int
	}{
		{"Host", "localhost", 200}, {"Host", "[::1]:80", 200}, {"Host", "rebound.example.org", 403}, {"Host", "10.0.0.1", 403},
		{"Origin", "http://" + own, 200}, {"Origin", "http://evil.example.org", 403}, {"Origin", "null", 403}, {"Sec-Fetch-Site", "cross-site", 403},
		{"Sec-Fetch-Site", "none", 200}, {"Sec-Fetch-Site", "same-origin", 200}, {"Sec-Fetch-Site", "same-site", 403},
	} {
		if status, _, text := h.ask("POST", "/lua/a.lua", "", c.header, c.value); status != c.status || (text == "ran") != (status == 200) {
			t.Errorf("%s %s: %d %s", c.header, c.value, status, text)
		}
	}
}

func TestListenOnLoopbackAddressesOnlyWithoutAToken(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", ":0", "[::]:0"} {
		if l, err := luahttp.Listen(address, ""); !errors.Is(err, luahttp.ErrExposed) {
			t.Errorf("%s: %v", address, err)
			if err == nil {
				l.Close()
			}
		}
	}
	for address, token := range map[string]string{"0.0.0.0:0": "x", "127.0.0.1:0": "", "localhost:0": ""} {
		l, err := luahttp.Listen(address, token)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		l.Close()
	}
	var op *net.OpError
	if _, err := luahttp.Listen("192.0.2.1:1", "x"); !errors.As(err, &op) {
		t.Errorf("%v", err)
	}
}

// The limits are of real time.
func TestLimits(t *testing.T) {
	h := newHouse(t, map[string]string{
		"slow.lua": `print("begun") freeswitch.msleep(600000)`, "busy.lua": "while true do end", "quick.lua": `stream:write((stream:read():sub(1, 1)))`,
	}, luahttp.Options{Timeout: 200 * time.Millisecond, MaxRequests: 2})
	for _, script := range []string{"slow", "busy"} {
		if status, _, _ := h.ask("GET", "/lua/"+script+".lua", ""); status != 504 {
			t.Errorf("%s: %d", script, status)
		}
	}
	if status, _, _ := h.ask("POST", "/lua/quick.lua", strings.Repeat("x", 1<<20+1)); status != 413 {
		t.Errorf("too large: %d", status)
	}
	answers := make(chan int, 10)
	for range cap(answers) {
		go func() {
			status, _, _ := h.ask("GET", "/lua/slow.lua", "")
			answers <- status
		}()
	}
	count := make(map[int]int)
	for range cap(answers) {
		count[<-answers]++
	}
	if count[503] == 0 || count[504] < 2 || count[503]+count[504] != cap(answers) {
		t.Errorf("%v", count)
	}
	if status, _, text := h.ask("POST", "/lua/quick.lua", strings.Repeat("x", 1<<20)); status != 200 || text != "x" {
		t.Errorf("behind the rush: %d %s", status, text)
	}
}

// TestWhoAsksGoesAway: nobody waits for the answer any more, and the script ends.
func TestWhoAsksGoesAway(t *testing.T) {
	h := newHouse(t, map[string]string{"slow.lua": `print("begun") freeswitch.msleep(600000)`}, luahttp.Options{Timeout: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		h.log.Until(t, "begun", 1)
		cancel()
	}()
	r, err := http.NewRequestWithContext(ctx, "GET", h.url+"/lua/slow.lua", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := http.DefaultClient.Do(r); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	// The end of the test waits for the script, which would take ten minutes.
}

func TestTheServerStops(t *testing.T) {
	h := newHouse(t, map[string]string{"slow.lua": `print("begun") freeswitch.msleep(300) stream:write("end")`}, luahttp.Options{})
	answer := make(chan string, 1)
	go func() {
		_, _, text := h.ask("GET", "/lua/slow.lua", "")
		answer <- text
	}()
	h.log.Until(t, "begun", 1)
	if err := h.engine.Shutdown(context.Background()); err != nil { // waits for the script that runs
		t.Error(err)
	}
	if text := <-answer; text != "end" {
		t.Errorf("the script that ran: %s", text)
	}
	if status, _, _ := h.ask("GET", "/lua/slow.lua", ""); status != 503 {
		t.Errorf("behind the end: %d", status)
	}
}
