package modules

import (
	"context"
	"crypto/tls"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"

	lua "github.com/yuin/gopher-lua"

	"eslua/internal/address"
	"eslua/luabind/dbh"
	"eslua/luabind/vm"
)

// Options are what scripts may do with the modules. The zero value lets them reach no address and no database.
type Options struct {
	// Allow are the addresses that HTTP requests may reach.
	Allow address.Set
	// Timeout is how long an HTTP request may take in all, whatever the script says; a minute.
	Timeout time.Duration
	// MaxBody is how many bytes the body of an HTTP request or response may have; 4 MiB. A response that goes to a sink of the script may have
	// sixteen times as many.
	MaxBody int64
	// TLS is how the servers of https are known; nil: by the certificates of the system.
	TLS *tls.Config
	// Resolve looks the name of a host up; nil: as the system does.
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	// Transport carries requests out, to wherever they go; nil: the network does, as far as Allow goes.
	Transport http.RoundTripper
	// Databases are what luasql opens; nil: the modules luasql.* are not there. They belong to the caller.
	Databases *dbh.Pools
}

// Modules are the modules of all states of a process.
type Modules struct {
	opts    Options
	http    *client
	making  sync.Once // of loaders, when the first script asks for a module
	loaders map[string]*lua.LFunction
}

// New makes the modules. Close ends them.
func New(opts Options) *Modules {
	if opts.Timeout <= 0 {
		opts.Timeout = time.Minute
	}
	if opts.MaxBody <= 0 {
		opts.MaxBody = 4 << 20
	}
	return &Modules{opts: opts, http: newClient(opts)}
}

// make makes the loaders.
func (m *Modules) make() {
	m.loaders = map[string]*lua.LFunction{
		"json":       library(rxiFunctions, map[string]lua.LValue{"null": null}),
		"cjson":      vm.Function(func(l *lua.LState) int { return newCJSON(l, false) }),
		"cjson.safe": vm.Function(func(l *lua.LState) int { return newCJSON(l, true) }),
		"md5":        library(md5Functions, nil),
		"md5.core":   library(md5Functions, nil),
		"sha1":       callable("sha1", hashes["sha1"]),
		"sha256":     callable("sha256", hashes["sha256"]),
		"sha2":       library(sha2Functions(), nil),
		"base64":     library(base64Functions, nil),
		"lfs":        global("lfs", library(lfsFunctions, map[string]lua.LValue{"_VERSION": lua.LString("LuaFileSystem 1.8.0")})),
		"http":       library(m.http.functions(), nil),
		"mime.core":  library(mimeFunctions, nil),
	}
	open := vm.Function(m.http.open)
	for name, chunk := range sources() {
		m.loaders[name] = vm.Function(func(l *lua.LState) int {
			l.SetTop(0)
			l.Push(vm.StateOf(l).Load(chunk))
			l.Push(lua.LString(name))
			l.Push(open)
			vm.Call(l, 2, 1)
			return 1
		})
	}
	if m.opts.Databases != nil {
		for _, d := range drivers {
			m.loaders["luasql."+d.name] = luasql(d, m.opts.Databases)
		}
	}
}

// Close closes the connections that no request uses.
func (m *Modules) Close() { m.http.transport.CloseIdleConnections() }

// Loader is what loads the module of that name, nil if there is none; it is made for vm.Options.Modules.
func (m *Modules) Loader(name string) *lua.LFunction {
	m.making.Do(m.make)
	return m.loaders[name]
}

// library is the loader of a module that is a table of functions and other values that cannot be changed.
func library(functions map[string]lua.LGFunction, values map[string]lua.LValue) *lua.LFunction {
	all := make(map[string]lua.LValue, len(functions)+len(values))
	for name, f := range functions {
		all[name] = vm.Function(f)
	}
	for name, v := range values {
		all[name] = v
	}
	table := vm.Table(all)
	return vm.Function(func(l *lua.LState) int {
		l.Push(table(vm.StateOf(l)))
		return 1
	})
}

// global is the loader of a module that is the global of its name, too, once it was loaded.
func global(name string, load *lua.LFunction) *lua.LFunction {
	return vm.Function(func(l *lua.LState) int {
		l.Push(load)
		vm.Call(l, 0, 1)
		vm.StateOf(l).SetGlobal(name, l.Get(-1))
		return 1
	})
}

// plain makes a table of values for a script alone.
func plain(l *lua.LState, values map[string]lua.LValue) *lua.LTable {
	t := l.CreateTable(0, len(values))
	for _, name := range slices.Sorted(maps.Keys(values)) { // the order in which pairs goes through it
		t.RawSetString(name, values[name])
	}
	return t
}

// wait does something that waits for the outside, on behalf of the script.
func wait(l *lua.LState, do func(ctx context.Context)) {
	s := vm.StateOf(l)
	s.Waiting()
	defer s.Resumed()
	do(s.Context())
}

// fail answers as libraries do when an operation has failed.
func fail(l *lua.LState, reason string) int {
	l.Push(lua.LNil)
	l.Push(lua.LString(reason))
	return 2
}

// text pushes a string, which the script's memory has to have room for.
func text(l *lua.LState, s string) int {
	vm.StateOf(l).Room(l, len(s))
	l.Push(lua.LString(s))
	return 1
}
