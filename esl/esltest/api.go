package esltest

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"eslua/esl"
	"eslua/internal/clock"
)

// apiCommand is a row of the table of API commands: what it puts out, and whether it says that it has failed, which
// hides the output from an event socket (event-socket.md 5.5).
type apiCommand struct {
	name string
	run  func(c apiCall) (out string, ok bool)
}

// apiCall is a call of an API command.
type apiCall struct {
	sw      *Switch
	t       *thread
	arg     string
	channel *channel // of the script or dialplan that runs it; nil mostly
}

// good makes a command of one that does not fail.
func good(f func(c apiCall) string) func(c apiCall) (string, bool) {
	return func(c apiCall) (string, bool) { return f(c), true }
}

// text makes a command that always puts out the same.
func text(out string) func(c apiCall) (string, bool) {
	return func(apiCall) (string, bool) { return out, true }
}

// apiTable makes the table of API commands, by names in lower case.
func apiTable() map[string]apiCommand {
	table := make(map[string]apiCommand)
	for _, list := range [][]apiCommand{plainAPIs(), channelAPIs(), storeAPIs()} {
		for _, a := range list {
			table[a.name] = a
		}
	}
	return table
}

// maxCommands is how many API commands may run within each other.
const maxCommands = 100

// runAPI runs an API command. It reports false for one that is not there or has failed. Whoever listens is told.
func (sw *Switch) runAPI(t *thread, name, arg string, ch *channel) (string, bool) {
	if t.commands == maxCommands {
		return "", false
	}
	t.commands++
	defer func() { t.commands-- }()
	name, arg = strings.Trim(name, " \t\r\n"), strings.Trim(arg, " \t\r\n")
	ev := sw.newEvent("API", siteAPI)
	if name != "" {
		ev.Add("API-Command", name)
	}
	if arg != "" {
		ev.Add("API-Command-Argument", arg)
	}
	a, known := sw.apis[strings.ToLower(name)]
	out, ok := "INVALID COMMAND!\n", false
	if stands := sw.options.API; stands != nil {
		if answer, ok := stands(name, arg); ok {
			sw.fire(ev)
			return answer, true
		}
	}
	if known {
		if out, ok = a.run(apiCall{sw, t, arg, ch}); !ok {
			out += "COMMAND RETURNED ERROR!\n"
		}
	}
	sw.fire(ev)
	return out, ok
}

// API runs an API command as the console of the switch does, and returns its output; "" when the switch is closed.
func (sw *Switch) API(line string) string {
	name, arg, _ := strings.Cut(line, " ")
	var out string
	done := sw.clock.NewWaiter()
	if !sw.post(func() {
		sw.spawn(func(t *thread) {
			out, _ = sw.runAPI(t, name, arg, nil)
			done.Wake()
		})
	}) {
		return ""
	}
	if done.Wait(sw.ctx, time.Time{}) == clock.Cancelled {
		return "" // the command may still be running
	}
	return out
}

