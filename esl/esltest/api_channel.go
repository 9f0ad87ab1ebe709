package esltest

import (
	"strconv"
	"strings"

	"eslua/esl"
)

const noSuchChannel = "-ERR No such channel!\n"

// channelAPIs are the commands that work on a channel by its uuid.
func channelAPIs() []apiCommand {
	return []apiCommand{
		{name: "uuid_exists", run: good(func(c apiCall) string { return strconv.FormatBool(c.sw.find(c.arg) != nil) })},
		{name: "uuid_getvar", run: good(uuidGetvarAPI)},
		{name: "uuid_setvar", run: good(uuidSetvarAPI)},
		{name: "uuid_setvar_multi", run: good(uuidSetvarMultiAPI)},
		{name: "uuid_dump", run: good(uuidDumpAPI)},
		{name: "uuid_kill", run: good(uuidKillAPI)},
		{name: "uuid_answer", run: good(uuidAnswerAPI)},
		{name: "uuid_pre_answer", run: good(uuidPreAnswerAPI)},
		{name: "uuid_break", run: good(uuidBreakAPI)},
		{name: "uuid_transfer", run: good(uuidTransferAPI)},
		{name: "uuid_park", run: good(uuidParkAPI)},
		{name: "uuid_bridge", run: good(uuidBridgeAPI)},
		{name: "uuid_broadcast", run: good(uuidBroadcastAPI)},
		{name: "uuid_send_dtmf", run: good(uuidSendDTMFAPI)},
		{name: "uuid_recv_dtmf", run: good(uuidRecvDTMFAPI)},
		{name: "uuid_flush_dtmf", run: good(uuidFlushDTMFAPI)},
		{name: "uuid_fileman", run: good(uuidFilemanAPI)},
		{name: "uuid_record", run: good(uuidRecordAPI)},
		{name: "uuid_hold", run: text("+OK Success\n")},
		{name: "uuid_media", run: good(ofChannel("-USAGE: [off] <uuid>\n", "-ERR Operation failed\n"))},
		{name: "uuid_phone_event", run: good(ofChannel("-USAGE: <uuid> (talk | hold)\n", "-ERR Operation failed\n"))},
		{name: "uuid_display", run: good(ofChannel("-USAGE: <uuid> <display>\n", "-ERR No such channel\n"))},
		{name: "uuid_audio", run: good(ofChannel("-USAGE: <uuid> [start [read|write] [mute|level <level>]|stop]\n", "-ERR Operation failed\n"))},
	}
}

// ofChannel makes a command that does what cannot be seen on an event socket: it only looks whether the channel is there.
func ofChannel(usage, missing string) func(c apiCall) string {
	return func(c apiCall) string {
		switch ch, _, problem := c.on(usage, 1); {
		case ch != nil:
			return "+OK Success\n"
		case problem == usage:
			return usage
		}
		return missing
	}
}

// on finds the channel of a command whose argument begins with a uuid, or says why not.
func (c apiCall) on(usage string, least int) (ch *channel, a []string, problem string) {
	a = esl.SplitArgs(c.arg, ' ')
	if len(a) < least {
		return nil, nil, usage
	}
	if ch = c.sw.find(a[0]); ch == nil {
		return nil, nil, noSuchChannel
	}
	for len(a) < 6 {
		a = append(a, "")
	}
	return ch, a, ""
}

func uuidGetvarAPI(c apiCall) string {
	ch, a, problem := c.on("-USAGE: <uuid> <var>\n", 2)
	if ch == nil {
		return problem
	}
	name, index, indexed := strings.Cut(a[1], "[")
	value, ok := ch.lookup(name)
	if list, isArray := strings.CutPrefix(value, arrayPrefix); isArray && indexed {
		elements := strings.Split(list, arraySep)
		if n := atoi(index); n < len(elements) {
			value = elements[n]
		} else {
			ok = false
		}
	}
	if !ok || value == "" {
		return "_undef_"
	}
	return value
}

func uuidSetvarAPI(c apiCall) string {
	// The value is everything behind the name, unescaped and unquoted.
	ch, a, problem := c.on("-USAGE: <uuid> <var> [value]\n", 2)
	if ch == nil {
		return problem
	}
	value := ""
	if words := splitArgs(c.arg, ' ', 3); len(words) == 3 {
		value = words[2]
	}
	ch.set(a[1], value)
	return "+OK\n"
}

