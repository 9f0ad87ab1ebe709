package esltest

import (
	"slices"
	"strings"

	"eslua/esl"
)

// eventCommand subscribes to events (event-socket.md 5.8). Words behind CUSTOM are subclasses.
func (l *listener) eventCommand(arg string) string {
	known, custom := 0, false
	for i, word := range wordsOf(arg) {
		if i == 0 {
			if f := esl.Format(strings.ToLower(word)); f == esl.Plain || f == esl.JSON || f == esl.XML {
				l.format = f
				continue
			}
		}
		if custom {
			if !l.maySee(word) {
				return "-ERR permission denied"
			}
			l.subclasses[word] = true
			continue
		}
		name, ok := esl.EventName(word)
		if !ok {
			continue
		}
		if !l.maySee(name) {
			return "-ERR permission denied"
		}
		known++
		switch name {
		case "ALL":
			l.all = true
			for _, n := range esl.EventNames() {
				l.types[n] = true
			}
		case "CUSTOM":
			custom = true
		}
		l.types[name] = true
	}
	if known == 0 {
		return "-ERR no keywords supplied"
	}
	l.listening = true
	l.sw.audience.place(l)
	if l.hearsBeat() {
		l.sw.beat()
	}
	return "+OK event listener enabled " + string(l.format)
}

// wordsOf are the words of a command's argument: one blank is between two of them, so that more make empty words. What
// stands before the first blank belongs to the command.
func wordsOf(arg string) []string {
	_, rest, ok := strings.Cut(arg, " ")
	if !ok {
		return nil
	}
	return strings.Split(rest, " ")
}

func (l *listener) maySee(word string) bool {
	return l.rights == nil || l.rights.ESL.Events == nil || slices.Contains(l.rights.ESL.Events, word)
}

func (l *listener) nixeventCommand(arg string) string {
	known, custom := 0, false
	for _, word := range wordsOf(arg) {
		if custom {
			delete(l.subclasses, word)
			continue
		}
		name, ok := esl.EventName(word)
		if !ok {
			continue
		}
		known++
		switch name {
		case "CUSTOM":
			custom = true
		case "ALL":
			l.all = false
			clear(l.types)
		default:
			l.all = false
			delete(l.types, name)
		}
	}
	if known == 0 {
		return "-ERR no keywords supplied"
	}
	l.listening = true
	l.sw.audience.place(l)
	return "+OK events nixed"
}

func (l *listener) myevents(block, line string) string {
	if l.mine {
		return "-ERR aready enabled."
	}
	if l.channel == nil {
		uuid, format, _ := strings.Cut(line[len("myevents "):], " ")
		block = uuid // what is behind it is cut off before the format is looked for
		ch := l.sw.find(uuid)
		if ch == nil && format != "" {
			return "-ERR invalid uuid"
		}
		if ch != nil {
			l.channel = ch
			ch.hold()
			ch.listener = l
		}
		l.async = true
	}
	for _, n := range esl.MyEventNames() {
		l.types[n] = true
	}
	l.mine, l.listening = true, true
	l.sw.audience.place(l)
	if strings.Contains(block, "xml") || strings.Contains(block, "XML") {
		l.format = esl.XML
	}
	if strings.Contains(block, "json") || strings.Contains(block, "JSON") {
		l.format = esl.JSON
	}
	return "+OK Events Enabled"
}

// filter is one filter on events (event-socket.md 7.2).
type filter struct {
	header, value string
	negative      bool
	pattern       *pattern // of a value that begins with a slash
	text          string   // of any other, without the signs in front
}

func (l *listener) filterCommand(arg string) string {
	header, value, ok := strings.Cut(strings.TrimLeft(arg, " "), " ")
	switch {
	case strings.EqualFold(header, "delete") && ok:
		header, value, _ = strings.Cut(value, " ")
		l.deleteFilters(header, value)
		return "+OK filter deleted. [" + header + "][" + value + "]"
	case !ok:
		return "-ERR invalid syntax"
	}
	if strings.EqualFold(header, "add") {
		header, value, _ = strings.Cut(value, " ")
	}
	l.filters = append(l.filters, newFilter(header, value))
	l.sw.audience.place(l)
	return "+OK filter added. [" + header + "]=[" + value + "]"
}

func newFilter(header, value string) filter {
	f := filter{header: header, value: value}
	f.text = strings.TrimLeft(value, "+- ")
	for _, sign := range value[:len(value)-len(f.text)] {
		switch sign {
		case '+':
			f.negative = false
		case '-':
			f.negative = true
		}
	}
	if f.isPattern() {
		f.pattern, _ = newPattern(value) // a wrong one matches nothing
	}
	return f
}

// isPattern tells that the value is a regular expression, as it is only without a sign in front.
func (f *filter) isPattern() bool { return strings.HasPrefix(f.value, "/") }

func (l *listener) deleteFilters(header, value string) {
	if strings.EqualFold(header, "all") {
		l.filters = nil
	} else {
		l.filters = slices.DeleteFunc(l.filters, func(f filter) bool {
			return strings.EqualFold(f.header, header) && (value == "" || strings.EqualFold(f.value, value))
		})
	}
	l.sw.audience.place(l)
}

// passes walks through the filters: the default is to drop once there is one.
func (l *listener) passes(ev *esl.Event) bool {
	if len(l.filters) == 0 {
		return true
	}
	pass := false
	for i := range l.filters {
		f := &l.filters[i]
		v, ok := ev.Lookup(f.header)
		if !ok || pass && !f.negative {
			continue
		}
		match := strings.EqualFold(v, f.text)
		if f.isPattern() {
			match = f.pattern != nil && f.pattern.find(v) != nil
		}
		if match {
			if f.negative {
				return false
			}
			pass = true
		}
	}
	return pass
}

// wants tells whether an event is to be sent on this connection.
func (l *listener) wants(ev *esl.Event) bool {
	if !l.listening || !l.running {
		return false
	}
	if !l.all {
		if name := ev.Name(); !l.types[name] {
			return false
		} else if name == "CUSTOM" {
			if sub := ev.Subclass(); sub != "" && !l.subclasses[sub] {
				return false
			}
		}
	}
	send := l.passes(ev)
	if send && l.mine {
		uuid := ev.Get("Unique-ID")
		send = uuid != "" && (l.channel == nil || uuid == l.channel.uuid)
		if l.channel != nil && ev.Get("Job-Owner-UUID") == l.channel.uuid {
			send = true
		}
	}
	return send
}

// maxLost is how many events in a row may be lost before the connection is ended.
const maxLost = 500

// offer queues an event for the connection. Beyond the limit the newest is lost.
func (l *listener) offer(ev *esl.Event) {
	if !l.wants(ev) {
		return
	}
	if len(l.queue) >= l.sw.options.QueueLimit {
		if l.lost++; l.lost > maxLost {
			l.overflow, l.notice = true, lostEvents
			l.wake()
		}
		return
	}
	l.lost = 0
	l.queue = append(l.queue, ev)
	l.wake()
}
