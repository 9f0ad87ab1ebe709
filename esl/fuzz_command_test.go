package esl_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"eslua/esl"
	"eslua/tests/transcript"
)

// given is what a command was made of.
type given struct {
	a, b, c, d string
	n          int
}

// made is a command and what the switch is to understand.
type made struct {
	cmd  esl.Command
	want wireCommand
}

func line(words ...string) wireCommand {
	var some []string
	for _, w := range words {
		if w != "" {
			some = append(some, w)
		}
	}
	return wireCommand{line: strings.Join(some, " ")}
}

// with adds headers, given as name, value, name, value... Those without a value are left out.
func (c wireCommand) with(headers ...string) wireCommand {
	for i := 0; i < len(headers); i += 2 {
		if headers[i+1] != "" {
			c.headers = append(c.headers, esl.Header{Name: headers[i], Value: headers[i+1]})
		}
	}
	return c
}

func (c wireCommand) withBody(body string) wireCommand {
	c.body = body
	return c
}

// customLast puts the word CUSTOM behind all other names, where it belongs: all words behind it are subclasses.
func customLast(names ...string) []string {
	var others, custom []string
	for _, n := range names {
		if strings.EqualFold(n, "CUSTOM") {
			custom = []string{"CUSTOM"}
		} else {
			others = append(others, n)
		}
	}
	return append(others, custom...)
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// makers makes every command from the same things.
var makers = []func(g given) made{
	func(g given) made { return made{esl.Auth(g.a), wireCommand{line: "auth " + g.a}} },
	func(g given) made {
		return made{esl.UserAuth(g.a, g.b), wireCommand{line: "userauth " + g.a + ":" + g.b}}
	},
	func(g given) made { return made{esl.GetVar(g.a), line("getvar", g.a)} },
	func(g given) made {
		return made{esl.MyEvents(esl.Format(g.a)), line("myevents", strings.TrimPrefix(g.a, "plain"))}
	},
	func(g given) made { return made{esl.MyEventsOf(g.a, esl.JSON), line("myevents", g.a, "json")} },
	func(g given) made { return made{esl.Filter(g.a, g.b), line("filter", g.a, g.b)} },
	func(g given) made { return made{esl.FilterDelete(g.a, g.b), line("filter delete", g.a, g.b)} },
	func(g given) made { return made{esl.API(g.a, g.b), line("api", g.a, g.b)} },
	func(g given) made {
		return made{esl.BgAPI(g.c, g.a, g.b), line("bgapi", g.a, g.b).with("Job-UUID", g.c)}
	},
	func(g given) made {
		names := []string{g.a, "CUSTOM", g.b}
		words := append(append([]string{"event", g.c}, customLast(names...)...), g.d)
		return made{esl.Subscribe(esl.Format(g.c), names, g.d), line(words...)}
	},
	func(g given) made {
		return made{esl.Unsubscribe([]string{g.a, g.b}), line(append([]string{"nixevent"}, customLast(g.a, g.b)...)...)}
	},
	func(g given) made { return made{esl.Log(esl.LogLevel(g.n)), line("log", strconv.Itoa(g.n))} },
	func(g given) made { return made{esl.Linger(g.n), line("linger", number(g.n))} },
	func(g given) made {
		headers := []esl.Header{{Name: g.b, Value: g.c}, {Name: "x", Value: g.b}}
		return made{esl.SendEvent(g.a, headers, g.d), line("sendevent", g.a).with(g.b, g.c, "x", g.b).withBody(g.d)}
	},
	func(g given) made {
		headers := []esl.Header{{Name: g.b, Value: g.c}, {Name: g.c, Value: g.b}}
		return made{esl.SendMsg(g.a, headers, g.d), line("sendmsg", g.a).with(g.b, g.c, g.c, g.b).withBody(g.d)}
	},
	func(g given) made {
		x := esl.Execute{Channel: g.c, App: g.a, Arg: g.b, UUID: g.d, UUIDName: g.c, Loops: g.n, Lock: true}
		want := line("sendmsg", g.c).with("call-command", "execute", "execute-app-name", g.a, "event-uuid", g.d,
			"event-uuid-name", g.c, "loops", number(g.n), "event-lock", "true")
		c := x.Command()
		if b, err := c.Append(nil); err == nil && strings.Contains(string(b), "\ncontent-type: text/plain\n") {
			return made{c, want.with("content-type", "text/plain").withBody(g.b)}
		}
		return made{c, want.with("execute-app-arg", g.b)}
	},
	func(g given) made {
		return made{esl.Hangup(g.a, g.b), line("sendmsg", g.a).with("call-command", "hangup", "hangup-cause", g.b)}
	},
	func(g given) made {
		u := esl.Unicast{Channel: g.a, LocalIP: g.b, LocalPort: g.n, RemoteIP: g.c, RemotePort: -g.n, Transport: g.d, Flags: g.c}
		return made{u.Command(), line("sendmsg", g.a).with("call-command", "unicast", "local-ip", g.b, "local-port", number(g.n),
			"remote-ip", g.c, "remote-port", number(-g.n), "transport", g.d, "flags", g.c)}
	},
	func(g given) made {
		return made{esl.NoMedia(g.a, g.b), line("sendmsg", g.a).with("call-command", "nomedia", "nomedia-uuid", g.b)}
	},
	func(g given) made {
		action := g.b
		if g.c != "" {
			action += " " + g.c
		}
		return made{esl.XferExt(g.a, esl.Action{App: g.b, Data: g.c}),
			line("sendmsg", g.a).with("call-command", "xferext", "application", action)}
	},
}

// FuzzCommand: whatever a command is made of, it is one command whose values are those given, or it is refused.
func FuzzCommand(f *testing.F) {
	recorded(f, func(tr *transcript.Transcript) {
		if !strings.HasPrefix(tr.Name, "commands_") && !strings.HasPrefix(tr.Name, "send") && tr.Name != "variables_odd" {
			return
		}
		rest := tr.Stream(transcript.Application)
		for {
			c, next, ok := takeCommand(rest)
			if !ok {
				return
			}
			rest = next
			_, args, _ := strings.Cut(c.line, " ")
			first, args, _ := strings.Cut(args, " ")
			value := ""
			if len(c.headers) > 0 {
				value = c.headers[len(c.headers)-1].Value
			}
			for kind := range makers {
				f.Add(uint8(kind), first, args, value, c.body, 3)
			}
		}
	})
	for kind := range makers {
		f.Add(uint8(kind), "a\n\nexit", "b", "c", "d", 1)
		f.Add(uint8(kind), "a", "b\r\nc: d", "c", "d", 0)
		f.Add(uint8(kind), "reload", "mod_event_socket", "c", "", 7)
		f.Add(uint8(kind), "A", "x", " y", "z\x00", -1)
		f.Add(uint8(kind), "A", "Content-Length", "5", "body", 2)
	}
	refusals := []error{esl.ErrUnsafe, esl.ErrSyntax, esl.ErrTooLarge, esl.ErrUnload}
	f.Fuzz(func(t *testing.T, kind uint8, a, b, c, d string, n int) {
		m := makers[int(kind)%len(makers)](given{a, b, c, d, n})
		wire, err := m.cmd.Append([]byte("before"))
		if err != nil {
			if string(wire) != "before" {
				t.Errorf("refused, but %q was appended", wire)
			}
			for _, is := range refusals {
				if errors.Is(err, is) {
					return
				}
			}
			t.Fatalf("refused for no known reason: %v", err)
		}
		wire = wire[len("before"):]
		got, rest, ok := takeCommand(wire)
		if !ok || len(rest) > 0 {
			t.Fatalf("%q is not one command: %+v, rest %q", wire, got, rest)
		}
		if got.line != m.want.line || got.body != m.want.body || len(got.headers) != len(m.want.headers) {
			t.Fatalf("%q means\n%+v\nwant\n%+v", wire, got, m.want)
		}
		for i, want := range m.want.headers {
			if got.headers[i] != want {
				t.Errorf("%q has the header %+v, want %+v", wire, got.headers[i], want)
			}
		}
		head := strings.ToLower(string(wire[:len(wire)-len(got.body)]))
		if strings.Contains(head, "mod_event_socket") && (strings.Contains(head, "unload") || strings.Contains(head, "reload")) {
			t.Errorf("%q would unload the switch's event socket", wire)
		}
	})
}

// FuzzParseCommands: what programs write to the socket is read as commands that mean the same when they are sent and read again.
func FuzzParseCommands(f *testing.F) {
	recorded(f, func(tr *transcript.Transcript) {
		if stream := tr.Stream(transcript.Application); len(stream) < 1<<10 {
			f.Add(string(stream))
		}
	})
	for _, text := range []string{
		"\r\n\nAPI status \r\n\r\n", "sendmsg abc\ncall-command:execute\nno colon\nempty:\n", "sendmsg\ncontent-length: 5\nx: y\n\na\r\n\nb", "exitfoo", "log 7\n\nsendmsg\nContent-Length: 2\n\n\n\nnolog",
		"sendmsg\nContent-Length: 3\n\nab", "sendmsg\nContent-Length: -1\n\n", "auth secret\x00", "sendmsg\nCommand[1]: x", "\n", "a\rb\nc: d\r", "sendevent x\nContent-Length: 1\nContent-Length: 2\n\nab",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		cmds, err := esl.ParseCommands(text)
		if err != nil {
			if !errors.Is(err, esl.ErrSyntax) || cmds != nil {
				t.Fatalf("%v, %v", cmds, err)
			}
			return
		}
		for _, c := range cmds {
			wire, err := c.Append(nil)
			if err != nil {
				continue
			}
			again, err := esl.ParseCommands(string(wire))
			if err != nil || len(again) != 1 || again[0].Name() != c.Name() || again[0].Line() != c.Line() {
				t.Fatalf("%q is %d commands, %v", wire, len(again), err)
			}
			if twice, err := again[0].Append(nil); err != nil || string(twice) != string(wire) {
				t.Errorf("%q is sent again as %q, %v", wire, twice, err)
			}
			if _, rest, ok := takeCommand(wire); !ok || len(rest) > 0 {
				t.Errorf("%q is not one command: %q is left", wire, rest)
			}
		}
	})
}
