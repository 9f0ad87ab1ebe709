package esltest

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"eslua/esl"
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

// uuidPrefix is what ${...} in an argument means: the headers of an event about the channel that uuid:... in front of it names, so that
// its variables have variable_ in front, and global variables.
func (c apiCall) uuidPrefix() (*channel, string) {
	rest, headers := c.arg, &channel{sw: c.sw, vars: &variables{}}
	if after, ok := strings.CutPrefix(c.arg, "uuid:"); ok {
		var uuid string
		uuid, rest, _ = strings.Cut(after, " ")
		if ch := c.sw.find(uuid); ch != nil {
			ev := &esl.Event{}
			ch.addDataAs(ev, "API")
			for name, value := range ev.Headers() {
				headers.vars.set(name, value)
			}
		}
	}
	return headers, rest
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

// condAPI evaluates "a == b ? yes : no". Texts are compared as texts for equality only, and by their length otherwise.
func condAPI(c apiCall) string {
	const wrong = "-ERR"
	a, rest, ok := condOperand(c.arg)
	op := rest[:min(len(rest), 2)]
	if strings.TrimLeft(op, "=!<>") != "" {
		op = op[:1]
	}
	if !ok || !slices.Contains([]string{"==", "!=", "<", ">", "<=", ">="}, op) {
		return wrong
	}
	b, rest, ok := condOperand(strings.TrimLeft(rest[len(op):], " "))
	results := esl.SplitArgs(strings.TrimPrefix(rest, "?"), ':')
	if !ok || !strings.HasPrefix(rest, "?") || len(results) < 1 || len(results) > 2 {
		return wrong
	}
	x, y := a.number(), b.number()
	var holds bool
	switch texts := !a.numeric() && !b.numeric(); {
	case op == "==" && texts:
		holds = a.text == b.text
	case op == "!=" && texts:
		holds = a.text != b.text
	case op == "==":
		holds = x == y
	case op == "!=":
		holds = x != y
	case op == "<":
		holds = x < y
	case op == ">":
		holds = x > y
	case op == "<=":
		holds = x <= y
	case op == ">=":
		holds = x >= y
	}
	if holds {
		return strings.TrimSpace(results[0])
	}
	return strings.TrimSpace(append(results, "")[1])
}

// operand is one side of a condition.
type operand struct {
	text   string
	quoted bool
}

// condOperand cuts an operand, quoted or not, off a condition; a blank must follow.
func condOperand(s string) (o operand, rest string, ok bool) {
	if strings.HasPrefix(s, "'") {
		for i := 1; i < len(s); i++ {
			switch {
			case s[i] == '\\' && i+1 < len(s) && (s[i+1] == '\\' || s[i+1] == '\''):
				i++
			case s[i] == '\'':
				rest = s[i+1:]
				return operand{s[1:i], true}, strings.TrimLeft(rest, " "), strings.HasPrefix(rest, " ")
			}
		}
		return operand{}, "", false
	}
	text, rest, ok := strings.Cut(s, " ")
	return operand{text, false}, strings.TrimLeft(rest, " "), ok
}

func (o operand) numeric() bool {
	text := strings.TrimLeft(o.text, "-+")
	return !o.quoted && text != "" && strings.Trim(text, "0123456789.") == ""
}

// number is the operand's value, or the length of a text.
func (o operand) number() float64 {
	if !o.numeric() {
		return float64(len(o.text))
	}
	n, _ := strconv.ParseFloat(o.text, 64)
	return n
}

// regexAPI matches "text|pattern", or puts matches into a template: "text|pattern|%1|flags"; m:/ in front makes / the
// separator, or ~. A text that does not match is put out as it is, with the flag n nothing and with b false.
func regexAPI(c apiCall) string {
	arg, sep := c.arg, byte('|')
	if len(arg) > 2 && strings.HasPrefix(arg, "m:") && strings.IndexByte("|~/", arg[2]) >= 0 {
		arg, sep = arg[3:], arg[2]
	}
	parts := esl.SplitArgs(arg, sep)
	if len(parts) < 2 {
		return "-ERR"
	}
	var groups []string
	if p, err := newPattern(parts[1]); err == nil {
		groups = p.find(parts[0])
	}
	flags := append(parts, "", "")[3]
	switch {
	case len(parts) == 2:
		return strconv.FormatBool(groups != nil)
	case groups != nil:
		return substitute(strings.ReplaceAll(parts[2], "%", "$"), groups)
	case strings.Contains(flags, "n"):
		return ""
	case strings.Contains(flags, "b"):
		return "false"
	}
	return parts[0]
}
