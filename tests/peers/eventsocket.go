package main

import (
	"sync/atomic"

	"github.com/fiorix/go-eventsocket/eventsocket"
)

// eventsocketLibrary is github.com/fiorix/go-eventsocket, used as its examples do. It has no way to wait for a completion:
// its user reads the events.
type eventsocketLibrary struct{}

func (eventsocketLibrary) events(addr string, event func(name, id, state string)) error {
	c, err := eventsocket.Dial(addr, "ClueCon")
	if err != nil {
		return err
	}
	if _, err := c.Send("event plain ALL"); err != nil {
		return err
	}
	for {
		ev, err := c.ReadEvent()
		if err != nil {
			return err
		}
		event(ev.Get("Event-Name"), ev.Get("Unique-Id"), ev.Get("Channel-State"))
	}
}

func (eventsocketLibrary) serve(addr string, run func(execute func() error)) error {
	var ids atomic.Uint64
	return eventsocket.ListenAndServe(addr, func(c *eventsocket.Connection) {
		defer c.Close()
		if _, err := c.Send("connect"); err != nil {
			panic(err)
		}
		run(func() error {
			app := id(ids.Add(1))
			if _, err := c.SendMsg(eventsocket.MSG{
				"call-command": "execute", "execute-app-name": "set", "execute-app-arg": "a=b", "event-lock": "true", "event-uuid": app,
			}, "", ""); err != nil {
				return err
			}
			for {
				ev, err := c.ReadEvent()
				if err != nil {
					return err
				}
				if ev.Get("Event-Name") == "CHANNEL_EXECUTE_COMPLETE" && ev.Get("Application-Uuid") == app {
					return nil
				}
			}
		})
	})
}
