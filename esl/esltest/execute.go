package esltest

import (
	"strings"

	"eslua/esl"
)

// execute runs an application on the channel, as switch_core_session_execute_application does. It reports false when
// there was none to run, which also ends the extension that it stands in.
func (ch *channel) execute(t *thread, name, arg string) bool {
	app, known := ch.sw.applications[strings.ToLower(name)]
	if ch.down() {
		if !known {
			return false
		}
		if !app.zombie {
			ch.logf(esl.LogDebug, siteExecuteLog, "%s Channel is hungup and application '%s' does not have the zombie_exec flag.",
				ch.name, name)
			return false
		}
		ch.exec(t, app, arg)
		return true
	}
	if a, b, async := strings.Cut(name, "::"); async && arg == "" {
		ch.queuePrivate(executeMessage(a, b), false)
		return true
	}
	if !known {
		ch.logf(esl.LogErr, siteInvalidApp, "Invalid Application %s", name)
		ch.hangup(esl.CauseDestinationOutOfOrder, siteInvalidApp)
		return false
	}
	if app.media && !ch.mediaReady() {
		if !ch.outbound {
			if !ch.preAnswer(siteInvalidApp) {
				return false
			}
		} else if !ch.awaitMedia(t) {
			return false
		}
	}
	ch.exec(t, app, arg)
	return true
}

// awaitMedia waits for an outbound leg to have media, for two seconds at most.
func (ch *channel) awaitMedia(t *thread) bool {
	for range 2000 {
		if ch.mediaReady() {
			return true
		}
		t.sleep(condTime)
	}
	return false
}

// exec expands the argument, says that the application begins, runs it and says that it has ended (event-socket.md 6.3).
func (ch *channel) exec(t *thread, app application, arg string) {
	uuid := ch.own("app_uuid")
	if uuid != "" {
		ch.set("app_uuid", "")
	} else {
		uuid = ch.sw.uuid()
	}
	uuidName := ch.own("app_uuid_name")
	ch.set("app_uuid_name", "")
	if !esl.IsTrue(ch.own("app_disable_expand_variables")) {
		arg = ch.expand(t, arg)
		if scope, rest, ok := cutScope(arg); ok {
			arg = rest
			ch.scopes = append(ch.scopes, scope)
			defer func() { ch.scopes = ch.scopes[:len(ch.scopes)-1] }()
		}
	}
	ch.logClean(esl.LogInfo, siteExecuteLog, "EXECUTE [depth=%d] %s %s(%s)", ch.depth, ch.name, app.name, arg)
	ch.log = append(ch.log, esl.Action{App: app.name, Data: arg})
	ch.set("current_application", app.name)
	ch.set("current_application_data", arg)
	ch.set("current_application_response", "")
	outerApp, outerData := ch.app, ch.appData
	ch.app, ch.appData = app.name, arg
	ch.fireExecute("CHANNEL_EXECUTE", siteExecute, app.name, arg, uuid, uuidName, "")
	ch.breaking = false
	ch.set("current_application", app.name)

	silent := ch.silent
	ch.silent = false
	app.run(ch, t, arg)
	if silent {
		return
	}
	response := ch.own("current_application_response")
	if response == "" {
		response = "_none_"
	}
	ch.app, ch.appData = outerApp, outerData
	ch.fireExecute("CHANNEL_EXECUTE_COMPLETE", siteExecuted, app.name, arg, uuid, uuidName, response)
}

func (ch *channel) fireExecute(event string, at site, app, arg, uuid, uuidName, response string) {
	ev := ch.newEvent(event, at)
	if ev == nil {
		return
	}
	ch.addData(ev)
	add := func(name, value string) {
		if value != "" {
			ev.Add(name, value)
		}
	}
	add("Application", app)
	add("Application-Data", arg)
	add("Application-Response", response)
	add("Application-UUID", uuid)
	add("Application-UUID-Name", uuidName)
	ch.sw.fire(ev)
}

// cutScope takes the scope variables %[a=1,b=2] off the front of an argument; %|[...] has another separator.
func cutScope(arg string) (scope *variables, rest string, ok bool) {
	if len(arg) < 3 || arg[0] != '%' {
		return nil, arg, false
	}
	sep, s := byte(','), arg[1:]
	if s[0] != '[' {
		sep, s = s[0], s[1:]
	}
	end := strings.IndexByte(s, ']')
	if s == "" || s[0] != '[' || end < 0 {
		return nil, arg, false
	}
	scope = &variables{}
	for _, part := range esl.SplitArgs(s[1:end], sep) {
		if name, value, ok := strings.Cut(part, "="); ok {
			scope.set(name, value)
		}
	}
	return scope, s[end+1:], true
}

// respond sets what Application-Response will say.
func (ch *channel) respond(text string) { ch.set("current_application_response", text) }
