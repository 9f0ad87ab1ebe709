package channel_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"eslua/esl"
	"eslua/esl/channel"
	"eslua/esl/esltest"
)

// kinds collects the events that a function is called for: their names, and the header "n".
func kinds(list *[]string) func(*esl.Event) {
	return func(ev *esl.Event) { *list = append(*list, ev.Name()+ev.Get("n")) }
}

// custom makes an event with a number.
func custom(subclass, n string) *esl.Event {
	ev := esl.NewEvent("CUSTOM")
	ev.Add("Event-Subclass", subclass)
	ev.Add("n", n)
	return ev
}

func TestSubscriptions(t *testing.T) {
	l := newLab(t, "async full", func(ctx context.Context, c *channel.Call) {
		pause := func() { c.Wait(ctx, c.Clock().Now().Add(time.Second), func() bool { return false }) }
		fire := func(subclass, n string) {
			if _, err := c.FireEvent(ctx, "CUSTOM", custom(subclass, n)); err != nil {
				t.Error(err)
			}
		}
		subscribe := func(name, subclass string, list *[]string) *channel.Subscription {
			s, err := c.Subscribe(ctx, name, subclass, kinds(list))
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		var mine, other, any, odd, never, all []string
		fire("my::x", "0") // nobody listens yet
		a := subscribe("CUSTOM", "my::x", &mine)
		b := subscribe("CUSTOM", "my::x", &other)
		fire("my::x", "1")
		fire("MY::x", "2") // not in the very letters
		fire("your::x", "3")
		pause()
		a.Close()
		a.Close()
		fire("my::x", "4")
		pause()
		b.Close()
		fire("my::x", "5")
		pause()
		subscribe("CUSTOM", "", &any)
		subscribe("CUSTOM", "-two words", &odd)
		subscribe("DTMF", "my::x", &never)
		fire("my::x", "6")
		fire("-two words", "7")
		fire("", "8")
		pause()
		e := subscribe("ALL", "", &all)
		fire("my::x", "9")
		pause()
		e.Close()
		fire("my::x", "10")
		pause()
		for name, got := range map[string][2][]string{
			"mine":  {mine, {"CUSTOM1"}},
			"other": {other, {"CUSTOM1", "CUSTOM4"}},
			"any":   {any, {"CUSTOM6", "CUSTOM7", "CUSTOM8", "CUSTOM9", "CUSTOM10"}},
			"odd":   {odd, {"CUSTOM7"}},
			"never": {never, nil},
			"all":   {all, {"CUSTOM9"}},
		} {
			if !slices.Equal(got[0], got[1]) {
				t.Errorf("%s: %v, want %v", name, got[0], got[1])
			}
		}
	})
	l.finish(l.call())
}

// TestForeignEventsAreOnlyForThoseWhoSubscribed: the events of another channel come, and those who listen to the call do not
// see them; neither do they see further types of its own.
func TestForeignEventsAreOnlyForThoseWhoSubscribed(t *testing.T) {
	l := newLab(t, "async full", func(ctx context.Context, c *channel.Call) {
		var foreign, executed, heard []string
		if _, err := c.Subscribe(ctx, "CHANNEL_EXECUTE", "", func(ev *esl.Event) {
			switch {
			case ev.Get("Application") == "park": // of the far end
			case ev.Get("Unique-ID") != c.Leg().UUID():
				foreign = append(foreign, ev.Get("Application"))
			default:
				executed = append(executed, ev.Get("Application"))
			}
		}); err != nil {
			t.Fatal(err)
		}
		all, err := c.Subscribe(ctx, "ALL", "", func(*esl.Event) {})
		if err != nil {
			t.Fatal(err)
		}
		c.Listen(func(ev *esl.Event) {
			if ev.Get("Unique-ID") != c.Leg().UUID() || ev.Name() == "CHANNEL_CALLSTATE" {
				heard = append(heard, ev.Name())
			}
		})
		leg := c.Leg()
		leg.Answer(ctx)
		leg.Pause(ctx, 5*time.Second, channel.Input{})
		all.Close()
		leg.Execute(ctx, channel.Exec{App: "set", Arg: "x=1"})
		if want := []string{"set", "answer", "sleep"}; !slices.Equal(foreign, want) {
			t.Errorf("foreign: %v, want %v", foreign, want)
		}
		if want := []string{"answer", "set"}; !slices.Equal(executed, want) {
			t.Errorf("executed: %v, want %v", executed, want)
		}
		if heard != nil {
			t.Errorf("a listener of the call heard %v", heard)
		}
	})
	call := l.call()
	l.sw.After(time.Second)
	other, err := l.sw.Call(esltest.CallSpec{Destination: "elsewhere"})
	if err != nil {
		t.Fatal(err)
	}
	l.finish(other)
	l.finish(call)
}

// TestAPatternThatCannotBeUsed is refused, and not taken for one that nothing matches.
func TestAPatternThatCannotBeUsed(t *testing.T) {
	l := newLab(t, "async full", func(ctx context.Context, c *channel.Call) {
		for pattern, want := range map[string]error{
			"/^my/": nil, "/^MY/i": nil, "my::x": nil, "/^(?!my)/": esl.ErrSyntax, "/(/": esl.ErrSyntax, "/my": esl.ErrSyntax,
			"-my::x": esl.ErrNotAllowed, "- my::x": esl.ErrNotAllowed, "": esl.ErrSyntax,
		} {
			if _, err := c.FilterOwn(ctx, "Event-Subclass", pattern); !errors.Is(err, want) {
				t.Errorf("%q: %v, want %v", pattern, err, want)
			}
		}
	})
	l.finish(l.call())
}

func TestSubscriptionsNeedFullMode(t *testing.T) {
	l := newLab(t, "async", func(ctx context.Context, c *channel.Call) {
		if _, err := c.Subscribe(ctx, "DTMF", "", func(*esl.Event) {}); !errors.Is(err, esl.ErrNotAllowed) {
			t.Errorf("subscribe: %v", err)
		}
		if _, err := c.FireEvent(ctx, "CUSTOM", custom("my::x", "1")); !errors.Is(err, esl.ErrNotAllowed) {
			t.Errorf("fire: %v", err)
		}
	})
	l.finish(l.call())
}
