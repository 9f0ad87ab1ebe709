package esl

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// What a Command cannot be encoded for.
var (
	// ErrUnsafe: a value would end its line and inject another header or command, or be cut by the switch: it has a CR,
	// LF or NUL where none can be (event-socket.md 2.1).
	ErrUnsafe = errors.New("CR, LF or NUL in a place that cannot carry it")
	// ErrSyntax: something that must be there is missing, or is not of the form that the switch understands.
	ErrSyntax = errors.New("malformed command")
	// ErrTooLarge: the switch closes the connection for a body above 16 MiB and cuts a header block above 10 MiB
	// (event-socket.md 9).
	ErrTooLarge = errors.New("command is too large")
	// ErrUnload: the switch takes any command whose header block has the words unload or reload, and mod_event_socket,
	// for an order to unload the module, and would cut all connections (event-socket.md 4).
	ErrUnload = errors.New("the switch would unload its event socket")
)

const (
	maxCommandBlock = 10_000_000
	maxCommandBody  = 16 << 20
)

// Header is a name and a value as they are sent with a command. Values are sent as they are, not encoded.
type Header struct{ Name, Value string }

// Command is one command for the switch, complete with its headers and body. The functions of this package make
// commands; what is wrong with the arguments comes out when the command is encoded or sent.
type Command struct {
	verb    verb
	args    string // the rest of the first line
	text    string // the first line as it was written, of a parsed command; "": verb and args make it
	headers []Header
	body    string
	err     error
}

// Name is the first word of the command, as "sendmsg".
func (c Command) Name() string { return c.verb.String() }

// Line is the first line of the command, as it will be sent. That of a login has a password in it.
func (c Command) Line() string {
	switch {
	case c.text != "":
		return c.text
	case c.args == "":
		return c.Name()
	}
	return c.Name() + " " + c.args
}

// command makes a command whose first line has the words args.
func command(v verb, args ...string) Command {
	c := Command{verb: v, args: strings.Join(args, " ")}
	for _, a := range args {
		c.check("argument", "", a)
	}
	return c
}

func (c *Command) fail(err error, format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf("esl: %s: %w: %s", c.Name(), err, fmt.Sprintf(format, args...))
	}
}

// check refuses a value that cannot stand on a line: that of an argument, or of a header.
func (c *Command) check(what, name, value string) {
	if i := strings.IndexAny(value, "\r\n\x00"); i >= 0 {
		c.fail(ErrUnsafe, "%s%s %s has byte 0x%02x", what, name, abbreviate(value), value[i])
	}
}

// word refuses a value that is empty or falls apart at a blank.
func (c *Command) word(what, value string) {
	if value == "" || strings.ContainsAny(value, " \t") {
		c.fail(ErrSyntax, "%s %s is not one word", what, abbreviate(value))
	}
}

func abbreviate(s string) string {
	if len(s) > 40 {
		return strconv.Quote(s[:40]) + "..."
	}
	return strconv.Quote(s)
}

// with adds a header. An empty value is left out: the switch would delete the header for it. Blanks in front of a value
// are refused, because the switch would cut them off, and so is an element of its own header Command (event-socket.md
// 2.1).
func (c *Command) with(name, value string) {
	if value == "" {
		return
	}
	switch {
	case name == "" || strings.ContainsAny(name, ":\r\n\x00"):
		c.fail(ErrSyntax, "header name %s", abbreviate(name))
	case len(name) > len("Command") && strings.EqualFold(name[:len("Command[")], "Command["):
		c.fail(ErrSyntax, "header name %s would change the command", abbreviate(name))
	case value[0] == ' ':
		c.fail(ErrSyntax, "header %s: the switch would cut the blanks in front of %s", name, abbreviate(value))
	case strings.EqualFold(strings.TrimSpace(name), "Content-Length"):
		c.fail(ErrSyntax, "header Content-Length is set by the encoder")
	}
	c.check("header ", name, value)
	c.headers = append(c.headers, Header{name, value})
}

func (c *Command) withBody(body string) {
	if strings.IndexByte(body, 0) >= 0 {
		c.fail(ErrUnsafe, "body has byte 0x00")
	}
	if len(body) > maxCommandBody {
		c.fail(ErrTooLarge, "body of %d bytes", len(body))
	}
	c.body = body
}

