package channel

import (
	"slices"
	"strconv"
	"time"

	"eslua/esl"
)

// Leg is one channel of the switch. What its methods tell is what the switch has told so far: see Call.Serve.
type Leg struct {
	call *Call
	uuid string

	data    *esl.Event        // the last event with all variables
	since   uint64            // the number of the event that the leg was made from
	overlay map[string]string // variables by their names in lower case, as they were set since the switch is not told any more
	noted   int               // bytes in it

	state     string
	answered  bool
	early     bool
	bridged   bool
	joined    bool   // by Call.Bridge: it leaves park for that and stays with us
	outside   bool   // it was joined, and has no dialplan any more to go on in
	other     string // the leg it is bridged to
	parked    bool   // seen, now or before
	hungUp    bool
	ended     bool // the event of that has come
	finished  bool // the switch has nothing more to say about it
	hungUpAt  time.Time
	cause     string
	left      bool // sent elsewhere
	leaving   bool // a transfer waits for the end of the call
	lost      bool // the connection is
	ending    bool // told to hang up
	transfer  *Exec
	running   []application
	digits    []Digit
	returned  []byte       // digits that were given back to the switch, which will tell of them once more
	queued    []*esl.Event // to the channel, for an input
	diverting bool
	played    string // Playback-Status of the last file
	recorded  bool   // a recording has begun
}

// application is one that runs on the channel.
type application struct {
	uuid        string
	transparent bool // digits pressed meanwhile are ours
}

func newLeg(c *Call, uuid string, data *esl.Event) *Leg {
	l := &Leg{call: c, uuid: uuid, data: data, since: sequence(data)}
	l.updateState(data)
	return l
}

// UUID is the channel's id.
func (l *Leg) UUID() string { return l.uuid }

// Call is the call that the channel belongs to.
func (l *Leg) Call() *Call { return l.call }

// Name is the channel's name, as sofia/internal/1000@example.com.
func (l *Leg) Name() string { return l.data.Get("Channel-Name") }

// State is the state of the channel, as CS_EXECUTE.
func (l *Leg) State() string { return l.state }

// Answered tells whether the channel was ever answered.
func (l *Leg) Answered() bool { return l.answered }

// MediaReady tells whether media flow: the channel is answered or has early media, and is up.
func (l *Leg) MediaReady() bool { return (l.answered || l.early) && !l.Ending() }

// Bridged tells whether the channel is bridged with another, and with which.
func (l *Leg) Bridged() (other string, ok bool) { return l.other, l.bridged && !l.hungUp }

// HungUp tells whether the channel is hung up, and why as far as it is known.
func (l *Leg) HungUp() (cause string, ok bool) { return l.cause, l.hungUp }

// Ending tells whether the channel is hung up, or was told to hang up.
func (l *Leg) Ending() bool { return l.hungUp || l.ending }

// Transferred tells whether the channel has been sent elsewhere, or will be at the end of the call.
func (l *Leg) Transferred() bool { return l.left || l.leaving }

// Ready tells whether the channel can still be worked with.
func (l *Leg) Ready() bool { return l.unusable() == nil }

// unusable says why the channel cannot be worked with any more, or nil.
func (l *Leg) unusable() error {
	switch {
	case l.hungUp, l.ending:
		return ErrHangup
	case l.left, l.leaving:
		return ErrTransferred
	case l.lost:
		return l.call.ended
	}
	return l.call.refused
}

// gone is like unusable, but a channel that was only told to go is still there.
func (l *Leg) gone() error {
	switch {
	case l.hungUp:
		return ErrHangup
	case l.left:
		return ErrTransferred
	case l.lost:
		return l.call.ended
	}
	return nil
}

// down notes that the channel is hung up.
func (l *Leg) down() {
	if !l.hungUp {
		l.hungUp = true
		l.hungUpAt = l.call.clock.Now()
	}
}

// sequence is the number that the switch gave an event when it was made; 0: none.
func sequence(ev *esl.Event) uint64 {
	n, _ := strconv.ParseUint(ev.Get("Event-Sequence"), 10, 64)
	return n
}

// stale tells whether an event is older than the leg. A busy switch hands events out late: one may come of what the channel
// did before it was ours, such as being routed. Its end is never old.
func (l *Leg) stale(ev *esl.Event) bool {
	n := sequence(ev)
	return n != 0 && n < l.since && ev.Name() != "CHANNEL_HANGUP" && ev.Name() != "CHANNEL_HANGUP_COMPLETE"
}

