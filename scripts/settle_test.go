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
				for s.wait(ctx, time.Time{}) {
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

// What happens after a change has settled belongs to it as long as it may wait.
func TestAChangeGoesOn(t *testing.T) {
	start := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	v := clock.NewVirtual(start)
	g := clock.NewGroup(v)
	g.Go(func() {
		s := newSettling(v)
		w := v.NewWaiter()
		at := func(ms int) { w.Wait(context.Background(), start.Add(time.Duration(ms)*time.Millisecond)) }
		settles := func(ms int) {
			t.Helper()
			if !s.wait(context.Background(), start.Add(time.Hour)) || v.Now().Sub(start) != time.Duration(ms)*time.Millisecond {
				t.Errorf("settled after %v, want %d ms", v.Now().Sub(start), ms)
			}
		}
		s.mark()
		settles(50)
		if at(60); s.goesOn() {
			t.Error("nothing has happened")
		}
		at(70)
		s.mark()
		if !s.goesOn() {
			t.Error("it does not go on")
		}
		at(110)
		s.mark()
		settles(150) // not 160
		at(151)
		s.mark()
		if s.goesOn() {
			t.Error("it has no end")
		}
		settles(201)
		settles(3600_000)
	})
	g.Wait(context.Background())
}
