package esl_test

import (
	"fmt"
	"strings"
	"testing"

	"eslua/esl"
)

// TestEachByteIsEncodedAsTheSwitchDoes is the table of event-socket.md 3.
func TestEachByteIsEncodedAsTheSwitchDoes(t *testing.T) {
	const leftAlone = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/'(),$!*~-_."
	for c := range 256 {
		text := string([]byte{byte(c)})
		want := text
		if strings.IndexByte(leftAlone, byte(c)) < 0 {
			want = fmt.Sprintf("%%%02X", c)
		}
		got := string(esl.AppendURLEncoded(nil, text))
		if got != want {
			t.Errorf("byte 0x%02x is encoded as %q, want %q", c, got, want)
		}
		if back := esl.URLDecode(got); back != text {
			t.Errorf("byte 0x%02x comes back as %q", c, back)
		}
	}
}

// TestNothingIsEncodedTwice is the lossy corner of event-socket.md 3.
func TestNothingIsEncodedTwice(t *testing.T) {
	for _, tt := range []struct{ value, encoded, back string }{
		{"100%", "100%25", "100%"},
		{"100%25", "100%25", "100%"},
		{"%41", "%41", "A"},
		{"%4A", "%4A", "J"},
		{"%4a", "%254a", "%4a"},
		{"%%41", "%25%41", "%A"},
		{"%4", "%254", "%4"},
		{"%", "%25", "%"},
		{"%zz", "%25zz", "%zz"},
		{"a%0Ab", "a%0Ab", "a\nb"},
	} {
		got := string(esl.AppendURLEncoded(nil, tt.value))
		if got != tt.encoded {
			t.Errorf("%q is encoded as %q, want %q", tt.value, got, tt.encoded)
		}
		if back := esl.URLDecode(got); back != tt.back {
			t.Errorf("%q comes back as %q, want %q", tt.value, back, tt.back)
		}
	}
}

func TestDecodingLeavesWhatIsNotEncoded(t *testing.T) {
	for text, want := range map[string]string{
		"":          "",
		"plain":     "plain",
		"a+b":       "a+b",
		"%":         "%",
		"%4":        "%4",
		"%zz%41":    "%zzA",
		"%c3%A4":    "ä",
		"x%20y%":    "x y%",
		"%2525":     "%25",
		"%00":       "\x00",
		"no%-thing": "no%-thing",
	} {
		if got := esl.URLDecode(text); got != want {
			t.Errorf("URLDecode(%q): %q, want %q", text, got, want)
		}
	}
}
