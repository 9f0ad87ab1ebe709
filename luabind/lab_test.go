package luabind_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"eslua/esl"
	"eslua/esl/channel"
	"eslua/esl/esltest"
	"eslua/internal/clock"
	"eslua/luabind"
	"eslua/luabind/vm"
)

// lab is a simulated switch whose extension "test" is served by a script.
type lab struct {
	*testing.T
	sw *esltest.Switch

	mu   sync.Mutex
	logs []luabind.LogLine
	err  error // of the script
	opts luabind.Options
	json func(arg string) string // the switch's command json
	made []*esl.Conn             // by the scripts, to the event socket
}

func newLab(t *testing.T, mode, script string) *lab {
	t.Helper()
	ck, release := esltest.Virtual()
	l := &lab{T: t}
	lib := luabind.NewLibrary()
	chunk, err := vm.Compile("test.lua", script)
	if err != nil {
		t.Fatal(err)
	}
	pipes := esltest.NewPipeListener()
	l.sw = esltest.New(esltest.World{
		Sounds: map[string]time.Duration{"welcome.wav": 2 * time.Second, "again.wav": time.Second, "long.wav": time.Minute},
		Extensions: map[string][]esl.Action{
			"test":      {{App: "set", Data: "greeting=hello"}, {App: "socket", Data: "127.0.0.1:8084 " + mode}, {App: "set", Data: "after=yes"}},
			"elsewhere": {{App: "set", Data: "elsewhere=yes"}, {App: "answer"}, {App: "sleep", Data: "500"}},
			"agent":     {{App: "answer"}, {App: "sleep", Data: "5000"}},
			"busy":      {{App: "hangup", Data: "USER_BUSY"}},
		},
		Globals:   map[string]string{"site": "north"},
		Directory: []esltest.User{{Name: "ops", Domain: "example.com", ESL: esltest.ESLRights{Password: "secret", API: []string{"echo"}}}},
		Phrases:   map[string][]esltest.PhraseAction{"confirm": {{Function: "play-file", Data: "again.wav"}}},
	}, esltest.Options{Clock: ck, Dial: pipes.Dial, Commands: map[string]func(esltest.Command) string{
		"json": func(c esltest.Command) string { return l.json(c.Arg) },
	}})
	server := &esl.Server{Options: esl.Options{Clock: ck}, Handler: func(ctx context.Context, conn *esl.Conn) {
		call, err := channel.Accept(ctx, conn, channel.Options{})
		if err != nil {
			t.Error(err)
			return
		}
		opts := l.opts
		opts.Call, opts.Args, opts.Log = call, []string{"test.lua"}, l.log
		s := lib.New(opts)
		defer s.Close()
		l.err = s.Run(ctx, chunk)
		call.End(context.Background())
	}}
	serving := clock.NewGroup(ck)
	serving.Go(func() { server.Serve(context.Background(), pipes) })
	t.Cleanup(func() {
		server.Shutdown(context.Background())
		serving.Wait(context.Background())
		l.sw.Close()
		release()
	})
	return l
}

func (l *lab) log(line luabind.LogLine) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.logs = append(l.logs, line)
}

func (l *lab) call() *esltest.Call {
	l.Helper()
	c, err := l.sw.Call(esltest.CallSpec{Destination: "test", CallerNumber: "1001"})
	if err != nil {
		l.Fatal(err)
	}
	return c
}

// sendEvent fires an event on another connection to the switch.
func (l *lab) sendEvent(name string, headers ...esl.Header) {
	l.Helper()
	ctx := context.Background()
	pipes := esltest.NewPipeListener()
	l.sw.Serve(pipes)
	nc, err := pipes.Dial(ctx, "")
	if err != nil {
		l.Fatal(err)
	}
	conn, err := esl.NewInbound(ctx, l.sw.Clock().Conn(nc), esl.Login{Password: "ClueCon"}, esl.Options{Clock: l.sw.Clock()})
	if err != nil {
		l.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Send(ctx, esl.SendEvent(name, headers, "")); err != nil {
		l.Fatal(err)
	}
}

// printed is what the script has written, line by line, without tracebacks.
func (l *lab) printed() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var lines []string
	for _, line := range l.logs {
		text, _, _ := strings.Cut(line.Text, "\nstack traceback")
		lines = append(lines, text)
	}
	return strings.Join(lines, "\n")
}

// run places a call, does what far says with it and waits for its end. It compares what the script has printed.
func run(t *testing.T, mode, script, want string, far func(l *lab, c *esltest.Call)) (*lab, *esltest.Call) {
	t.Helper()
	l := newLab(t, mode, script)
	c := l.call()
	if far != nil {
		far(l, c)
	}
	if err := c.Wait(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := l.printed(); got != want {
		t.Errorf("printed\n%s\nwant\n%s\nerror %v", got, want, l.err)
	}
	return l, c
}
