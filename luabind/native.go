package luabind

import (
	"errors"
	"slices"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"eslua/esl"
	"eslua/esl/channel"
	"eslua/luabind/vm"
)

// The native methods answer with a value, or with nil and a reason.

func (c *call) reason(why string, more ...lua.LValue) int {
	c.l.Push(lua.LNil)
	c.l.Push(lua.LString(why))
	for _, v := range more {
		c.l.Push(v)
	}
	return 2 + len(more)
}

// gone is the answer without a call.
func gone(c *call) int { return c.reason("hangup") }

// because answers for an error.
func (c *call) because(err error) int {
	switch {
	case errors.Is(err, channel.ErrHangup), errors.Is(err, channel.ErrTransferred):
		return c.reason("hangup")
	case errors.Is(err, channel.ErrTimeout):
		return c.reason("timeout")
	}
	return c.reason("error: " + err.Error())
}

// seconds is argument i as a time, and whether it was given.
func (c *call) seconds(i int) (time.Duration, bool) {
	n, ok := vm.Number(c.l.Get(c.self + i))
	return time.Duration(n * float64(time.Second)), ok
}

func (x *session) playback(c *call) int {
	terminators, from := "", 0
	if options, ok := c.l.Get(3).(*lua.LTable); ok {
		options.ForEach(func(k, v lua.LValue) {
			switch k.String() {
			case "terminators":
				terminators = lua.LVAsString(v)
			case "start":
				n, _ := vm.Number(v)
				from = int(n * sampleRate)
			default:
				c.raise("playback: unknown option %s", k)
			}
		})
	}
	var key byte
	var kept []channel.Digit
	in := channel.Input{}
	if terminators != "" {
		in.Digit = func(d channel.Digit) bool {
			if strings.IndexByte(terminators, d.Key) < 0 {
				kept = append(kept, d)
				return false
			}
			key = d.Key
			return true
		}
	}
	p, err := x.leg.Play(x.ctx(), c.text(1), from, in)
	x.leg.PutBack(kept)
	switch {
	case err != nil:
		return c.because(err)
	case p == channel.Played:
		return c.truth(true)
	case p == channel.FileNotFound:
		return c.reason("not_found")
	case p == channel.PlaybackStopped && key != 0:
		return c.reason("break", lua.LString(key))
	case p == channel.PlaybackStopped:
		return c.reason("break")
	}
	return c.reason("error: the file could not be played")
}

// sampleRate is that of positions in files (modlua-api.md 1.3).
const sampleRate = 8000

// filter makes of argument i what tells whether an event is meant: a name, a list of names, or a table of headers.
func (c *call) filter(i int) func(*esl.Event) bool {
	switch v := c.l.Get(c.self + i).(type) {
	case *lua.LNilType:
		return func(*esl.Event) bool { return true }
	case lua.LString:
		return named(string(v))
	case *lua.LTable:
		var names []func(*esl.Event) bool
		headers := make(map[string]string)
		v.ForEach(func(k, v lua.LValue) {
			if _, ok := k.(lua.LNumber); ok {
				names = append(names, named(lua.LVAsString(v)))
			} else {
				headers[lua.LVAsString(k)] = lua.LVAsString(v)
			}
		})
		return func(ev *esl.Event) bool {
			for name, value := range headers {
				if ev.Get(name) != value {
					return false
				}
			}
			return len(names) == 0 || slices.ContainsFunc(names, func(f func(*esl.Event) bool) bool { return f(ev) })
		}
	}
	c.raise("%s: the filter must be a name, a list of names or a table of headers, not a %s", c.row.Name, c.l.Get(c.self+i).Type())
	return nil
}

// named matches events by name, or by name and subclass as in CUSTOM my::event.
func named(s string) func(*esl.Event) bool {
	name, subclass, _ := strings.Cut(s, " ")
	return func(ev *esl.Event) bool {
		return strings.EqualFold(ev.Name(), name) && (subclass == "" || ev.Subclass() == subclass)
	}
}

// waitEvent is wait_event(filter, timeout); the filter may be left out in front of a time.
func (x *session) waitEvent(c *call) int {
	x.leg.Call().KeepEvents(keptEvents)
	match, timeout := func(*esl.Event) bool { return true }, 2
	if _, ok := c.l.Get(2).(lua.LNumber); ok && c.l.GetTop() == 2 {
		timeout = 1
	} else {
		match = c.filter(1)
	}
	var until time.Time
	if d, ok := c.seconds(timeout); ok {
		until = c.script.Clock.Now().Add(d)
	}
	ev, err := x.leg.Call().WaitEvent(x.ctx(), until, match)
	if err != nil {
		return c.because(err)
	}
	c.l.Push(c.script.newEvent(ev))
	return 1
}

// keptEvents is how many events are kept for wait_event.
const keptEvents = 256

// handler is a function of the script that is called for events.
type handler struct {
	id     int
	listen *channel.Listener
}

// maxHandlers is how many functions a script may have called for events at the same time.
const maxHandlers = 1000

func (x *session) on(c *call) int {
	s, match, f := c.script, c.filter(1), c.l.Get(3)
	if len(s.handlers) == maxHandlers {
		c.raise("on: more than %d handlers", maxHandlers)
	}
	x.leg.Call().KeepEvents(keptEvents)
	s.lastID++
	s.handlers = append(s.handlers, &handler{s.lastID, x.leg.Call().Listen(func(ev *esl.Event) {
		if match(ev) {
			s.callback("event handler", f, s.newEvent(ev))
		}
	})})
	return c.number(s.lastID)
}

func off(c *call) int {
	s, id := c.script, c.int(1)
	i := slices.IndexFunc(s.handlers, func(h *handler) bool { return h.id == id })
	if i >= 0 {
		s.handlers[i].listen.Stop()
		s.handlers = slices.Delete(s.handlers, i, i+1)
	}
	return c.truth(i >= 0)
}