func uuidSetvarMultiAPI(c apiCall) string {
	uuid, list, ok := strings.Cut(c.arg, " ")
	if !ok {
		return "-USAGE: <uuid> <var>=<value>;<var>=<value>...\n"
	}
	ch := c.sw.find(uuid)
	if ch == nil {
		return noSuchChannel
	}
	for _, pair := range esl.SplitArgs(list, ';') {
		name, value, _ := strings.Cut(pair, "=")
		ch.set(name, value)
	}
	return "+OK\n"
}

func uuidDumpAPI(c apiCall) string {
	ch, a, problem := c.on("-USAGE: <uuid> [format]\n", 1)
	if ch == nil {
		return problem
	}
	ev := ch.makeEvent("CHANNEL_DATA", siteDump)
	ch.addData(ev)
	switch a[1] {
	case "json":
		return string(ev.AppendJSON(nil))
	case "xml":
		return string(ev.AppendXML(nil))
	}
	var b strings.Builder
	for n, v := range ev.Headers() {
		b.WriteString(n + ": " + v + "\n")
	}
	return b.String() + "\n"
}

func uuidKillAPI(c apiCall) string {
	ch, a, problem := c.on("-USAGE: <uuid> [cause]\n", 1)
	if ch == nil {
		return problem
	}
	cause := esl.CauseNormalClearing
	if a[1] != "" {
		cause = esl.ParseCause(a[1])
	}
	ch.hangup(cause, siteKill)
	return "+OK\n"
}

func uuidAnswerAPI(c apiCall) string {
	ch := c.sw.find(c.arg)
	if ch == nil || !ch.answer(siteAnswerApp) {
		return "-ERROR\n"
	}
	return "+OK\n"
}

func uuidPreAnswerAPI(c apiCall) string {
	ch := c.sw.find(c.arg)
	if ch == nil || !ch.preAnswer(siteAnswerApp) {
		return "-ERROR\n"
	}
	return "+OK\n"
}

// uuidBreakAPI ends what plays or records: a message that is being executed with it, its loops as well, and with "all" also
// those that wait.
func uuidBreakAPI(c apiCall) string {
	ch, a, problem := c.on("-USAGE: <uuid> [all]\n", 1)
	if ch == nil {
		return problem
	}
	if a[1] == "all" {
		ch.private, ch.priv = nil, nil
	}
	if ch.broadcast {
		ch.stopBroadcast = true
	}
	ch.breaking = true
	ch.changed()
	return "+OK\n"
}

func uuidTransferAPI(c apiCall) string {
	a := esl.SplitArgs(c.arg, ' ')
	if len(a) < 2 {
		return "-USAGE: <uuid> [-bleg|-both] <dest-exten> [<dialplan>] [<context>]\n"
	}
	ch := c.sw.find(a[0])
	if ch == nil {
		return noSuchChannel
	}
	transferApp(ch, c.t, strings.Join(a[1:], " "))
	return "+OK\n"
}

func uuidParkAPI(c apiCall) string {
	ch, _, problem := c.on("-USAGE: <uuid>\n", 1)
	if ch == nil {
		return problem
	}
	ch.goPark()
	return "+OK\n"
}

func uuidBridgeAPI(c apiCall) string {
	a := words(c.arg, 2)
	ch, other := c.sw.find(a[0]), c.sw.find(a[1])
	if ch == nil || other == nil {
		return "-ERR Invalid uuid\n"
	}
	if !ch.mediaReady() {
		ch, other = other, ch // "reversing order of channels so this will work!"
	}
	if !ch.mediaReady() {
		return "-ERR Invalid uuid\n"
	}
	ch.bridgeWith(other)
	return "+OK " + other.uuid + "\n"
}

// uuidBroadcastAPI queues an application, or a file to play, to a channel.
func uuidBroadcastAPI(c apiCall) string {
	ch, a, problem := c.on("-USAGE: <uuid> <path> [aleg|bleg|holdb|both]\n", 2)
	if ch == nil {
		return problem
	}
	ch.broadcastTo(a[1], a[2])
	return "+OK Message sent\n"
}

func uuidRecordAPI(c apiCall) string {
	ch, a, problem := c.on("-USAGE: <uuid> [start|stop|mask|unmask] <path> [<limit>]\n", 3)
	if ch == nil {
		return problem
	}
	switch a[1] {
	case "start":
		if !c.sw.canRecord(a[2]) {
			return "-ERR Cannot record session!\n"
		}
		ch.record = append(ch.record, &recording{a[2], c.sw.now})
		ch.fireRecord("RECORD_START", siteRecordBug, a[2])
	case "stop":
		if !ch.stopRecording(a[2]) {
			return "-ERR Cannot stop record session!\n"
		}
	default:
		return "-USAGE: <uuid> [start|stop|mask|unmask] <path> [<limit>]\n"
	}
	return "+OK Success\n"
}
