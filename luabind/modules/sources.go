package modules

import (
	"embed"
	"fmt"
	"sync"

	"eslua/luabind/vm"
)

// The modules whose objects are Lua functions, as the sources and sinks of ltn12 are, are written in Lua.
//
//go:embed lua/*.lua
var luaFiles embed.FS

// sources are they, by their names, compiled when they are first asked for. They never change.
var sources = sync.OnceValue(func() map[string]*vm.Chunk {
	out := map[string]*vm.Chunk{}
	for _, name := range []string{"ltn12", "mime", "socket.url", "socket.http"} {
		text, err := luaFiles.ReadFile("lua/" + name + ".lua")
		if err != nil {
			panic(fmt.Sprintf("modules: %v", err))
		}
		if out[name], err = vm.Compile(name, string(text)); err != nil {
			panic(fmt.Sprintf("modules: %v", err))
		}
	}
	return out
})
