package esltest

import (
	"strings"
	"time"

	"eslua/esl"
)

// channel is one leg of a call.
type channel struct {
	sw       *Switch
	uuid     string
	name     string
	target   string // what was dialled for it, without variables; "" if it came in
	bridgeTo string // that of the leg that it was bridged with last
	number   int    // session id
	outbound bool
	leg      leg
	other    *channel // the other half of a loopback pair
	thread   *thread
	launched bool

	state, running state
	callState      callState
	cause          esl.Cause
	hungUp         bool

	vars     *variables
	scopes   []*variables
	profile  *profile
	dialled  []variable // from the dial string: the other half of a loopback pair gets them, too
	deadline time.Time  // when an originated leg is given up

	answered, early bool
	controlled      bool // parked, or under an event socket: CF_CONTROLLED
	parked          bool
	transferred     bool     // CF_TRANSFER: until the next state begins
	originating     bool     // it waits for those who originated it
	hitDialplan     bool     // an outbound leg that has got an extension
	uuidBridge      *channel // the other leg of a uuid_bridge that this one is to carry out
	divert          bool
	unicast         bool
	broadcast       bool // a message is being executed: CF_BROADCAST
	stopBroadcast   bool
	breaking        bool // CF_BREAK
	lock, lockPri   int  // messages under event-lock
	bridged         *channel
	bridgeOriginate bool

	actions       []esl.Action // what is left of the extension
	digits        []dtmf
	dialledDigits string       // all that were taken from the queue
	keys          []string     // that its far end is about to press
	pressing      bool         // a thread presses them
	private       []*esl.Event // messages that wait to be executed
	priv          []*esl.Event // those of the priority queue
	events        []queuedEvent
	depth         int
	silent        bool   // the next application will not say that it has ended: a fault
	app           string // running application, for show channels
	appData       string
	log           []esl.Action // applications executed: the app_log of CDRs
	file          *fileHandle
	playUntil     time.Time // when what plays is broken off; zero: never
	asr           *recogniser
	limits        []string             // resources that it is counted for
	meta          map[byte]metaBinding // of bind_meta_app
	metaOn        [2]time.Time         // when the star was pressed: by its far end, by the other leg
	voices        int                  // what sounds on it, silence apart
	recording     int                  // applications that record what the other end says
	voiceUntil    time.Time            // the caller speaks until then: of a call over SIP
	dtmfFree      time.Time            // when the next digit can be sent over SIP
	record        []*recording
	ticks         time.Time // frames are due at multiples of their length from here on

	holds    int // connections that keep the channel from being destroyed
	listener *listener
	call     *Call // that it is a leg of
	done     bool
	heard    []Heard
	watchers []*thread // threads that wait for a change of state
}

// leg is the kind of channel, which decides on its codec and how it is reached.
type leg int

const (
	loopbackLeg leg = iota
	sipLeg
)

func (sw *Switch) newChannel(kind leg, outbound bool, uuid string) *channel {
	sw.sessions++
	if uuid == "" {
		uuid = sw.uuid()
	}
	ch := &channel{
		sw: sw, uuid: uuid, number: sw.sessions, outbound: outbound, leg: kind,
		vars: &variables{}, running: csNone, ticks: sw.booted,
	}
	if call := sw.placing[uuid]; call != nil {
		delete(sw.placing, uuid)
		ch.call, call.far = call, ch
	}
	sw.channels[uuid] = ch
	sw.calls = append(sw.calls, ch)
	sw.peak = max(sw.peak, len(sw.channels))
	return ch
}

// find is switch_core_session_locate: a channel that is down is not found, though it may not be gone.
func (sw *Switch) find(uuid string) *channel {
	ch := sw.channels[uuid]
	if ch == nil || ch.state >= csHangup {
		return nil
	}
	return ch
}

// lookup finds a variable as switch_channel_get_variable does: scope variables, the channel's, the caller profile's
// fields, then global variables.
func (ch *channel) lookup(name string) (string, bool) {
	for i := len(ch.scopes) - 1; i >= 0; i-- {
		if v, ok := ch.scopes[i].get(name); ok {
			return v, true
		}
	}
	if v, ok := ch.vars.get(name); ok {
		return v, true
	}
	if v := ch.profile.field(name); v != "" {
		return v, true
	}
	return ch.sw.globals.get(name)
}

func (ch *channel) get(name string) string {
	v, _ := ch.lookup(name)
	return v
}

// own is a variable of the channel itself.
func (ch *channel) own(name string) string {
	v, _ := ch.vars.get(name)
	return v
}

func (ch *channel) set(name, value string) { ch.vars.set(name, value) }

// partner is the other channel of a bridge, or one that is being dialled.
func (ch *channel) partner() *channel {
	bond := ch.own("signal_bond")
	if bond == "" {
		bond = ch.own("originate_signal_bond")
	}
	return ch.sw.find(bond)
}

// queuedEvent is an event that is queued to the session. It has none of the headers that the bus adds, not even its name.
type queuedEvent struct {
	*esl.Event
	name string
}

// queueEvent queues an event to the session: to its connection when events are diverted, else to what it executes.
func (ch *channel) queueEvent(name string, ev *esl.Event) {
	ch.events = append(ch.events, queuedEvent{ev, name})
	ch.changed()
	if ch.listener != nil {
		ch.listener.wake()
	}
}

// runOn executes the application that an execute_on_... variable names: app, "app arg", or app::arg in the background.
func (ch *channel) runOn(name string) {
	what := ch.own(name)
	if what == "" {
		return
	}
	app, arg, _ := strings.Cut(what, " ")
	if a, b, async := strings.Cut(what, "::"); async {
		ch.queuePrivate(executeMessage(a, b), false)
		return
	}
	if ch.thread != nil {
		ch.execute(ch.thread, app, arg)
	}
}
