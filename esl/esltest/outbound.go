package esltest

import (
	"context"
	"net"
	"strconv"
	"strings"
	"time"

	"eslua/esl"
)

// socketApp connects to one of the hosts in its argument and gives the channel to whoever is there: host[:port][/path],
// several with | between them, and the words async and full (event-socket.md 1.1).
func socketApp(ch *channel, t *thread, arg string) {
	a := esl.SplitArgs(arg, ' ')
	if len(a) == 0 {
		ch.logf(esl.LogErr, siteSocketFailed, "Parse Error!")
		return
	}
	l := ch.sw.newListener()
	l.outbound, l.authed = true, true
	for _, word := range a[1:] {
		switch {
		case strings.EqualFold(word, "full"):
			l.full = true
		case strings.EqualFold(word, "async"):
			l.async = true
		}
	}
	l.conn = ch.dialHosts(t, a[0])
	if l.conn == nil {
		ch.logf(esl.LogErr, siteSocketFailed, "Socket Error!")
		return
	}
	if ch.down() {
		l.conn.close()
		return
	}
	l.channel = ch
	ch.hold()
	ch.listener = l
	l.conn.arrived = l.wake
	if !l.async {
		l.run(t)
		return
	}
	// The listener gets a thread of its own; the channel's waits for connect, and parks.
	finished := false
	l.done = func() { finished = true; t.wake() }
	ch.sw.spawn(l.run)
	for ch.ready() && !finished && !l.connected {
		t.sleep(condTime)
	}
	ch.park(t)
	ch.parseEvents(t)
	if ch.up() && !ch.transferred && ch.state == csReset && (l.resume || esl.IsTrue(ch.own("socket_resume"))) {
		ch.state = csExecute
	}
}

// dialHosts tries the hosts one after the other. A port that one entry does not name is that of the entry before.
func (ch *channel) dialHosts(t *thread, hosts string) *wire {
	port := 8084
	for _, host := range strings.Split(hosts, "|") {
		if host == "" {
			ch.logf(esl.LogErr, siteTryingHost, "Missing Host!")
			continue
		}
		ch.logf(esl.LogNotice, siteTryingHost, "Trying host: %s", host)
		name, rest := host, host
		if i := strings.LastIndexByte(host, ':'); i >= 0 {
			name, rest = host[:i], host[i+1:]
			port = atoi(rest)
		}
		if _, path, ok := strings.Cut(rest, "/"); ok {
			ch.set("socket_path", path)
			name, _, _ = strings.Cut(name, "/")
		}
		ch.set("socket_host", name)
		w, err := ch.sw.dialOut(t, net.JoinHostPort(name, strconv.Itoa(port)))
		if err == nil {
			return w
		}
		ch.logf(esl.LogErr, siteSocketRefused, "Socket Error: %v", err)
	}
	return nil
}

// dialOut connects in a goroutine of its own while the thread waits. The connection is read from the start: what the other
// side writes at once would hold the clock, and with it this thread.
func (sw *Switch) dialOut(t *thread, address string) (*wire, error) {
	dial := func(ctx context.Context, address string) (net.Conn, error) {
		return sw.clock.Dial(ctx, "tcp", address)
	}
	if d := sw.options.Dial; d != nil {
		dial = func(ctx context.Context, address string) (net.Conn, error) {
			c, err := d(ctx, address)
			if err != nil {
				return nil, err
			}
			return sw.clock.Conn(c), nil
		}
	}
	var w *wire
	var err error
	done := false
	sw.group.Go(func() {
		c, e := dial(sw.ctx, address)
		if !sw.post(func() {
			if e == nil {
				w = sw.newWire(c, func() {})
			}
			err, done = e, true
			t.wake()
		}) && e == nil {
			c.Close()
		}
	})
	for !done {
		t.wait(time.Time{})
	}
	return w, err
}
