package esltest

import (
	"fmt"
	"slices"
	"strings"

	"eslua/esl"
)

const notFoundReply = "-ERR command not found"

// command carries a command out, with the fault that strikes at it if there is one, and returns the text of the reply, ""
// for none.
func (l *listener) command(t *thread, cmd *esl.Event) string {
	l.sw.commands++
	l.commands++
	f := l.sw.fault(l.channel, l.commands, firstLine(cmd.Get("Command")), cmd.Get("execute-app-name"))
	if f == nil {
		return l.dispatch(t, cmd)
	}
	switch f.Kind {
	case Cut:
		l.running, l.notice = false, ""
		l.conn.cut()
		return ""
	case CutAfter:
		l.reply(l.dispatch(t, cmd))
		l.running, l.notice = false, ""
		return ""
	case Stall:
		t.sleep(f.For)
	case ErrorReply:
		return f.Text
	case NoReply:
		l.mute = true
		l.dispatch(t, cmd)
		l.mute = false
		return ""
	case NoCompletion:
		cmd.Add(noCompletion, "true")
	case Frame:
		l.send(f.Text)
	case HangUp:
		if l.channel != nil && l.channel.call != nil {
			l.channel.call.hangup(esl.CauseNormalClearing)
		}
	}
	return l.dispatch(t, cmd)
}

// noCompletion marks a message whose application will not say that it has ended.
const noCompletion = "esltest-no-completion"

// dispatch carries a command out. The order of the tests is the switch's (event-socket.md 4): names are prefixes, in any
// case.
func (l *listener) dispatch(t *thread, cmd *esl.Event) string {
	block := cmd.Get("Command")
	line := firstLine(block)
	switch {
	case hasWords(block, "unload", "mod_event_socket"):
		line = "api bgapi unload mod_event_socket"
	case hasWords(block, "reload", "mod_event_socket"):
		line = "api bgapi reload mod_event_socket"
	}
	is := func(prefix string) bool {
		_, ok := cutPrefixFold(line, prefix)
		return ok
	}
	if is("exit") || is("...") {
		l.running = false
		return "+OK bye"
	}
	if !l.authed {
		return l.logIn(line)
	}
	if is("filter ") {
		return l.filterCommand(line[len("filter "):])
	}
	if l.channel != nil && is("resume") {
		l.resume = true
		l.channel.set("socket_resume", "true")
		return "+OK"
	}
	if l.channel != nil || is("myevents ") {
		switch {
		case is("connect"):
			l.connect()
			return ""
		case is("getvar") && l.channel != nil:
			return l.getvar(line)
		case is("myevents"):
			return l.myevents(block, line)
		}
	}
	switch {
	case is("divert_events"):
		return l.divert(line[len("divert_events"):])
	case is("sendmsg"):
		return l.sendmsg(t, cmd, line[len("sendmsg"):])
	case l.outbound && !l.full:
		return notFoundReply
	case is("sendevent"):
		return l.sendevent(cmd, line[len("sendevent"):])
	case is("api "):
		return l.api(t, cmd, line[len("api "):])
	case is("bgapi "):
		return l.bgapi(t, cmd, line[len("bgapi "):])
	case is("log"):
		return l.logCommand(line[len("log"):])
	case is("linger"):
		return l.lingerCommand(line[len("linger"):])
	case is("nolinger"):
		if l.channel == nil {
			return "-ERR not controlling a session"
		}
		l.linger = false
		return "+OK will not linger"
	case is("nolog"):
		l.logs = nil
		if !l.logging {
			return "-ERR not loging"
		}
		l.logging = false
		l.sw.loggers = without(l.sw.loggers, l)
		return "+OK no longer logging"
	case is("event"):
		return l.eventCommand(line[len("event"):])
	case is("nixevent"):
		return l.nixeventCommand(line[len("nixevent"):])
	case is("noevents"):
		l.queue = nil
		if !l.listening {
			return "-ERR not listening for events"
		}
		l.listening, l.all = false, false
		clear(l.types)
		clear(l.subclasses)
		l.sw.audience.place(l)
		return "+OK no longer listening for events"
	}
	return notFoundReply
}

