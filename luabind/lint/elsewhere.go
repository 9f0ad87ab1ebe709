package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/yuin/gopher-lua/ast"

	"eslua/luabind/api"
)

// elsewhere finds texts by which the switch is to run Lua itself.
func (k *checker) elsewhere(c *chunk) {
	rows := api.Elsewheres()
	for _, e := range c.texts {
		at, ok := c.places[e]
		if !ok {
			at = place{e.Line(), 1}
		}
		text, _ := fold(e)
		for _, row := range rows {
			if row.Place == api.Anywhere && strings.Contains(text, row.Name) {
				k.add(c.file, at, OffBox, fmt.Sprintf("%s...) runs inside the switch: %s", row.Name, row.Instead))
			}
		}
		if name, rest, ok := strings.Cut(text, " "); ok {
			k.handedOver(c, rows, api.Command, name, rest, at)
		}
	}
	for _, e := range c.calls {
		if e.Func != nil || len(e.Args) == 0 {
			continue
		}
		o := k.infer(c, e.Receiver).object
		if o == nil {
			continue
		}
		first, _ := fold(e.Args[0])
		second := ""
		if len(e.Args) > 1 {
			second, _ = fold(e.Args[1])
		}
		at := c.places[e]
		isSession := o.Type == api.Session || o.Type == api.NativeSession
		switch {
		case isSession && slices.Contains([]string{"setVariable", "set", "export"}, e.Method):
			k.handedOver(c, rows, api.Variable, first, second, at)
		case isSession && slices.Contains([]string{"execute", "exec"}, e.Method), o.Type == api.ESLConnection && slices.Contains([]string{"execute", "executeAsync"}, e.Method):
			k.application(c, rows, strings.ToLower(first), second, at, e)
		case slices.Contains([]string{"execute", "api", "bgapi"}, e.Method) && !o.Classes[0].Loose:
			k.handedOver(c, rows, api.Command, first, second, at)
		}
	}
}

// application looks at the argument of an application.
func (k *checker) application(c *chunk, rows []api.Elsewhere, name, data string, at place, e *ast.FuncCallExpr) {
	switch name {
	case "set", "export", "bridge_export":
		variable, value, _ := strings.Cut(strings.TrimPrefix(data, "nolocal:"), "=")
		k.handedOver(c, rows, api.Variable, variable, value, at)
	}
	if slices.Contains(api.PromptApplications(), name) && len(e.Args) > 1 {
		k.prompt(c, e.Args[1], at)
	}
}

// handedOver looks at a variable and its value, or a command and its argument.
func (k *checker) handedOver(c *chunk, rows []api.Elsewhere, in api.Place, name, text string, at place) {
	for _, row := range rows {
		prefix, any := strings.CutSuffix(row.Name, "*")
		if row.Place != in || !(name == row.Name || any && strings.HasPrefix(name, prefix)) {
			continue
		}
		words := strings.Fields(text)
		runs := len(words) > 0 && luaWord(words[0])
		if in == api.Command {
			runs = slices.ContainsFunc(words, luaWord)
		}
		if runs {
			k.add(c.file, at, OffBox, fmt.Sprintf("%s runs Lua inside the switch: %s", name, row.Instead))
		}
	}
}

// luaWord tells whether a word names mod_lua's application or command.
func luaWord(word string) bool {
	word = strings.Trim(word, "'")
	return word == "lua" || word == "luarun" || strings.HasPrefix(word, "lua::")
}
