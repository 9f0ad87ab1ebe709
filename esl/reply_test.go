package esl_test

import (
	"errors"
	"testing"

	"eslua/esl"
)

func TestAReplyTellsWhetherTheSwitchAccepted(t *testing.T) {
	for name, tt := range map[string]struct {
		frame      string
		text, body string
		err        string
	}{
		"good":               {"Content-Type: command/reply\nReply-Text: +OK\n\n", "+OK", "", ""},
		"a value":            {"Content-Type: command/reply\nReply-Text:  x: %41 \n\n", "x: %41 ", "", ""},
		"an error":           {"Content-Type: command/reply\nReply-Text: -ERR no\n\n", "-ERR no", "", "-ERR no"},
		"usage":              {"Content-Type: command/reply\nReply-Text: -USAGE: x\n\n", "-USAGE: x", "", "-USAGE: x"},
		"no text":            {"Content-Type: command/reply\n\n", "", "", ""},
		"output":             {"Content-Type: api/response\nContent-Length: 4\n\n+OK\n", "", "+OK\n", ""},
		"an error as output": {"Content-Type: api/response\nContent-Length: 14\n\n-ERR no reply\n", "", "-ERR no reply\n", "-ERR no reply"},
		"output of one byte": {"Content-Type: api/response\nContent-Length: 1\n\n-", "", "-", ""},
		"no output":          {"Content-Type: api/response\nContent-Length: 0\n\n", "", "", ""},
	} {
		c, p := newCall(t, asyncFull(), esl.Options{})
		sent := start(t, c, esl.API("x", ""))
		p.send(tt.frame)
		r := await(t, sent[0])
		if r.Text != tt.text || r.Body != tt.body || r.OK() != (tt.err == "") {
			t.Errorf("%s: text %q, body %q, OK %v; want %q, %q, %v", name, r.Text, r.Body, r.OK(), tt.text, tt.body, tt.err == "")
		}
		var refused *esl.ReplyError
		switch err := r.Err(); {
		case tt.err == "":
			if err != nil {
				t.Errorf("%s: %v, want no error", name, err)
			}
		case !errors.As(err, &refused) || refused.Text != tt.err || !errors.Is(err, esl.ErrReply):
			t.Errorf("%s: %v, want a ReplyError %q", name, err, tt.err)
		}
	}
}

func TestOtherHeadersOfAReplyAreReadAsTheyWereSent(t *testing.T) {
	c, p := newCall(t, asyncFull(), esl.Options{})
	sent := start(t, c, esl.BgAPI("", "status", ""))
	p.send("Content-Type: command/reply\nReply-Text: +OK Job-UUID: 1-2\nJob-UUID: 1-2\n\n")
	if got := await(t, sent[0]).Header("job-uuid"); got != "1-2" {
		t.Errorf("Job-UUID %q, want 1-2", got)
	}
}
