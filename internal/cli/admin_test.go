package cli_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"eslua/engine/enginetest"
	"eslua/esl"
	"eslua/esl/esltest"
	"eslua/internal/cli"
)

func TestARunningServerTellsAndObeys(t *testing.T) {
	dir := filepath.Dir(script(t, `session:answer() print("here") while true do session:execute("sleep", "20") end`))
	address := free(t)
	signals := make(chan os.Signal, 2)
	log, addr, status := serve(t, signals, "--scripts", dir, "--drain", "10ms", "--reload", "manual", "--admin", address)
	sw := esltest.New(esltest.World{}, esltest.Options{})
	defer sw.Close()
	call, err := sw.Call(esltest.CallSpec{Destination: "77", CallerNumber: "4711\x07", Actions: []esl.Action{
		{App: "socket", Data: addr + " async full main.lua"}, {App: "set", Data: "after=yes"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	log.Until(t, `"msg":"here"`, 1)
	ask := func(want int, args ...string) string {
		t.Helper()
		status, out, errs := run(t, append([]string{args[0], "--admin", address}, args[1:]...)...)
		if status != want {
			t.Errorf("%v: status %d, %s", args, status, errs)
		}
		return out + errs
	}
	if out := ask(0, "status"); !strings.Contains(out, "calls: 1 of 10000") || !strings.Contains(out, "1 files, generation 1") {
		t.Errorf("status says\n%s", out)
	}
	if out := ask(0, "calls"); !strings.Contains(out, call.UUID()) || !strings.Contains(out, `4711\a `) || !strings.Contains(out, "main.lua") {
		t.Errorf("calls says\n%s", out)
	}
	if err := os.WriteFile(filepath.Join(dir, "\x1b[31m\nbroken.lua"), []byte("x = = 1"), 0o644); err != nil {
		t.Fatal(err)
	}
	if out := ask(1, "reload"); !strings.Contains(out, "broken.lua:1:") || strings.Contains(out, "\x1b") {
		t.Errorf("reload says\n%s", out)
	}
	if out := ask(0, "status"); !strings.Contains(out, "  broken: "+dir+`/\x1b[31m\nbroken.lua:1: `) {
		t.Errorf("status says\n%s", out)
	}
	if out := ask(1, "kill", "nobody"); !strings.Contains(out, `there is no such call: "nobody"`) {
		t.Errorf("kill says\n%s", out)
	}
	traced, ended := new(enginetest.Log), make(chan int, 1)
	go func() {
		ended <- cli.Main(t.Context(), []string{"eslua", "trace", "--admin", address, call.UUID()[:8]}, cli.World{
			Out: traced, Err: traced, Env: func(string) (string, bool) { return "", false },
		})
	}()
	const step = `< CHANNEL_EXECUTE_COMPLETE Application="sleep"`
	traced.Until(t, step, 1)
	other, err := http.Get("http://" + address + "/calls/" + call.UUID() + "/trace") // a second trace does not end the first one
	if err != nil {
		t.Fatal(err)
	}
	other.Body.Close()
	traced.Until(t, step, strings.Count(traced.String(), step)+5)
	ask(0, "kill", call.UUID()[:8])
	if s := <-ended; s != 0 || !strings.Contains(traced.String(), "> exit") || !strings.HasSuffix(traced.String(), "the call has ended\n") {
		t.Errorf("status %d, the trace is\n%s", s, traced)
	}
	if err := call.Wait(t.Context()); err != nil || call.Variable("after") != "yes" {
		t.Errorf("the dialplan did not go on: %v", err)
	}
	log.Until(t, `"msg":"call ended"`, 1)
	for line := range strings.Lines(log.String()) {
		if strings.Contains(line, "did not run to its end") && strings.Count(line, `"script":"main.lua"`) != 1 {
			t.Errorf("the script is not named once in %s", line)
		}
	}
	if out := ask(0, "status"); strings.Contains(out, "stopping") || !strings.Contains(out, "calls: 0 of 10000; 1 have ended, 1 of them failed, 0 by a limit") || !strings.Contains(out, "5s of computing") {
		t.Errorf("status says\n%s", out)
	}
	if out := ask(0, "calls", "--json"); out != "[]\n" {
		t.Errorf("calls says %q", out)
	}
	ask(0, "drain")
	if s := <-status; s != 0 {
		t.Errorf("status %d\n%s", s, log.String())
	}
	if out := ask(1, "status"); !strings.Contains(out, "no server answers") {
		t.Errorf("status says\n%s", out)
	}
}

// TestAServerThatStopsSaysSo: as long as it still has calls.
func TestAServerThatStopsSaysSo(t *testing.T) {
	dir := filepath.Dir(script(t, `session:answer() print("here") session:sleep(600000)`))
	address := free(t)
	signals := make(chan os.Signal, 2)
	log, addr, status := serve(t, signals, "--scripts", dir, "--drain", "1h", "--reload", "off", "--admin", address)
	sw := esltest.New(esltest.World{}, esltest.Options{})
	defer sw.Close()
	if _, err := sw.Call(esltest.CallSpec{Destination: "77", Actions: []esl.Action{{App: "socket", Data: addr + " async full main.lua"}}}); err != nil {
		t.Fatal(err)
	}
	log.Until(t, `"msg":"here"`, 1)
	if status, out, errs := run(t, "drain", "--admin", address); status != 0 || out != "draining\n" {
		t.Errorf("status %d, %q, %q", status, out, errs)
	}
	log.Until(t, `"msg":"stopping","order":"drain","calls":1,"drain":3600}`, 1)
	for try := 1; ; try++ { // the order is carried out a moment after it was logged
		_, out, errs := run(t, "status", "--admin", address)
		if strings.Contains(out, ", stopping: it takes no more calls\ncalls: 1 of") {
			break
		}
		if errs != "" || try == 1000 {
			t.Fatalf("status says %q, %q", out, errs)
		}
	}
	signals <- os.Interrupt
	if s := <-status; s != 0 {
		t.Errorf("status %d\n%s", s, log.String())
	}
}

func TestChangedScriptsMustPassTheGate(t *testing.T) {
	for _, c := range []struct {
		gate            string
		link            bool // the directory of the scripts is one
		bad, says, good string
	}{
		{"check", false, "session:anser()", "unknown-method", "session:answer() session:hangup()"},
		{"test", false, "session:hangup()", "is answered: ", "session:answer() session:sleep(1)"},
		{"test", true, "session:hangup()", "is answered: ", "session:answer() session:sleep(1)"},
	} {
		t.Run(fmt.Sprint(c.gate, c.link), func(t *testing.T) {
			path := script(t, "session:answer()")
			if c.link {
				link := filepath.Join(t.TempDir(), "scripts")
				if err := os.Symlink(filepath.Dir(path), link); err != nil {
					t.Fatal(err)
				}
				path = filepath.Join(link, filepath.Base(path))
			}
			test := `it("is answered", function() local call = place { script = "main.lua" } call:wait() assert.is_true(call.answered) end)`
			if err := os.WriteFile(strings.TrimSuffix(path, ".lua")+"_test.lua", []byte(test), 0o644); err != nil {
				t.Fatal(err)
			}
			address := free(t)
			signals := make(chan os.Signal, 2)
			_, _, status := serve(t, signals, "--scripts", filepath.Dir(path), "--reload", "manual", "--reload-gate", c.gate, "--admin", address)
			ask := func(want int, args ...string) string {
				t.Helper()
				status, out, errs := run(t, append([]string{args[0], "--admin", address}, args[1:]...)...)
				if status != want {
					t.Errorf("%v: status %d, %s", args, status, errs)
				}
				return out + errs
			}
			write := func(text string) {
				t.Helper()
				if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			write(c.bad)
			if out := ask(1, "reload"); !strings.Contains(out, c.says) {
				t.Errorf("reload says\n%s", out)
			}
			if out := ask(0, "status"); !strings.Contains(out, "generation 1") || !strings.Contains(out, "\n  refused: ") || !strings.Contains(out, c.says) {
				t.Errorf("status says\n%s", out)
			}
			write(c.good)
			if out := ask(0, "reload"); !strings.Contains(out, "generation 2 serves") {
				t.Errorf("reload says\n%s", out)
			}
			ask(0, "drain")
			if s := <-status; s != 0 {
				t.Errorf("status %d", s)
			}
		})
	}
}

// Many failures have one cause, and are not all told.
func TestALongListOfFailuresIsCut(t *testing.T) {
	path := script(t, "session:answer()")
	address := free(t)
	_, _, status := serve(t, make(chan os.Signal, 2), "--scripts", filepath.Dir(path), "--reload", "manual", "--reload-gate", "test", "--admin", address)
	test := `for i = 1, 30 do it("fails " .. i, function() error("it does") end) end`
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), "main_test.lua"), []byte(test), 0o644); err != nil {
		t.Fatal(err)
	}
	s, _, errs := run(t, "reload", "--admin", address)
	if s != 1 || !strings.Contains(errs, "30 of 30 tests failed:") || !strings.Contains(errs, "fails 20: ") || strings.Contains(errs, "fails 21") || !strings.Contains(errs, "... and 10 more") {
		t.Errorf("status %d, reload says\n%s", s, errs)
	}
	if s, _, errs := run(t, "drain", "--admin", address); s != 0 {
		t.Error(errs)
	}
	<-status
}

// An order that takes long, as reload does with a gate, can be left.
func TestAnOrderEndsWithASignal(t *testing.T) {
	signals := make(chan os.Signal, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		signals <- os.Interrupt
		select {
		case <-r.Context().Done():
		case <-time.After(10 * time.Second): // whoever waits for this does not hear the signal
			w.Write([]byte("1"))
		}
	}))
	defer server.Close()
	var errs bytes.Buffer
	status := cli.Main(t.Context(), []string{"eslua", "reload", "--admin", server.Listener.Addr().String()}, cli.World{
		Out: io.Discard, Err: &errs, Signals: given(signals), Env: func(string) (string, bool) { return "", false },
	})
	if status != 1 || errs.String() != "eslua: stopped: interrupt\n" {
		t.Errorf("status %d, %q", status, errs.String())
	}
}

// free is a loopback address that nobody uses; nobody else is likely to take it within a moment.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
