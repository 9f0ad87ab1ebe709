// Package esl speaks the Event Socket of FreeSWITCH, the protocol by which a program controls calls and follows what
// happens on the switch. It knows the wire and nothing above it: no call flow, no policy.
//
// # Outbound: the switch calls us
//
// The dialplan runs the application socket, as in
//
//	<action application="socket" data="127.0.0.1:8084 async full"/>
//
// and the switch connects for that one call. A [Server] takes such connections and runs a handler for each. The handler
// sends [Conn.Connect] first, subscribes to what it wants to see, and controls the call. The words async and full decide
// what is possible, see [Mode]; a command that the switch would refuse is refused here before anything is sent
// ([ErrNotAllowed]).
//
// # Inbound: we call the switch
//
// A [Client] logs in to the switch's listener and stays connected: it connects again after a loss, restores filters and
// subscriptions, and says where events may be missing. [Dial] makes one connection without all that.
//
// # A connection
//
// A [Conn] reads all the time, whatever its user does. What comes is one of three things:
//
//   - A reply goes to the command that it answers: [Conn.Send] waits for it, [Conn.Start] does not. A reply that comes
//     after its command was given up is passed over and never answers another one.
//   - An event that was awaited, the completion of an application or the result of a job, goes to who awaits it:
//     [Conn.Execute] and [Conn.BgAPI].
//   - All events, those awaited included, and all other messages wait in order for [Conn.Recv]. The queue is bounded: events
//     that nobody takes are dropped, oldest first, and counted; vital ones of the own channel are never dropped, and the
//     connection ends when there are too many of them. A handler that uses [Conn.Execute] should therefore also take
//     messages.
//
// The end of a connection has a reason, [End], which is the error of everything that is asked of the connection then.
// [Conn.Close] may be called at any time, from any goroutine.
//
// # Commands and events
//
// Each command of the protocol has a function or a type that makes a [Command]: [API], [Subscribe], [Execute], [SendEvent]
// and so on. Arguments are sent as they are or not at all: what would be cut, would end its line or would begin another
// command is an error.
//
// An [Event] is the same whether it came in plain, JSON or XML form. Its values are decoded when they are asked for.
//
// # Time
//
// Deadlines, pauses and time-outs go by the clock of [Options], which tests may replace.
package esl
