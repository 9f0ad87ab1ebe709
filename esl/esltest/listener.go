package esltest

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"eslua/esl"
)

// pollTime is how long a connection's thread waits for commands before it looks for events again: 20 ms, and what a
// system call adds to it. Recordings show it in the time at which events come (wire/README.md).
const pollTime = 20*time.Millisecond + 100*time.Microsecond

// listener is one event socket connection: its thread reads commands and, when none is half read, sends what waits.
type listener struct {
	sw      *Switch
	conn    *wire
	thread  *thread
	channel *channel // that it controls
	done    func()   // called when it has ended

	commands int  // that have come
	mute     bool // by a fault: the command that is carried out is not answered

	outbound, async, full bool
	authed, connected     bool
	running               bool
	rights                *User // of userauth; nil: all

	listening  bool // for events
	all        bool
	types      map[string]bool
	subclasses map[string]bool
	format     esl.Format
	filters    []filter
	mine       bool // myevents: only those of the channel
	queue      []*esl.Event
	lost       int
	overflow   bool
	boundTo    []string // where the audience has it: under uuids, or among those that are free
	free       bool
	round      uint64 // of the last delivery in which it was asked

	logging  bool
	logLevel esl.LogLevel
	logs     []string

	linger, lingering bool
	lingerTime        int       // seconds, -1 for ever
	lingerUntil       time.Time // once lingering
	handled           bool      // the hang-up of the channel was noticed
	resume            bool
	jobs              int
	notice            string
}

func (sw *Switch) newListener() *listener {
	return &listener{
		sw: sw, running: true, format: esl.Plain, types: make(map[string]bool), subclasses: make(map[string]bool),
		notice: goodbye,
	}
}

const (
	goodbye      = "Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n"
	shutdown     = "The system is being shut down.\n"
	lostEvents   = "killed listener because of lost events\n"
	firstCommand = 25 // seconds to wait for it
)

// wake has the thread look: at once at what came from the socket, when it polls next at all else.
func (l *listener) wake() {
	if l.thread != nil {
		l.thread.wake()
	}
}

// run is the thread of a connection, from its greeting to its end.
func (l *listener) run(t *thread) {
	l.thread = t
	l.sw.listeners = append(l.sw.listeners, l)
	defer l.end(t)
	if l.outbound {
		// The first command is carried out, but gets no reply unless it writes one itself (event-socket.md 1.2).
		cmd := l.readCommand(t, firstCommand)
		if cmd == nil {
			l.channel.logf(esl.LogCrit, siteSocketError, "Socket Error!")
			return
		}
		l.command(t, cmd)
	} else {
		if l.sw.world.Denied {
			l.send("Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n")
			return
		}
		l.send("Content-Type: auth/request\n\n")
		// There is a time limit for the first command, whatever it is, and none from then on.
		cmd := l.readCommand(t, firstCommand)
		if cmd == nil {
			return
		}
		l.reply(l.command(t, cmd))
	}
	for l.running {
		cmd := l.readCommand(t, 0)
		if cmd == nil {
			return
		}
		l.reply(l.command(t, cmd))
	}
}

// end takes the connection down (event-socket.md 11).
func (l *listener) end(t *thread) {
	l.sw.listeners = without(l.sw.listeners, l)
	l.sw.loggers = without(l.sw.loggers, l)
	l.listening = false
	l.sw.audience.place(l)
	for l.jobs > 0 {
		t.wait(time.Time{}) // running bgapi jobs hold the connection
	}
	ch := l.channel
	if ch != nil && !ch.transferred && ch.state != csReset && ch.up() &&
		(l.resume || esl.IsTrue(ch.own("socket_resume"))) {
		ch.setState(csReset)
	}
	if l.notice != "" {
		head := "Content-Type: text/disconnect-notice\n"
		if l.outbound || ch != nil {
			head += "Controlled-Session-UUID: " + ch.uuid + "\nContent-Disposition: disconnect\n"
		}
		l.send(fmt.Sprintf("%sContent-Length: %d\n\n%s", head, len(l.notice), l.notice))
	}
	l.conn.close()
	if ch != nil {
		ch.controlled = false
		ch.listener = nil
		ch.release()
		ch.changed()
	}
	if l.done != nil {
		l.done()
	}
}

func (l *listener) send(text string) {
	if !l.mute {
		l.conn.write([]byte(text))
	}
}

// reply sends the reply to a command; one that begins with ~ is sent as it is, and none for an empty one.
func (l *listener) reply(text string) {
	switch {
	case text == "":
	case text[0] == '~':
		l.send(truncate("Content-Type: command/reply\n"+text[1:], 1023))
	default:
		l.send(truncate("Content-Type: command/reply\nReply-Text: "+truncate(text, 511)+"\n\n", 1023))
	}
}

// readCommand waits for the next command, sending what waits meanwhile. It returns nil at the end of the connection.
func (l *listener) readCommand(t *thread, seconds int) *esl.Event {
	var limit time.Time
	if seconds > 0 { // counted in whole seconds of the clock
		limit = time.Unix(l.sw.now.Unix()+int64(seconds), 0)
	}
	for {
		if len(l.conn.in) > 0 {
			l.conn.in = bytes.TrimLeft(l.conn.in, "\r\n")
			cmd, state := l.parse()
			switch state {
			case complete:
				return cmd
			case hopeless:
				return nil
			}
		}
		if l.conn.ended {
			return nil
		}
		if !limit.IsZero() && !l.sw.now.Before(limit) {
			l.running = false
			return nil
		}
		// Nothing is sent between the first byte of a command and its end.
		busy := len(l.conn.in) == 0 && !l.conn.full() && l.drain()
		if l.overflow || l.downNow() {
			return nil
		}
		if !busy {
			l.poll(t, limit)
		}
	}
}

