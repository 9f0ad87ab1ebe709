package esltest

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"eslua/esl"
)

// LogLine is a line of the switch's log.
type LogLine struct {
	Time    time.Time
	Level   esl.LogLevel
	Channel string // the uuid it is about, or ""
	Text    string // without the line feed at its end
}

var (
	executeLine = regexp.MustCompile(`^EXECUTE \[depth=\d+\] (\S+) (\w+)\((?s:(.*))\)$`)
	hangupLine  = regexp.MustCompile(`^Hangup (\S+) \[\w+\] \[(\w+)\]$`)
)

// Executes tells whether a line says that an application begins: which, with which argument, on the channel of which name.
func (l LogLine) Executes() (name, app, arg string, ok bool) {
	if !strings.HasPrefix(l.Text, "EXECUTE ") { // most lines are about something else
		return "", "", "", false
	}
	m := executeLine.FindStringSubmatch(l.Text)
	if m == nil {
		return "", "", "", false
	}
	return m[1], m[2], m[3], true
}

// HangsUp tells whether a line says that a channel hangs up: that of which name, and the cause.
func (l LogLine) HangsUp() (name, cause string, ok bool) {
	if !strings.HasPrefix(l.Text, "Hangup ") {
		return "", "", false
	}
	m := hangupLine.FindStringSubmatch(l.Text)
	if m == nil {
		return "", "", false
	}
	return m[1], m[2], true
}

// parseLogLevel reads the name of a level in any case, or a number; ERROR and WARN are none.
func parseLogLevel(s string) (esl.LogLevel, bool) {
	for l := esl.LogConsole; l <= esl.LogDebug; l++ {
		if strings.EqualFold(s, l.String()) {
			return l, true
		}
	}
	if s != "" && (s[0] == '-' || s[0] >= '0' && s[0] <= '9') {
		return esl.LogLevel(max(atoi(s), 0)), true
	}
	return 0, false
}

// The numbers of the log's text channels, as log frames show them.
const (
	logByID      = 0
	logClean     = 1
	logOfSession = 3
)

func (ch *channel) logf(level esl.LogLevel, at site, format string, args ...any) {
	ch.logTo(level, at, logOfSession, format, args)
}

// logFrom writes a line in the name of the place that called a function of the channel.
func (ch *channel) logFrom(level esl.LogLevel, at site, format string, args ...any) {
	ch.logTo(level, at, logByID, format, args)
}

// logClean writes a line without time and place in front.
func (ch *channel) logClean(level esl.LogLevel, at site, format string, args ...any) {
	ch.logTo(level, at, logClean, format, args)
}

func (ch *channel) logTo(level esl.LogLevel, at site, textChannel int, format string, args []any) {
	if ch.sw.logged() {
		ch.sw.log(level, at, textChannel, ch.uuid, fmt.Sprintf(format, args...))
	}
}

// logged tells whether anybody reads the log.
func (sw *Switch) logged() bool { return sw.options.Log != nil || len(sw.loggers) > 0 }

func (sw *Switch) log(level esl.LogLevel, at site, textChannel int, uuid, text string) {
	if sw.options.Log != nil {
		sw.options.Log(LogLine{sw.now, level, uuid, text})
	}
	if len(sw.loggers) == 0 {
		return
	}
	line := text + "\n"
	if textChannel != logClean {
		line = fmt.Sprintf("%s 99.00%% [%s] %s:%d %s\n", sw.now.Format("2006-01-02 15:04:05.000000"),
			min(level, esl.LogDebug), at.file, at.line, text)
	}
	for _, l := range sw.loggers {
		l.offerLog(level, at, textChannel, uuid, line)
	}
}
