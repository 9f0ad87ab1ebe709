package examples_test

import (
	"context"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"eslua/engine"
	"eslua/esl"
	"eslua/esl/esltest"
	"eslua/internal/clock"
	"eslua/luabind/dbh"
	"eslua/scripts"
)

// office is an engine that serves the examples, and the simulated switch of a small company.
type office struct {
	*testing.T
	clock     clock.Clock
	sw        *esltest.Switch
	engine    *engine.Engine
	databases string // their directory

	mu    sync.Mutex
	lines []string // of the log of the engine and its scripts
}

// Enabled and the following make it the handler of the engine's log.
func (o *office) Enabled(context.Context, slog.Level) bool { return true }
func (o *office) WithAttrs([]slog.Attr) slog.Handler       { return o }
func (o *office) WithGroup(string) slog.Handler            { return o }

func (o *office) Handle(_ context.Context, r slog.Record) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lines = append(o.lines, r.Level.String()+" "+r.Message)
	return nil
}

func (o *office) log() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Join(o.lines, "\n")
}

// extensions are the telephones of the company, and what stands outside of it.
func extensions() map[string][]esl.Action {
	speaks := []esl.Action{{App: "ring_ready"}, {App: "sleep", Data: "3000"}, {App: "answer"}, {App: "sleep", Data: "20000"}}
	return map[string][]esl.Action{
		"1001":   {{App: "ring_ready"}, {App: "sleep", Data: "600000"}},
		"1002":   {{App: "hangup", Data: "USER_BUSY"}},
		"1003":   speaks,
		"mobile": speaks,
	}
}

// open makes an office.
func open(t *testing.T, world esltest.World, opts engine.Options, sw esltest.Options) *office {
	t.Helper()
	ck, release := esltest.Virtual()
	o := &office{T: t, clock: ck, databases: t.TempDir()}
	library, err := scripts.Open(t.Context(), scripts.Options{Root: ".", Mode: scripts.Off, Clock: ck, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	pipes := esltest.NewPipeListener()
	world.CallerName, world.CallerNumber, world.AnySound = "Ada", "4930123456", 2*time.Second
	if world.Extensions == nil {
		world.Extensions = extensions()
	}
	sw.Clock, sw.Dial = ck, pipes.Dial
	o.sw = esltest.New(world, sw)
	inbound := esltest.NewPipeListener()
	o.sw.Serve(inbound)
	opts.Switch = &engine.Switch{Login: esl.Login{Password: "ClueCon"}, Dial: func(ctx context.Context) (net.Conn, error) { return inbound.Dial(ctx, "") }}
	opts.Scripts, opts.Clock, opts.Log, opts.Databases = library, ck, slog.New(o), dbh.Options{Root: o.databases}
	if o.engine, err = engine.New(opts); err != nil {
		t.Fatal(err)
	}
	serving := clock.NewGroup(ck)
	serving.Go(func() { o.engine.Serve(context.Background(), pipes) })
	t.Cleanup(func() {
		o.engine.Shutdown(context.Background())
		serving.Wait(context.Background())
		o.sw.Close()
		release()
		if t.Failed() {
			t.Log(o.log())
		}
	})
	return o
}

// until waits until it is that hour, and gives the time in seconds since 1970.
func (o *office) until(hour int) int64 {
	for o.clock.Now().Hour() != hour {
		o.sw.After(time.Hour)
	}
	return o.clock.Now().Unix()
}

// call places a call to a script of the examples, with its arguments. The caller speaks all the time.
func (o *office) call(line string, vars map[string]string) *esltest.Call {
	o.Helper()
	c, err := o.sw.Call(esltest.CallSpec{
		Destination: "5000", Variables: vars, Far: "&playback(tone_stream://%(600000,0,440))",
		Actions: []esl.Action{{App: "socket", Data: "127.0.0.1:8084 async full " + line}, {App: "set", Data: "dialplan=went on"}},
	})
	if err != nil {
		o.Fatal(err)
	}
	return c
}

// step is keys that the caller presses so long after the step before; "" is a hang-up.
type step struct {
	after time.Duration
	keys  string
}

// play has the caller do these steps, and waits for the end of the call.
func (o *office) play(c *esltest.Call, steps ...step) {
	o.Helper()
	for _, s := range steps {
		o.sw.After(s.after)
		if s.keys == "" {
			c.Hangup("")
		} else {
			c.Press(s.keys)
		}
	}
	o.finish(c)
}

func (o *office) finish(c *esltest.Call) {
	o.Helper()
	if err := c.Wait(context.Background()); err != nil {
		o.Fatal(err)
	}
	o.sw.After(time.Minute) // whatever the script does behind the call has its time
	if n := o.engine.Calls(); n != 0 {
		o.Errorf("%d scripts still run", n)
	}
}

// hears checks that the caller has heard these, in this order, with others between them.
func (o *office) hears(c *esltest.Call, want ...string) {
	o.Helper()
	var heard []string
	for _, h := range c.Heard() {
		heard = append(heard, h.What)
	}
	rest := heard
	for _, w := range want {
		i := slices.IndexFunc(rest, func(h string) bool { return strings.Contains(h, w) })
		if i < 0 {
			o.Errorf("the caller did not hear %q in its place among\n%s", w, strings.Join(heard, "\n"))
			return
		}
		rest = rest[i+1:]
	}
}

// logs checks that the log has each of these texts, and no error of a script unless they say so.
func (o *office) logs(want ...string) {
	o.Helper()
	log := o.log()
	for _, w := range want {
		if !strings.Contains(log, w) {
			o.Errorf("the log does not say %q", w)
		}
	}
	for _, line := range strings.Split(log, "\n") {
		if strings.HasPrefix(line, "ERROR") && !slices.ContainsFunc(want, func(w string) bool { return strings.Contains(line, w) }) {
			o.Errorf("the log says %s", line)
		}
	}
}

// sql carries out statements in a database of the office, and gives the rows: values with | between them, a line each.
func (o *office) sql(database, text string) string {
	o.Helper()
	pools := dbh.New(dbh.Options{Root: o.databases})
	defer pools.Close()
	h, err := pools.Open(o.Context(), "sqlite://"+database, "", "")
	if err != nil {
		o.Fatal(err)
	}
	defer h.Release()
	var rows []string
	err = h.Query(o.Context(), text, func(row []dbh.Column) bool {
		var values []string
		for _, c := range row {
			values = append(values, c.Text)
		}
		rows = append(rows, strings.Join(values, "|"))
		return true
	})
	if err != nil {
		o.Fatal(err)
	}
	return strings.Join(rows, "\n")
}
