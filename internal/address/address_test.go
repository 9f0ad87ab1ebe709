package address

import (
	"net/netip"
	"strconv"
	"strings"
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
		{"::ffff:10.0.0.0/104", "x", "10.1.1.1", 1, true},
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
		"[::1:80":         "lacks the brackets of an IPv6 address with a port",
		"a.*.b":           "is not HOST[:PORT], ADDRESS[:PORT] or CIDR[:PORT]",
		"*x":              "is not HOST[:PORT], ADDRESS[:PORT] or CIDR[:PORT]",
		"-a":              "is not HOST[:PORT], ADDRESS[:PORT] or CIDR[:PORT]",
	} {
		if _, err := Parse(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// text writes a pattern in its plainest form.
func (p Pattern) text() string {
	host := p.name
	if p.network.IsValid() {
		host = p.network.String()
	}
	if p.port == 0 {
		return host
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return host + ":" + strconv.Itoa(int(p.port))
}

// FuzzParse: a pattern that is written and read again is the same, it allows what it names, and nothing beside that.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"10.1.2.3", "10.0.0.0/8:443", "::1", "[::1]:80", "[2001:db8::/32]:1", "api.example.com.", "*.Example.com:443", "*", "*:65535", "", "x:0", "10.0.0.0/33", "::ffff:10.0.0.1", "::ffff:10.0.0.0/104", "fe80::1%eth0",
		"[::1:80", "[x]:80", "[10.0.0.1]:80", "0.0.0.0/0", "::/0", "a..b", "a_b-c.d", "1.2.3", "0x7f.1", "a:b:1", "[::1]", "K.example",
	} {
		f.Add(text)
	}
	outside := netip.MustParseAddr("203.0.113.9")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse(text)
		if err != nil {
			if err.Error() == "" || p != (Pattern{}) {
				t.Fatalf("%+v, %q", p, err)
			}
			return
		}
		if again, err := Parse(p.text()); err != nil || again != p {
			t.Fatalf("%q is written as %q, which is %+v, %v", text, p.text(), again, err)
		}
		if strings.Count(text, "[") != strings.Count(text, "]:") {
			t.Errorf("%q has brackets", text)
		}
		s, port := Set{p}, p.port
		if port == 0 {
			port = 80
		} else if s.Reach("x", outside, port+1) || s.Networks(port+1) {
			t.Errorf("%q allows another port", text)
		}
		if p.name != "" {
			host := strings.Replace(p.name, "*", "some.host", 1)
			if !s.Name(host, port) || !s.Name(strings.ToUpper(host)+".", port) || !s.Reach(host, outside, port) {
				t.Errorf("%q does not allow %s", text, host)
			}
			other := "x" + host
			if wild, ok := strings.CutPrefix(p.name, "*."); ok {
				other = wild
			}
			if s.Reach(host, netip.MustParseAddr("127.0.0.1"), port) || p.name != "*" && s.Name(other, port) {
				t.Errorf("%q allows too much", text)
			}
			return
		}
		first := p.network.Addr()
		if !s.Networks(port) || !s.Reach("x", first, port) || first.Is4() && !s.Reach("x", netip.AddrFrom16(first.As16()), port) {
			t.Errorf("%q does not allow %s", text, first)
		}
		if before := first.Prev(); before.IsValid() && s.Reach("", before, port) {
			t.Errorf("%q allows %s", text, before)
		}
	})
}
