package engine_test

import (
	"context"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"eslua/engine"
	"eslua/engine/enginetest"
	"eslua/esl"
	"eslua/esl/esltest"
	"eslua/internal/clock"
	"eslua/internal/config"
)

func TestMain(m *testing.M) {
	// regexp2 keeps a clock for its time-outs, which ends by itself some time after the last of them.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/dlclark/regexp2.runClock"))
}

// house is an engine on a real socket and a simulated switch whose extension "test" leads to it.
type house struct {
	*testing.T
	sw     *esltest.Switch
	engine *engine.Engine
	addr   string
	stop   context.CancelFunc
	log    enginetest.Log
}

// newHouse makes a house with these scripts, by their names.
func newHouse(t *testing.T, files map[string]string, opts engine.Options) *house {
	t.Helper()
	h := &house{T: t}
	ck, release := esltest.Virtual()
	opts.Clock, opts.Log = ck, h.log.Logger()
	h.engine = enginetest.New(t, files, opts)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.addr = l.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	h.stop = stop
	serving := clock.NewGroup(ck)
	serving.Go(func() { h.engine.Serve(ctx, l) })
	h.sw = esltest.New(esltest.World{
		AnySound: 2 * time.Second, CallerNumber: "1001",
		Extensions: map[string][]esl.Action{"elsewhere": {{App: "answer"}}, "agent": {{App: "answer"}, {App: "sleep", Data: "5000"}}},
	}, esltest.Options{Clock: ck})
	t.Cleanup(func() {
		h.engine.Shutdown(context.Background())
		serving.Wait(context.Background())
		h.sw.Close()
		stop()
		release()
	})
	return h
}

// call places a call with a dialplan line; what stands behind the address is tail.
func (h *house) call(path, tail string) *esltest.Call {
	h.Helper()
	c, err := h.sw.Call(esltest.CallSpec{Destination: "test", Variables: map[string]string{"company": "acme"}, Actions: []esl.Action{
		{App: "set", Data: "before=yes"},
		{App: "socket", Data: strings.TrimRight(h.addr+path+" "+tail, " ")},
		{App: "set", Data: "after=yes"},
	}})
	if err != nil {
		h.Fatal(err)
	}
	return c
}

// finish waits for the end of a call.
func (h *house) finish(c *esltest.Call) {
	h.Helper()
	if err := c.Wait(context.Background()); err != nil {
		h.Fatal(err)
	}
}

// says checks that the log has each of these texts.
func (h *house) says(texts ...string) {
	h.Helper()
	for _, text := range texts {
		if !strings.Contains(h.log.String(), text) {
			h.Errorf("the log does not say %q:\n%s", text, h.log.String())
		}
	}
}

const menu = `
session:answer()
local key = session:playAndGetDigits(1, 1, 2, 3000, "#", "menu.wav", "wrong.wav", "[12]", "choice")
session:setVariable("got", key .. " " .. argv[0] .. " " .. (argv[1] or "-") .. " " .. (argv[2] or "-"))
freeswitch.consoleLog("notice", "got " .. key .. "\n")
session:streamFile("bye.wav")
session:execute("set", "done=yes")`

func TestACallInEachMode(t *testing.T) {
	for _, mode := range []string{"async full", "full", "async", ""} {
		t.Run(mode, func(t *testing.T) {
			h := newHouse(t, map[string]string{"main.lua": menu}, engine.Options{})
			c := h.call("", mode+" main.lua one 'two words'")
			h.sw.After(3 * time.Second)
			c.Press("2")
			h.finish(c)
			if got := c.Variable("got"); got != "2 main.lua one two words" {
				t.Errorf("got %q", got)
			}
			for name, want := range map[string]string{"lua_served": "true", "done": "yes", "after": "yes"} {
				if v := c.Variable(name); v != want {
					t.Errorf("%s is %q", name, v)
				}
			}
			h.says("level=INFO msg=\"call started\"", "msg=\"got 2\"", "source=lua", "msg=\"call ended\"")
			if degraded := strings.Contains(h.log.String(), "lacks async full"); degraded != (mode != "async full") {
				t.Errorf("degraded %v:\n%s", degraded, h.log.String())
			}
		})
	}
}

func TestWhichScriptACallGets(t *testing.T) {
	say := `session:setVariable("got", table.concat({ argv[0], unpack(argv) }, "|"))`
	files := map[string]string{"a.lua": say, "dir/b.lua": say, "default.lua": say, "acme.lua": say, "broken.lua": "x = = 1"}
	opts := engine.Options{
		DefaultScript: "default.lua",
		Routes: []engine.Route{
			{Context: "none", Script: "a.lua"},
			{Destination: regexp.MustCompile("^9"), Script: "a.lua"},
			{Context: "default", Caller: regexp.MustCompile("^2"), Script: "a.lua"},
			{Variables: []config.Condition{{Variable: "company", Pattern: regexp.MustCompile("^acme$")}}, Context: "default", Script: "acme.lua", Args: "1 'two words'"},
			{Script: "a.lua"},
		},
	}
	for _, c := range []struct{ path, tail, want, log string }{
		{"", "async full a.lua", "a.lua", ""},
		{"", "full async a.lua 'it''s' b\\sc", "a.lua|its|b c", ""},
		{"", "async full async.lua", "", "script \\\"async.lua\\\": not found below"},
		{"", "ASYNC full dir/b.lua full async", "dir/b.lua|full|async", ""},
		{"/dir/b.lua", "async full x y", "dir/b.lua|x|y", ""},
		{"/dir/b.lua?v=2", "async full", "dir/b.lua", ""},
		{"", "async full ~session:setVariable('got', 'inline ' .. tostring(argv))", "inline nil", ""},
		{"", "async full", "acme.lua|1|two words", ""},
		{"", "async full ../a.lua", "", "not below the root"},
		{"", "async full a", "", "the name has to be given in full"},
		{"", "async full broken.lua", "", "broken.lua:1:"},
	} {
		t.Run(c.path+" "+c.tail, func(t *testing.T) {
			h := newHouse(t, files, opts)
			call := h.call(c.path, c.tail)
			h.finish(call)
			if got := call.Variable("got"); got != c.want {
				t.Errorf("got %q, want %q\n%s", got, c.want, h.log.String())
			}
			if call.Variable("after") != "yes" {
				t.Error("the dialplan did not go on")
			}
			h.says(c.log)
		})
	}
}

