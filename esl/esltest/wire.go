package esltest

import (
	"context"
	"net"
	"sync"
	"time"

	"eslua/internal/clock"
)

// wire is one socket of the switch. One goroutine reads it and hands what came to the goroutine of the switch; another
// writes, so that a peer that does not read holds up nothing but its own connection.
type wire struct {
	sw *Switch
	nc net.Conn

	// Of the goroutine of the switch.
	in      []byte
	ended   bool // nothing more will come
	arrived func()

	mu      sync.Mutex
	out     []byte
	closing bool
	waiter  *clock.Waiter
}

// newWire takes over a connection that the clock knows. arrived is called, in the goroutine of the switch, when something
// has come.
func (sw *Switch) newWire(nc net.Conn, arrived func()) *wire {
	w := &wire{sw: sw, nc: nc, arrived: arrived, waiter: sw.clock.NewWaiter()}
	sw.wires[w] = true
	sw.group.Go(w.readLoop)
	sw.group.Go(w.writeLoop)
	return w
}

func (w *wire) readLoop() {
	buf := make([]byte, 4096)
	for {
		n, err := w.nc.Read(buf)
		data := append([]byte(nil), buf[:n]...)
		ok := w.sw.post(func() {
			w.in = append(w.in, data...)
			if err != nil {
				w.ended = true
			}
			w.arrived()
		})
		if err != nil || !ok {
			return
		}
	}
}

func (w *wire) writeLoop() {
	defer w.sw.post(func() { delete(w.sw.wires, w) })
	defer w.nc.Close()
	for {
		w.mu.Lock()
		out, closing := w.out, w.closing
		w.out = nil
		w.mu.Unlock()
		if len(out) > 0 {
			if _, err := w.nc.Write(out); err != nil {
				return
			}
			w.sw.spare.put(out)
			continue
		}
		if closing {
			return
		}
		w.waiter.Wait(context.Background(), time.Time{})
	}
}

// buffers keeps buffers that are used again: a thousand connections write at a thousand different moments.
type buffers struct {
	mu   sync.Mutex
	list [][]byte
}

const (
	maxSpare = 64 << 10 // the largest buffer that is kept
	spares   = 64       // how many are
)

func (b *buffers) take() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := len(b.list) - 1
	if n < 0 {
		return make([]byte, 0, 8<<10)
	}
	buf := b.list[n]
	b.list = b.list[:n]
	return buf
}

func (b *buffers) put(buf []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if cap(buf) <= maxSpare && len(b.list) < spares {
		b.list = append(b.list, buf[:0])
	}
}

// write sends the parts of a message, later. It keeps none of them.
func (w *wire) write(parts ...[]byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closing {
		return
	}
	if w.out == nil {
		w.out = w.sw.spare.take()
	}
	for _, b := range parts {
		w.out = append(w.out, b...)
	}
	w.waiter.Wake()
}

// full tells that the peer does not read: what was written piles up.
func (w *wire) full() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.out) > 1<<20
}

// close closes the connection when all is written; cut closes it at once.
func (w *wire) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closing = true
	w.waiter.Wake()
}

func (w *wire) cut() {
	w.mu.Lock()
	w.closing = true
	w.out = nil
	w.mu.Unlock()
	w.nc.Close()
	w.waiter.Wake()
}
