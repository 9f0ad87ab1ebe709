package esltest_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"eslua/esl"
	"eslua/esl/esltest"
	"eslua/internal/clock"
)

// lab is a simulated switch, an application that takes its connections, and whatever else a test connects to it.
type lab struct {
	testing.TB
	clock   clock.Clock
	sw      *esltest.Switch
	app     net.Listener // of the application
	inbound net.Listener // of the switch
	dial    func(ctx context.Context, address string) (net.Conn, error)
	readers *clock.Group
	conns   []net.Conn

	mu  sync.Mutex
	log []string
}

// world is what most tests need: extension 1000 leads to the application, in the mode that stands behind its address.
func world(mode string) esltest.World {
	return esltest.World{
		OriginateTimeout: 24 * time.Hour, // of the caller's patience, so that a call lasts until something ends it
		Sounds:           map[string]time.Duration{"short.wav": time.Second, "long.wav": time.Minute},
		Extensions: map[string][]esl.Action{
			"1000":    {{App: "set", Data: "before=yes"}, socket(mode), {App: "set", Data: "after=yes"}},
			"answers": {{App: "answer"}, {App: "sleep", Data: "30000"}},
			"brief":   {{App: "answer"}, {App: "sleep", Data: "2000"}},
			"busy":    {{App: "hangup", Data: "USER_BUSY"}},
			"silent":  {{App: "sleep", Data: "120000"}},
			"early":   {{App: "pre_answer"}, {App: "sleep", Data: "120000"}},
			"reads":   {{App: "answer"}, {App: "read", Data: "1 1 silence got 30000 #"}, {App: "sleep", Data: "30000"}},
			"rings":   {{App: "ring_ready"}, {App: "sleep", Data: "3000"}, {App: "answer"}, {App: "sleep", Data: "30000"}},
		},
		Directory: []esltest.User{{Name: "1002", Domain: "example.com", Params: map[string]string{"dial-string": "loopback/answers"}}},
	}
}

func socket(mode string) esl.Action {
	return esl.Action{App: "socket", Data: strings.TrimSpace("127.0.0.1:8084 " + mode)}
}

// newLab makes a lab in memory and by a virtual clock.
func newLab(t testing.TB, w esltest.World, change ...func(*esltest.Options)) *lab {
	t.Helper()
	app, inbound := esltest.NewPipeListener(), esltest.NewPipeListener()
	options := esltest.Options{Dial: app.Dial}
	for _, f := range change {
		f(&options)
	}
	return startLab(t, w, options, app, inbound, inbound.Dial)
}

// newTCPLab makes a lab with sockets of the computer. The switch dials the application wherever it listens.
func newTCPLab(t testing.TB, w esltest.World) *lab {
	t.Helper()
	var d net.Dialer
	listen := func() net.Listener {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		return ln
	}
	app, inbound := listen(), listen()
	w.Extensions["1000"][1].Data = strings.Replace(w.Extensions["1000"][1].Data, "127.0.0.1:8084", app.Addr().String(), 1)
	return startLab(t, w, esltest.Options{}, app, inbound, func(ctx context.Context, _ string) (net.Conn, error) {
		return d.DialContext(ctx, "tcp", inbound.Addr().String())
	})
}

func startLab(t testing.TB, w esltest.World, options esltest.Options, app, inbound net.Listener,
	dial func(context.Context, string) (net.Conn, error)) *lab {
	ck, release := esltest.Virtual()
	l := &lab{TB: t, clock: ck, dial: dial, app: ck.Listener(app), inbound: inbound, readers: clock.NewGroup(ck)}
	options.Clock = ck
	options.Log = func(line esltest.LogLine) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.log = append(l.log, line.Text)
	}
	l.sw = esltest.New(w, options)
	l.sw.Serve(inbound)
	t.Cleanup(func() {
		for _, c := range l.conns {
			c.Close()
		}
		l.app.Close()
		l.sw.Close()
		l.readers.Wait(context.Background())
		release()
	})
	return l
}

// logged tells whether a line of the switch's log contains text.
func (l *lab) logged(text string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.log {
		if strings.Contains(line, text) {
			return true
		}
	}
	return false
}

// place places a call.
func (l *lab) place(spec esltest.CallSpec) *esltest.Call {
	l.Helper()
	if spec.Destination == "" {
		spec.Destination = "1000"
	}
	c, err := l.sw.Call(spec)
	if err != nil {
		l.Fatal(err)
	}
	return c
}

