package esl_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"eslua/esl"
)

func TestAUserOfTheDirectoryLogsIn(t *testing.T) {
	ours, theirs := newPipe()
	p := &peer{t: t, conn: theirs}
	p.send("Content-Type: auth/request\n\nContent-Type: command/reply\nReply-Text: +OK accepted\nAllowed-Events: DTMF\n" +
		"Allowed-API: status\nAllowed-LOG: false\n\n")
	c, err := esl.NewInbound(patience(t), ours, esl.Login{User: "1000@example.com", Password: "pw"}, esl.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	p.expect("userauth 1000@example.com:pw")
	for name, want := range map[string]string{"Allowed-Events": "DTMF", "Allowed-API": "status", "Allowed-LOG": "false"} {
		if got := c.LoginReply().Header(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestAFailedLoginSaysWhy(t *testing.T) {
	const request = "Content-Type: auth/request\n\n"
	const notice = "Content-Type: text/disconnect-notice\nContent-Length: 4\n\nbye\n"
	for name, tt := range map[string]struct {
		stream string
		is     error
		reason esl.EndReason
		text   string
	}{
		"wrong password": {request + "Content-Type: command/reply\nReply-Text: -ERR invalid\n\n" + notice, esl.ErrLogin, 0,
			`login refused: esl: the switch answered "-ERR invalid"`},
		"the access list": {"Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n" + notice, esl.ErrClosed,
			esl.EndRejected, `esl: connection has ended (rejected): "Access Denied, go away."`},
		"a notice":          {notice, esl.ErrClosed, esl.EndNotice, `esl: connection has ended (notice): "bye"`},
		"a notice later":    {request + notice, esl.ErrClosed, esl.EndNotice, `esl: connection has ended (notice): "bye"`},
		"the end":           {"", esl.ErrClosed, esl.EndEOF, `esl: connection has ended (eof)`},
		"the end later":     {request, esl.ErrClosed, esl.EndEOF, `esl: connection has ended (eof)`},
		"something else":    {"Content-Type: log/data\n\n", esl.ErrClosed, esl.EndBroken, `esl: connection has ended (broken): the switch sent log/data where auth/request was due`},
		"an event as reply": {request + frameOf("text/event-plain", "a: b\n\n"), esl.ErrClosed, esl.EndBroken, `esl: connection has ended (broken): the switch sent text/event-plain where command/reply was due`},
		"no event socket":   {"HTTP/1.1 400 Bad Request\r\nContent-Length: 99999999999\r\n\r\n", esl.ErrBodyLength, esl.EndBroken, `esl: connection has ended (broken): esl: read frame: Content-Length 99999999999 is above the limit 16777216`},
	} {
		ours, theirs := newPipe()
		theirs.Write([]byte(tt.stream))
		theirs.(pipeEnd).out.end(false)
		_, err := esl.NewInbound(patience(t), ours, esl.Login{Password: password}, esl.Options{})
		if !errors.Is(err, tt.is) || err.Error() != tt.text {
			t.Errorf("%s: %v\nwant\n%s", name, err, tt.text)
		}
		var end *esl.End
		if errors.As(err, &end) && end.Reason != tt.reason {
			t.Errorf("%s: reason %v, want %v", name, end.Reason, tt.reason)
		}
		if _, err := ours.Write(nil); err == nil {
			if _, err := ours.Read(make([]byte, 1)); err == nil {
				t.Errorf("%s: the connection is still open", name)
			}
		}
	}
}

func TestALoginThatCannotBeSentIsRefused(t *testing.T) {
	ours, theirs := newPipe()
	theirs.Write([]byte("Content-Type: auth/request\n\n"))
	_, err := esl.NewInbound(patience(t), ours, esl.Login{Password: password + "\n"}, esl.Options{})
	if !errors.Is(err, esl.ErrUnsafe) || strings.Contains(err.Error(), password) {
		t.Errorf("%v, want %v without the password", err, esl.ErrUnsafe)
	}
}

func TestALoginEndsWithItsContext(t *testing.T) {
	ours, _ := newPipe()
	ctx, cancel := context.WithCancel(context.Background())
	go cancel()
	if _, err := esl.NewInbound(ctx, ours, esl.Login{Password: "x"}, esl.Options{}); err != context.Canceled {
		t.Errorf("%v, want %v", err, context.Canceled)
	}
}
