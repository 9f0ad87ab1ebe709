package esl

import (
	"iter"
	"slices"
	"strings"
)

// Event is one event of the switch: headers in their order, some of them arrays, and a body. Plain, JSON and XML events
// become the same Event. The values of a received plain event are decoded when they are asked for.
//
// A received event may be read by several goroutines at once and must not be changed; change a Clone.
type Event struct {
	// raw is a plain event as received. It is taken apart when something is asked for: that takes less than an index of
	// all headers, as few are asked for.
	raw string

	// Any other event.
	headers []header
	body    string
}

// header is a decoded header. An array (event-socket.md 3) has its elements in values and the switch's text for it in
// value.
type header struct {
	name   string
	value  string
	values []string
}

const (
	undefined   = "_undef_"
	arrayPrefix = "ARRAY::"
	arraySep    = "|:"
)

// NewEvent makes an event of that type with Event-Name as its only header.
func NewEvent(name string) *Event {
	e := &Event{}
	e.Add("Event-Name", name)
	return e
}

// Name is the type of the event, as CHANNEL_ANSWER. Events that were queued to a channel by sendevent have none
// (event-socket.md 5.7).
func (e *Event) Name() string { return e.Get("Event-Name") }

// Subclass is the subclass of a CUSTOM event.
func (e *Event) Subclass() string { return e.Get("Event-Subclass") }

// Variable is the channel variable of that name as the event carries it, "" if it does not.
func (e *Event) Variable(name string) string { return e.Get("variable_" + name) }

// Body is the body of the event, "" if it has none.
func (e *Event) Body() string {
	if e.raw != "" {
		_, body := cutPlain(e.raw)
		return body
	}
	return e.body
}

// SetBody sets the body; "" removes it.
func (e *Event) SetBody(body string) {
	e.own()
	e.body = body
}

// Get is the value of the first header of that name, "" if there is none. Names are compared without case. An array is
// given as the switch writes it in plain events: ARRAY::one|:two. The switch writes an empty value as _undef_ in plain
// events; that is given as "".
func (e *Event) Get(name string) string {
	v, _ := e.Lookup(name)
	return v
}

// Lookup is Get that also tells whether there is such a header.
func (e *Event) Lookup(name string) (string, bool) {
	if e.raw != "" {
		return lookupPlain(e.raw, name)
	}
	for i := range e.headers {
		if len(e.headers[i].name) == len(name) && strings.EqualFold(e.headers[i].name, name) {
			return e.headers[i].value, true
		}
	}
	return "", false
}

// Values are the elements of an array header, or the one value of an ordinary one, or the values of all headers of that
// name where it is there more than once; nil if there is none.
func (e *Event) Values(name string) []string {
	var all []string
	for n, v := range e.Headers() {
		if !strings.EqualFold(n, name) {
			continue
		}
		if list, ok := strings.CutPrefix(v, arrayPrefix); ok {
			all = append(all, strings.Split(list, arraySep)...)
		} else {
			all = append(all, v)
		}
	}
	return all
}

// Headers walks through all headers in their order, decoded.
func (e *Event) Headers() iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		block, _ := cutPlain(e.raw)
		for line := range strings.Lines(block) {
			if i := strings.IndexByte(line, ':'); i > 0 && !yield(line[:i], lineValue(line[i+1:])) {
				return
			}
		}
		for i := range e.headers {
			if !yield(e.headers[i].name, e.headers[i].value) {
				return
			}
		}
	}
}

// Len is the number of headers.
func (e *Event) Len() int {
	n := 0
	for range e.Headers() {
		n++
	}
	return n
}

// Size is about how many bytes the event takes in memory.
func (e *Event) Size() int {
	const perHeader, perElement = 64, 16
	n := len(e.raw) + len(e.body)
	for i := range e.headers {
		h := &e.headers[i]
		n += perHeader + len(h.name) + len(h.value)
		for _, v := range h.values {
			n += perElement + len(v)
		}
	}
	return n
}

// Clone makes an independent copy that may be changed.
func (e *Event) Clone() *Event {
	c := &Event{body: e.Body(), headers: make([]header, 0, e.Len())}
	if e.raw != "" {
		for n, v := range e.Headers() {
			c.headers = append(c.headers, newHeader(n, v))
		}
		return c
	}
	for _, h := range e.headers {
		h.values = slices.Clone(h.values)
		c.headers = append(c.headers, h)
	}
	return c
}

func newHeader(name, value string) header {
	h := header{name: name, value: value}
	if list, ok := strings.CutPrefix(value, arrayPrefix); ok {
		h.setValues(strings.Split(list, arraySep))
	}
	return h
}

// Grow makes room for n more headers, which saves time where many are added.
func (e *Event) Grow(n int) {
	e.own()
	e.headers = slices.Grow(e.headers, n)
}

// Add appends a header; headers of the same name stay. Like the switch's, a value that begins with ARRAY:: makes an
// array.
func (e *Event) Add(name, value string) {
	e.own()
	e.headers = append(e.headers, newHeader(name, value))
}

// Set appends a header in place of all of that name.
func (e *Event) Set(name, value string) {
	e.Del(name)
	e.Add(name, value)
}

// Del removes all headers of that name and tells whether there was one.
func (e *Event) Del(name string) bool {
	e.own()
	kept := e.headers[:0]
	for _, h := range e.headers {
		if !strings.EqualFold(h.name, name) {
			kept = append(kept, h)
		}
	}
	removed := len(kept) < len(e.headers)
	clear(e.headers[len(kept):])
	e.headers = kept
	return removed
}

// Push appends values to the array in the first header of that name, which becomes an array if it is none; without such a
// header it adds one.
func (e *Event) Push(name string, values ...string) {
	if len(values) > 0 {
		e.grow(name, func(all []string) []string { return append(all, values...) })
	}
}

// Unshift is Push at the front.
func (e *Event) Unshift(name, value string) {
	e.grow(name, func(values []string) []string { return append([]string{value}, values...) })
}

func (e *Event) grow(name string, add func([]string) []string) {
	e.own()
	for i := range e.headers {
		h := &e.headers[i]
		if !strings.EqualFold(h.name, name) {
			continue
		}
		if h.values == nil {
			h.values = []string{h.value}
		}
		h.setValues(add(h.values))
		return
	}
	h := header{name: name}
	h.setValues(add(nil))
	e.headers = append(e.headers, h)
}

// setValues makes h an array. The text of an array of one element is that element (event-socket.md 3).
func (h *header) setValues(values []string) {
	h.values = values
	switch len(values) {
	case 0:
		h.value = ""
	case 1:
		h.value = values[0]
	default:
		h.value = arrayPrefix + strings.Join(values, arraySep)
	}
}

// own turns a received plain event into one that can be changed.
func (e *Event) own() {
	if e.raw != "" {
		*e = *e.Clone()
	}
}
