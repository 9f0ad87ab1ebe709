package dbh

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"testing"
)

func TestDataSourcesOfScriptsLeadToTheConfiguredNetwork(t *testing.T) {
	connected := errors.New("it would have been connected")
	var dialled []string
	p := newPools(t, Options{
		Network: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("127.0.0.1/32")},
		Names: map[string]string{
			"pg": "pgsql://host=192.0.2.1 port=5 user=a dbname=b sslmode=disable",
			"my": "mysql://a@192.0.2.1:6/b",
		},
		Dial: func(_ context.Context, network, address string) (net.Conn, error) {
			dialled = append(dialled, network+" "+address)
			return nil, connected
		},
	})
	for _, c := range []struct{ dsn, want string }{
		{"pgsql://host=10.1.2.3 port=5 user=a dbname=b sslmode=disable", "tcp 10.1.2.3:5"},
		{"pgsql://host=192.0.2.1 port=5 user=a dbname=b sslmode=disable", ""},
		{"pgsql://hostaddr=192.0.2.1 host=10.1.2.3 port=5 user=a dbname=b sslmode=disable", ""},
		{"pgsql://host=localhost port=5 user=a dbname=b sslmode=disable", "tcp 127.0.0.1:5"},
		{"pgsql://host=/tmp port=5 user=a dbname=b sslmode=disable", "unix /tmp/.s.PGSQL.5"},
		{"mariadb://Server=10.1.2.3;Port=6;Uid=a", "tcp 10.1.2.3:6"},
		{"mariadb://Server=::ffff:10.1.2.3;Port=6;Uid=a", "tcp 10.1.2.3:6"},
		{"mariadb://Server=127.0.0.2;Port=6;Uid=a", ""},
		{"odbc://pg", "tcp 192.0.2.1:5"},
		{"odbc://my", "tcp 192.0.2.1:6"},
	} {
		dialled = nil
		_, err := p.Open(t.Context(), c.dsn, "", "")
		switch {
		case c.want == "" && (!errors.Is(err, ErrDenied) || dialled != nil):
			t.Errorf("%s: %v; dialled %v", c.dsn, err, dialled)
		case c.want != "" && (!errors.Is(err, connected) || !slices.Equal(dialled, []string{c.want})):
			t.Errorf("%s: %v; dialled %v, want %s", c.dsn, err, dialled, c.want)
		}
	}
	nowhere := New(Options{})
	defer nowhere.Close()
	for _, dsn := range []string{"pgsql://host=/tmp user=a sslmode=disable", "pgsql://host=127.0.0.1 user=a sslmode=disable", "mysql://a@127.0.0.1/b"} {
		if _, err := nowhere.Open(t.Context(), dsn, "", ""); !errors.Is(err, ErrDenied) {
			t.Errorf("%s without a network: %v", dsn, err)
		}
	}
}