// Append appends the bytes of the command to b, or says why it cannot be sent. The bytes are to be written at once: the
// switch spins while it waits for the rest of a command (event-socket.md 2.1).
func (c Command) Append(b []byte) ([]byte, error) {
	if c.err != nil {
		return b, c.err
	}
	if c.verb == noVerb {
		return b, fmt.Errorf("esl: %w: the zero Command", ErrSyntax)
	}
	start := len(b)
	if c.text != "" {
		b = append(b, c.text...)
	} else {
		b = append(b, c.Name()...)
		if c.args != "" {
			b = append(append(b, ' '), c.args...)
		}
	}
	b = append(b, '\n')
	for _, h := range c.headers {
		b = append(append(append(append(b, h.Name...), ": "...), h.Value...), '\n')
	}
	head := b[start:]
	if c.body != "" {
		b = append(b, "Content-Length: "...)
		b = strconv.AppendInt(b, int64(len(c.body)), 10)
		b = append(b, '\n')
	}
	b = append(b, '\n')
	if len(b)-start > maxCommandBlock {
		return b[:start], fmt.Errorf("esl: %s: %w: header block of %d bytes", c.Name(), ErrTooLarge, len(b)-start)
	}
	if unloads(head) {
		return b[:start], fmt.Errorf("esl: %s: %w", c.Name(), ErrUnload)
	}
	return append(b, c.body...), nil
}

// unloads tells whether the switch would unload its event socket for this header block.
func unloads(head []byte) bool {
	return containsFold(head, "mod_event_socket") && (containsFold(head, "unload") || containsFold(head, "reload"))
}

// containsFold looks for an ASCII word in any case.
func containsFold[T string | []byte](s T, word string) bool {
	for i := 0; i+len(word) <= len(s); i++ {
		if s[i]|0x20 == word[0] && strings.EqualFold(string(s[i:i+len(word)]), word) {
			return true
		}
	}
	return false
}

// Connect asks for the channel's data (event-socket.md 5.2). On an outbound connection it must be the first command; it
// may be sent again at any time, in any mode, also while lingering.
func Connect() Command { return command(connectVerb) }

// Exit ends the connection. On an outbound one the dialplan goes on (event-socket.md 11).
func Exit() Command { return command(exitVerb) }

// Auth logs in to the switch's listener.
func Auth(password string) Command {
	c := command(authVerb, password)
	if password == "" {
		c.fail(ErrSyntax, "no password")
	}
	return secret(c)
}

// UserAuth logs in as a user of the switch's directory, given as user@domain.
func UserAuth(user, password string) Command {
	c := command(userAuthVerb, user+":"+password)
	if name, domain, ok := strings.Cut(user, "@"); !ok || name == "" || domain == "" || strings.Contains(user, ":") {
		c.fail(ErrSyntax, "user %s is not user@domain", abbreviate(user))
	}
	return secret(c)
}

// secret keeps what a login command was made of out of its error.
func secret(c Command) Command {
	if errors.Is(c.err, ErrUnsafe) {
		c.err = fmt.Errorf("esl: %s: %w", c.Name(), ErrUnsafe)
	}
	return c
}

// GetVar reads a channel variable. Its reply is cut at 511 bytes, says "-ERR command not found" for an empty one, and a
// value with an empty line in it breaks the stream: prefer API("uuid_getvar", ...) or Connect (event-socket.md 5.3).
func GetVar(name string) Command {
	c := command(getvarVerb, name)
	c.word("variable", name)
	return c
}

// Format is how the switch writes events.
type Format string

// The formats of events.
const (
	Plain Format = "plain"
	JSON  Format = "json"
	XML   Format = "xml"
)

func (c *Command) checkFormat(f Format) {
	if f != Plain && f != JSON && f != XML {
		c.fail(ErrSyntax, "format %s is not plain, json or xml", abbreviate(string(f)))
	}
}

// MyEvents subscribes to the events of the controlled channel, and keeps all others out of this connection for good
// (event-socket.md 5.9).
func MyEvents(f Format) Command {
	c := command(myeventsVerb, string(f))
	c.checkFormat(f)
	if f == Plain {
		c.args = "" // `myevents plain` is understood, too, but this is the form that all versions know
	}
	return c
}

// MyEventsOf attaches an inbound connection to a channel: from then on it behaves as an outbound one in async full mode.
func MyEventsOf(channel string, f Format) Command {
	c := command(myeventsVerb, channel, string(f))
	c.word("channel", channel)
	c.checkFormat(f)
	if f == Plain {
		c.args = channel
	}
	return c
}

// Filter lets events pass whose header has the value: equal without case, or matching when the value is /regex/. With the
// first filter everything that no filter lets pass is dropped; a value that begins with "-" drops what it equals
// (event-socket.md 7.2).
func Filter(header, value string) Command {
	c := command(filterVerb, header, value)
	c.word("header", header)
	if strings.EqualFold(header, "delete") || strings.EqualFold(header, "add") {
		c.fail(ErrSyntax, "header %s would be read as a sub-command", header)
	}
	if value == "" || value[0] == ' ' {
		c.fail(ErrSyntax, "value %s for header %s", abbreviate(value), header)
	}
	return c
}

// FilterDelete takes filters away: the one on header with value, all on header when value is "", and all there are when
// header is "all".
func FilterDelete(header, value string) Command {
	args := []string{"delete", header}
	if value != "" {
		args = append(args, value)
	}
	c := command(filterVerb, args...)
	c.word("header", header)
	return c
}