// accept takes the connection of a call.
func (l *lab) accept() *peer {
	l.Helper()
	var c net.Conn
	var err error
	done := l.clock.NewWaiter()
	l.clock.Go(func() {
		c, err = l.app.Accept()
		done.Wake()
	})
	if done.Wait(context.Background(), l.clock.Now().Add(time.Minute)) == clock.Expired {
		l.Fatal("the switch does not connect")
	}
	if err != nil {
		l.Fatal(err)
	}
	return l.attach(c)
}

// call places a call to extension 1000 and takes its connection.
func (l *lab) call() (*esltest.Call, *peer) {
	l.Helper()
	c := l.place(esltest.CallSpec{})
	return c, l.accept()
}

// connected is call after connect.
func (l *lab) connected() (*esltest.Call, *peer) {
	l.Helper()
	c, p := l.call()
	p.connect()
	return c, p
}

// answered is connected, with all events and after the answer.
func (l *lab) answered() (*esltest.Call, *peer) {
	l.Helper()
	return l.answeredWith(esltest.CallSpec{})
}

// answeredWith is answered for another call.
func (l *lab) answeredWith(spec esltest.CallSpec) (*esltest.Call, *peer) {
	l.Helper()
	c := l.place(spec)
	p := l.accept()
	p.connect()
	p.subscribe()
	p.run("0", "answer", "")
	return c, p
}

// knock connects to the switch and reads its greeting.
func (l *lab) knock() *peer {
	l.Helper()
	c, err := l.dial(context.Background(), "")
	if err != nil {
		l.Fatal(err)
	}
	return l.attach(l.clock.Conn(c))
}

// login connects to the switch and logs in.
func (l *lab) login() *peer {
	l.Helper()
	p := l.knock()
	p.next("greeting", func(m message) bool { return m.frame.Type == esl.AuthRequest })
	p.want("auth ClueCon", "+OK accepted")
	return p
}

// finish waits until a call is gone and returns its cause.
func (l *lab) finish(c *esltest.Call) string {
	l.Helper()
	ctx, cancel := clock.WithTimeout(context.Background(), l.clock, 10*time.Minute)
	defer cancel()
	if err := c.Wait(ctx); err != nil {
		l.Fatalf("the call does not end: %v", err)
	}
	return c.Cause()
}

// since is how much time has passed, in milliseconds.
func (l *lab) since(t time.Time) int64 { return l.clock.Now().Sub(t).Milliseconds() }

// peer is the other end of a connection of the switch. It sends bytes and reads messages, and knows nothing else.
type peer struct {
	lab    *lab
	conn   net.Conn
	waiter *clock.Waiter
	uuid   string // of the channel, after connect

	mu     sync.Mutex
	got    []message
	closed bool

	replies int // position behind the last reply that was taken
	events  int // and behind the last message that was waited for
}

// message is one message of the switch.
type message struct {
	frame esl.Frame
	event *esl.Event
	at    time.Time
}

func (m message) isReply() bool {
	return m.frame.Type == esl.CommandReply || m.frame.Type == esl.APIResponse
}

// text is what a reply says.
func (m message) text() string {
	if m.frame.Type == esl.APIResponse {
		return string(m.frame.Body)
	}
	return m.frame.Header("Reply-Text")
}

func (m message) String() string {
	switch {
	case m.event != nil:
		return "event " + m.event.Name()
	case m.isReply():
		return "reply " + m.text()
	}
	return m.frame.Type.String() + " " + m.frame.Header("Content-Disposition")
}

func (l *lab) attach(c net.Conn) *peer {
	p := &peer{lab: l, conn: c, waiter: l.clock.NewWaiter()}
	l.conns = append(l.conns, c)
	frames := esl.NewFrameReader(c, esl.Limits{})
	l.readers.Go(func() {
		for {
			f, err := frames.Next()
			p.mu.Lock()
			if err == nil {
				m := message{frame: f, at: l.clock.Now()}
				if t := f.Type; t == esl.EventPlain || t == esl.EventJSON || t == esl.EventXML || f.Header("Socket-Mode") != "" {
					m.event, err = f.Event()
				}
				p.got = append(p.got, m)
			}
			p.closed = err != nil
			p.mu.Unlock()
			p.waiter.Wake()
			if err != nil {
				return
			}
		}
	})
	return p
}

// take looks for a message from a position on; ended tells that nothing more will come.
func (p *peer) take(from int, match func(m message) bool) (found message, next int, ended bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := from; i < len(p.got); i++ {
		if match(p.got[i]) {
			return p.got[i], i + 1, false
		}
	}
	return message{}, 0, p.closed
}

// patience is how long a test waits for something that must come.
const patience = 2 * time.Minute