// update brings the leg up to date with an event of its channel.
func (l *Leg) update(ev *esl.Event) {
	l.updateState(ev)
	switch ev.Name() {
	case "", "DETECTED_SPEECH", "TEXT":
		l.queue(ev)
	case "CHANNEL_PARK":
		l.parked = true
	case "CHANNEL_UNPARK":
		l.running = nil
		l.leave(ev)
	case "CHANNEL_STATE":
		if l.state == "CS_ROUTING" || l.state == "CS_RESET" && !l.joined { // uuid_bridge resets its channels first
			l.left = true
		}
	case "CHANNEL_EXECUTE":
		l.started(ev)
	case "CHANNEL_EXECUTE_COMPLETE":
		l.completed(ev)
	case "PRIVATE_COMMAND":
		id := ev.Get("event-uuid")
		l.running = slices.DeleteFunc(l.running, func(a application) bool { return a.uuid == id })
		if x := l.call.executions[id]; x != nil {
			x.pass()
		}
	case "CHANNEL_BRIDGE":
		l.bridged = true
		if l.other = ev.Get("Bridge-B-Unique-ID"); l.other == l.uuid {
			l.other = ev.Get("Bridge-A-Unique-ID")
		}
	case "CHANNEL_UNBRIDGE":
		l.bridged = false
	case "CHANNEL_HANGUP":
		l.ended = true
		l.data = ev // what the variables were when it ended
	case "CHANNEL_HANGUP_COMPLETE":
		l.finished = true
	case "DTMF":
		l.pressed(ev)
	case "RECORD_START":
		l.recorded = true
	case "PLAYBACK_STOP":
		l.played = ev.Get("Playback-Status")
	}
}

// updateState takes what every event about a channel says.
func (l *Leg) updateState(ev *esl.Event) {
	if s := ev.Get("Channel-State"); s != "" {
		l.state = s
	}
	switch state := ev.Get("Answer-State"); state {
	case "answered":
		l.answered = true
	case "early":
		l.early = true
	case "": // no event of the switch about a channel lacks it: this one was sent to the channel by somebody
	default: // the switch gives a channel its cause after this state (switch_channel_perform_hangup)
		cause := ev.Get("Hangup-Cause")
		if cause != "" {
			l.cause = cause
		}
		if cause != "" || state == "hangup" {
			l.down()
		}
	}
}

func (l *Leg) started(ev *esl.Event) {
	id := ev.Get("Application-UUID")
	if id == "" {
		return // a note of uuid_bridge for lists of channels, which has no end
	}
	x := l.call.executions[id]
	parked := ev.Get("Application") == "park" // as originate leaves its legs: it uses no digit
	l.running = append(l.running, application{id, parked || x != nil && x.exec.KeepDigits})
	if x != nil {
		x.begin()
	}
}

func (l *Leg) completed(ev *esl.Event) {
	id := ev.Get("Application-UUID")
	l.running = slices.DeleteFunc(l.running, func(a application) bool { return a.uuid == id })
	x := l.call.executions[id]
	if x != nil || !l.hungUp { // what was under way at the hang-up may still have set variables
		l.data = ev
	}
	switch {
	case x != nil:
		l.parked = true // messages are executed by a parked channel
		if number := ev.Get("Channel-State-Number"); (number == routing || number == resetting) && !l.joined {
			l.left = true // a transfer has ended it
		}
		x.complete(ev)
	case ev.Get("Application") == "socket":
		l.running = nil
		l.leave(ev)
	}
}

// again tells whether an event tells of a digit that was given back: those who listen know of it already.
func (l *Leg) again(ev *esl.Event) bool {
	if ev.Name() != "DTMF" || len(l.returned) == 0 || ev.Get("DTMF-Digit") != string(l.returned[0]) {
		return false
	}
	l.returned = l.returned[1:]
	return true
}

// leave looks why the channel has left park, or the socket application: its state says where it will be next. In its own
// state it stays if we have ended the connection, or if it is about to hang up and has not said so yet.
func (l *Leg) leave(ev *esl.Event) {
	if number := ev.Get("Channel-State-Number"); number != executing && !l.hungUp && !l.joined {
		l.left = true
	}
}

// The numbers of CS_ROUTING, CS_EXECUTE and CS_RESET.
const (
	routing   = "2"
	executing = "4"
	resetting = "9"
)

// pressed notes a digit. Whoever took it off the channel has fired the event: the park loop, or one of our own
// applications that let digits be, so that it is ours; or an application that has used it (modlua-api.md 0.5).
func (l *Leg) pressed(ev *esl.Event) {
	if n := len(l.running); n > 0 && !l.running[n-1].transparent { // the last one runs within the others
		return
	}
	digit := ev.Get("DTMF-Digit")
	if digit == "" {
		return
	}
	duration, _ := strconv.Atoi(ev.Get("DTMF-Duration"))
	l.digits = append(l.digits, Digit{digit[0], duration})
	if over := len(l.digits) - maxDigits; over > 0 {
		l.digits = l.digits[over:]
	}
}
