package luabind_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"eslua/esl"
	"eslua/esl/esltest"
	"eslua/internal/clock"
	"eslua/luabind"
	"eslua/luabind/vm"
)

// withSocket opens the switch's event socket on a port of the computer, to which scripts may connect whatever port they ask for.
func (l *lab) withSocket() *lab {
	l.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		l.Fatal(err)
	}
	l.sw.Serve(ln)
	l.opts.ESL = func(ctx context.Context, host string, port int, login esl.Login) (*esl.Conn, error) {
		if host != "127.0.0.1" || port != 8021 {
			return nil, fmt.Errorf("%s:%d is not allowed", host, port)
		}
		conn, err := esl.Dial(ctx, ln.Addr().String(), login, esl.Options{Clock: l.sw.Clock()})
		if err == nil {
			l.made = append(l.made, conn)
		}
		return conn, err
	}
	return l
}

// scriptTime is how long scripts without a call may take.
const scriptTime = 10 * time.Minute

// runAlone runs a script without a call against the switch of the lab, until its end or for scriptTime of virtual time, while
// meanwhile does what the world does. It gives what the script has printed, with UUID for each id.
func (l *lab) runAlone(script string, meanwhile func(), args ...string) string {
	l.Helper()
	chunk, err := vm.Compile("test.lua", script)
	if err != nil {
		l.Fatal(err)
	}
	ctx, cancel := clock.WithTimeout(context.Background(), l.sw.Clock(), scriptTime)
	defer cancel()
	opts := l.opts
	opts.Clock, opts.Args, opts.Log = l.sw.Clock(), append([]string{"test.lua"}, args...), l.log
	s := luabind.NewLibrary().New(opts)
	running := clock.NewGroup(l.sw.Clock())
	running.Go(func() {
		defer s.Close()
		l.err = s.Run(ctx, chunk)
	})
	if meanwhile != nil {
		meanwhile()
	}
	running.Wait(context.Background())
	return uuids.ReplaceAllString(l.printed(), "UUID")
}

var uuids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)

// alone is runAlone that compares what the script has printed.
func (l *lab) alone(script, want string, meanwhile func(), args ...string) {
	l.Helper()
	if got := l.runAlone(script, meanwhile, args...); got != want {
		l.Errorf("printed\n%s\nwant\n%s\nerror %v", got, want, l.err)
	}
}

// example is the text of an example script.
func example(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("../examples/esl/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// inbound runs a script without a call whose local con is a connection to the switch.
func inbound(t *testing.T, script, want string, meanwhile func(l *lab)) {
	t.Helper()
	l := newLab(t, "async full", "").withSocket()
	l.alone(`local ESL = require "ESL" local con = ESL.ESLconnection("127.0.0.1", "8021", "ClueCon") `+script, want, func() {
		if meanwhile != nil {
			meanwhile(l)
		}
	})
}

// outbound runs a script for a call whose local con is the call's own connection.
func outbound(t *testing.T, mode, script, want string, far func(l *lab, c *esltest.Call)) (*lab, *esltest.Call) {
	t.Helper()
	return run(t, mode, `local ESL = require "ESL" local con = ESL.ESLconnection(0) `+script, want, far)
}

func TestExamplesOfTheESLModule(t *testing.T) {
	t.Run("single command", func(t *testing.T) {
		l := newLab(t, "async full", "").withSocket()
		l.alone(example(t, "single_command.lua"), "a b", nil, "echo", "a", "b")
	})
	t.Run("events", func(t *testing.T) {
		l := newLab(t, "async full", "").withSocket()
		l.alone(example(t, "events.lua"), strings.Join([]string{
			"CHANNEL_CREATE\tagent\tnil", "CHANNEL_CREATE\tagent\tnil", "CHANNEL_ANSWER\tagent\tnil", "CHANNEL_ANSWER\tagent\tnil",
			"CUSTOM\tmy::event\tnil", "CHANNEL_HANGUP_COMPLETE\tagent\tNORMAL_CLEARING", "CHANNEL_HANGUP_COMPLETE\tagent\tNORMAL_CLEARING",
			"SERVER_DISCONNECTED\tnil\tnil",
		}, "\n"), func() {
			l.sw.After(time.Second)
			if _, err := l.sw.Call(esltest.CallSpec{Destination: "agent"}); err != nil {
				t.Error(err)
			}
			l.sw.After(time.Second)
			l.sendEvent("CUSTOM", esl.Header{Name: "Event-Subclass", Value: "my::event"})
			l.sw.After(10 * time.Second)
			l.sw.Shutdown()
		})
	})
	for dial, want := range map[string]string{
		"loopback/agent/default": "answered\nplayed\nhung up: NORMAL_CLEARING",
		"loopback/busy/default":  "hung up: USER_BUSY",
		"nomod/x":                "not reached: -ERR CHAN_NOT_IMPLEMENTED",
	} {
		t.Run("originate "+dial, func(t *testing.T) {
			l := newLab(t, "async full", "").withSocket()
			l.alone(example(t, "originate.lua"), want, nil, dial, "again.wav")
		})
	}
	t.Run("outbound", func(t *testing.T) {
		_, c := run(t, "async full", example(t, "outbound.lua"), "call from 1001\ndigit 5\nplayed: FILE PLAYED\nhung up: USER_BUSY", func(l *lab, c *esltest.Call) {
			l.sw.After(time.Second)
			c.Press("5")
		})
		if c.Cause() != "USER_BUSY" {
			t.Errorf("cause %s", c.Cause())
		}
	})
}
