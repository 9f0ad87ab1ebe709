package luabind

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"eslua/esl"
	"eslua/luabind/vm"
)

func itoa(n int) string { return strconv.Itoa(n) }

// eslConnection is an ESLconnection in the hands of the script.
type eslConnection struct {
	of     *class
	script *Script
	link   eslLink // nil: never connected, or disconnected
	fd     int
	info   *esl.Event     // the reply to connect; nil: there is none
	sent   []*esl.Pending // by send, whose replies have not been received
	ready  []*eslEvent    // replies to what was sent that were there at once
	async  bool
	lock   bool
	lost   uint64 // replies that were not received in time
	warned bool   // that messages were lost
}

func (x *eslConnection) class() *class { return x.of }

// firstDescriptor is the number of a script's first connection: those below are the standard files.
const firstDescriptor = 3

// newESLConnection is ESL.ESLconnection.
func newESLConnection(c *call) int {
	s, n := c.script, c.l.GetTop()
	x := &eslConnection{of: s.lib.eslConnection, script: s}
	if n == 1 {
		if _, ok := vm.Number(c.l.Get(1)); !ok {
			c.refuseOverload()
		}
		x.attach(c.int(1))
	} else {
		if n == 2 {
			c.refuseOverload()
		}
		login := esl.Login{Password: c.text(n)}
		if n == 4 {
			login.User = c.text(3)
		}
		x.connect(c.text(1), c.int(2), login)
	}
	c.l.Push(x.of.object(x))
	return 1
}

// attach takes the connection of the call, whatever the number is.
func (x *eslConnection) attach(fd int) {
	s := x.script
	if s.Call == nil {
		s.write(esl.LogErr, fmt.Sprintf("ESLconnection(%d): the script runs without a call", fd), false)
		return
	}
	switch {
	case s.callLink == nil:
		s.callLink = newCallLink(s)
	case s.callLink.feed.Over():
		s.callLink.close()
		s.callLink = newCallLink(s)
	}
	x.link, x.fd, x.info = s.callLink, fd, s.Call.Hello()
}

// connect makes a connection of its own. That it fails is told by connected and in the log.
func (x *eslConnection) connect(host string, port int, login esl.Login) {
	s := x.script
	err := errNoESL
	if s.ESL != nil {
		s.state.Waiting()
		var conn *esl.Conn
		conn, err = s.ESL(s.ctx, host, port, login)
		s.state.Resumed()
		if err == nil {
			link := newSocketLink(s, conn)
			if s.state.Hold(link) {
				x.link, x.fd = link, firstDescriptor+s.descriptors
				s.descriptors++
				return
			}
			link.Close()
			err = errManyESL
		}
	}
	s.write(esl.LogErr, fmt.Sprintf("ESLconnection to %s port %d: %v", host, port, err), false)
}

var (
	errNoESL   = errors.New("no connections are allowed (esl_allow)")
	errManyESL = errors.New("the script holds too many connections, which it should disconnect")
)

// disconnect ends the connection: what was sent and has not been answered is forgotten.
func (x *eslConnection) disconnect() {
	if x.link != nil {
		x.link.close()
		x.link, x.sent, x.ready = nil, nil, nil
	}
}

// parsed makes a command of lines that a script gave the parts of: none may become two.
func parsed(lines ...string) (esl.Command, error) {
	for _, line := range lines {
		if strings.ContainsAny(line, "\r\n") {
			return esl.Command{}, fmt.Errorf("%w: %q", esl.ErrUnsafe, line)
		}
	}
	cmds, err := esl.ParseCommands(strings.Join(lines, "\n"))
	if err != nil {
		return esl.Command{}, err
	}
	return cmds[0], nil
}

