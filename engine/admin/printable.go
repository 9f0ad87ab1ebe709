package admin

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Printable is a line as a terminal may be given it: names of files and of callers may have any bytes. Those that are not to be
// seen, control characters above all, are written as %q does.
func Printable(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		r, n := utf8.DecodeRuneInString(text)
		char := text[:n]
		if !strconv.IsPrint(r) || r == utf8.RuneError && n == 1 {
			quoted := strconv.Quote(char)
			char = quoted[1 : len(quoted)-1]
		}
		b.WriteString(char)
		text = text[n:]
	}
	return b.String()
}
