package cli

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"
)

// Terminal is the world of a process: its standard streams, its environment, its signals.
func Terminal() World {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	w := World{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Env: os.LookupEnv, Signals: signals}
	w.Reloads = func() (<-chan os.Signal, func()) {
		reloads := make(chan os.Signal, 1)
		signal.Notify(reloads, syscall.SIGHUP)
		return reloads, func() { signal.Stop(reloads) }
	}
	if term.IsTerminal(int(os.Stdin.Fd())) {
		w.Keys = func() (func(), error) {
			state, err := term.MakeRaw(int(os.Stdin.Fd()))
			return func() { term.Restore(int(os.Stdin.Fd()), state) }, err
		}
	}
	_, plain := os.LookupEnv("NO_COLOR")
	w.Colour = term.IsTerminal(int(os.Stdout.Fd())) && !plain
	return w
}
