package esl

import (
	"errors"
	"fmt"
)

// Mode is what a connection is allowed and how the switch serves it (event-socket.md 1.3, 4).
type Mode struct {
	// Outbound: the switch connected to us for one channel. Without it the connection is one of ours to the switch.
	Outbound bool
	// Async: applications run in the channel's own thread while commands and events go on. Inbound ones always are.
	Async bool
	// Full: all commands are allowed, not only those for the one channel. Inbound ones always are.
	Full bool
}

// Inbound is the mode of connections to the switch.
var Inbound = Mode{Async: true, Full: true}

func (m Mode) String() string {
	switch {
	case !m.Outbound:
		return "inbound"
	case m.Async && m.Full:
		return "async full"
	case m.Async:
		return "async single-channel"
	case m.Full:
		return "static full"
	}
	return "static single-channel"
}

// ErrNotAllowed is what the error of a command wraps that the switch would refuse, or worse, in the connection's mode.
// Nothing was sent.
var ErrNotAllowed = errors.New("not allowed")

type verb uint8

const (
	noVerb verb = iota
	connectVerb
	exitVerb
	authVerb
	userAuthVerb
	getvarVerb
	myeventsVerb
	filterVerb
	divertVerb
	resumeVerb
	sendmsgVerb
	apiVerb
	bgapiVerb
	eventVerb
	nixeventVerb
	noeventsVerb
	sendeventVerb
	logVerb
	nologVerb
	lingerVerb
	nolingerVerb
	otherVerb // a command that the switch does not know
)

func (v verb) String() string { return verbs[v].name }

// verbs says where each command is allowed, after the table in event-socket.md 4.
var verbs = [...]struct {
	name    string
	full    bool // needs `full`
	async   bool // needs `async`
	session bool // needs a controlled channel: outbound, or inbound after myevents
	login   bool // only before an inbound connection has logged in
}{
	noVerb:        {name: "none"},
	connectVerb:   {name: "connect", session: true},
	exitVerb:      {name: "exit"},
	authVerb:      {name: "auth", login: true},
	userAuthVerb:  {name: "userauth", login: true},
	getvarVerb:    {name: "getvar", session: true},
	myeventsVerb:  {name: "myevents"},
	filterVerb:    {name: "filter"},
	divertVerb:    {name: "divert_events", session: true},
	resumeVerb:    {name: "resume", session: true, async: true}, // static: the call would be stuck for ever
	sendmsgVerb:   {name: "sendmsg"},
	apiVerb:       {name: "api", full: true},
	bgapiVerb:     {name: "bgapi", full: true},
	eventVerb:     {name: "event", full: true},
	nixeventVerb:  {name: "nixevent", full: true},
	noeventsVerb:  {name: "noevents", full: true},
	sendeventVerb: {name: "sendevent", full: true},
	logVerb:       {name: "log", full: true},
	nologVerb:     {name: "nolog", full: true},
	lingerVerb:    {name: "linger", full: true, session: true},
	nolingerVerb:  {name: "nolinger", full: true, session: true},
	otherVerb:     {name: "command"},
}

// gate is what the switch's command gate looks at.
type gate struct {
	mode    Mode
	greeted bool // outbound: connect was sent
	ready   bool // outbound: connect was answered, mode is known; inbound: logged in
	session bool // there is a controlled channel
	exiting bool // exit was sent
}

// check tells why v is not to be sent now, or nil.
func (g gate) check(v verb) error {
	row := verbs[v]
	refuse := func(format string, args ...any) error {
		return fmt.Errorf("esl: %s: %w: %s", row.name, ErrNotAllowed, fmt.Sprintf(format, args...))
	}
	switch {
	case v == noVerb:
		return nil // the encoder says what is wrong
	case g.exiting:
		return refuse("exit has been sent")
	case row.login && (g.mode.Outbound || g.ready):
		return refuse("the connection is logged in already")
	case row.login, v == exitVerb:
		return nil
	case g.mode.Outbound && !g.greeted && v != connectVerb:
		return refuse("the first command of an outbound connection must be connect")
	case !g.ready && !g.mode.Outbound:
		return refuse("the connection is not logged in")
	case row.session && !g.session && !(g.mode.Outbound && v == connectVerb):
		return refuse("the connection controls no channel")
	case row.full && g.ready && !g.mode.Full:
		return refuse("the connection is %s; the dialplan's socket application needs the word full", g.mode)
	case row.async && g.ready && !g.mode.Async:
		return refuse("the connection is %s; the dialplan's socket application needs the word async", g.mode)
	}
	return nil
}