// connect writes the data of the channel as a bare block of headers (event-socket.md 5.2).
func (l *listener) connect() {
	l.connected = true
	ch := l.channel
	ev := ch.makeEvent("CHANNEL_DATA", siteConnect)
	ev.Grow(len(channelHeaders))
	ch.profile.addTo(ev, channelHeaders)
	ch.addData(ev)
	ev.Add("Content-Type", "command/reply")
	ev.Add("Reply-Text", "+OK\n")
	mode, control := "static", "single-channel"
	if l.async {
		mode = "async"
	}
	if l.full {
		control = "full"
	}
	ev.Add("Socket-Mode", mode)
	ev.Add("Control", control)
	if l.mute {
		return
	}
	l.sw.scratch = ev.AppendPlain(l.sw.scratch[:0])
	l.conn.write(l.sw.scratch)
}

func (l *listener) getvar(line string) string {
	_, name, _ := strings.Cut(line, " ")
	value := l.channel.get(name)
	if value == "" {
		return notFoundReply
	}
	return value
}

// divert directs the events queued to the channel here.
func (l *listener) divert(arg string) string {
	if l.channel == nil {
		return "-ERR not controlling a session."
	}
	switch arg = strings.TrimLeft(arg, " "); {
	case arg == "":
		return "-ERR missing value."
	case strings.EqualFold(arg, "on"):
		l.channel.divert = true
		return "+OK events diverted"
	}
	l.channel.divert = false
	return "+OK events not diverted"
}

// sendmsg queues a message to a channel, or in static mode carries it out on the spot (event-socket.md 6.1).
func (l *listener) sendmsg(t *thread, cmd *esl.Event, arg string) string {
	uuid := strings.TrimLeft(arg, " ")
	if uuid == "" {
		uuid = cmd.Get("session-id")
	}
	if l.channel != nil && uuid == l.channel.uuid {
		uuid = ""
	}
	if uuid == "" && l.channel != nil {
		if l.async || esl.IsTrue(cmd.Get("async")) {
			l.channel.queuePrivate(cmd, false)
		} else {
			l.channel.parseEvent(t, cmd)
		}
		return "+OK"
	}
	ch := l.sw.find(uuid)
	if ch == nil {
		return fmt.Sprintf("-ERR invalid session id [%s]", uuid)
	}
	ch.queuePrivate(cmd, false)
	return "+OK"
}

// sendevent fires an event, or queues it to the channel that its Unique-ID names (event-socket.md 5.7).
func (l *listener) sendevent(cmd *esl.Event, arg string) string {
	id := l.sw.uuid()
	name, known := esl.EventName(strings.TrimLeft(arg, " \t"))
	ev := &esl.Event{}
	subclass := cmd.Get("Event-Subclass")
	if subclass != "" {
		ev.Add("Event-Subclass", subclass) // in front of all, as copying an event puts it
	}
	for n, v := range cmd.Headers() {
		switch {
		case strings.EqualFold(n, "Event-Subclass"):
		case strings.EqualFold(n, "Command"):
			ev.Add(n, firstLine(v))
		default:
			ev.Add(n, v)
		}
	}
	ev.Del("Event-UUID")
	ev.Add("Event-UUID", id)
	ev.SetBody(cmd.Body())
	if !known {
		name = "CUSTOM"
	}
	if ch := l.sw.find(cmd.Get("unique-id")); ch != nil {
		if name == "CUSTOM" && subclass != "" { // not copied
			ev.Del("Event-Subclass")
			ev.Add("Event-Subclass", subclass)
		}
		ch.queueEvent(name, ev)
		return "+OK " + id
	}
	l.sw.addStandard(ev, name, siteSendEvent)
	l.sw.fire(ev)
	return "+OK " + id
}

