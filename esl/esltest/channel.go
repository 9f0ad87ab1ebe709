package esltest

import (
	"strconv"
	"strings"
	"time"

	"eslua/esl"
)

// state is a state of a channel's state machine. The numbers are the switch's.
type state int

const (
	csNew state = iota
	csInit
	csRouting
	csSoftExecute
	csExecute
	csExchangeMedia
	csPark
	csConsumeMedia
	csHibernate
	csReset
	csHangup
	csReporting
	csDestroy
	csNone
)

func (s state) String() string {
	return [...]string{"CS_NEW", "CS_INIT", "CS_ROUTING", "CS_SOFT_EXECUTE", "CS_EXECUTE", "CS_EXCHANGE_MEDIA", "CS_PARK",
		"CS_CONSUME_MEDIA", "CS_HIBERNATE", "CS_RESET", "CS_HANGUP", "CS_REPORTING", "CS_DESTROY", "CS_NONE"}[s]
}

// callState is what a telephone would show. The numbers are the switch's.
type callState int

const (
	ccsDown callState = iota
	ccsDialing
	ccsRinging
	ccsEarly
	ccsActive
	ccsHeld
	ccsRingWait
	ccsHangup
)

func (s callState) String() string {
	return [...]string{"DOWN", "DIALING", "RINGING", "EARLY", "ACTIVE", "HELD", "RING_WAIT", "HANGUP"}[s]
}

