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
		if err := l.poll(ctx); err != nil {
			return err
		}
	}
}

// poll looks at the directory once, in a while. Its error is that of ctx.
func (l *Library) poll(ctx context.Context) error {
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
		return nil
	}
	l.loading.Lock()
	defer l.loading.Unlock()
	t, err := l.scan(ctx, func(string, bool) {})
	_, err = l.take(ctx, t, err, 0)
	return err
}

// look scans without taking anything. The tree is nil when it cannot be read.
func (l *Library) look(ctx context.Context) (t *tree, changed bool) {
	l.loading.Lock()
	defer l.loading.Unlock()
	t, err := l.scan(ctx, func(string, bool) {})
	defer t.close()
	return t, err != nil || !l.knows(t)
}
