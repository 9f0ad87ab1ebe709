package esltest

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
		{name: "intercept", run: interceptApp},

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
		{name: "hash", zombie: true, run: func(ch *channel, _ *thread, arg string) { ch.sw.hash.command(arg) }},
		{name: "group", zombie: true, run: func(ch *channel, _ *thread, arg string) { ch.sw.db.group(arg) }},
		{name: "db", zombie: true, run: func(ch *channel, _ *thread, arg string) { ch.sw.db.command(arg) }},
		{name: "eval", zombie: true, run: func(*channel, *thread, string) {}},
		{name: "verbose_events", run: verboseEventsApp},

		{name: "playback", media: true, run: playbackApp},
		{name: "endless_playback", media: true, run: endlessPlaybackApp},
		{name: "loop_playback", media: true, run: loopPlaybackApp},
		{name: "say", media: true, run: sayApp},
		{name: "phrase", media: true, run: phraseApp},
		{name: "speak", media: true, run: speakApp},
		{name: "detect_speech", media: true, run: detectSpeechApp},
		{name: "play_and_detect_speech", media: true, run: playAndDetectSpeechApp},
		{name: "record", media: true, run: recordApp},
		{name: "record_session", media: true, run: recordSessionApp},
		{name: "stop_record_session", media: true, run: stopRecordSessionApp},
		{name: "gentones", media: true, run: gentonesApp},
		{name: "wait_for_silence", media: true, run: waitForSilenceApp},
		{name: "echo", media: true, run: echoApp},

		{name: "read", media: true, run: readApp},
		{name: "play_and_get_digits", media: true, run: playAndGetDigitsApp},
		{name: "send_dtmf", run: func(ch *channel, t *thread, arg string) { ch.sendDigits(t, arg) }},
		{name: "queue_dtmf", run: queueDTMFApp},
		{name: "flush_dtmf", run: func(ch *channel, _ *thread, _ string) { ch.digits = nil }},
		{name: "break", run: func(ch *channel, _ *thread, _ string) { ch.breaking = true }},
		{name: "bind_meta_app", run: bindMetaApp},
		{name: "sched_hangup", run: schedHangupApp},
		{name: "sched_transfer", run: schedTransferApp},
		{name: "sched_broadcast", run: schedBroadcastApp},
		{name: "sched_cancel", run: schedCancelApp},
		{name: "limit", run: limitApp},
		{name: "set_user", zombie: true, run: setUserApp},
	} {
		table[a.name] = a
	}
	return table
}
