package esl_test

import (
	"errors"
	"strings"
	"testing"

	"eslua/esl"
)

func TestCommandsAreTheseBytes(t *testing.T) {
	for _, tt := range []struct {
		cmd  esl.Command
		want string
	}{
		{esl.Connect(), "connect\n\n"},
		{esl.Exit(), "exit\n\n"},
		{esl.Auth("ClueCon"), "auth ClueCon\n\n"},
		{esl.Auth("with blanks"), "auth with blanks\n\n"},
		{esl.UserAuth("1000@example.com", "pass:word"), "userauth 1000@example.com:pass:word\n\n"},
		{esl.UserAuth("1000@example.com", ""), "userauth 1000@example.com:\n\n"},
		{esl.GetVar("caller_id_name"), "getvar caller_id_name\n\n"},
		{esl.MyEvents(esl.Plain), "myevents\n\n"},
		{esl.MyEvents(esl.JSON), "myevents json\n\n"},
		{esl.MyEvents(esl.XML), "myevents xml\n\n"},
		{esl.MyEventsOf("u-1", esl.Plain), "myevents u-1\n\n"},
		{esl.MyEventsOf("u-1", esl.JSON), "myevents u-1 json\n\n"},
		{esl.Filter("Unique-ID", "u-1"), "filter Unique-ID u-1\n\n"},
		{esl.Filter("Event-Name", "-DTMF"), "filter Event-Name -DTMF\n\n"},
		{esl.Filter("Application", "/^s.t$/"), "filter Application /^s.t$/\n\n"},
		{esl.FilterDelete("Event-Name", "DTMF"), "filter delete Event-Name DTMF\n\n"},
		{esl.FilterDelete("Event-Name", ""), "filter delete Event-Name\n\n"},
		{esl.FilterDelete("all", ""), "filter delete all\n\n"},
		{esl.DivertEvents(true), "divert_events on\n\n"},
		{esl.DivertEvents(false), "divert_events off\n\n"},
		{esl.Resume(), "resume\n\n"},
		{esl.API("status", ""), "api status\n\n"},
		{esl.API("uuid_setvar", "u-1 name some value"), "api uuid_setvar u-1 name some value\n\n"},
		{esl.BgAPI("", "status", ""), "bgapi status\n\n"},
		{esl.BgAPI("job-1", "originate", "user/1000 &park()"), "bgapi originate user/1000 &park()\nJob-UUID: job-1\n\n"},
		{esl.Subscribe(esl.Plain, []string{"DTMF", "CHANNEL_ANSWER"}), "event plain DTMF CHANNEL_ANSWER\n\n"},
		{esl.Subscribe(esl.JSON, []string{"ALL"}), "event json ALL\n\n"},
		{esl.Subscribe(esl.XML, []string{"CUSTOM", "DTMF"}), "event xml DTMF CUSTOM\n\n"},
		{esl.Subscribe(esl.Plain, []string{"custom", "DTMF"}, "a::b", "c"), "event plain DTMF CUSTOM a::b c\n\n"},
		{esl.Subscribe(esl.Plain, nil, "a::b"), "event plain CUSTOM a::b\n\n"},
		{esl.Unsubscribe([]string{"DTMF"}), "nixevent DTMF\n\n"},
		{esl.Unsubscribe([]string{"DTMF"}, "a::b"), "nixevent DTMF CUSTOM a::b\n\n"},
		{esl.NoEvents(), "noevents\n\n"},
		{esl.SendEvent("NOTIFY", nil, ""), "sendevent NOTIFY\n\n"},
		{
			esl.SendEvent("CUSTOM", []esl.Header{{"Event-Subclass", "a::b"}, {"empty", ""}, {"x", "1: 2"}}, "line\nline\n"),
			"sendevent CUSTOM\nEvent-Subclass: a::b\nx: 1: 2\nContent-Length: 10\n\nline\nline\n",
		},
		{esl.Log(esl.LogConsole), "log 0\n\n"},
		{esl.Log(esl.LogDebug), "log 7\n\n"},
		{esl.NoLog(), "nolog\n\n"},
		{esl.Linger(0), "linger\n\n"},
		{esl.Linger(30), "linger 30\n\n"},
		{esl.NoLinger(), "nolinger\n\n"},
		{esl.SendMsg("", nil, ""), "sendmsg\n\n"},
		{esl.SendMsg("u-1", []esl.Header{{"call-command", "x"}}, "body"), "sendmsg u-1\ncall-command: x\nContent-Length: 4\n\nbody"},
		{
			esl.Execute{App: "answer"}.Command(),
			"sendmsg\ncall-command: execute\nexecute-app-name: answer\n\n",
		},
		{
			esl.Execute{Channel: "u-1", App: "playback", Arg: "a b: c.wav", UUID: "e-1", UUIDName: "n", Loops: -1, Lock: true,
				LockPri: true, Async: true, LeadFrames: 3, HoldBLeg: true}.Command(),
			"sendmsg u-1\ncall-command: execute\nexecute-app-name: playback\nevent-uuid: e-1\nevent-uuid-name: n\nloops: -1\n" +
				"event-lock: true\nevent-lock-pri: true\nasync: true\nhold-bleg: true\nlead-frames: 3\n" +
				"execute-app-arg: a b: c.wav\n\n",
		},
		{
			esl.Execute{App: "log", Arg: "INFO two\r\nlines"}.Command(),
			"sendmsg\ncall-command: execute\nexecute-app-name: log\ncontent-type: text/plain\nContent-Length: 15\n\nINFO two\r\nlines",
		},
		{
			esl.Execute{App: "log", Arg: " blank in front"}.Command(),
			"sendmsg\ncall-command: execute\nexecute-app-name: log\ncontent-type: text/plain\nContent-Length: 15\n\n blank in front",
		},
		{
			esl.Execute{App: "log", Arg: "INFO reload mod_event_socket"}.Command(),
			"sendmsg\ncall-command: execute\nexecute-app-name: log\ncontent-type: text/plain\nContent-Length: 28\n\n" +
				"INFO reload mod_event_socket",
		},
		{esl.Hangup("", ""), "sendmsg\ncall-command: hangup\n\n"},
		{esl.Hangup("u-1", "USER_BUSY"), "sendmsg u-1\ncall-command: hangup\nhangup-cause: USER_BUSY\n\n"},
		{esl.Unicast{}.Command(), "sendmsg\ncall-command: unicast\n\n"},
		{
			esl.Unicast{Channel: "u-1", LocalIP: "127.0.0.1", LocalPort: 1, RemoteIP: "192.0.2.1", RemotePort: 65535,
				Transport: "tcp", Flags: "native"}.Command(),
			"sendmsg u-1\ncall-command: unicast\nlocal-ip: 127.0.0.1\nlocal-port: 1\nremote-ip: 192.0.2.1\nremote-port: 65535\n" +
				"transport: tcp\nflags: native\n\n",
		},
		{esl.NoMedia("", ""), "sendmsg\ncall-command: nomedia\n\n"},
		{esl.NoMedia("u-1", "u-2"), "sendmsg u-1\ncall-command: nomedia\nnomedia-uuid: u-2\n\n"},
		{
			esl.XferExt("u-1", esl.Action{App: "answer"}, esl.Action{App: "log", Data: " two  blanks "}),
			"sendmsg u-1\ncall-command: xferext\napplication: answer\napplication: log  two  blanks \n\n",
		},
	} {
		got, err := tt.cmd.Append([]byte("before"))
		if want := "before" + tt.want; err != nil || string(got) != want {
			t.Errorf("%s:\n%q, %v\nwant\n%q", tt.cmd.Name(), got, err, want)
		}
		wire, rest, ok := takeCommand([]byte(tt.want))
		if !ok || len(rest) > 0 || !strings.HasPrefix(wire.line, tt.cmd.Name()) {
			t.Errorf("%q is not one command for the switch: %+v, rest %q", tt.want, wire, rest)
		}
	}
}

