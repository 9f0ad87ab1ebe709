package esltest

import (
	"strings"
	"time"

	"eslua/esl"
)

// application is a row of the table of applications.
type application struct {
	name   string
	media  bool // needs media: an inbound leg is pre-answered for it
	zombie bool // may run after hang-up
	run    func(ch *channel, t *thread, arg string)
}

// applicationTable makes the table of what a dialplan or a message can execute, by names in lower case.
func applicationTable() map[string]application {
	table := make(map[string]application)
	for _, a := range []application{
		{name: "answer", run: func(ch *channel, _ *thread, _ string) { ch.answer(siteAnswerApp) }},
		{name: "pre_answer", run: func(ch *channel, _ *thread, _ string) { ch.preAnswer(siteAnswerApp) }},
		{name: "ring_ready", run: ringReadyApp},
		{name: "hangup", run: hangupApp},
		{name: "park", run: func(ch *channel, t *thread, _ string) { ch.park(t) }},
		{name: "sleep", run: sleepApp},
		{name: "socket", run: socketApp},
		{name: "transfer", run: transferApp},
		{name: "execute_extension", run: executeExtensionApp},
		{name: "bridge", run: bridgeApp},

		{name: "set", zombie: true, run: func(ch *channel, t *thread, arg string) { ch.setVariable(t, "SET", arg) }},
		{name: "multiset", zombie: true, run: multisetApp},
		{name: "push", zombie: true, run: func(ch *channel, t *thread, arg string) { ch.setVariable(t, "PUSH", arg) }},
		{name: "unshift", zombie: true, run: func(ch *channel, t *thread, arg string) { ch.setVariable(t, "UNSHIFT", arg) }},
		{name: "unset", zombie: true, run: func(ch *channel, _ *thread, arg string) { ch.set(arg, "") }},
		{name: "multiunset", zombie: true, run: multiunsetApp},
		{name: "export", zombie: true, run: exportApp},
		{name: "set_global", zombie: true, run: setGlobalApp},
		{name: "set_profile_var", zombie: true, run: setProfileVarApp},
		{name: "log", zombie: true, run: logApp},
		{name: "info", zombie: true, run: infoApp},
		{name: "event", zombie: true, run: eventApp},
		{name: "eval", zombie: true, run: func(*channel, *thread, string) {}},
		{name: "verbose_events", run: verboseEventsApp},

		{name: "playback", media: true, run: playbackApp},
		{name: "endless_playback", media: true, run: endlessPlaybackApp},
		{name: "loop_playback", media: true, run: loopPlaybackApp},
		{name: "say", media: true, run: sayApp},
		{name: "phrase", media: true, run: phraseApp},
		{name: "speak", media: true, run: speakApp},
		{name: "play_and_detect_speech", media: true, run: playAndDetectSpeechApp},
		{name: "record", media: true, run: recordApp},
		{name: "record_session", media: true, run: recordSessionApp},
		{name: "stop_record_session", media: true, run: stopRecordSessionApp},
		{name: "echo", media: true, run: echoApp},

		{name: "read", media: true, run: readApp},
		{name: "play_and_get_digits", media: true, run: playAndGetDigitsApp},
		{name: "send_dtmf", run: func(ch *channel, t *thread, arg string) { ch.sendDigits(t, arg) }},
		{name: "queue_dtmf", run: queueDTMFApp},
		{name: "flush_dtmf", run: func(ch *channel, _ *thread, _ string) { ch.digits = nil }},
		{name: "break", run: func(ch *channel, _ *thread, _ string) { ch.breaking = true }},
		{name: "sched_hangup", run: schedHangupApp},
	} {
		table[a.name] = a
	}
	return table
}

func ringReadyApp(ch *channel, _ *thread, _ string) {
	if ch.outbound || ch.down() {
		return
	}
	if ch.other != nil {
		ch.other.markRinging(siteLoopbackAnswer)
	}
	ch.markRinging(siteAnswerApp)
}

func hangupApp(ch *channel, _ *thread, arg string) {
	cause := esl.CauseNormalClearing
	if arg != "" {
		cause = esl.ParseCause(arg)
	}
	ch.hangup(cause, siteHangupApp)
}

