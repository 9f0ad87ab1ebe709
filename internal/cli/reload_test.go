package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"eslua/esl"
	"eslua/esl/esltest"
	"eslua/internal/cli"
)

// TestReload is in real time, as are signals and what the system says of changed files.
func TestReload(t *testing.T) {
	for _, c := range []struct {
		mode   string
		signal bool // brings the change, which is not noticed by itself
		after  string
	}{
		{"watch", false, "new"}, {"watch", true, "new"}, {"poll", false, "new"}, {"manual", true, "new"}, {"off", true, "old"},
	} {
		t.Run(c.mode, func(t *testing.T) {
			const text = `freeswitch.consoleLog("notice", "it is ` // and the end of the text
			path := script(t, text+`old\n")`)
			signals, reloads := make(chan os.Signal, 1), make(chan os.Signal, 1)
			stopped := make(chan struct{})
			log, addr, status := serveIn(t, cli.World{
				Signals: given(signals), Reloads: func() (<-chan os.Signal, func()) { return reloads, func() { close(stopped) } },
			}, "--scripts", filepath.Dir(path), "--reload", c.mode)
			sw := esltest.New(esltest.World{}, esltest.Options{})
			defer sw.Close()
			call := func(want string) {
				t.Helper()
				call, err := sw.Call(esltest.CallSpec{Destination: "1", Actions: []esl.Action{{App: "socket", Data: addr + " async full main.lua"}}})
				if err != nil {
					t.Fatal(err)
				}
				log.Until(t, "it is "+want, 1)
				if err := call.Wait(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			call("old")
			if err := os.WriteFile(path, []byte(text+c.after+` now\n")`), 0o644); err != nil {
				t.Fatal(err)
			}
			if c.signal {
				reloads <- syscall.SIGHUP
			}
			switch {
			case c.mode == "off":
				log.Until(t, "reload is off", 1)
				call("old")
				if strings.Contains(log.Until(t, "it is old", 1), "it is old now") {
					t.Error("the change serves")
				}
			default:
				log.Until(t, `"msg":"scripts loaded","root":"`+filepath.Dir(path)+`","generation":2`, 1)
				call("new now")
			}
			if c.mode == "manual" {
				if err := os.WriteFile(path, []byte("x = = 1"), 0o644); err != nil {
					t.Fatal(err)
				}
				reloads <- syscall.SIGHUP
				log.Until(t, `"msg":"scripts do not serve as they are on disk"`, 1)
				call("new now")
			}
			signals <- os.Interrupt
			if s := <-status; s != 0 {
				t.Errorf("status %d", s)
			}
			<-stopped
		})
	}
}
