package main

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/percipia/eslgo"
	"github.com/percipia/eslgo/command"
	"github.com/percipia/eslgo/command/call"
)

// eslgoLibrary is github.com/percipia/eslgo, used as its examples do.
type eslgoLibrary struct{}

func (eslgoLibrary) events(addr string, event func(name, id, state string)) error {
	opts := eslgo.DefaultInboundOptions
	opts.Logger = nil
	c, err := opts.Dial(addr)
	if err != nil {
		return err
	}
	c.RegisterEventListener(eslgo.EventListenAll, func(ev *eslgo.Event) {
		event(ev.GetName(), ev.GetHeader("Unique-ID"), ev.GetHeader("Channel-State"))
	})
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if _, err := c.SendCommand(ctx, command.Event{Format: "plain", Listen: []string{"ALL"}}); err != nil {
		return err
	}
	select {}
}

func (eslgoLibrary) serve(addr string, run func(execute func() error)) error {
	var ids atomic.Uint64
	opts := eslgo.DefaultOutboundOptions
	opts.Logger = nil
	opts.ConnectTimeout = time.Minute
	return opts.ListenAndServe(addr, func(ctx context.Context, c *eslgo.Conn, _ *eslgo.RawResponse) {
		run(func() error {
			app := id(ids.Add(1))
			done := make(chan bool)
			listener := c.RegisterEventListener(app, func(ev *eslgo.Event) {
				if ev.GetName() == "CHANNEL_EXECUTE_COMPLETE" {
					close(done)
				}
			})
			defer c.RemoveEventListener(app, listener)
			if _, err := c.SendCommand(ctx, &call.Execute{AppName: "set", AppArgs: "a=b", AppUUID: app, Sync: true}); err != nil {
				return err
			}
			<-done
			return nil
		})
		c.ExitAndClose()
	})
}
