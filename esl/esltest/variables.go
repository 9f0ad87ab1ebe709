package esltest

import (
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
