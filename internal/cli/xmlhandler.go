package cli

import (
	"log/slog"
	"net"

	"eslua/engine"
	"eslua/engine/xmlhandler"
	"eslua/internal/config"
)

// serveXML begins to serve requests for XML. Without an address nothing is served.
func serveXML(f *faces, cfg *config.XMLHandler, e *engine.Engine, log *slog.Logger) error {
	if cfg.Listen == "" {
		return nil
	}
	l, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return cannotListen("xml_handler.listen", cfg.Listen, err)
	}
	log.Info("ready for requests for XML", "addr", l.Addr().String())
	f.serve("serve XML", l, xmlhandler.New(xmlhandler.Options{
		Engine: e, Bindings: cfg.Bindings, User: cfg.User, Password: cfg.Password, Allow: cfg.Allow, Timeout: cfg.Timeout,
		MaxRequests: cfg.MaxRequests, Log: log,
	}))
	return nil
}
