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
	"eslua/luabind/vm"
)

// withSwitch makes a house whose engine knows the event socket of the switch.
func withSwitch(t *testing.T, files map[string]string, opts engine.Options) *house {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	opts.Switch = &engine.Switch{Addr: l.Addr().String(), Login: esl.Login{Password: "ClueCon"}}
	h := newHouse(t, files, opts)
	h.sw.Serve(l)
	return h
}

// callTo is a call with a dialplan line of its own.
func callTo(addr, tail string) esltest.CallSpec {
	return esltest.CallSpec{Destination: "test", Variables: map[string]string{"greeting": "hello"}, Actions: []esl.Action{{App: "socket", Data: addr + " " + tail}}}
}

func TestAScriptWithoutACallOriginates(t *testing.T) {
	h := withSwitch(t, map[string]string{"remind.lua": `
		local api = freeswitch.API()
		print(argv[0], argv[1], session, api:execute("eval", "${undefined}x"))
		local leg = freeswitch.Session("loopback/agent/default")
		print(leg:ready(), leg:streamFile("reminder.wav"), leg:getVariable("channel_name"))
		leg:hangup()
		print(freeswitch.Session("nomod/x"):hangupCause())`}, engine.Options{})
	if err := h.engine.Run(context.Background(), engine.Run{Script: "remind.lua", Args: []string{"two words"}}); err != nil {
		t.Fatal(err)
	}
	h.says("remind.lua\\ttwo words\\tnil\\tx", "true\\t1\\tloopback/agent-a", "CHAN_NOT_IMPLEMENTED")
}

func TestRunSaysWhatIsWrong(t *testing.T) {
	h := newHouse(t, map[string]string{"a.lua": "local t\nprint(t.x)", "b.lua": `freeswitch.API():execute("status")`}, engine.Options{})
	var failure *vm.Error
	if err := h.engine.Run(context.Background(), engine.Run{Script: "a.lua"}); !errors.As(err, &failure) || !strings.Contains(failure.Text, "a.lua:2:") {
		t.Errorf("%v", err)
	}
	if err := h.engine.Run(context.Background(), engine.Run{Script: "none.lua"}); err == nil {
		t.Error("no error for a script that is not there")
	}
	if err := h.engine.Run(context.Background(), engine.Run{Script: "b.lua"}); err != nil {
		t.Error(err)
	}
	h.says("none.lua", "esl.address")
}

func TestStartupScriptsAndLuarun(t *testing.T) {
	h := withSwitch(t, map[string]string{
		"start.lua": `print("started with " .. argv[1]) print(freeswitch.API():execute("luarun", "other.lua 'x y'"))`,
		"other.lua": `freeswitch.msleep(1000) print("other with " .. argv[1])`,
		"main.lua":  `print(freeswitch.API():executeString("bgapi luarun other.lua call")) session:execute("lua", "inner.lua ${greeting}") print("outer")`,
		"inner.lua": `session:answer() print("inner with " .. argv[1] .. tostring(session:answered()))`,
	}, engine.Options{Startup: []string{"start.lua one"}, Drain: 5 * time.Second})
	if err := h.engine.Begin(); err != nil {
		t.Fatal(err)
	}
	c, err := h.sw.Call(callTo(h.addr, "async full main.lua"))
	if err != nil {
		t.Fatal(err)
	}
	h.finish(c)
	h.engine.Shutdown(context.Background())
	h.says("started with one", "other with x y", "other with call", "inner with hellotrue", "outer", "+OK")
}

func TestHooksRunInTheOrderOfTheirChannel(t *testing.T) {
	h := withSwitch(t, map[string]string{
		"hook.lua": `print(event:getType(), event:getHeader("Event-Subclass") or event:getHeader("Hangup-Cause"), event:getHeader("k"))`,
		"main.lua": `session:answer() session:sleep(100)`,
	}, engine.Options{Hooks: []engine.Hook{
		{Event: "CHANNEL_HANGUP_COMPLETE", Script: "hook.lua"}, {Event: "CUSTOM", Subclass: "my::event", Script: "hook.lua"},
	}})
	if err := h.engine.Begin(); err != nil {
		t.Fatal(err)
	}
	h.sw.After(time.Second)
	c, err := h.sw.Call(callTo(h.addr, "async full main.lua"))
	if err != nil {
		t.Fatal(err)
	}
	h.finish(c)
	h.sw.After(time.Second)
	h.says("CHANNEL_HANGUP_COMPLETE\\tNORMAL_CLEARING\\tnil")
}

// TestASwitchThatIsDialledInAnotherWay: scripts without a call and hooks reach it by Switch.Dial alone.
func TestASwitchThatIsDialledInAnotherWay(t *testing.T) {
	pipes := esltest.NewPipeListener()
	h := newHouse(t, map[string]string{
		"hook.lua":  `print("hook", event:getHeader("k"), freeswitch.API():execute("global_getvar", "hostname"))`,
		"start.lua": `freeswitch.msleep(1000) local e = freeswitch.Event("CUSTOM", "my::event") e:addHeader("k", "v") e:fire()`,
	}, engine.Options{
		Switch: &engine.Switch{Login: esl.Login{Password: "ClueCon"}, Dial: func(ctx context.Context) (net.Conn, error) { return pipes.Dial(ctx, "") }},
		Hooks:  []engine.Hook{{Event: "CUSTOM", Subclass: "my::event", Script: "hook.lua"}}, Startup: []string{"start.lua"},
	})
	h.sw.Serve(pipes)
	if err := h.engine.Begin(); err != nil {
		t.Fatal(err)
	}
	h.sw.After(3 * time.Second)
	h.says("hook\\tv\\t")
}

func TestHooksNeedASwitch(t *testing.T) {
	if _, err := engine.New(engine.Options{Hooks: []engine.Hook{{Event: "X", Script: "x.lua"}}}); err == nil || !strings.Contains(err.Error(), "esl.address") {
		t.Errorf("%v", err)
	}
}
