package vm

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ByteOrderMark is what editors put in front of a text in UTF-8. Lua 5.2 and later pass over it in a file.
const ByteOrderMark = "\ufeff"

// Source makes a source what the parser takes, which knows Lua 5.1: a byte order mark is left out, a first line that begins with # becomes a comment, and the
// escapes \x and \z of Lua 5.2 and \u of 5.3 those of 5.1 in their place. A comment as --[=x, which the parser takes for a broken long one,
// gets a blank. Lines stay what they are.
func Source(text string) string {
	text = strings.TrimPrefix(text, ByteOrderMark)
	if strings.HasPrefix(text, "#") {
		text = "--" + text
	}
	if !slices.ContainsFunc([]string{`\x`, `\z`, `\u{`, "--[="}, func(s string) bool { return strings.Contains(text, s) }) {
		return text
	}
	e := escapes{rest: text}
	for e.rest != "" {
		switch c := e.rest[0]; {
		case c == '"' || c == '\'':
			e.quoted()
		case strings.HasPrefix(e.rest, "--"):
			e.copy(2)
			if !e.long() {
				if strings.HasPrefix(e.rest, "[=") {
					e.out.WriteByte(' ')
				}
				if end := strings.IndexAny(e.rest, "\r\n"); end >= 0 {
					e.copy(end)
				} else {
					e.copy(len(e.rest))
				}
			}
		case c == '[' && e.long():
		default:
			e.copy(1)
		}
	}
	return e.out.String()
}

// lineEnds makes the line ends of Lua one.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\n\r", "\n", "\r", "\n")

// escapes copies a source and translates escapes.
type escapes struct {
	rest string
	out  strings.Builder
}

func (e *escapes) copy(n int) {
	e.out.WriteString(e.rest[:n])
	e.rest = e.rest[n:]
}

// length is how long s is up to the end of what is looked for, or in all.
func length(s, end string) int {
	if i := strings.Index(s, end); i >= 0 {
		return i + len(end)
	}
	return len(s)
}

// long copies a text in long brackets, if there is one.
func (e *escapes) long() bool {
	equals := strings.TrimLeft(e.rest[min(1, len(e.rest)):], "=")
	level := len(e.rest) - 1 - len(equals)
	if !strings.HasPrefix(e.rest, "[") || !strings.HasPrefix(equals, "[") {
		return false
	}
	e.copy(length(e.rest, "]"+strings.Repeat("=", level)+"]"))
	return true
}

// quoted copies a quoted text up to its end, or to that of the line, where it is broken.
func (e *escapes) quoted() {
	quote := e.rest[0]
	e.copy(1)
	passed := 0 // lines that \z has passed over, to be written behind the text
	for e.rest != "" && e.rest[0] != quote && e.rest[0] != '\n' && e.rest[0] != '\r' {
		if e.rest[0] == '\\' && len(e.rest) > 1 {
			passed += e.escape()
		} else {
			e.copy(1)
		}
	}
	if e.rest != "" && e.rest[0] == quote {
		e.copy(1)
	}
	e.out.WriteString(strings.Repeat("\n", passed))
}

// escape copies an escape, or what stands for it in Lua 5.1, and tells how many lines are left out.
func (e *escapes) escape() (lines int) {
	digits := e.rest[2:]
	switch e.rest[1] {
	case 'x':
		if len(digits) >= 2 {
			if c, err := strconv.ParseUint(digits[:2], 16, 8); err == nil {
				e.replace(4, byte(c))
				return 0
			}
		}
	case 'u':
		if end := strings.IndexByte(digits, '}'); end > 1 && digits[0] == '{' {
			if c, err := strconv.ParseUint(digits[1:end], 16, 32); err == nil && c <= maxRune {
				e.replace(2+end+1, appendUTF8(nil, rune(c))...)
				return 0
			}
		}
	case 'z':
		after := strings.TrimLeft(digits, " \t\n\r\v\f")
		blank := digits[:len(digits)-len(after)]
		e.rest = after
		return strings.Count(lineEnds.Replace(blank), "\n")
	}
	end := e.rest[1:min(3, len(e.rest))]
	e.copy(1 + max(len(end)-len(lineEnds.Replace(end))+1, 1)) // a line end of two characters is one
	return 0
}

// replace writes bytes as decimal escapes in the place of the next n bytes.
func (e *escapes) replace(n int, bytes ...byte) {
	for _, b := range bytes {
		fmt.Fprintf(&e.out, `\%03d`, b)
	}
	e.rest = e.rest[n:]
}
