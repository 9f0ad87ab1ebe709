package esl

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"eslua/internal/clock"
)

// Login is who logs in to the switch's listener.
type Login struct {
	// User is a user of the directory as user@domain; "" logs in with the password of the listener.
	User     string
	Password string
}

func (l Login) command() Command {
	if l.User != "" {
		return UserAuth(l.User, l.Password)
	}
	return Auth(l.Password)
}

// ErrLogin: the switch refuses the login.
var ErrLogin = errors.New("login refused")

// Dial connects to the switch's listener (host:port; 8021 is its usual port) and logs in. The whole must be done before
// ctx ends. The connection is in the mode Inbound. See Client for one that stays connected.
func Dial(ctx context.Context, addr string, login Login, opts Options) (*Conn, error) {
	nc, err := clock.Or(opts.Clock).Dial(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("esl: connect: %w", err)
	}
	c, err := NewInbound(ctx, nc, login, opts)
	if err != nil {
		return nil, fmt.Errorf("esl: log in to %s: %w", addr, err)
	}
	return c, nil
}

// NewInbound logs in on a connection to the switch's listener. It takes nc over.
func NewInbound(ctx context.Context, nc net.Conn, login Login, opts Options) (*Conn, error) {
	c := newConn(nc, opts, Inbound)
	stop := context.AfterFunc(ctx, func() { nc.Close() })
	frames := NewFrameReader(wakingReader{c}, opts.Limits)
	reply, err := c.login(frames, login)
	if !stop() || err != nil {
		nc.Close()
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, err
	}
	c.gate.ready = true
	c.stats.Frames = 2
	c.loginReply = reply
	c.read(frames)
	return c, nil
}

func (c *Conn) login(frames *FrameReader, login Login) (*Reply, error) {
	b, err := login.command().Append(nil)
	if err != nil {
		return nil, err
	}
	if _, err := expect(frames, AuthRequest); err != nil {
		return nil, err
	}
	if err := c.write(b); err != nil {
		return nil, &End{Reason: EndBroken, Err: err}
	}
	f, err := expect(frames, CommandReply)
	if err != nil {
		return nil, err
	}
	reply := newReply(f)
	if err := reply.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrLogin, err)
	}
	return reply, nil
}

// expect reads a frame of that type. Any other is the end of a connection that is not logged in.
func expect(frames *FrameReader, want FrameType) (Frame, error) {
	f, err := frames.Next()
	switch {
	case err != nil:
		return f, endOf(err)
	case f.Type == want:
		return f, nil
	case f.Type == RudeRejection:
		return f, &End{Reason: EndRejected, Text: trimNewline(f.Body)}
	case f.Type == DisconnectNotice:
		return f, &End{Reason: EndNotice, Text: trimNewline(f.Body)}
	}
	return f, &End{Reason: EndBroken, Err: fmt.Errorf("the switch sent %s where %s was due", f.Type, want)}
}

// LoginReply is the switch's answer to the login of an inbound connection: for a user of the directory its headers
// Allowed-Events, Allowed-API and Allowed-LOG say what the user may do. It is nil for an outbound connection.
func (c *Conn) LoginReply() *Reply { return c.loginReply }

// silentSince is when the last frame came.
func (c *Conn) silentSince() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lastRead
}
