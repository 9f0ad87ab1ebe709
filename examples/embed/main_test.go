package main

import (
	"context"
	"net"
	"testing"
	"time"

	"eslua/esl"
	"eslua/esl/esltest"
)

func TestACallThroughTheProgram(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- serve(ctx, address, "scripts") }()
	for listens := false; !listens; {
		select {
		case err := <-served:
			t.Fatal(err)
		case <-time.After(time.Millisecond):
		}
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			listens = true
		}
	}
	sw := esltest.New(esltest.World{Sounds: map[string]time.Duration{"welcome.wav": 50 * time.Millisecond}}, esltest.Options{})
	defer sw.Close()
	call, err := sw.Call(esltest.CallSpec{Destination: "1", CallerNumber: "1002", Actions: []esl.Action{
		{App: "socket", Data: address + " async full main.lua"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := call.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := call.Variable("customer"); got != "Grace" {
		t.Errorf("customer %q", got)
	}
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
}
