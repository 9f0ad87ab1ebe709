package luabind

import (
	"slices"
	"strconv"
	"strings"

	"eslua/esl"
)

// eslEvent is an event as the Event Socket Library has it (libs/esl/src/esl_event.c).
type eslEvent struct {
	kind    string
	headers []eslHeader
	body    string
	hasBody bool
}

// eslHeader is a header; list are the elements of an array, nil for any other, which has a value.
type eslHeader struct {
	name, value string
	list        []string
}

// text is the value, or the array as the switch writes it.
func (h *eslHeader) text() string {
	switch len(h.list) {
	case 0:
		return h.value
	case 1:
		return h.list[0]
	}
	return eslArray + strings.Join(h.list, eslArrayStep)
}

// size is about how many bytes an event holds.
func (e *eslEvent) size() int {
	n := len(e.body)
	for i := range e.headers {
		h := &e.headers[i]
		n += addedHeader + len(h.name) + len(h.value)
		for _, v := range h.list {
			n += addedElement + len(v)
		}
	}
	return n
}

// What a header and an element of an array take in memory besides their texts.
const (
	addedHeader  = 64
	addedElement = 16
)

// headerBytes is about how many bytes a header takes that is made of these: also one that sets an element, as name[7], and one that
// makes an array.
func headerBytes(name, value string) int {
	n := addedHeader + len(name) + len(value)
	if _, rest, ok := strings.Cut(name, "["); ok {
		n += addedElement * min(max(atoi(strings.TrimSuffix(rest, "]")), 0), maxIndex)
	}
	if strings.HasPrefix(value, eslArray) {
		n += addedElement * strings.Count(value, eslArrayStep)
	}
	return n
}

const (
	eslArray     = "ARRAY::"
	eslArrayStep = "|:"
	eslUndefined = "_undef_"
)

// find is the first header of that name.
func (e *eslEvent) find(name string) *eslHeader {
	for i := range e.headers {
		if strings.EqualFold(e.headers[i].name, name) {
			return &e.headers[i]
		}
	}
	return nil
}

// header is the value of a header, or an element of an array; index below 0 is the value.
func (e *eslEvent) header(name string, index int) (string, bool) {
	h := e.find(name)
	switch {
	case h == nil && name == "_body":
		return e.body, e.hasBody
	case h == nil:
		return "", false
	case index < 0:
		return h.text(), true
	case index < len(h.list):
		return h.list[index], true
	}
	return "", false
}

func (e *eslEvent) del(name string) {
	e.headers = slices.DeleteFunc(e.headers, func(h eslHeader) bool { return strings.EqualFold(h.name, name) })
}

func (e *eslEvent) setBody(text string) { e.body, e.hasBody = text, true }

// maxIndex is the largest index of an array that can be set by name[index].
const maxIndex = 4000

// add adds a header behind all others. An empty value deletes those of that name, name[index] sets an element of an array,
// and a value that is written as an array makes one.
func (e *eslEvent) add(name, value string) {
	if name == "_body" {
		e.setBody(value)
	}
	if base, rest, ok := strings.Cut(name, "["); ok {
		e.setElement(base, atoi(strings.TrimSuffix(rest, "]")), value)
		return
	}
	switch list, isList := strings.CutPrefix(value, eslArray); {
	case value == "":
		e.del(name)
	case isList && list != "":
		e.grow(name, func(before []string) []string { return append(before, strings.Split(list, eslArrayStep)...) })
	default:
		e.headers = append(e.headers, eslHeader{name: name, value: value})
	}
}

// push adds a value at the end of an array, which a header becomes by that.
func (e *eslEvent) push(name, value string) {
	e.grow(name, func(list []string) []string { return append(list, value) })
}

// unshift is push at the beginning.
func (e *eslEvent) unshift(name, value string) {
	e.grow(name, func(list []string) []string { return append([]string{value}, list...) })
}

func (e *eslEvent) setElement(name string, index int, value string) {
	if index < 0 || index > maxIndex {
		return
	}
	e.grow(name, func(list []string) []string {
		for len(list) <= index {
			list = append(list, "")
		}
		list[index] = value
		return list
	})
}

func (e *eslEvent) grow(name string, change func(list []string) []string) {
	h := e.find(name)
	switch {
	case h == nil:
		e.headers = append(e.headers, eslHeader{name: name})
		h = &e.headers[len(e.headers)-1]
	case h.list == nil:
		h.list = []string{h.value}
	}
	h.value, h.list = "", change(h.list)
}

// newESLEvent makes an event of a type. It is nil where the type cannot have the subclass; none says that there is none.
func newESLEvent(kind, subclass string, none bool) *eslEvent {
	if kind != "CLONE" && kind != "CUSTOM" && !none {
		return nil
	}
	e := &eslEvent{kind: kind}
	if kind != "CLONE" {
		e.add("Event-Name", kind)
	}
	if !none {
		e.add("Event-Subclass", subclass)
	}
	return e
}

