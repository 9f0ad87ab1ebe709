package luabind

import (
	"fmt"
	"strconv"
	"strings"

	"eslua/esl"
	"eslua/esl/channel"
)

// apiObject is mod_lua's API object.
type apiObject struct{ script *Script }

func (x *apiObject) class() *class { return x.script.lib.api }

func newAPI(c *call) int {
	c.l.Push(c.script.lib.api.object(&apiObject{c.script}))
	return 1
}

// apiMethods are what the rows of api.APIObject say.
var apiMethods = map[string]method{
	"execute": func(c *call) int { return c.string(c.script.api(c, c.text(1), c.text(2))) },
	"executeString": func(c *call) int {
		command, arg, _ := strings.Cut(c.text(1), " ")
		if command == "" && c.text(1) != "" {
			return c.string(invalidCommand)
		}
		return c.string(c.script.api(c, command, strings.TrimSpace(arg)))
	},
	"getTime": func(c *call) int { return c.string(strconv.FormatInt(c.script.Clock.Now().UnixMilli(), 10)) },
}

// What mod_lua returns where no command ran (modlua-api.md 1.6).
const (
	invalidCommand = "INVALID COMMAND!\n"
	commandFailed  = "COMMAND RETURNED ERROR!\n"
	noApplication  = "-ERR No application specified"
)

// api runs an API command and gives what mod_lua would return.
func (s *Script) api(c *call, command, arg string) string {
	name := strings.ToLower(command)
	if first, rest, _ := strings.Cut(arg, " "); name == "bgapi" && strings.EqualFold(first, "luarun") {
		name, arg = "luarun", rest
	}
	switch name {
	case "":
		s.write(esl.LogErr, "No application specified", false)
		return noApplication
	case "sql_escape":
		return strings.ReplaceAll(arg, "'", "''")
	case "lua":
		if s.API == nil {
			return invalidCommand
		}
		out, err := s.API(s.ctx, arg)
		if err != nil { // it has been logged
			return "-ERR Cannot execute script\n"
		}
		return out
	case "luarun":
		return s.luarun(arg)
	case "msleep":
		s.sleep(ms(atoi(arg)))
		return "+OK\n"
	}
	w, err := s.wire()
	if err != nil {
		s.write(esl.LogErr, "API command "+command+": "+err.Error(), false)
		return invalidCommand
	}
	if strings.ContainsAny(arg, "\r\n") {
		return s.manyLines(c, w, command, arg)
	}
	out, err := w.API(s.ctx, command, arg)
	if err != nil {
		c.failed(err)
		return ""
	}
	if out == fmt.Sprintf("-ERR %s Command not found!\n", command) {
		return s.unknown(c, w, command)
	}
	return out
}

// luarun starts a script and gives what the switch would answer.
func (s *Script) luarun(line string) string {
	if line == "" {
		return "-ERR no args specified!\n"
	}
	if s.Start == nil {
		s.write(esl.LogErr, "luarun "+line+": no script can be started here", false)
		return commandFailed
	}
	if err := s.Start(line); err != nil {
		s.write(esl.LogErr, "luarun "+line+": "+err.Error(), false)
	}
	return "+OK\n"
}

func atoi(s string) int {
	n, _ := strconv.Atoi(strings.TrimSpace(s))
	return n
}

// manyLines runs a command whose argument has line feeds, which cannot stand on the line of a command: the switch takes
// it from a variable.
func (s *Script) manyLines(c *call, w *channel.Call, command, arg string) string {
	const scratch = "eslua_argument"
	leg := w.Leg()
	if strings.Contains(arg, "${") || leg == nil || !leg.Ready() {
		s.write(esl.LogWarning, "the argument of the API command "+command+" has line feeds, which cannot be sent", false)
		return commandFailed
	}
	if err := leg.Set(s.ctx, scratch, arg); err != nil {
		c.failed(err)
		return ""
	}
	defer leg.Set(s.ctx, scratch, "")
	out, err := w.API(s.ctx, "expand", "uuid:"+leg.UUID()+" "+command+" ${variable_"+scratch+"}")
	c.failed(err)
	return out
}

// unknown tells a command that does not exist from one that has failed: both look alike on the wire.
func (s *Script) unknown(c *call, w *channel.Call, command string) string {
	list, err := w.API(s.ctx, "show", "api as json")
	c.failed(err)
	if strings.Contains(list, strconv.Quote(strings.ToLower(command))) {
		return commandFailed
	}
	return invalidCommand
}
