package channel_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"eslua/esl"
	"eslua/esl/channel"
)

// TestAFeedCostsWhatAConnectionWould: the switch sends no foreign events where the user of the feed would not get them, all of
// a type where he would, and none any more when the feed has ended.
func TestAFeedCostsWhatAConnectionWould(t *testing.T) {
	l := newLab(t, "async full", func(ctx context.Context, c *channel.Call) {
		var got []string
		f := c.NewFeed(func(ev *esl.Event) { got = append(got, ev.Get("n")) })
		do := func(line string) {
			t.Helper()
			cmds, err := esl.ParseCommands(line)
			if err != nil {
				t.Fatal(err)
			}
			if reply, mine, err := f.Do(ctx, cmds[0]); !mine || err != nil || !strings.HasPrefix(reply, "+OK") {
				t.Errorf("%s: %q, %v, %v", line, reply, mine, err)
			}
		}
		pause := func() { c.Wait(ctx, c.Clock().Now().Add(time.Second), func() bool { return false }) }
		// seen fires events and gives how many of them came over the connection, and which came through the feed.
		seen := func() (frames int, through string) {
			t.Helper()
			pause()
			got = nil
			before := int(c.Conn().Stats().Frames)
			for _, n := range []string{"1", "2", "3"} {
				if _, err := c.FireEvent(ctx, "CUSTOM", custom("my::x", n)); err != nil {
					t.Error(err)
				}
			}
			pause()
			return int(c.Conn().Stats().Frames) - before - 3, strings.Join(got, "") // the replies
		}
		check := func(what string, frames int, through string) {
			t.Helper()
			if n, s := seen(); n != frames || s != through {
				t.Errorf("%s: %d frames, %q came through, want %d and %q", what, n, s, frames, through)
			}
		}
		check("nothing", 0, "")
		do("event plain CUSTOM my::x")
		check("a type", 3, "123")
		do("filter Unique-ID " + c.Leg().UUID())
		check("own events alone", 0, "")
		do("filter n 2")
		check("a filter", 1, "2")
		do("filter n /[13]/")
		check("a pattern", 3, "123")
		do("filter n -1")
		check("not the first", 3, "23")
		do("filter delete n")
		check("own events again", 0, "")
		do("filter delete all")
		do("event plain ALL")
		check("all types", 3, "123")
		do("myevents")
		check("myevents", 0, "")
		other, err := c.Subscribe(ctx, "CUSTOM", "my::x", func(*esl.Event) {})
		if err != nil {
			t.Fatal(err)
		}
		check("another user", 3, "")
		f.Close()
		f.Close()
		check("closed, another user", 3, "")
		other.Close()
		check("closed", 0, "")
		if e, err := c.Leg().Execute(ctx, channel.Exec{App: "set", Arg: "a=b"}); err != nil || e == nil {
			t.Errorf("the call itself: %v", err)
		}
	})
	l.finish(l.call())
}
