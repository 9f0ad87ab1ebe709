package cli

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"
)

// Terminal is the world of a process: its standard streams, its environment, its signals.
func Terminal() World {
	w := World{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Env: os.LookupEnv,
		Signals: take(os.Interrupt, syscall.SIGTERM), Reloads: take(syscall.SIGHUP),
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

// take takes signals as a World does.
func take(which ...os.Signal) func() (<-chan os.Signal, func()) {
	return func() (<-chan os.Signal, func()) {
		signals := make(chan os.Signal, 2)
		signal.Notify(signals, which...)
		return signals, func() { signal.Stop(signals) }
	}
}
