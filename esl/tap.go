package esl

// Traffic is something that went over a connection: commands that were sent in one write, or a frame that came.
type Traffic struct {
	// Sent are the bytes of the commands; nil for a frame. They must not be kept.
	Sent []byte
	// Frame is the frame that came.
	Frame Frame
}

// Tap has f see everything that goes over the connection from now on, in its order; nil ends that. f is called by whoever
// reads and writes, so it must not wait nor use the connection. Passwords are sent before there can be a tap.
func (c *Conn) Tap(f func(Traffic)) {
	if f == nil {
		c.tap.Store(nil)
		return
	}
	c.tap.Store(&f)
}

func (c *Conn) tapped(t Traffic) {
	if f := c.tap.Load(); f != nil {
		(*f)(t)
	}
}
