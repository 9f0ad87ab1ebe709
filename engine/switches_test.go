package engine_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"eslua/engine"
	"eslua/esl"
	"eslua/esl/esltest"
)

// counted counts the connections that are made to a listener.
type counted struct {
	net.Listener
	accepted chan struct{}
}

func (l *counted) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	if err == nil {
		l.accepted <- struct{}{}
	}
	return nc, err
}

// withSwitches makes a house with a default switch and a second one, berlin, over TCP.
func withSwitches(t *testing.T, files map[string]string, opts engine.Options) (h *house, berlin *esltest.Switch, connections chan struct{}) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	opts.Switches = map[string]*engine.Switch{
		"berlin": {Addr: l.Addr().String(), Login: esl.Login{User: "eslua@berlin", Password: "geheim2"}},
		"locked": {Addr: l.Addr().String(), Login: esl.Login{Password: "wrong-secret"}},
		"gone":   {Addr: "127.0.0.1:1", Login: esl.Login{Password: "wrong-secret"}},
	}
	h = withSwitch(t, files, opts)
	berlin = esltest.New(esltest.World{
		AnySound: 2 * time.Second, Globals: map[string]string{"city": "Berlin"},
		Extensions: map[string][]esl.Action{"friend": {{App: "answer"}, {App: "sleep", Data: "5000"}}},
		Directory:  []esltest.User{{Name: "eslua", Domain: "berlin", ESL: esltest.ESLRights{Password: "geheim2"}}},
	}, esltest.Options{Clock: h.sw.Clock(), Seed: 2})
	connections = make(chan struct{}, 100)
	berlin.Serve(&counted{l, connections})
	t.Cleanup(func() {
		h.engine.Shutdown(context.Background())
		berlin.Close()
	})
	return h, berlin, connections
}

func TestAScriptUsesAnotherSwitch(t *testing.T) {
	h, berlin, connections := withSwitches(t, map[string]string{
		"main.lua": `
			local eslua = require("eslua")
			local berlin, here = eslua.switch("berlin"), eslua.switch()
			print("none", eslua.switch("paris"))
			session:answer()
			print("city", berlin:api("global_getvar", "city"), here:api("global_getvar", "city"), eslua.switch("berlin"):api("nosuch"))
			local job = berlin:bgapi("msleep", "500")
			print("job", job:done(), job:wait(1), job:done())
			local leg, why = berlin:originate("loopback/friend/default", { timeout = 5, variables = { reason = "it's, well", n = 1 } })
			print("leg", leg:ready(), why, leg:getVariable("reason"), leg:getVariable("n"), leg:streamFile("reminder.wav"))
			print("there", leg:api("uuid_exists", leg:get_uuid()), berlin:api("uuid_exists", leg.uuid), session:api("uuid_exists", leg.uuid))
			print("refused", berlin:originate("error/USER_BUSY"))
			freeswitch.bridge(session, leg)
			print("up", session:ready(), leg:ready())
			print("wrong", pcall(berlin.originate, berlin, "loopback/friend", { vars = 1 }))`,
		"unused.lua": `require("eslua").switch("berlin")`,
	}, engine.Options{})
	c, err := h.sw.Call(callTo(h.addr, "async full main.lua"))
	if err != nil {
		t.Fatal(err)
	}
	h.finish(c)
	berlin.After(time.Second)
	h.says(
		`none\tnil\tnot_found`, `city\tBerlin\t\tnil\terror: nosuch Command not found!`, `job\tfalse\t+OK\ttrue`, `leg\ttrue\tnil\tit's, well\t1\t1`,
		`there\ttrue\ttrue\tfalse`, `refused\tnil\terror: USER_BUSY`, `up\ttrue\ttrue`, "not on one connection", `originate: unknown option vars`,
	)
	if n := len(connections); n != 1 {
		t.Errorf("%d connections for one script", n)
	}
	if left := berlin.API("show channels count"); !strings.Contains(left, "0 total.") {
		t.Errorf("channels are left over: %s", left)
	}
	if err := h.engine.Run(context.Background(), engine.Run{Script: "unused.lua"}); err != nil || len(connections) != 1 {
		t.Errorf("%v, %d connections: one that nobody needs was made", err, len(connections))
	}
}

