package xmlhandler_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"eslua/engine"
	"eslua/engine/enginetest"
	"eslua/engine/xmlhandler"
	"eslua/luabind/dbh"
)

func TestMain(m *testing.M) {
	// regexp2 keeps a clock for its time-outs, which ends by itself some time after the last of them.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/dlclark/regexp2.runClock"))
}

// house is a server whose scripts have a directory of SQLite files.
type house struct {
	*testing.T
	url    string
	engine *engine.Engine
	log    enginetest.Log
}

// says checks that the log has, or has not, a text.
func (h *house) says(text string, want bool) {
	h.Helper()
	if log := h.log.String(); strings.Contains(log, text) != want {
		h.Errorf("the log says %q: %v, want %v:\n%s", text, !want, want, log)
	}
}

// newHouse makes a house with these scripts; sections are bound as Options.Bindings say.
func newHouse(t *testing.T, files map[string]string, opts xmlhandler.Options) *house {
	t.Helper()
	h := &house{T: t}
	opts.Log = h.log.Logger()
	h.engine = enginetest.New(t, files, engine.Options{Databases: dbh.Options{Root: t.TempDir()}, Drain: time.Minute, Log: opts.Log})
	opts.Engine = h.engine
	h.url = enginetest.Serve(t, xmlhandler.New(opts), h.engine)
	return h
}

// lookup is a request as mod_xml_curl makes it: the keys as they are, then the event's headers with encoded values
// (xml_url_fetch in mod_xml_curl.c, switch_event_build_param_string in switch_event.c).
func lookup(section, tag, key, value string, headers ...string) string {
	body := fmt.Sprintf("hostname=%s&section=%s&tag_name=%s&key_name=%s&key_value=%s", "pbx1", section, tag, key, value)
	for i := 0; i < len(headers); i += 2 {
		body += "&" + headers[i] + "=" + encode(headers[i+1])
	}
	return body
}

