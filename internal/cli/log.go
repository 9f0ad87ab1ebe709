package cli

import (
	"io"
	"log/slog"
	"net"
	"os"
	"time"

	"eslua/engine"
	"eslua/internal/config"
)

// logHandler writes the log of the server: one line for each record, as text or as a JSON object, in which times are
// seconds.
func logHandler(w io.Writer, format string, level slog.Level) slog.Handler {
	opts := &slog.HandlerOptions{Level: level, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		switch v := a.Value.Any().(type) {
		case slog.Level:
			a.Value = slog.StringValue(engine.LevelName(v))
		case net.Addr:
			a.Value = slog.StringValue(v.String())
		case os.Signal:
			a.Value = slog.StringValue(v.String())
		case time.Duration:
			if format == config.LogJSON {
				a.Value = slog.Float64Value(v.Seconds())
			}
		}
		return a
	}}
	if format == config.LogJSON {
		return slog.NewJSONHandler(w, opts)
	}
	return slog.NewTextHandler(w, opts)
}
