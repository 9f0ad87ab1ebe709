package main

import (
	"context"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"

	"eslua/engine"
	"eslua/esl"
	"eslua/esl/esltest"
	"eslua/internal/clock"
	"eslua/luabind/dbh"
	"eslua/scripts"
)

// result is what a run gave, in the form of a recording.
type result struct {
	recording
	log []string
}

// stage is a switch and an engine that play cases.
type stage struct {
	set    *set
	clock  clock.Clock
	sw     *esltest.Switch
	engine *engine.Engine
	places places
	// inbound is where the switch takes event socket connections from outside.
	inbound *esltest.PipeListener

	mu   sync.Mutex
	now  *performance
	busy *clock.Group // triggers
}

// performance is the case that is being played.
type performance struct {
	stage *stage
	c     *testCase
	call  *esltest.Call
	began time.Time
	out   result
	ended bool
}

// play plays cases one after the other in one switch.
func (s *set) play(names []string) ([]result, error) {
	ck, release := esltest.Virtual()
	defer release()
	places, err := newPlaces(s.dir)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(places.temp)
	st := &stage{set: s, clock: ck, places: places}
	library, err := scripts.Open(context.Background(), scripts.Options{
		Root: places.scripts, Mode: scripts.Off, Clock: ck, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, err
	}
	pipes := esltest.NewPipeListener()
	if st.engine, err = engine.New(engine.Options{
		Scripts: library, Clock: ck, Log: slog.New(logHandler{stage: st}), Databases: dbh.Options{Root: places.temp},
	}); err != nil {
		return nil, err
	}
	st.sw = esltest.New(s.world(places), esltest.Options{Clock: ck, Dial: pipes.Dial, Log: st.switchLog})
	st.inbound = esltest.NewPipeListener()
	st.sw.Serve(st.inbound)
	serving := clock.NewGroup(ck)
	serving.Go(func() { st.engine.Serve(context.Background(), pipes) })
	var out []result
	for _, name := range names {
		r, err := st.perform(s.Cases[name])
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	st.engine.Shutdown(context.Background())
	serving.Wait(context.Background())
	st.sw.Close()
	return out, nil
}

// perform plays one case.
func (st *stage) perform(c *testCase) (result, error) {
	p := &performance{stage: st, c: c, began: st.clock.Now()}
	st.mu.Lock()
	st.now = p
	st.mu.Unlock()
	st.busy = clock.NewGroup(st.clock)
	if c.Kind == "api" {
		st.command(p)
	} else if err := st.place(p); err != nil {
		return result{}, err
	}
	st.mu.Lock()
	p.ended = true
	st.mu.Unlock()
	st.busy.Wait(context.Background())
	return p.out, nil
}

// command runs a case that is no call but an API command: what it prints is its reply.
func (st *stage) command(p *performance) {
	_, line, _ := strings.Cut(st.places.fill(p.c.Data), " ")
	out, err := st.engine.API(context.Background(), line)
	if err != nil {
		out = "-ERR Cannot execute script\n"
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(out, "\n"), "\n") {
		p.line(line)
	}
}

// place plays a case that is a call.
func (st *stage) place(p *performance) error {
	c, err := st.sw.Call(esltest.CallSpec{
		Destination: p.c.Destination, Actions: st.dialplan(p.c), CallerName: st.set.Caller.Name, CallerNumber: st.set.Caller.Number,
		Variables: p.c.Variables, SIP: p.c.Leg == "sip", Far: st.far(p.c),
	})
	if err != nil {
		return err
	}
	st.mu.Lock()
	p.call = c
	st.mu.Unlock()
	for _, t := range p.c.Triggers {
		if t.After == (when{}) {
			p.fire(t)
		}
	}
	limit := time.Duration(p.c.Limit * float64(time.Second))
	if limit > 0 {
		ctx, cancel := context.WithCancel(context.Background())
		w := st.clock.NewWaiter()
		st.busy.Go(func() {
			if w.Wait(ctx, p.began.Add(limit)) == clock.Expired {
				c.Hangup("")
			}
		})
		defer w.Wake()
		defer cancel()
	}
	return c.Wait(context.Background())
}

// far is what the caller's leg runs.
func (st *stage) far(c *testCase) string {
	switch {
	case c.FarApp != "":
		return st.places.fill(c.FarApp)
	case st.set.Far.App != "":
		return "&" + st.set.Far.App + "()"
	}
	return ""
}

// dialplan is the extension of a case, with socket in the place of lua.
func (st *stage) dialplan(c *testCase) []esl.Action {
	var actions []esl.Action
	add := func(list []application) {
		for _, a := range list {
			actions = append(actions, esl.Action{App: a[0], Data: st.places.fill(a[1])})
		}
	}
	add(c.Before)
	actions = append(actions, esl.Action{App: "socket", Data: strings.TrimRight("127.0.0.1:8084 async full "+st.places.fill(c.Data), " ")})
	add(c.Then)
	return actions
}

// fire does what a trigger says after its delay.
func (p *performance) fire(t trigger) {
	st := p.stage
	due := st.clock.Now().Add(time.Duration(t.Delay * float64(time.Second)))
	w := st.clock.NewWaiter()
	st.busy.Go(func() {
		w.Wait(context.Background(), due)
		st.mu.Lock()
		over := p.ended
		st.mu.Unlock()
		if over || p.call.Cause() != "" {
			return
		}
		uuid := p.call.UUID()
		switch t.Action {
		case "dtmf":
			p.call.Press(t.Arg)
		case "hangup":
			p.call.Hangup(t.Arg)
		case "sendmsg":
			st.send(esl.Execute{Channel: uuid, App: "set", Arg: t.Arg}.Command())
		case "sendevent":
			st.send(esl.SendEvent(orElse(t.Arg, "CUSTOM"), []esl.Header{
				{Name: "Event-Subclass", Value: "my::out"}, {Name: "unique-id", Value: uuid}, {Name: "foo", Value: "from outside"},
			}, ""))
		case "api":
			st.sw.API(strings.ReplaceAll(st.places.fill(t.Arg), "${uuid}", uuid))
		}
	})
}

// send sends a command over a connection of its own.
func (st *stage) send(cmd esl.Command) {
	nc, err := st.inbound.Dial(context.Background(), "")
	if err != nil {
		return // the switch is closed
	}
	conn, err := esl.NewInbound(context.Background(), st.clock.Conn(nc), esl.Login{Password: password}, esl.Options{Clock: st.clock})
	if err != nil {
		nc.Close()
		return
	}
	defer conn.Close()
	conn.Send(context.Background(), cmd)
}

// password is that of the switch's event socket.
const password = "ClueCon"

func orElse(s, other string) string {
	if s != "" {
		return s
	}
	return other
}

// line takes a line that the script has printed, and starts what waits for it.
func (p *performance) line(text string) {
	p.out.lines = append(p.out.lines, p.stage.places.hide(text))
	for _, t := range p.c.Triggers {
		if t.After.Contains != "" && strings.Contains(text, t.After.Contains) ||
			t.After.Regexp != "" && regexp.MustCompile(t.After.Regexp).MatchString(text) {
			p.fire(t)
		}
	}
}

// marker is in front of the lines that scripts print with gt.lua.
const marker = "GT| "

// logHandler takes what scripts print out of the log of the engine.
type logHandler struct{ stage *stage }

func (h logHandler) Enabled(context.Context, slog.Level) bool { return true }
func (h logHandler) WithAttrs([]slog.Attr) slog.Handler       { return h }
func (h logHandler) WithGroup(string) slog.Handler            { return h }

func (h logHandler) Handle(_ context.Context, r slog.Record) error {
	h.stage.mu.Lock()
	defer h.stage.mu.Unlock()
	p := h.stage.now
	level := strings.NewReplacer("ERROR", "ERR", "WARN", "WARNING").Replace(engine.LevelName(r.Level))
	if words.MatchString(r.Message) {
		p.out.logged = append(p.out.logged, level+" "+r.Message)
	}
	entry := level + " " + r.Message
	r.Attrs(func(a slog.Attr) bool {
		entry += " " + a.String()
		return true
	})
	p.out.log = append(p.out.log, entry)
	if text, ok := strings.CutPrefix(r.Message, marker); ok {
		p.line(text)
	}
	return nil
}

// switchLog takes the end of the call, and what the dialplan logs, out of the log of the switch.
func (st *stage) switchLog(l esltest.LogLine) {
	st.mu.Lock()
	defer st.mu.Unlock()
	p := st.now
	if p == nil {
		return
	}
	p.out.log = append(p.out.log, "switch: "+l.Text)
	if p.call != nil && l.Channel == p.call.UUID() {
		if m := hungUp.FindStringSubmatch("switch: " + l.Text); m != nil {
			p.out.causes = append(p.out.causes, m[1])
		}
	}
	if strings.HasPrefix(l.Text, continued) {
		p.out.continued = append(p.out.continued, l.Text)
	}
}
