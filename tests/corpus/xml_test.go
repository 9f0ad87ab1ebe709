package corpus

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"eslua/engine/xmlhandler"
	"eslua/internal/clock"
)

// ask sends a request as mod_xml_curl does: the keys as they are, then the event's headers with encoded values.
func (o *office) ask(section, tag, key, value string, headers ...string) string {
	o.Helper()
	body := fmt.Sprintf("hostname=pbx1&section=%s&tag_name=%s&key_name=%s&key_value=%s", section, tag, key, value)
	for i := 0; i < len(headers); i += 2 {
		body += "&" + headers[i] + "=" + url.PathEscape(headers[i+1])
	}
	r, err := http.NewRequest("POST", o.url+"/fs", strings.NewReader(body))
	if err != nil {
		o.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("User-Agent", "freeswitch-xml/1.0")
	r.SetBasicAuth("switch", "geheim")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		o.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		o.Fatalf("status %d, %v\n%s", answer.StatusCode, err, o.log())
	}
	return string(text)
}

// element is any element of a document.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Children []element  `xml:",any"`
}

// String is the element in short: name(attribute=value ...){children}.
func (e element) String() string {
	var attrs, children []string
	for _, a := range e.Attrs {
		attrs = append(attrs, a.Name.Local+"="+a.Value)
	}
	for _, c := range e.Children {
		children = append(children, c.String())
	}
	return fmt.Sprintf("%s(%s){%s}", e.XMLName.Local, strings.Join(attrs, " "), strings.Join(children, ""))
}

// read parses a document, and gives what is in its section.
func (o *office) read(text, section string) string {
	o.Helper()
	var document element
	if err := xml.Unmarshal([]byte(text), &document); err != nil {
		o.Fatalf("%v\n%s", err, text)
	}
	got := document.String()
	head, tail := "document(type=freeswitch/xml){section(name="+section+"){", "}}"
	if !strings.HasPrefix(got, head) || !strings.HasSuffix(got, tail) {
		o.Fatalf("not a document with the section %s: %s", section, got)
	}
	return strings.TrimSuffix(strings.TrimPrefix(got, head), tail)
}

func (o *office) register(user string) string {
	return o.ask("directory", "domain", "name", "north.example", "Event-Name", "REQUEST_PARAMS", "Event-Calling-Function", "sofia_reg_parse_auth",
		"action", "sip_auth", "sip_auth_username", user, "sip_auth_realm", "north.example", "sip_auth_method", "REGISTER", "key", "id",
		"user", user, "domain", "north.example", "ip", "192.0.2.7")
}

// age puts a file of the cache out of date, by its first line.
func (o *office) age(name string) {
	o.Helper()
	path := filepath.Join(o.cache, name)
	text, err := os.ReadFile(path)
	if err != nil {
		o.Fatal(err)
	}
	_, value, _ := strings.Cut(string(text), "\n")
	if err := os.WriteFile(path, []byte("1000000000\n"+value), 0o600); err != nil {
		o.Fatal(err)
	}
}

func TestTheDirectory(t *testing.T) {
	o := newOfficeAt(t, clock.Or(nil))
	want := "domain(alias=true name=north.example){user(id=100){params(){" +
		`param(name=password value=it's <"50%"> & more){}` +
		"param(name=dial-string value={presence_id=100@north.example}user/100@north.example:{5060}){}param(name=vm-enabled value=true){}}" +
		"variables(){variable(name=user_context value=north){}variable(name=effective_caller_id_name value=Zoë O'Neil){}" +
		"variable(name=absolute_codec_string value=OPUS,PCMU){}}}}"
	first := o.register("100")
	if got := o.read(first, "directory"); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if again := o.register("100"); again != first {
		t.Errorf("from the cache: %s", again)
	}
	o.says("[xml_handler] directory:100@north.example from the cache")
	if got := o.read(o.register("101"), "directory"); !strings.Contains(got, "param(name=password value=:name :number){}") {
		t.Errorf("a password like parameters: %s", got)
	}
	for _, user := range []string{"102", "100' OR '1'='1", ":user", `../../etc/x`} {
		if text := o.register(user); text != xmlhandler.NotFound {
			t.Errorf("%s: %s", user, text)
		}
	}
	if text := o.ask("directory", "", "", "", "purpose", "gateways", "profile", "external"); text != xmlhandler.NotFound {
		t.Errorf("gateways: %s", text)
	}
	o.age("directory.100@north.example")
	o.run("change.lua", "100", "new & better")
	if got := o.read(o.register("100"), "directory"); !strings.Contains(got, "param(name=password value=new & better){}") {
		t.Errorf("when the cache is out of date: %s", got)
	}
}

func TestTheDialplan(t *testing.T) {
	o := newOfficeAt(t, clock.Or(nil))
	text := o.ask("dialplan", "", "", "", "Event-Name", "REQUEST_PARAMS", "Caller-Context", "public", "Hunt-Context", "north", "Caller-Destination-Number", "x",
		"Hunt-Destination-Number", "100", "variable_sip_h_X-Note", "50% & <more>;\n")
	want := `context(name=north){extension(continue=false name=mailbox){condition(expression=^\*97$ field=destination_number){` +
		"action(application=answer data=){}action(application=socket data=127.0.0.1:8084 async full app.lua voicemail check){}}}" +
		`extension(continue=false name=internal){condition(expression=^(1\d\d)$ field=destination_number){` +
		"action(application=set data=call_timeout=20){}action(application=bridge data=user/$1@${domain_name}){}}}}"
	if got := o.read(text, "dialplan"); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	o.says("[xml_handler] 2 extensions in north for 100")
	if text := o.ask("dialplan", "", "", "", "Caller-Context", "east", "Caller-Destination-Number", "1"); text != xmlhandler.NotFound {
		t.Errorf("a context that is not there: %s", text)
	}
}

func TestTheConfiguration(t *testing.T) {
	o := newOfficeAt(t, clock.Or(nil))
	want := "configuration(name=acl.conf){network-lists(){list(default=deny name=lan){node(cidr=10.0.0.0/8 type=allow){}}" +
		"list(default=deny name=trunks){node(cidr=192.0.2.0/24 type=allow){}node(cidr=192.0.2.9/32 type=deny){}}}}"
	if got := o.read(o.ask("configuration", "configuration", "name", "acl.conf"), "configuration"); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	for _, name := range []string{"sofia.conf", "../../../index", ""} {
		if text := o.ask("configuration", "configuration", "name", name); text != xmlhandler.NotFound {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// TestManyRequestsAtOnce: scripts that use one database and one cache at the same time.
func TestManyRequestsAtOnce(t *testing.T) {
	o := newOfficeAt(t, clock.Or(nil))
	want := o.register("100")
	answers := make(chan string)
	for i := range 40 {
		go func() {
			if i%2 == 0 {
				answers <- o.register("100")
			} else {
				answers <- o.ask("dialplan", "", "", "", "Caller-Context", "north", "Caller-Destination-Number", "100")
			}
		}()
	}
	users, plans := 0, 0
	for range 40 {
		switch text := <-answers; {
		case text == want:
			users++
		case strings.Contains(text, "call_timeout=20"):
			plans++
		default:
			t.Errorf("%s", text)
		}
	}
	if users != 20 || plans != 20 {
		t.Errorf("%d and %d", users, plans)
	}
}
