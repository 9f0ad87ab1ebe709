package cli

import (
	"io"
	"log/slog"

	"eslua/engine"
	"eslua/internal/config"
)

// logHandler writes the log of the server: one line for each record, as text or as a JSON object.
func logHandler(w io.Writer, format string, level slog.Level) slog.Handler {
	opts := &slog.HandlerOptions{Level: level, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.LevelKey {
			if l, ok := a.Value.Any().(slog.Level); ok {
				a.Value = slog.StringValue(engine.LevelName(l))
			}
		}
		return a
	}}
	if format == config.LogJSON {
		return slog.NewJSONHandler(w, opts)
	}
	return slog.NewTextHandler(w, opts)
}
