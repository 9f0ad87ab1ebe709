package modules

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"eslua/luabind/vm"
)

// maxRedirects is how many redirects the module http follows unless it is told otherwise.
const maxRedirects = 10

// sinkFactor is how many times as long a response to a sink of the script may be as one that is kept in memory.
const sinkFactor = 16

// functions are those of the module http.
func (c *client) functions() map[string]lua.LGFunction {
	return map[string]lua.LGFunction{
		"get": func(l *lua.LState) int {
			r := wanted(l, 2)
			r.method, r.url = "GET", vm.CheckString(l, 1)
			return c.answer(l, r)
		},
		"post": func(l *lua.LState) int {
			r := wanted(l, 3)
			r.method, r.url, r.body = "POST", vm.CheckString(l, 1), vm.OptString(l, 2, "")
			if r.headers.Get("Content-Type") == "" {
				r.headers.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			return c.answer(l, r)
		},
		"request": func(l *lua.LState) int {
			vm.CheckTable(l, 1)
			r := wanted(l, 1)
			if r.url == "" {
				vm.BadArgument(l, 1, "field 'url' expected")
			}
			return c.answer(l, r)
		},
	}
}

// wanted is the request that an argument describes: a table with url, method, headers, body, timeout, redirects, all of which may be missing.
func wanted(l *lua.LState, n int) request {
	r := request{method: "GET", headers: http.Header{}, redirects: maxRedirects}
	if l.Get(n) == lua.LNil {
		return r
	}
	t := vm.CheckTable(l, n)
	field := func(name string, v *string) {
		given := l.GetField(t, name)
		s, ok := vm.Text(given)
		if !ok && given != lua.LNil {
			vm.BadArgument(l, n, "field '"+name+"' must be a string")
		}
		if ok {
			*v = s
		}
	}
	number := func(name string, otherwise float64) float64 {
		given := l.GetField(t, name)
		if given == lua.LNil {
			return otherwise
		}
		f, ok := vm.Number(given)
		if !ok || !(f >= 0) {
			vm.BadArgument(l, n, "field '"+name+"' must be a number")
		}
		return f
	}
	field("url", &r.url)
	field("method", &r.method)
	field("body", &r.body)
	r.method = strings.ToUpper(r.method)
	r.timeout = time.Duration(min(number("timeout", 0), 1e6) * float64(time.Second))
	r.redirects = int(min(number("redirects", maxRedirects), 100))
	switch headers := l.GetField(t, "headers").(type) {
	case *lua.LNilType:
	case *lua.LTable:
		next(l, headers, func(k, v lua.LValue) {
			name, ok := vm.Text(k)
			value, ok2 := vm.Text(v)
			if !ok || !ok2 {
				vm.BadArgument(l, n, "names and values of headers must be strings")
			}
			r.headers.Set(name, value)
		})
	default:
		vm.BadArgument(l, n, "field 'headers' must be a table")
	}
	return r
}

// answer sends a request and gives the whole response as a table, or nil and why there is none.
func (c *client) answer(l *lua.LState, r request) int {
	var out *response
	var body []byte
	var err error
	wait(l, func(ctx context.Context) {
		if out, err = c.send(ctx, r, c.max); err == nil {
			body, err = io.ReadAll(out)
			out.Close()
		}
	})
	switch {
	case err == nil:
	case errors.Is(err, errTooLarge):
		return fail(l, "limit")
	default:
		text := reason(err)
		if text != "timeout" {
			text = "error: " + text
		}
		return fail(l, text)
	}
	t := l.CreateTable(0, 4)
	t.RawSetString("status", lua.LNumber(out.StatusCode))
	t.RawSetString("headers", headerTable(l, out.Header))
	t.RawSetString("url", lua.LString(out.Request.URL.String()))
	text(l, string(body))
	t.RawSetString("body", l.Get(-1))
	l.Push(t)
	return 1
}

// headerTable is headers by their names in lower case; values of the same name are joined with commas.
func headerTable(l *lua.LState, h http.Header) *lua.LTable {
	t := l.CreateTable(0, len(h))
	for _, name := range slices.Sorted(maps.Keys(h)) {
		t.RawSetString(strings.ToLower(name), lua.LString(strings.Join(h[name], ", ")))
	}
	return t
}

// open sends a request for socket.http: see there.
func (c *client) open(l *lua.LState) int {
	r := wanted(l, 1)
	r.plain = true
	var out *response
	var err error
	wait(l, func(ctx context.Context) { out, err = c.send(ctx, r, sinkFactor*c.max) })
	if err != nil {
		return fail(l, reason(err))
	}
	if !vm.StateOf(l).Hold(out) {
		out.Close()
		return fail(l, "too many open responses")
	}
	headers := headerTable(l, out.Header)
	if headers.RawGetString("location") == lua.LNil && out.Request.Response != nil { // a hint that there was a redirect
		headers.RawSetString("location", lua.LString(out.Request.Response.Header.Get("Location")))
	}
	l.Push(lua.LNumber(out.StatusCode))
	l.Push(headers)
	l.Push(lua.LString(out.Proto + " " + out.Status))
	l.Push(responseClass.object(out))
	return 4
}

// pieceSize is how much of a response a sink of the script is given at once.
const pieceSize = 8 << 10

var responseClass = newClass("http response", map[string]func(*lua.LState, *response) int{
	"receive": func(l *lua.LState, r *response) int {
		buffer := make([]byte, pieceSize)
		n := 0
		var err error
		wait(l, func(context.Context) { n, err = io.ReadFull(r, buffer) })
		switch {
		case n > 0 && (err == nil || errors.Is(err, io.ErrUnexpectedEOF)):
			return text(l, string(buffer[:n])) // a body that is cut off gives its error the next time
		case err == io.EOF:
			l.Push(lua.LNil)
			return 1
		}
		return fail(l, reason(err))
	},
	"close": func(l *lua.LState, r *response) int {
		vm.StateOf(l).Drop(r)
		wait(l, func(context.Context) { r.Close() })
		return 0
	},
}, nil)
