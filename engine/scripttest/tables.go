package scripttest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"eslua/esl"
	"eslua/luabind/vm"
)

// pair is a name and a value of a table.
type pair struct {
	name  string
	value lua.LValue
}

// pairs are those of a table in the order of the names, which have to be texts or numbers.
func pairs(l *lua.LState, t *lua.LTable) []pair {
	var all []pair
	t.ForEach(func(k, v lua.LValue) {
		name, ok := vm.Text(k)
		if !ok {
			vm.Raise(l, fmt.Sprintf("the names in this table must be texts, one is a %s", k.Type()))
		}
		all = append(all, pair{name, v})
	})
	slices.SortFunc(all, func(a, b pair) int { return strings.Compare(a.name, b.name) })
	return all
}

// plainText is a text, number or boolean as a variable has it.
func plainText(l *lua.LState, what string, v lua.LValue) string {
	if b, ok := v.(lua.LBool); ok {
		return strconv.FormatBool(bool(b))
	}
	text, ok := vm.Text(v)
	if !ok {
		vm.Raise(l, fmt.Sprintf("%s must be a text or a number, it is a %s", what, v.Type()))
	}
	return text
}

func textsOf(l *lua.LState, t *lua.LTable) map[string]string {
	out := make(map[string]string)
	for _, p := range pairs(l, t) {
		out[p.name] = plainText(l, p.name, p.value)
	}
	return out
}

// variablesOf reads variables by their names. Those of a list would be 1, 2 and so on.
func variablesOf(l *lua.LState, what string, t *lua.LTable) map[string]string {
	if t.Len() > 0 {
		vm.Raise(l, fmt.Sprintf("%s are given by their names, as { name = \"value\" }, and not as a list", what))
	}
	return textsOf(l, t)
}

// list is the items of a table that is a list.
func list(t *lua.LTable) []lua.LValue {
	var out []lua.LValue
	for i := 1; i <= t.Len(); i++ {
		out = append(out, t.RawGetInt(i))
	}
	return out
}

// soundsOf reads lengths in seconds by the names of files; false is a file that is not there.
func soundsOf(l *lua.LState, t *lua.LTable) map[string]time.Duration {
	out := make(map[string]time.Duration)
	for _, p := range pairs(l, t) {
		n, ok := vm.Number(p.value)
		switch {
		case p.value == lua.LFalse:
			out[p.name] = -1
		case !ok || n < 0:
			vm.Raise(l, fmt.Sprintf("sound %q: its length in seconds, or false for a file that is not there", p.name))
		default:
			out[p.name] = seconds(n)
		}
	}
	return out
}

func seconds(n float64) time.Duration { return time.Duration(min(n, 1e8) * float64(time.Second)) }

// behaviours are what a telephone does, in a word.
var behaviours = map[string][]esl.Action{
	"answer":    {{App: "answer"}, {App: "sleep", Data: "3600000"}},
	"busy":      {{App: "hangup", Data: "USER_BUSY"}},
	"reject":    {{App: "hangup", Data: "CALL_REJECTED"}},
	"no_answer": {{App: "ring_ready"}, {App: "sleep", Data: "3600000"}},
}

// extensionsOf reads extensions: a list of applications, each {name, argument} or a name alone, or what a telephone does in a word.
func extensionsOf(l *lua.LState, t *lua.LTable) map[string][]esl.Action {
	out := make(map[string][]esl.Action)
	for _, p := range pairs(l, t) {
		if word, ok := p.value.(lua.LString); ok {
			actions, known := behaviours[string(word)]
			if !known {
				vm.Raise(l, fmt.Sprintf("extension %q: %q is none of answer, busy, no_answer, reject, and no list of applications", p.name, word))
			}
			out[p.name] = actions
			continue
		}
		out[p.name] = actionsOf(l, "extension "+p.name, p.value)
	}
	return out
}

func actionsOf(l *lua.LState, what string, v lua.LValue) []esl.Action {
	t, ok := v.(*lua.LTable)
	if !ok {
		vm.Raise(l, fmt.Sprintf("%s: a list of applications expected, got a %s", what, v.Type()))
	}
	var actions []esl.Action
	for _, v := range list(t) {
		switch v := v.(type) {
		case lua.LString:
			actions = append(actions, esl.Action{App: string(v)})
		case *lua.LTable:
			a := esl.Action{App: plainText(l, what+": the name of an application", v.RawGetInt(1))}
			if arg := v.RawGetInt(2); arg != lua.LNil {
				a.Data = plainText(l, what+": an argument", arg)
			}
			actions = append(actions, a)
		default:
			vm.Raise(l, fmt.Sprintf("%s: an application is {name, argument}, got a %s", what, v.Type()))
		}
	}
	return actions
}
