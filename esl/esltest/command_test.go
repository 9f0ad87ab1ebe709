package esltest_test

import (
	"strings"
	"testing"
	"time"

	"eslua/esl"
)

func TestReplies(t *testing.T) {
	for _, tt := range []struct{ name, command, want string }{
		{"case does not count", "GETVAR before", "yes"},
		{"a prefix is enough", "getvarx before", "yes"},
		{"a variable of the profile", "getvar destination_number", "1000"},
		{"an unset variable", "getvar missing", "-ERR command not found"},
		{"no variable", "getvar", "-ERR command not found"},
		{"unknown", "nonsense", "-ERR command not found"},
		{"api without a blank", "api", "-ERR command not found"},
		{"api", "api echo hello", "hello"},
		{"api, empty", "api echo", "-ERR no reply\n"},
		{"api, unknown", "api nonsense", "-ERR nonsense Command not found!\n"},
		{"no event", "event plain", "-ERR no keywords supplied"},
		{"an unknown event", "event plain NONSENSE", "-ERR no keywords supplied"},
		{"json", "event json DTMF", "+OK event listener enabled json"},
		{"xml", "event xml DTMF", "+OK event listener enabled xml"},
		{"nixevent", "nixevent DTMF", "+OK events nixed"},
		{"noevents", "noevents", "-ERR not listening for events"},
		{"log", "log", "+OK log level  [7]"},
		{"log by name", "log info", "+OK log level info [6]"},
		{"log by number", "log 9", "+OK log level 9 [9]"},
		{"log, wrong", "log ERROR", "-ERR invalid log level"},
		{"nolog", "nolog", "-ERR not loging"},
		{"linger", "linger", "+OK will linger"},
		{"linger with a time", "linger 5", "+OK will linger 5 seconds"},
		{"nolinger", "nolinger", "+OK will not linger"},
		{"filter", "filter Event-Name DTMF", "+OK filter added. [Event-Name]=[DTMF]"},
		{"filter add", "filter add Event-Name DTMF", "+OK filter added. [Event-Name]=[DTMF]"},
		{"half a filter", "filter Event-Name", "-ERR invalid syntax"},
		{"filter delete", "filter delete Event-Name DTMF", "+OK filter deleted. [Event-Name][DTMF]"},
		{"divert_events", "divert_events ON", "+OK events diverted"},
		{"sendmsg to nobody", "sendmsg 12", "-ERR invalid session id [12]"},
		{"sendmsg without anything", "sendmsg", "+OK"},
		{"a wrong call-command", "sendmsg\ncall-command: EXECUTE\nexecute-app-name: hangup", "+OK"},
		{"auth", "auth ClueCon", "-ERR command not found"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t, world("async full"))
			_, p := l.connected()
			p.want(tt.command, tt.want)
		})
	}
}

func TestALongReplyIsCut(t *testing.T) {
	w := world("async full")
	w.Extensions["1000"][0] = esl.Action{App: "set", Data: "long=" + strings.Repeat("x", 2000)}
	l := newLab(t, w)
	_, p := l.connected()
	p.want("getvar long", strings.Repeat("x", 511))
	p.want("api uuid_getvar "+p.uuid+" long", strings.Repeat("x", 2000))
}

