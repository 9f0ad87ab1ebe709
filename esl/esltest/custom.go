package esltest

import (
	"time"

	"eslua/esl"
)

// Application is a run of an application of the test's own on a channel (Options.Applications). Its functions must be
// called from the run itself.
type Application struct {
	// UUID is the channel's.
	UUID string
	// Arg is the argument, expanded.
	Arg string
	ch  *channel
	t   *thread
}

// Get reads a variable as the switch looks it up, "" when there is none.
func (a Application) Get(name string) string { return a.ch.get(name) }

// Set sets a variable of the channel; "" deletes it.
func (a Application) Set(name, value string) { a.ch.set(name, value) }

// Respond sets what Application-Response will be.
func (a Application) Respond(text string) { a.ch.respond(text) }

// Execute runs another application within this one and tells whether there was one to run.
func (a Application) Execute(app, arg string) bool { return a.ch.execute(a.t, app, arg) }

// Wait lets time pass on the channel, as a sleep does that digits do not end. It reports false when the channel cannot be
// worked with any more, or when a break has come.
func (a Application) Wait(d time.Duration) bool { return a.ch.rest(a.t, d, nil) == played }

// Digit takes the next digit that the far end has pressed, and waits for it so long. It reports false when there was none.
func (a Application) Digit(d time.Duration) (byte, bool) {
	buf, _, _ := a.ch.collect(a.t, collector{max: 1, first: d}, "")
	if buf == "" {
		return 0, false
	}
	return buf[0], true
}

// Fire fires an event about the channel with these headers.
func (a Application) Fire(name string, headers ...esl.Header) {
	ev := a.ch.makeEvent(name, siteApplication)
	for _, h := range headers {
		ev.Add(h.Name, h.Value)
	}
	a.ch.addData(ev)
	a.ch.sw.fire(ev)
}

// Hangup hangs the channel up.
func (a Application) Hangup(cause string) { a.ch.hangup(esl.ParseCause(cause), siteHangupApp) }
