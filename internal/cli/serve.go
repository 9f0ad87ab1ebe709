package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/urfave/cli/v2"

	"eslua/engine"
	"eslua/engine/admin"
	"eslua/esl"
	"eslua/internal/config"
	"eslua/luabind/dbh"
	"eslua/luabind/vm"
	"eslua/scripts"
)

func serveCommand(w World) *cli.Command {
	return &cli.Command{
		Name:  "serve",
		Usage: "serve the calls that the switch's socket application brings",
		Description: "A dialplan line gives a call to eslua; behind \"async full\" stands what used to stand behind lua:\n\n" +
			"   <action application=\"socket\" data=\"127.0.0.1:8084 async full ivr/main.lua 1000\"/>\n\n" +
			"SIGTERM and SIGINT stop accepting calls and give those that run back to their dialplan; a second one ends at once.\n" +
			"SIGHUP has changed scripts serve new calls.",
		Flags:        configFlags(config.Options()),
		OnUsageError: usageError,
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return fmt.Errorf("%w: serve takes no arguments, got %q", errUsage, c.Args().First())
			}
			cfg, err := config.Load(source(c, w))
			if err != nil {
				return err
			}
			return serve(c.Context, w, cfg)
		},
	}
}

// configFlags are the flags of the configuration, for options of it.
func configFlags(options []config.Option) []cli.Flag {
	flags := []cli.Flag{configFlag()}
	for _, o := range options {
		if f := flagOf(o); f != nil {
			flags = append(flags, f)
		}
	}
	return flags
}

func configFlag() cli.Flag {
	return &cli.StringFlag{Name: "config", Usage: "read options from the YAML `FILE` [$ESLUA_CONFIG]"}
}

// source is where the configuration of a command comes from.
func source(c *cli.Context, w World) config.Source {
	return config.Source{File: file(c, w), Env: w.Env, Flag: func(name string) ([]string, bool) {
		if !c.IsSet(name) {
			return nil, false
		}
		if list := c.StringSlice(name); list != nil {
			return list, true
		}
		return []string{fmt.Sprint(c.Value(name))}, true
	}}
}

// scriptOptions are the options of the engine for what a configuration lets scripts do.
func scriptOptions(cfg *config.Config, library *scripts.Library) engine.Options {
	o := engine.Options{
		Scripts: library, Rights: engine.Rights{Read: cfg.Read, Write: cfg.Write, Env: cfg.Env, Commands: cfg.Commands, HTTP: cfg.HTTPAllow, ESL: cfg.ESLAllow},
		Limits: vm.Limits{Instructions: int64(cfg.Instructions), CPU: cfg.CPU, Memory: int64(cfg.Memory), Wall: cfg.Wall},
		Databases: dbh.Options{
			Root: cfg.Databases.Root, Names: cfg.Databases.Names, Network: cfg.Databases.Network, MaxOpen: cfg.Databases.MaxOpen,
			MaxIdle: cfg.Databases.MaxIdle, IdleTime: cfg.Databases.IdleTime, OpenTimeout: cfg.Databases.OpenTimeout,
			QueryTimeout: cfg.Databases.QueryTimeout, MaxResult: cfg.Databases.MaxResult,
		},
		AfterHangup: cfg.AfterHangup,
	}
	if len(cfg.Mailer) > 0 {
		o.Mail = engine.MailProgram(cfg.Mailer[0], cfg.Mailer[1:]...)
	}
	return o
}

// options are the options of the engine for a configuration.
func options(cfg *config.Config, library *scripts.Library, log *slog.Logger) engine.Options {
	o := scriptOptions(cfg, library)
	o.Routes, o.DefaultScript, o.NoInline = cfg.Routes, cfg.DefaultScript, !cfg.Inline
	o.RefuseDegraded, o.Allow, o.MaxCalls = cfg.Degraded == config.DegradedRefuse, cfg.Allow, cfg.MaxCalls
	o.Drain, o.Startup, o.Log = cfg.Drain, cfg.Startup, log
	if cfg.ESL.Address != "" {
		o.Switch = &engine.Switch{Addr: cfg.ESL.Address, Login: esl.Login{User: cfg.ESL.User, Password: cfg.ESL.Password}}
	}
	for _, s := range cfg.Switches {
		if o.Switches == nil {
			o.Switches = make(map[string]*engine.Switch)
		}
		o.Switches[s.Name] = &engine.Switch{Addr: s.Address, Login: esl.Login{User: s.User, Password: s.Password}}
	}
	for _, h := range cfg.Hooks {
		o.Hooks = append(o.Hooks, engine.Hook{Event: h.Event, Subclass: h.Subclass, Script: h.Script, Switch: h.Switch})
	}
	return o
}

// file is the path of the configuration file.
func file(c *cli.Context, w World) string {
	if path := c.String("config"); path != "" {
		return path
	}
	path, _ := w.Env("ESLUA_CONFIG")
	return path
}

