package esl

import (
	"errors"
	"strings"
	"testing"
)

func TestParseCommands(t *testing.T) {
	for _, tt := range []struct{ text, name, wire string }{
		{"api status", "api", "api status\n\n"},
		{"\r\n\nAPI status \r\n\r\n", "api", "API status \n\n"},
		{"bgapi status\nJob-UUID: x\n\n", "bgapi", "bgapi status\nJob-UUID: x\n\n"},
		{"sendmsg abc\ncall-command:execute\nno colon\nempty:\nexecute-app-name:  set\n", "sendmsg", "sendmsg abc\ncall-command: execute\nexecute-app-name: set\n\n"},
		{"sendmsg\ncontent-length: 5\nx: y\n\na\r\n\nb", "sendmsg", "sendmsg\nx: y\nContent-Length: 5\n\na\r\n\nb"},
		{"exitfoo", "exit", "exitfoo\n\n"},
		{"...", "exit", "...\n\n"},
		{"nolinger", "nolinger", "nolinger\n\n"},
		{"nixevent ALL", "nixevent", "nixevent ALL\n\n"},
		{"noevents", "noevents", "noevents\n\n"},
		{"eventful", "event", "eventful\n\n"},
		{"filter", "command", "filter\n\n"},
		{"nonsense here", "command", "nonsense here\n\n"},
	} {
		cmds, err := ParseCommands(tt.text)
		if err != nil || len(cmds) != 1 {
			t.Errorf("%q: %d commands, %v", tt.text, len(cmds), err)
			continue
		}
		wire, err := cmds[0].Append(nil)
		if err != nil || string(wire) != tt.wire || cmds[0].Name() != tt.name {
			t.Errorf("%q: %s %q, %v", tt.text, cmds[0].Name(), wire, err)
		}
		line, _, _ := strings.Cut(tt.wire, "\n")
		if cmds[0].Line() != line {
			t.Errorf("%q: line %q", tt.text, cmds[0].Line())
		}
	}
	cmds, err := ParseCommands("log 7\n\nsendmsg\nContent-Length: 2\n\n\n\nnolog")
	if err != nil || len(cmds) != 3 || cmds[0].Name() != "log" || cmds[1].body != "\n\n" || cmds[2].Name() != "nolog" {
		t.Errorf("%v, %v", cmds, err)
	}
}

func TestCommandsThatCannotBeParsed(t *testing.T) {
	for _, text := range []string{"", "\n\n", "sendmsg\nContent-Length: 3\n\nab", "sendmsg\nContent-Length: -1\n\nab", "sendmsg\nContent-Length: x\n\nab", "api a\n\nsendmsg\nContent-Length: 1"} {
		if cmds, err := ParseCommands(text); !errors.Is(err, ErrSyntax) || cmds != nil {
			t.Errorf("%q: %v, %v", text, cmds, err)
		}
	}
	for text, want := range map[string]error{
		"api a\x00b":                              ErrUnsafe,
		"sendmsg\nCommand[1]: x":                  ErrSyntax,
		"sendmsg\nx: unload\ny: mod_event_socket": ErrUnload,
		"auth secret\x00":                         ErrUnsafe,
	} {
		cmds, err := ParseCommands(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if _, err := cmds[0].Append(nil); !errors.Is(err, want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
