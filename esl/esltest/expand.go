package esltest

import (
	"strings"

	"eslua/esl"
)

// expand replaces ${variable}, ${variable:from:length}, ${variable[n]}, $${global} and ${api command(argument)} in a text,
// and takes backslashes away, as switch_channel_expand_variables does (event-socket.md 6.3). A text without any of them
// is left alone.
func (ch *channel) expand(t *thread, in string) string {
	if t.expanding == 0 {
		t.expansions, t.expanded = 0, 0
	}
	t.expanding++
	defer func() { t.expanding-- }()
	return ch.expandNested(t, in, 0)
}

// What the expansion of a text may cost, with that of the commands in it: a variable that has itself in its value twice would never end, and be
// without end, as on the switch.
const (
	maxNested     = 100     // texts within each other
	maxExpansions = 10_000  // names
	maxExpanded   = 1 << 24 // bytes
)

func (ch *channel) expandNested(t *thread, in string, depth int) string {
	if depth > maxNested || t.expanding > maxNested || esl.Literal(in) == in {
		return in // Literal changes exactly what the expander looks at
	}
	var b strings.Builder
	for i := 0; i < len(in); i++ {
		c := in[i]
		if c == '\\' && i+1 < len(in) {
			switch in[i+1] {
			case '$':
				i++
				b.WriteByte('$')
				continue
			case '\'':
				i++
				continue
			case '\\':
				i++
				b.WriteByte('\\')
				continue
			}
		}
		if c != '$' {
			b.WriteByte(c)
			continue
		}
		start := i
		if strings.HasPrefix(in[i:], "$$") {
			i++
		}
		if i+1 >= len(in) || in[i+1] != '{' {
			b.WriteByte('$')
			continue
		}
		end := closingBrace(in, i+2)
		name := in[i+2 : end]
		i = end
		global := start+1 < len(in) && in[start+1] == '$'
		b.WriteString(ch.expandName(t, name, global, depth))
	}
	return b.String()
}

// closingBrace is the position of the brace that closes the one before from, or the end.
func closingBrace(s string, from int) int {
	depth := 1
	for i := from; i < len(s); i++ {
		switch s[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(s)
}

// expandName is what stands for a name, or nothing once there was too much of it.
func (ch *channel) expandName(t *thread, name string, global bool, depth int) string {
	if t.expansions++; t.expansions > maxExpansions {
		return ""
	}
	value := ch.named(t, name, global, depth)
	if t.expanded += len(value); t.expanded > maxExpanded {
		return ""
	}
	return value
}

// named is the value of a variable, or what an API command puts out.
func (ch *channel) named(t *thread, name string, global bool, depth int) string {
	if i := strings.IndexAny(name, " ("); i >= 0 && !strings.Contains(name[:i], "$") {
		cmd := strings.TrimRight(name[:i], " ")
		arg := name[i+1:]
		if j := strings.LastIndexByte(arg, ')'); j >= 0 {
			arg = arg[:j]
		}
		out, _ := ch.sw.runAPI(t, cmd, ch.expandNested(t, arg, depth+1), ch)
		return out
	}
	name = ch.expandNested(t, name, depth+1)
	name, slice, sliced := strings.Cut(name, ":")
	name, index, indexed := strings.Cut(name, "[")
	var value string
	if global {
		value, _ = ch.sw.globals.get(name)
	} else {
		value = ch.get(name)
	}
	if list, ok := strings.CutPrefix(value, arrayPrefix); ok && indexed {
		elements := strings.Split(list, arraySep)
		if n := atoi(index); n >= 0 && n < len(elements) {
			value = elements[n]
		}
	}
	value = ch.expandNested(t, value, depth+1)
	if !sliced {
		return value
	}
	offset, length, _ := strings.Cut(slice, ":")
	switch n := atoi(offset); {
	case n >= 0:
		value = value[min(n, len(value)):]
	case -n <= len(value):
		value = value[len(value)+n:]
	}
	if n := atoi(length); n > 0 && n < len(value) {
		value = value[:n]
	}
	return value
}
