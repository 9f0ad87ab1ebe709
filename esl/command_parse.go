package esl

import (
	"fmt"
	"strconv"
	"strings"
)

// parseOrder are the commands in the order in which the switch tries them, as prefixes in any case (event-socket.md 4).
var parseOrder = []struct {
	prefix string
	verb   verb
}{
	{"exit", exitVerb}, {"...", exitVerb}, {"auth ", authVerb}, {"userauth ", userAuthVerb}, {"filter ", filterVerb},
	{"resume", resumeVerb}, {"connect", connectVerb}, {"getvar", getvarVerb}, {"myevents", myeventsVerb},
	{"divert_events", divertVerb}, {"sendmsg", sendmsgVerb}, {"sendevent", sendeventVerb}, {"api ", apiVerb},
	{"bgapi ", bgapiVerb}, {"log", logVerb}, {"linger", lingerVerb}, {"nolinger", nolingerVerb}, {"nolog", nologVerb},
	{"event", eventVerb}, {"nixevent", nixeventVerb}, {"noevents", noeventsVerb},
}

// ParseCommands reads commands as a program writes them to the socket: a first line, headers, an empty line, and the body
// where a Content-Length announces one; the empty line may be missing at the end. Carriage returns in front of bodies and
// lines without a colon mean nothing, as for the switch. A text with nothing in it, or less of a body than was announced,
// is ErrSyntax. What is wrong with a command otherwise comes out when it is sent. A command that the switch does not know is
// sent all the same, for its answer.
func ParseCommands(text string) ([]Command, error) {
	var cmds []Command
	for {
		text = strings.TrimLeft(text, "\r\n")
		if text == "" {
			break
		}
		c, rest, err := parseCommand(text)
		if err != nil {
			return nil, err
		}
		cmds, text = append(cmds, c), rest
	}
	if len(cmds) == 0 {
		return nil, fmt.Errorf("esl: %w: no command", ErrSyntax)
	}
	return cmds, nil
}

func parseCommand(text string) (c Command, rest string, err error) {
	block, rest := cutBlock(text)
	line, headers, _ := strings.Cut(strings.ReplaceAll(block, "\r", ""), "\n")
	c = Command{verb: otherVerb, text: line}
	for _, p := range parseOrder {
		if len(line) >= len(p.prefix) && strings.EqualFold(line[:len(p.prefix)], p.prefix) {
			c.verb = p.verb
			break
		}
	}
	c.check("line", "", line)
	length := 0
	for header := range strings.Lines(headers) {
		name, value, ok := splitHeader(header)
		if ok && strings.EqualFold(name, "Content-Length") {
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil || length < 0 || length > len(rest) {
				return c, rest, fmt.Errorf("esl: %s: %w: Content-Length %s, and %d bytes follow", c.Name(), ErrSyntax, abbreviate(value), len(rest))
			}
		} else if ok {
			c.with(name, value)
		}
	}
	c.withBody(rest[:length])
	if c.verb == authVerb || c.verb == userAuthVerb {
		c = secret(c)
	}
	return c, rest[length:], nil
}
