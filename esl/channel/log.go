package channel

import (
	"strconv"

	"eslua/esl"
)

// logEvent makes an event of a line of the switch's log, so that those who wait for events can wait for it.
func logEvent(l esl.LogLine) *esl.Event {
	ev := esl.NewEvent("LOG")
	ev.Add("Log-Level", l.Level.String())
	ev.Add("Log-File", l.File)
	ev.Add("Log-Func", l.Func)
	ev.Add("Log-Line", strconv.Itoa(l.Line))
	if l.Channel != "" {
		ev.Add("Unique-ID", l.Channel)
	}
	ev.SetBody(l.Text)
	return ev
}
