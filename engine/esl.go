package engine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"eslua/esl"
	"eslua/internal/clock"
)

var errAddress = errors.New("not allowed (esl_allow)")

// dialESL makes a connection of the module ESL, to a host and port that scripts may reach. What is looked up is what is
// connected to, so that a name cannot mean another address by then.
func (e *Engine) dialESL(ctx context.Context, host string, port int, login esl.Login) (*esl.Conn, error) {
	allow := e.opts.Rights.ESL
	n := uint16(port)
	if port <= 0 || int(n) != port {
		return nil, fmt.Errorf("port %d is not 1 to 65535", port)
	}
	ctx, cancel := clock.WithTimeout(ctx, e.opts.Clock, connectTime)
	defer cancel()
	denied := errAddress
	addresses := []netip.Addr{{}}
	var err error
	if addresses[0], err = netip.ParseAddr(host); err != nil {
		if !allow.Name(host, n) && !allow.Networks(n) {
			return nil, denied // nor is the name told to anybody
		}
		if addresses, err = net.DefaultResolver.LookupNetIP(ctx, "ip", host); err != nil {
			return nil, err
		}
		if len(addresses) > 0 {
			denied = fmt.Errorf("%s is %w", addresses[0].Unmap(), errAddress)
		}
	}
	err = denied
	for _, a := range addresses {
		if !allow.Reach(host, a, n) {
			continue
		}
		var conn *esl.Conn
		conn, err = esl.Dial(ctx, netip.AddrPortFrom(a.Unmap(), n).String(), login, esl.Options{Clock: e.opts.Clock})
		if err == nil || errors.Is(err, esl.ErrLogin) {
			return conn, err
		}
	}
	return nil, err
}
