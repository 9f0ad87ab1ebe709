package cli

import (
	"log/slog"

	"eslua/engine"
	"eslua/engine/luahttp"
	"eslua/internal/config"
)

// serveLua begins to run scripts for HTTP requests. Without an address none are.
func serveLua(f *faces, cfg *config.LuaHTTP, e *engine.Engine, log *slog.Logger) error {
	if cfg.Listen == "" {
		return nil
	}
	l, err := luahttp.Listen(cfg.Listen, cfg.Token)
	if err != nil {
		return cannotListen("lua_http.listen", cfg.Listen, err)
	}
	log.Info("ready for requests for scripts", "addr", l.Addr().String())
	f.serve("serve requests for scripts", l, luahttp.New(luahttp.Options{
		Engine: e, Token: cfg.Token, Timeout: cfg.Timeout, MaxRequests: cfg.MaxRequests, Log: log,
	}))
	return nil
}