// ask sends a command and waits for its reply; nil when the connection ends before it.
func (x *eslConnection) ask(cmd esl.Command, err error) *eslEvent {
	s := x.script
	if x.link == nil {
		return nil
	}
	var reply *eslEvent
	var pending *esl.Pending
	if err == nil {
		s.eslSends(cmd)
		reply, pending, err = x.link.start(cmd)
	}
	if err == nil && pending != nil {
		reply, err = x.reply(pending)
	}
	if err != nil {
		return x.refused(err)
	}
	s.eslReceives("RECV MESSAGE", reply)
	return reply
}

// reply waits for the reply to a command.
func (x *eslConnection) reply(p *esl.Pending) (*eslEvent, error) {
	err := x.link.wait(time.Time{}, func() bool {
		x.script.notice()
		_, _, done := p.Poll()
		return done
	})
	r, failure, done := p.Poll()
	switch {
	case done && failure == nil:
		return replyEvent(r), nil
	case failure != nil:
		return nil, failure
	case err != nil:
		return nil, err
	}
	return nil, esl.ErrClosed
}

func replyEvent(r *esl.Reply) *eslEvent { return socketData(r.Frame.Head(), r.Frame.Body) }

// refused answers for a command that could not be sent: as the switch answers one that it does not take, and nil when the
// connection has ended.
func (x *eslConnection) refused(err error) *eslEvent {
	s := x.script
	switch {
	case errors.Is(err, esl.ErrNotAllowed):
		s.write(esl.LogErr, err.Error(), false)
		return commandReply("-ERR command not found")
	case errors.Is(err, esl.ErrUnsafe), errors.Is(err, esl.ErrSyntax), errors.Is(err, esl.ErrTooLarge), errors.Is(err, esl.ErrUnload):
		s.write(esl.LogErr, err.Error(), false)
		return commandReply("-ERR " + strings.Map(oneLine, err.Error()))
	}
	return nil
}

// oneLine keeps line ends out of a text.
func oneLine(r rune) rune {
	if r == '\r' || r == '\n' {
		return ' '
	}
	return r
}

// send sends commands whose replies are received as messages are.
func (x *eslConnection) send(text string) bool {
	s := x.script
	if x.link == nil || x.link.over() {
		return false
	}
	cmds, err := esl.ParseCommands(text)
	for _, cmd := range cmds {
		s.eslSends(cmd)
		var reply *eslEvent
		var pending *esl.Pending
		if reply, pending, err = x.link.start(cmd); err != nil {
			break
		}
		if pending != nil {
			x.sent = append(x.sent, pending)
		} else {
			x.ready = append(x.ready, reply)
		}
		x.bound()
	}
	if err == nil {
		return true
	}
	if reply := x.refused(err); reply != nil {
		x.ready = append(x.ready, reply)
		x.bound()
		return true
	}
	return false
}

// bound drops the oldest replies beyond the limit.
func (x *eslConnection) bound() {
	if len(x.sent) > eslQueue {
		x.sent, x.lost = x.sent[1:], x.lost+1
	}
	if len(x.ready) > eslQueue {
		x.ready, x.lost = x.ready[1:], x.lost+1
	}
}

// take takes the oldest reply or message that is there.
func (x *eslConnection) take() *eslEvent {
	if len(x.sent) > 0 {
		if r, err, done := x.sent[0].Poll(); done {
			x.sent = x.sent[1:]
			if err == nil {
				return replyEvent(r)
			}
		}
	}
	if len(x.ready) > 0 {
		ev := x.ready[0]
		x.ready = x.ready[1:]
		return ev
	}
	return x.link.next()
}

// receive waits for a message. It is nil after the time, and when the connection has ended.
func (x *eslConnection) receive(until time.Time) *eslEvent {
	if x.link == nil {
		return nil
	}
	s := x.script
	var ev *eslEvent
	x.link.wait(until, func() bool { // why it ended early is seen by what is there
		s.notice()
		if ev == nil {
			ev = x.take()
		}
		return ev != nil
	})
	if n := x.link.dropped() + x.lost; n > 0 && !x.warned {
		x.warned = true
		s.write(esl.LogWarning, fmt.Sprintf("ESLconnection: %d messages were dropped because the script did not receive them in time", n), false)
	}
	if ev == nil {
		return nil
	}
	s.eslReceives("RECV EVENT", ev)
	return ev
}

