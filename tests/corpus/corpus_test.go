// Package corpus runs scripts in the manner of the large collections that mod_lua has (modlua-api.md 4): a database class with
// parameters, a settings cache in files, a library whose functions are loaded when they are first used, a voicemail, and an XML
// handler on the same database. They are our own; what they have in common with those is how they are written.
package corpus

import (
	"context"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"eslua/engine"
	"eslua/engine/enginetest"
	"eslua/engine/xmlhandler"
	"eslua/esl"
	"eslua/esl/esltest"
	"eslua/internal/clock"
	"eslua/luabind/dbh"
	"eslua/scripts"
)

func TestMain(m *testing.M) {
	// regexp2 keeps a clock for its time-outs, which ends by itself some time after the last of them.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/dlclark/regexp2.runClock"))
}

// office is an engine with the scripts, their database and a simulated switch.
type office struct {
	*testing.T
	sw     *esltest.Switch
	engine *engine.Engine
	addr   string // of the engine
	url    string // of the XML handler
	cache  string // the directory of the cache

	mu    sync.Mutex
	lines []string // of the scripts
}

// Handle keeps what scripts say.
func (o *office) Handle(_ context.Context, r slog.Record) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lines = append(o.lines, strings.TrimRight(r.Message, "\n"))
	if r.Level >= slog.LevelError {
		r.Attrs(func(a slog.Attr) bool {
			o.lines[len(o.lines)-1] += " " + a.String()
			return true
		})
	}
	return nil
}

func (o *office) Enabled(context.Context, slog.Level) bool { return true }
func (o *office) WithAttrs([]slog.Attr) slog.Handler       { return o }
func (o *office) WithGroup(string) slog.Handler            { return o }

func (o *office) log() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Join(o.lines, "\n") + "\n"
}

// says checks that the log has each of these lines.
func (o *office) says(lines ...string) {
	o.Helper()
	for _, line := range lines {
		if !strings.Contains("\n"+o.log(), "\n"+line+"\n") {
			o.Errorf("the log does not say %q", line)
		}
	}
	if o.Failed() {
		o.Logf("the log:\n%s", o.log())
	}
}

// phrase is a macro that plays one file, whose name begins with that of the macro and goes on with its data.
func phrase(name, pattern, file string) []esltest.PhraseAction {
	return []esltest.PhraseAction{{Pattern: pattern, Function: "play-file", Data: name + file + ".wav"}}
}

// newOffice makes an office in simulated time.
func newOffice(t *testing.T) *office {
	ck, release := esltest.Virtual()
	t.Cleanup(release) // behind all others
	return newOfficeAt(t, ck)
}

// newOfficeAt makes one. With HTTP the time must be real: nobody knows whether a request is under way.
func newOfficeAt(t *testing.T, ck clock.Clock) *office {
	t.Helper()
	o := &office{T: t, cache: t.TempDir()}
	inbound, outbound := listen(t), listen(t)
	o.addr = outbound.Addr().String()
	log := slog.New(o)
	library, err := scripts.Open(t.Context(), scripts.Options{Root: "scripts", Mode: scripts.Off, Clock: ck, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if status := library.Status(); len(status.Broken) > 0 {
		t.Fatalf("%v", status.Broken)
	}
	o.engine, err = engine.New(engine.Options{
		Scripts: library, Rights: engine.Rights{Write: []string{o.cache}}, Databases: dbh.Options{Root: t.TempDir()},
		Switch: &engine.Switch{Addr: inbound.Addr().String(), Login: esl.Login{Password: "ClueCon"}}, Clock: ck, Log: log,
		Hooks: []engine.Hook{{Event: "MESSAGE_WAITING", Script: "mwi.lua"}}, Drain: time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	serving := clock.NewGroup(ck)
	ctx, stop := context.WithCancel(context.Background())
	serving.Go(func() { o.engine.Serve(ctx, outbound) })
	phrases := make(map[string][]esltest.PhraseAction)
	for _, name := range []string{"welcome", "goodbye", "enter_pin", "wrong_pin", "after_message", "message_saved", "message_deleted"} {
		phrases["office_"+name] = phrase(name, "", "")
	}
	for name, file := range map[string]string{"count": "-$1-$2", "choice": "-$1-$2"} {
		phrases["office_"+name] = phrase(name, "^([^:]+):([^:]+)$", file)
	}
	phrases["office_message"] = phrase("message", `^(\d+)$`, "-$1")
	o.sw = esltest.New(esltest.World{
		AnySound: 2 * time.Second, Say: 100 * time.Millisecond, Folders: []string{"/rec"}, CallerNumber: "100", Phrases: phrases,
		Globals: map[string]string{"cache_dir": o.cache},
		Sounds:  map[string]time.Duration{"/rec/one.wav": 4 * time.Second, "/rec/two.wav": 75 * time.Second, "/rec/old.wav": 60 * time.Second},
	}, esltest.Options{Clock: ck})
	o.sw.Serve(inbound)
	if err := o.engine.Begin(); err != nil {
		t.Fatal(err)
	}
	handler := xmlhandler.New(xmlhandler.Options{
		Engine: o.engine, Log: log, User: "switch", Password: "geheim",
		Bindings: map[string]string{"directory": "app.lua xml_handler", "dialplan": "app.lua xml_handler", "configuration": "app.lua xml_handler"},
	})
	t.Cleanup(func() {
		serving.Wait(context.Background())
		o.sw.Close()
		stop()
	})
	o.url = enginetest.Serve(t, handler, o.engine)
	o.run("schema.lua")
	o.says("tables are made, 4 messages")
	return o
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// run runs a script without a call.
func (o *office) run(name string, args ...string) {
	o.Helper()
	if err := o.engine.Run(context.Background(), engine.Run{Script: name, Args: args}); err != nil {
		o.Fatalf("%s: %v\n%s", name, err, o.log())
	}
}

// call places a call from a caller who speaks all the time, and whose dialplan line gives it to app.lua.
func (o *office) call(line string) *esltest.Call {
	o.Helper()
	c, err := o.sw.Call(esltest.CallSpec{
		Destination: "*97", Far: "&playback(tone_stream://%(600000,0,440))", Variables: map[string]string{"domain_name": "north.example"},
		Actions: []esl.Action{{App: "socket", Data: o.addr + " async full app.lua " + line}, {App: "set", Data: "after=yes"}},
	})
	if err != nil {
		o.Fatal(err)
	}
	return c
}

// step is what the caller does some time after the call began.
type step struct {
	at   time.Duration
	keys string // "hangup": hangs up
}

// heard does what the caller does and gives what they hear, to the end of the call.
func (o *office) heard(c *esltest.Call, steps ...step) string {
	o.Helper()
	var past time.Duration
	for _, s := range steps {
		o.sw.After(s.at - past)
		past = s.at
		if s.keys == "hangup" {
			c.Hangup("")
			continue
		}
		c.Press(s.keys)
	}
	if err := c.Wait(context.Background()); err != nil {
		o.Fatal(err)
	}
	var what []string
	for _, h := range c.Heard() {
		what = append(what, strings.TrimPrefix(strings.TrimSuffix(h.What, ".wav"), "/"))
	}
	return strings.Join(what, " ")
}

// files are those of the cache.
func (o *office) files() []string {
	o.Helper()
	entries, err := os.ReadDir(o.cache)
	if err != nil {
		o.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
