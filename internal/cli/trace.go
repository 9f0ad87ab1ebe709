package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"time"

	"eslua/engine"
	"eslua/engine/admin"
	"eslua/esl"
	"eslua/esl/esltest"
	"eslua/internal/clock"
)

// trace prints a simulated call as it happens: when, who, what.
type trace struct {
	out    io.Writer
	colour bool
	clock  clock.Clock
	began  time.Time
	wire   bool   // show what goes over the connection, too
	leg    string // the name of the channel that the script works for, once it is known

	mu     sync.Mutex
	failed bool // something of the level of an error was said
}

// who takes part in a call.
const (
	theCaller = "caller"
	theSwitch = "switch"
	theScript = "script"
	theServer = "eslua"
	theWire   = "wire"
)

var colours = map[string]string{theCaller: "\x1b[32m", theSwitch: "\x1b[34m", theScript: "\x1b[33m", theServer: "\x1b[90m", theWire: "\x1b[90m"}

func (t *trace) line(who, what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := t.clock.Now().Sub(t.began).Round(10 * time.Millisecond).Seconds()
	for _, what := range strings.Split(strings.TrimRight(what, "\n"), "\n") {
		if t.colour {
			fmt.Fprintf(t.out, "%8.2f  %s%-7s\x1b[0m %s\r\n", at, colours[who], who, what)
		} else {
			fmt.Fprintf(t.out, "%8.2f  %-7s %s\n", at, who, what)
		}
	}
}

// fromSwitch prints what matters of the switch's log.
func (t *trace) fromSwitch(l esltest.LogLine) {
	if name, app, arg, ok := l.Executes(); ok {
		switch app {
		case "playback", "speak", "say", "phrase":
			t.line(theCaller, strings.TrimSpace("hears "+map[string]string{"playback": ""}[app]+arg))
		case "park":
		default:
			if app == "socket" && t.leg == "" {
				t.leg = name
			}
			what := strings.TrimSpace(app + " " + arg)
			if name != t.leg {
				what = name + ": " + what
			}
			t.line(theSwitch, what)
		}
	} else if name, cause, ok := l.HangsUp(); ok {
		t.line(theSwitch, "hangs up "+name+": "+cause)
	}
}

// tap shows what goes over the connection of the call, if it is to be shown.
func (t *trace) tap() func(esl.Traffic) {
	if !t.wire {
		return nil
	}
	return func(x esl.Traffic) {
		for _, line := range admin.Describe(x) {
			t.line(theWire, line)
		}
	}
}

// handler gives the log of the engine to the trace.
func (t *trace) handler() slog.Handler { return traceHandler{t, nil} }

type traceHandler struct {
	trace *trace
	attrs []slog.Attr
}

func (h traceHandler) Enabled(context.Context, slog.Level) bool { return true }

func (h traceHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return traceHandler{h.trace, append(h.attrs[:len(h.attrs):len(h.attrs)], attrs...)}
}

func (h traceHandler) WithGroup(string) slog.Handler { return h }

func (h traceHandler) Handle(_ context.Context, r slog.Record) error {
	who, text, failure := theServer, r.Message, ""
	r.Attrs(func(a slog.Attr) bool {
		switch a.Key {
		case "source":
			who = theScript
		case "err":
			failure = fmt.Sprintf(": %v", a.Value)
		default:
			text += fmt.Sprintf(" %s=%v", a.Key, a.Value)
		}
		return true
	})
	text += failure
	if r.Level >= slog.LevelError && r.Level < engine.LevelConsole {
		h.trace.mu.Lock()
		h.trace.failed = true
		h.trace.mu.Unlock()
	}
	if r.Level != slog.LevelInfo && who == theScript {
		text = engine.LevelName(r.Level) + " " + text
	}
	h.trace.line(who, text)
	return nil
}
