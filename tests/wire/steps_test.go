package wire

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"time"

	"eslua/internal/clock"
)

// steps does what the recording program did (wire/README.md, scenarios.json).
func (r *replay) steps(l *lab, steps []step, waitFor func(name string)) error {
	for _, s := range steps {
		if err := r.step(l, s, waitFor); err != nil {
			return fmt.Errorf("step %s: %w", s, err)
		}
	}
	return nil
}

func (s step) String() string {
	b, _ := json.Marshal(s)
	return string(b)
}

func (r *replay) step(l *lab, s step, waitFor func(name string)) error {
	switch s.word() {
	case "cmd":
		if err := r.write(int(s.number(1, 0))); err != nil {
			return err
		}
		r.await(s.seconds(2, 5), isReply)
	case "send":
		if err := r.write(int(s.number(1, 0))); err != nil {
			return err
		}
		r.think()
	case "reply":
		r.await(s.seconds(1, 5), isReply)
	case "event":
		var headers map[string]string
		json.Unmarshal(s[2], &headers)
		name := s.text(1)
		r.await(s.seconds(3, 5), func(m message) bool {
			if m.event == nil || m.event.Name() != name {
				return false
			}
			for h, v := range headers {
				if m.event.Get(h) != v {
					return false
				}
			}
			return true
		})
	case "sleep":
		r.sleep(s.seconds(1, 0))
	case "wait_close":
		until := r.clock.Now().Add(s.seconds(1, 2))
		for !r.isClosed() && r.waiter.Wait(context.Background(), until) != clock.Expired {
		}
	case "close":
		r.conn.Close()
	case "half_close":
		r.conn.(interface{ CloseWrite() error }).CloseWrite()
	case "reset":
		// In memory a reset and a close are the same: what the switch does then does not depend on it.
		r.conn.Close()
	case "far":
		r.far(l, s)
	case "after":
		var steps []step
		if err := json.Unmarshal(s[2], &steps); err != nil {
			return err
		}
		wait := s.seconds(1, 0)
		r.group.Go(func() {
			r.sleep(wait)
			if err := r.steps(l, steps, waitFor); err != nil {
				r.find("after: %v", err)
			}
		})
	case "api":
		l.sw.API(r.translate(s.text(1)))
	case "query":
		r.query(l, s)
	case "other":
		return r.talkElsewhere(l, s.text(1))
	case "switch":
		l.sw.Shutdown()
	case "udp":
		return nil // esltest sends them, and TestUnicastSendsFrames beside it looks
	case "wait_for":
		waitFor(s.text(1))
	default:
		return fmt.Errorf("unknown step %q", s.word())
	}
	return nil
}

func (r *replay) isClosed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.closed
}

func (r *replay) find(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.findings = append(r.findings, fmt.Sprintf(format, args...))
}

// far is what the far end did; in the recordings the leg of the far end was told to by a command.
func (r *replay) far(l *lab, s step) {
	far := r.call.FarUUID()
	switch word := s.text(1); {
	case word == "dtmf" && far == "":
		r.call.Press(s.text(2))
	case word == "dtmf":
		l.sw.API("uuid_send_dtmf " + far + " " + s.text(2))
	case word == "hangup" && far == "":
		r.call.Hangup(s.text(2))
	case word == "hangup":
		l.sw.API(strings.TrimRight("uuid_kill "+far+" "+s.text(2), " "))
	}
}

// query asks the switch from outside and compares with what was seen.
func (r *replay) query(l *lab, s step) {
	command := strings.ReplaceAll(s.text(1), "<uuid>", r.call.UUID())
	out := l.sw.API(command)
	var want string
	if json.Unmarshal(s[3], &want) == nil {
		if got := strings.TrimSpace(out); got != want {
			r.find("%s: %q, want %q", command, got, want)
		}
		return
	}
	var fields map[string]string
	json.Unmarshal(s[3], &fields)
	for name, value := range fields {
		if !strings.Contains(out, name+": "+value+"\n") && !strings.Contains(out, `"`+name+`":"`+value+`"`) {
			r.find("%s: no %s = %q in\n%s", command, name, value, out)
		}
	}
}

// talkElsewhere is another connection that is logged in.
func (r *replay) talkElsewhere(l *lab, what string) error {
	switch what {
	case "open":
		if r.onOther != nil {
			return r.onOther()
		}
		c, err := l.inbound.Dial(context.Background(), "")
		if err != nil {
			return err
		}
		r.other = l.clock.Conn(c)
		other := r.other
		r.group.Go(func() { drain(other) })
		_, err = r.other.Write([]byte("auth ClueCon\n\n"))
		r.sleep(time.Millisecond)
		return err
	case "close":
		return r.other.Close()
	}
	_, err := r.other.Write([]byte(what))
	r.sleep(time.Millisecond)
	return err
}

func drain(c net.Conn) {
	buf := make([]byte, 4096)
	for {
		if _, err := c.Read(buf); err != nil {
			return
		}
	}
}
