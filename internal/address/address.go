// Package address is which hosts and ports of a network somebody may reach: patterns of names, addresses and networks, and
// the rules by which they are applied.
package address

import (
	"errors"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Pattern is one permission. It is one of
//
//	10.1.2.3         10.1.2.3:8080        an address
//	10.0.0.0/8       10.0.0.0/8:8080      a network
//	::1              [::1]:8080           and [2001:db8::/32]:8080
//	api.example.com  api.example.com:443  a name
//	*.example.com    *.example.com:443    all names below it, not itself
//	*                *:443                all names
//
// Without a port it holds for all ports.
type Pattern struct {
	network netip.Prefix // invalid for names
	name    string       // in lower case; with "*" as the first label, or alone
	port    uint16       // 0: all
}

var nameForm = regexp.MustCompile(`^(\*|(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*)$`)

// Parse reads a pattern. Its error goes on behind the text, as in: x has no port.
func Parse(text string) (Pattern, error) {
	if network, ok := parseNetwork(text); ok { // before a colon is taken for that of a port
		return Pattern{network: network}, nil
	}
	host, port := text, uint16(0)
	if i := strings.LastIndexByte(text, ':'); i >= 0 {
		n, err := strconv.ParseUint(text[i+1:], 10, 16)
		if err != nil || n == 0 {
			return Pattern{}, errors.New("has no port from 1 to 65535")
		}
		host, port = text[:i], uint16(n)
		if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
			host = host[1 : len(host)-1]
		} else if strings.Contains(host, ":") {
			return Pattern{}, errors.New("lacks the brackets of an IPv6 address with a port")
		}
	}
	if network, ok := parseNetwork(host); ok {
		return Pattern{network: network, port: port}, nil
	}
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	if !nameForm.MatchString(name) || strings.Trim(name, "0123456789.") == "" {
		return Pattern{}, errors.New("is not HOST[:PORT], ADDRESS[:PORT] or CIDR[:PORT]")
	}
	return Pattern{name: name, port: port}, nil
}

func parseNetwork(text string) (netip.Prefix, bool) {
	if a, err := netip.ParseAddr(text); err == nil && a.Zone() == "" {
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	network, err := netip.ParsePrefix(text)
	if err == nil && network.Addr().Is4In6() && network.Bits() >= 96 {
		network = netip.PrefixFrom(network.Addr().Unmap(), network.Bits()-96)
	}
	return network.Masked(), err == nil
}

// Set is what somebody may reach: what any of its patterns allows.
type Set []Pattern

// Name tells whether a pattern of names allows a host by the name that was asked for.
func (s Set) Name(host string, port uint16) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return slices.ContainsFunc(s, func(p Pattern) bool {
		if p.name == "" || p.port != 0 && p.port != port {
			return false
		}
		suffix, wild := strings.CutPrefix(p.name, "*")
		return p.name == host || wild && strings.HasSuffix(host, suffix) && len(host) > len(suffix)
	})
}

// Networks tells whether a pattern of addresses allows the port at all, so that it is worth to look a name up.
func (s Set) Networks(port uint16) bool {
	return slices.ContainsFunc(s, func(p Pattern) bool { return p.network.IsValid() && (p.port == 0 || p.port == port) })
}

// Reach tells whether a connection may be made to an address that the host of a request has. What patterns of addresses
// allow may always be reached. What is allowed by its name alone may be reached where that leads to public addresses: who
// can change what a name leads to, or chooses the name where all are allowed, must not get at the inside of a network.
func (s Set) Reach(host string, a netip.Addr, port uint16) bool {
	a = a.Unmap().WithZone("")
	for _, p := range s {
		if p.network.IsValid() && p.network.Contains(a) && (p.port == 0 || p.port == port) {
			return true
		}
	}
	return s.Name(host, port) && public(a)
}

// inside are networks beside those of net/netip that are not public, or that lead to others (the registries of special
// addresses that RFC 6890 sets up).
var inside = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2001::/32"), netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("::/96"), netip.MustParsePrefix("fec0::/10"),
}

func public(a netip.Addr) bool {
	return a.IsGlobalUnicast() && !a.IsPrivate() && !slices.ContainsFunc(inside, func(n netip.Prefix) bool { return n.Contains(a) })
}
