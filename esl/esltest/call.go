package esltest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"eslua/esl"
	"eslua/internal/clock"
)

// CallSpec is a call to be placed.
type CallSpec struct {
	// Destination is the extension that is dialled.
	Destination string
	// Actions run on the called leg instead of those of the extension; nil: those of the extension.
	Actions []esl.Action
	// CallerName and CallerNumber are the caller id; "" is that of the World.
	CallerName, CallerNumber string
	// Variables are set on both legs, as those in front of a dial string are.
	Variables map[string]string
	// Called are variables of the called leg alone.
	Called map[string]string
	// Far is what the caller's leg runs, as originate takes it: "&playback(tone_stream://%(60000,0,440))"; "" parks it, and
	// then nothing is to be heard from the caller. Over SIP only a playback matters: the caller speaks that long.
	Far string
	// SIP has the call come in over SIP: one leg with the variables of mod_sofia. Otherwise it is a pair of loopback legs, of
	// which the -a leg is the caller's. With SIP, Variables are the caller's and only its sip_h_ ones arrive.
	SIP bool
}

// Call is a call that was placed: its far end is a telephone that hears what is played, presses keys and hangs up.
type Call struct {
	sw      *Switch
	changed *clock.Waiter // woken when a leg is made and when one is gone

	// Of the goroutine of the switch.
	far  *channel // the caller's leg, if it is one of the switch
	near *channel // the leg that the dialplan runs on
	spec CallSpec
}

// ErrClosed is the error of a switch that has been closed.
var ErrClosed = errors.New("esltest: the switch is closed")

// Call places a call. When it returns, the call is there and its dialplan is about to run.
func (sw *Switch) Call(spec CallSpec) (*Call, error) {
	call := &Call{sw: sw, changed: sw.clock.NewWaiter()}
	spec.CallerName = cmp.Or(spec.CallerName, sw.world.CallerName)
	spec.CallerNumber = cmp.Or(spec.CallerNumber, sw.world.CallerNumber)
	call.spec = spec
	known := true
	ok := sw.do(func() {
		if spec.Actions == nil && len(sw.world.Extensions[spec.Destination]) == 0 {
			known = false
			return
		}
		if spec.SIP {
			sw.invite(call)
			return
		}
		uuid := sw.uuid()
		sw.placing[uuid] = call
		dial := fmt.Sprintf("{loopback_bowout=false,origination_caller_id_name='%s',origination_caller_id_number=%s,"+
			"origination_uuid=%s%s}loopback/%s/%s", spec.CallerName, spec.CallerNumber, uuid, assignments(spec.Variables),
			spec.Destination, sw.world.Context)
		sw.spawn(func(t *thread) { sw.runAPI(t, "bgapi", "originate "+dial+" "+cmp.Or(spec.Far, "&park()"), nil) })
	})
	if !known {
		return nil, fmt.Errorf("esltest: there is no extension %q", spec.Destination)
	}
	for there := false; ok && !there; {
		sw.do(func() { there = call.near != nil })
		if !there {
			ok = call.changed.Wait(sw.ctx, time.Time{}) != clock.Cancelled
		}
	}
	if !ok {
		return nil, ErrClosed
	}
	return call, nil
}

func assignments(vars map[string]string) string {
	var b strings.Builder
	for _, name := range sortedKeys(vars) {
		b.WriteString("," + name + "=" + esl.QuoteArg(vars[name]))
	}
	return b.String()
}

// Press has the caller press keys, behind those of an earlier Press that are not pressed yet: digits, * and #; w waits half
// a second, W one second; @ and a number behind them is how long each is pressed, in ms.
func (c *Call) Press(keys string) {
	c.sw.do(func() {
		if c.far != nil {
			c.far.pressKeys(keys)
		} else {
			c.near.receiveDigits(keys)
		}
	})
}

// Hangup has the caller hang up, with a cause or NORMAL_CLEARING.
func (c *Call) Hangup(cause string) {
	c.sw.do(func() { c.hangup(esl.ParseCause(cause)) })
}

func (c *Call) hangup(cause esl.Cause) {
	if c.far != nil {
		c.far.hangup(cause, siteKill)
	} else {
		c.near.bye(cause)
	}
}

// Wait waits until both legs of the call are gone, or until ctx ends.
func (c *Call) Wait(ctx context.Context) error {
	for {
		done := true
		if !c.sw.do(func() { done = c.near.done && (c.far == nil || c.far.done) }) {
			return ErrClosed
		}
		if done {
			return nil
		}
		if c.changed.Wait(ctx, time.Time{}) == clock.Cancelled {
			return ctx.Err()
		}
	}
}

// UUID is that of the leg that the dialplan runs on.
func (c *Call) UUID() string { return c.near.uuid }

// FarUUID is that of the caller's leg; "" for a call over SIP.
func (c *Call) FarUUID() string {
	if c.far == nil {
		return ""
	}
	return c.far.uuid
}

// Variable is a variable of the leg that the dialplan runs on, also after its end.
func (c *Call) Variable(name string) string {
	var v string
	c.sw.do(func() { v = c.near.own(name) })
	return v
}

// Variables are all variables of the leg that the dialplan runs on, also after its end.
func (c *Call) Variables() map[string]string {
	out := make(map[string]string)
	c.sw.do(func() {
		for _, v := range c.near.vars.list {
			out[v.name] = c.near.own(v.name)
		}
	})
	return out
}

// Answered tells whether the leg that the dialplan runs on was answered.
func (c *Call) Answered() bool {
	answered := false
	c.sw.do(func() { answered = c.near.answered })
	return answered
}

// Bridged is the leg that the leg which the dialplan runs on was bridged with last: the name of its channel, and what was
// dialled for it, as sofia/gateway/carrier/4711, "" if it came in. Both are "" before the first bridge.
func (c *Call) Bridged() (name, dialled string) {
	c.sw.do(func() { name, dialled = c.near.own("bridge_channel"), c.near.bridgeTo })
	return name, dialled
}

// Parked tells whether that leg waits for somebody to send it elsewhere, as one does that an event socket has left behind.
func (c *Call) Parked() bool {
	parked := false
	c.sw.do(func() { parked = c.near.up() && c.near.parked })
	return parked
}

// Cause is why the call ended; "" while it lasts.
func (c *Call) Cause() string {
	var cause string
	c.sw.do(func() {
		if c.near.cause != 0 {
			cause = c.near.cause.String()
		}
	})
	return cause
}

// Heard is something that sounded on the called leg: the name of a file, "say:..." or "speak:...".
type Heard struct {
	At   time.Time
	What string
}

// Heard is what the caller has heard so far.
func (c *Call) Heard() []Heard {
	var heard []Heard
	c.sw.do(func() { heard = append(heard, c.near.heard...) })
	return heard
}

// hear notes what sounds on the channel.
func (ch *channel) hear(what string) {
	h := Heard{ch.sw.now, what}
	ch.heard = append(ch.heard, h)
	if told := ch.sw.options.Heard; told != nil {
		told(ch.uuid, h)
	}
}

// After waits for d by the clock of the switch.
func (sw *Switch) After(d time.Duration) {
	clock.Sleep(sw.ctx, sw.clock, d)
}
