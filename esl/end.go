package esl

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// EndReason says how a connection ended.
type EndReason int

const (
	// EndClosed: Close was called here.
	EndClosed EndReason = iota
	// EndNotice: the switch said goodbye: after exit, after hang-up, when linger was over, or when it shut down or
	// dropped the connection for lost events. End.Text is what it said.
	EndNotice
	// EndEOF: the connection was closed without a word.
	EndEOF
	// EndBroken: the connection broke, or the switch sent what is no frame. End.Err says more.
	EndBroken
	// EndRejected: the switch's access list refuses us.
	EndRejected
	// EndOverflow: events that must not be dropped came faster than they were taken, beyond the limit.
	EndOverflow
	// EndSilent: the switch did not answer for too long.
	EndSilent
)

func (r EndReason) String() string {
	return [...]string{"closed", "notice", "eof", "broken", "rejected", "overflow", "silent"}[r]
}

// ErrClosed is what every *End wraps: nothing more will come from this connection.
var ErrClosed = errors.New("connection has ended")

// End is the end of a connection. It is the error of everything that is asked of the connection afterwards.
type End struct {
	Reason EndReason
	// Text is the body of the switch's notice or rejection, without the line feed at its end.
	Text string
	// Err is what broke the connection.
	Err error
}

func (e *End) Error() string {
	switch {
	case e.Err != nil:
		return fmt.Sprintf("esl: connection has ended (%s): %v", e.Reason, e.Err)
	case e.Text != "":
		return fmt.Sprintf("esl: connection has ended (%s): %q", e.Reason, e.Text)
	}
	return fmt.Sprintf("esl: connection has ended (%s)", e.Reason)
}

// Is tells that an *End is ErrClosed.
func (e *End) Is(target error) bool { return target == ErrClosed }

// Unwrap is what broke the connection.
func (e *End) Unwrap() error { return e.Err }

// endOf turns the error of a read into an End.
func endOf(err error) *End {
	if errors.Is(err, io.EOF) {
		return &End{Reason: EndEOF}
	}
	return &End{Reason: EndBroken, Err: err}
}

// LingerNotice is the switch's word that the channel is down and that the connection stays on (event-socket.md 10).
type LingerNotice struct {
	Channel string // uuid
	Name    string
	Seconds int // -1: until exit
}

// lingerNotice is the linger notice in a frame, or nil.
func (f *Frame) lingerNotice() *LingerNotice {
	if f.Type != DisconnectNotice || !strings.EqualFold(f.Header("Content-Disposition"), "linger") {
		return nil
	}
	seconds, err := strconv.Atoi(f.Header("Linger-Time"))
	if err != nil {
		seconds = -1
	}
	return &LingerNotice{f.Header("Controlled-Session-UUID"), f.Header("Channel-Name"), seconds}
}
