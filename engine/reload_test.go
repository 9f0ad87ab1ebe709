package engine_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"eslua/engine"
	"eslua/esl"
	"eslua/esl/esltest"
	"eslua/internal/clock"
	"eslua/scripts"
)

// These three scripts of one call each tell the version that they are of. Two are loaded while the call runs.
const (
	versionedMain = `
local version = "%d"
session:answer()
session:sleep(100)
local first = require "lib.first"
session:sleep(%d)
local second = dofile("second.lua")
session:setVariable("got", version .. " " .. first .. " " .. second)`
	versionedFirst  = `return "%d"`
	versionedSecond = `return "%d"`
)

// writeVersion writes the three scripts in place; the calls of that version last for pause.
func writeVersion(t *testing.T, root string, version int, pause time.Duration) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(root, "lib"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"main.lua":      fmt.Sprintf(versionedMain, version, pause.Milliseconds()),
		"lib/first.lua": fmt.Sprintf(versionedFirst, version),
		"second.lua":    fmt.Sprintf(versionedSecond, version),
	} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// reloading is an engine whose scripts Reload changes, with a switch that brings it calls, in virtual time.
func reloading(t *testing.T, root string) (clock.Clock, *scripts.Library, *engine.Engine, *esltest.Switch) {
	t.Helper()
	ck, release := esltest.Virtual()
	library, err := scripts.Open(t.Context(), scripts.Options{Root: root, Mode: scripts.Manual, Clock: ck, Log: slog.New(slog.DiscardHandler)})
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
	t.Cleanup(func() {
		e.Shutdown(context.Background())
		serving.Wait(context.Background())
		sw.Close()
		release()
	})
	return ck, library, e, sw
}

// swap has a link lead to another directory, in one step.
func swap(t *testing.T, link, target string) {
	t.Helper()
	if err := os.Symlink(target, link+".new"); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(link+".new", link); err != nil {
		t.Fatal(err)
	}
}

// same is what a call says whose scripts are all of one version.
func same(version int) string { return fmt.Sprintf("%d %d %d", version, version, version) }

// TestReloadUnderLoad: all calls run at once while the scripts change, and each keeps to the code that it began with. Changes
// are taken by Reload, as what the system tells of them comes in real time; that is TestReloadWhileWatching.
func TestReloadUnderLoad(t *testing.T) {
	const versions, calls = 100, 20 // calls per version
	root := t.TempDir()
	writeVersion(t, root, 0, 5*time.Minute)
	ck, library, e, sw := reloading(t, root)
	var placed [versions + 1][]*esltest.Call
	for version := range placed {
		if version > 0 {
			writeVersion(t, root, version, 5*time.Minute)
			if err := library.Reload(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for range calls {
			c, err := sw.Call(esltest.CallSpec{Destination: "1", Actions: []esl.Action{
				{App: "socket", Data: "127.0.0.1:8084 async full main.lua"}, {App: "set", Data: "after=yes"},
			}})
			if err != nil {
				t.Fatal(err)
			}
			placed[version] = append(placed[version], c)
		}
		clock.Sleep(context.Background(), ck, time.Second)
	}
	if n := e.Calls(); n != calls*(versions+1) {
		t.Fatalf("%d calls run at the same time", n)
	}
	for version, list := range placed {
		for _, c := range list {
			if err := c.Wait(context.Background()); err != nil {
				t.Fatal(err)
			}
			if got := c.Variable("got"); got != same(version) || c.Variable("after") != "yes" {
				t.Errorf("a call of version %d: %q, after %q", version, got, c.Variable("after"))
			}
		}
	}
	if n := library.Generation().Number(); n != versions+1 {
		t.Errorf("%d generations", n)
	}
}

// TestReloadWhileWatching is in real time, as the system tells of changes in real time. A link is swapped, so that a change is
// whole at every moment.
func TestReloadWhileWatching(t *testing.T) {
	const versions = 100
	dir := t.TempDir()
	current := filepath.Join(dir, "current")
	release := func(version int) {
		path := filepath.Join(dir, strconv.Itoa(version))
		writeVersion(t, path, version, 20*time.Millisecond)
		swap(t, current, path)
	}
	release(0)
	library, err := scripts.Open(t.Context(), scripts.Options{Root: current, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	e, err := engine.New(engine.Options{Scripts: library, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var background sync.WaitGroup
	background.Go(func() { library.Run(ctx) })
	background.Go(func() { e.Serve(ctx, l) })
	sw := esltest.New(esltest.World{}, esltest.Options{})
	defer func() {
		e.Shutdown(context.Background())
		cancel()
		background.Wait()
		sw.Close()
	}()
	// call places a call and gives what its scripts say.
	call := func() string {
		c, err := sw.Call(esltest.CallSpec{Destination: "1", Actions: []esl.Action{{App: "socket", Data: l.Addr().String() + " async full main.lua"}}})
		if err == nil {
			err = c.Wait(context.Background())
		}
		if err != nil {
			t.Error(err)
			return ""
		}
		return c.Variable("got")
	}
	swapped := make(chan struct{})
	var callers sync.WaitGroup
	seen := make([]map[string]bool, 8)
	for i := range seen {
		seen[i] = make(map[string]bool)
		callers.Go(func() {
			last := 0
			for more := true; more; {
				select {
				case <-swapped:
					more = false
				default:
				}
				got := call()
				var version int
				if fmt.Sscan(got, &version); got != same(version) || version < last {
					t.Errorf("a call says %q behind one of version %d", got, last)
				}
				last = version
				seen[i][got] = true
			}
		})
	}
	for version := 1; version <= versions; version++ {
		release(version)
		time.Sleep(10 * time.Millisecond) // some changes settle alone, others together
	}
	wrote := time.Now()
	close(swapped)
	callers.Wait()
	for call() != same(versions) {
		if time.Since(wrote) > 10*time.Second {
			t.Fatalf("the last version does not serve; the generation is %d", library.Generation().Number())
		}
	}
	if got := call(); got != same(versions) {
		t.Errorf("a call behind the settled change says %q", got)
	}
	all := make(map[string]bool)
	for i := range seen {
		for got := range seen[i] {
			all[got] = true
		}
	}
	if len(all) < 3 {
		t.Errorf("calls saw only the versions %v", all)
	}
}
