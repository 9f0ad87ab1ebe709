package esltest_test

import (
	"context"
	"fmt"
	"time"

	"eslua/esl"
	"eslua/esl/channel"
	"eslua/esl/esltest"
)

// An application that greets its caller and asks for a number is tested without a switch, without sockets and in no time,
// though the caller takes five seconds.
func Example() {
	ck, release := esltest.Virtual()
	defer release()
	pipes := esltest.NewPipeListener()
	sw := esltest.New(esltest.World{
		Sounds: map[string]time.Duration{"welcome.wav": 3 * time.Second},
		Extensions: map[string][]esl.Action{
			"1000": {{App: "socket", Data: "127.0.0.1:8084 async full"}, {App: "hangup", Data: "USER_BUSY"}},
		},
	}, esltest.Options{Clock: ck, Dial: pipes.Dial})
	defer sw.Close()

	server := &esl.Server{
		Options: esl.Options{Clock: ck},
		Handler: func(ctx context.Context, conn *esl.Conn) {
			c, err := channel.Accept(ctx, conn, channel.Options{})
			if err != nil {
				fmt.Println(err)
				return
			}
			defer c.End(ctx)
			leg := c.Leg()
			leg.Answer(ctx)
			leg.Play(ctx, "welcome.wav", 0, channel.Input{})
			leg.Execute(ctx, channel.Exec{App: "read", Arg: "1 4 silence number 5000 #", GiveDigits: true})
			number, _, _ := leg.Get(ctx, "number")
			leg.Set(ctx, "entered", number)
		},
	}
	served := make(chan error)
	ck.Go(func() { served <- server.Serve(context.Background(), pipes) }) // with go the clock would not know of it

	call, err := sw.Call(esltest.CallSpec{Destination: "1000", CallerNumber: "4711"})
	if err != nil {
		fmt.Println(err)
		return
	}
	began := ck.Now()
	sw.After(5 * time.Second)
	call.Press("42#")
	call.Wait(context.Background())
	for _, h := range call.Heard() {
		fmt.Println("heard", h.What)
	}
	fmt.Println("entered", call.Variable("entered"))
	fmt.Println("ended with", call.Cause(), "after", ck.Now().Sub(began).Round(time.Second))
	server.Shutdown(context.Background())
	fmt.Println(<-served)
	// Output:
	// heard /welcome.wav
	// entered 42
	// ended with USER_BUSY after 5s
	// esl: server closed
}
