package scripts

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"eslua/internal/clock"
)

// polling runs a library by a virtual clock, which the test holds. What it returns sleeps until then, after the start.
func polling(t *testing.T, dir string) (l *Library, until func(time.Duration)) {
	start := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	v := clock.NewVirtual(start)
	l, _ = open(t, Options{Root: dir, Mode: Poll, Clock: v})
	ctx, cancel := context.WithCancel(context.Background())
	g := clock.NewGroup(v)
	g.Go(func() {
		if err := l.Run(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("Run: %v", err)
		}
	})
	t.Cleanup(func() {
		cancel()
		g.Wait(context.Background())
	})
	w := v.NewWaiter()
	return l, func(d time.Duration) { w.Wait(context.Background(), start.Add(d)) }
}

func TestPollingLooksEverySecond(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.lua": "return 1"})
	l, until := polling(t, dir)
	until(500 * time.Millisecond)
	put(t, dir, map[string]string{"a.lua": "return 2"})
	until(999 * time.Millisecond)
	want(t, l.Generation(), 1, map[string]string{"a.lua": "return 1"})
	until(1100 * time.Millisecond)
	want(t, l.Generation(), 2, map[string]string{"a.lua": "return 2"})
	until(10 * time.Second)
	want(t, l.Generation(), 2, map[string]string{"a.lua": "return 2"})
}

func TestPollingLetsChangesSettle(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.lua": "return 1"})
	l, until := polling(t, dir)
	put(t, dir, map[string]string{"a.lua": "return 2"})
	until(1020 * time.Millisecond)
	put(t, dir, map[string]string{"b.lua": "return 2"})
	until(1060 * time.Millisecond)
	want(t, l.Generation(), 1, map[string]string{"a.lua": "return 1"})
	until(1110 * time.Millisecond)
	want(t, l.Generation(), 2, map[string]string{"a.lua": "return 2", "b.lua": "return 2"})
}

func TestPollingTakesWhatNeverSettles(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.lua": "return 1"})
	l, until := polling(t, dir)
	for i, at := range []time.Duration{990, 1010, 1060, 1110, 1149} {
		until(at * time.Millisecond)
		put(t, dir, map[string]string{"a.lua": "return " + string(rune('2'+i))})
		want(t, l.Generation(), 1, map[string]string{"a.lua": "return 1"})
	}
	until(1200 * time.Millisecond)
	want(t, l.Generation(), 2, map[string]string{"a.lua": "return 6"})
}

func TestPollingSeesTheRootVanishAndComeBack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "scripts")
	put(t, dir, map[string]string{"a.lua": "return 1"})
	l, until := polling(t, dir)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	until(1500 * time.Millisecond)
	if s := l.Status(); !errors.Is(s.Refused, os.ErrNotExist) || s.Generation != 1 {
		t.Errorf("%+v", s)
	}
	put(t, dir, map[string]string{"a.lua": "return 2"})
	until(4 * time.Second)
	want(t, l.Generation(), 2, map[string]string{"a.lua": "return 2"})
}
