package dbh

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// dialer makes the network connections of a target. One that is not trusted gets only to Options.Network.
func (p *Pools) dialer(trusted bool) func(ctx context.Context, network, address string) (net.Conn, error) {
	if trusted {
		return p.opts.Dial
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if strings.HasPrefix(network, "unix") {
			if !p.mayReach(netip.AddrFrom4([4]byte{127, 0, 0, 1})) {
				return nil, fmt.Errorf("%w: a script's data source leads to %s", ErrDenied, address)
			}
			return p.opts.Dial(ctx, network, address)
		}
		denied := fmt.Errorf("%w: a script's data source leads to %s", ErrDenied, address)
		if len(p.opts.Network) == 0 {
			return nil, denied // no name is looked up for nothing
		}
		host, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		// What is looked up here is what is connected to, so that a name cannot mean another address by then.
		addresses, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		if err != nil {
			return nil, err
		}
		err = denied
		for _, a := range addresses {
			if !p.mayReach(a) {
				continue
			}
			var c net.Conn
			if c, err = p.opts.Dial(ctx, network, net.JoinHostPort(a.Unmap().String(), port)); err == nil {
				return c, nil
			}
		}
		return nil, err
	}
}

// mayReach tells whether the data sources of scripts may lead to an address.
func (p *Pools) mayReach(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	return slices.ContainsFunc(p.opts.Network, func(n netip.Prefix) bool { return n.Contains(a) })
}
