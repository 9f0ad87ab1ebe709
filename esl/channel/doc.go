// Package channel controls one call over an outbound Event Socket connection: it executes applications and waits for
// their end, reads and sets variables, collects digits, plays, hangs up, and ends the connection so that the dialplan
// goes on. It is the call logic that scripts are given, and can be used from Go without any script.
//
// A Call is a connection whose hello is done; its Leg is the channel that the switch has handed over. One goroutine at a
// time may use a Call and its legs: every method that waits serves the connection meanwhile, so that digits, answer,
// bridge and hang-up are noticed in the order in which the switch sent them, and nothing else reads the connection.
//
// A method that waits ends early with ErrHangup when the channel is hung up, with ErrTransferred when somebody has sent
// it elsewhere, with an *esl.End when the connection is lost, and with the error of its context.
package channel
