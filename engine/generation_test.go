package engine_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"eslua/engine/enginetest"
	"eslua/esl"
	"eslua/esl/esltest"
	"eslua/internal/clock"
)

// TestACallStaysWithItsGeneration: a call sleeps while a link is swapped. What it runs and reads from then on is what it has begun
// with, and the next call has all that is new.
func TestACallStaysWithItsGeneration(t *testing.T) {
	current := filepath.Join(t.TempDir(), "current")
	release := func(version int) {
		swap(t, current, enginetest.Scripts(t, map[string]string{
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
		}))
	}
	release(1)
	ck, library, _, sw := reloading(t, current)
	place := func() *esltest.Call {
		c, err := sw.Call(esltest.CallSpec{Destination: "1", Actions: []esl.Action{{App: "socket", Data: "127.0.0.1:8084 async full main.lua"}}})
		if err != nil {
			t.Fatal(err)
		}
		clock.Sleep(context.Background(), ck, time.Second)
		return c
	}
	old := place()
	release(2)
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
