package esltest

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"eslua/esl"
)

// apiCommand is a row of the table of API commands: what it puts out, and whether it says that it has failed, which
// hides the output from an event socket (event-socket.md 5.5).
type apiCommand struct {
	name   string
	module string
	run    func(c apiCall) (out string, ok bool)
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

// runAPI runs an API command. It reports false for one that is not there or has failed. Whoever listens is told.
func (sw *Switch) runAPI(t *thread, name, arg string, ch *channel) (string, bool) {
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
	if known {
		if out, ok = a.run(apiCall{sw, t, arg, ch}); !ok {
			out += "COMMAND RETURNED ERROR!\n"
		}
	}
	sw.fire(ev)
	return out, ok
}

// API runs an API command as the console of the switch does, and returns its output.
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
	done.Wait(sw.ctx, time.Time{})
	return out
}

func plainAPIs() []apiCommand {
	return []apiCommand{
		{name: "status", run: good(statusAPI)},
		{name: "version", run: text("FreeSWITCH Version " + version + " ( 64bit)\n")},
		{name: "hostname", run: text(hostname)},
		{name: "switchname", run: text(switchname)},
		{name: "uptime", run: good(func(c apiCall) string { return itoa(int(c.sw.now.Sub(c.sw.booted).Seconds())) })},
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
		{name: "originate", run: good(originateAPI)},
		{name: "hupall", run: good(hupallAPI)},
		{name: "show", run: good(showAPI)},
		{name: "bgapi", run: good(bgapiAPI)},
		{name: "in_group", run: text("false")},
		{name: "group", run: text("!err!")},
		{name: "user_data", run: good(userDataAPI)},
		{name: "user_exists", run: good(userExistsAPI)},
		{name: "limit_usage", run: text("0")},
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

// evalAPI expands a text without a channel, or with that of uuid:...
func evalAPI(c apiCall) string {
	ch, rest := c.uuidPrefix()
	if rest == "" {
		return "-USAGE: [uuid:<uuid> ]<expression>\n"
	}
	return ch.expand(c.t, rest)
}

// expandAPI runs an API command whose line has been expanded.
func expandAPI(c apiCall) string {
	ch, rest := c.uuidPrefix()
	if rest == "" {
		return "-USAGE: [uuid:<uuid> ]<cmd> <args>\n"
	}
	name, arg, _ := strings.Cut(ch.expand(c.t, rest), " ")
	out, ok := c.sw.runAPI(c.t, name, arg, c.channel)
	if !ok {
		return out + "-ERR Cannot execute command\n"
	}
	return out
}

// uuidPrefix is the channel that uuid:... in front of an argument names, else one that knows only global variables.
func (c apiCall) uuidPrefix() (*channel, string) {
	if rest, ok := strings.CutPrefix(c.arg, "uuid:"); ok {
		uuid, rest, _ := strings.Cut(rest, " ")
		if ch := c.sw.find(uuid); ch != nil {
			return ch, rest
		}
		return &channel{sw: c.sw, vars: &variables{}}, rest
	}
	return &channel{sw: c.sw, vars: &variables{}}, c.arg
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

// strftimeAPI formats the time; an epoch may stand in front.
func strftimeAPI(c apiCall) string {
	at, format := c.sw.now, c.arg
	if epoch, rest, ok := strings.Cut(c.arg, "|"); ok {
		at, format = time.Unix(int64(atoi(epoch)), 0).In(at.Location()), rest
	}
	if format == "" {
		format = "%Y-%m-%d %T"
	}
	return strftime(at, format)
}

func strftime(at time.Time, format string) string {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b.WriteByte(format[i])
			continue
		}
		i++
		layout, ok := map[byte]string{
			'Y': "2006", 'm': "01", 'd': "02", 'H': "15", 'M': "04", 'S': "05", 'y': "06", 'T': "15:04:05",
			'D': "01/02/06", 'F': "2006-01-02", 'R': "15:04", 'a': "Mon", 'A': "Monday", 'b': "Jan", 'B': "January",
			'p': "PM", 'I': "03", 'e': "_2", 'Z': "MST", 'z': "-0700", 'j': "002",
		}[format[i]]
		switch {
		case ok:
			b.WriteString(at.Format(layout))
		case format[i] == 's':
			b.WriteString(strconv.FormatInt(at.Unix(), 10))
		case format[i] == 'u':
			b.WriteString(itoa((int(at.Weekday())+6)%7 + 1))
		case format[i] == 'w':
			b.WriteString(itoa(int(at.Weekday())))
		case format[i] == '%':
			b.WriteByte('%')
		}
	}
	return b.String()
}

// condAPI evaluates "a == b ? yes : no".
func condAPI(c apiCall) string {
	condition, rest, ok := strings.Cut(c.arg, "?")
	yes, no, ok2 := strings.Cut(rest, ":")
	fields := strings.Fields(condition)
	if !ok || !ok2 || len(fields) != 3 {
		return "-ERR"
	}
	a, op, b := strings.Trim(fields[0], "'"), fields[1], strings.Trim(fields[2], "'")
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	numbers := errX == nil && errY == nil
	var holds bool
	switch op {
	case "==":
		holds = a == b || numbers && x == y
	case "!=":
		holds = a != b && !(numbers && x == y)
	case "<":
		holds = x < y
	case ">":
		holds = x > y
	case "<=":
		holds = x <= y
	case ">=":
		holds = x >= y
	}
	if holds {
		return strings.TrimSpace(yes)
	}
	return strings.TrimSpace(no)
}

// regexAPI matches "text|pattern", or puts matches into a template: "text|pattern|%1".
func regexAPI(c apiCall) string {
	parts := strings.Split(c.arg, "|")
	if len(parts) < 2 {
		return "-ERR"
	}
	subject, pattern := strings.TrimSpace(parts[0]), strings.TrimSpace(parts[1])
	re, err := regexp.Compile(strings.Trim(pattern, "/"))
	if err != nil {
		return "-ERR"
	}
	m := re.FindStringSubmatch(subject)
	if len(parts) == 2 {
		return strconv.FormatBool(m != nil)
	}
	if m == nil {
		return subject
	}
	out := strings.TrimSpace(parts[2])
	for i := len(m) - 1; i >= 0; i-- {
		out = strings.ReplaceAll(strings.ReplaceAll(out, "%"+itoa(i), m[i]), "$"+itoa(i), m[i])
	}
	return out
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

// schedAPI runs an API command later: [+|@]seconds group command.
func schedAPI(c apiCall) string {
	a := strings.SplitN(c.arg, " ", 3)
	if len(a) < 3 {
		return "-ERR Invalid syntax. USAGE: [+@]<time> <group_name> <command_string>[&]\n"
	}
	c.sw.tasks++
	delay := atoi(strings.TrimLeft(a[0], "+@"))
	line := a[2]
	c.sw.spawn(func(t *thread) {
		t.sleep(millis(1000 * delay))
		name, arg, _ := strings.Cut(line, " ")
		c.sw.runAPI(t, name, arg, nil)
	})
	return fmt.Sprintf("+OK Added: %d\n", c.sw.tasks)
}

// schedHangupAPI hangs a channel up later: [+]seconds uuid [cause].
func schedHangupAPI(c apiCall) string {
	a := words(c.arg, 3)
	ch := c.sw.find(a[1])
	if ch == nil {
		return "-ERR No such channel!\n"
	}
	schedHangupApp(ch, c.t, a[0]+" "+a[2])
	return "+OK\n"
}

const originateUsage = "-USAGE: <call url> <exten>|&<application_name>(<app_args>) [<dialplan>] [<context>] [<cid_name>] [<cid_num>] [<timeout_sec>]\n"

// originateAPI dials, and has the leg run an application or an extension.
func originateAPI(c apiCall) string {
	a := splitOriginate(c.arg)
	if len(a) < 2 {
		return originateUsage
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

// splitOriginate splits at blanks, but not within braces, brackets or parentheses.
func splitOriginate(s string) []string {
	var out []string
	for _, part := range splitOutside(s, ' ') {
		if part != "" {
			out = append(out, part)
		}
	}
	return out
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

func (sw *Switch) user(id string) *User {
	name, domain, _ := strings.Cut(id, "@")
	for i := range sw.world.Directory {
		if u := &sw.world.Directory[i]; u.Name == name && (domain == "" || domain == u.Domain) {
			return u
		}
	}
	return nil
}

func userDataAPI(c apiCall) string {
	a := words(c.arg, 3)
	u := c.sw.user(a[0])
	if u == nil {
		return ""
	}
	if a[1] == "param" {
		return u.Params[a[2]]
	}
	return u.Variables[a[2]]
}

func userExistsAPI(c apiCall) string {
	a := words(c.arg, 3)
	return strconv.FormatBool(a[0] == "id" && c.sw.user(a[1]+"@"+a[2]) != nil)
}
