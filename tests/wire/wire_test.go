// Package wire holds the simulated switch to the recordings of a real one: the commands of each recording are sent to it,
// in the situation in which they were recorded, and what it sends is compared.
package wire

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"eslua/internal/clock"
)

func TestTheSimulatedSwitchAnswersAsTheRecordedOne(t *testing.T) {
	sc, err := loadScenarios()
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range sc.Scenarios {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if s.Replay != nil && !*s.Replay || len(s.With) > 0 && s.Kind == "inbound" {
				return
			}
			l, err := newLab(sc, s)
			if err != nil {
				t.Fatal(err)
			}
			defer l.close()
			rs := []*replay{}
			for _, n := range append([]string{name}, s.With...) {
				r, err := newReplay(l, sc, n)
				if err != nil {
					t.Fatal(err)
				}
				rs = append(rs, r)
			}
			if err := runAll(l, rs); err != nil {
				t.Fatal(err)
			}
			for _, r := range rs {
				recorded, got := r.recorded, r.messages()
				if p, ok := partial[r.name]; ok {
					recorded, got = without(recorded, p.omit), without(got, p.omit)
				}
				diffs := append(compare(recorded, got), r.findings...)
				if len(diffs) > 0 {
					t.Errorf("%s: %d differences\n%s", r.name, len(diffs), strings.Join(diffs, "\n"))
				}
			}
		})
	}
}

// runAll runs replays that belong together: the first one makes the call, the others watch. A watcher whose login is in its
// recording is there before; another comes when the first one opens its other connection.
func runAll(l *lab, rs []*replay) error {
	first, watchers := rs[0], clock.NewGroup(l.clock)
	done := l.clock.NewWaiter()
	watch := func(r *replay) error {
		if err := r.open(l); err != nil {
			return err
		}
		watchers.Go(func() {
			if err := r.steps(l, r.scenario.Steps, func(string) { done.Wait(context.Background(), never) }); err != nil {
				r.find("%v", err)
			}
		})
		r.sleep(10 * pace)
		return nil
	}
	for _, r := range rs[1:] {
		if r.scenario.Auth != "" {
			if err := watch(r); err != nil {
				return err
			}
		} else {
			first.onOther = func() error {
				r.login = true
				return watch(r)
			}
		}
	}
	err := first.open(l)
	if err == nil {
		err = first.steps(l, first.scenario.Steps, nil)
	}
	done.Wake()
	watchers.Wait(context.Background())
	for _, r := range rs {
		for _, c := range []net.Conn{r.conn, r.other} {
			if c != nil {
				c.Close()
			}
		}
		r.group.Wait(context.Background())
	}
	return err
}

var never time.Time
