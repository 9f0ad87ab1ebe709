package esltest

import (
	"slices"
	"strings"
)

// variables is an ordered list of names and values, as the switch keeps those of a channel: names are looked up without
// case, and a variable that is set again moves to the end.
type variables struct {
	list []setting
}

type variable struct{ name, value string }

// setting is a variable that is set, with the name of the header in which events have it, once there was one.
type setting struct {
	variable
	header string
}

// maxHeader is where the switch cuts the names of such headers.
const maxHeader = 1023

func (s *setting) headerName() string {
	if s.header == "" {
		s.header = truncate("variable_"+s.name, maxHeader)
	}
	return s.header
}

// index is where a variable stands, -1 if it is not there.
func (v *variables) index(name string) int {
	for i := range v.list {
		if n := v.list[i].name; len(n) == len(name) && strings.EqualFold(n, name) {
			return i
		}
	}
	return -1
}

func (v *variables) get(name string) (string, bool) {
	if i := v.index(name); i >= 0 {
		return v.list[i].value, true
	}
	return "", false
}

// set sets a variable; an empty value deletes it.
func (v *variables) set(name, value string) {
	i := v.index(name)
	if i >= 0 {
		v.list = slices.Delete(v.list, i, i+1)
	}
	if value != "" {
		v.list = append(v.list, setting{variable: variable{name, value}})
	}
}

const (
	arrayPrefix = "ARRAY::"
	arraySep    = "|:"
)

// push appends to an array variable, or in front of it.
func (v *variables) push(name, value string, front bool) {
	i := v.index(name)
	if i < 0 {
		v.list = append(v.list, setting{variable: variable{name, value}})
		return
	}
	x := &v.list[i]
	old := strings.TrimPrefix(x.value, arrayPrefix)
	if front {
		x.value = arrayPrefix + value + arraySep + old
	} else {
		x.value = arrayPrefix + old + arraySep + value
	}
}
