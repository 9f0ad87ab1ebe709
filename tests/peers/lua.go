package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"

	lua "github.com/yuin/gopher-lua"

	"eslua/engine"
	"eslua/luabind/vm"
	"eslua/scripts"
)

// luaScripts is eslua whole: the calls run in a Lua script, with mod_lua's session.
type luaScripts struct{}

// events is what scripts do not do: package esl stands for it.
func (luaScripts) events(addr string, event func(name, id, state string)) error {
	return eslua{}.events(addr, event)
}

// script has ten lines, in one of which it gives the call's method to the measurement.
const script = `
local measure = require("measure")
local greeting = session:getVariable("thing_000")
local language = session:getVariable("thing_001")
if greeting ~= "" then
  session:setVariable("language", language)
end
measure.run(function()
  session:execute("log", "INFO x")
end)`

func (luaScripts) serve(addr string, call func(execute func() error)) error {
	dir, err := os.MkdirTemp("", "peers-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "main.lua"), []byte(script), 0o600); err != nil {
		return err
	}
	quiet := slog.New(slog.DiscardHandler)
	library, err := scripts.Open(context.Background(), scripts.Options{Root: dir, Mode: scripts.Off, Log: quiet})
	if err != nil {
		return err
	}
	run := func(l *lua.LState) int {
		f := l.CheckFunction(1)
		s := vm.StateOf(l)
		s.Waiting()
		call(func() error {
			s.Resumed()
			defer s.Waiting()
			_, err := s.Call(l, f)
			return err
		})
		s.Resumed()
		return 0
	}
	e, err := engine.New(engine.Options{
		Scripts: library, DefaultScript: "main.lua", Log: quiet, Modules: []engine.Module{engine.FunctionModule("measure", map[string]lua.LGFunction{"run": run})},
	})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	return e.Serve(context.Background(), l)
}
