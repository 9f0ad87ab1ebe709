package channel_test

import (
	"context"
	"testing"

	"eslua/esl/channel"
	"eslua/esl/esltest"
)

// TestVariablesOfAnAttachedLeg: they are what they were, also where they come from what the switch has told at the beginning.
func TestVariablesOfAnAttachedLeg(t *testing.T) {
	const odd = "100%25 of a\nReply-Text: x, \"quoted\""
	l := newLab(t, "async full", nil)
	other, err := l.sw.Call(esltest.CallSpec{Destination: "stays", Called: map[string]string{"odd": odd}})
	if err != nil {
		t.Fatal(err)
	}
	l.serve = func(ctx context.Context, c *channel.Call) {
		leg, err := c.Attach(ctx, other.UUID())
		if err != nil {
			t.Error(err)
			return
		}
		if v := leg.Snapshot().Variable("odd"); v != odd {
			t.Errorf("the snapshot has %q", v)
		}
		if v, _, err := leg.Get(ctx, "odd"); v != odd || err != nil {
			t.Errorf("it is %q, %v", v, err)
		}
		if again, err := c.Attach(ctx, other.UUID()); again != leg || err != nil {
			t.Errorf("again: %v, %v", again, err)
		}
	}
	l.finish(l.call())
	other.Hangup("")
	l.finish(other)
}
