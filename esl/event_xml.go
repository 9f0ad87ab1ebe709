package esl

import (
	"fmt"
	"strconv"
	"strings"
)

// ParseXML parses the body of a text/event-xml frame. Header values are percent-encoded within the XML, the body is not.
// Neighbouring elements of one name are an array, as the switch writes arrays. The names of elements are taken as they
// are: the switch makes an element of any header name, which need not be XML (so encoding/xml would refuse it).
func ParseXML(b []byte) (*Event, error) {
	s := string(b)
	headers, after, ok := cutElement(s, "headers")
	if !ok {
		return nil, fmt.Errorf("esl: parse XML event: %w: no element headers", ErrEvent)
	}
	e := &Event{}
	for {
		name, text, rest, ok, err := nextElement(headers)
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		headers = rest
		value := URLDecode(xmlUnescape(text))
		if n := len(e.headers) - 1; n >= 0 && e.headers[n].name == name {
			h := &e.headers[n]
			if h.values == nil {
				h.values = []string{h.value}
			}
			h.values = append(h.values, value)
			continue
		}
		e.headers = append(e.headers, newHeader(name, value))
	}
	for i := range e.headers {
		if h := &e.headers[i]; h.values != nil {
			h.setValues(h.values)
		}
	}
	if body, _, ok := cutElement(after, "body"); ok {
		e.body = xmlUnescape(body)
		// The switch indents the end tag when the body ends with a line feed: the length tells how much is body.
		length, _, _ := cutElement(after, "Content-Length")
		if n, err := strconv.Atoi(length); err == nil && 0 <= n && n < len(e.body) {
			e.body = e.body[:n]
		}
	}
	return e, nil
}

// cutElement finds the text between <name> and the last </name>.
func cutElement(s, name string) (text, after string, ok bool) {
	_, s, ok = strings.Cut(s, "<"+name+">")
	end := strings.LastIndex(s, "</"+name+">")
	if !ok || end < 0 {
		return "", "", false
	}
	return s[:end], s[end+len(name)+3:], true
}

// nextElement cuts the first element off s, whose value has no elements in it: <name>text</name> or <name/>.
func nextElement(s string) (name, text, rest string, ok bool, err error) {
	_, s, ok = strings.Cut(s, "<")
	if !ok {
		return "", "", "", false, nil
	}
	name, s, ok = strings.Cut(s, ">")
	if !ok {
		return "", "", "", false, fmt.Errorf("esl: parse XML event: %w: element %.40q does not end", ErrEvent, name)
	}
	if empty, yes := strings.CutSuffix(name, "/"); yes {
		return empty, "", s, true, nil
	}
	text, rest, ok = strings.Cut(s, "</"+name+">")
	if !ok {
		return "", "", "", false, fmt.Errorf("esl: parse XML event: %w: element %.40q does not end", ErrEvent, name)
	}
	return name, text, rest, true, nil
}

func xmlUnescape(s string) string {
	if strings.IndexByte(s, '&') < 0 {
		return s
	}
	return xmlEntities.Replace(s)
}

var (
	xmlEntities = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">", "&quot;", `"`, "&apos;", "'",
		"&#xD;", "\r", "&#xA;", "\n", "&#x9;", "\t")
	xmlEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#xD;")
)

// AppendXML appends the event as the switch writes it in the body of a text/event-xml frame.
func (e *Event) AppendXML(b []byte) []byte {
	b = append(b, "<event>\n  <headers>\n"...)
	for _, h := range e.decoded() {
		values := h.values
		if values == nil {
			values = []string{h.value}
		}
		for _, v := range values {
			b = append(b, "    "...)
			b = appendElement(b, h.name, string(AppendURLEncoded(nil, v)))
		}
	}
	b = append(b, "  </headers>\n"...)
	if body := e.Body(); body != "" {
		b = append(b, "  "...)
		b = appendElement(b, "Content-Length", strconv.Itoa(len(body)))
		text := xmlEscapes.Replace(body)
		if strings.HasSuffix(text, "\n") {
			text += "  "
		}
		b = append(b, "  "...)
		b = appendElement(b, "body", text)
	}
	return append(b, "</event>\n"...)
}

func appendElement(b []byte, name, text string) []byte {
	b = append(b, '<')
	b = append(b, name...)
	if text == "" {
		return append(b, "/>\n"...)
	}
	b = append(b, '>')
	b = append(b, text...)
	b = append(b, "</"...)
	b = append(b, name...)
	return append(b, ">\n"...)
}