// flagOf makes the flag of an option. Environment and default are left to package config.
func flagOf(o config.Option) cli.Flag {
	usage := strings.ReplaceAll(o.Doc, "`", "") // urfave takes what stands in them for the name of the value
	if o.Default != "" {
		usage += " (default " + o.Default + ")"
	}
	usage += " [$" + o.Env() + "]"
	switch o.Kind {
	case config.Text:
		return &cli.StringFlag{Name: o.Flag(), Usage: "`" + o.Arg + "`: " + usage}
	case config.List:
		return &cli.StringSliceFlag{Name: o.Flag(), Usage: "`" + o.Arg + "`: " + usage}
	case config.Bool:
		return &cli.BoolFlag{Name: o.Flag(), Usage: usage, DisableDefaultText: true}
	}
	return nil
}

// serveAdmin begins to answer at the admin address. That the usual one is taken, by another server on this machine perhaps,
// is no reason not to serve calls.
func serveAdmin(ctx context.Context, background *sync.WaitGroup, address string, a *admin.Server, log *slog.Logger) error {
	if address == "" {
		return nil
	}
	l, err := admin.Listen(address)
	switch {
	case err != nil && address == adminAddress:
		log.Warn("no admin address: eslua status and the like will not reach this server", "err", err)
		return nil
	case err != nil:
		return cannotListen("admin", address, err)
	}
	background.Go(func() {
		if err := a.Serve(ctx, l); err != nil {
			log.Error("admin", "err", err)
		}
	})
	return nil
}

// cannotListen says which address of which option cannot be listened on, and why.
func cannotListen(option, address string, err error) error {
	var op *net.OpError
	if !errors.As(err, &op) {
		return fmt.Errorf("%s: %w", option, err) // it names the address
	}
	err = op.Err
	var sys *os.SyscallError
	if errors.As(err, &sys) {
		err = sys.Err
	}
	return fmt.Errorf("%s: cannot listen on %s: %w", option, address, err)
}

// serve takes calls until a signal comes.
func serve(ctx context.Context, w World, cfg *config.Config) error {
	log := slog.New(logHandler(w.Err, cfg.LogFormat, cfg.LogLevel))
	var stops <-chan os.Signal
	if w.Signals != nil {
		signals, end := w.Signals()
		defer end()
		stops = signals
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var background sync.WaitGroup
	defer background.Wait()
	defer cancel()
	library, err := scripts.Open(ctx, scripts.Options{Root: cfg.Scripts, Mode: modes[cfg.Reload], Gate: gate(cfg), Log: log})
	if err != nil {
		return err
	}
	e, err := engine.New(options(cfg, library, log))
	if err != nil {
		return err
	}
	var listeners []net.Listener
	defer func() { // those that nobody has served
		for _, l := range listeners {
			l.Close()
		}
	}()
	for _, address := range cfg.Listen {
		l, err := net.Listen("tcp", address)
		if err != nil {
			return cannotListen("listen", address, err)
		}
		listeners = append(listeners, l)
	}
	faces := newFaces(ctx, &background)
	if err := serveXML(faces, &cfg.XMLHandler, e, log); err != nil {
		return err
	}
	if err := serveLua(faces, &cfg.LuaHTTP, e, log); err != nil {
		return err
	}
	drain := make(chan struct{})
	a := &admin.Server{
		Engine: e, Scripts: library, Version: version(), Began: time.Now(), Max: cfg.MaxCalls, Drain: sync.OnceFunc(func() { close(drain) }),
	}
	if err := serveAdmin(ctx, &background, cfg.Admin, a, log); err != nil {
		return err
	}
	if err := e.Begin(); err != nil {
		return err
	}
	background.Go(func() {
		if err := library.Run(ctx); err != nil && ctx.Err() == nil {
			log.Error("changes of scripts are not noticed any more", "err", err)
		}
	})
	if w.Reloads != nil {
		signals, stop := w.Reloads()
		defer stop()
		background.Go(func() { reloadOn(ctx, signals, library, log) })
	}
	ended := make(chan error, len(listeners))
	for _, l := range listeners {
		log.Info("ready for calls", "addr", l.Addr(), "scripts", cfg.Scripts)
		background.Go(func() { ended <- e.Serve(ctx, l) })
	}
	select {
	case s := <-stops:
		log.Info("stopping", "signal", s, "calls", e.Calls(), "drain", cfg.Drain)
	case <-drain:
		log.Info("stopping", "order", "drain", "calls", e.Calls(), "drain", cfg.Drain)
	case err := <-ended:
		return fmt.Errorf("serve: %w", err)
	case err := <-faces.failed:
		return err
	case <-ctx.Done():
		return nil
	}
	draining, hurry := context.WithCancel(ctx)
	defer hurry()
	background.Go(func() {
		select {
		case s := <-stops:
			log.Warn("stopping at once", "signal", s, "calls", e.Calls())
			hurry()
		case <-ctx.Done():
		}
	})
	err = e.Shutdown(draining) // calls that run to their end may still need XML
	if err := faces.stop(draining); err != nil {
		log.Warn("HTTP requests were cut off", "err", err)
	}
	cancel()
	for range listeners {
		if err := <-ended; !errors.Is(err, esl.ErrServerClosed) {
			log.Error("serve", "err", err)
		}
	}
	log.Info("stopped")
	if err != nil {
		return fmt.Errorf("calls were cut off: %w", err)
	}
	return nil
}
