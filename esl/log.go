package esl

import "strconv"

// LogLine is one line of the switch's log, as sent after Log (event-socket.md 13).
type LogLine struct {
	Level LogLevel
	// File, Func and Line are where in the switch's source it was written.
	File string
	Func string
	Line int
	// Channel is the uuid of the channel it is about, or "".
	Channel string
	// Text is the line itself with its line feed and, mostly, with a time in front.
	Text string
}

// LogLine is the line in a log/data frame.
func (f *Frame) LogLine() LogLine {
	number := func(name string) int {
		n, _ := strconv.Atoi(f.Header(name)) // a line that says nonsense is still a line
		return n
	}
	return LogLine{
		Level:   LogLevel(number("Log-Level")),
		File:    f.Header("Log-File"),
		Func:    f.Header("Log-Func"),
		Line:    number("Log-Line"),
		Channel: f.Header("User-Data"),
		Text:    string(f.Body),
	}
}
