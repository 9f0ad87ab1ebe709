package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"time"

	"eslua/esl"
	"eslua/esl/esltest"
	"eslua/internal/clock"
	"eslua/tests/transcript"
)

// pace is the time that the recording program took between a reply and its next command (wire/README.md: replies and
// commands follow each other within some 0.1 ms).
const pace = 100 * time.Microsecond

// replay runs the client of a recording against a simulated switch.
type replay struct {
	name     string
	scenario *scenario
	writes   [][]byte
	recorded []message
	sw       *esltest.Switch
	clock    clock.Clock
	call     *esltest.Call
	log      func() []string

	conn   net.Conn
	waiter *clock.Waiter
	group  *clock.Group

	mu     sync.Mutex
	got    []message
	seen   int // messages that a wait has passed
	closed bool

	findings []string // what the outside found that is not as recorded
	other    net.Conn
	onOther  func() error // instead of opening other
	login    bool         // log in before the recording begins
}

// message is one message of the switch.
type message struct {
	frame esl.Frame
	event *esl.Event // of an event, and of the reply to connect
	at    time.Duration
}

// lab is a simulated switch with everything around it that a scenario needs.
type lab struct {
	clock       *clock.Virtual
	sw          *esltest.Switch
	application net.Listener
	inbound     *esltest.PipeListener

	mu  sync.Mutex
	log []string
}

func newLab(sc *scenarios, s *scenario) (*lab, error) {
	w, err := sc.world(s)
	if err != nil {
		return nil, err
	}
	sets, err := s.sets()
	if err != nil {
		return nil, err
	}
	ck := clock.NewVirtual(time.Date(2026, 11, 21, 0, 24, 4, 300_000_000, time.UTC))
	pipes := esltest.NewPipeListener()
	l := &lab{clock: ck, application: ck.Listener(pipes), inbound: esltest.NewPipeListener()}
	l.sw = esltest.New(w, esltest.Options{
		Clock: ck,
		Dial: func(ctx context.Context, address string) (net.Conn, error) {
			if address != "127.0.0.1:8040" {
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
			}
			return pipes.Dial(ctx, address)
		},
		// The recorded switch sets these variables by a Lua script.
		Commands: map[string]func(esltest.Command) string{"lua": func(c esltest.Command) string {
			for name, value := range sets {
				c.Set(uuidPattern.FindString(c.Arg), name, value)
			}
			return luaOutput(c.Arg)
		}},
		Log: func(line esltest.LogLine) {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.log = append(l.log, line.Text)
		},
	})
	l.sw.Serve(l.inbound)
	return l, nil
}

// luaOutput is what the scripts in the recordings write to their stream.
func luaOutput(script string) string {
	if script != "" && !strings.HasPrefix(script, "~") {
		return "-ERR Cannot execute script\n" // there are no files
	}
	_, rest, _ := strings.Cut(script, "stream:write('")
	out, _, _ := strings.Cut(rest, "'")
	return out
}

func (l *lab) lines() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.log...)
}

func (l *lab) close() {
	l.sw.Close()
	l.application.Close()
	l.clock.Release()
}

// newReplay makes the client of one recording in a lab.
func newReplay(l *lab, sc *scenarios, name string) (*replay, error) {
	tr, err := transcript.Load(name)
	if err != nil {
		return nil, err
	}
	r := &replay{
		name: name, scenario: sc.Scenarios[name], writes: tr.Writes(), sw: l.sw, clock: l.clock, log: l.lines,
		waiter: l.clock.NewWaiter(), group: clock.NewGroup(l.clock),
	}
	stream := &datedReader{blocks: tr.Blocks}
	frames := esl.NewFrameReader(stream, esl.Limits{})
	for {
		f, err := frames.Next()
		if err != nil {
			return r, nil
		}
		m := newMessage(f)
		m.at = stream.at
		r.recorded = append(r.recorded, m)
	}
}

// datedReader reads what the switch sent in a recording, one message at a time, and knows when it came.
type datedReader struct {
	blocks []transcript.Block
	at     time.Duration
}

func (d *datedReader) Read(p []byte) (int, error) {
	for len(d.blocks) > 0 && (d.blocks[0].From != transcript.Switch || len(d.blocks[0].Bytes) == 0) {
		d.blocks = d.blocks[1:]
	}
	if len(d.blocks) == 0 {
		return 0, io.EOF
	}
	b := &d.blocks[0]
	d.at = time.Duration(b.At * float64(time.Second))
	n := copy(p, b.Bytes)
	b.Bytes = b.Bytes[n:]
	return n, nil
}

func newMessage(f esl.Frame) message {
	m := message{frame: f}
	switch f.Type {
	case esl.EventPlain, esl.EventJSON, esl.EventXML:
		m.event, _ = f.Event()
	case esl.CommandReply:
		if f.Header("Socket-Mode") != "" {
			m.event, _ = f.Event()
		}
	}
	return m
}

