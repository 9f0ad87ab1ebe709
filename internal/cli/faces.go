package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
)

// face is a server of HTTP requests that scripts answer.
type face interface {
	Serve(l net.Listener) error
	Shutdown(ctx context.Context) error
}

// faces are those that serve beside the calls.
type faces struct {
	ctx        context.Context // ends them
	background *sync.WaitGroup
	failed     chan error // why one ended by itself
	all        []face
}

func newFaces(ctx context.Context, background *sync.WaitGroup) *faces {
	return &faces{ctx: ctx, background: background, failed: make(chan error, 2)}
}

// serve has a face serve until stop is called, or the context ends; what names it in errors.
func (f *faces) serve(what string, l net.Listener, s face) {
	f.all = append(f.all, s)
	f.background.Go(func() {
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			f.failed <- fmt.Errorf("%s: %w", what, err)
		}
	})
	f.background.Go(func() {
		<-f.ctx.Done()
		s.Shutdown(f.ctx) // which cuts requests off; where they were waited for there are none
	})
}

// stop takes no more requests, and waits until ctx ends for those that are being served. Its error is that some were cut off.
func (f *faces) stop(ctx context.Context) error {
	var problems []error
	for _, s := range f.all {
		problems = append(problems, s.Shutdown(ctx))
	}
	return errors.Join(problems...)
}