// waitFor waits for a message behind a position.
func (p *peer) waitFor(what string, from *int, match func(m message) bool) message {
	p.lab.Helper()
	until := p.lab.clock.Now().Add(patience)
	for {
		m, next, ended := p.take(*from, match)
		if next > 0 {
			*from = next
			return m
		}
		if ended || p.waiter.Wait(context.Background(), until) == clock.Expired {
			p.lab.Fatalf("no %s; there was: %s", what, p)
		}
	}
}

// next waits for a message behind the last one that was waited for.
func (p *peer) next(what string, match func(m message) bool) message {
	p.lab.Helper()
	return p.waitFor(what, &p.events, match)
}

// String is all that has come.
func (p *peer) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []string
	for _, m := range p.got {
		list = append(list, m.String())
	}
	if p.closed {
		list = append(list, "end")
	}
	return strings.Join(list, ", ")
}

// send sends commands, each of which lacks its empty line.
func (p *peer) send(commands ...string) {
	p.lab.Helper()
	if _, err := p.conn.Write([]byte(strings.Join(commands, "\n\n") + "\n\n")); err != nil {
		p.lab.Fatal(err)
	}
}

// reply waits for the next reply.
func (p *peer) reply() string {
	p.lab.Helper()
	return p.waitFor("reply", &p.replies, message.isReply).text()
}

// cmd sends a command and waits for its reply.
func (p *peer) cmd(command string) string {
	p.lab.Helper()
	p.send(command)
	return p.reply()
}

// want is cmd with the text that must come.
func (p *peer) want(command, reply string) {
	p.lab.Helper()
	if got := p.cmd(command); got != reply {
		p.lab.Errorf("%q: %q, want %q", command, got, reply)
	}
}

// connect is the first command, and leaves the channel's data.
func (p *peer) connect() *esl.Event {
	p.lab.Helper()
	p.send("connect")
	m := p.waitFor("reply to connect", &p.replies, message.isReply)
	if m.event == nil {
		p.lab.Fatalf("connect: %s", m)
	}
	p.uuid = m.event.Get("Unique-ID")
	return m.event
}

// all subscribes to everything.
const all = "event plain ALL"

func (p *peer) subscribe() {
	p.lab.Helper()
	p.want(all, "+OK event listener enabled plain")
}

// event waits for an event of that name with these headers: name, value, name, value.
func (p *peer) event(name string, headers ...string) *esl.Event {
	p.lab.Helper()
	return p.next(fmt.Sprintf("%s %q", name, headers), func(m message) bool { return matches(m, name, headers) }).event
}

func matches(m message, name string, headers []string) bool {
	if m.event == nil || m.event.Name() != name {
		return false
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if m.event.Get(headers[i]) != headers[i+1] {
			return false
		}
	}
	return true
}

// count is how many events of that name have come so far.
func (p *peer) count(name string, headers ...string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, m := range p.got {
		if matches(m, name, headers) {
			n++
		}
	}
	return n
}

// names are the names of the events that have come so far.
func (p *peer) names() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []string
	for _, m := range p.got {
		if m.event != nil {
			list = append(list, m.event.Name())
		}
	}
	return list
}

// isClosed tells whether the switch has ended the connection.
func (p *peer) isClosed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed
}

// end waits until the switch ends the connection, and returns the text of its notice.
func (p *peer) end() string {
	p.lab.Helper()
	until := p.lab.clock.Now().Add(patience)
	for !p.isClosed() {
		if p.waiter.Wait(context.Background(), until) == clock.Expired {
			p.lab.Fatalf("the connection does not end; there was: %s", p)
		}
	}
	m, next, _ := p.take(0, func(m message) bool {
		return m.frame.Type == esl.DisconnectNotice && m.frame.Header("Content-Disposition") != "linger"
	})
	if next == 0 {
		return ""
	}
	return string(m.frame.Body)
}

// execute is a message that executes an application, with an id for its events.
func execute(id, app, arg string, more ...string) string {
	lines := append([]string{"sendmsg", "call-command: execute", "execute-app-name: " + app, "event-uuid: " + id}, more...)
	if arg != "" {
		lines = append(lines, "execute-app-arg: "+arg)
	}
	return strings.Join(lines, "\n")
}

// run executes an application and waits until it says that it has ended.
func (p *peer) run(id, app, arg string, more ...string) *esl.Event {
	p.lab.Helper()
	p.want(execute(id, app, arg, more...), "+OK")
	return p.event("CHANNEL_EXECUTE_COMPLETE", "Application-UUID", id)
}

const goodbye = "Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n"
