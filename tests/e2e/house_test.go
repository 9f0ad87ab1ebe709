package e2e

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"eslua/engine"
	"eslua/esl"
	"eslua/esl/esltest"
	"eslua/internal/clock"
	"eslua/scripts"
)

// house is an engine on a real socket, and a simulated switch whose calls lead to it.
type house struct {
	*testing.T
	sw     *esltest.Switch
	engine *engine.Engine
	addr   string // of the engine
	root   string // of the scripts
	log    *logbook
	lines  *lines
	began  time.Time
}

// The lengths of the sounds that there are.
var sounds = map[string]time.Duration{
	"welcome.wav": 2 * time.Second, "again.wav": time.Second, "short.wav": 500 * time.Millisecond, "long.wav": time.Minute,
	"bye.wav": time.Second, "wrong.wav": time.Second,
}

// world is the switch of a house.
func world() esltest.World {
	return esltest.World{
		CallerNumber: "1001", Sounds: sounds, Say: 400 * time.Millisecond, Folders: []string{"/rec"},
		Globals: map[string]string{"site": "north", "default_language": "en"},
		Phrases: map[string][]esltest.PhraseAction{"greet": {{Function: "play-file", Data: "welcome.wav"}}},
		Speech:  map[string]esltest.SpeechEngine{"voices": {Speaking: 3 * time.Second, Heard: "yes"}, "deaf": {}},
		Directory: []esltest.User{
			{Name: "both", Params: map[string]string{"dial-string": "loopback/silent/default,loopback/silent/default"}},
			{Name: "desk", Params: map[string]string{"dial-string": "{mark=yes}loopback/silent/default,loopback/patient/default"}},
		},
		Extensions: map[string][]esl.Action{
			"elsewhere": {{App: "set", Data: "elsewhere=yes"}, {App: "answer"}, {App: "sleep", Data: "8000"}},
			"agent":     {{App: "answer"}, {App: "sleep", Data: "5000"}},
			"patient":   {{App: "answer"}, {App: "playback", Data: "long.wav"}},
			"accepts":   {{App: "answer"}, {App: "sleep", Data: "1500"}, {App: "send_dtmf", Data: "1"}, {App: "playback", Data: "long.wav"}},
			"refuses":   {{App: "answer"}, {App: "sleep", Data: "1500"}, {App: "send_dtmf", Data: "2"}, {App: "playback", Data: "long.wav"}},
			"slow":      {{App: "sleep", Data: "20000"}, {App: "answer"}, {App: "sleep", Data: "5000"}},
			"silent":    {{App: "sleep", Data: "600000"}},
			"busy":      {{App: "hangup", Data: "USER_BUSY"}},
			"reject":    {{App: "hangup", Data: "CALL_REJECTED"}},
			"broken":    {{App: "hangup", Data: "NETWORK_OUT_OF_ORDER"}},
		},
	}
}

// newHouse makes a house with one script, main.lua.
func newHouse(t *testing.T, script string, opts engine.Options) *house {
	t.Helper()
	return newHouseIn(t, world(), script, opts)
}

// newHouseIn makes it with a switch of its own.
func newHouseIn(t *testing.T, w esltest.World, script string, opts engine.Options) *house {
	t.Helper()
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "main.lua"), []byte(script), 0o644); err != nil {
		t.Fatal(err)
	}
	ck, release := esltest.Virtual()
	h := &house{T: t, log: &logbook{clock: ck}, began: ck.Now(), root: root}
	opts.Clock, opts.Log = ck, slog.New(h.log)
	var err error
	opts.Scripts, err = scripts.Open(t.Context(), scripts.Options{Root: root, Mode: scripts.Off, Clock: ck, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	h.engine, err = engine.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.addr = l.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	serving := clock.NewGroup(ck)
	serving.Go(func() { h.engine.Serve(ctx, l) })
	h.lines = &lines{Clock: ck}
	h.sw = esltest.New(w, esltest.Options{Clock: h.lines})
	t.Cleanup(func() {
		h.engine.Shutdown(context.Background())
		serving.Wait(context.Background())
		if n := h.engine.Calls(); n != 0 {
			t.Errorf("%d scripts still run", n)
		}
		h.sw.Close()
		stop()
		release()
	})
	return h
}

// lines is the clock of the switch. It remembers the connections that the switch makes to the engine.
type lines struct {
	clock.Clock
	mu   sync.Mutex
	open []net.Conn
}

func (l *lines) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	nc, err := l.Clock.Dial(ctx, network, address)
	if err == nil {
		l.mu.Lock()
		l.open = append(l.open, nc)
		l.mu.Unlock()
	}
	return nc, err
}

// cut ends them: in good order, or by a reset as when the machine is gone.
func (l *lines) cut(reset bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, nc := range l.open {
		if reset {
			nc.(interface{ SetLinger(int) error }).SetLinger(0)
		}
		nc.Close()
	}
}

// call places a call whose dialplan leads to main.lua, and goes on behind it.
func (h *house) call() *esltest.Call {
	h.Helper()
	return h.place(esltest.CallSpec{})
}

