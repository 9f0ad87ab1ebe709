package cli

import (
	"context"
	"log/slog"
	"os"

	"eslua/scripts"
)

// modes are what the option reload means.
var modes = map[string]scripts.Mode{"watch": scripts.Watch, "poll": scripts.Poll, "manual": scripts.Manual, "off": scripts.Off}

// reloadOn loads the scripts anew for each signal, until ctx ends.
func reloadOn(ctx context.Context, signals <-chan os.Signal, library *scripts.Library, log *slog.Logger) {
	for {
		select {
		case <-ctx.Done():
			return
		case s := <-signals:
			if err := library.Reload(ctx); err != nil {
				log.Error("scripts do not serve as they are on disk", "signal", s, "err", err)
				continue
			}
			log.Info("scripts looked at", "signal", s, "generation", library.Generation().Number())
		}
	}
}
