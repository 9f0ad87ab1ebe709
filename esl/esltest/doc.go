// Package esltest is a simulated FreeSWITCH that speaks the Event Socket protocol over real sockets or in-memory pipes, so
// that an outbound server, an inbound client or a call script can be tested without a switch.
//
// A Switch is given a World: a dialplan, sounds, users, global variables. Call places a call; when its dialplan comes to
// the socket application the switch connects to the application under test and behaves as the real one does: the four
// modes, the reply texts, the events with their headers, the 20 ms ticks, linger, the end of the connection and what
// becomes of the call then. The far end of the call is a telephone that presses digits and hangs up as told. The example
// shows all of it.
//
// Everything in it runs by one clock. With that of Virtual a call passes in no time and always in the same way, as long as
// the application under test goes by it, too: Options.Clock of package esl is the same clock, and a goroutine that waits
// for the switch is started with the Go of the clock, in place of go. What else it waits for, as a database, keeps the time
// standing still.
//
// What the simulation does is what recordings of a real switch show (tests/testdata/wire) and, where no recording does,
// what the switch's source says. No sound is made: files have a length, and that is all there is of them.
package esltest
