package channel

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"eslua/esl"
)

// Feed is what somebody would see of the switch on the call's connection if it were his alone: he chooses events with the
// commands of the event socket, and those that the call and others have chosen do not come to him. The switch sends no more
// events for it than it would send him.
type Feed struct {
	call *Call
	sub  *Subscription
	held []source // that are turned on for it

	listening  bool
	all        bool
	types      map[string]bool
	subclasses map[string]bool
	format     esl.Format
	filters    []feedFilter
	mine       bool // since myevents
	exited     bool
	lingers    bool
	lingerTime time.Duration // below 0: without end
}

// feedFilter is a filter on events (event-socket.md 7.2).
type feedFilter struct {
	header, value string
	negative      bool
	pattern       *regexp.Regexp // of a value that begins with a slash; nil: it is none, or a wrong one
}

// NewFeed makes a feed of a call with a leg, through which no event comes yet. f is called as that of Subscribe is.
func (c *Call) NewFeed(f func(*esl.Event)) *Feed {
	feed := &Feed{call: c, types: make(map[string]bool), subclasses: make(map[string]bool), format: esl.Plain}
	feed.sub = &Subscription{call: c, wants: feed.wants, f: f}
	c.subscriptions = append(c.subscriptions, feed.sub)
	return feed
}

// Close ends the feed. What nobody else needs is turned off at the switch.
func (f *Feed) Close() {
	f.exited = true
	f.sub.Close()
	for _, s := range f.held {
		f.call.turnOff(s)
	}
	f.held = nil
}

// Format is how events would be written.
func (f *Feed) Format() esl.Format { return f.format }

// Lingers tells whether the connection would stay after the hang-up, and how long; below 0 is without end.
func (f *Feed) Lingers() (time.Duration, bool) { return f.lingerTime, f.lingers }

// Do carries out a command by which a connection chooses what it sees, or its own end, and gives the switch's answer to it.
// Other commands, for which mine is false, are to be sent. After exit nothing more comes; the call's connection stays.
func (f *Feed) Do(ctx context.Context, cmd esl.Command) (reply string, mine bool, err error) {
	line := cmd.Line()
	rest := line[min(len(cmd.Name()), len(line)):]
	full := f.call.mode.Full
	f.call.Serve() // what has come was chosen before
	switch name := cmd.Name(); {
	case name == "exit":
		f.exited = true
		return "+OK bye", true, nil
	case name == "getvar":
		reply, err = f.getVar(ctx, rest)
		return reply, err == nil, err
	case name == "filter":
		reply = f.filter(strings.TrimLeft(rest, " "))
	case name == "myevents":
		reply = f.myEvents(line)
	case name == "event" && full:
		reply = f.event(rest)
	case name == "nixevent" && full:
		reply = f.nixEvent(rest)
	case name == "noevents" && full:
		reply = f.noEvents()
	case name == "linger" && full:
		return f.linger(rest), true, nil
	case name == "nolinger" && full:
		f.lingers = false
		return "+OK will not linger", true, nil
	default:
		return "", false, nil
	}
	return reply, true, f.update(ctx)
}

// wordsOf are the words of an argument: what stands before the first blank belongs to the command.
func wordsOf(arg string) []string {
	_, rest, ok := strings.Cut(arg, " ")
	if !ok {
		return nil
	}
	return strings.Split(rest, " ")
}

// errNoKeywords is the switch's answer to a list of events without any that it knows.
const errNoKeywords = "-ERR no keywords supplied"

// maxReply is how long a reply of the switch is at most; it cuts longer ones (event-socket.md 5.3).
const maxReply = 511

// getVar answers for the command getvar, without sending it: a value with an empty line in it, or one that begins with ~,
// would break the connection. What the switch gives of a value with several lines is the first of them.
func (f *Feed) getVar(ctx context.Context, arg string) (string, error) {
	value := ""
	if _, name, ok := strings.Cut(arg, " "); ok {
		var err error
		if value, _, err = f.call.leg.Get(ctx, name); err != nil {
			return "", err
		}
	}
	value, _, _ = strings.Cut(value[:min(len(value), maxReply)], "\n")
	if value == "" {
		return "-ERR command not found", nil
	}
	return value, nil
}

