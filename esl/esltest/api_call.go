package esltest

import (
	"strings"
	"time"

	"eslua/esl"
)

const originateUsage = "-USAGE: <call url> <exten>|&<application_name>(<app_args>) [<dialplan>] [<context>] [<cid_name>] [<cid_num>] [<timeout_sec>]\n"

// originateAPI dials, and has the leg run an application or an extension.
func originateAPI(c apiCall) string {
	a := esl.SplitArgs(c.arg, ' ') // quotes group, brackets do not (originate_function in mod_commands.c)
	if len(a) < 2 {
		return originateUsage
	}
	for i, word := range a {
		if strings.EqualFold(word, "undef") {
			a[i] = ""
		}
	}
	timeout := c.sw.world.OriginateTimeout
	if len(a) > 6 {
		timeout = time.Duration(atoi(a[6])) * time.Second
	}
	var id callerID
	if len(a) > 5 {
		id = callerID{a[4], a[5]}
	}
	outcome := c.sw.originate(c.t, nil, a[0], id, timeout)
	leg := outcome.leg
	if leg == nil {
		return "-ERR " + outcome.cause.String() + "\n"
	}
	if app, ok := strings.CutPrefix(a[1], "&"); ok {
		name, data, _ := strings.Cut(app, "(")
		leg.setExtension([]esl.Action{{App: name, Data: strings.TrimSuffix(data, ")")}})
		leg.setState(csExecute)
	} else {
		leg.transfer(a[1], append(a, "", "", "")[2], append(a, "", "", "")[3])
	}
	return "+OK " + leg.uuid + "\n"
}

func hupallAPI(c apiCall) string {
	cause := esl.ParseCause("MANAGER_REQUEST")
	if name, _, _ := strings.Cut(c.arg, " "); name != "" {
		cause = esl.ParseCause(name)
	}
	for _, ch := range append([]*channel(nil), c.sw.calls...) {
		ch.hangup(cause, siteKill)
	}
	return "+OK hangup all channels with cause " + cause.String() + "\n"
}