// connected tells whether the connection is there, or messages of it are left.
func (x *eslConnection) connected() bool {
	if x.link == nil {
		return false
	}
	if !x.link.over() {
		return true
	}
	if ev := x.take(); ev != nil {
		x.ready = append([]*eslEvent{ev}, x.ready...)
		return true
	}
	return false
}

// execute sends an application to a channel, "" being that of the connection. It does not wait for its end.
func (x *eslConnection) execute(c *call, async bool) int {
	cmd := esl.Execute{Channel: c.text(3), App: c.text(1), Arg: c.text(2), Lock: x.lock, Async: async}.Command()
	return c.pushESLEvent(x.ask(cmd, nil))
}

// serverDisconnected is what the library gives for the end of the connection.
func serverDisconnected() *eslEvent { return newESLEvent("SERVER_DISCONNECTED", "", true) }

func (c *call) eslConnection() *eslConnection {
	x, _ := object[*eslConnection](c.l.Get(1))
	return x
}

// eslTrue reads a word as a truth, as the library does.
func eslTrue(s string) bool {
	switch strings.ToLower(s) {
	case "yes", "on", "true", "enabled", "active", "allow":
		return true
	}
	digits := strings.TrimLeft(strings.TrimSpace(s), "+-0")
	return digits != "" && digits[0] >= '1' && digits[0] <= '9'
}

// setFlag sets a flag, unless the argument is nil, and gives what it is.
func (c *call) setFlag(flag *bool) int {
	if c.given(1) {
		*flag = eslTrue(c.text(1))
	}
	return c.number(oneIf(*flag))
}

// eslConnectionMethods are what the rows of api.ESLConnectionClass say.
var eslConnectionMethods = map[string]method{
	"socketDescriptor": func(c *call) int {
		x := c.eslConnection()
		if !x.connected() {
			return c.number(-1)
		}
		return c.number(x.fd)
	},
	"connected": func(c *call) int { return c.number(oneIf(c.eslConnection().connected())) },
	"getInfo": func(c *call) int {
		x := c.eslConnection()
		if x.info == nil || !x.connected() {
			return c.pushESLEvent(nil)
		}
		return c.pushESLEvent(connectReply(x.info))
	},
	"send": func(c *call) int {
		if c.eslConnection().send(c.text(1)) {
			return c.number(0)
		}
		return c.number(1)
	},
	"sendRecv": func(c *call) int {
		cmds, err := esl.ParseCommands(c.text(1))
		if len(cmds) > 1 {
			err = fmt.Errorf("sendRecv: %w: %d commands, of which only one can have its reply", esl.ErrSyntax, len(cmds))
		}
		cmds = append(cmds, esl.Command{})
		return c.pushESLEvent(c.eslConnection().ask(cmds[0], err))
	},
	"api": func(c *call) int {
		if !c.given(1) {
			return c.pushESLEvent(nil)
		}
		return c.pushESLEvent(c.eslConnection().ask(parsed("api " + c.text(1) + " " + c.text(2))))
	},
	"bgapi": func(c *call) int {
		if !c.given(1) {
			return c.pushESLEvent(nil)
		}
		arg := c.text(2)
		if c.given(2) {
			arg = " " + arg
		}
		lines := []string{"bgapi " + c.text(1) + arg}
		if c.given(3) {
			lines = append(lines, "Job-UUID: "+c.text(3))
		}
		return c.pushESLEvent(c.eslConnection().ask(parsed(lines...)))
	},
	"sendEvent": func(c *call) int {
		x := c.eslConnection()
		what, _ := object[*eslEventObject](c.l.Get(2))
		if what == nil || what.ev == nil {
			return c.pushESLEvent(serverDisconnected())
		}
		reply := x.ask(esl.SendEvent(what.ev.kind, what.ev.wire(), what.ev.body), nil)
		if reply == nil {
			reply = serverDisconnected()
		}
		return c.pushESLEvent(reply)
	},
	"sendMSG": func(c *call) int {
		x := c.eslConnection()
		what, _ := object[*eslEventObject](c.l.Get(2))
		if what == nil || what.ev == nil || x.ask(esl.SendMsg(c.text(2), what.ev.wire(), what.ev.body), nil) == nil {
			return c.number(1)
		}
		return c.number(0)
	},
	"recvEvent": func(c *call) int {
		ev := c.eslConnection().receive(time.Time{})
		if ev == nil {
			ev = serverDisconnected()
		}
		return c.pushESLEvent(ev)
	},
	"recvEventTimed": func(c *call) int {
		x, ms := c.eslConnection(), c.int(1)
		if ms == 0 { // the library waits without end then
			return c.pushESLEvent(x.receive(time.Time{}))
		}
		return c.pushESLEvent(x.receive(x.script.Clock.Now().Add(time.Duration(uint32(ms)) * time.Millisecond)))
	},
	"filter": func(c *call) int {
		return c.pushESLEvent(c.eslConnection().ask(parsed("filter " + c.text(1) + " " + c.text(2))))
	},
	"events": func(c *call) int {
		format := "plain"
		if kind := c.text(1); kind == "xml" || kind == "json" {
			format = kind
		}
		return c.number(1 - oneIf(c.eslConnection().ask(parsed("event "+format+" "+c.text(2))) != nil))
	},
	"execute":         func(c *call) int { return c.eslConnection().execute(c, c.eslConnection().async) },
	"executeAsync":    func(c *call) int { return c.eslConnection().execute(c, true) },
	"setAsyncExecute": func(c *call) int { return c.setFlag(&c.eslConnection().async) },
	"setEventLock":    func(c *call) int { return c.setFlag(&c.eslConnection().lock) },
	"disconnect": func(c *call) int {
		c.eslConnection().disconnect()
		return c.number(0)
	},
}