// DivertEvents directs events that are queued to the channel, such as recognised speech, to this connection
// (event-socket.md 5.10).
func DivertEvents(on bool) Command {
	if on {
		return command(divertVerb, "on")
	}
	return command(divertVerb, "off")
}

// Resume asks for the dialplan to be taken up again when the connection ends; it is needed for nothing, as the dialplan
// goes on without it, and aborts an application that still runs then (event-socket.md 11).
func Resume() Command { return command(resumeVerb) }

// API runs an API command in the connection's thread: while it runs no events come (event-socket.md 5.5).
func API(cmd, arg string) Command { return apiCommand(apiVerb, cmd, arg) }

// BgAPI runs an API command in a thread of its own. Its result comes in a BACKGROUND_JOB event with the Job-UUID given
// here, of at most 36 characters; "" lets the switch choose one (event-socket.md 5.6).
func BgAPI(job, cmd, arg string) Command {
	c := apiCommand(bgapiVerb, cmd, arg)
	if len(job) > 36 {
		c.fail(ErrSyntax, "Job-UUID %s is longer than 36 characters", abbreviate(job))
	}
	c.with("Job-UUID", job)
	return c
}

func apiCommand(v verb, cmd, arg string) Command {
	args := []string{cmd}
	if arg != "" {
		args = append(args, arg)
	}
	c := command(v, args...)
	c.word("command", cmd)
	return c
}

// Subscribe turns on events by their names; names accumulate, and the format is that of the whole connection. "ALL" turns
// on everything. Subclasses are those of CUSTOM events, in the very letters; "CUSTOM" among the names without any
// subclasses turns on only those CUSTOM events that have none (event-socket.md 5.8, 7.1).
func Subscribe(f Format, names []string, subclasses ...string) Command {
	c := subscription(eventVerb, append([]string{string(f)}, names...), subclasses)
	c.checkFormat(f)
	if len(names)+len(subclasses) == 0 {
		c.fail(ErrSyntax, "no event names")
	}
	return c
}

// Unsubscribe turns off events by their names.
func Unsubscribe(names []string, subclasses ...string) Command {
	c := subscription(nixeventVerb, names, subclasses)
	if len(names)+len(subclasses) == 0 {
		c.fail(ErrSyntax, "no event names")
	}
	return c
}

// subscription puts CUSTOM behind all other names, since every word behind it is a subclass.
func subscription(v verb, names, subclasses []string) Command {
	words := make([]string, 0, len(names)+len(subclasses)+1)
	custom := len(subclasses) > 0
	for _, n := range names {
		if strings.EqualFold(n, "CUSTOM") {
			custom = true
			continue
		}
		words = append(words, n)
	}
	if custom {
		words = append(append(words, "CUSTOM"), subclasses...)
	}
	c := command(v, words...)
	for _, w := range words {
		c.word("event name", w)
	}
	return c
}

// NoEvents turns all events off.
func NoEvents() Command { return command(noeventsVerb) }

// SendEvent fires an event of that type. A Unique-ID header that names a live channel queues it to that channel instead
// (event-socket.md 5.7). Headers whose value is empty are left out, as the switch would do.
func SendEvent(name string, headers []Header, body string) Command {
	c := command(sendeventVerb, name)
	c.word("event name", name)
	for _, h := range headers {
		c.with(h.Name, h.Value)
	}
	c.withBody(body)
	return c
}

// LogLevel is a level of the switch's log, 0 to 7.
type LogLevel int

// The levels of the switch's log (event-socket.md 13).
const (
	LogConsole LogLevel = iota
	LogAlert
	LogCrit
	LogErr
	LogWarning
	LogNotice
	LogInfo
	LogDebug
)

// String is the level as the switch's log shows it, as WARNING.
func (l LogLevel) String() string {
	if l < LogConsole || l > LogDebug {
		return strconv.Itoa(int(l))
	}
	return [...]string{"CONSOLE", "ALERT", "CRIT", "ERR", "WARNING", "NOTICE", "INFO", "DEBUG"}[l]
}

// Log turns on log lines up to that level, of the whole switch.
func Log(level LogLevel) Command {
	c := command(logVerb, strconv.Itoa(int(level)))
	if level < LogConsole || level > LogDebug {
		c.fail(ErrSyntax, "level %d is not 0 to 7", level)
	}
	return c
}

// NoLog turns log lines off.
func NoLog() Command { return command(nologVerb) }

// Linger keeps an outbound connection after hang-up, for that many seconds or, with 0, until Exit: variables stay
// readable and the last events come (event-socket.md 10). Never send it after the hang-up.
func Linger(seconds int) Command {
	if seconds == 0 {
		return command(lingerVerb)
	}
	c := command(lingerVerb, strconv.Itoa(seconds))
	if seconds < 0 {
		c.fail(ErrSyntax, "%d seconds", seconds)
	}
	return c
}

// NoLinger undoes Linger.
func NoLinger() Command { return command(nolingerVerb) }
