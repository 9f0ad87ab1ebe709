package modules

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"eslua/internal/address"
)

// client sends the HTTP requests of all scripts.
type client struct {
	allow     address.Set
	timeout   time.Duration
	max       int64
	resolve   func(ctx context.Context, host string) ([]netip.Addr, error)
	dialer    net.Dialer
	transport *http.Transport
	carrier   http.RoundTripper // transport, or what stands in its place
}

func newClient(opts Options) *client {
	c := &client{allow: opts.Allow, timeout: opts.Timeout, max: opts.MaxBody, resolve: opts.Resolve}
	if c.resolve == nil {
		c.resolve = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	c.transport = &http.Transport{
		DialContext: c.dial, TLSClientConfig: opts.TLS, ForceAttemptHTTP2: true, DisableCompression: true,
		MaxIdleConns: 100, MaxIdleConnsPerHost: 20, IdleConnTimeout: time.Minute, TLSHandshakeTimeout: 10 * time.Second,
		MaxResponseHeaderBytes: 256 << 10,
	}
	if c.carrier = opts.Transport; c.carrier == nil {
		c.carrier = c.transport
	}
	return c
}

var (
	errNotAllowed = errors.New("not allowed (http_allow)")
	errTimeout    = errors.New("timeout")
	errTooLarge   = errors.New("too large")
)

// dial connects to an address that scripts may reach. Requests and redirects alike come here, with the host that their URL
// names; what is looked up here is what is connected to, so that a name cannot mean another address by then.
func (c *client) dial(ctx context.Context, network, hostport string) (net.Conn, error) {
	host, service, err := net.SplitHostPort(hostport)
	if err != nil {
		return nil, err
	}
	n, err := strconv.ParseUint(service, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("%q is no port", service)
	}
	port := uint16(n)
	denied := fmt.Errorf("%w: %s", errNotAllowed, hostport)
	addresses := []netip.Addr{{}}
	if addresses[0], err = netip.ParseAddr(host); err != nil {
		if !c.allow.Name(host, port) && !c.allow.Networks(port) {
			return nil, denied // nor is the name told to anybody
		}
		if addresses, err = c.resolve(ctx, host); err != nil {
			return nil, err
		}
		if len(addresses) > 0 {
			denied = fmt.Errorf("%w: %s, which is %s", errNotAllowed, hostport, addresses[0].Unmap())
		}
	}
	err = denied
	for _, a := range addresses {
		if !c.allow.Reach(host, a, port) {
			continue
		}
		var conn net.Conn
		if conn, err = c.dialer.DialContext(ctx, network, netip.AddrPortFrom(a.Unmap(), port).String()); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

// request is what a script asks for.
type request struct {
	method, url string
	headers     http.Header
	body        string
	timeout     time.Duration // of it all; 0: the client's
	redirects   int           // how many are followed
	// plain follows redirects as LuaSocket does: of GET and HEAD alone, not from https to http, not with 308.
	plain bool
}

// response is an answer whose body has not been read yet.
type response struct {
	*http.Response
	ctx    context.Context
	cancel context.CancelFunc
	left   int64 // bytes that the body may still have
}

// Close gives the connection back.
func (r *response) Close() error {
	err := r.Body.Close()
	r.cancel()
	return err
}

// Read reads from the body, until it is too large or takes too long.
func (r *response) Read(b []byte) (int, error) {
	n, err := r.Body.Read(b)
	if r.left -= int64(n); r.left < 0 {
		return 0, errTooLarge
	}
	if err != nil && err != io.EOF && r.ctx.Err() != nil {
		err = context.Cause(r.ctx)
	}
	return n, err
}

// send sends a request; most is how long the body of the answer may be.
func (c *client) send(ctx context.Context, r request, most int64) (*response, error) {
	if int64(len(r.body)) > c.max {
		return nil, errTooLarge
	}
	timeout := c.timeout
	if r.timeout > 0 {
		timeout = min(timeout, r.timeout)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, errTimeout)
	out, err := c.exchange(ctx, r)
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		cancel()
		return nil, err
	}
	return &response{out, ctx, cancel, most}, nil
}

func (c *client) exchange(ctx context.Context, r request) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, r.method, r.url, strings.NewReader(r.body))
	if err != nil {
		return nil, err
	}
	if req.URL.Host == "" || req.URL.Scheme != "http" && req.URL.Scheme != "https" {
		return nil, fmt.Errorf("%q is no address of http or https", r.url)
	}
	req.Header = r.headers
	if host := r.headers.Get("Host"); host != "" {
		req.Host = host
	}
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", "eslua")
	}
	req.Close = strings.EqualFold(r.headers.Get("Connection"), "close")
	for _, name := range []string{"Host", "Connection", "Content-Length", "Transfer-Encoding", "Te"} {
		req.Header.Del(name) // they are those of the connection, which is shared
	}
	hc := http.Client{Transport: c.carrier, CheckRedirect: func(to *http.Request, via []*http.Request) error {
		last := via[len(via)-1]
		if len(via) > r.redirects || r.plain && (last.Method != "GET" && last.Method != "HEAD" ||
			last.URL.Scheme == "https" && to.URL.Scheme != "https" || to.Response.StatusCode == http.StatusPermanentRedirect) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	return hc.Do(req)
}

// reason is why a request has failed, in LuaSocket's words where it has some.
func reason(err error) string {
	var dns *net.DNSError
	var outer *url.Error
	var inner *net.OpError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return "host not found"
	case errors.Is(err, errTimeout), os.IsTimeout(err):
		return "timeout"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, context.Canceled):
		return "closed"
	case errors.As(err, &outer):
		return reason(outer.Err)
	case errors.As(err, &inner):
		return inner.Err.Error()
	}
	return err.Error()
}
