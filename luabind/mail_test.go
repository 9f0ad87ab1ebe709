package luabind_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"eslua/luabind"
)

func TestEmail(t *testing.T) {
	const script = `
		print(freeswitch.email("a@example.com", "b@example.com", "Subject: x\n", "text\nmore", "f.wav", "convert", "mp3"))
		print(freeswitch.email("a@example.com", nil))
		print(select(2, pcall(freeswitch.email, "a@example.com")))`
	const arguments = "\nError in email expected 2..7 args, got 1"
	want := "email: no mailer is configured\nfalse\nemail: no mailer is configured\nfalse" + arguments
	if got := strings.Join(alone(t, luabind.Options{}, script), "\n"); got != want {
		t.Errorf("without a mailer: %s", got)
	}
	var sent []luabind.Mail
	mailer := func(_ context.Context, m luabind.Mail) error {
		if sent = append(sent, m); len(sent) > 1 {
			return errors.New("no sender")
		}
		return nil
	}
	if got := strings.Join(alone(t, luabind.Options{Mail: mailer}, script), "\n"); got != "true\nemail: no sender\nfalse"+arguments {
		t.Errorf("with a mailer: %s", got)
	}
	if m := (luabind.Mail{
		To: "a@example.com", From: "b@example.com", Headers: "Subject: x\n", Body: "text\nmore", File: "f.wav", ConvertCommand: "convert",
		ConvertExtension: "mp3",
	}); sent[0] != m {
		t.Errorf("sent %+v", sent[0])
	}
}
