package luabind

import (
	"strings"

	lua "github.com/yuin/gopher-lua"

	"eslua/esl"
	"eslua/esl/channel"
)

func (x *session) setInputCallback(c *call) int {
	x.input, x.inputArg = c.text(1), c.text(2)
	if x.input != "" {
		c.failed(x.leg.DivertEvents(true))
	}
	return 0
}

func (x *session) unsetInputCallback(c *call) int {
	if x.input != "" {
		c.failed(x.leg.DivertEvents(false))
	}
	x.input, x.inputArg = "", ""
	return 0
}

// fileKind is what the results of an input callback act upon.
type fileKind int

const (
	noFile     fileKind = iota // speech, or nothing at all
	openFile                   // one that is played or recorded
	closedFile                 // a handle without a file: phrases played as one
)

// callbacks are what a method does with input while it waits: nothing without a callback.
func (x *session) callbacks(c *call, kind fileKind) channel.Input {
	if x.input == "" {
		return channel.Input{}
	}
	return channel.Input{
		Digit: func(d channel.Digit) bool {
			object := c.l.CreateTable(0, 2)
			object.RawSetString("digit", lua.LString(d.Key))
			object.RawSetString("duration", lua.LNumber(d.Duration))
			return x.callInput(c, kind, "dtmf", object)
		},
		Event: func(ev *esl.Event) bool {
			object := x.script.inputEvent(ev)
			x.script.state.SetGlobal("__Input_Event__", object)
			defer x.script.state.SetGlobal("__Input_Event__", lua.LNil)
			return x.callInput(c, kind, "event", object)
		},
	}
}

// callInput calls the callback and tells whether its result stops what goes on (modlua-api.md 2.3).
func (x *session) callInput(c *call, kind fileKind, what string, object lua.LValue) bool {
	args := []lua.LValue{x.value, lua.LString(what), object}
	if x.inputArg != "" {
		args = append(args, c.script.state.Global(x.inputArg))
	}
	result, ok := x.script.callback("input callback", c.script.state.Global(x.input), args...)
	if !ok {
		return true
	}
	text := ""
	if lua.LVCanConvToString(result) {
		text = lua.LVAsString(result)
	}
	return x.obey(c, kind, text)
}

// obey does what the result of a callback says and tells whether it stops what goes on.
func (x *session) obey(c *call, kind fileKind, result string) bool {
	switch {
	case result == "":
		return false
	case result == "true" || result == "undefined":
		return kind == closedFile
	case kind != openFile:
		return true
	}
	word := strings.ToLower(result)
	command, how, colon := strings.Cut(word, ":")
	switch {
	case word == "pause" || word == "restart":
	case command == "seek" && !colon:
		return false
	case command == "seek" && (how == "+" || how == "-"):
		word += "1000"
	case colon && (command == "seek" || command == "speed" || command == "volume"):
		if sign := strings.TrimLeft(how, "+-"); command != "seek" && sign == "" {
			word += "1"
		}
	default:
		return true
	}
	c.failed(x.leg.ControlFile(word))
	return false
}
