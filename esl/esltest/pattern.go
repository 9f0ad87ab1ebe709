package esltest

import (
	"errors"
	"math"
	"strings"
	"time"

	"github.com/dlclark/regexp2"
)

// pattern is a regular expression as the switch has them: those of PCRE, which know look-ahead, possessive quantifiers and
// more than Go's. It works on bytes, as the switch's do.
type pattern struct {
	re        *regexp2.Regexp
	repeats   int  // how many parts of it are repeated
	explosive bool // a group is repeated: the time may double with each character
}

// PCRE gives a match up after so many steps; the library counts none and takes a time, for which it starts a clock. So it is
// asked for only where a match may take as many.
const (
	matchSteps = 10_000_000
	matchTime  = time.Second / 2
)

var errNoEnd = errors.New("missing ending '/' delimiter")

// newPattern compiles expression, or /expression/ with the options i (case does not count) and s (a dot is also a line
// feed) behind it (switch_regex_perform).
func newPattern(expr string) (*pattern, error) {
	options := regexp2.None
	if strings.HasPrefix(expr, "/") {
		inner, flags, ok := cutLast(expr[1:], '/')
		if !ok {
			return nil, errNoEnd
		}
		expr = inner
		if strings.Contains(flags, "i") {
			options |= regexp2.IgnoreCase
		}
		if strings.Contains(flags, "s") {
			options |= regexp2.Singleline
		}
	}
	re, err := regexp2.Compile(string(bytesAsRunes(expr)), options)
	if err != nil {
		return nil, err
	}
	p := &pattern{re: re}
	for i := range len(expr) {
		if strings.IndexByte("*+{", expr[i]) >= 0 {
			p.repeats++
			p.explosive = p.explosive || i > 0 && expr[i-1] == ')'
		}
	}
	return p, nil
}

// steps is about how many steps a match with n characters may take.
func (p *pattern) steps(n int) float64 {
	if p.explosive {
		return math.Exp2(float64(n))
	}
	return math.Pow(float64(n+1), float64(p.repeats+1))
}

// find is the first match and its groups, "" for a group that is not part of it; nil if there is none, also when it would take too
// long to find it.
func (p *pattern) find(s string) []string {
	if p.steps(len(s)) > matchSteps {
		p.re.MatchTimeout = matchTime
	}
	m, err := p.re.FindRunesMatch(bytesAsRunes(s))
	if err != nil || m == nil {
		return nil
	}
	var groups []string
	for _, g := range m.Groups() {
		b := make([]byte, 0, len(g.Runes()))
		if len(g.Captures) > 0 {
			for _, r := range g.Runes() {
				b = append(b, byte(r))
			}
		}
		groups = append(groups, string(b))
	}
	return groups
}

// matches is find without the groups. A pattern that is wrong matches nothing.
func matches(s, expr string) bool {
	p, err := newPattern(expr)
	return err == nil && p.find(s) != nil
}

// bytesAsRunes makes each byte a character of its own.
func bytesAsRunes(s string) []rune {
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return runes
}

// substitute puts groups where $n or ${n} stands in a text (switch_perform_substitution).
func substitute(text string, groups []string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '$' {
			b.WriteByte(text[i])
			continue
		}
		rest := text[i+1:]
		inner, braced := strings.CutPrefix(rest, "{")
		digits := 0
		for digits < len(inner) && inner[digits] >= '0' && inner[digits] <= '9' {
			digits++
		}
		if digits == 0 || braced && !strings.HasPrefix(inner[digits:], "}") {
			b.WriteByte('$')
			continue
		}
		if n := atoi(inner[:digits]); n < len(groups) {
			b.WriteString(groups[n])
		}
		i += digits
		if braced {
			i += 2
		}
	}
	return b.String()
}
