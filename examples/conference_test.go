package examples_test

import (
	"strings"
	"testing"
	"time"

	"eslua/engine"
	"eslua/esl/esltest"
)

// rooms is a switch with a conference: it notes who comes in and what the room hears.
func rooms(heard *[]string, members string) esltest.Options {
	return esltest.Options{
		Commands: map[string]func(esltest.Command) string{"conference": func(c esltest.Command) string {
			*heard = append(*heard, c.Arg)
			if strings.HasSuffix(c.Arg, " list count") {
				return members
			}
			return "+OK"
		}},
		Applications: map[string]func(esltest.Application){"conference": func(a esltest.Application) {
			*heard = append(*heard, "enters "+a.Arg)
			a.Wait(time.Minute)
		}},
	}
}

var pins = map[string]string{"conference_pin": "1357", "conference_moderator_pin": "97531"}

func TestConference(t *testing.T) {
	for _, c := range []struct {
		name    string
		members string
		steps   []step
		entered string
		hears   []string
	}{
		{"a member", "3", []step{{4 * time.Second, "1357#"}}, "3000@default+flags{wait-mod}", []string{"conf-welcome", "conf-enter_conf_pin", "vm-record_name1", "conf-goodbye"}},
		{"a moderator", "20", []step{{4 * time.Second, "97531#"}}, "3000@default+flags{moderator|endconf}", []string{"conf-enter_conf_pin"}},
		{"the room is full", "20", []step{{4 * time.Second, "1357#"}}, "", []string{"conf-conference_is_full", "conf-goodbye"}},
		{"a room without anybody", "-ERR Conference 3000 not found", []step{{4 * time.Second, "1357#"}}, "3000@default+flags{wait-mod}", nil},
		{"wrong at first", "3", []step{{4 * time.Second, "1#"}, {4 * time.Second, "1357#"}}, "3000@default+flags{wait-mod}", []string{"conf-enter_conf_pin", "conf-bad-pin", "conf-enter_conf_pin", "vm-record_name1"}},
		{"wrong", "3", []step{{4 * time.Second, "1#"}, {4 * time.Second, "12#"}, {5 * time.Second, "1358#"}}, "", []string{"conf-bad-pin", "conf-bad-pin", "conf-bad-pin", "conf-goodbye"}},
		{"hangs up at the door", "3", []step{{4 * time.Second, ""}}, "", nil},
		{"hangs up while saying the name", "3", []step{{4 * time.Second, "1357#"}, {4 * time.Second, ""}}, "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var heard []string
			o := open(t, esltest.World{}, engine.Options{}, rooms(&heard, c.members))
			call := o.call("conference/main.lua 3000", pins)
			o.play(call, c.steps...)
			entered := ""
			for _, h := range heard {
				if room, ok := strings.CutPrefix(h, "enters "); ok {
					entered = room
				}
			}
			if entered != c.entered {
				t.Errorf("entered %q, want %q", entered, c.entered)
			}
			if joined, left := strings.Contains(strings.Join(heard, "\n"), "conf-has_joined"), strings.Contains(strings.Join(heard, "\n"), "conf-has_left"); joined != (c.entered != "") || left != joined {
				t.Errorf("joined %v, left %v: %q", joined, left, heard)
			}
			o.hears(call, c.hears...)
			o.logs()
		})
	}
}

func TestConferenceHangUpWithin(t *testing.T) {
	var heard []string
	o := open(t, esltest.World{}, engine.Options{}, rooms(&heard, "3"))
	o.play(o.call("conference/main.lua 3000", pins), step{4 * time.Second, "1357#"}, step{30 * time.Second, ""})
	if all := strings.Join(heard, "\n"); !strings.Contains(all, "conf-has_left") {
		t.Errorf("the others did not hear that the caller has left: %s", all)
	}
	o.logs()
}

func TestConferenceWithoutPIN(t *testing.T) {
	var heard []string
	o := open(t, esltest.World{}, engine.Options{}, rooms(&heard, "3"))
	c := o.call("conference/main.lua 3000", nil)
	o.finish(c)
	if c.Answered() || len(heard) != 0 {
		t.Errorf("answered %v, %q", c.Answered(), heard)
	}
	o.logs("conference_pin is not set")
}
