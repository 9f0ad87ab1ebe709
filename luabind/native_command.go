package luabind

import (
	"slices"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"eslua/esl"
	"eslua/esl/channel"
)

// names are the types of events that the arguments name, with their subclasses.
func (c *call) names() [][2]string {
	var out [][2]string
	for i := 1; i <= c.l.GetTop()-c.self; i++ {
		name, subclass, _ := strings.Cut(c.text(i), " ")
		out = append(out, [2]string{name, subclass})
	}
	return out
}

func (x *session) subscribe(c *call) int {
	s := c.script
	for _, n := range c.names() {
		name, ok := esl.EventName(n[0])
		if !ok {
			return c.reason("error: there is no event " + n[0])
		}
		key := [2]string{name, n[1]}
		if s.subscriptions[key] != nil {
			continue
		}
		x.leg.Call().KeepEvents(keptEvents)
		sub, err := x.leg.Call().SubscribeOwn(x.ctx(), name, n[1])
		if err != nil {
			return c.because(err)
		}
		if s.subscriptions == nil {
			s.subscriptions = make(map[[2]string]*channel.Subscription)
		}
		s.subscriptions[key] = sub
	}
	return c.truth(true)
}

func (x *session) unsubscribe(c *call) int {
	s := c.script
	for _, n := range c.names() {
		name, _ := esl.EventName(n[0])
		key := [2]string{name, n[1]}
		if s.subscriptions[key] == nil {
			return c.reason("not_found")
		}
		s.subscriptions[key].Close()
		delete(s.subscriptions, key)
	}
	return c.truth(true)
}

// address is how a message names the channel of the session: one to the call's own has no name in it.
func (x *session) address() string {
	if x.leg == x.leg.Call().Leg() {
		return ""
	}
	return x.leg.UUID()
}

// send sends a command, and answers for its reply.
func (x *session) send(c *call, cmd esl.Command) int {
	reply, err := x.leg.Call().Send(x.ctx(), cmd)
	if err == nil {
		err = reply.Err()
	}
	return c.did(err)
}

// filter is what the script has let pass with filter.
type filter struct {
	header, value string
	*channel.Subscription
}

func (x *session) addFilter(c *call) int {
	x.leg.Call().KeepEvents(keptEvents)
	sub, err := x.leg.Call().FilterOwn(x.ctx(), c.text(1), c.text(2))
	if err != nil {
		return c.because(err)
	}
	c.script.filters = append(c.script.filters, filter{c.text(1), c.text(2), sub})
	return c.truth(true)
}

func (x *session) filterDelete(c *call) int {
	s, header, value := c.script, c.text(1), c.text(2)
	before := len(s.filters)
	s.filters = slices.DeleteFunc(s.filters, func(f filter) bool {
		gone := strings.EqualFold(header, "all") || strings.EqualFold(f.header, header) && (value == "" || strings.EqualFold(f.value, value))
		if gone {
			f.Close()
		}
		return gone
	})
	if len(s.filters) == before {
		return c.reason("not_found")
	}
	return c.truth(true)
}

func (x *session) divertEvents(c *call) int { return c.did(x.leg.DivertEvents(c.bool(1))) }

// playing are applications that play and record, to which digits are of no use but to end them.
var playing = map[string]bool{
	"playback": true, "endless_playback": true, "loop_playback": true, "gentones": true, "say": true, "phrase": true, "speak": true,
	"record": true,
}

// exec executes an application; with async it gives the id of what was started. Whoever has something played beside the
// script wants to know of the digits that are pressed meanwhile.
func (x *session) exec(c *call) int {
	e := channel.Exec{App: c.text(1), Arg: c.text(2), GiveDigits: true}
	async := false
	c.options(3, map[string]func(v lua.LValue){
		"async": into(&async), "lock": into(&e.Lock), "loops": into(&e.Loops), "lead_frames": into(&e.LeadFrames),
	})
	if async {
		if playing[strings.ToLower(e.App)] {
			e.KeepDigits, e.GiveDigits = true, false
		}
		id, err := x.leg.Launch(e)
		if err != nil {
			return c.because(err)
		}
		return c.string(id)
	}
	ev, err := x.leg.Execute(x.ctx(), e)
	if err != nil {
		return c.because(err)
	}
	c.l.Push(c.script.newEvent(ev))
	return 1
}

// output answers for what an API command has put out.
func (c *call) output(text string, err error) int {
	if err != nil {
		return c.because(err)
	}
	for _, prefix := range []string{"-ERR ", "-USAGE: "} {
		if why, ok := strings.CutPrefix(text, prefix); ok {
			return c.reason("error: " + strings.TrimSpace(why))
		}
	}
	return c.string(text)
}

