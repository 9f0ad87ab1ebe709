package esltest

import (
	"strings"

	"eslua/esl"
)

// input is what an application does with digits and events while it plays or records. Its functions tell whether to
// stop. Without a digit function the first digit stops what goes on.
type input struct {
	digit func(d dtmf) (stop bool)
	event func(ev *esl.Event) (stop bool)
}

// outcome is how playing, recording or collecting ended.
type outcome int

const (
	played outcome = iota
	broken
	notFound
	failed
	timedOut
)

// interrupted looks whether what goes on must end: broken after a break, failed when the channel cannot be worked with any
// more, else played.
func (ch *channel) interrupted() outcome {
	switch {
	case !ch.ready():
		return failed
	case ch.breaking:
		ch.breaking = false
		return broken
	}
	return played
}

// feed gives one digit and one event to an input, and tells whether that ends what it belongs to.
func (ch *channel) feed(in *input) bool {
	if len(ch.digits) > 0 {
		d, _ := ch.takeDTMF()
		if in.digit == nil || in.digit(d) {
			return true
		}
	}
	if len(ch.events) > 0 && !ch.divert {
		ev := ch.events[0]
		ch.events = ch.events[1:]
		if in.event != nil && in.event(ev.Event) {
			return true
		}
	}
	return false
}

// terminators makes the input of applications that end at one of the playback_terminators: "*" by default, any or none.
func (ch *channel) terminators() *input {
	return &input{digit: func(d dtmf) bool {
		set := ch.get("playback_terminators")
		switch set {
		case "none":
			return false
		case "":
			set = "*"
		case "any":
			set = "1234567890*#"
		}
		if strings.IndexByte(set, d.digit) < 0 {
			return false
		}
		ch.set("playback_terminator_used", string(d.digit))
		return true
	}}
}