func TestWhatEndsAScriptLeavesTheCallToItsDialplan(t *testing.T) {
	for _, c := range []struct{ name, script, log string }{
		{"an error", "session:answer()\nlocal t\nprint(t.x)", "main.lua:3:"},
		{"an error that is no text", "error({})", "failed=true"},
		{"error in a called function", "local function f() error('boom') end f()", "main.lua:1: boom"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t, map[string]string{"main.lua": c.script}, engine.Options{})
			call := h.call("", "async full main.lua")
			h.finish(call)
			if call.Variable("after") != "yes" || call.Variable("lua_served") != "true" {
				t.Error("the dialplan did not go on")
			}
			h.says(c.log)
		})
	}
}

func TestCallsBeyondTheLimitGoOnInTheirDialplan(t *testing.T) {
	h := newHouse(t, map[string]string{"main.lua": "session:sleep(5000)"}, engine.Options{MaxCalls: 1})
	first := h.call("", "async full main.lua")
	h.sw.After(time.Second)
	second := h.call("", "async full main.lua")
	h.finish(second)
	if second.Variable("after") != "yes" || second.Variable("lua_served") != "" {
		t.Errorf("the second call: after %q, lua_served %q", second.Variable("after"), second.Variable("lua_served"))
	}
	h.finish(first)
	if first.Variable("lua_served") != "true" {
		t.Error("the first call was not served")
	}
	h.says("as many calls are being served as max_calls allows, 1")
}

func TestRefusedWithoutAsyncFull(t *testing.T) {
	h := newHouse(t, map[string]string{"main.lua": "session:answer()"}, engine.Options{RefuseDegraded: true})
	call := h.call("", "async main.lua")
	h.finish(call)
	if call.Variable("after") != "yes" || call.Variable("lua_served") != "" {
		t.Errorf("after %q, lua_served %q", call.Variable("after"), call.Variable("lua_served"))
	}
	h.says("lacks async full", "async full ...")
}

func TestInlineCodeCanBeForbidden(t *testing.T) {
	h := newHouse(t, nil, engine.Options{NoInline: true})
	call := h.call("", "async full ~session:answer()")
	h.finish(call)
	h.says("is not allowed")
}

func TestShutdownGivesCallsBack(t *testing.T) {
	h := newHouse(t, map[string]string{"main.lua": `
		session:answer()
		pcall(function() session:sleep(60000) end)
		while true do session:streamFile("music.wav") end`}, engine.Options{Drain: 5 * time.Second})
	call := h.call("", "async full main.lua")
	h.sw.After(time.Second)
	began := h.sw.Clock().Now()
	if err := h.engine.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	if d := h.sw.Clock().Now().Sub(began); d < 5*time.Second || d > 6*time.Second {
		t.Errorf("it took %v", d)
	}
	h.finish(call)
	if call.Variable("after") != "yes" {
		t.Error("the dialplan did not go on")
	}
	h.says("the server is shutting down")
}

// TestShutdownInAHurry: the end of the context ends the time of grace; calls are given back all the same.
func TestShutdownInAHurry(t *testing.T) {
	h := newHouse(t, map[string]string{"main.lua": "session:answer() session:sleep(60000)"}, engine.Options{Drain: time.Hour})
	call := h.call("", "async full main.lua")
	h.sw.After(time.Second)
	began := h.sw.Clock().Now()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := h.engine.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	if d := h.sw.Clock().Now().Sub(began); d > time.Second {
		t.Errorf("it took %v", d)
	}
	h.finish(call)
	if call.Variable("after") != "yes" {
		t.Error("the dialplan did not go on")
	}
}

// TestACallDuringTheEndRunsNoScript: one that is still at its hello when scripts are stopped is given back.
func TestACallDuringTheEndRunsNoScript(t *testing.T) {
	h := newHouse(t, map[string]string{"main.lua": "print('it runs')"}, engine.Options{Drain: time.Second})
	h.sw.Inject(esltest.Fault{Command: "connect", Kind: esltest.Stall, For: 3 * time.Second})
	call := h.call("", "async full main.lua")
	h.sw.After(time.Second)
	if err := h.engine.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	if h.finish(call); call.Variable("after") != "yes" {
		t.Error("the dialplan did not go on")
	}
	if strings.Contains(h.log.String(), "it runs") {
		t.Error("the script ran")
	}
}

func TestAScriptCannotGoOnForEverAfterTheHangup(t *testing.T) {
	h := newHouse(t, map[string]string{
		"busy.lua":  "while true do session:sleep(1000) end",
		"quiet.lua": "while true do freeswitch.msleep(1000) end",
	}, engine.Options{AfterHangup: time.Minute})
	for script, log := range map[string]string{"busy.lua": "for too long after the hang-up: 100000 method calls", "quiet.lua": "for too long after the hang-up: 1m0s"} {
		call := h.call("", "async full "+script)
		h.sw.After(time.Second)
		call.Hangup("")
		h.finish(call)
		h.sw.After(2 * time.Minute)
		h.says(log)
	}
	if n := h.engine.Calls(); n != 0 {
		t.Errorf("%d calls", n)
	}
}