func TestCommandsThatCannotBeSentAreRefused(t *testing.T) {
	long := strings.Repeat("x", 16<<20+1)
	header := func(name, value string) []esl.Header { return []esl.Header{{Name: name, Value: value}} }
	for _, tt := range []struct {
		cmd  esl.Command
		is   error
		text string
	}{
		{esl.Command{}, esl.ErrSyntax, `esl: malformed command: the zero Command`},
		{esl.API("status\n\nexit", ""), esl.ErrUnsafe,
			`esl: api: CR, LF or NUL in a place that cannot carry it: argument "status\n\nexit" has byte 0x0a`},
		{esl.API("status", "a\rb"), esl.ErrUnsafe, ""},
		{esl.API("status", "a\x00b"), esl.ErrUnsafe, ""},
		{esl.API("", ""), esl.ErrSyntax, `esl: api: malformed command: command "" is not one word`},
		{esl.API("two words", ""), esl.ErrSyntax, ""},
		{esl.API("reload", "mod_event_socket"), esl.ErrUnload, `esl: api: the switch would unload its event socket`},
		{esl.API("UNLOAD", "Mod_Event_Socket"), esl.ErrUnload, ""},
		{esl.BgAPI("j", "bgapi", "unload mod_event_socket"), esl.ErrUnload, ""},
		{esl.BgAPI(strings.Repeat("j", 37), "status", ""), esl.ErrSyntax, ""},
		{esl.BgAPI("j\nx: y", "status", ""), esl.ErrUnsafe, ""},
		{esl.Auth(""), esl.ErrSyntax, ""},
		{esl.Auth("secret\nword"), esl.ErrUnsafe, `esl: auth: CR, LF or NUL in a place that cannot carry it`},
		{esl.UserAuth("user", "pw"), esl.ErrSyntax, ""},
		{esl.UserAuth("@domain", "pw"), esl.ErrSyntax, ""},
		{esl.UserAuth("user@", "pw"), esl.ErrSyntax, ""},
		{esl.UserAuth("us:er@domain", "pw"), esl.ErrSyntax, ""},
		{esl.UserAuth("user@domain", "p\x00w"), esl.ErrUnsafe, ""},
		{esl.UserAuth("us\ner@domain", "pw"), esl.ErrUnsafe, ""},
		{esl.GetVar(""), esl.ErrSyntax, ""},
		{esl.GetVar("a b"), esl.ErrSyntax, ""},
		{esl.GetVar("a\nb"), esl.ErrUnsafe, ""},
		{esl.MyEvents("yaml"), esl.ErrSyntax, ""},
		{esl.MyEventsOf("", esl.Plain), esl.ErrSyntax, ""},
		{esl.MyEventsOf("u 1", esl.Plain), esl.ErrSyntax, ""},
		{esl.Filter("", "x"), esl.ErrSyntax, ""},
		{esl.Filter("a b", "x"), esl.ErrSyntax, ""},
		{esl.Filter("Delete", "x"), esl.ErrSyntax, ""},
		{esl.Filter("add", "x"), esl.ErrSyntax, ""},
		{esl.Filter("x", ""), esl.ErrSyntax, ""},
		{esl.Filter("x", " y"), esl.ErrSyntax, ""},
		{esl.Filter("x", "y\r"), esl.ErrUnsafe, ""},
		{esl.FilterDelete("", ""), esl.ErrSyntax, ""},
		{esl.FilterDelete("x", "\n"), esl.ErrUnsafe, ""},
		{esl.Subscribe("yaml", []string{"ALL"}), esl.ErrSyntax, ""},
		{esl.Subscribe(esl.Plain, nil), esl.ErrSyntax, ""},
		{esl.Subscribe(esl.Plain, []string{"ALL DTMF"}), esl.ErrSyntax, ""},
		{esl.Subscribe(esl.Plain, []string{""}), esl.ErrSyntax, ""},
		{esl.Subscribe(esl.Plain, []string{"ALL"}, "a b"), esl.ErrSyntax, ""},
		{esl.Subscribe(esl.Plain, []string{"ALL\n"}), esl.ErrUnsafe, ""},
		{esl.Unsubscribe(nil), esl.ErrSyntax, ""},
		{esl.Unsubscribe([]string{"a\tb"}), esl.ErrSyntax, ""},
		{esl.SendEvent("", nil, ""), esl.ErrSyntax, ""},
		{esl.SendEvent("A B", nil, ""), esl.ErrSyntax, ""},
		{esl.SendEvent("A", header("x", "a\nb"), ""), esl.ErrUnsafe,
			`esl: sendevent: CR, LF or NUL in a place that cannot carry it: header x "a\nb" has byte 0x0a`},
		{esl.SendEvent("A", header("x", "a\rb"), ""), esl.ErrUnsafe, ""},
		{esl.SendEvent("A", header("x", "a\x00b"), ""), esl.ErrUnsafe, ""},
		{esl.SendEvent("A", header("x\ny", "a"), ""), esl.ErrSyntax, ""},
		{esl.SendEvent("A", header("x:y", "a"), ""), esl.ErrSyntax, ""},
		{esl.SendEvent("A", header("", "a"), ""), esl.ErrSyntax, ""},
		{esl.SendEvent("A", header("x", " a"), ""), esl.ErrSyntax,
			`esl: sendevent: malformed command: header x: the switch would cut the blanks in front of " a"`},
		{esl.SendEvent("A", header("Content-Length", "5"), ""), esl.ErrSyntax,
			`esl: sendevent: malformed command: header Content-Length is set by the encoder`},
		{esl.SendEvent("A", header("content-LENGTH ", "5"), "hello"), esl.ErrSyntax, ""},
		{esl.SendEvent("A", header("command[0]", "exit"), ""), esl.ErrSyntax, ""},
		{esl.SendEvent("A", nil, "a\x00b"), esl.ErrUnsafe, ""},
		{esl.SendEvent("A", nil, long), esl.ErrTooLarge, `esl: sendevent: command is too large: body of 16777217 bytes`},
		{esl.SendEvent("A", header("x", long), ""), esl.ErrTooLarge, ""},
		{esl.SendEvent("A", []esl.Header{{"x", "unload"}, {"y", "mod_event_socket"}}, ""), esl.ErrUnload, ""},
		{esl.Log(-1), esl.ErrSyntax, ""},
		{esl.Log(8), esl.ErrSyntax, ""},
		{esl.Linger(-1), esl.ErrSyntax, ""},
		{esl.SendMsg("a b", nil, ""), esl.ErrSyntax, ""},
		{esl.SendMsg("a\n", nil, ""), esl.ErrUnsafe, ""},
		{esl.SendMsg("", header("x", "\n"), ""), esl.ErrUnsafe, ""},
		{esl.SendMsg("", nil, "\x00"), esl.ErrUnsafe, ""},
		{esl.Execute{}.Command(), esl.ErrSyntax, `esl: sendmsg: malformed command: no application`},
		{esl.Execute{App: " answer"}.Command(), esl.ErrSyntax, ""},
		{esl.Execute{App: "answer\n"}.Command(), esl.ErrUnsafe, ""},
		{esl.Execute{App: "a", Arg: "\x00"}.Command(), esl.ErrUnsafe, ""},
		{esl.Execute{App: "a", Arg: "\n\x00"}.Command(), esl.ErrUnsafe, ""},
		{esl.Execute{App: "a", UUID: "x\n"}.Command(), esl.ErrUnsafe, ""},
		{esl.Execute{App: "a", UUIDName: "x\n"}.Command(), esl.ErrUnsafe, ""},
		{esl.Execute{App: "a", Channel: "u v"}.Command(), esl.ErrSyntax, ""},
		{esl.Execute{App: "reload::mod_event_socket"}.Command(), esl.ErrUnload, ""},
		{esl.Execute{App: "a", Arg: "\n" + long}.Command(), esl.ErrTooLarge, ""},
		{esl.Hangup("", "A\nB"), esl.ErrUnsafe, ""},
		{esl.Hangup("u v", ""), esl.ErrSyntax, ""},
		{esl.Unicast{LocalIP: "1\n"}.Command(), esl.ErrUnsafe, ""},
		{esl.Unicast{LocalPort: 65536}.Command(), esl.ErrSyntax, ""},
		{esl.Unicast{RemotePort: -1}.Command(), esl.ErrSyntax, ""},
		{esl.NoMedia("", "u\n"), esl.ErrUnsafe, ""},
		{esl.XferExt(""), esl.ErrSyntax, ""},
		{esl.XferExt("", esl.Action{Data: "x"}), esl.ErrSyntax, ""},
		{esl.XferExt("", esl.Action{App: "a b"}), esl.ErrSyntax, ""},
		{esl.XferExt("", esl.Action{App: "a", Data: "x\ny"}), esl.ErrUnsafe, ""},
	} {
		got, err := tt.cmd.Append([]byte("before"))
		if !errors.Is(err, tt.is) || string(got) != "before" {
			t.Errorf("%s: %v and %.80q, want %v and nothing appended", tt.cmd.Name(), err, got, tt.is)
		}
		if tt.text != "" && err.Error() != tt.text {
			t.Errorf("the error reads\n%v\nwant\n%v", err, tt.text)
		}
	}
}