// eslFunctions are what the rows of api.ESLModule say.
var eslFunctions = map[string]method{
	"eslSetLogLevel": func(c *call) int {
		c.script.eslLevel = esl.LogDebug
		if n := c.int(1); n >= 0 && n < int(esl.LogDebug) {
			c.script.eslLevel = esl.LogLevel(n)
		}
		c.script.eslLogs = true
		return 0
	},
}

// eslLog writes a line of the library's own log, if the script has asked for it.
func (s *Script) eslLog(level esl.LogLevel, text string) {
	if s.eslLogs && level <= s.eslLevel {
		s.write(level, strings.TrimRight(text, "\n"), false)
	}
}

// eslSends and eslReceives log what goes over a connection, but for passwords.
func (s *Script) eslSends(cmd esl.Command) {
	if name := cmd.Name(); name != "auth" && name != "userauth" {
		s.eslLog(esl.LogDebug, "SEND\n"+cmd.Line())
	}
}

func (s *Script) eslReceives(what string, ev *eslEvent) {
	if s.eslLogs && s.eslLevel == esl.LogDebug {
		s.eslLog(esl.LogDebug, what+"\n"+ev.text(false))
	}
}

// eslConstructors are what the rows of api.ESLConstructors say.
var eslConstructors = map[string]method{
	"ESLconnection": newESLConnection,
	"ESLevent":      newESLEventObject,
}

// loadESL makes the module ESL, which is also a global of that name.
func loadESL(l *lua.LState) int {
	s := vm.Host(l).(*Script)
	t := l.CreateTable(0, len(s.lib.esl)+len(s.lib.eslConstructors))
	for name, f := range s.lib.esl {
		t.RawSetString(name, f)
	}
	for name, meta := range s.lib.eslConstructors {
		k := l.CreateTable(0, 0)
		k.Metatable = meta
		t.RawSetString(name, k)
	}
	s.state.SetGlobal("ESL", t)
	l.Push(t)
	return 1
}
