package channel_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"eslua/esl"
	"eslua/esl/channel"
)

func TestFiredEventsArriveAsTheyAre(t *testing.T) {
	l := newLab(t, "async full", func(ctx context.Context, c *channel.Call) {
		var got []*esl.Event
		if _, err := c.Subscribe(ctx, "CUSTOM", "my::x", func(ev *esl.Event) { got = append(got, ev) }); err != nil {
			t.Fatal(err)
		}
		ev := c.Hello().Clone() // with the switch's own headers, and the id of a channel that lives
		ev.Del("Reply-Text")    // of the connection, not of the event
		ev.Set("Event-Subclass", "my::x")
		ev.Add("twice", "one")
		ev.Add("twice", "two")
		ev.Add("odd", "é %41: 'x' \\")
		ev.Add("list", "ARRAY::a|:b")
		ev.Add("lines", " a\r\nb")
		ev.Add("not: sent", "x")
		ev.SetBody("the\n\nbody")
		changed, err := c.FireEvent(ctx, "CUSTOM", ev)
		if want := []string{"Unique-ID", "lines", "not: sent"}; !slices.Equal(changed, want) || err != nil {
			t.Errorf("changed %v, %v; want %v", changed, err, want)
		}
		for again := range 2 {
			c.Wait(ctx, c.Clock().Now().Add(time.Second), func() bool { return false })
			if len(got) != again+1 {
				t.Fatalf("%d events have come", len(got))
			}
			e := got[again]
			for name, want := range map[string][]string{
				"Event-Name": {"CUSTOM"}, "Event-Subclass": {"my::x"}, "Unique-ID": nil, "X-Unique-ID": {c.Leg().UUID()},
				"Channel-Name": {c.Leg().Name()}, "twice": {"one", "two"}, "list": {"a", "b"},
				"lines": {" a\r\nb"}, "not": nil, "Event-Sequence": {e.Get("Event-Sequence")}, "Event-Calling-File": {e.Get("Event-Calling-File")},
			} {
				if got := e.Values(name); !slices.Equal(got, want) {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
			if e.Body() != "the\n\nbody" {
				t.Errorf("body %q", e.Body())
			}
			if again == 0 { // what has come can be fired again
				if changed, err := c.FireEvent(ctx, "CUSTOM", e); len(changed) != 1 || changed[0] != "lines" || err != nil {
					t.Errorf("again: changed %v, %v", changed, err)
				}
			}
		}
	})
	l.finish(l.call())
}
