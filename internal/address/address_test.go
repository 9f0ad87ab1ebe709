package address

import (
	"net/netip"
	"testing"
)

func set(t *testing.T, patterns ...string) Set {
	t.Helper()
	var s Set
	for _, text := range patterns {
		p, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		s = append(s, p)
	}
	return s
}

func TestWhatAPatternAllows(t *testing.T) {
	for _, c := range []struct {
		pattern, host, address string
		port                   uint16
		want                   bool
	}{
		{"10.1.2.3", "10.1.2.3", "10.1.2.3", 80, true},
		{"10.1.2.3", "any.name", "10.1.2.3", 80, true},
		{"10.1.2.3:8080", "x", "10.1.2.3", 80, false},
		{"10.1.2.3:8080", "x", "10.1.2.3", 8080, true},
		{"10.0.0.0/8", "x", "10.255.0.1", 1, true},
		{"10.9.9.9/8", "x", "10.255.0.1", 1, true},
		{"10.0.0.0/8:443", "x", "10.255.0.1", 443, true},
		{"10.0.0.0/8:443", "x", "11.0.0.1", 443, false},
		{"10.0.0.0/8", "x", "::ffff:10.1.1.1", 1, true},
		{"::ffff:10.1.1.1", "x", "10.1.1.1", 1, true},
		{"::1", "localhost", "::1", 80, true},
		{"[::1]:80", "localhost", "::1", 80, true},
		{"[::1]:80", "localhost", "::1", 81, false},
		{"[2001:db8::/32]:80", "x", "2001:db8:1::1", 80, true},
		{"fe80::/10", "x", "fe80::1%eth0", 80, true},
		{"api.example.com", "api.example.com", "93.184.216.34", 80, true},
		{"API.example.com.", "api.EXAMPLE.com", "93.184.216.34", 80, true},
		{"api.example.com", "api.example.com.", "93.184.216.34", 80, true},
		{"api.example.com", "xapi.example.com", "93.184.216.34", 80, false},
		{"api.example.com:443", "api.example.com", "93.184.216.34", 80, false},
		{"api.example.com", "api.example.com", "10.0.0.1", 80, false},
		{"*.example.com", "a.b.example.com", "93.184.216.34", 80, true},
		{"*.example.com", "example.com", "93.184.216.34", 80, false},
		{"*.example.com", "badexample.com", "93.184.216.34", 80, false},
		{"*", "example.com", "93.184.216.34", 80, true},
		{"*", "93.184.216.34", "93.184.216.34", 80, true},
		{"*:443", "example.com", "93.184.216.34", 80, false},
		{"*", "x", "2606:4700::1", 80, true},
		{"*", "x", "127.0.0.1", 80, false},
		{"*", "x", "::1", 80, false},
		{"*", "x", "0.0.0.0", 80, false},
		{"*", "x", "::", 80, false},
		{"*", "x", "169.254.169.254", 80, false},
		{"*", "x", "100.64.1.1", 80, false},
		{"*", "x", "192.168.1.1", 80, false},
		{"*", "x", "fd00::1", 80, false},
		{"*", "x", "fe80::1", 80, false},
		{"*", "x", "224.0.0.1", 80, false},
		{"*", "x", "255.255.255.255", 80, false},
		{"*", "x", "::ffff:127.0.0.1", 80, false},
		{"*", "x", "64:ff9b::7f00:1", 80, false},
		{"*", "x", "2002:7f00:1::", 80, false},
	} {
		if got := set(t, c.pattern).Reach(c.host, netip.MustParseAddr(c.address), c.port); got != c.want {
			t.Errorf("%s: %s (%s) port %d is %v", c.pattern, c.host, c.address, c.port, got)
		}
	}
	if s := set(t, "10.0.0.0/8", "example.com"); !s.Reach("example.com", netip.MustParseAddr("10.1.1.1"), 80) {
		t.Error("a name and the network that it leads to")
	}
	if Set(nil).Reach("x", netip.MustParseAddr("93.184.216.34"), 80) {
		t.Error("nothing allows something")
	}
}

func TestWhetherALookupIsWorthIt(t *testing.T) {
	s := set(t, "10.0.0.0/8:8080", "example.com")
	if !s.Networks(8080) || s.Networks(80) {
		t.Error("ports of networks")
	}
}

func TestTextsThatAreNoPatterns(t *testing.T) {
	for text, want := range map[string]string{
		"":                "is not HOST[:PORT], ADDRESS[:PORT] or CIDR[:PORT]",
		"a b":             "is not HOST[:PORT], ADDRESS[:PORT] or CIDR[:PORT]",
		"http://x":        "has no port from 1 to 65535",
		"x:0":             "has no port from 1 to 65535",
		"x:65536":         "has no port from 1 to 65535",
		"x:":              "has no port from 1 to 65535",
		"10.0.0.0/33":     "is not HOST[:PORT], ADDRESS[:PORT] or CIDR[:PORT]",
		"10.0.0":          "is not HOST[:PORT], ADDRESS[:PORT] or CIDR[:PORT]",
		"2001:db8::/32:1": "lacks the brackets of an IPv6 address with a port",
		"a.*.b":           "is not HOST[:PORT], ADDRESS[:PORT] or CIDR[:PORT]",
		"*x":              "is not HOST[:PORT], ADDRESS[:PORT] or CIDR[:PORT]",
		"-a":              "is not HOST[:PORT], ADDRESS[:PORT] or CIDR[:PORT]",
	} {
		if _, err := Parse(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}
