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
	for strings.HasPrefix(s, "{") {
		end := strings.IndexByte(s, '}')
		if end < 0 {
			break
		}
		d.vars = append(d.vars, parseAssignments(s[1:end])...)
		s = strings.TrimLeft(s[end+1:], " ")
	}
	for _, group := range strings.Split(s, "|") {
		var legs []target
		for _, leg := range splitOutside(group, ',') {
			leg = strings.TrimSpace(leg)
			var t target
			for strings.HasPrefix(leg, "[") {
				end := strings.IndexByte(leg, ']')
				if end < 0 {
					break
				}
				t.vars = append(t.vars, parseAssignments(leg[1:end])...)
				leg = strings.TrimLeft(leg[end+1:], " ")
			}
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
