package channel_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"eslua/esl"
	"eslua/esl/channel"
	"eslua/esl/esltest"
	"eslua/internal/clock"
)

// lab is a simulated switch and a server whose handler gets the calls to extension "test".
type lab struct {
	*testing.T
	clock clock.Clock
	sw    *esltest.Switch
	began time.Time
	serve func(ctx context.Context, c *channel.Call)
	lost  bool // the connection is cut or harmed by the test

	mu   sync.Mutex
	errs []error
}

// newLab makes a lab. mode is what stands behind the address in the dialplan, as "async full". serve gets each call after
// its hello; the lab ends it.
func newLab(t *testing.T, mode string, serve func(ctx context.Context, c *channel.Call)) *lab {
	t.Helper()
	return newLabOf(t, mode, esl.Options{}, serve)
}

// newLabOf makes one whose connections have options.
func newLabOf(t *testing.T, mode string, options esl.Options, serve func(ctx context.Context, c *channel.Call)) *lab {
	t.Helper()
	ck, release := esltest.Virtual()
	l := &lab{T: t, clock: ck, began: ck.Now(), serve: serve}
	pipes := esltest.NewPipeListener()
	world := esltest.World{
		Sounds: map[string]time.Duration{"welcome.wav": 2 * time.Second, "again.wav": time.Second, "long.wav": time.Minute},
		Extensions: map[string][]esl.Action{
			"test": {
				{App: "set", Data: "before=yes"},
				{App: "socket", Data: "127.0.0.1:8084 " + mode},
				{App: "set", Data: "after=yes"},
			},
			"stays":     {{App: "answer"}, {App: "sleep", Data: "40000"}},
			"rings":     {{App: "ring_ready"}, {App: "sleep", Data: "30000"}},
			"elsewhere": {{App: "set", Data: "elsewhere=yes"}, {App: "answer"}, {App: "sleep", Data: "500"}},
		},
	}
	l.sw = esltest.New(world, esltest.Options{Clock: ck, Dial: pipes.Dial})
	options.Clock = ck
	server := &esl.Server{
		Options: options,
		Handler: func(ctx context.Context, conn *esl.Conn) {
			c, err := channel.Accept(ctx, conn, channel.Options{})
			if err != nil {
				if !l.lost {
					l.fail(err)
				}
				return
			}
			l.serve(ctx, c)
			if err := c.End(context.Background()); err != nil && !l.lost {
				l.fail(err)
			}
		},
	}
	serving := clock.NewGroup(ck)
	serving.Go(func() { server.Serve(context.Background(), pipes) })
	t.Cleanup(func() {
		server.Shutdown(context.Background())
		serving.Wait(context.Background())
		l.sw.Close()
		release()
		for _, err := range l.errs {
			t.Error(err)
		}
	})
	return l
}

func (l *lab) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.errs = append(l.errs, err)
}

// call places a call to the extension.
func (l *lab) call() *esltest.Call {
	l.Helper()
	c, err := l.sw.Call(esltest.CallSpec{Destination: "test"})
	if err != nil {
		l.Fatal(err)
	}
	return c
}

// finish waits until the call is gone.
func (l *lab) finish(c *esltest.Call) {
	l.Helper()
	if err := c.Wait(context.Background()); err != nil {
		l.Fatal(err)
	}
}

var modes = []string{"async full", "async", "full", ""}
