package channel

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"eslua/esl"
)

// Originate says which leg Call.Originate makes.
type Originate struct {
	// Dial is a dial string, as user/1000 or {leg_timeout=10}sofia/gateway/gw/123.
	Dial string
	// Timeout is how long it may ring; 0 is 60 seconds.
	Timeout time.Duration
	// For is the leg that it is made for: when that is hung up the attempt is given up. Nil is none.
	For *Leg
}

// OriginateError is why no leg was made.
type OriginateError struct {
	// Cause is the name of a hang-up cause, as USER_BUSY.
	Cause string
}

func (e *OriginateError) Error() string { return "channel: originate: " + e.Cause }

// Originate dials and waits until a leg answers or has media; it is parked then and belongs to the call, whose connection
// controls it. The error of an attempt that failed is an *OriginateError. It needs a connection in full mode.
func (c *Call) Originate(ctx context.Context, o Originate) (*Leg, error) {
	if strings.TrimSpace(o.Dial) == "" {
		return nil, &OriginateError{esl.CauseDestinationOutOfOrder.String()}
	}
	// A leg whose id we chose could be given up by it, but a user with two telephones has two legs, which can not both have it.
	out, err := c.API(ctx, "create_uuid", "")
	if err != nil {
		return nil, err
	}
	attempt := strings.TrimSpace(out)
	if attempt == "" || strings.ContainsAny(attempt, " ,") { // to give up such an attempt would hang up all channels of the switch
		return nil, fmt.Errorf("channel: originate: create_uuid gives %q", out)
	}
	arg := word(o.marked(attempt)) + " &park()"
	if o.Timeout > 0 {
		arg += fmt.Sprintf(" XML default undef undef %d", max(int(o.Timeout/time.Second), 1))
	}
	job, err := c.BgAPI(ctx, "originate", arg)
	if err != nil {
		return nil, err
	}
	if out, err = c.ringing(ctx, job, attempt, o.For); err != nil {
		c.abandon(attempt)
		return nil, err
	}
	made, ok := strings.CutPrefix(strings.TrimSpace(out), "+OK ")
	if !ok {
		cause := strings.TrimSpace(strings.TrimPrefix(out, "-ERR "))
		o.For.disposition(ctx, cause)
		return nil, &OriginateError{cause}
	}
	o.For.disposition(ctx, "SUCCESS")
	leg, err := c.Attach(ctx, made)
	if err != nil { // it would stay parked
		c.conn.Start(esl.API("uuid_kill", made+" "+esl.CauseOriginatorCancel.String())) // that it fails means that the connection has ended
	}
	return leg, err
}

// attemptVariable is what all legs of an attempt have in common.
const attemptVariable = "eslua_attempt"

// marked is the dial string with what we add to it: which attempt its legs belong to, and who they are for.
func (o *Originate) marked(attempt string) string {
	vars := attemptVariable + "=" + attempt
	if o.For != nil {
		vars += ",originator=" + o.For.uuid
	}
	dial := strings.TrimLeft(o.Dial, " ")
	if strings.HasPrefix(dial, "<") || strings.Contains(dial, ":_:") {
		return "<" + vars + ">" + dial // braces would hold for the first of the attempts that are made side by side
	}
	return "{" + vars + "}" + dial
}

// cancel gives up the legs of an attempt that there are.
func (c *Call) cancel(attempt string) {
	c.conn.Start(esl.API("hupall", hupall(attempt))) // that it fails means that the connection has ended
}

// abandon gives up an attempt whose end nobody waits for. The switch dials the next leg of the dial string then, which nobody would take
// either, and the connection may have ended by that time: so the switch itself is told to give up again, up to the longest time that
// a leg rings by default.
func (c *Call) abandon(attempt string) {
	c.cancel(attempt)
	for _, seconds := range []string{"2", "10", "60"} {
		c.conn.Start(esl.API("sched_api", "+"+seconds+" none hupall "+hupall(attempt)))
	}
}

// hupall is the argument of that command for the legs of an attempt.
func hupall(attempt string) string {
	return esl.CauseOriginatorCancel.String() + " " + attemptVariable + " " + attempt
}

// maxCancelPause is the longest time between two tries to give up an attempt.
const maxCancelPause = time.Second

// ringing waits for the end of an attempt, and gives it up when the leg that it is for has gone. For a leg that is given up the switch
// dials the next one of the dial string, so that it takes as many tries as that has parts.
func (c *Call) ringing(ctx context.Context, job *Job, attempt string, by *Leg) (string, error) {
	ended := func() bool { return job.done != nil || job.failure() != nil }
	if by != nil {
		err := c.wait(ctx, never, func() bool { return ended() || by.gone() != nil })
		for pause := 50 * time.Millisecond; err == nil && !ended(); pause = min(2*pause, maxCancelPause) {
			c.cancel(attempt)
			if err = c.wait(ctx, c.after(pause), ended); err == ErrTimeout {
				err = nil
			}
		}
	}
	return job.Wait(ctx)
}

// disposition notes on the leg how an attempt made for it ended.
func (l *Leg) disposition(ctx context.Context, how string) {
	if l != nil {
		l.Set(ctx, "originate_disposition", how)
	}
}

// release lets go of a leg that the switch has nothing more to say about. A script may make any number of them, and the switch
// would ask each of their filters about each event.
func (c *Call) release(l *Leg) {
	delete(c.legs, l.uuid)
	c.unfollow(l.uuid)
}

// ErrNoSuchChannel: there is no channel of that id.
var ErrNoSuchChannel = errors.New("no such channel")

// Attach takes a channel of the switch under control, by its id. It must be in a state in which it takes orders: parked,
// playing, bridged. It needs a connection in full mode.
func (c *Call) Attach(ctx context.Context, uuid string) (*Leg, error) {
	if l := c.legs[uuid]; l != nil && l.gone() == nil {
		return l, nil
	}
	if uuid == "" || strings.ContainsAny(uuid, " \r\n\x00") {
		return nil, ErrNoSuchChannel
	}
	filter, err := c.follow(uuid)
	if err != nil {
		return nil, fmt.Errorf("channel: attach %s: %w", uuid, err)
	}
	out, err := c.API(ctx, "uuid_dump", uuid+" json") // the plain form encodes nothing
	if err == nil {
		err = filter.refusal()
	}
	if err != nil {
		c.unfollow(uuid)
		return nil, fmt.Errorf("channel: attach %s: %w", uuid, err)
	}
	data, err := esl.ParseJSON([]byte(out))
	if err != nil || data.Get("Unique-ID") != uuid {
		c.unfollow(uuid)
		return nil, ErrNoSuchChannel
	}
	l := newLeg(c, uuid, data)
	c.legs[uuid] = l
	return l, nil
}
