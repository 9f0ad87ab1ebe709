package engine

import "log/slog"

// The levels of a switch's log that slog has no name for.
const (
	LevelNotice  = slog.LevelInfo + 2
	LevelCrit    = slog.LevelError + 2
	LevelAlert   = slog.LevelError + 4
	LevelConsole = slog.LevelError + 6 // always shown
)

// levels are those of consoleLog, by their numbers.
var levels = [...]slog.Level{
	LevelConsole, LevelAlert, LevelCrit, slog.LevelError, slog.LevelWarn, LevelNotice, slog.LevelInfo, slog.LevelDebug,
}

// LevelName is how a level is shown: as slog does, and NOTICE, CRIT, ALERT and CONSOLE.
func LevelName(l slog.Level) string {
	switch l {
	case LevelNotice:
		return "NOTICE"
	case LevelCrit:
		return "CRIT"
	case LevelAlert:
		return "ALERT"
	case LevelConsole:
		return "CONSOLE"
	}
	return l.String()
}