// open makes the connection: placing the call that brings it, or connecting to the switch.
func (r *replay) open(l *lab) error {
	for _, set := range r.scenario.Setup {
		l.sw.API(set[1])
	}
	var err error
	if r.scenario.Kind == "inbound" {
		var c net.Conn
		if c, err = l.inbound.Dial(context.Background(), ""); err == nil {
			r.conn = l.clock.Conn(c)
		}
	} else {
		err = r.place(l)
	}
	if err != nil || r.conn == nil {
		return err
	}
	began := l.clock.Now()
	frames := esl.NewFrameReader(r.conn, esl.Limits{})
	if r.login {
		if _, err := r.conn.Write([]byte("auth ClueCon\n\n")); err != nil {
			return err
		}
		for range 2 {
			if _, err := frames.Next(); err != nil {
				return err
			}
		}
	}
	r.group.Go(func() {
		for {
			f, err := frames.Next()
			r.mu.Lock()
			if err == nil {
				m := newMessage(f)
				m.at = l.clock.Now().Sub(began)
				r.got = append(r.got, m)
			} else {
				r.closed = true
			}
			r.mu.Unlock()
			r.waiter.Wake()
			if err != nil {
				return
			}
		}
	})
	return nil
}

// place dials the number of the scenario, and takes the connection if one comes.
func (r *replay) place(l *lab) error {
	sets, err := r.scenario.sets()
	if err != nil {
		return err
	}
	if len(r.scenario.Before) == 0 || r.scenario.Before[0][0] != "lua" {
		sets = nil // set later, by a command
	}
	r.call, err = l.sw.Call(esltest.CallSpec{
		Destination: r.scenario.Destination, Called: sets, Variables: r.scenario.FarVars, SIP: r.scenario.Leg == "sip",
	})
	if err != nil || r.scenario.Connects != nil && !*r.scenario.Connects {
		return err
	}
	var c net.Conn
	done := l.clock.NewWaiter()
	l.clock.Go(func() {
		c, err = l.application.Accept()
		done.Wake()
	})
	done.Wait(context.Background(), time.Time{})
	r.conn = c
	return err
}

// write sends the n-th write of the recording, with the uuids of this run.
func (r *replay) write(n int) error {
	if n < 1 || n > len(r.writes) {
		return fmt.Errorf("there is no write %d", n)
	}
	_, err := r.conn.Write([]byte(r.translate(string(r.writes[n-1]))))
	if errors.Is(err, net.ErrClosed) {
		err = nil // the switch has ended the connection: so be it
	}
	return err
}

// translate puts the uuids of this run in the place of those of the recorded one, as far as they are known: that of the
// call is told in the reply to connect, or else by the notice at the end.
func (r *replay) translate(text string) string {
	var pairs []string
	was, is := connectReply(r.recorded), connectReply(r.messages())
	switch {
	case was != nil && is != nil:
		for _, n := range r.scenario.FarIn {
			for _, uuid := range uuidPattern.FindAllString(string(r.writes[n-1]), -1) {
				if uuid != was.Get("Unique-ID") {
					pairs = append(pairs, uuid, r.call.FarUUID())
				}
			}
		}
		for _, name := range []string{"Unique-ID", "variable_other_loopback_leg_uuid"} {
			if v := was.Get(name); v != "" {
				pairs = append(pairs, v, is.Get(name))
			}
		}
	case r.call != nil:
		pairs = []string{recordedUUID(r.recorded), r.call.UUID()}
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

func connectReply(messages []message) *esl.Event {
	for _, m := range messages {
		if m.frame.Type == esl.CommandReply && m.event != nil {
			return m.event
		}
	}
	return nil
}

// recordedUUID is that of the call in a recording without a reply to connect.
func recordedUUID(messages []message) string {
	for _, m := range messages {
		if uuid := m.frame.Header("Controlled-Session-UUID"); uuid != "" {
			return uuid
		}
	}
	return "none"
}

func (r *replay) messages() []message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]message(nil), r.got...)
}

// await waits until found, behind what was waited for before, or until the time is over.
func (r *replay) await(limit time.Duration, found func(m message) bool) {
	until := r.clock.Now().Add(limit)
	for {
		r.mu.Lock()
		for i := r.seen; i < len(r.got); i++ {
			if found(r.got[i]) {
				r.seen = i + 1
				r.mu.Unlock()
				r.think()
				return
			}
		}
		closed := r.closed
		r.mu.Unlock()
		if closed || r.waiter.Wait(context.Background(), until) == clock.Expired {
			return
		}
	}
}

// think is the time between a reply and the next command.
func (r *replay) think() { r.sleep(pace) }

func (r *replay) sleep(d time.Duration) {
	clock.Sleep(context.Background(), r.clock, d)
}

func isReply(m message) bool {
	switch m.frame.Type {
	case esl.CommandReply, esl.APIResponse, esl.AuthRequest, esl.RudeRejection:
		return true
	}
	return false
}