// place is call with more about it.
func (h *house) place(spec esltest.CallSpec) *esltest.Call {
	h.Helper()
	spec.Destination = "test"
	spec.Actions = []esl.Action{
		{App: "set", Data: "greeting=hello"},
		{App: "socket", Data: h.addr + " async full main.lua"},
		{App: "set", Data: "after=yes"},
	}
	c, err := h.sw.Call(spec)
	if err != nil {
		h.Fatal(err)
	}
	return c
}

// finish waits for the end of calls, and of their scripts.
func (h *house) finish(calls ...*esltest.Call) {
	h.Helper()
	for _, c := range calls {
		if err := c.Wait(context.Background()); err != nil {
			h.Fatal(err)
		}
	}
	for h.engine.Calls() > 0 {
		h.sw.After(100 * time.Millisecond)
	}
}

// inbound connects to the listener of the switch over TCP, as any other program does.
func (h *house) inbound() *esl.Conn {
	h.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		h.Fatal(err)
	}
	addr := l.Addr().String()
	h.sw.Serve(l)
	conn, err := esl.Dial(context.Background(), addr, esl.Login{Password: "ClueCon"}, esl.Options{Clock: h.sw.Clock()})
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { conn.Close() })
	return conn
}

// command runs an API command on a connection from outside.
func (h *house) command(conn *esl.Conn, cmd, arg string) string {
	h.Helper()
	reply, err := conn.Send(context.Background(), esl.API(cmd, arg))
	if err != nil {
		h.Fatal(err)
	}
	return reply.Body
}

// printed is what the script of a call has printed or logged, line by line, without tracebacks and the folder of scripts.
func (h *house) printed(c *esltest.Call) string {
	var lines []string
	for _, e := range h.log.all() {
		if e.attrs["source"] == "lua" && e.attrs["call"] == c.UUID() {
			text, _, _ := strings.Cut(e.text, "\nstack traceback")
			lines = append(lines, strings.ReplaceAll(text, h.root+"/", ""))
		}
	}
	return strings.Join(lines, "\n")
}

// wantPrinted compares it.
func (h *house) wantPrinted(c *esltest.Call, want string) {
	h.Helper()
	if got := h.printed(c); got != want {
		h.Errorf("printed\n%s\nwant\n%s", got, want)
	}
}

// heard is what the caller has heard.
func (h *house) heard(c *esltest.Call) string {
	var names []string
	for _, x := range c.Heard() {
		names = append(names, strings.TrimPrefix(x.What, "/"))
	}
	return strings.Join(names, " ")
}

// says checks that the log has a line with each of these texts, in its message or in its attributes.
func (h *house) says(texts ...string) {
	h.Helper()
	log := h.log.String()
	for _, text := range texts {
		if !strings.Contains(log, text) {
			h.Errorf("the log does not say %q:\n%s", text, log)
		}
	}
}

// run places a call, has far do something with it and compares what the script has printed when the call is gone.
func run(t *testing.T, script, want string, far func(h *house, c *esltest.Call)) (*house, *esltest.Call) {
	t.Helper()
	h := newHouse(t, script, noOptions)
	c := h.call()
	if far != nil {
		far(h, c)
	}
	h.finish(c)
	h.wantPrinted(c, want)
	return h, c
}

// logbook keeps what the engine logs.
type logbook struct {
	clock   clock.Clock
	mu      sync.Mutex
	entries []entry
}

// entry is a line of the log.
type entry struct {
	at    time.Time
	level slog.Level
	text  string
	attrs map[string]string
}

func (b *logbook) Enabled(context.Context, slog.Level) bool { return true }

func (b *logbook) Handle(_ context.Context, r slog.Record) error {
	b.put(r, nil)
	return nil
}

func (b *logbook) put(r slog.Record, with []slog.Attr) {
	e := entry{b.clock.Now(), r.Level, r.Message, make(map[string]string)}
	for _, a := range with {
		e.attrs[a.Key] = a.Value.String()
	}
	r.Attrs(func(a slog.Attr) bool {
		e.attrs[a.Key] = a.Value.String()
		return true
	})
	b.mu.Lock()
	defer b.mu.Unlock()
	b.entries = append(b.entries, e)
}

func (b *logbook) WithAttrs(attrs []slog.Attr) slog.Handler { return &page{b, attrs} }
func (b *logbook) WithGroup(string) slog.Handler            { return b }

// page writes into a logbook with attributes of its own.
type page struct {
	book  *logbook
	attrs []slog.Attr
}

func (p *page) Enabled(context.Context, slog.Level) bool { return true }

func (p *page) Handle(_ context.Context, r slog.Record) error {
	p.book.put(r, p.attrs)
	return nil
}

func (p *page) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &page{p.book, append(slices.Clone(p.attrs), attrs...)}
}
func (p *page) WithGroup(string) slog.Handler { return p }

func (b *logbook) all() []entry {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.entries)
}

func (b *logbook) String() string {
	var s strings.Builder
	for _, e := range b.all() {
		fmt.Fprintf(&s, "%s %s %v\n", e.level, e.text, e.attrs)
	}
	return s.String()
}

// noOptions are those of an engine that needs none.
var noOptions = engine.Options{}

// number reads a number.
func number(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
