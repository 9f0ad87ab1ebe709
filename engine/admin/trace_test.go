package admin_test

import (
	"strings"
	"testing"

	"eslua/engine/admin"
	"eslua/esl"
)

// TestDescribe: a trace shows what the switch has answered, above all when it is an error.
func TestDescribe(t *testing.T) {
	for text, want := range map[string]string{
		"Content-Type: command/reply\nReply-Text: -ERR no such channel\n\n":                              "< command/reply -ERR no such channel",
		"Content-Type: command/reply\nReply-Text: +OK Job-UUID: 1\nJob-UUID: 1\n\n":                      "< command/reply +OK Job-UUID: 1",
		"Content-Type: api/response\nContent-Length: 13\n\n-ERR nothing\n":                               "< api/response -ERR nothing",
		"Content-Type: api/response\nContent-Length: 4\n\n\x1b[2J":                                       `< api/response \x1b[2J`,
		"Content-Type: command/reply\nReply-Text: %2BOK\nEvent-Name: CHANNEL_DATA\nUnique-ID: 1\n\n":     "< CHANNEL_DATA",
		"Content-Type: text/event-plain\nContent-Length: 32\n\nEvent-Name: DTMF\nDTMF-Digit: 5\n\n":      `< DTMF DTMF-Digit="5"`,
		"Content-Type: text/disconnect-notice\nContent-Disposition: linger\nContent-Length: 0\n\n":       "< text/disconnect-notice linger",
		"Content-Type: text/disconnect-notice\nContent-Length: 24\n\nDisconnected, goodbye.\n\n":         "< text/disconnect-notice Disconnected, goodbye.",
		"Content-Type: command/reply\nReply-Text: +OK event listener enabled plain\nX-Y: Event-Name\n\n": "< command/reply +OK event listener enabled plain",
	} {
		f, err := esl.NewFrameReader(strings.NewReader(text), esl.Limits{}).Next()
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if got := strings.Join(admin.Describe(esl.Traffic{Frame: f}), "\n"); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	got := admin.Describe(esl.Traffic{Sent: []byte("api status \x1b[2J\n\nsendmsg\ncall-command: hangup\n\n")})
	if strings.Join(got, "\n") != `> api status \x1b[2J`+"\n> sendmsg | call-command: hangup" {
		t.Errorf("%q", got)
	}
}
