package lint

import (
	"context"
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"eslua/luabind/vm"
)

// language are the names of the language: those of its globals, and of what is in its libraries.
type language map[string]map[string]bool

// readLanguage asks the machine that runs the scripts.
func readLanguage() (language, error) {
	chunk, err := vm.Compile("lint", `
		for name, value in pairs(_G) do
			add(name)
			if type(value) == "table" and value ~= _G then
				for inner in pairs(value) do add(name, inner) end
			end
		end`)
	if err != nil {
		return nil, fmt.Errorf("names of the language: %w", err)
	}
	out := make(language)
	state := vm.New(vm.Options{})
	defer state.Close()
	state.SetGlobal("add", vm.Function(func(l *lua.LState) int {
		name := l.ToString(1)
		if out[name] == nil {
			out[name] = make(map[string]bool)
		}
		if l.GetTop() > 1 {
			out[name][l.ToString(2)] = true
		}
		return 0
	}))
	if err := state.Run(context.Background(), chunk); err != nil {
		return nil, fmt.Errorf("names of the language: %w", err)
	}
	delete(out, "add")
	return out, nil
}

// library tells whether a global is one of the language's tables.
func (g language) library(name string) bool { return name != "_G" && len(g[name]) > 0 }

// oldNames are what Lua 5.0 called what 5.1 calls otherwise.
var oldNames = map[string]string{
	"table.getn": "#", "table.foreach": "pairs", "table.foreachi": "ipairs", "string.gfind": "string.gmatch", "math.mod": "math.fmod",
}