// api runs an API command; its output is the reply.
func (l *listener) api(t *thread, cmd *esl.Event, line string) string {
	name, arg, _ := strings.Cut(line, " ")
	if !l.mayRun(name, arg) {
		return "-ERR permission denied"
	}
	out, ok := l.sw.runAPI(t, name, arg, nil)
	if !ok {
		out = "-ERR " + name + " Command not found!\n"
	}
	if out == "" {
		out = "-ERR no reply\n"
	}
	l.send(fmt.Sprintf("Content-Type: api/response\nContent-Length: %d\n\n%s", len(out), out))
	return ""
}

// mayRun tells whether the user of the connection may run an API command. Wrappers are asked about what they run.
func (l *listener) mayRun(name, arg string) bool {
	if l.rights == nil || l.rights.ESL.API == nil {
		return true
	}
	for slices.Contains(l.rights.ESL.API, name) {
		if !containsFold([]string{"bgapi", "sched_api", "eval", "expand", "xml_wrap"}, name) || arg == "" {
			return true
		}
		name, arg, _ = strings.Cut(arg, " ")
	}
	return false
}

// bgapi runs an API command in a thread of its own, which says in an event what came out.
func (l *listener) bgapi(t *thread, cmd *esl.Event, line string) string {
	name, arg, _ := strings.Cut(line, " ")
	if !l.mayRun(name, arg) {
		return "-ERR permission denied"
	}
	job := truncate(cmd.Get("Job-UUID"), 36)
	if job == "" {
		job = l.sw.uuid()
	}
	l.jobs++
	l.sw.spawn(func(jt *thread) {
		out, ok := l.sw.runAPI(jt, name, arg, nil)
		if !ok {
			out = "-ERR " + name + " Command not found!\n"
		}
		ev := l.sw.newEvent("BACKGROUND_JOB", siteJob)
		ev.Add("Job-UUID", job)
		if l.channel != nil {
			ev.Add("Job-Owner-UUID", l.channel.uuid)
		}
		ev.Add("Job-Command", name)
		if arg != "" {
			ev.Add("Job-Command-Arg", arg)
		}
		ev.SetBody(out)
		l.sw.fire(ev)
		l.jobs--
		if l.thread != nil {
			l.thread.wake()
		}
	})
	t.sleep(condTime) // the switch waits for the thread to have begun
	return fmt.Sprintf("~Reply-Text: +OK Job-UUID: %s\nJob-UUID: %s\n\n", job, job)
}

func (l *listener) logCommand(arg string) string {
	if l.rights != nil && l.rights.ESL.NoLog {
		return "-ERR permission denied"
	}
	word, _, _ := strings.Cut(strings.TrimLeft(arg, " "), " ")
	level := esl.LogDebug
	if word != "" {
		var ok bool
		if level, ok = parseLogLevel(word); !ok {
			return "-ERR invalid log level"
		}
	}
	l.logging, l.logLevel = true, level
	l.sw.loggers = append(without(l.sw.loggers, l), l)
	return fmt.Sprintf("+OK log level %s [%d]", word, level)
}

func (l *listener) lingerCommand(arg string) string {
	if l.channel == nil {
		return "-ERR not controlling a session"
	}
	l.linger = true
	if len(arg) > 1 && arg[0] == ' ' {
		l.lingerTime = atoi(arg[1:])
		if l.lingerTime != -1 {
			return fmt.Sprintf("+OK will linger %d seconds", l.lingerTime)
		}
	}
	l.lingerTime = -1
	return "+OK will linger"
}

// offerLog queues a log line for the connection if it wants it.
func (l *listener) offerLog(level esl.LogLevel, at site, textChannel int, uuid, line string) {
	if !l.logging || level > l.logLevel || len(l.logs) >= l.sw.options.QueueLimit {
		return
	}
	l.logs = append(l.logs, truncate(fmt.Sprintf("Content-Type: log/data\nContent-Length: %d\nLog-Level: %d\nText-Channel: %d\n"+
		"Log-File: %s\nLog-Func: %s\nLog-Line: %d\nUser-Data: %s\n\n", len(line), level, textChannel, at.file, at.function,
		at.line, uuid), 1023)+line)
	l.wake()
}
