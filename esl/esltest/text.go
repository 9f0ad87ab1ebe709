package esltest

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"eslua/esl"
)

// words splits an argument into exactly n words, blank where there are fewer.
func words(arg string, n int) []string {
	w := esl.SplitArgs(arg, ' ')
	for len(w) < n {
		w = append(w, "")
	}
	return w[:n]
}

// splitArgs splits as esl.SplitArgs does, into n words at most: the last one is all that is left.
func splitArgs(s string, delim byte, n int) []string {
	if rest, ok := strings.CutPrefix(s, "^^"); ok && len(rest) > 1 {
		delim, s = rest[0], rest[1:]
	}
	quoted, seen := false, 0
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case s[i] == '\'' && (quoted || strings.IndexByte(s[i+1:], '\'') >= 0):
			quoted = !quoted
		case s[i] != delim || quoted:
		case delim == ' ' && (strings.HasPrefix(s[i+1:], " ") || strings.Trim(s[:i], " ") == ""): // a run of blanks is one delimiter
		default:
			if seen++; seen < n-1 {
				break
			}
			words := splitAt(s[:i+1], delim)
			if rest := s[i+1:]; rest != "" {
				words = append(words, unescape(rest))
			}
			return words
		}
	}
	return splitAt(s, delim)
}

// splitAt splits at delim, also a text that begins with ^^.
func splitAt(s string, delim byte) []string {
	if s == "" {
		return nil
	}
	return esl.SplitArgs("^^"+string([]byte{delim})+s, delim)
}

// unescape takes the quotes and backslashes of an argument away.
func unescape(s string) string {
	return strings.Join(esl.SplitArgs("^^\x00"+s, 0), "") // with a separator that no string of C contains
}

func millis(n int) time.Duration { return time.Duration(n) * time.Millisecond }

func itoa(n int) string { return strconv.Itoa(n) }

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}

func cutLast(s string, sep byte) (before, after string, ok bool) {
	if i := strings.LastIndexByte(s, sep); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

func firstLine(block string) string {
	if i := strings.IndexAny(block, "\r\n"); i >= 0 {
		return block[:i]
	}
	return block
}

func hasWords(s string, words ...string) bool {
	s = strings.ToLower(s)
	for _, w := range words {
		if !strings.Contains(s, w) {
			return false
		}
	}
	return true
}

func truncate(s string, n int) string { return s[:min(len(s), n)] }

func containsFold(list []string, words ...string) bool {
	for _, x := range list {
		for _, w := range words {
			if strings.EqualFold(strings.TrimSpace(x), w) {
				return true
			}
		}
	}
	return false
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// atoi is C's: leading blanks and a sign, then as many digits as there are.
func atoi(s string) int {
	s = strings.TrimLeft(s, " \t")
	sign := 1
	if s != "" && (s[0] == '-' || s[0] == '+') {
		if s[0] == '-' {
			sign = -1
		}
		s = s[1:]
	}
	n := 0
	for i := 0; i < len(s) && '0' <= s[i] && s[i] <= '9'; i++ {
		n = n*10 + int(s[i]-'0')
	}
	return int(int32(sign * n))
}