// encode is switch_url_encode.
func encode(text string) string {
	var b strings.Builder
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || strings.IndexByte("\r\n #%&+:;<=>?@[\\]^`{|}\"", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// post sends a request as the switch does and gives the status and the answer.
func (h *house) post(body string, change ...func(*http.Request)) (int, string) {
	h.Helper()
	r, err := http.NewRequest("POST", h.url+"/lookup", strings.NewReader(body))
	if err != nil {
		h.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("User-Agent", "freeswitch-xml/1.0")
	for _, f := range change {
		f(r)
	}
	return h.send(r)
}

func (h *house) send(r *http.Request) (int, string) {
	h.Helper()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		h.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		h.Fatal(err)
	}
	if answer.StatusCode == http.StatusOK && answer.Header.Get("Content-Type") != "text/xml; charset=utf-8" {
		h.Errorf("content type %q", answer.Header.Get("Content-Type"))
	}
	return answer.StatusCode, string(text)
}

const directory = `
local dbh = freeswitch.Dbh("sqlite://users")
dbh:test_reactive("SELECT name FROM users", nil, "CREATE TABLE users (name TEXT, domain TEXT, password TEXT)")
dbh:query("DELETE FROM users")
dbh:query("INSERT INTO users VALUES ('1000', 'example.org', 'geheim & <x>'), ('1001', 'example.org', 'y')")
if XML_REQUEST["tag_name"] == "domain" and XML_REQUEST["key_name"] == "name" then
  local user = params:getHeader("user")
  dbh:query(string.format("SELECT * FROM users WHERE name = '%s' AND domain = '%s'", user:gsub("'", "''"), XML_REQUEST["key_value"]), function(row)
    XML_STRING = string.format([[<document type="freeswitch/xml"><section name="directory"><domain name="%s"><user id="%s">]] ..
      [[<params><param name="password" value="%s"/></params></user></domain></section></document>]], row.domain, row.name,
      row.password:gsub("&", "&amp;"):gsub("<", "&lt;"):gsub(">", "&gt;"))
  end)
end
dbh:release()`

func TestTheDirectoryFromADatabase(t *testing.T) {
	h := newHouse(t, map[string]string{"directory.lua": directory}, xmlhandler.Options{Bindings: map[string]string{"directory": "directory.lua"}})
	auth := func(user string) string {
		return lookup("directory", "domain", "name", "example.org", "Event-Name", "REQUEST_PARAMS", "Core-UUID", "b3a8", "action", "sip_auth",
			"sip_user_agent", "Phone 1.0 (x; y+z)", "sip_auth_username", user, "sip_auth_realm", "example.org", "sip_auth_method", "REGISTER",
			"key", "id", "user", user, "domain", "example.org", "ip", "10.0.0.7")
	}
	want := `<document type="freeswitch/xml"><section name="directory"><domain name="example.org"><user id="1000"><params>` +
		`<param name="password" value="geheim &amp; &lt;x&gt;"/></params></user></domain></section></document>`
	if status, xml := h.post(auth("1000")); status != 200 || xml != want {
		t.Errorf("%d %s", status, xml)
	}
	if status, xml := h.post(auth("9' OR 1=1 --")); status != 200 || xml != xmlhandler.NotFound {
		t.Errorf("%d %s", status, xml)
	}
}

func TestWhatAScriptIsGiven(t *testing.T) {
	h := newHouse(t, map[string]string{"app.lua": `
		local r = XML_REQUEST
		XML_STRING = table.concat({
		  argv[0], argv[1], argv[2], r.section, r.tag_name, r.key_name, r.key_value, type(r.hostname), tostring(session), params:getType(),
		  params:getHeader("hostname"), params:getHeader("section"), tostring(params:getHeader("tag_name")), params:getHeader("Caller-Caller-ID-Name"),
		  params:getHeader("VARIABLE_SIP_H_X-Foo"), tostring(params:getHeader("none")), tostring(params:serialize():find("Hunt%-Destination%-Number: 1000") ~= nil),
		}, "|")`,
	}, xmlhandler.Options{Bindings: map[string]string{"dialplan": "app.lua xml_handler 'two words'"}})
	body := lookup("dialplan", "", "", "", "Event-Name", "REQUEST_PARAMS", "Caller-Caller-ID-Name", "Jürgen & Söhne +1", "Hunt-Destination-Number", "1000",
		"variable_sip_h_X-Foo", "a=b;c\nd")
	want := "app.lua|xml_handler|two words|dialplan||||nil|nil|REQUEST_PARAMS|pbx1|dialplan|nil|Jürgen & Söhne +1|a=b;c\nd|nil|true"
	if status, xml := h.post(body); status != 200 || xml != want {
		t.Errorf("%d %s\nwant %s", status, xml, want)
	}
	// With the parameter method the switch sends all in the query, and the method as it is written there.
	r, err := http.NewRequest("get", h.url+"/?"+body, nil)
	if err != nil {
		t.Fatal(err)
	}
	if status, xml := h.send(r); status != 200 || xml != want {
		t.Errorf("in the query: %d %s", status, xml)
	}
}

func TestWhatAScriptAnswers(t *testing.T) {
	files := map[string]string{
		"phrases": "", "languages": "XML_STRING = ''", "chatplan": "XML_STRING = 5", "configuration": "XML_STRING = {}", "channels": `error("boom")`,
		"dialplan": "x = = 1",
	}
	bindings := map[string]string{"result": "missing.lua"}
	for section := range files {
		bindings[section] = section
	}
	for section, text := range files {
		delete(files, section)
		files[section+".lua"] = text
		bindings[section] = section + ".lua"
	}
	h := newHouse(t, files, xmlhandler.Options{Bindings: bindings})
	for section, want := range map[string]struct {
		status int
		xml    string
	}{
		"phrases": {200, xmlhandler.NotFound}, "languages": {200, xmlhandler.NotFound}, "chatplan": {200, "5"}, "configuration": {200, xmlhandler.NotFound},
		"directory": {200, xmlhandler.NotFound}, "": {200, xmlhandler.NotFound}, "channels": {500, "Internal Server Error\n"},
		"dialplan": {500, "Internal Server Error\n"}, "result": {500, "Internal Server Error\n"},
	} {
		if status, xml := h.post(lookup(section, "configuration", "name", "sofia.conf")); status != want.status || xml != want.xml {
			t.Errorf("%s: %d %s", section, status, xml)
		}
	}
	h.says("No Result", true)
	h.says("channels.lua:1: boom", true)
}

func TestWhoMayAsk(t *testing.T) {
	bindings := map[string]string{"directory": "a.lua"}
	files := map[string]string{"a.lua": `XML_STRING = "<x/>"`}
	body := lookup("directory", "domain", "name", "x")
	h := newHouse(t, files, xmlhandler.Options{
		Bindings: bindings, User: "switch", Password: "geheim", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	})
	for _, c := range []struct {
		user, password string
		status         int
	}{{"switch", "geheim", 200}, {"switch", "geheim2", 401}, {"Switch", "geheim", 401}, {"", "", 401}, {"switch", "", 401}} {
		status, xml := h.post(body, func(r *http.Request) {
			if c.user != "" {
				r.SetBasicAuth(c.user, c.password)
			}
		})
		if status != c.status || (xml == "<x/>") != (status == 200) {
			t.Errorf("%s, %s: %d %s", c.user, c.password, status, xml)
		}
	}
	h.says("geheim", false)
	h = newHouse(t, files, xmlhandler.Options{Bindings: bindings, Allow: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	if status, _ := h.post(body); status != 403 {
		t.Errorf("another network: %d", status)
	}
}

// The limits are of real time, as the switch's own time-out is.
func TestLimits(t *testing.T) {
	h := newHouse(t, map[string]string{"slow.lua": `print("begun") freeswitch.msleep(600000)`, "busy.lua": "while true do end", "quick.lua": `XML_STRING = "<x/>"`},
		xmlhandler.Options{
			Bindings: map[string]string{"directory": "slow.lua", "dialplan": "busy.lua", "phrases": "quick.lua"}, Timeout: 200 * time.Millisecond, MaxRequests: 2,
		})
	for _, section := range []string{"directory", "dialplan"} {
		if status, _ := h.post(lookup(section, "", "", "")); status != 504 {
			t.Errorf("%s: %d", section, status)
		}
	}
	if status, _ := h.post(lookup("phrases", "", "", "", "x", strings.Repeat("x", 1<<20))); status != 413 {
		t.Errorf("too large: %d", status)
	}
	if status, xml := h.post(lookup("phrases", "", "", "", "x", strings.Repeat("x", 1<<19))); status != 200 || xml != "<x/>" {
		t.Errorf("large: %d %s", status, xml)
	}
	answers := make(chan int, 10)
	for range cap(answers) {
		go func() {
			status, _ := h.post(lookup("directory", "", "", ""))
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
	if status, xml := h.post(lookup("phrases", "", "", "")); status != 200 || xml != "<x/>" {
		t.Errorf("behind the rush: %d %s", status, xml)
	}
}

// TestTheSwitchGoesAway: a switch that does not wait any longer has no script run on.
func TestTheSwitchGoesAway(t *testing.T) {
	h := newHouse(t, map[string]string{"slow.lua": `freeswitch.msleep(600000)`}, xmlhandler.Options{
		Bindings: map[string]string{"directory": "slow.lua"}, Timeout: time.Hour,
	})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond) // as mod_xml_curl's timeout, in real time
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "POST", h.url, strings.NewReader(lookup("directory", "", "", "")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := http.DefaultClient.Do(r); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	// The end of the test waits for the script, which would take an hour.
}

// TestTheServerStops: while calls go on to their end requests are served, then no more.
func TestTheServerStops(t *testing.T) {
	h := newHouse(t, map[string]string{"a.lua": `XML_STRING = "<x/>"`, "slow.lua": `print("begun") freeswitch.msleep(300) XML_STRING = "<y/>"`},
		xmlhandler.Options{Bindings: map[string]string{"directory": "a.lua", "dialplan": "slow.lua"}})
	answer := make(chan string, 1)
	go func() {
		_, xml := h.post(lookup("dialplan", "", "", ""))
		answer <- xml
	}()
	h.log.Until(t, "begun", 1)
	if err := h.engine.Shutdown(context.Background()); err != nil { // waits for the script that runs
		t.Error(err)
	}
	if xml := <-answer; xml != "<y/>" {
		t.Errorf("the script that ran: %s", xml)
	}
	if status, _ := h.post(lookup("directory", "", "", "")); status != 503 {
		t.Errorf("behind the end: %d", status)
	}
}

// BenchmarkLookup is one request and its answer over a connection that is kept, with a script that makes a little XML.
func BenchmarkLookup(b *testing.B) {
	quiet := slog.New(slog.DiscardHandler)
	e := enginetest.New(b, map[string]string{
		"a.lua": `XML_STRING = "<document>" .. XML_REQUEST.key_value .. params:getHeader("user") .. "</document>"`,
	}, engine.Options{Log: quiet})
	url := enginetest.Serve(b, xmlhandler.New(xmlhandler.Options{Engine: e, Bindings: map[string]string{"directory": "a.lua"}, Log: quiet}), e)
	body := lookup("directory", "domain", "name", "example.org", "user", "1000", "sip_user_agent", "Phone 1.0")
	for b.Loop() {
		answer, err := http.Post(url, "application/x-www-form-urlencoded", strings.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil {
			b.Fatal(err)
		}
		answer.Body.Close()
	}
}