func plainAPIs() []apiCommand {
	return []apiCommand{
		{name: "status", run: good(statusAPI)},
		{name: "version", run: text("FreeSWITCH Version " + version + " ( 64bit)\n")},
		{name: "hostname", run: text(hostname)},
		{name: "switchname", run: text(switchname)},
		{name: "uptime", run: good(func(c apiCall) string { return itoa(int(c.sw.now.Sub(c.sw.booted).Seconds())) })},
		{name: "json", run: good(jsonAPI)},
		{name: "echo", run: good(func(c apiCall) string { return c.arg })},
		{name: "create_uuid", run: good(func(c apiCall) string { return c.sw.uuid() })},
		{name: "eval", run: good(evalAPI)},
		{name: "expand", run: good(expandAPI)},
		{name: "global_getvar", run: good(globalGetvarAPI)},
		{name: "global_setvar", run: good(globalSetvarAPI)},
		{name: "strepoch", run: good(func(c apiCall) string { return strconv.FormatInt(c.sw.now.Unix(), 10) })},
		{name: "strmicroepoch", run: good(func(c apiCall) string { return strconv.FormatInt(c.sw.micros(), 10) })},
		{name: "strftime", run: good(strftimeAPI)},
		{name: "url_encode", run: good(func(c apiCall) string { return string(esl.AppendURLEncoded(nil, c.arg)) })},
		{name: "url_decode", run: good(func(c apiCall) string { return esl.URLDecode(c.arg) })},
		{name: "md5", run: good(func(c apiCall) string { sum := md5.Sum([]byte(c.arg)); return hex.EncodeToString(sum[:]) })},
		{name: "cond", run: good(condAPI)},
		{name: "regex", run: good(regexAPI)},
		{name: "msleep", run: good(func(c apiCall) string { c.t.sleep(millis(atoi(c.arg))); return "+OK" })},
		{name: "log", run: good(logAPI)},
		{name: "reloadxml", run: good(reloadAPI)},
		{name: "module_exists", run: good(moduleExistsAPI)},
		{name: "load", run: text("+OK Reloading XML\n-ERR [module load file routine returned an error]\n")},
		{name: "sched_api", run: good(schedAPI)},
		{name: "sched_hangup", run: good(schedHangupAPI)},
		{name: "sched_transfer", run: good(schedTransferAPI)},
		{name: "sched_broadcast", run: good(schedBroadcastAPI)},
		{name: "sched_del", run: good(schedDelAPI)},
		{name: "originate", run: good(originateAPI)},
		{name: "hupall", run: good(hupallAPI)},
		{name: "show", run: good(showAPI)},
		{name: "bgapi", run: good(bgapiAPI)},
		{name: "in_group", run: good(inGroupAPI)},
		{name: "group_call", run: good(groupCallAPI)},
		{name: "user_data", run: good(userDataAPI)},
		{name: "user_exists", run: good(userExistsAPI)},
		{name: "limit_usage", run: good(limitUsageAPI)},
		{name: "pause", run: text("-USAGE: <uuid> <on|off>\n")},
	}
}

func statusAPI(c apiCall) string {
	n := len(c.sw.channels)
	return fmt.Sprintf("UP %s\nFreeSWITCH (Version 1.11.3-dev  64bit) is ready\n%d session(s) since startup\n"+
		"%d session(s) - peak %d, last 5min %d \n%d session(s) per Sec out of max 200, peak %d, last 5min %d \n"+
		"1000 session(s) max\nmin idle cpu 0.00/99.00\nCurrent Stack Size/Max 240K/8192K\n",
		upTime(c.sw.now.Sub(c.sw.booted)), c.sw.sessions, n, c.sw.peak, c.sw.peak, min(n, 2), c.sw.peak, c.sw.peak)
}

func globalGetvarAPI(c apiCall) string {
	if c.arg == "" {
		var b strings.Builder
		for _, v := range c.sw.globals.list {
			b.WriteString(v.name + "=" + v.value + "\n")
		}
		return b.String()
	}
	v, _ := c.sw.globals.get(c.arg)
	return v
}

func globalSetvarAPI(c apiCall) string {
	name, value, ok := strings.Cut(c.arg, "=")
	if !ok || name == "" {
		return "-USAGE: <var>=<value> [=<value2>]\n"
	}
	c.sw.globals.set(name, value)
	return "+OK"
}

func logAPI(c apiCall) string {
	level, line, _ := strings.Cut(c.arg, " ")
	l, ok := parseLogLevel(level)
	if !ok {
		return "-USAGE: <level> <message>\n"
	}
	c.sw.log(l, siteAPI, logOfSession, "", line)
	return "+OK\n"
}

func reloadAPI(c apiCall) string {
	c.sw.fire(c.sw.newEvent("RELOADXML", siteReload))
	return "+OK [Success]\n"
}

func moduleExistsAPI(c apiCall) string {
	switch c.arg {
	case "mod_commands", "mod_dptools", "mod_event_socket", "mod_loopback", "mod_sofia", "mod_lua", "mod_hash", "mod_db",
		"mod_tone_stream", "mod_dialplan_xml", "mod_say_en":
		return "true"
	}
	return "false"
}

func bgapiAPI(c apiCall) string {
	name, arg, _ := strings.Cut(c.arg, " ")
	job := c.sw.uuid()
	c.sw.spawn(func(t *thread) {
		out, _ := c.sw.runAPI(t, name, arg, nil)
		ev := c.sw.newEvent("BACKGROUND_JOB", siteBgapi)
		ev.Add("Job-UUID", job)
		ev.Add("Job-Command", name)
		if arg != "" {
			ev.Add("Job-Command-Arg", arg)
		}
		ev.SetBody(out)
		c.sw.fire(ev)
	})
	return "+OK Job-UUID: " + job + "\n"
}
