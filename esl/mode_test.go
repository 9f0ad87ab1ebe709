package esl_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"eslua/esl"
)

// everyCommand is one command of each kind.
func everyCommand() []esl.Command {
	return []esl.Command{
		esl.Connect(), esl.Exit(), esl.Auth("x"), esl.UserAuth("a@b", "x"), esl.GetVar("x"), esl.MyEvents(esl.Plain),
		esl.Filter("a", "b"), esl.DivertEvents(true), esl.Resume(), esl.SendMsg("", nil, ""), esl.API("status", ""),
		esl.BgAPI("", "status", ""), esl.Subscribe(esl.Plain, []string{"ALL"}), esl.Unsubscribe([]string{"ALL"}),
		esl.NoEvents(), esl.SendEvent("A", nil, ""), esl.Log(0), esl.NoLog(), esl.Linger(0), esl.NoLinger(),
	}
}

// TestCommandsAreAllowedWhereTheSwitchAllowsThem is the table of event-socket.md 4, with one more rule: resume in static
// mode would leave the call stuck for ever (event-socket.md 11).
func TestCommandsAreAllowedWhereTheSwitchAllowsThem(t *testing.T) {
	const (
		single   = "connect exit getvar myevents filter divert_events sendmsg"
		full     = single + " api bgapi event nixevent noevents sendevent log nolog linger nolinger"
		anyState = "exit myevents filter sendmsg api bgapi event nixevent noevents sendevent log nolog"
	)
	outbound := func(async, full bool) func(*testing.T) (*esl.Conn, *peer) {
		return func(t *testing.T) (*esl.Conn, *peer) {
			return newCall(t, esl.Mode{Outbound: true, Async: async, Full: full}, esl.Options{})
		}
	}
	for _, tt := range []struct {
		state   string
		open    func(t *testing.T) (*esl.Conn, *peer)
		allowed string
		mode    string
	}{
		{"before connect", func(t *testing.T) (*esl.Conn, *peer) { return newOutbound(t, esl.Options{}) },
			"connect exit", "static single-channel"},
		{"while connect waits for its reply", func(t *testing.T) (*esl.Conn, *peer) {
			c, p := newOutbound(t, esl.Options{})
			start(t, c, esl.Connect())
			p.expect("connect")
			return c, p
		}, full + " resume", "static single-channel"},
		{"static single-channel", outbound(false, false), single, "static single-channel"},
		{"async single-channel", outbound(true, false), single + " resume", "async single-channel"},
		{"static full", outbound(false, true), full, "static full"},
		{"async full", outbound(true, true), full + " resume", "async full"},
		{"inbound", func(t *testing.T) (*esl.Conn, *peer) { return newLogin(t) }, anyState, "inbound"},
		{"inbound after a refused myevents", func(t *testing.T) (*esl.Conn, *peer) {
			c, p := newLogin(t)
			sent := start(t, c, esl.MyEventsOf(channel, esl.JSON))
			p.expect("myevents " + channel + " json")
			p.reply("-ERR invalid uuid")
			await(t, sent[0])
			return c, p
		}, anyState, "inbound"},
		{"inbound after myevents", func(t *testing.T) (*esl.Conn, *peer) {
			c, p := newLogin(t)
			sent := start(t, c, esl.MyEventsOf(channel, esl.Plain))
			p.expect("myevents " + channel)
			p.reply("+OK Events Enabled")
			await(t, sent[0])
			return c, p
		}, anyState + " connect getvar divert_events resume linger nolinger", "inbound"},
	} {
		for _, cmd := range everyCommand() {
			t.Run(tt.state+"/"+cmd.Name(), func(t *testing.T) {
				c, p := tt.open(t)
				if got := c.Mode().String(); got != tt.mode {
					t.Errorf("mode %s, want %s", got, tt.mode)
				}
				allowed := strings.Contains(" "+tt.allowed+" ", " "+cmd.Name()+" ")
				var want []byte
				if allowed {
					want, _ = cmd.Append(nil)
				}
				sent, err := c.Start(cmd)
				switch {
				case allowed && (err != nil || len(sent) != 1):
					t.Errorf("%v, want it to be sent", err)
				case !allowed && !errors.Is(err, esl.ErrNotAllowed):
					t.Errorf("%v, want %v", err, esl.ErrNotAllowed)
				}
				c.Close()
				if written, _ := io.ReadAll(p.conn); string(written) != string(want) {
					t.Errorf("written: %q, want %q", written, want)
				}
			})
		}
	}
}

func TestARefusalSaysWhatTheDialplanNeeds(t *testing.T) {
	c, _ := newCall(t, esl.Mode{Outbound: true}, esl.Options{})
	for want, cmd := range map[string]esl.Command{
		"esl: linger: not allowed: the connection is static single-channel; the dialplan's socket application needs the word full":  esl.Linger(0),
		"esl: resume: not allowed: the connection is static single-channel; the dialplan's socket application needs the word async": esl.Resume(),
		"esl: auth: not allowed: the connection is logged in already":                                                               esl.Auth("x"),
	} {
		if _, err := c.Start(cmd); err == nil || err.Error() != want {
			t.Errorf("%v\nwant\n%s", err, want)
		}
	}
}

func TestOfSeveralCommandsAllAreSentOrNone(t *testing.T) {
	c, p := newCall(t, esl.Mode{Outbound: true, Async: true}, esl.Options{})
	if _, err := c.Start(esl.Filter("a", "b"), esl.Linger(0)); !errors.Is(err, esl.ErrNotAllowed) {
		t.Errorf("with a command that is not allowed: %v, want %v", err, esl.ErrNotAllowed)
	}
	if _, err := c.Start(esl.Filter("a", "b"), esl.GetVar("")); !errors.Is(err, esl.ErrSyntax) {
		t.Errorf("with a command that is malformed: %v, want %v", err, esl.ErrSyntax)
	}
	if _, err := c.Start(esl.Exit(), esl.Filter("a", "b")); !errors.Is(err, esl.ErrNotAllowed) {
		t.Errorf("with a command behind exit: %v, want %v", err, esl.ErrNotAllowed)
	}
	sent := start(t, c, esl.GetVar("x"), esl.Exit())
	p.expect("getvar x")
	p.expect("exit")
	p.reply("value")
	wantReply(t, sent[0], "value")
	if _, err := c.Start(esl.GetVar("y")); !errors.Is(err, esl.ErrNotAllowed) {
		t.Errorf("after exit: %v, want %v", err, esl.ErrNotAllowed)
	}
	c.Close()
	if written, _ := io.ReadAll(p.conn); len(written) > 0 {
		t.Errorf("written: %q, want nothing", written)
	}
}
