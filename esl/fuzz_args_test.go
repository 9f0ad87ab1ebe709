package esl_test

import (
	"slices"
	"strings"
	"testing"

	"eslua/esl"
	"eslua/tests/transcript"
)

// separate is switch_separate_string of the switch (switch_utils.c), pointer for pointer.
func separate(s string, delim byte) []string {
	if len(s) > 3 && s[:2] == "^^" {
		delim, s = s[2], s[3:]
	}
	buf := append([]byte(s), 0, 0) // an escape at the end looks beyond it
	type state int
	const (
		start state = iota
		skipInitial
		find
		skipEnding
	)
	var at []int
	now, quoted := start, false
	for p := 0; buf[p] != 0; {
		switch now {
		case start:
			at = append(at, p)
			now = find
			if delim == ' ' {
				now = skipInitial
			}
		case skipInitial:
			if buf[p] != ' ' {
				now = find
				continue
			}
			p++
		case find:
			switch c := buf[p]; {
			case c == '\\':
				p++
				if buf[p] == 0 {
					continue
				}
			case c == '\'' && (quoted || delim == ' ' || slices.Contains(buf[p+1:], '\'')):
				quoted = !quoted
			case c == delim && !quoted:
				buf[p] = 0
				now = start
				if delim == ' ' {
					now = skipEnding
				}
			}
			p++
		case skipEnding:
			if buf[p] != ' ' {
				now = start
				continue
			}
			p++
		}
	}
	var words []string
	for _, p := range at {
		if delim == ' ' {
			words = append(words, cleaned(buf[p:], 0))
		} else {
			words = append(words, cleaned(buf[p:], delim))
		}
	}
	return words
}

// cleaned is cleanup_separated_string.
func cleaned(str []byte, delim byte) string {
	p := 0
	for str[p] == ' ' {
		p++
	}
	var dest []byte
	end, quoted := 0, false
	for ; str[p] != 0; p++ {
		if next := str[p+1]; str[p] == '\\' {
			if e := unescaped(next); next == '\'' || next == '"' || delim != 0 && next == delim || e != next || next == '\\' {
				p++
				dest = append(dest, e)
				end = len(dest)
				continue
			}
		}
		rest, _, _ := strings.Cut(string(str[p+1:]), "\x00")
		if str[p] == '\'' && (quoted || strings.Contains(rest, "'")) {
			if quoted = !quoted; quoted {
				end = len(dest)
			}
			continue
		}
		dest = append(dest, str[p])
		if str[p] != ' ' || quoted {
			end = len(dest)
		}
	}
	return string(dest[:end])
}

// unescaped is unescape_char.
func unescaped(c byte) byte {
	if i := strings.IndexByte("nrts", c); i >= 0 {
		return "\n\r\t "[i]
	}
	return c
}

// FuzzArgs: an argument is split as the switch splits it, and a word that was quoted comes back.
func FuzzArgs(f *testing.F) {
	recorded(f, func(tr *transcript.Transcript) {
		rest := tr.Stream(transcript.Application)
		for {
			c, next, ok := takeCommand(rest)
			if !ok {
				return
			}
			rest = next
			for _, h := range c.headers {
				if h.Name == "execute-app-arg" && len(h.Value) < 100 {
					f.Add(h.Value, byte(' '))
				}
			}
		}
	})
	for _, s := range []string{"", " ", "a 'b c' d", `it\'s 'a\'b'`, "'", "a'b", "''", "' a '", `\`, `\s\n\x`, "^^:a:b c", "^^", "^^:", "a  b ", "a,'b,c',d", `a\,b`, " a , b ", "'a' b", "a' 'b", `"a b"`} {
		f.Add(s, byte(' '))
		f.Add(s, byte(','))
	}
	f.Fuzz(func(t *testing.T, s string, delim byte) {
		if strings.Contains(s, "\x00") || delim == 0 || delim == '\\' || delim == '\'' || len(s) > 1<<12 {
			return // no text of C, no delimiter
		}
		if got, want := esl.SplitArgs(s, delim), separate(s, delim); !slices.Equal(got, want) {
			t.Errorf("%q at %q: %q, the switch %q", s, delim, got, want)
		}
		line := esl.QuoteArg(s) + string([]byte{delim}) + esl.QuoteArg("x"+s)
		if got := esl.SplitArgs(line, delim); !slices.Equal(got, []string{s, "x" + s}) {
			t.Errorf("%q at %q: %q", line, delim, got)
		}
	})
}

// FuzzNames: the name of a cause is that cause, in any case; a number is that number; nothing is out of range. The name of an event is itself, also
// behind a prefix.
func FuzzNames(f *testing.F) {
	for _, s := range []string{"NORMAL_CLEARING", "user_busy", "16", "487x", "", "-1", "99999999999999999999", "2170000000", "CHANNEL_PAR\u212a", "ſUCCESS", "\u0661", "UNKNOWN", "NONE", "SWITCH_EVENT_ALL", "channel_answer", "SWITCH_EVENT_", "xxxxxxxxxxxxxDTMF", "ıNTERWORKING"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c := esl.ParseCause(s)
		if c < 0 || c > 1<<31-1 {
			t.Errorf("%q is the cause %d", s, c)
		}
		if q := c.Q850(); q < 0 || q > 127 {
			t.Errorf("%q goes out as %d", s, q)
		}
		if name := c.String(); name != "UNKNOWN" && esl.ParseCause(name) != c {
			t.Errorf("%q is %s, which is another cause", s, name)
		} else if strings.EqualFold(name, s) && name != "UNKNOWN" && esl.ParseCause(strings.ToLower(s)) != c {
			t.Errorf("%q is another cause in lower case", s)
		}
		if c != esl.CauseNormalClearing && (s == "" || s[0] < '0' || s[0] > '9') && (len(s) != len(c.String()) || !strings.EqualFold(s, c.String())) {
			t.Errorf("%q is %v", s, c)
		}
		name, ok := esl.EventName(s)
		if !ok {
			return
		}
		if !slices.Contains(esl.EventNames(), name) || !strings.HasSuffix(strings.ToUpper(s), name) {
			t.Errorf("%q is the event %q", s, name)
		}
		for _, other := range []string{name, strings.ToLower(name), "SWITCH_EVENT_" + name} {
			if again, ok := esl.EventName(other); !ok || again != name {
				t.Errorf("%q is the event %q, %q is %q", s, name, other, again)
			}
		}
	})
}