func TestCommandsAreAnsweredInOrder(t *testing.T) {
	l := newLab(t, world("full"))
	_, p := l.connected()
	p.send("api echo 1", "getvar before", "api msleep 500", "linger 3", "exit")
	for _, want := range []string{"1", "yes", "+OK", "+OK will linger 3 seconds", "+OK bye"} {
		if got := p.reply(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestCommandsAsTheyCome: what is before, between and within commands (event-socket.md 2.1).
func TestCommandsAsTheyCome(t *testing.T) {
	for name, tt := range map[string]struct{ send, want string }{
		"carriage returns":  {"api echo 1\r\n\r\n", "1"},
		"empty lines":       {"\n\r\n\napi echo 1\n\n", "1"},
		"a body":            {"sendmsg\ncall-command: execute\nexecute-app-name: set\ncontent-type: text/plain\ncontent-length: 7\n\nbody=ok", "+OK"},
		"an empty body":     {"api echo 1\ncontent-length: 0\n\n", "1"},
		"a text behind NUL": {"api echo 1\x002\n\n", "1"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, world("full"))
			call, p := l.connected()
			for _, b := range []byte(tt.send) {
				p.conn.Write([]byte{b})
			}
			if got := p.reply(); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
			if strings.Contains(tt.send, "body") && name == "a body" && call.Variable("body") != "ok" {
				t.Error("the body is not the argument")
			}
		})
	}
}

func TestAnEmptyHeaderIsNone(t *testing.T) {
	l := newLab(t, world("full"))
	call, p := l.connected()
	p.want("sendmsg\ncall-command: execute\nexecute-app-name: set\nexecute-app-arg: \ncontent-type: text/plain\ncontent-length: 9\n\nbody=used", "+OK")
	if got := call.Variable("body"); got != "used" {
		t.Errorf("body is %q", got)
	}
}

func TestAWrongContentLengthEndsTheConnection(t *testing.T) {
	for _, n := range []string{"-1", "16777217", "99999999999999"} {
		t.Run(n, func(t *testing.T) {
			l := newLab(t, world("full"))
			call, p := l.connected()
			p.send("api echo 1\ncontent-length: " + n)
			if notice := p.end(); notice != goodbye {
				t.Errorf("notice %q", notice)
			}
			l.finish(call)
		})
	}
}

func TestWordsThatUnloadTheModule(t *testing.T) {
	l := newLab(t, world("async full"))
	_, p := l.connected()
	if got := p.cmd(execute("x", "log", "never reload mod_event_socket here")); got == "+OK" {
		t.Error("the message was carried out")
	}
	p.want("sendmsg\ncall-command: execute\nexecute-app-name: set\ncontent-type: text/plain\ncontent-length: 25\n\na=reload mod_event_socket", "+OK")
}

func TestBgapi(t *testing.T) {
	l := newLab(t, world("async full"))
	_, p := l.connected()
	p.want("event plain BACKGROUND_JOB", "+OK event listener enabled plain")
	p.want("bgapi echo hello world\nJob-UUID: my-job", "+OK Job-UUID: my-job")
	ev := p.event("BACKGROUND_JOB")
	for header, want := range map[string]string{
		"Job-UUID": "my-job", "Job-Command": "echo", "Job-Command-Arg": "hello world", "Job-Owner-UUID": p.uuid, "Unique-ID": "",
	} {
		if got := ev.Get(header); got != want {
			t.Errorf("%s is %q, want %q", header, got, want)
		}
	}
	if ev.Body() != "hello world" {
		t.Errorf("body %q", ev.Body())
	}
	reply := p.cmd("bgapi nonsense")
	if ev = p.event("BACKGROUND_JOB"); ev.Body() != "-ERR nonsense Command not found!\n" || "+OK Job-UUID: "+ev.Get("Job-UUID") != reply {
		t.Errorf("%q for %q", ev.Body(), reply)
	}
	p.cmd("bgapi echo")
	if ev = p.event("BACKGROUND_JOB"); ev.Body() != "" {
		t.Errorf("body %q of a job without output", ev.Body())
	}
}

func TestAPIHoldsEventsUp(t *testing.T) {
	l := newLab(t, world("async full"))
	_, p := l.connected()
	p.subscribe()
	p.run("a", "answer", "")
	began := l.clock.Now()
	p.send(execute("b", "set", "x=y"), "api msleep 1000")
	ev := p.next("end of set", func(m message) bool { return matches(m, "CHANNEL_EXECUTE_COMPLETE", []string{"Application-UUID", "b"}) })
	if ms := ev.at.Sub(began).Milliseconds(); ms < 1000 {
		t.Errorf("the event came after %d ms", ms)
	}
}

func TestSendevent(t *testing.T) {
	l := newLab(t, world("async full"))
	_, p := l.connected()
	watcher := l.login()
	watcher.want("event plain MESSAGE CUSTOM my::sub", "+OK event listener enabled plain")
	for name, tt := range map[string]struct{ command, event string }{
		"a known one":   {"sendevent MESSAGE\nk: v\ncontent-length: 4\n\nbody", "MESSAGE"},
		"with a prefix": {"sendevent SWITCH_EVENT_MESSAGE\nk: v\ncontent-length: 4\n\nbody", "MESSAGE"},
		"an unknown":    {"sendevent NONSENSE\nk: v\ncontent-length: 4\n\nbody", "CUSTOM"},
		"a subclass":    {"sendevent CUSTOM\nEvent-Subclass: my::sub\nk: v\ncontent-length: 4\n\nbody", "CUSTOM"},
	} {
		p.conn.Write([]byte(tt.command))
		reply := p.reply()
		ev := watcher.event(tt.event)
		if ev.Get("k") != "v" || ev.Body() != "body" || reply != "+OK "+ev.Get("Event-UUID") {
			t.Errorf("%s: k=%q, body %q, reply %q", name, ev.Get("k"), ev.Body(), reply)
		}
	}
	p.cmd("sendevent CUSTOM\nEvent-Subclass: other::sub")
	p.cmd("sendevent MESSAGE\nk: last")
	if ev := watcher.event("MESSAGE", "k", "last"); ev == nil || watcher.count("CUSTOM", "Event-Subclass", "other::sub") != 0 {
		t.Error("an event of a subclass that nobody asked for came")
	}
}

func TestSendeventToAChannelIsNotBroadcast(t *testing.T) {
	l := newLab(t, world("async full"))
	_, p := l.connected()
	watcher := l.login()
	watcher.subscribe()
	p.subscribe()
	p.run("a", "answer", "")
	p.want("divert_events on", "+OK events diverted")
	p.cmd("sendevent MESSAGE\nUnique-ID: " + p.uuid + "\nk: v")
	ev := p.next("a diverted event", func(m message) bool { return m.event != nil && m.event.Get("k") == "v" }).event
	if ev.Name() != "" || ev.Get("Core-UUID") != "" {
		t.Errorf("it has the headers of the bus: %s", ev)
	}
	p.cmd("sendevent CUSTOM\nEvent-Subclass: my::sub\nUnique-ID: " + p.uuid + "\nk: w")
	ev = p.next("a diverted event", func(m message) bool { return m.event != nil && m.event.Get("k") == "w" }).event
	last := ""
	for name := range ev.Headers() {
		last = name
	}
	if last != "Event-Subclass" { // on the bus it is the first
		t.Errorf("%s is the last header, not the subclass: %s", last, ev)
	}
	l.sw.After(time.Second)
	if n := watcher.count("MESSAGE"); n != 0 {
		t.Errorf("it was broadcast %d times", n)
	}
}

func TestSendmsgToAnotherChannel(t *testing.T) {
	l := newLab(t, world("async full"))
	call, p := l.connected()
	p.subscribe()
	p.run("a", "answer", "")
	other := l.login()
	other.want("sendmsg "+p.uuid+"\ncall-command: execute\nexecute-app-name: set\nexecute-app-arg: by=other\nevent-uuid: o", "+OK")
	p.event("CHANNEL_EXECUTE_COMPLETE", "Application-UUID", "o")
	if got := call.Variable("by"); got != "other" {
		t.Errorf("by is %q", got)
	}
	other.want("sendmsg\nsession-id: "+p.uuid+"\ncall-command: hangup\nhangup-cause: user_busy", "+OK")
	if cause := l.finish(call); cause != "USER_BUSY" {
		t.Errorf("cause %s", cause)
	}
}
