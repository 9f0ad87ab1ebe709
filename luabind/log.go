package luabind

import (
	"strings"

	"eslua/esl"
)

// parseLevel reads the level of consoleLog: what it does not know is DEBUG, "" is CONSOLE (modlua-api.md 1.13).
func parseLevel(s string) esl.LogLevel {
	if s == "" {
		return esl.LogConsole
	}
	if s[0] >= '0' && s[0] <= '9' {
		n := 0
		for _, c := range []byte(s) {
			if c < '0' || c > '9' || n > 7 {
				break
			}
			n = n*10 + int(c-'0')
		}
		if n > int(esl.LogDebug) {
			return esl.LogDebug
		}
		return esl.LogLevel(n)
	}
	for l := esl.LogConsole; l <= esl.LogDebug; l++ {
		if strings.EqualFold(l.String(), s) {
			return l
		}
	}
	return esl.LogDebug
}

// log writes a text that may be several lines, or less than one: a line that has no end yet waits for the rest.
func (s *Script) log(level esl.LogLevel, text string) {
	for text != "" {
		line, rest, ended := strings.Cut(text, "\n")
		if s.partial == "" {
			s.level = level
		}
		line = s.partial + line
		s.partial, text = "", rest
		if !ended {
			s.partial = line
			return
		}
		s.write(s.level, line, false)
	}
}

// endLine writes what waits for the end of its line.
func (s *Script) endLine() {
	if s.partial != "" {
		line := s.partial
		s.partial = ""
		s.write(s.level, line, false)
	}
}

func (s *Script) write(level esl.LogLevel, line string, printed bool) {
	if s.Log != nil {
		s.Log(LogLine{Level: level, Text: line, Place: s.state.Where(), Printed: printed})
	}
}

func consoleLog(c *call) int {
	s := c.script
	s.endLine()
	if text := c.text(2); text != "" {
		s.log(parseLevel(c.text(1)), text)
	}
	return 0
}

func consoleLog2(c *call) int {
	s := c.script
	s.endLine()
	if text := c.text(5); text != "" {
		s.log(parseLevel(c.text(1)), text)
	}
	return 0
}

func consoleCleanLog(c *call) int {
	c.script.log(esl.LogConsole, c.text(1))
	return 0
}
