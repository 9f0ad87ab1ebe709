package cli_test

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"eslua/engine/enginetest"
	"eslua/esl/esltest"
	"eslua/internal/cli"
)

func TestRunWithOneOfSeveralSwitches(t *testing.T) {
	dir := t.TempDir()
	text := "switches:\n"
	for _, city := range []string{"berlin", "paris"} {
		sw := esltest.New(esltest.World{Password: city + "-secret", Globals: map[string]string{"city": city}}, esltest.Options{})
		defer sw.Close()
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		sw.Serve(l)
		password := filepath.Join(dir, city)
		if err := os.WriteFile(password, []byte(city+"-secret\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		text += "  - name: " + city + "\n    address: " + l.Addr().String() + "\n    password_file: " + password + "\n"
	}
	configuration := filepath.Join(dir, "eslua.yaml")
	path := script(t, `print("here", freeswitch.API():execute("global_getvar", "city"), require("eslua").switch("berlin"):api("global_getvar", "city"))`)
	text += "scripts: " + filepath.Dir(path) + "\n"
	if err := os.WriteFile(configuration, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	status, _, errs := run(t, "run", "--config", configuration, "--switch", "paris", "main.lua")
	if status != 0 || !strings.Contains(errs, `here\tparis\tberlin`) || strings.Contains(errs, "secret") {
		t.Errorf("status %d\n%s", status, errs)
	}
	status, _, errs = run(t, "run", "--config", configuration, "main.lua")
	if status != 0 || !strings.Contains(errs, "esl.address") || !strings.Contains(errs, `\tberlin`) {
		t.Errorf("status %d\n%s", status, errs)
	}
	status, _, errs = run(t, "run", "--config", configuration, "--switch", "rome", "main.lua")
	if status != 2 || !strings.Contains(errs, `--switch "rome"`) {
		t.Errorf("status %d\n%s", status, errs)
	}
}

// TestRunIsStoppedByASignal: the log says so.
func TestRunIsStoppedByASignal(t *testing.T) {
	log := new(enginetest.Log)
	signals := make(chan os.Signal, 1)
	status := make(chan int, 1)
	path := script(t, `print("here") freeswitch.msleep(600000)`)
	go func() {
		status <- cli.Main(t.Context(), []string{"eslua", "run", path}, cli.World{
			In: strings.NewReader(""), Out: io.Discard, Err: log, Env: func(string) (string, bool) { return "", false }, Signals: given(signals),
		})
	}()
	log.Until(t, "here", 1)
	signals <- os.Interrupt
	if s := <-status; s != 1 || !strings.Contains(log.String(), ": stopped: interrupt") {
		t.Errorf("status %d\n%s", s, log.String())
	}
}
