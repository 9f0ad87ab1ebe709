package esltest

import (
	"fmt"
	"slices"
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

// hupallAPI hangs up all channels, or those whose variables have such values. Without a value it hangs up all, as the switch does.
func hupallAPI(c apiCall) string {
	cause := esl.ParseCause("MANAGER_REQUEST")
	a := strings.Fields(c.arg)
	if len(a) > 0 {
		cause, a = esl.ParseCause(a[0]), a[1:]
	}
	for _, ch := range slices.Clone(c.sw.calls) {
		hit := true
		for i := 0; i+1 < len(a); i += 2 {
			hit = hit && ch.own(a[i]) == a[i+1]
		}
		if hit {
			ch.hangup(cause, siteKill)
		}
	}
	switch len(a) / 2 {
	case 0:
		return "+OK hangup all channels with cause " + cause.String() + "\n"
	case 1:
		return fmt.Sprintf("+OK hangup all channels matching [%s]=[%s] with cause: %s\n", a[0], a[1], cause)
	}
	return fmt.Sprintf("+OK hangup all channels matching [%s]=[%s]... with cause: %s\n", a[0], a[1], cause)
}