// wire is a connection to the switch of the leg that can do everything.
func (x *session) wire() (*channel.Call, error) {
	if w := x.leg.Call(); w.Mode().Full {
		return w, nil
	}
	return x.script.wire()
}

func (x *session) nativeAPI(c *call) int { return c.apiOver(x.wire()) }

func (x *session) bgAPI(c *call) int { return c.bgAPIOver(x.wire()) }

// apiOver runs the API command of the arguments over a connection, if it could be made.
func (c *call) apiOver(w *channel.Call, err error) int {
	if err != nil {
		return c.because(err)
	}
	text, err := w.API(c.script.ctx, c.text(1), c.text(2))
	return c.output(text, err)
}

// bgAPIOver starts it.
func (c *call) bgAPIOver(w *channel.Call, err error) int {
	if err != nil {
		return c.because(err)
	}
	j, err := w.BgAPI(c.script.ctx, c.text(1), c.text(2))
	if err != nil {
		return c.because(err)
	}
	c.l.Push(c.script.lib.job.object(&job{c.script, w, j}))
	return 1
}

// job is an API command in the hands of a script.
type job struct {
	script *Script
	wire   *channel.Call
	*channel.Job
}

func (x *job) class() *class { return x.script.lib.job }

func (c *call) job() *job {
	x, _ := object[*job](c.l.Get(1))
	return x
}

// jobMethods are what the rows of api.Job say.
var jobMethods = map[string]method{
	"wait": func(c *call) int {
		x := c.job()
		var until time.Time
		if d, ok := c.seconds(1); ok {
			until = c.script.Clock.Now().Add(d)
		}
		text, err := x.WaitUntil(x.script.ctx, until)
		return c.output(text, err)
	},
	"done": func(c *call) int {
		x := c.job()
		x.wire.Serve()
		return c.truth(x.Done())
	},
	"uuid":   func(c *call) int { return c.string(c.job().ID()) },
	"cancel": func(c *call) int { c.job().Cancel(); return 0 },
}

func (x *session) sendMsg(c *call) int {
	var headers []esl.Header
	c.l.Get(2).(*lua.LTable).ForEach(func(k, v lua.LValue) {
		headers = append(headers, esl.Header{Name: k.String(), Value: c.field(k, v)})
	})
	// The switch looks at call-command wherever it stands; an order of their own makes runs equal.
	slices.SortFunc(headers, func(a, b esl.Header) int { return strings.Compare(a.Name, b.Name) })
	return x.send(c, esl.SendMsg(x.address(), headers, c.text(2)))
}

func (x *session) nativeSendEvent(c *call) int {
	ev, _ := object[*event](c.l.Get(2))
	if ev == nil || ev.ev == nil {
		return c.reason("error: there is no event")
	}
	w, err := x.wire()
	if err == nil {
		_, err = w.FireEvent(x.ctx(), ev.kind, ev.ev)
	}
	return c.did(err)
}

// linger has nothing to do: the call's connection stays until the script has ended, or the script would not see the end.
func (x *session) linger(c *call) int { return c.truth(true) }

func (x *session) noLinger(c *call) int {
	return c.reason("error: the connection stays until the script has ended")
}

func (x *session) logLevel(c *call) int {
	x.leg.Call().KeepEvents(keptEvents)
	return x.send(c, esl.Log(parseLevel(c.text(1))))
}

func (x *session) unicast(c *call) int {
	u := esl.Unicast{Channel: x.address()}
	c.options(1, map[string]func(v lua.LValue){
		"local_ip": into(&u.LocalIP), "local_port": into(&u.LocalPort), "remote_ip": into(&u.RemoteIP), "remote_port": into(&u.RemotePort),
		"transport": into(&u.Transport), "flags": into(&u.Flags),
	})
	return x.send(c, u.Command())
}

func (x *session) noMedia(c *call) int { return x.send(c, esl.NoMedia(x.address(), c.text(1))) }

func (x *session) xferExt(c *call) int {
	if !x.leg.Ready() {
		return gone(c)
	}
	var actions []esl.Action
	c.l.Get(2).(*lua.LTable).ForEach(func(k, v lua.LValue) {
		t, ok := v.(*lua.LTable)
		if !ok {
			c.raise("xferext: action %s is no list of application and argument", k)
		}
		actions = append(actions, esl.Action{App: lua.LVAsString(t.RawGetInt(1)), Data: lua.LVAsString(t.RawGetInt(2))})
	})
	if len(actions) == 0 {
		return c.reason("error: there are no actions")
	}
	return x.send(c, esl.XferExt(x.address(), actions...))
}

func (x *session) exit(c *call) int { return c.did(x.leg.Call().End(x.ctx())) }

// simple makes a method of a command without arguments.
func simple(cmd func() esl.Command) method {
	return native(func(x *session, c *call) int { return x.send(c, cmd()) })
}