func TestErrorsOfLoginCommandsDoNotTellThePassword(t *testing.T) {
	for _, cmd := range []esl.Command{
		esl.Auth("hunter2\n"), esl.UserAuth("user@domain", "hunter2\n"), esl.UserAuth("user", "hunter2"),
		esl.UserAuth("user\n", "hunter2"),
	} {
		if _, err := cmd.Append(nil); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v, want an error without the password", cmd.Name(), err)
		}
	}
}

func TestErrorsShowLongArgumentsInPart(t *testing.T) {
	_, err := esl.API(strings.Repeat("x", 1000)+"\n", "").Append(nil)
	if err == nil || len(err.Error()) > 200 {
		t.Errorf("want a short error, got %v", err)
	}
}

func TestTheLargestCommandIsAccepted(t *testing.T) {
	body := strings.Repeat("x", 16<<20)
	value := strings.Repeat("y", 9_900_000)
	b, err := esl.SendEvent("CUSTOM", []esl.Header{{"y", value}}, body).Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	c, rest, ok := takeCommand(b)
	if !ok || len(rest) > 0 || c.body != body {
		t.Errorf("complete: %v, body of %d bytes, %d left over; want true, %d, 0", ok, len(c.body), len(rest), len(body))
	}
	if got, _ := c.get("y"); got != value {
		t.Errorf("a header of %d bytes, want %d", len(got), len(value))
	}
}
