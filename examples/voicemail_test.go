package examples_test

import (
	"testing"
	"time"

	"eslua/engine"
	"eslua/esl/esltest"
)

const mailboxes = `
	CREATE TABLE mailboxes (number TEXT PRIMARY KEY, pin TEXT NOT NULL, failures INTEGER NOT NULL DEFAULT 0, locked_until INTEGER NOT NULL DEFAULT 0);
	INSERT INTO mailboxes (number, pin) VALUES ('1001', '4711')`

func TestVoicemail(t *testing.T) {
	o := open(t, esltest.World{}, engine.Options{}, esltest.Options{})
	o.sql("voicemail", mailboxes)
	// The greeting takes ten seconds; then the caller speaks, and listens to it, before it is saved.
	c := o.call("voicemail/main.lua leave 1001", nil)
	o.play(c, step{15 * time.Second, "#"}, step{time.Second, "2"}, step{8 * time.Second, "1"})
	o.hears(c, "vm-person", "vm-not_available", "vm-record_message", "tone_stream", "save_review_record", "/voicemail-1001-", "recording_saved", "vm-goodbye")
	if got := o.sql("voicemail", "SELECT mailbox, caller_number, state, seconds > 2 FROM messages"); got != "1001|4930123456|new|1" {
		t.Errorf("messages: %q", got)
	}
	// The owner guesses first.
	c = o.call("voicemail/main.lua check", nil)
	o.play(c, step{4 * time.Second, "1001#"}, step{3 * time.Second, "1234#"}, step{5 * time.Second, "4711#"}, step{30 * time.Second, "7"})
	o.hears(c, "vm-hello", "vm-enter_id", "vm-enter_pass", "vm-fail_auth", "vm-enter_pass", "vm-you_have", "vm-message_number", "/voicemail-1001-", "vm-deleted", "vm-no_more")
	if got := o.sql("voicemail", "SELECT state, (SELECT failures FROM mailboxes) FROM messages"); got != "deleted|0" {
		t.Errorf("messages: %q", got)
	}
	o.logs()
}

func TestVoicemailWhenTheCallerHangsUp(t *testing.T) {
	for _, c := range []struct {
		name string
		line string
		at   time.Duration
		want string
	}{
		{"in the greeting", "leave 1001", 3 * time.Second, ""},
		{"after a word", "leave 1001", 8500 * time.Millisecond, ""},
		{"while speaking", "leave 1001", 20 * time.Second, "new"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := open(t, esltest.World{}, engine.Options{}, esltest.Options{})
			o.sql("voicemail", mailboxes)
			call := o.call("voicemail/main.lua "+c.line, nil)
			o.play(call, step{c.at, ""})
			if got := o.sql("voicemail", "SELECT state FROM messages"); got != c.want {
				t.Errorf("messages %q, want %q", got, c.want)
			}
			o.logs()
		})
	}
}
