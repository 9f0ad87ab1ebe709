package esltest

import (
	"maps"
	"slices"
	"strings"
)

// variables is an ordered list of names and values, as the switch keeps those of a channel: names are looked up without
// case, and a variable that is set again moves to the end.
type variables struct {
	list []variable
}

type variable struct{ name, value string }

func (v *variables) get(name string) (string, bool) {
	for i := range v.list {
		if strings.EqualFold(v.list[i].name, name) {
			return v.list[i].value, true
		}
	}
	return "", false
}

// set sets a variable; an empty value deletes it.
func (v *variables) set(name, value string) {
	v.list = slices.DeleteFunc(v.list, func(x variable) bool { return strings.EqualFold(x.name, name) })
	if value != "" {
		v.list = append(v.list, variable{name, value})
	}
}

const (
	arrayPrefix = "ARRAY::"
	arraySep    = "|:"
)

// push appends to an array variable, or in front of it.
func (v *variables) push(name, value string, front bool) {
	for i := range v.list {
		x := &v.list[i]
		if !strings.EqualFold(x.name, name) {
			continue
		}
		old := strings.TrimPrefix(x.value, arrayPrefix)
		if front {
			x.value = arrayPrefix + value + arraySep + old
		} else {
			x.value = arrayPrefix + old + arraySep + value
		}
		return
	}
	v.list = append(v.list, variable{name, value})
}

// delPrefix deletes all variables whose names begin so.
func (v *variables) delPrefix(prefix string) {
	v.list = slices.DeleteFunc(v.list, func(x variable) bool {
		return len(x.name) >= len(prefix) && strings.EqualFold(x.name[:len(prefix)], prefix)
	})
}

func (v *variables) clone() *variables { return &variables{slices.Clone(v.list)} }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// isTrue is how the switch reads a boolean.
func isTrue(s string) bool {
	switch strings.ToLower(s) {
	case "yes", "on", "true", "t", "enabled", "active", "allow":
		return true
	}
	n := atoi(s)
	return n != 0
}

// isFalse is not the contrary of isTrue: nonsense is neither.
func isFalse(s string) bool {
	switch strings.ToLower(s) {
	case "no", "off", "false", "f", "disabled", "inactive", "disallow":
		return true
	}
	return s != "" && strings.Trim(s, "0") == ""
}

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
