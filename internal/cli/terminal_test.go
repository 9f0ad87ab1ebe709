package cli_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/creack/pty"

	"eslua/engine/enginetest"
	"eslua/internal/cli"
)

// typed is a command that runs in a pseudo-terminal.
type typed struct {
	tty *os.File
	cmd *exec.Cmd

	mu   sync.Mutex
	more *sync.Cond
	out  bytes.Buffer
	eof  bool
}

// start builds the binary and runs it in a terminal.
func start(t *testing.T, args ...string) *typed {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "eslua")
	if out, err := exec.Command("go", "build", "-o", binary, "eslua").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	x := &typed{cmd: exec.Command(binary, args...)}
	x.more = sync.NewCond(&x.mu)
	var err error
	if x.tty, err = pty.Start(x.cmd); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		x.cmd.Process.Kill()
		x.tty.Close()
	})
	go func() {
		b := make([]byte, 4096)
		for {
			n, err := x.tty.Read(b)
			x.mu.Lock()
			x.out.Write(b[:n])
			x.eof = err != nil // a terminal whose other end is closed gives an error
			x.more.Broadcast()
			x.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return x
}

// until waits until the screen shows a text.
func (x *typed) until(t *testing.T, text string) {
	t.Helper()
	x.mu.Lock()
	defer x.mu.Unlock()
	for !strings.Contains(x.out.String(), text) {
		if x.eof {
			t.Fatalf("the screen never shows %q:\n%s", text, x.out.String())
		}
		x.more.Wait()
	}
}

func (x *typed) press(t *testing.T, keys string) {
	t.Helper()
	if _, err := io.WriteString(x.tty, keys); err != nil {
		t.Fatal(err)
	}
}

func TestTheKeysOfATerminalAreTheTelephones(t *testing.T) {
	path := script(t, `session:answer() print("ready") print("got " .. session:getDigits(2, "#", 60000)) session:sleep(600000) print("over")`)
	x := start(t, "call", path)
	x.until(t, "ready")
	x.press(t, "4")
	x.until(t, "presses 4")
	x.press(t, "x2") // x is no key
	x.until(t, "got 42")
	x.press(t, "q")
	x.until(t, "hangs up")
	x.until(t, "over")
	if err := x.cmd.Wait(); err != nil {
		t.Errorf("%v\n%s", err, x.out.String())
	}
}

// A script that does not notice the hang-up can be stopped.
func TestControlCStopsAScriptThatGoesOn(t *testing.T) {
	x := start(t, "call", script(t, `session:answer() print("ready") while true do freeswitch.msleep(600000) end`))
	x.until(t, "ready")
	x.press(t, "\x03")
	x.until(t, "hangs up")
	x.press(t, "\x03")
	x.until(t, "eslua: call: the script was stopped")
	if err := x.cmd.Wait(); x.cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("%v\n%s", err, x.out.String())
	}
}

// TestACallIsStoppedByASignal: though it would last for ever, in no time.
func TestACallIsStoppedByASignal(t *testing.T) {
	for _, args := range [][]string{nil, {"--digits", "1,1"}, {"--hangup-after", "1000000h"}} {
		log := new(enginetest.Log)
		signals := make(chan os.Signal, 1)
		status := make(chan int, 1)
		path := script(t, `session:answer() while true do print("here") session:sleep(60000) end`)
		go func() {
			status <- cli.Main(t.Context(), append(append([]string{"eslua", "call"}, args...), path), cli.World{
				In: strings.NewReader(""), Out: log, Err: log, Env: func(string) (string, bool) { return "", false }, Signals: given(signals),
			})
		}()
		log.Until(t, "here", 1)
		signals <- os.Interrupt
		if s := <-status; s != 1 || !strings.Contains(log.String(), "eslua: call: stopped: interrupt") {
			t.Errorf("%v: status %d\n%s", args, s, log.String()[:1000])
		}
	}
}

func TestCallShowsTheWireAndTheVariables(t *testing.T) {
	status, out, _ := run(t, "call", "--digits", "", "--trace", "--vars", "--var", "a=1", script(t, `session:answer() session:setVariable("b", "2")`))
	for _, want := range []string{"wire    > connect", "wire    < CHANNEL_EXECUTE_COMPLETE Application=\"answer\"", "Variables:", "  a = 1", "  b = 2"} {
		if status != 0 || !strings.Contains(out, want) {
			t.Errorf("status %d, %q is missing in\n%s", status, want, out)
		}
	}
}

func TestTestWatchesInATerminalUntilControlC(t *testing.T) {
	dir := tests(t, `it("says goodbye", function() place { script = "main.lua" }:hears("bye.wav") end)`)
	x := start(t, "test", "--watch", dir)
	x.until(t, "waiting for changes")
	if err := os.WriteFile(filepath.Join(dir, "main.lua"), []byte("session:answer() session:streamFile('other.wav')"), 0o644); err != nil {
		t.Fatal(err)
	}
	x.until(t, "expected to hear bye.wav")
	x.press(t, "\x03")
	if err := x.cmd.Wait(); err != nil {
		t.Errorf("%v\n%s", err, x.out.String())
	}
}