func TestAScriptRunsWithAnotherSwitch(t *testing.T) {
	h, _, _ := withSwitches(t, map[string]string{
		"a.lua": `
			local api = freeswitch.API()
			print("a", api:execute("global_getvar", "city"), api:execute("lua", "b.lua"), require("eslua").switch():api("global_getvar", "city"))
			api:execute("luarun", "c.lua")`,
		"b.lua": `stream:write("b in " .. freeswitch.API():execute("global_getvar", "city"))`,
		"c.lua": `print("c in " .. freeswitch.API():execute("global_getvar", "city"))`,
	}, engine.Options{Drain: time.Second})
	if err := h.engine.Run(context.Background(), engine.Run{Script: "a.lua", Switch: "berlin"}); err != nil {
		t.Fatal(err)
	}
	if err := h.engine.Run(context.Background(), engine.Run{Script: "a.lua", Switch: "paris"}); !errors.Is(err, engine.ErrNoSwitch) {
		t.Errorf("%v", err)
	}
	h.engine.Shutdown(context.Background())
	h.says(`a\tBerlin\tb in Berlin\tBerlin`, "c in Berlin", `no such connection to a switch: \"paris\"`)
}

// TestTheConnectionIsMadeAnew: the switch ends it while the script goes on.
func TestTheConnectionIsMadeAnew(t *testing.T) {
	h, berlin, connections := withSwitches(t, map[string]string{"a.lua": `
		local berlin = require("eslua").switch("berlin")
		for i = 1, 3 do
			print("try " .. i, berlin:api("global_getvar", "city"))
			freeswitch.msleep(1000)
		end`}, engine.Options{})
	berlin.Inject(esltest.Fault{Command: "api global_getvar", Kind: esltest.Cut, Skip: 1})
	if err := h.engine.Run(context.Background(), engine.Run{Script: "a.lua"}); err != nil {
		t.Fatal(err)
	}
	h.says(`try 1\tBerlin`, `try 2\tnil\terror: `, `try 3\tBerlin`)
	if n := len(connections); n != 2 {
		t.Errorf("%d connections", n)
	}
}

func TestNoErrorShowsAPassword(t *testing.T) {
	h, _, _ := withSwitches(t, map[string]string{"a.lua": `
		print("locked", require("eslua").switch("locked"):api("status"))
		print("gone", require("eslua").switch("gone"):originate("user/1"))
		print("gone", require("eslua").switch("gone"):bgapi("status"))
		print("berlin", require("eslua").switch("berlin"):api("global_getvar", "city"))`}, engine.Options{})
	if err := h.engine.Run(context.Background(), engine.Run{Script: "a.lua"}); err != nil {
		t.Fatal(err)
	}
	h.says(`locked\tnil\terror: esl: log in to `, `gone\tnil\terror: esl: connect: `, `berlin\tBerlin`)
	if log := h.log.String(); strings.Contains(log, "wrong-secret") || strings.Contains(log, "geheim2") {
		t.Errorf("a password:\n%s", log)
	}
}

func TestAHookForAnotherSwitch(t *testing.T) {
	h, berlin, _ := withSwitches(t, map[string]string{
		"hook.lua": `print("hook", event:getHeader("k"), freeswitch.API():execute("global_getvar", "city"))`,
		"fire.lua": `local e = freeswitch.Event("CUSTOM", "my::event") e:addHeader("k", argv[1]) e:fire()`,
	}, engine.Options{Hooks: []engine.Hook{{Event: "CUSTOM", Subclass: "my::event", Script: "hook.lua", Switch: "berlin"}}})
	if err := h.engine.Begin(); err != nil {
		t.Fatal(err)
	}
	berlin.After(time.Second) // until the hook listens
	for city, name := range map[string]string{"here": "", "there": "berlin"} {
		if err := h.engine.Run(context.Background(), engine.Run{Script: "fire.lua", Args: []string{city}, Switch: name}); err != nil {
			t.Fatal(err)
		}
	}
	berlin.After(time.Second)
	h.says(`hook\tthere\tBerlin`)
	if strings.Contains(h.log.String(), `hook\there`) {
		t.Error("an event of the wrong switch")
	}
	if _, err := engine.New(engine.Options{Hooks: []engine.Hook{{Event: "X", Script: "x.lua", Switch: "paris"}}}); !errors.Is(err, engine.ErrNoSwitch) {
		t.Errorf("%v", err)
	}
}