// socketData is a message of the switch that is no event: a block of headers, and a body where there is one.
func socketData(head string, body []byte) *eslEvent {
	e := &eslEvent{kind: "SOCKET_DATA"}
	e.add("Event-Name", "SOCKET_DATA")
	announced := false
	for line := range strings.Lines(head) {
		name, value, ok := strings.Cut(strings.TrimRight(line, "\r\n"), ":")
		if ok {
			e.add(name, esl.URLDecode(strings.TrimLeft(value, " \t")))
			announced = announced || strings.EqualFold(name, "Content-Length")
		}
	}
	if announced {
		e.setBody(upToNUL(string(body)))
	}
	return e
}

// commandReply is the reply to a command as an event.
func commandReply(text string) *eslEvent {
	return socketData("Content-Type: command/reply\nReply-Text: "+text, nil)
}

// connectReply is the reply to connect as an event.
func connectReply(hello *esl.Event) *eslEvent {
	e := &eslEvent{kind: "SOCKET_DATA"}
	e.add("Event-Name", "SOCKET_DATA")
	e.received(hello)
	return e
}

// plainEvent is an event of the switch.
func plainEvent(ev *esl.Event) *eslEvent {
	e := &eslEvent{kind: "CLONE"}
	e.received(ev)
	if kind, ok := esl.EventName(ev.Name()); ok {
		e.kind = kind
	}
	if body := ev.Body(); body != "" {
		e.add("Content-Length", strconv.Itoa(len(body)))
		e.setBody(upToNUL(body))
	}
	return e
}

// received adds the headers of a received event. The library leaves the switch's word for an empty value as it is.
func (e *eslEvent) received(ev *esl.Event) {
	e.headers = slices.Grow(e.headers, ev.Len()+1)
	for name, value := range ev.Headers() {
		if value == "" {
			value = eslUndefined
		}
		e.add(name, value)
	}
}

// jsonEvent reads an event that is written as a JSON object; nil if it is none.
func jsonEvent(text string, a *allowance) *eslEvent {
	root, ok := parseJSON(text, a)
	if !ok {
		return nil
	}
	e := &eslEvent{kind: "CLONE"}
	for _, m := range root.members {
		a.hold(headerBytes(m.name, m.text))
		a.work(len(e.headers) / 2)
		switch {
		case m.kind == jsonText && strings.EqualFold(m.name, "_body"):
			e.setBody(m.text)
		case m.kind == jsonText:
			if strings.EqualFold(m.name, "Event-Name") {
				e.del(m.name)
				if kind, ok := esl.EventName(m.text); ok {
					e.kind = kind
				}
			}
			e.add(m.name, m.text)
		case m.kind == jsonArray:
			var texts []string
			for _, item := range m.members {
				if item.kind == jsonText {
					a.hold(headerBytes("", item.text))
					texts = append(texts, item.text)
				}
			}
			if texts != nil {
				e.grow(m.name, func(list []string) []string { return append(list, texts...) })
			}
		}
	}
	return e
}

// text is the event in plain form; encoded, the bytes that would do harm there are written as %XX.
func (e *eslEvent) text(encoded bool) string {
	var b []byte
	for _, h := range e.headers {
		b = append(append(b, h.name...), ": "...)
		switch value := h.text(); {
		case value == "":
			b = append(b, eslUndefined...)
		case encoded:
			b = appendESLEncoded(b, value)
		default:
			b = append(b, value...)
		}
		b = append(b, '\n')
	}
	if e.body == "" {
		return string(append(b, '\n'))
	}
	b = append(b, "Content-Length: "...)
	b = strconv.AppendInt(b, int64(len(e.body)), 10)
	return string(append(append(b, "\n\n"...), e.body...))
}

// appendESLEncoded encodes as esl_url_encode does, which, unlike the switch, encodes every percent sign.
func appendESLEncoded(b []byte, s string) []byte {
	const hex = "0123456789ABCDEF"
	for _, c := range []byte(s) {
		if c < ' ' || c > '~' || strings.IndexByte(" \"#%&+:;<=>?@[\\]^`{|}", c) >= 0 {
			b = append(b, '%', hex[c>>4], hex[c&15])
		} else {
			b = append(b, c)
		}
	}
	return b
}

// json is the event as a JSON object.
func (e *eslEvent) json() string {
	root := &jsonValue{kind: jsonObject}
	text := func(name, value string) *jsonValue { return &jsonValue{kind: jsonText, name: name, text: value} }
	for _, h := range e.headers {
		if h.list == nil {
			root.members = append(root.members, text(h.name, h.value))
			continue
		}
		list := &jsonValue{kind: jsonArray, name: h.name}
		for _, v := range h.list {
			list.members = append(list.members, text("", v))
		}
		root.members = append(root.members, list)
	}
	if e.hasBody {
		root.members = append(root.members, text("Content-Length", strconv.Itoa(len(e.body))), text("_body", e.body))
	}
	return printJSON(root, true, nil)
}

// wire are the headers as they are sent with a command, which announces the length of the body itself.
func (e *eslEvent) wire() []esl.Header {
	var out []esl.Header
	for _, h := range e.headers {
		if !strings.EqualFold(h.name, "Content-Length") {
			out = append(out, esl.Header{Name: h.name, Value: h.text()})
		}
	}
	return out
}
