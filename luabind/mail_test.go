package luabind_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"eslua/luabind"
	"eslua/luabind/vm"
)

// TestEmail compares with what a mod_lua has given to its mailer-app.
func TestEmail(t *testing.T) {
	dir := t.TempDir()
	sound := "RIFFabcdefghijklmnopqrstuvwxyz0123456789RIFFabcdefghijklmnopqrstuvwxyz0123456789"
	for name, text := range map[string]string{"a.wav": sound, "full.gsm": sound[:54], "padded.x": sound[:53]} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	const mixed = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"XXXX_boundary_XXXX\"\n"
	const end = "\n\n--XXXX_boundary_XXXX--\n.\n"
	attached := func(media, name, content string) string {
		return "\n\n--XXXX_boundary_XXXX\nContent-Type: " + media + "; name=\"" + name + "\"\nContent-ID: <ATTACHED@freeswitch.org>\n" +
			"Content-Transfer-Encoding: base64\nContent-Description: Sound attachment.\nContent-Disposition: attachment; filename=\"" +
			name + "\"\n\n" + content
	}
	const sound64 = "UklGRmFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6MDEyMzQ1Njc4OVJJRkZhYmNkZWZnaGlq\na2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3ODk="
	const full64 = "UklGRmFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6MDEyMzQ1Njc4OVJJRkZhYmNkZWZnaGlq\n"
	for args, want := range map[string]string{
		`"someone@example.com", "pbx@example.com", "Subject: missed call", "1001 has called."`: "pbx@example.com someone@example.com\n" +
			"Subject: missed call\n\n1001 has called.",
		`"someone@example.com", ""`:             "freeswitch someone@example.com\n\n\n",
		`"x@example.com", nil, nil, nil, nil`:   "freeswitch x@example.com\n\n\n",
		`"x@example.com", "f@x", "A: b\n", "b"`: "f@x x@example.com\nA: b\n\n\nb",
		`"Ada <x@y>", "Bob <f@x>", "A: b", "c"`: "Bob <f@x> Ada <x@y>\nA: b\n\nc",
		`"x@y", "f@x", "A: b", "Content-type: text/html\n\n<b>x</b>"`: "f@x x@y\n" + mixed +
			"A: b\n\n--XXXX_boundary_XXXX\nContent-type: text/html\n\n<b>x</b>" + end,
		`"x@y", "f@x", "A: b", "Content-Type: text/html\n\n<b>x</b>", DIR .. "/a.wav"`: "f@x x@y\n" + mixed +
			"A: b\n\n--XXXX_boundary_XXXX\nContent-Type: text/html\n\n<b>x</b>" + attached("audio/x-wav", "a.wav", sound64) + end,
		`"x@y", "f@x", nil, "b", "a.wav", nil, nil`: "f@x x@y\n" + mixed +
			"\n\n--XXXX_boundary_XXXX\nContent-Type: text/plain\n\nb" + attached("audio/x-wav", "a.wav", sound64) + end,
		`"x@y", "f@x", "A: b", "body", "a.wav", "cp", "mp3"`: "f@x x@y\n" + mixed +
			"A: b\n\n--XXXX_boundary_XXXX\nContent-Type: text/plain\n\nbody" + attached("audio/mpeg", "a.mp3", sound64) + end,
		`"x@y", "f@x", "", "", "full.gsm"`: "f@x x@y\n" + mixed +
			"\n\n--XXXX_boundary_XXXX\nContent-Type: text/plain\n\n" + attached("audio/inline", "full.gsm", full64) + end,
		`"x@y", "f@x", "", "", "padded.x"`: "f@x x@y\n" + mixed +
			"\n\n--XXXX_boundary_XXXX\nContent-Type: text/plain\n\n" + attached("audio/inline", "padded.x", base64.StdEncoding.EncodeToString([]byte(sound[:53]))) + end,
	} {
		t.Run(args, func(t *testing.T) {
			var sent []string
			got := alone(t, luabind.Options{
				Machine: vm.Options{Files: []vm.Dir{{Path: filepath.ToSlash(dir), Root: root, Write: true}}},
				Mail: func(_ context.Context, m luabind.Mail) error {
					sent = append(sent, fmt.Sprintf("%s %s\n%s", m.From, m.To, m.Text))
					return nil
				},
			}, "DIR = "+fmt.Sprintf("%q", filepath.ToSlash(dir))+" print(freeswitch.email("+args+"))")
			if strings.Join(got, "\n") != "true" || strings.Join(sent, "|") != want {
				t.Errorf("%q sends\n%s\nwant\n%s", got, strings.Join(sent, "|"), want)
			}
			if _, err := os.Stat(filepath.Join(dir, "a.mp3")); err == nil {
				t.Error("what was converted is still there")
			}
		})
	}
}

func TestEmailThatIsNotSent(t *testing.T) {
	refuses := func(context.Context, luabind.Mail) error { return errors.New("no queue") }
	for args, want := range map[string]string{
		`"", "f@x"`:                                    "EMAIL NOT SENT, error [No to address specified]\nfalse",
		`"x@y", "f@x"`:                                 "EMAIL NOT SENT, error [no queue]\nfalse",
		`"x@y", "f@x", "", "", ""`:                     "EMAIL NOT SENT, error [cannot open : No such file or directory]\nfalse",
		`"x@y", "f@x", "", "", "/etc/passwd"`:          "EMAIL NOT SENT, error [cannot open /etc/passwd: Permission denied]\nfalse",
		`"x@y", "f@x", "", "", "a.wav", "lame", "mp3"`: "EMAIL NOT SENT, error [lame ends with status 127]\nfalse",
	} {
		if got := strings.Join(alone(t, luabind.Options{Mail: refuses}, "print(freeswitch.email("+args+"))"), "\n"); got != want {
			t.Errorf("%s: %s", args, got)
		}
	}
	got := strings.Join(alone(t, luabind.Options{}, `print(freeswitch.email("x@y", "f@x")) print(select(2, pcall(freeswitch.email, "x@y")))`), "\n")
	if got != "EMAIL NOT SENT, error [no program is configured that sends it (mailer)]\nfalse\nError in email expected 2..7 args, got 1" {
		t.Errorf("without a mailer: %s", got)
	}
}
