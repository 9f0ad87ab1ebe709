package clock

import (
	"net"
	"time"
)

// outside is a connection that leads out of this process, to where nobody knows of the clock. While somebody reads from
// it the clock goes no faster than real time, so that an answer has the time that it needs. Deadlines of the connection have
// no effect, as those of conn.
type outside struct {
	net.Conn
	v *Virtual
}

func (c *outside) Read(p []byte) (int, error) {
	c.v.leave()
	defer c.v.enter()
	return c.Conn.Read(p)
}

func (c *outside) SetDeadline(time.Time) error      { return nil }
func (c *outside) SetReadDeadline(time.Time) error  { return nil }
func (c *outside) SetWriteDeadline(time.Time) error { return nil }

// leave gives a hold back for the time that its owner waits for what is outside.
func (v *Virtual) leave() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.away++
	v.release(1)
}

// enter ends what leave began.
func (v *Virtual) enter() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.unpace()
	v.away--
	v.holds++
}

// pace has the clock reach the time at which the next waiter is due no sooner than real time does. v.mu is locked.
func (v *Virtual) pace(d time.Duration) {
	var t *time.Timer
	t = time.AfterFunc(d, func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		if v.pacing == t {
			v.pacing = nil
			if v.holds == 0 {
				v.advance()
			}
		}
	})
	v.pacing, v.paced = t, time.Now()
}

// unpace ends what pace began, at the time that it is by then. v.mu is locked.
func (v *Virtual) unpace() {
	if v.pacing == nil {
		return
	}
	v.pacing.Stop()
	v.pacing = nil
	now := v.now.Add(time.Since(v.paced))
	if len(v.due) > 0 && now.After(v.due[0].due) {
		now = v.due[0].due
	}
	if now.After(v.now) {
		v.now = now
	}
}
