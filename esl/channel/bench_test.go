package channel_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"eslua/esl"
	"eslua/esl/channel"
	"eslua/esl/esltest"
	"eslua/internal/clock"
)

// BenchmarkCalls is a thousand simulated calls at once, each answered, played a file of three seconds, asked for a variable
// and hung up, in memory and by a virtual clock. Each iteration is one such thousand.
func BenchmarkCalls(b *testing.B) {
	const atOnce = 1000
	ck, release := esltest.Virtual()
	defer release()
	pipes := esltest.NewPipeListener()
	sw := esltest.New(esltest.World{
		Sounds:     map[string]time.Duration{"welcome.wav": 3 * time.Second},
		Extensions: map[string][]esl.Action{"test": {{App: "socket", Data: "127.0.0.1:8084 async full"}}},
	}, esltest.Options{Clock: ck, Dial: pipes.Dial})
	defer sw.Close()
	var good atomic.Int64
	server := &esl.Server{
		Options: esl.Options{Clock: ck},
		Handler: func(ctx context.Context, conn *esl.Conn) {
			c, err := channel.Accept(ctx, conn, channel.Options{})
			if err != nil {
				b.Error(err)
				return
			}
			l := c.Leg()
			answered, _ := l.Answer(ctx)
			played, _ := l.Play(ctx, "welcome.wav", 0, channel.Input{})
			number, _, _ := l.Get(ctx, "destination_number")
			if answered && played == channel.Played && number == "test" {
				good.Add(1)
			}
			l.Hangup("")
			c.End(ctx)
		},
	}
	serving := clock.NewGroup(ck)
	serving.Go(func() { server.Serve(context.Background(), pipes) })
	defer func() {
		server.Shutdown(context.Background())
		serving.Wait(context.Background())
	}()

	calls := make([]*esltest.Call, atOnce)
	b.ReportAllocs()
	for b.Loop() {
		for i := range calls {
			var err error
			if calls[i], err = sw.Call(esltest.CallSpec{Destination: "test"}); err != nil {
				b.Fatal(err)
			}
		}
		for _, c := range calls {
			if err := c.Wait(context.Background()); err != nil {
				b.Fatal(err)
			}
		}
	}
	if want := int64(b.N * atOnce); good.Load() != want {
		b.Errorf("%d calls went as they should, want %d", good.Load(), want)
	}
	b.ReportMetric(float64(b.N*atOnce)/b.Elapsed().Seconds(), "calls/s")
}