func (f *Feed) event(arg string) string {
	known, custom := 0, false
	for i, word := range wordsOf(arg) {
		format := esl.Format(strings.ToLower(word))
		if i == 0 && (format == esl.Plain || format == esl.JSON || format == esl.XML) {
			f.format = format
			continue
		}
		if custom {
			if word != "" {
				f.subclasses[word] = true
			}
			continue
		}
		name, ok := esl.EventName(word)
		if !ok {
			continue
		}
		known++
		custom = name == "CUSTOM"
		if name == "ALL" {
			f.all = true
			for _, n := range esl.EventNames() {
				f.types[n] = true
			}
		}
		f.types[name] = true
	}
	if known == 0 {
		return errNoKeywords
	}
	f.listening = true
	return "+OK event listener enabled " + string(f.format)
}

func (f *Feed) nixEvent(arg string) string {
	known, custom := 0, false
	for _, word := range wordsOf(arg) {
		if custom {
			delete(f.subclasses, word)
			continue
		}
		name, ok := esl.EventName(word)
		if !ok {
			continue
		}
		known++
		custom = name == "CUSTOM"
		switch {
		case name == "ALL":
			f.all = false
			clear(f.types)
		case !custom:
			f.all = false
			delete(f.types, name)
		}
	}
	if known == 0 {
		return errNoKeywords
	}
	f.listening = true
	return "+OK events nixed"
}

func (f *Feed) noEvents() string {
	if !f.listening {
		return "-ERR not listening for events"
	}
	f.listening, f.all = false, false
	clear(f.types)
	clear(f.subclasses)
	return "+OK no longer listening for events"
}

func (f *Feed) myEvents(line string) string {
	if f.mine {
		return "-ERR aready enabled."
	}
	for _, n := range esl.MyEventNames() {
		f.types[n] = true
	}
	f.mine, f.listening = true, true
	switch lower := strings.ToLower(line); {
	case strings.Contains(lower, "json"):
		f.format = esl.JSON
	case strings.Contains(lower, "xml"):
		f.format = esl.XML
	}
	return "+OK Events Enabled"
}

func (f *Feed) filter(arg string) string {
	header, value, ok := strings.Cut(arg, " ")
	switch {
	case strings.EqualFold(header, "delete") && ok:
		header, value, _ = strings.Cut(value, " ")
		f.filters = slices.DeleteFunc(f.filters, func(x feedFilter) bool {
			return strings.EqualFold(header, "all") || strings.EqualFold(x.header, header) && (value == "" || strings.EqualFold(x.value, value))
		})
		return "+OK filter deleted. [" + header + "][" + value + "]"
	case strings.EqualFold(header, "add") && ok:
		header, value, ok = strings.Cut(value, " ")
	}
	if !ok {
		return "-ERR invalid syntax"
	}
	f.filters = append(f.filters, newFeedFilter(header, value))
	return "+OK filter added. [" + header + "]=[" + value + "]"
}

func newFeedFilter(header, value string) feedFilter {
	x := feedFilter{header: header, value: value}
	text := strings.TrimLeft(value, "+- ")
	signs := strings.Trim(value[:len(value)-len(text)], " ")
	x.negative = strings.HasSuffix(signs, "-")
	if expr, ok := strings.CutPrefix(value, "/"); ok {
		if i := strings.LastIndexByte(expr, '/'); i >= 0 {
			options := strings.Map(func(r rune) rune {
				if r == 'i' || r == 's' || r == 'm' {
					return r
				}
				return -1
			}, expr[i+1:])
			if expr = expr[:i]; options != "" {
				expr = "(?" + options + ")" + expr
			}
			x.pattern, _ = regexp.Compile(expr)
		}
	}
	return x
}

// isPattern tells that the value is meant as a regular expression.
func (x *feedFilter) isPattern() bool { return strings.HasPrefix(x.value, "/") }

// matches tells whether the value of the header is the filter's.
func (x *feedFilter) matches(value string) bool {
	if x.isPattern() {
		return x.pattern != nil && x.pattern.MatchString(value)
	}
	return strings.EqualFold(value, strings.TrimLeft(x.value, "+- "))
}

// linger keeps the feed open after the hang-up; the connection of a call in full mode lingers anyway.
func (f *Feed) linger(arg string) string {
	f.lingers, f.lingerTime = true, -1
	if word, ok := strings.CutPrefix(arg, " "); ok && word != "" {
		seconds := 0
		fmt.Sscanf(word, "%d", &seconds)
		if seconds != -1 {
			f.lingerTime = time.Duration(seconds) * time.Second
			return fmt.Sprintf("+OK will linger %d seconds", seconds)
		}
	}
	return "+OK will linger"
}

