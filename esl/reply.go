package esl

import (
	"errors"
	"fmt"
	"strings"
)

// Reply is the switch's answer to a command.
type Reply struct {
	// Text is what stands behind Reply-Text: of a command/reply, as "+OK" or "-ERR command not found". The reply to
	// Connect is "+OK".
	Text string
	// Body is the output of an API command, as it came: with its line feeds, and "-ERR no reply\n" for an empty one.
	Body string
	// Frame is the whole message.
	Frame Frame
}

func newReply(f Frame) *Reply {
	r := &Reply{Text: f.Header("Reply-Text"), Frame: f}
	switch {
	case f.Type == APIResponse:
		r.Body = string(f.Body)
	case f.isConnect():
		r.Text = strings.TrimRight(URLDecode(r.Text), "\n")
	}
	return r
}

// isConnect tells the event-shaped reply to connect from other replies (event-socket.md 5.2).
func (f *Frame) isConnect() bool {
	return f.Type == CommandReply && f.Header("Socket-Mode") != "" && f.Header("Event-Name") != ""
}

// Header is a header of the reply besides Reply-Text, as Job-UUID or Allowed-Events.
func (r *Reply) Header(name string) string { return r.Frame.Header(name) }

// OK tells whether the switch accepted the command: for an API command, whether its output does not begin with -ERR or
// -USAGE.
func (r *Reply) OK() bool { return r.Err() == nil }

// ErrReply is what ReplyError wraps.
var ErrReply = errors.New("error reply")

// ReplyError is a reply that begins with -ERR or -USAGE. Its text is what the switch said, without the line feed.
type ReplyError struct{ Text string }

func (e *ReplyError) Error() string { return fmt.Sprintf("esl: the switch answered %q", e.Text) }
func (e *ReplyError) Unwrap() error { return ErrReply }

// Err is nil for a good reply, else a *ReplyError.
func (r *Reply) Err() error {
	text := r.Text
	if r.Frame.Type == APIResponse {
		text = strings.TrimRight(r.Body, "\n")
	}
	if strings.HasPrefix(text, "-ERR") || strings.HasPrefix(text, "-USAGE") {
		return &ReplyError{text}
	}
	return nil
}
