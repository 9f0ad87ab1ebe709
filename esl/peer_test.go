package esl_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"eslua/esl"
)

// peer plays the switch at the other end of a connection, step by step.
type peer struct {
	t    testing.TB
	conn net.Conn
	buf  []byte // read and not yet taken
}

// next is the next command that came. It reports false at the end of the connection.
func (p *peer) next() (wireCommand, bool) {
	for {
		if c, rest, ok := takeCommand(p.buf); ok {
			p.buf = rest
			return c, true
		}
		b := make([]byte, 64<<10)
		n, err := p.conn.Read(b)
		p.buf = append(p.buf, b[:n]...)
		if err != nil {
			return wireCommand{}, false
		}
	}
}

// expect takes the next command, whose first line is to be line.
func (p *peer) expect(line string) wireCommand {
	p.t.Helper()
	c, ok := p.next()
	if !ok {
		p.t.Fatalf("the connection ended (%q was left), want the command %q", p.buf, line)
	}
	if c.line != line {
		p.t.Fatalf("the command %q came, want %q", c.line, line)
	}
	return c
}

// send writes a text as it is.
func (p *peer) send(text string) {
	p.t.Helper()
	if _, err := p.conn.Write([]byte(text)); err != nil {
		p.t.Fatalf("the switch cannot write: %v", err)
	}
}

func (p *peer) reply(text string) {
	p.t.Helper()
	p.send("Content-Type: command/reply\nReply-Text: " + text + "\n\n")
}

func (p *peer) response(body string) {
	p.t.Helper()
	p.send(fmt.Sprintf("Content-Type: api/response\nContent-Length: %d\n\n%s", len(body), body))
}

// event sends a plain event with headers given as name, value, name, value...
func (p *peer) event(name string, headers ...string) {
	p.t.Helper()
	p.send(eventFrame(name, headers...))
}

func eventFrame(name string, headers ...string) string {
	e := esl.NewEvent(name)
	for i := 0; i < len(headers); i += 2 {
		e.Add(headers[i], headers[i+1])
	}
	return frameOf("text/event-plain", string(e.AppendPlain(nil)))
}

func frameOf(contentType, body string) string {
	return fmt.Sprintf("Content-Length: %d\nContent-Type: %s\n\n%s", len(body), contentType, body)
}

// connected answers connect as the switch does.
func (p *peer) connected(m esl.Mode) {
	p.t.Helper()
	p.expect("connect")
	p.send(connectReply(m))
}

const channel = "5f2a5b34-0000-4000-8000-000000000001" // the controlled channel in these tests

func connectReply(m esl.Mode) string {
	socket, control := "static", "single-channel"
	if m.Async {
		socket = "async"
	}
	if m.Full {
		control = "full"
	}
	return "Event-Name: CHANNEL_DATA\nUnique-ID: " + channel + "\nCaller-Caller-ID-Name: A%20Caller\nContent-Type: command/reply\n" +
		"Reply-Text: %2BOK%0A\nSocket-Mode: " + socket + "\nControl: " + control + "\n\n"
}

// newOutbound is an outbound connection that has said nothing yet, and the switch at its other end.
func newOutbound(t testing.TB, opts esl.Options) (*esl.Conn, *peer) {
	ours, theirs := newPipe()
	c := esl.NewConn(ours, opts)
	t.Cleanup(func() {
		c.Close()
		theirs.Close()
	})
	return c, &peer{t: t, conn: theirs}
}

// asyncFull is the mode of most tests.
func asyncFull() esl.Mode { return esl.Mode{Outbound: true, Async: true, Full: true} }

// newCall is an outbound connection after connect.
func newCall(t testing.TB, m esl.Mode, opts esl.Options) (*esl.Conn, *peer) {
	t.Helper()
	c, p := newOutbound(t, opts)
	sent := start(t, c, esl.Connect())
	p.connected(m)
	await(t, sent[0])
	return c, p
}

// newLogin is an inbound connection that has logged in.
func newLogin(t testing.TB) (*esl.Conn, *peer) {
	t.Helper()
	ours, theirs := newPipe()
	p := &peer{t: t, conn: theirs}
	p.send("Content-Type: auth/request\n\nContent-Type: command/reply\nReply-Text: +OK accepted\n\n")
	c, err := esl.NewInbound(patience(t), ours, esl.Login{Password: "ClueCon"}, esl.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		theirs.Close()
	})
	p.expect("auth ClueCon")
	return c, p
}

// patience is a context that ends only when something is wrong.
func patience(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func start(t testing.TB, c *esl.Conn, cmds ...esl.Command) []*esl.Pending {
	t.Helper()
	sent, err := c.Start(cmds...)
	if err != nil {
		t.Fatal(err)
	}
	return sent
}

func await(t testing.TB, p *esl.Pending) *esl.Reply {
	t.Helper()
	r, err := p.Wait(patience(t))
	if err != nil {
		t.Fatalf("no reply: %v", err)
	}
	return r
}

// wantReply waits for a reply with that text.
func wantReply(t testing.TB, p *esl.Pending, want string) {
	t.Helper()
	if r := await(t, p); r.Text != want {
		t.Fatalf("reply %q, want %q", r.Text, want)
	}
}

// wantEnd waits for the end of a connection and returns it.
func wantEnd(t testing.TB, c *esl.Conn, want esl.EndReason) *esl.End {
	t.Helper()
	for {
		_, err := c.Recv(patience(t))
		if err == nil {
			continue
		}
		end := c.End()
		if end == nil || end.Reason != want {
			t.Fatalf("Recv: %v, want the end with reason %v", err, want)
		}
		if err != error(end) {
			t.Fatalf("Recv: %v, want %v", err, end)
		}
		return end
	}
}

// received takes the events that wait in a connection: their names, each with the value of one header.
func received(c *esl.Conn, header string) []string {
	var all []string
	for m, ok := c.TryRecv(); ok; m, ok = c.TryRecv() {
		if m.Event != nil {
			all = append(all, strings.TrimSpace(m.Event.Name()+" "+m.Event.Get(header)))
		}
	}
	return all
}
