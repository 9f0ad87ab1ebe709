package channel

import (
	"context"
	"errors"
	"fmt"
	"strconv"
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
	dial, uuid := o.Dial, ""
	if single(dial) {
		// A leg whose id is known can be given up while it rings, and no event of it is missed.
		out, err := c.API(ctx, "create_uuid", "")
		if err != nil {
			return nil, err
		}
		uuid = strings.TrimSpace(out)
		if _, err := c.follow(uuid); err != nil { // that the switch refuses it is seen when the leg is attached
			return nil, fmt.Errorf("channel: originate: %w", err)
		}
	}
	if vars := originateVariables(uuid, o.For); vars != "" {
		dial = vars + dial
	}
	arg := word(dial) + " &park()"
	if o.Timeout > 0 {
		arg += fmt.Sprintf(" XML default undef undef %d", max(int(o.Timeout/time.Second), 1))
	}
	job, err := c.BgAPI(ctx, "originate", arg)
	if err != nil {
		return nil, err
	}
	out, err := c.ringing(ctx, job, uuid, o.For)
	if err != nil {
		if uuid != "" { // nobody would take the leg
			c.kill(uuid)
			c.unfollow(uuid)
		}
		return nil, err
	}
	made, ok := strings.CutPrefix(strings.TrimSpace(out), "+OK ")
	if !ok {
		if uuid != "" {
			c.unfollow(uuid)
		}
		cause := strings.TrimSpace(strings.TrimPrefix(out, "-ERR "))
		o.For.disposition(ctx, cause)
		return nil, &OriginateError{cause}
	}
	o.For.disposition(ctx, "SUCCESS")
	leg, err := c.Attach(ctx, made)
	if err != nil {
		c.kill(made) // else it stayed parked
	}
	return leg, err
}

// kill gives up a leg that was made and that nobody takes.
func (c *Call) kill(uuid string) {
	c.conn.Start(esl.API("uuid_kill", uuid+" "+esl.CauseOriginatorCancel.String())) // that it fails means that the connection has ended
}

// ringing waits for the end of an attempt, and gives it up when the leg that it is for has gone.
func (c *Call) ringing(ctx context.Context, job *Job, uuid string, by *Leg) (string, error) {
	if by != nil && uuid != "" {
		err := c.wait(ctx, never, func() bool { return job.done != nil || job.failure() != nil || by.gone() != nil })
		if err == nil && job.done == nil && job.failure() == nil {
			c.kill(uuid)
		}
	}
	return job.Wait(ctx)
}

// originateVariables are what we add to a dial string.
func originateVariables(uuid string, by *Leg) string {
	var vars []string
	if uuid != "" {
		vars = append(vars, "origination_uuid="+uuid)
	}
	if by != nil {
		vars = append(vars, "originator="+by.uuid)
	}
	if vars == nil {
		return ""
	}
	return "{" + strings.Join(vars, ",") + "}"
}

// disposition notes on the leg how an attempt made for it ended.
func (l *Leg) disposition(ctx context.Context, how string) {
	if l != nil {
		l.Set(ctx, "originate_disposition", how)
	}
}

// single tells whether a dial string makes one leg only: with more of them they could not all have one id.
func single(dial string) bool {
	depth := 0
	for i, r := range dial {
		switch r {
		case '{', '[', '<':
			depth++
		case '}', ']', '>':
			depth--
		case ',', '|':
			if depth == 0 {
				return false
			}
		case ':':
			if strings.HasPrefix(dial[i:], ":_:") {
				return false
			}
		}
	}
	return !strings.Contains(dial, "origination_uuid=")
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
	out, err := c.API(ctx, "uuid_dump", uuid)
	if err == nil {
		err = filter.refusal()
	}
	if err != nil {
		c.unfollow(uuid)
		return nil, fmt.Errorf("channel: attach %s: %w", uuid, err)
	}
	data := esl.ParsePlain([]byte(out))
	if data.Get("Unique-ID") != uuid {
		c.unfollow(uuid)
		return nil, ErrNoSuchChannel
	}
	l := newLeg(c, uuid, data)
	c.legs[uuid] = l
	return l, nil
}

// isTrue tells whether the value of a variable counts as true in the switch.
func isTrue(s string) bool {
	switch strings.ToLower(s) {
	case "yes", "on", "true", "t", "enabled", "active", "allow":
		return true
	}
	n, err := strconv.Atoi(s)
	return err == nil && n != 0
}
