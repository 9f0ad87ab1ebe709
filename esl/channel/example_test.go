package channel_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"eslua/esl"
	"eslua/esl/channel"
	"eslua/esl/esltest"
)

// A handler asks for an extension and connects the caller with it. Here a simulated switch calls it; in a program it is the
// Handler of an esl.Server, which listens on the address of the dialplan's socket application.
func Example() {
	connect := func(ctx context.Context, conn *esl.Conn) {
		call, err := channel.Accept(ctx, conn, channel.Options{})
		if err != nil {
			log.Print(err)
			return
		}
		defer call.End(ctx) // the dialplan goes on with what stands behind socket
		leg := call.Leg()
		fmt.Println("call from", call.Hello().Get("Caller-Caller-ID-Number"))
		if _, err := leg.Answer(ctx); err != nil {
			log.Print(err) // channel.ErrHangup, say
			return
		}
		number, err := leg.PlayAndGetDigits(ctx, channel.Prompted{
			Read:  channel.Read{Min: 3, Max: 3, Prompt: "extension.wav", Timeout: 5 * time.Second},
			Tries: 3, BadInput: "wrong.wav", Regex: `^1\d\d$`,
		})
		if err != nil || number == "" {
			fmt.Println("no extension:", err)
			return
		}
		if _, err := leg.Execute(ctx, channel.Exec{App: "bridge", Arg: "user/" + number}); err != nil {
			fmt.Println(err)
		}
		disposition, _, _ := leg.Get(ctx, "originate_disposition")
		fmt.Println(number, disposition)
	}

	ck, release := esltest.Virtual()
	defer release()
	pipes := esltest.NewPipeListener()
	sw := esltest.New(esltest.World{
		AnySound:  2 * time.Second,
		Endpoints: map[string]string{"user/101": "ada"},
		Extensions: map[string][]esl.Action{
			"1000": {{App: "socket", Data: "127.0.0.1:8084 async full"}},
			"ada":  {{App: "answer"}, {App: "sleep", Data: "10000"}},
		},
	}, esltest.Options{Clock: ck, Dial: pipes.Dial})
	defer sw.Close()
	server := &esl.Server{Handler: connect, Options: esl.Options{Clock: ck}}
	ck.Go(func() { server.Serve(context.Background(), pipes) })

	call, err := sw.Call(esltest.CallSpec{Destination: "1000", CallerNumber: "4711"})
	if err != nil {
		log.Fatal(err)
	}
	sw.After(time.Second)
	call.Press("101")
	if err := call.Wait(context.Background()); err != nil {
		log.Fatal(err)
	}
	server.Shutdown(context.Background())
	// Output:
	// call from 4711
	// 101 SUCCESS
}