// poll waits for bytes from the socket; whatever else there is is seen when a poll of the switch would have ended.
func (l *listener) poll(t *thread, limit time.Time) {
	began := l.sw.now
	had := len(l.conn.in)
	if l.lingering && l.lingerTime >= 0 {
		over := time.Unix(l.lingerUntil.Unix()+1, 0)
		if limit.IsZero() || over.Before(limit) {
			limit = over
		}
	}
	until, found := limit, false
	for len(l.conn.in) == had && !l.conn.ended && (until.IsZero() || l.sw.now.Before(until)) {
		if !found && l.pending() {
			until, found = l.sw.now.Add(pollTime-l.sw.now.Sub(began)%pollTime), true
		}
		t.wait(until)
	}
}

// pending tells whether there is something that the next poll will find.
func (l *listener) pending() bool {
	ch := l.channel
	return l.overflow || l.listening && len(l.queue) > 0 || l.logging && len(l.logs) > 0 ||
		ch != nil && (ch.divert && len(ch.events) > 0 || ch.down() && !l.handled)
}

// drain sends what waits: one log line, then all events.
func (l *listener) drain() bool {
	busy := false
	if l.logging && len(l.logs) > 0 {
		l.send(l.logs[0])
		l.logs = l.logs[1:]
		busy = true
	}
	if ch := l.channel; ch != nil && ch.divert && ch.up() {
		for _, ev := range ch.events {
			l.queue = append(l.queue, ev.Event)
		}
		ch.events = nil
	}
	if !l.listening {
		return busy
	}
	for _, ev := range l.queue {
		body := l.sw.scratch[:0]
		switch l.format {
		case esl.JSON:
			body = ev.AppendJSON(body)
		case esl.XML:
			body = ev.AppendXML(body)
		default:
			body = ev.AppendPlain(body)
		}
		l.sw.scratch = body
		var head [64]byte
		l.conn.write(fmt.Appendf(head[:0], "Content-Length: %d\nContent-Type: text/event-%s\n\n", len(body), l.format), body)
		busy = true
	}
	clear(l.queue)
	l.queue = l.queue[:0]
	return busy
}

// downNow looks whether the channel has gone, and tells whether that, or the end of linger, ends the connection.
func (l *listener) downNow() bool {
	if l.handled && l.lingering && l.lingerTime >= 0 && l.sw.now.Unix() > l.lingerUntil.Unix() {
		return true
	}
	if l.channel == nil || !l.channel.down() || l.handled {
		return false
	}
	l.handled = true
	if !l.linger {
		return true
	}
	l.lingering = true
	l.send(fmt.Sprintf("Content-Type: text/disconnect-notice\nControlled-Session-UUID: %s\n"+
		"Content-Disposition: linger\nChannel-Name: %s\nLinger-Time: %d\nContent-Length: 0\n\n",
		l.channel.uuid, l.channel.name, l.lingerTime))
	l.lingerUntil = l.sw.now.Add(time.Duration(l.lingerTime) * time.Second)
	return false
}

// The states of the bytes that have come.
const (
	partial = iota
	complete
	hopeless
)

const (
	maxBlock = 10485760
	maxBody  = 16 << 20
)

// parse takes one command off the bytes that have come, as read_packet does (event-socket.md 2.1).
func (l *listener) parse() (*esl.Event, int) {
	block, rest, ok := cutBlock(l.conn.in)
	if !ok {
		return nil, partial
	}
	cmd := &esl.Event{}
	cmd.Add("Command", string(block))
	length := 0
	for i, line := range splitLines(string(block)) {
		name, value, ok := strings.Cut(line, ":")
		if i == 0 || !ok {
			continue
		}
		value = strings.TrimLeft(value, " ")
		if value == "" {
			cmd.Del(name) // adding an empty header deletes it
		} else {
			cmd.Add(name, value)
		}
		if strings.EqualFold(name, "content-length") {
			if length = atoi(value); length < 0 || length > maxBody {
				l.sw.log(esl.LogWarning, siteConnect, logByID, "", fmt.Sprintf("Rejecting Content-Length '%s' (out of range)", value))
				return nil, hopeless
			}
		}
	}
	if len(rest) < length {
		return nil, partial
	}
	cmd.SetBody(string(cutNUL(rest[:length])))
	l.conn.in = rest[length:]
	return cmd, complete
}

// splitLines splits a block as the switch does: it looks for a carriage return anywhere before it looks for a line feed,
// so that lines between here and a stray one are lost.
func splitLines(block string) []string {
	var lines []string
	for block != "" {
		i := strings.IndexByte(block, '\r')
		if i < 0 {
			i = strings.IndexByte(block, '\n')
		}
		if i < 0 {
			return append(lines, block)
		}
		line := block[:i]
		if j := strings.IndexByte(line, '\n'); j >= 0 {
			line = line[:j]
		}
		lines = append(lines, line)
		block = strings.TrimLeft(block[i:], "\r\n")
	}
	return lines
}

// cutBlock cuts at the empty line; carriage returns do not count. What was sent is cut at a NUL like any string of C.
func cutBlock(b []byte) (block, rest []byte, ok bool) {
	feeds := 0
	for i, c := range b {
		switch c {
		case '\n':
			if feeds++; feeds == 2 {
				return cutNUL(b[:i+1]), b[i+1:], true
			}
		case '\r':
		default:
			feeds = 0
		}
		if i+1 >= maxBlock {
			return cutNUL(b[:i+1]), b[i+1:], true
		}
	}
	return nil, nil, false
}

func cutNUL(b []byte) []byte {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		return b[:i]
	}
	return b
}