func sleepApp(ch *channel, t *thread, arg string) {
	if arg == "" {
		ch.logf(esl.LogErr, siteExecute, "No timeout specified.")
		return
	}
	in := &input{}
	if isTrue(ch.get("sleep_eat_digits")) {
		in = ch.terminators()
		ch.set("playback_terminator_used", "")
	}
	ch.rest(t, millis(atoi(arg)), in)
}

// setVariable is what set, push and unshift do: name=value, or name,value; the value is expanded once more.
func (ch *channel) setVariable(t *thread, what, arg string) {
	if arg == "" {
		ch.logf(esl.LogErr, siteNoName, "No variable name specified.")
		return
	}
	name, value, ok := strings.Cut(arg, "=")
	if !ok {
		name, value, _ = strings.Cut(arg, ",")
	}
	value = ch.expand(t, value)
	shown := value
	if value == "" {
		shown = "UNDEF"
	}
	ch.logf(esl.LogDebug, siteSetApp, "%s %s [%s]=[%s]", what, ch.name, name, shown)
	if what == "SET" || value == "" {
		ch.set(name, value)
		return
	}
	ch.vars.push(name, value, what == "UNSHIFT")
}

func multisetApp(ch *channel, t *thread, arg string) {
	sep := " "
	if rest, ok := strings.CutPrefix(arg, "^^"); ok && rest != "" {
		sep, arg = rest[:1], rest[1:]
	}
	for _, part := range strings.Split(arg, sep) {
		ch.setVariable(t, "SET", part)
	}
}

func multiunsetApp(ch *channel, _ *thread, arg string) {
	sep := " "
	if rest, ok := strings.CutPrefix(arg, "^^"); ok && rest != "" {
		sep, arg = rest[:1], rest[1:]
	}
	for _, name := range strings.Split(arg, sep) {
		ch.set(name, "")
	}
}

// exportApp sets a variable that legs dialled later get, too; nolocal: leaves it out of the channel itself.
func exportApp(ch *channel, _ *thread, arg string) {
	if arg == "" {
		ch.logf(esl.LogErr, siteNoName, "No variable name specified.")
		return
	}
	name, value, _ := strings.Cut(arg, "=")
	local, nolocal := cutPrefixFold(name, "nolocal:")
	if nolocal {
		ch.set(name, value)
	} else {
		ch.set(local, value)
	}
	exported := ch.own("export_vars")
	if exported == "" {
		ch.set("export_vars", name)
	} else if !containsFold(strings.Split(exported, ","), name) {
		ch.set("export_vars", exported+","+name)
	}
}

func setGlobalApp(ch *channel, _ *thread, arg string) {
	name, value, _ := strings.Cut(arg, "=")
	ch.sw.globals.set(name, value)
}

func setProfileVarApp(ch *channel, _ *thread, arg string) {
	name, value, _ := strings.Cut(arg, "=")
	ch.profile.setField(name, value)
}

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
	if arg == "" || isTrue(arg) {
		ch.set("verbose_events", "true")
	} else {
		ch.set("verbose_events", "")
	}
}

// echoApp sends the caller's audio back until it goes; digits come back, too.
func echoApp(ch *channel, t *thread, _ string) {
	for ch.ready() {
		if ch.breaking {
			ch.breaking = false
			return
		}
		ch.parseEvents(t)
		if d, ok := ch.takeDTMF(); ok {
			ch.sendDTMF(d)
			ch.frame(t)
			continue
		}
		ch.idle(t, time.Time{})
	}
}

// queueDTMFApp sends digits without waiting for the pauses in them.
func queueDTMFApp(ch *channel, _ *thread, arg string) { ch.sendDigits(nil, arg) }

// schedHangupApp hangs the channel up later: [+]seconds [cause].
func schedHangupApp(ch *channel, _ *thread, arg string) {
	a := words(arg, 2)
	cause := esl.CauseAllottedTimeout
	if a[1] != "" {
		cause = esl.ParseCause(a[1])
	}
	delay, relative := strings.CutPrefix(a[0], "+")
	seconds := atoi(delay)
	if !relative {
		seconds -= int(ch.sw.now.Unix())
	}
	ch.sw.spawn(func(t *thread) {
		t.sleep(millis(max(seconds, 0) * 1000))
		ch.hangup(cause, siteSchedule)
	})
}
