package admin_test

import (
	"testing"

	"eslua/engine/admin"
)

func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "",
		"/s/main.lua:1: 'ä' «»":  "/s/main.lua:1: 'ä' «»",
		"a\nb\t":                 `a\nb\t`,
		"e\x1b[31m\r\a\x7fvil":   `e\x1b[31m\r\a\x7fvil`,
		"\xff\u202e\u009b\u00a0": `\xff\u202e\u009b\u00a0`,
		"\ufffd":                 "\ufffd", // is that character, and no byte that is none
	} {
		if got := admin.Printable(text); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
}
