package esl_test

import (
	"bytes"
	"strconv"
	"strings"

	"eslua/esl"
)

// wireCommand is a command as the switch takes it apart.
type wireCommand struct {
	line    string
	headers []esl.Header
	body    string
}

func (c wireCommand) get(name string) (string, bool) {
	for _, h := range c.headers {
		if strings.EqualFold(h.Name, name) {
			return h.Value, true
		}
	}
	return "", false
}

// takeCommand takes the first command off b in the manner of the switch (event-socket.md 2.1), with its weaknesses: a
// CR anywhere joins lines, a NUL ends everything, an empty value deletes its header. It reports false when b holds no
// complete command.
func takeCommand(b []byte) (c wireCommand, rest []byte, ok bool) {
	b = bytes.TrimLeft(b, "\r\n")
	end, feeds := 0, 0
	for feeds < 2 {
		if end == len(b) {
			return c, nil, false
		}
		switch b[end] {
		case '\n':
			feeds++
		case '\r':
		default:
			feeds = 0
		}
		end++
	}
	block, rest := b[:end], b[end:]
	if i := bytes.IndexByte(block, 0); i >= 0 {
		block = block[:i]
	}
	length := 0
	for n, line := range splitAsTheSwitch(string(block)) {
		if n == 0 {
			c.line = line
			continue
		}
		name, value, found := strings.Cut(line, ":")
		value = strings.TrimLeft(value, " ")
		if !found {
			continue
		}
		if strings.EqualFold(name, "Content-Length") {
			length, _ = strconv.Atoi(value)
			continue
		}
		if value != "" {
			c.headers = append(c.headers, esl.Header{Name: name, Value: value})
		}
	}
	if length < 0 || length > len(rest) {
		return c, nil, false
	}
	c.body = string(rest[:length])
	return c, rest[length:], true
}

// splitAsTheSwitch looks for the next CR in all that is left before it looks for a line feed.
func splitAsTheSwitch(block string) (lines []string) {
	for block != "" {
		end := strings.IndexByte(block, '\r')
		if end < 0 {
			end = strings.IndexByte(block, '\n')
		}
		if end < 0 {
			end = len(block)
		}
		line := block[:end]
		block = strings.TrimLeft(block[end:], "\r\n")
		if line != "" || len(lines) == 0 {
			lines = append(lines, line)
		}
	}
	return lines
}
