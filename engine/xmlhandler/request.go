package xmlhandler

import (
	"slices"
	"strings"

	"eslua/esl"
)

// request is the fields of a request, in their order.
type request struct {
	names, values []string
	index         map[string]int // by the name in lower case
}

// The fields that XML_REQUEST has.
var keys = [...]string{"section", "tag_name", "key_name", "key_value"}

// parse reads the fields of a query and of a body. It takes what mod_xml_curl sends, which encodes neither names nor the
// values of hostname and of keys (xml_url_fetch in mod_xml_curl.c). A percent sign that encodes nothing stands for itself. A
// plus sign is a space, as in forms, but in those fields: what encodes others writes %2B. Of a name that is there twice the
// last value counts, as in the events that such parameters are on the switch.
func parse(texts ...string) *request {
	q := &request{index: make(map[string]int)}
	for _, text := range texts {
		for field := range strings.SplitSeq(text, "&") {
			name, value, _ := strings.Cut(field, "=")
			if name = decode(name, false); name == "" {
				continue
			}
			raw := name == "hostname" || slices.Contains(keys[:], name)
			q.set(name, decode(value, !raw))
		}
	}
	return q
}

func (q *request) set(name, value string) {
	lower := strings.ToLower(name)
	if i, ok := q.index[lower]; ok {
		q.values[i] = value
		return
	}
	q.index[lower] = len(q.names)
	q.names, q.values = append(q.names, name), append(q.values, value)
}

// get is the value of a field, "" if there is none.
func (q *request) get(name string) string {
	if i, ok := q.index[name]; ok {
		return q.values[i]
	}
	return ""
}

// table is what XML_REQUEST holds: all of its keys are there.
func (q *request) table() map[string]string {
	t := make(map[string]string, len(keys))
	for _, k := range keys {
		t[k] = q.get(k)
	}
	return t
}

// event is the fields as an event of the switch. It has no empty values, as on the switch.
func (q *request) event() *esl.Event {
	ev := &esl.Event{}
	ev.Grow(len(q.names) + 1)
	if q.get("event-name") == "" {
		ev.Add("Event-Name", "REQUEST_PARAMS")
	}
	for i, name := range q.names {
		if q.values[i] != "" {
			ev.Add(name, q.values[i])
		}
	}
	return ev
}

// decode undoes the encoding of URLs; plus says whether a plus sign is a space.
func decode(text string, plus bool) string {
	if plus {
		text = strings.ReplaceAll(text, "+", " ")
	}
	return esl.URLDecode(text)
}
