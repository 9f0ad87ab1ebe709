package cli_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"eslua/engine/enginetest"
	"eslua/esl"
	"eslua/esl/esltest"
	"eslua/internal/cli"
)

// run runs a command line in a world without terminal and environment.
func run(t *testing.T, args ...string) (status int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	status = cli.Main(t.Context(), append([]string{"eslua"}, args...), cli.World{
		In: strings.NewReader(""), Out: &o, Err: &e, Env: func(string) (string, bool) { return "", false },
	})
	return status, o.String(), e.String()
}

func TestDemoShowsACall(t *testing.T) {
	status, out, errs := run(t, "demo")
	if status != 0 || errs != "" {
		t.Errorf("status %d, errors %q", status, errs)
	}
	last := -1
	for _, want := range []string{
		"caller  dials 5000", "script  call from 4930123456", "caller  hears ivr/menu.wav", "caller  presses 1", "caller  hears ivr/opening-hours.wav",
		"caller  presses 7", "caller  hears ivr/wrong.wav", "caller  presses 2", "switch  bridge", "call ended", "ended with NORMAL_CLEARING",
	} {
		at := strings.Index(out, want)
		if at <= last {
			t.Errorf("%q is missing or out of order in\n%s", want, out)
		}
		last = at
	}
	if _, again, _ := run(t, "demo"); again != out {
		t.Errorf("a second run gives\n%s\nand not\n%s", again, out)
	}
}

func script(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "main.lua")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCall(t *testing.T) {
	path := script(t, `session:answer() print(argv[1], session:getVariable("a"), session:getDigits(3, "#", 5000), session:getVariable("destination_number"))`)
	status, out, errs := run(t, "call", "--digits", "1,2#", "--var", "a=b=c", "--dest", "77", path, "two words")
	if status != 0 || errs != "" || !strings.Contains(out, "two words\tb=c\t12\t77") {
		t.Errorf("status %d, errors %q\n%s", status, errs, out)
	}
	if status, _, errs := run(t, "call", path, "--digits", "1"); status != 0 || errs !=
		"eslua: note: --digits stands behind the script, so that it is an argument of the script and no option of eslua call\n" {
		t.Errorf("status %d, errors %q", status, errs)
	}
	if status, out, _ := run(t, "call", "--hangup-after", "2s", script(t, `print(session:sleep(60000))`)); status != 0 || !strings.Contains(out, "script  0") {
		t.Errorf("status %d\n%s", status, out)
	}
	if _, out, _ := run(t, "call", script(t, `session:execute("set", "a=1\n2")`)); !strings.Contains(out, "switch  set a=1\n") {
		t.Errorf("an argument of two lines:\n%s", out)
	}
	if status, out, _ := run(t, "call", script(t, "local t\nprint(t.x)")); status != 1 || !strings.Contains(out, "main.lua:2:") {
		t.Errorf("status %d\n%s", status, out)
	}
}

