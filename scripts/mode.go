package scripts

import "context"

// Mode is how a library notices changes.
type Mode int

const (
	// Watch: the system says when something changes.
	Watch Mode = iota
	// Poll: the directory is looked at every second.
	Poll
	// Manual: only Reload looks.
	Manual
	// Off: what was read first serves for ever.
	Off
)

func (m Mode) String() string { return [...]string{"watch", "poll", "manual", "off"}[m] }

// Run notices changes and takes them until ctx ends, whose cause it returns. Where there is nothing to notice it returns
// nil at once.
func (l *Library) Run(ctx context.Context) error {
	switch l.opts.Mode {
	case Watch:
		return l.runWatch(ctx)
	case Poll:
		return l.runPoll(ctx)
	}
	return nil
}
