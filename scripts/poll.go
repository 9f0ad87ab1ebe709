package scripts

import (
	"context"
	"time"

	"eslua/internal/clock"
)

// pollInterval is how often a directory without watches is looked at.
const pollInterval = time.Second

// runPoll looks at the directory again and again until ctx ends.
func (l *Library) runPoll(ctx context.Context) error {
	for {
		if err := clock.Sleep(ctx, l.clock, pollInterval); err != nil {
			return context.Cause(ctx)
		}
		last, changed := l.look(ctx)
		for began := l.clock.Now(); changed && l.clock.Now().Sub(began) < patience; {
			if err := clock.Sleep(ctx, l.clock, quietTime); err != nil {
				return context.Cause(ctx)
			}
			t, _ := l.look(ctx)
			if t != nil && last != nil && t.same(last) {
				break
			}
			last = t
		}
		if !changed {
			continue
		}
		l.loading.Lock()
		err := l.load(ctx, func(string) {}, false)
		l.loading.Unlock()
		if err != nil {
			return err
		}
	}
}

// look scans without taking anything. The tree is nil when it cannot be read.
func (l *Library) look(ctx context.Context) (t *tree, changed bool) {
	l.loading.Lock()
	defer l.loading.Unlock()
	t, err := scan(ctx, l.root, l.tree, func(string) {})
	return t, err != nil || !t.same(l.tree)
}
