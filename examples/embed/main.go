// Embed is a program that has eslua within it: it serves calls, and its scripts use a Go function and a Go value of its own.
package main

import (
	"context"
	"errors"
	"flag"
	"log"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	lua "github.com/yuin/gopher-lua"

	"eslua/engine"
	"eslua/esl"
	"eslua/scripts"
)

// Company is what scripts see of the program as the module company. All calls share it, so it must be safe for use by
// several goroutines.
type Company struct {
	Name    string
	callers atomic.Int64
}

// Welcome counts a caller and says how many there were.
func (c *Company) Welcome() int64 { return c.callers.Add(1) }

// customers stand for a data base of the program.
var customers = map[string]string{"1001": "Ada", "1002": "Grace"}

// customer is the function crm.customer(number): the name, or nil and why there is none.
func customer(l *lua.LState) int {
	name, ok := customers[l.CheckString(1)]
	if !ok {
		l.Push(lua.LNil)
		l.Push(lua.LString("not_found"))
		return 2
	}
	l.Push(lua.LString(name))
	return 1
}

func main() {
	listen := flag.String("listen", "127.0.0.1:8084", "where the switch's socket application connects")
	dir := flag.String("scripts", "scripts", "directory of the scripts")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx, *listen, *dir); err != nil {
		log.Fatal(err)
	}
}

// serve takes calls until ctx ends.
func serve(ctx context.Context, address, dir string) error {
	library, err := scripts.Open(ctx, scripts.Options{Root: dir})
	if err != nil {
		return err
	}
	e, err := engine.New(engine.Options{
		Scripts: library, DefaultScript: "main.lua", Drain: 5 * time.Second,
		Modules: []engine.Module{
			engine.FunctionModule("crm", map[string]lua.LGFunction{"customer": customer}),
			engine.ValueModule("company", &Company{Name: "Acme"}),
		},
	})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	slog.Info("ready for calls", "addr", l.Addr())
	served := make(chan error, 1)
	go func() { served <- e.Serve(context.Background(), l) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	if err := e.Shutdown(context.Background()); err != nil {
		return err
	}
	if err := <-served; !errors.Is(err, esl.ErrServerClosed) {
		return err
	}
	return nil
}
