package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"sync/atomic"

	"eslua/esl"
)

// eslua is package esl, used as its documentation says.
type eslua struct{}

func (eslua) events(addr string, event func(name, id, state string)) error {
	ctx := context.Background()
	c, err := esl.Dial(ctx, addr, esl.Login{Password: "ClueCon"}, esl.Options{Queue: esl.QueueLimits{Events: 1 << 20}})
	if err != nil {
		return err
	}
	if _, err := c.Send(ctx, esl.Subscribe(esl.Plain, []string{"ALL"})); err != nil {
		return err
	}
	for {
		m, err := c.Recv(ctx)
		if err != nil {
			return err
		}
		event(m.Event.Name(), m.Event.Get("Unique-ID"), m.Event.Get("Channel-State"))
	}
}

func (eslua) serve(addr string, call func(execute func() error)) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	var ids atomic.Uint64
	s := &esl.Server{Log: slog.New(slog.DiscardHandler), Handler: func(ctx context.Context, c *esl.Conn) {
		if _, err := c.Connect(ctx); err != nil {
			panic(err)
		}
		call(func() error {
			a, err := c.Execute(esl.Execute{App: "set", Arg: "a=b", Lock: true, UUID: id(ids.Add(1))})
			if err != nil {
				return err
			}
			_, err = a.Wait(ctx)
			for ok := true; ok; { // all events come here, too
				_, ok = c.TryRecv()
			}
			return err
		})
		c.Send(ctx, esl.Exit()) // the connection may be gone
	}}
	return s.Serve(context.Background(), l)
}

// id is the n-th id of an application, as long as the placeholder.
func id(n uint64) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }
