package esl_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log"
	"net"
	"time"

	"eslua/esl"
)

// A handler that answers the call, plays a greeting and lets the dialplan go on.
func ExampleServer() {
	greet := func(ctx context.Context, c *esl.Conn) {
		call, err := c.Connect(ctx)
		if err != nil {
			log.Print(err)
			return
		}
		fmt.Println("call from", call.Get("Caller-Caller-ID-Number"))
		if _, err := c.Send(ctx, esl.MyEvents(esl.Plain)); err != nil {
			log.Print(err)
			return
		}
		for _, step := range []esl.Execute{
			{App: "answer"},
			{App: "playback", Arg: "ivr/greeting.wav"},
		} {
			step.UUID = rand.Text()
			running, err := c.Execute(step)
			if err != nil {
				log.Print(err)
				return
			}
			done, err := running.Wait(ctx)
			if err != nil { // the caller has hung up, say
				log.Print(err)
				return
			}
			fmt.Println(step.App, "answered", done.Get("Application-Response"))
		}
		for m, ok := c.TryRecv(); ok; m, ok = c.TryRecv() {
			if m.Event != nil && m.Event.Name() == "DTMF" {
				fmt.Println("the caller pressed", m.Event.Get("DTMF-Digit"))
			}
		}
		c.Send(ctx, esl.Exit()) // the dialplan goes on with the action behind socket
	}

	l, err := net.Listen("tcp", "127.0.0.1:0") // the switch's default is port 8084
	if err != nil {
		log.Fatal(err)
	}
	server := &esl.Server{Handler: greet}
	go server.Serve(context.Background(), l)

	callFromSwitch(l.Addr().String()) // what the switch does for each call

	if err := server.Shutdown(context.Background()); err != nil {
		log.Fatal(err)
	}
	// Output:
	// call from 1001
	// answer answered _none_
	// playback answered FILE PLAYED
	// the caller pressed 5
}

// A client that runs a command and follows what happens on the switch. It connects again when the switch is restarted.
func ExampleClient() {
	addr := listenAsSwitch() // "127.0.0.1:8021" for a real one

	client := esl.NewClient(esl.ClientConfig{
		Addr:  addr,
		Login: esl.Login{Password: "ClueCon"},
	})
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()

	version, err := client.API(ctx, "version", "")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(version)

	calls, err := client.Subscribe(ctx, esl.Interest{Events: []string{"CHANNEL_CREATE", "CHANNEL_HANGUP_COMPLETE"}})
	if err != nil {
		log.Fatal(err)
	}
	defer calls.Close()
	for range 2 {
		d, err := calls.Recv(ctx)
		if err != nil {
			log.Fatal(err)
		}
		if d.Gap != nil { // the connection was lost, or we were too slow
			fmt.Println("events may be missing since", d.Gap.From)
			continue
		}
		fmt.Println(d.Event.Get("Channel-Name"), d.Event.Name())
	}
	// Output:
	// FreeSWITCH Version 1.11.3
	// sofia/internal/1001 CHANNEL_CREATE
	// sofia/internal/1001 CHANNEL_HANGUP_COMPLETE
}

// One connection to the switch, used for one job in the background.
func ExampleDial() {
	addr := listenAsSwitch() // "127.0.0.1:8021" for a real one

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	c, err := esl.Dial(ctx, addr, esl.Login{Password: "ClueCon"}, esl.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Send(ctx, esl.Subscribe(esl.Plain, []string{"BACKGROUND_JOB"})); err != nil {
		log.Fatal(err)
	}
	job, err := c.BgAPI(rand.Text(), "originate", "user/1001 &park()")
	if err != nil {
		log.Fatal(err)
	}
	output, err := job.Output(ctx) // ends with a *esl.ReplyError when the switch says -ERR
	fmt.Printf("%q %v\n", output, err)
	// Output:
	// "-ERR USER_BUSY\n" esl: the switch answered "-ERR USER_BUSY"
}
