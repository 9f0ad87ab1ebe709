package esl

import "strings"

// SplitArgs splits an argument as the switch's applications and API commands do: at delim, with single quotes that group
// and are removed, and a backslash in front of a quote, a backslash, delim, or one of n, r, t and s, which stand for line
// feed, carriage return, tab and blank. Other backslashes stay. Blanks around a word are dropped, and a run of blanks is
// one delimiter. An argument that begins with ^^ names its own delimiter: ^^:a:b (event-socket.md 6.3).
func SplitArgs(s string, delim byte) []string {
	if rest, ok := strings.CutPrefix(s, "^^"); ok && len(rest) > 1 {
		delim, s = rest[0], rest[1:]
	}
	var words []string
	if delim == ' ' {
		for s != "" {
			s = strings.TrimLeft(s, " ")
			word := rawWord(s, delim, true)
			words = append(words, unquote(word, 0))
			s = strings.TrimLeft(s[len(word):], " ")
		}
		return words
	}
	for s != "" {
		word := rawWord(s, delim, false)
		words = append(words, unquote(word, delim))
		s = s[min(len(word)+1, len(s)):]
	}
	return words
}

// rawWord is s up to the first delimiter outside of quotes. Where strict is false a quote counts only if another follows.
func rawWord(s string, delim byte, strict bool) string {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case c == '\'' && (strict || quoted || strings.IndexByte(s[i+1:], '\'') >= 0):
			quoted = !quoted
		case c == delim && !quoted:
			return s[:i]
		}
	}
	return s
}

// unquote takes quotes and escapes out of a word, and the blanks around it that are neither quoted nor escaped.
func unquote(s string, delim byte) string {
	s = strings.TrimLeft(s, " ")
	b := make([]byte, 0, len(s))
	end, quoted := 0, false
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '\\' && i+1 < len(s) {
			if e, ok := escaped(s[i+1], delim); ok {
				b = append(b, e)
				end = len(b)
				i++
				continue
			}
		}
		if c == '\'' && (quoted || strings.IndexByte(s[i+1:], '\'') >= 0) {
			quoted = !quoted
			if quoted {
				end = len(b)
			}
			continue
		}
		b = append(b, c)
		if c != ' ' || quoted {
			end = len(b)
		}
	}
	return string(b[:end])
}

// escaped is what a backslash and c stand for.
func escaped(c, delim byte) (byte, bool) {
	switch c {
	case '\'', '"', '\\':
		return c, true
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 't':
		return '\t', true
	case 's':
		return ' ', true
	}
	return c, delim != 0 && c == delim
}

// QuoteArg makes one word of s that SplitArgs gives back as it was. It does not keep the switch from expanding variables
// in it; see Literal.
func QuoteArg(s string) string {
	return "'" + escapeArg(s) + "'"
}

// EscapeValue encodes the value of uuid_setvar, whose API command unescapes and unquotes it.
func EscapeValue(s string) string {
	s = escapeArg(s)
	trimmed := strings.TrimLeft(s, " ")
	s = strings.Repeat(`\s`, len(s)-len(trimmed)) + trimmed
	trimmed = strings.TrimRight(s, " ")
	return trimmed + strings.Repeat(`\s`, len(s)-len(trimmed))
}

var argEscapes = strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

func escapeArg(s string) string { return argEscapes.Replace(s) }

// Literal protects s from the expansion of variables in an application's argument. The switch expands only what has ${ or
// one of its escapes in it, so that anything else may not be touched (event-socket.md 6.3).
func Literal(s string) string {
	if !expands(s) {
		return s
	}
	return literalEscapes.Replace(s)
}

var literalEscapes = strings.NewReplacer(`\`, `\\`, `$`, `\$`)

// expands tells whether the switch runs its expander over s (switch_string_var_check_const,
// switch_string_has_escaped_data).
func expands(s string) bool {
	for i := range len(s) {
		if s[i] == '$' && strings.HasPrefix(strings.TrimLeft(s[i+1:], `\`), "{") {
			return true
		}
	}
	for _, e := range []string{`\\`, `\n`, `\s`, `\t`, `\'`} {
		if strings.Contains(s, e) {
			return true
		}
	}
	return false
}
