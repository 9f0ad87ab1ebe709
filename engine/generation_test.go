package engine_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"eslua/engine"
	"eslua/esl"
	"eslua/esl/esltest"
	"eslua/internal/clock"
	"eslua/scripts"
)

// TestACallStaysWithItsGeneration: a call sleeps while a link is swapped. What it runs and reads from then on is what it has begun
// with, and the next call has all that is new.
func TestACallStaysWithItsGeneration(t *testing.T) {
	dir := t.TempDir()
	current := filepath.Join(dir, "current")
	swap := func(version int) {
		release := filepath.Join(dir, strconv.Itoa(version))
		for name, text := range map[string]string{
			"main.lua": fmt.Sprintf(`
local got = { "%d" }
local function add(v) got[#got + 1] = tostring(v) end
session:answer()
session:sleep(60000)
add(require "lib")
add(dofile("file.lua"))
add(loadfile("file.lua")())
local f = io.open("data.txt")
add(f and f:read("*a"))
session:execute("lua", "inner.lua")
add(session:getVariable("inner"))
session:setVariable("got", table.concat(got, " "))`, version),
			"lib.lua":   fmt.Sprintf("return %d", version),
			"file.lua":  fmt.Sprintf("return %d", version),
			"inner.lua": fmt.Sprintf(`session:setVariable("inner", "%d" .. require("lib"))`, version),
			"data.txt":  strconv.Itoa(version),
		} {
			path := filepath.Join(release, name)
			if err := os.MkdirAll(release, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Symlink(release, current+".new"); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(current+".new", current); err != nil {
			t.Fatal(err)
		}
	}
	swap(1)
	ck, release := esltest.Virtual()
	defer release()
	library, err := scripts.Open(t.Context(), scripts.Options{Root: current, Mode: scripts.Manual, Clock: ck, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	e, err := engine.New(engine.Options{Scripts: library, Clock: ck, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	pipes := esltest.NewPipeListener()
	serving := clock.NewGroup(ck)
	serving.Go(func() { e.Serve(context.Background(), pipes) })
	sw := esltest.New(esltest.World{}, esltest.Options{Clock: ck, Dial: pipes.Dial})
	defer func() {
		e.Shutdown(context.Background())
		serving.Wait(context.Background())
		sw.Close()
	}()
	place := func() *esltest.Call {
		c, err := sw.Call(esltest.CallSpec{Destination: "1", Actions: []esl.Action{{App: "socket", Data: "127.0.0.1:8084 async full main.lua"}}})
		if err != nil {
			t.Fatal(err)
		}
		clock.Sleep(context.Background(), ck, time.Second)
		return c
	}
	old := place()
	swap(2)
	if err := library.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	next := place()
	for c, want := range map[*esltest.Call]string{old: "1 1 1 1 1 11", next: "2 2 2 2 2 22"} {
		if err := c.Wait(context.Background()); err != nil {
			t.Fatal(err)
		}
		if got := c.Variable("got"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
