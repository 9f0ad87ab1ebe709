package scripts

import (
	"context"
	"testing"
	"time"

	"eslua/internal/clock"
)

func TestChangesSettle(t *testing.T) {
	ms := func(ns ...int) (ds []time.Duration) {
		for _, n := range ns {
			ds = append(ds, time.Duration(n)*time.Millisecond)
		}
		return ds
	}
	for name, c := range map[string]struct{ marks, settled []time.Duration }{
		"one":                        {ms(0), ms(50)},
		"a burst":                    {ms(0, 10, 20, 60), ms(110)},
		"without end":                {ms(0, 40, 80, 120, 160, 200, 240, 280), ms(150, 310)},
		"two":                        {ms(0, 1000), ms(50, 1050)},
		"quiet as long as that":      {ms(0, 50, 51), ms(50, 101)},
		"the last at the very limit": {ms(0, 45, 90, 135, 149), ms(150)},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
			v := clock.NewVirtual(start)
			s := newSettling(v)
			ctx, cancel := context.WithCancel(t.Context())
			g := clock.NewGroup(v)
			var settled []time.Duration
			g.Go(func() {
				for s.wait(ctx) {
					settled = append(settled, v.Now().Sub(start))
				}
			})
			w := v.NewWaiter()
			for _, at := range c.marks {
				w.Wait(context.Background(), start.Add(at))
				s.mark()
			}
			w.Wait(context.Background(), start.Add(time.Hour))
			cancel()
			g.Wait(context.Background())
			if len(settled) != len(c.settled) {
				t.Fatalf("settled at %v, want %v", settled, c.settled)
			}
			for i := range settled {
				if settled[i] != c.settled[i] {
					t.Fatalf("settled at %v, want %v", settled, c.settled)
				}
			}
		})
	}
}
