package esl

import "slices"

// Traffic is something that went over a connection: commands that were sent in one write, or a frame that came.
type Traffic struct {
	// Sent are the bytes of the commands; nil for a frame. They must not be kept.
	Sent []byte
	// Frame is the frame that came.
	Frame Frame
}

// Tap has f see everything that goes over the connection from now on, in its order, until stop is called. f is called by whoever
// reads and writes, so it must not wait nor use the connection. Passwords are sent before there can be a tap. Several may see it.
func (c *Conn) Tap(f func(Traffic)) (stop func()) {
	c.changeTaps(func(taps []*func(Traffic)) []*func(Traffic) { return append(taps, &f) })
	return func() {
		c.changeTaps(func(taps []*func(Traffic)) []*func(Traffic) {
			return slices.DeleteFunc(taps, func(t *func(Traffic)) bool { return t == &f })
		})
	}
}

// changeTaps puts another list of taps in the place of the present one, which whoever reads or writes may be looking at.
func (c *Conn) changeTaps(change func([]*func(Traffic)) []*func(Traffic)) {
	for {
		old := c.taps.Load()
		var taps []*func(Traffic)
		if old != nil {
			taps = slices.Clone(*old)
		}
		taps = change(taps)
		if c.taps.CompareAndSwap(old, &taps) {
			return
		}
	}
}

func (c *Conn) tapped(t Traffic) {
	if taps := c.taps.Load(); taps != nil {
		for _, f := range *taps {
			(*f)(t)
		}
	}
}
