package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"

	"eslua/engine"
	"eslua/engine/xmlhandler"
	"eslua/internal/config"
)

// serveXML serves requests for XML until stop is called, whose context bounds the wait for those that are being served, or
// until ctx ends. Why serving ended by itself goes to failed. Without an address nothing is served.
func serveXML(ctx context.Context, background *sync.WaitGroup, cfg *config.XMLHandler, e *engine.Engine, log *slog.Logger) (stop func(context.Context) error, failed <-chan error, err error) {
	if cfg.Listen == "" {
		return func(context.Context) error { return nil }, nil, nil
	}
	l, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return nil, nil, fmt.Errorf("listen: %w", err)
	}
	s := xmlhandler.New(xmlhandler.Options{
		Engine: e, Bindings: cfg.Bindings, User: cfg.User, Password: cfg.Password, Allow: cfg.Allow, Timeout: cfg.Timeout,
		MaxRequests: cfg.MaxRequests, Log: log,
	})
	log.Info("ready for requests for XML", "addr", l.Addr().String())
	end := make(chan error, 1)
	background.Go(func() {
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			end <- fmt.Errorf("serve XML: %w", err)
		}
	})
	background.Go(func() {
		<-ctx.Done()
		s.Shutdown(ctx) // which cuts requests off; where they were waited for there are none
	})
	return s.Shutdown, end, nil
}
