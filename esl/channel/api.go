package channel

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"eslua/esl"
)

// instant are the API commands that only look something up: they are run in the connection's thread, which is faster
// (modlua-api.md 0.5).
var instant = map[string]bool{
	"uuid_getvar": true, "uuid_setvar": true, "uuid_exists": true, "uuid_break": true, "uuid_recv_dtmf": true, "hash": true,
	"db": true, "global_getvar": true, "global_setvar": true, "create_uuid": true, "user_data": true, "user_exists": true,
	"strftime": true, "strepoch": true, "md5": true, "regex": true, "cond": true, "hostname": true, "switchname": true,
	"module_exists": true, "url_encode": true, "url_decode": true, "eval": true, "uuid_flush_dtmf": true,
}

// noReply is what stands for no output.
const noReply = "-ERR no reply\n"

// API runs an API command after what was executed before it and waits for its output, with its line feeds. Commands that
// may take a while run in a thread of their own, so that the connection stays alive.
func (c *Call) API(ctx context.Context, cmd, arg string) (string, error) {
	if err := c.Flush(ctx); err != nil {
		return "", err
	}
	if instant[strings.ToLower(cmd)] {
		reply, err := c.send(ctx, esl.API(cmd, arg))
		if err != nil {
			return "", err
		}
		if err := reply.Err(); err != nil && reply.Frame.Type != esl.APIResponse { // the switch has refused it
			return "", fmt.Errorf("channel: %s: %w", cmd, err)
		}
		if reply.Body == noReply {
			return "", nil
		}
		return reply.Body, nil
	}
	job, err := c.BgAPI(ctx, cmd, arg)
	if err != nil {
		return "", err
	}
	return job.Wait(ctx)
}

// send sends a command and serves the connection until its reply is there.
func (c *Call) send(ctx context.Context, cmd esl.Command) (*esl.Reply, error) {
	ps, err := c.conn.Start(cmd)
	if err != nil {
		return nil, fmt.Errorf("channel: %w", err)
	}
	var reply *esl.Reply
	var failure error
	err = c.waitReply(ctx, func() bool {
		var done bool
		reply, failure, done = ps[0].Poll()
		return done
	})
	if err == nil {
		err = failure
	}
	return reply, err
}

// waitReply waits for replies. When one does not come the wait ends with the call, some time after the hang-up (ErrHangup).
func (c *Call) waitReply(ctx context.Context, done func() bool) error {
	sent := c.clock.Now()
	err := c.wait(ctx, func() time.Time {
		switch l := c.leg; {
		case l == nil || !l.hungUp:
			return time.Time{}
		case l.hungUpAt.After(sent):
			return l.hungUpAt.Add(endTime)
		}
		return sent.Add(endTime)
	}, done)
	if errors.Is(err, ErrTimeout) {
		return ErrHangup
	}
	return err
}

// Send sends a command that has no method here and waits for its reply, serving the connection meanwhile. It refuses those
// that would take from the call what it needs itself, or that break the connection (esl.ErrNotAllowed): events and filters
// are chosen with Subscribe, FilterOwn and NewFeed, variables read with Get, and End ends the connection, which lingers until
// then.
func (c *Call) Send(ctx context.Context, cmd esl.Command) (*esl.Reply, error) {
	switch cmd.Name() {
	case "event", "nixevent", "noevents", "myevents", "filter", "linger", "nolinger", "exit", "getvar":
		return nil, fmt.Errorf("channel: %s: %w: the call itself needs what it changes", cmd.Name(), esl.ErrNotAllowed)
	}
	return c.send(ctx, cmd)
}

// Job is an API command that runs in a thread of its own.
type Job struct {
	call    *Call
	id      string
	awaited *esl.Awaited
	done    *esl.Event
}

// BgAPI starts an API command in a thread of its own, after what was executed before it.
func (c *Call) BgAPI(ctx context.Context, cmd, arg string) (*Job, error) {
	if err := c.Flush(ctx); err != nil {
		return nil, err
	}
	j := &Job{call: c, id: c.newID()}
	var err error
	if j.awaited, err = c.conn.BgAPI(j.id, cmd, arg); err != nil {
		return nil, fmt.Errorf("channel: %w", err)
	}
	c.jobs[j.id] = j
	return j, nil
}

// ID is the Job-UUID.
func (j *Job) ID() string { return j.id }

func (c *Call) jobDone(ev *esl.Event) {
	if j := c.jobs[ev.Get("Job-UUID")]; j != nil {
		j.done = ev
		delete(c.jobs, j.id)
	}
}

// Wait waits for the output of the command.
func (j *Job) Wait(ctx context.Context) (string, error) { return j.WaitUntil(ctx, time.Time{}) }

// WaitUntil is Wait until a time (ErrTimeout); the zero time is never.
func (j *Job) WaitUntil(ctx context.Context, until time.Time) (string, error) {
	var failure error
	err := j.call.wait(ctx, at(until), func() bool {
		failure = j.failure()
		return j.done != nil || failure != nil
	})
	switch {
	case failure != nil:
		delete(j.call.jobs, j.id)
		return "", fmt.Errorf("channel: %w", failure)
	case err != nil:
		return "", err
	}
	return j.done.Body(), nil
}

// failure says why the output will not come, or nil: an error reply, or the end of the connection.
func (j *Job) failure() error {
	if j.done == nil {
		if ev, err, settled := j.awaited.Poll(); settled && ev == nil {
			return err
		}
	}
	return nil
}

// Done tells whether the command has ended, as far as the connection has been served.
func (j *Job) Done() bool { return j.done != nil }

// Cancel gives the command up: it runs on, and nobody learns of its end. The dialplan does not go on before that.
func (j *Job) Cancel() {
	j.awaited.Forget()
	delete(j.call.jobs, j.id)
}
