package esltest

import (
	"net"
	"time"
)

// Serve accepts event socket connections to the switch from ln, as its own listener on port 8021 does, until the switch is
// closed. It returns at once.
func (sw *Switch) Serve(ln net.Listener) {
	ln = sw.clock.Listener(ln)
	sw.group.Go(func() {
		for {
			nc, err := ln.Accept()
			if err != nil {
				return
			}
			if !sw.post(func() { sw.accept(nc) }) {
				nc.Close()
			}
		}
	})
	sw.group.Go(func() {
		sw.clock.NewWaiter().Wait(sw.ctx, time.Time{})
		ln.Close()
	})
}

// accept greets a connection from outside.
func (sw *Switch) accept(nc net.Conn) {
	l := sw.newListener()
	l.full = true
	l.conn = sw.newWire(nc, l.wake)
	sw.spawn(l.run)
}
