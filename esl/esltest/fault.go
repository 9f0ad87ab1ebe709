package esltest

import (
	"strings"
	"time"
)

// FaultKind is what goes wrong.
type FaultKind int

// The faults that a switch can be told to have.
const (
	// Cut closes the connection instead of carrying out the command.
	Cut FaultKind = iota
	// CutAfter carries the command out, sends the reply and closes the connection.
	CutAfter
	// Stall does nothing on the connection for the time For, then goes on.
	Stall
	// ErrorReply answers with Text instead of carrying out the command.
	ErrorReply
	// NoReply carries the command out and never answers it.
	NoReply
	// NoCompletion runs the application without saying that it has ended.
	NoCompletion
	// Frame sends Text as it is before the command is carried out.
	Frame
	// HangUp has the caller hang up before the command is carried out.
	HangUp
)

// Fault is something that goes wrong at commands that match.
type Fault struct {
	// Command is what the first line of the command begins with, as "api uuid_getvar"; "" is any.
	Command string
	// App is the application that a sendmsg executes; "" is any.
	App string
	// Parked leaves out commands that come before the channel of their connection has parked, when a connection that ends
	// leaves the caller to nobody (event-socket.md 1.2).
	Parked bool
	// Past leaves out so many commands at the beginning of each connection.
	Past int
	// Skip is how many matching commands pass unharmed first.
	Skip int
	// Times is how many commands it strikes at; 0 is one.
	Times int
	Kind  FaultKind
	// Text is what ErrorReply answers, and what Frame sends: whole frames, with their empty lines.
	Text string
	// For is how long Stall lasts.
	For time.Duration
}

// Inject adds a fault. It strikes on any connection.
func (sw *Switch) Inject(f Fault) {
	if f.Times == 0 {
		f.Times = 1
	}
	sw.do(func() { sw.faults = append(sw.faults, &f) })
}

// Commands is how many commands have come over event sockets so far.
func (sw *Switch) Commands() int {
	n := 0
	sw.do(func() { n = sw.commands })
	return n
}

// fault finds the fault that strikes at a command now, the number-th of its connection.
func (sw *Switch) fault(ch *channel, number int, line, app string) *Fault {
	for _, f := range sw.faults {
		if f.Times <= 0 || number <= f.Past || f.Parked && (ch == nil || !ch.parked) || !strings.HasPrefix(line, f.Command) || f.App != "" && f.App != app {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		f.Times--
		return f
	}
	return nil
}