// update turns on at the switch what the feed needs now, and then off what it needs no longer.
func (f *Feed) update(ctx context.Context) error {
	want, held := f.sources(), f.held
	more := slices.DeleteFunc(slices.Clone(want), func(s source) bool { return slices.Contains(held, s) })
	if err := f.call.turnOn(ctx, more...); err != nil {
		return fmt.Errorf("channel: choose events: %w", err)
	}
	f.held = want
	for _, s := range held {
		if !slices.Contains(want, s) {
			f.call.turnOff(s)
		}
	}
	return nil
}

// sources are what must be on at the switch: the filters in front of the types, so that no burst of foreign events gets in.
func (f *Feed) sources() []source {
	if !f.listening || !f.call.mode.Full {
		return nil // otherwise it is myevents, which is on already
	}
	var filters, kinds []source
	for _, name := range esl.EventNames() {
		if !f.types[name] || f.all && name != "ALL" || !f.all && name == "ALL" {
			continue
		}
		kinds = append(kinds, source{name: name})
		filters = append(filters, source{header: "Event-Name", value: name})
	}
	if f.all {
		filters = []source{{header: "Event-Name", value: everyEvent}}
	} else {
		for subclass := range f.subclasses {
			kinds = append(kinds, source{subclass: subclass})
		}
		slices.SortFunc(kinds, func(a, b source) int { return strings.Compare(a.subclass, b.subclass) })
	}
	switch {
	case f.mine:
		filters = nil // the call has those
	case len(f.filters) > 0:
		filters = nil
		for _, x := range f.filters {
			s := source{header: x.header, value: x.value}
			_, err := esl.Filter(x.header, x.value).Append(nil) // one that cannot be sent lets nothing through
			if err == nil && !x.negative && !f.call.ownFilter(s) && !slices.Contains(filters, s) {
				filters = append(filters, s)
			}
		}
	}
	return append(filters, kinds...)
}

// wants tells whether an event comes through, as the switch decides it (event-socket.md 7.1, 7.2).
func (f *Feed) wants(ev *esl.Event) bool {
	if !f.listening || f.exited {
		return false
	}
	name := ev.Name()
	if name == "" {
		return true // what was queued to the channel and diverted passes everything
	}
	if !f.all {
		if !f.types[name] {
			return false
		}
		if sub := ev.Subclass(); name == "CUSTOM" && sub != "" && !f.subclasses[sub] {
			return false
		}
	}
	if !f.passes(ev) {
		return false
	}
	l := f.call.leg
	return !f.mine || ev.Get("Unique-ID") == l.uuid || ev.Get("Job-Owner-UUID") == l.uuid
}

// passes walks through the filters: the default is to drop once there is one.
func (f *Feed) passes(ev *esl.Event) bool {
	pass := len(f.filters) == 0
	for i := range f.filters {
		x := &f.filters[i]
		v, ok := ev.Lookup(x.header)
		if !ok || pass && !x.negative || !x.matches(v) {
			continue
		}
		if x.negative {
			return false
		}
		pass = true
	}
	return pass
}

// Wait waits as Call.Wait does, and ends as well when nothing more will come (see Over).
func (f *Feed) Wait(ctx context.Context, until time.Time, done func() bool) error {
	return f.call.wait(ctx, func() time.Time { return f.lastMoment(until) }, func() bool { return done() || f.Over() })
}

// lastMoment is until, or the time by which all has come that will come.
func (f *Feed) lastMoment(until time.Time) time.Time {
	l := f.call.leg
	if f.lingers {
		if end := l.hungUpAt.Add(f.lingerTime); l.hungUp && f.lingerTime >= 0 && (until.IsZero() || end.Before(until)) {
			return end
		}
		return until
	}
	return l.lastMoment(until)
}

// Over tells whether nothing more will come: after exit, when the connection has ended, and after the hang-up, when the last
// event of the channel has come or the time for that is over, unless the feed lingers.
func (f *Feed) Over() bool {
	l := f.call.leg
	switch {
	case f.exited, f.call.ended != nil:
		return true
	case !l.hungUp:
		return false
	}
	if !f.lingers && l.finished {
		return true
	}
	end := f.lastMoment(time.Time{})
	return !end.IsZero() && !f.call.clock.Now().Before(end)
}