// TestACallMayTouchWhatTheConfigurationAllows: databases, here.
func TestACallMayTouchWhatTheConfigurationAllows(t *testing.T) {
	dir := filepath.Dir(script(t, `local d = freeswitch.Dbh("sqlite://x") print("connected", d:connected(), os.date("%Y"))`))
	configuration := filepath.Join(dir, "eslua.yaml")
	for text, name := range map[string]string{"scripts: " + dir + "\n": "main.lua", "": filepath.Join(dir, "main.lua")} {
		if err := os.WriteFile(configuration, []byte(text+"databases: {root: "+dir+"}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		status, out, errs := run(t, "call", "--config", configuration, name)
		if want := "connected\ttrue\t" + time.Now().Format("2006"); status != 0 || !strings.Contains(out, want) {
			t.Errorf("%s: status %d, %s\n%s", name, status, errs, out)
		}
	}
	status, out, _ := run(t, "call", filepath.Join(dir, "main.lua"))
	if status != 1 || !strings.Contains(out, "not allowed: no directory for SQLite files is configured (databases.root)") {
		t.Errorf("status %d\n%s", status, out)
	}
}

// TestTheAddressIsTaken: the error names the option and the address.
func TestTheAddressIsTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	taken, dir := l.Addr().String(), filepath.Dir(script(t, ""))
	bindings := filepath.Join(dir, "eslua.yaml")
	if err := os.WriteFile(bindings, []byte("xml_handler: {bindings: {directory: main.lua}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for option, args := range map[string][]string{
		"listen":             {"--listen", taken},
		"admin":              {"--listen", "127.0.0.1:0", "--admin", taken},
		"lua_http.listen":    {"--listen", "127.0.0.1:0", "--lua-http-listen", taken},
		"xml_handler.listen": {"--listen", "127.0.0.1:0", "--config", bindings, "--xml-handler-listen", taken},
	} {
		status, _, errs := run(t, append([]string{"serve", "--scripts", dir}, args...)...)
		if want := "eslua: " + option + ": cannot listen on " + taken + ": address already in use\n"; status != 1 || !strings.HasSuffix(errs, want) {
			t.Errorf("%s: status %d, %s", option, status, errs)
		}
	}
}

func TestWhatIsWrongIsNamed(t *testing.T) {
	for _, c := range []struct {
		args   []string
		status int
		text   string
	}{
		{[]string{"bogus"}, 2, `there is no command "bogus"`},
		{[]string{"serve", "--bogus"}, 2, "there is no option --bogus; see eslua serve --help"},
		{[]string{"--version"}, 2, "there is no option --version; see eslua --help"},
		{[]string{"version", "x"}, 2, `version takes no arguments, got "x"`},
		{[]string{"status", "x"}, 2, `status takes no arguments, got "x"`},
		{[]string{"trace"}, 2, "trace takes the uuid of a call, or the beginning of one; eslua calls lists them"},
		{[]string{"kill", ""}, 2, "kill takes the uuid of a call"},
		{[]string{"call", "--hangup-after", "5", "a.lua"}, 2, `--hangup-after: "5" is no duration, as 500ms, 5s or 2m`},
		{[]string{"call", "a.lua", "--digits"}, 1, "there is no script a.lua"},
		{[]string{"call", "--digits"}, 2, "the option --digits needs a value; see eslua call --help"},
		{[]string{"call", "--scripts", "none", "a.lua"}, 78, `--scripts: "none" does not exist`},
		{[]string{"serve", "x"}, 2, `"x"`},
		{[]string{"call"}, 2, "needs the name of a script"},
		{[]string{"call", "--var", "x", "a.lua"}, 2, `--var "x"`},
		{[]string{"call", "--digits", "1x", "a.lua"}, 2, `--digits "1x"`},
		{[]string{"test", "--coverage", "--faults", "."}, 2, "--coverage needs a value, and --faults is an option; see eslua test --help"},
		{[]string{"call", "--var", "--trace", "a.lua"}, 2, "--var needs a value"},
		{[]string{"test", ".", "--format", "prose"}, 2, `--format "prose"`},
		{[]string{"kill", "1234", "--admin", "127.0.0.1:1"}, 1, "127.0.0.1:1"},
		{[]string{"check", "--", "--none.lua"}, 1, "there is no --none.lua"},
		{[]string{"check", "--scripts", "none"}, 2, `--scripts "none" is no directory`},
		{[]string{"check", "--sounds", "none", "."}, 2, `--sounds "none" is no directory`},
		{[]string{"check", t.TempDir()}, 2, "no scripts (*.lua) in "},
		{[]string{"call", "none.lua", "--trace"}, 1, "none.lua"},
		{[]string{"call", "none.lua"}, 1, "none.lua"},
		{[]string{"serve", "--scripts", "/no/such"}, 78, `--scripts: "/no/such" does not exist`},
		{[]string{"serve", "--scripts", ".", "--drain", "soon"}, 78, `"soon"`},
		{[]string{"serve", "--config", "/no/such.yaml"}, 78, "/no/such.yaml"},
	} {
		status, _, errs := run(t, c.args...)
		if status != c.status || !strings.Contains(errs, c.text) {
			t.Errorf("%v: status %d, %q", c.args, status, errs)
		}
	}
}

func TestHelpAndVersion(t *testing.T) {
	status, out, _ := run(t)
	for _, command := range []string{"serve", "demo", "call", "version"} {
		if status != 0 || !strings.Contains(out, command) {
			t.Errorf("status %d, %s is missing in\n%s", status, command, out)
		}
	}
	if status, out, _ := run(t, "version"); status != 0 || !strings.HasPrefix(out, "eslua ") {
		t.Errorf("status %d, %q", status, out)
	}
}

// given are the signals of a World.
func given(signals chan os.Signal) func() (<-chan os.Signal, func()) {
	return func() (<-chan os.Signal, func()) { return signals, func() {} }
}

// serve starts a server in real time and gives its address.
func serve(t *testing.T, signals chan os.Signal, args ...string) (log *enginetest.Log, addr string, status chan int) {
	t.Helper()
	return serveIn(t, cli.World{Signals: given(signals)}, args...)
}

// serveIn is serve in a world of the test's own.
func serveIn(t *testing.T, w cli.World, args ...string) (log *enginetest.Log, addr string, status chan int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") // a free port; nobody else is likely to take it within a moment
	if err != nil {
		t.Fatal(err)
	}
	addr = l.Addr().String()
	l.Close()
	log = new(enginetest.Log)
	status = make(chan int, 1)
	w.In, w.Out, w.Err, w.Env = strings.NewReader(""), io.Discard, log, func(string) (string, bool) { return "", false }
	go func() {
		status <- cli.Main(context.Background(), append([]string{"eslua", "serve", "--listen", addr, "--log-format", "json"}, args...), w)
	}()
	log.Until(t, "ready for calls", 1)
	return log, addr, status
}

func TestServeUntilASignal(t *testing.T) {
	path := script(t, `session:answer() freeswitch.consoleLog("notice", "here\n") session:sleep(600000)`)
	signals := make(chan os.Signal, 2)
	log, addr, status := serve(t, signals, "--scripts", filepath.Dir(path), "--drain", "10ms")
	sw := esltest.New(esltest.World{}, esltest.Options{})
	defer sw.Close()
	call, err := sw.Call(esltest.CallSpec{Destination: "1", Actions: []esl.Action{
		{App: "socket", Data: addr + " async full main.lua"}, {App: "set", Data: "after=yes"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	log.Until(t, `"level":"NOTICE","msg":"here"`, 1)
	signals <- syscall.SIGTERM
	if s := <-status; s != 0 {
		t.Errorf("status %d\n%s", s, log.String())
	}
	if err := call.Wait(t.Context()); err != nil || call.Variable("after") != "yes" {
		t.Errorf("the dialplan did not go on: %v", err)
	}
	for _, want := range []string{`"source":"lua"`, `"msg":"stopping","signal":"terminated","calls":1,"drain":0.01}`, `"addr":"127.0.0.1:`, `"msg":"stopped"`} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("%s is missing in\n%s", want, log.String())
		}
	}
}

// TestASecondSignalEndsAtOnce: scripts end, and calls are given back to their dialplans unless the switch does not answer, which is
// waited for in real time.
func TestASecondSignalEndsAtOnce(t *testing.T) {
	for name, tt := range map[string]struct {
		fault  *esltest.Fault
		status int
	}{
		"the switch answers":         {nil, 0},
		"the switch does not answer": {&esltest.Fault{Kind: esltest.Stall, For: time.Hour}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			path := script(t, `session:answer() print("here") session:sleep(600000)`)
			signals := make(chan os.Signal, 2)
			log, addr, status := serve(t, signals, "--scripts", filepath.Dir(path), "--drain", "1h")
			sw := esltest.New(esltest.World{}, esltest.Options{})
			defer sw.Close()
			call, err := sw.Call(esltest.CallSpec{Destination: "1", Actions: []esl.Action{
				{App: "socket", Data: addr + " async full main.lua"}, {App: "set", Data: "after=yes"},
			}})
			if err != nil {
				t.Fatal(err)
			}
			log.Until(t, `"msg":"here"`, 1)
			if tt.fault != nil {
				sw.Inject(*tt.fault)
			}
			signals <- os.Interrupt
			log.Until(t, `"msg":"stopping"`, 1)
			signals <- os.Interrupt
			if s := <-status; s != tt.status {
				t.Errorf("status %d\n%s", s, log.String())
			}
			if tt.fault != nil {
				return
			}
			if err := call.Wait(t.Context()); err != nil || call.Variable("after") != "yes" {
				t.Errorf("%v, after is %q", err, call.Variable("after"))
			}
		})
	}
}

func TestRunOriginatesOverAConnectionToTheSwitch(t *testing.T) {
	sw := esltest.New(esltest.World{Extensions: map[string][]esl.Action{"1": {{App: "answer"}, {App: "sleep", Data: "60000"}}}}, esltest.Options{})
	defer sw.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	sw.Serve(l)
	path := script(t, `
		local leg = freeswitch.Session("loopback/1/default")
		print(argv[1], leg:ready(), freeswitch.API():execute("eval", "x"))
		assert(leg:ready())`)
	status, _, errs := run(t, "run", "--esl-address", l.Addr().String(), "--esl-password", "ClueCon", path, "two words")
	if status != 0 || !strings.Contains(errs, `two words\ttrue\tx`) {
		t.Errorf("status %d\n%s", status, errs)
	}
	status, _, errs = run(t, "run", "--esl-address", l.Addr().String(), "--esl-password", "wrong-secret", path)
	if status != 1 || strings.Contains(errs, "wrong-secret") {
		t.Errorf("status %d\n%s", status, errs)
	}
}