// channel is one leg of a call.
type channel struct {
	sw       *Switch
	uuid     string
	name     string
	number   int // session id
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
	private       []*esl.Event // messages that wait to be executed
	priv          []*esl.Event // those of the priority queue
	events        []*esl.Event // events queued to the session
	depth         int
	silent        bool   // the next application will not say that it has ended: a fault
	app           string // running application, for show channels
	appData       string
	log           []esl.Action // applications executed: the app_log of CDRs
	file          *fileHandle
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

// ready is whether the channel can be worked with: it is up and not about to go elsewhere.
func (ch *channel) ready() bool {
	return ch.cause == 0 && ch.state > csRouting && ch.state < csHangup && ch.state != csReset && !ch.transferred &&
		ch.state == ch.running
}

func (ch *channel) up() bool   { return ch.state < csHangup }
func (ch *channel) down() bool { return ch.state >= csHangup }

func (ch *channel) mediaReady() bool { return (ch.answered || ch.early) && ch.up() }

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

// setState asks the thread of the channel to go to another state.
func (ch *channel) setState(s state) {
	if ch.state >= csHangup && s <= ch.state {
		return
	}
	ch.state = s
	ch.changed()
}

// changed wakes all that wait for the channel.
func (ch *channel) changed() {
	if ch.thread != nil {
		ch.thread.wake()
	}
	for _, t := range ch.watchers {
		t.wake()
	}
}

func (ch *channel) watch(t *thread) { ch.watchers = append(ch.watchers, t) }

func (ch *channel) unwatch(t *thread) {
	for i, w := range ch.watchers {
		if w == t {
			ch.watchers = append(ch.watchers[:i], ch.watchers[i+1:]...)
			return
		}
	}
}

// setCallState changes the state in which users see the call. by is the place that says so in the log.
func (ch *channel) setCallState(s callState, by site) {
	if ch.callState == s || ch.callState == ccsHangup {
		return
	}
	old := ch.callState
	ch.callState = s
	ch.logFrom(esl.LogDebug, by, "(%s) Callstate Change %s -> %s", ch.name, old, s)
	ev := ch.sw.newEvent("CHANNEL_CALLSTATE", siteSetCallState)
	ev.Add("Original-Channel-Call-State", old.String())
	ev.Add("Channel-Call-State-Number", strconv.Itoa(int(s)))
	ch.addData(ev)
	ch.sw.fire(ev)
}

// markAnswered is what happens when the far end has answered.
func (ch *channel) markAnswered(by site) {
	if ch.down() || ch.answered {
		return
	}
	ch.profile.times.answered = ch.sw.micros()
	ch.answered = true
	if ch.leg == sipLeg {
		if !ch.early {
			ch.setLocalMedia()
		}
		ch.acknowledge()
	}
	ch.fire("CHANNEL_ANSWER", siteAnswered)
	ch.set("endpoint_disposition", "ANSWER")
	ch.logFrom(esl.LogNotice, by, "Channel [%s] has been answered", ch.name)
	ch.runOn("execute_on_answer")
	if !ch.early {
		ch.runOn("execute_on_media")
	}
	ch.setCallState(ccsActive, siteAnsweredLog)
	ch.changed()
}

// markEarly is what happens when there is early media.
func (ch *channel) markEarly(by site) {
	if ch.down() || ch.early || ch.answered {
		return
	}
	ch.profile.times.progressMedia = ch.sw.micros()
	ch.early = true
	if ch.leg == sipLeg {
		ch.setLocalMedia()
	}
	ch.fire("CHANNEL_PROGRESS_MEDIA", siteEarly)
	ch.set("endpoint_disposition", "EARLY MEDIA")
	ch.logFrom(esl.LogNotice, by, "Pre-Answer %s!", ch.name)
	ch.runOn("execute_on_pre_answer")
	ch.setCallState(ccsEarly, siteEarly)
	ch.changed()
}

// markRinging is what happens when the far end rings.
func (ch *channel) markRinging(by site) {
	if ch.down() || ch.profile.times.progress != 0 || ch.answered || ch.early {
		return
	}
	ch.profile.times.progress = ch.sw.micros()
	ch.fire("CHANNEL_PROGRESS", siteRinging)
	ch.logFrom(esl.LogNotice, by, "Ring-Ready %s!", ch.name)
	ch.setCallState(ccsRinging, siteRinging)
	ch.changed()
}

// answer answers an inbound leg.
func (ch *channel) answer(by site) bool {
	if ch.outbound {
		return true
	}
	if ch.down() {
		return false
	}
	if !ch.answered {
		if ch.other != nil {
			ch.other.markAnswered(siteLoopbackAnswer)
		}
		ch.markAnswered(by)
	}
	return true
}

// preAnswer gives an inbound leg early media.
func (ch *channel) preAnswer(by site) bool {
	if ch.outbound || ch.mediaReady() {
		return ch.mediaReady()
	}
	if ch.down() {
		return false
	}
	if ch.other != nil {
		ch.other.markEarly(siteLoopbackEarly)
	}
	ch.markEarly(by)
	return true
}

// hangup hangs the channel up, once. Whoever calls it fires the event; the rest is done by the channel's own thread.
func (ch *channel) hangup(cause esl.Cause, by site) {
	if ch.hungUp || ch.down() {
		return
	}
	ch.hungUp = true
	last := ch.state
	ch.state = csHangup
	ch.cause = cause
	ch.logFrom(esl.LogNotice, by, "Hangup %s [%s] [%s]", ch.name, last, cause)
	if p := ch.partner(); p != nil {
		p.set("last_bridge_hangup_cause", cause.String())
	}
	switch {
	case ch.bridgeOriginate:
		ch.set("last_bridge_role", "originator")
	case ch.bridged != nil:
		ch.set("last_bridge_role", "originatee")
	}
	if !ch.launched {
		ch.launch()
	}
	ch.fire("CHANNEL_HANGUP", siteHangup)
	ch.changed()
	if ch.listener != nil {
		ch.listener.wake()
	}
}

// partner is the other channel of a bridge, or one that is being dialled.
func (ch *channel) partner() *channel {
	bond := ch.own("signal_bond")
	if bond == "" {
		bond = ch.own("originate_signal_bond")
	}
	return ch.sw.find(bond)
}

// queueDTMF puts a digit where applications and park take it from. The oldest is dropped beyond 1,000.
func (ch *channel) queueDTMF(d dtmf) {
	if d.duration == 0 {
		d.duration = defaultDuration
	}
	if len(ch.digits) >= 1000 {
		ch.digits = ch.digits[1:]
	}
	ch.digits = append(ch.digits, d)
	ch.changed()
}

// dtmf is a pressed key.
type dtmf struct {
	digit    byte
	duration int // in samples at 8 kHz
	source   string
}

const defaultDuration = 2000

// takeDTMF takes the oldest digit, and with that the switch first says that there was one.
func (ch *channel) takeDTMF() (dtmf, bool) {
	if len(ch.digits) == 0 {
		return dtmf{}, false
	}
	d := ch.digits[0]
	ch.digits = ch.digits[1:]
	ch.dialledDigits += string(d.digit)
	if isTrue(ch.own("sensitive_dtmf")) {
		return d, true
	}
	ev := ch.sw.newEvent("DTMF", siteDTMF)
	ch.addData(ev)
	ev.Add("DTMF-Digit", string(d.digit))
	ev.Add("DTMF-Duration", strconv.Itoa(d.duration))
	ev.Add("DTMF-Source", d.source)
	if ch.divert {
		ch.queueEvent(ev)
	} else {
		ch.sw.fire(ev)
	}
	return d, true
}

// queueEvent queues an event to the session: to its connection when events are diverted, else to what it executes.
func (ch *channel) queueEvent(ev *esl.Event) {
	ch.events = append(ch.events, ev)
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
