package engine_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"eslua/engine"
	"eslua/luabind"
)

func TestMailProgram(t *testing.T) {
	dir := t.TempDir()
	program, out := filepath.Join(dir, "mailer"), filepath.Join(dir, "out")
	text := "#!/bin/sh\nprintf '[%s]' \"$@\" > " + out + "\ncat >> " + out + "\ncase $* in *full*) echo 'no space' >&2; exit 75;; esac\n"
	if err := os.WriteFile(program, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	send := engine.MailProgram(program, "-t", "-X")
	for _, tt := range []struct{ from, to, wrong, out string }{
		{"Bob <f@x>", "it's $(x)@y; id", "", "[-f][Bob <f@x>][-t][-X][it's $(x)@y; id]Subject: a\n\nb"},
		{"f@x", "full@y", program + ": exit status 75: no space", "[-f][f@x][-t][-X][full@y]Subject: a\n\nb"},
		{"f@x", "-bs", `"-bs" is no address`, ""},
		{"-x", "x@y", `"-x" is no address`, ""},
	} {
		os.Remove(out)
		err := send(t.Context(), luabind.Mail{From: tt.from, To: tt.to, Text: []byte("Subject: a\n\nb")})
		if (err == nil) != (tt.wrong == "") || err != nil && err.Error() != tt.wrong {
			t.Errorf("%s: %v, want %q", tt.to, err, tt.wrong)
		}
		if got, _ := os.ReadFile(out); string(got) != tt.out {
			t.Errorf("%s: the program got %q, want %q", tt.to, got, tt.out)
		}
	}
	if err := engine.MailProgram(filepath.Join(dir, "none"))(t.Context(), luabind.Mail{To: "x@y"}); err == nil || !strings.Contains(err.Error(), "none") {
		t.Errorf("without a program: %v", err)
	}
}
