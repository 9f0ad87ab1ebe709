package corpus

import (
	"testing"
	"time"
)

func TestVoicemail(t *testing.T) {
	for _, tt := range []struct {
		name, line string
		steps      []step
		heard      string
		cause      string
		says       []string
	}{
		{
			name: "a message is deleted, and one is saved", line: "voicemail check",
			steps: []step{
				{time.Second, "4712#"}, {6 * time.Second, "4711#"}, // the second is pressed during the second prompt for it
				{9500 * time.Millisecond, "1"}, // during the count
				{14 * time.Second, "3"},        // during the first message
				{20 * time.Second, "1"},        // during the second: once more
				{30 * time.Second, "2"},
			},
			heard: "enter_pin wrong_pin enter_pin count-2-new count-1-saved message-1 say:49301 rec/one message_deleted " +
				"message-2 rec/two message-2 rec/two message_saved " +
				"count-0-new count-2-saved choice-saved-2 choice-greeting-5 count-0-new count-2-saved choice-saved-2 choice-greeting-5 " +
				"count-0-new count-2-saved choice-saved-2 choice-greeting-5 goodbye",
			cause: "NORMAL_CLEARING",
			says: []string{
				"[voicemail] wrong pin of 100, try 1", "[voicemail] 100 has 2 new and 1 saved messages", "[voicemail] message 1 from +49301, 0:04",
				"[voicemail] key 3 of 2000 samples", "[voicemail] message 2 from anonymous, 1:15", "lamp\tsip:100@north.example\tno\t0/2 (0/0)",
				"[voicemail] 100 has 0 new and 2 saved messages",
			},
		},
		{
			name: "the caller hangs up in the middle of a message", line: "voicemail check",
			steps: []step{{time.Second, "4711#"}, {6 * time.Second, "1"}, {10 * time.Second, "hangup"}},
			heard: "enter_pin count-2-new count-1-saved message-1 say:49301 rec/one", cause: "NORMAL_CLEARING",
			says: []string{"[voicemail] message 1 from +49301, 0:04", "call ended"},
		},
		{
			name: "the wrong pin", line: "voicemail check", steps: []step{{time.Second, "1#"}, {7 * time.Second, "22#"}, {13 * time.Second, "33#"}},
			heard: "enter_pin wrong_pin enter_pin wrong_pin enter_pin wrong_pin goodbye", cause: "NORMAL_CLEARING",
			says: []string{"[voicemail] wrong pin of 100, try 3"},
		},
		{
			name: "a message is left", line: "voicemail leave 100", steps: []step{{10 * time.Second, "hangup"}},
			heard: "welcome tone_stream://L=1;%(500, 0, 640)", cause: "NORMAL_CLEARING",
			says: []string{"[voicemail] recorded for 8 s of 30", "lamp\tsip:100@north.example\tyes\t3/1 (0/0)"},
		},
		{
			name: "a message that is too long", line: "voicemail leave 100",
			heard: "welcome tone_stream://L=1;%(500, 0, 640)", cause: "NORMAL_CLEARING",
			says: []string{"[voicemail] recorded for 31 s of 30", "lamp\tsip:100@north.example\tyes\t3/1 (0/0)"},
		},
		{
			name: "a mailbox that is turned off", line: "voicemail leave 101", cause: "UNALLOCATED_NUMBER",
			says: []string{"[voicemail] no mailbox 101 in north.example"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := newOffice(t)
			c := o.call(tt.line)
			if heard := o.heard(c, tt.steps...); heard != tt.heard {
				t.Errorf("heard\n%s\nwant\n%s", heard, tt.heard)
			}
			if c.Cause() != tt.cause {
				t.Errorf("cause %s, want %s", c.Cause(), tt.cause)
			}
			o.sw.After(time.Second) // for the hook
			o.says(tt.says...)
		})
	}
}
