package scripttest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"time"

	"eslua/engine"
	"eslua/esl/esltest"
	"eslua/luabind"
)

// kind is what an entry of the record is about, one bit each.
type kind uint8

const (
	heardKind kind = 1 << iota // a sound on a leg
	appKind                    // an application that begins
	endKind                    // a leg hangs up, or a script begins or ends
	otherKind
)

// entry is something that happened in a test.
type entry struct {
	at   time.Duration // since the begin of the test
	kind kind
	leg  string // the uuid of the leg that it is about; "" for none
	app  string // of appKind
	arg  string // of appKind, or what was heard
	who  string // of the trace: test, switch, caller, script, eslua
	text string // of the trace; "": it is not shown
}

// Who takes part in a call, as the trace shows it.
const (
	theTest   = "test"
	theCaller = "caller"
	theSwitch = "switch"
	theScript = "script"
	theServer = "eslua"
)

// line is an entry as the trace shows it.
func (e *entry) line() string {
	return fmt.Sprintf("%8.2f  %-6s  %s", e.at.Round(10*time.Millisecond).Seconds(), e.who, e.text)
}

// note adds an entry to the record and wakes the test if it waits for one of that kind.
func (s *stage) note(e entry) {
	e.at = s.clock.Now().Sub(s.began)
	s.mu.Lock()
	s.record = append(s.record, e)
	wake := s.interest&e.kind != 0
	s.mu.Unlock()
	if wake {
		s.waiter.Wake()
	}
}

var transferred = regexp.MustCompile(`^Transfer (\S+) to \w+\[(.*)@(.*)\]$`)

// switchLog takes what happens on the legs out of the log of the switch.
func (s *stage) switchLog(l esltest.LogLine) {
	on := func(name string) string {
		if s.placedLeg(l.Channel) != nil {
			return ""
		}
		return name + ": "
	}
	if name, app, arg, ok := l.Executes(); ok {
		e := entry{kind: appKind, leg: l.Channel, app: app, arg: arg, who: theSwitch, text: on(name) + strings.TrimSpace(app+" "+arg)}
		switch app {
		case "playback", "speak", "say", "phrase", "park", "socket": // what is heard is told by itself
			e.text = ""
		}
		s.note(e)
	} else if name, cause, ok := l.HangsUp(); ok {
		if c := s.placedLeg(l.Channel); c != nil {
			s.mu.Lock()
			c.cause, c.ended = cause, s.clock.Now()
			s.mu.Unlock()
		}
		s.note(entry{kind: endKind, leg: l.Channel, who: theSwitch, text: "hangs up " + name + ": " + cause})
	} else if m := transferred.FindStringSubmatch(l.Text); m != nil {
		if c := s.placedLeg(l.Channel); c != nil {
			s.mu.Lock()
			c.transferredTo = m[2]
			s.mu.Unlock()
		}
		s.note(entry{kind: otherKind, leg: l.Channel, who: theSwitch, text: on(m[1]) + "transfers to " + m[2]})
	}
}

// heard takes what sounds on a leg.
func (s *stage) heard(leg string, h esltest.Heard) {
	if strings.HasPrefix(h.What, "tone_stream://") || strings.HasPrefix(h.What, "silence_stream://") {
		s.note(entry{kind: otherKind, leg: leg})
		return
	}
	e := entry{kind: heardKind, leg: leg, arg: strings.TrimPrefix(h.What, "/"), who: theCaller, text: "hears " + strings.TrimPrefix(h.What, "/")}
	if s.placedLeg(leg) == nil {
		e.who, e.text = theSwitch, "another leg hears "+e.arg
	}
	s.note(e)
}

// engineLog takes what scripts say, and how they end, out of the log of the engine.
type engineLog struct {
	stage  *stage
	call   string
	script string
}

func (h engineLog) Enabled(context.Context, slog.Level) bool { return true }
func (h engineLog) WithGroup(string) slog.Handler            { return h }

func (h engineLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	for _, a := range attrs {
		switch a.Key {
		case "call":
			h.call = a.Value.String()
		case "script":
			h.script = a.Value.String()
		}
	}
	return h
}

func (h engineLog) Handle(_ context.Context, r slog.Record) error {
	s := h.stage
	e := entry{kind: otherKind, leg: h.call, who: theServer, text: strings.TrimRight(r.Message, "\n")}
	own, overran := "", false
	var attrs, failure string
	r.Attrs(func(a slog.Attr) bool {
		switch a.Key {
		case "source":
			e.who = theScript
		case "stack", "script": // which script it is has been told
		case "err":
			err, ok := a.Value.Any().(error)
			overran = ok && errors.Is(err, luabind.ErrAfterHangup)
			failure = fmt.Sprintf(": %v", a.Value)
		default:
			if a.Key == "hook_not_run" {
				own = a.Value.String()
			}
			attrs += fmt.Sprintf(" %s=%v", a.Key, a.Value)
		}
		return true
	})
	c := s.placedLeg(h.call)
	switch {
	case e.who == theScript:
		if r.Level != slog.LevelInfo {
			e.text = engine.LevelName(r.Level) + " " + e.text
		}
	case r.Message == "call started" || r.Message == "call ended":
		e.kind = endKind
		if c != nil {
			s.mu.Lock()
			c.running = r.Message == "call started"
			c.seen = true
			c.hookLeft = own
			s.mu.Unlock()
		}
		e.text = map[string]string{"call started": "runs ", "call ended": "has run "}[r.Message] + h.script
	default:
		e.text += attrs + failure
	}
	if c != nil && r.Level == slog.LevelError && (e.who == theServer || strings.Contains(r.Message, "\nstack traceback:")) {
		text := strings.TrimPrefix(e.text, "ERROR ")
		if failure != "" {
			text = strings.TrimPrefix(failure, ": ")
		}
		s.mu.Lock()
		c.overran = c.overran || overran
		c.errors = append(c.errors, s.run.relative(text))
		s.mu.Unlock()
	}
	e.text = s.run.relative(e.text)
	s.note(e)
	return nil
}
