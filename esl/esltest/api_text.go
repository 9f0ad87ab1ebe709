package esltest

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

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
