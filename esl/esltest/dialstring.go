package esltest

import (
	"strings"

	"eslua/esl"
)

// dialString is what originate and bridge are given: groups that are tried one after the other, each with legs that ring
// at the same time.
type dialString struct {
	vars   []variable // from {...} in front
	groups [][]target
}

// target is one leg to dial.
type target struct {
	vars     []variable // from [...] in front
	endpoint string     // what stands before the first slash
	address  string     // what stands behind it
}

// parseDialString takes a dial string apart: {a=1}loopback/1/default,[b=2]loopback/2|loopback/3.
func parseDialString(s string) dialString {
	var d dialString
	s = strings.TrimLeft(s, " ")
	d.vars, s, _ = cutAssignments(s, "<>")
	vars, s, _ := cutAssignments(s, "{}")
	d.vars = append(d.vars, vars...)
	for _, group := range strings.Split(s, "|") {
		var legs []target
		for _, leg := range splitOutside(group, ',') {
			leg = strings.TrimSpace(leg)
			var t target
			t.vars, leg, _ = cutAssignments(leg, "[]")
			t.endpoint, t.address, _ = strings.Cut(leg, "/")
			legs = append(legs, t)
		}
		d.groups = append(d.groups, legs)
	}
	return d
}

// splitOutside splits at sep where it is not inside brackets.
func splitOutside(s string, sep byte) []string {
	var parts []string
	depth, start := 0, 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '[', '{', '(':
			depth++
		case ']', '}', ')':
			depth--
		case sep:
			if depth <= 0 {
				parts = append(parts, s[start:i])
				start = i + 1
			}
		}
	}
	return append(parts, s[start:])
}

// cutAssignments takes assignments in such brackets off the front of s, as often as there are any. ok is false when a
// bracket is not closed.
func cutAssignments(s, brackets string) (list []variable, rest string, ok bool) {
	for strings.HasPrefix(s, brackets[:1]) {
		end := strings.IndexByte(s, brackets[1])
		if end < 0 {
			return list, s, false
		}
		list = append(list, parseAssignments(s[1:end])...)
		s = strings.TrimLeft(s[end+1:], " ")
	}
	return list, s, true
}

// parseAssignments reads a=1,b='x y',c=^^:1:2 as the switch does in brackets: ^^ and a character make that the separator
// instead of the comma, quotes group and are removed.
func parseAssignments(s string) []variable {
	sep := byte(',')
	if rest, ok := strings.CutPrefix(s, "^^"); ok && rest != "" {
		sep, s = rest[0], rest[1:]
	}
	var list []variable
	for _, part := range esl.SplitArgs(s, sep) {
		if name, value, ok := strings.Cut(part, "="); ok {
			list = append(list, variable{strings.TrimSpace(name), value})
		}
	}
	return list
}
