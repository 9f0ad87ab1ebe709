package esltest

import (
	"strings"

	"eslua/esl"
)

func logApp(ch *channel, _ *thread, arg string) {
	level, text, ok := strings.Cut(arg, " ")
	l, known := parseLogLevel(level)
	if !ok {
		text, l = arg, esl.LogDebug
	} else if !known {
		l = esl.LogDebug
	}
	ch.logf(l, siteLogApp, "%s", text)
}

func infoApp(ch *channel, _ *thread, arg string) {
	level := esl.LogInfo
	if l, ok := parseLogLevel(arg); ok {
		level = l
	}
	ev := &esl.Event{}
	ev.Add("Event-Name", "CHANNEL_DATA")
	ch.addData(ev)
	ch.logf(level, siteExecute, "CHANNEL_DATA:\n%s", ev)
}

// eventApp fires an event made of name=value pairs.
func eventApp(ch *channel, _ *thread, arg string) {
	var pairs []esl.Header
	ev := &esl.Event{}
	for _, part := range esl.SplitArgs(arg, ',') {
		name, value, ok := strings.Cut(part, "=")
		name, value = strings.TrimSpace(name), strings.TrimLeft(value, " ")
		switch {
		case !ok:
		case strings.EqualFold(name, "Event-Subclass"): // the switch puts it in front of all
			ev.Add(name, value)
		default:
			pairs = append(pairs, esl.Header{Name: name, Value: value})
		}
	}
	ch.sw.addStandard(ev, "CHANNEL_APPLICATION", siteApplication)
	for _, p := range pairs {
		if strings.EqualFold(p.Name, "Event-Name") {
			ev.Del(p.Name)
		}
		ev.Add(p.Name, p.Value)
	}
	ch.addData(ev)
	ch.sw.fire(ev)
}

func verboseEventsApp(ch *channel, _ *thread, arg string) {
	if arg == "" || esl.IsTrue(arg) {
		ch.set("verbose_events", "true")
	} else {
		ch.set("verbose_events", "")
	}
}
