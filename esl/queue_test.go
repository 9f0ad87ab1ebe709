package esl_test

import (
	"runtime"
	"slices"
	"strconv"
	"testing"

	"eslua/esl"
)

// arrive waits until all that the switch has sent so far has been dispatched.
func arrive(t *testing.T, c *esl.Conn, p *peer) {
	t.Helper()
	sent := start(t, c, esl.API("echo", ""))
	p.expect("api echo")
	p.response("")
	await(t, sent[0])
}

// TestAReaderThatSleepsLosesTheOldestEventsAndNoVitalOne sends 20,000 events to somebody who takes none.
func TestAReaderThatSleepsLosesTheOldestEventsAndNoVitalOne(t *testing.T) {
	const n, limit = 20_000, 4096
	c, p := newCall(t, asyncFull(), esl.Options{})
	var vital, others []string
	for i := range n {
		if i%10 == 0 {
			p.event("DTMF", "Unique-ID", channel, "n", strconv.Itoa(i))
			vital = append(vital, "DTMF "+strconv.Itoa(i))
		} else {
			p.event("CHANNEL_CALLSTATE", "Unique-ID", channel, "n", strconv.Itoa(i))
			others = append(others, "CHANNEL_CALLSTATE "+strconv.Itoa(i))
		}
	}
	arrive(t, c, p)
	if s := c.Stats(); s.Dropped != uint64(len(others)-limit) || s.Waiting != len(vital)+limit || s.Frames != n+2 {
		t.Errorf("%+v, want %d dropped, %d waiting, %d frames", s, len(others)-limit, len(vital)+limit, n+2)
	}
	var want []string
	kept := others[len(others)-limit:]
	for _, v := range vital { // in the order of their numbers
		at, _ := strconv.Atoi(v[len("DTMF "):])
		for len(kept) > 0 {
			if o, _ := strconv.Atoi(kept[0][len("CHANNEL_CALLSTATE "):]); o > at {
				break
			}
			want = append(want, kept[0])
			kept = kept[1:]
		}
		want = append(want, v)
	}
	want = append(want, kept...)
	if got := received(c, "n"); !slices.Equal(got, want) {
		t.Errorf("received %d messages, want %d in the order of their sending", len(got), len(want))
	}
}

func TestOnlyVitalEventsOfFollowedChannelsAreKept(t *testing.T) {
	c, p := newCall(t, asyncFull(), esl.Options{Queue: esl.QueueLimits{Events: 1}})
	const other = "another-channel"
	kept := []string{
		"CHANNEL_EXECUTE", "CHANNEL_EXECUTE_COMPLETE", "DTMF", "CHANNEL_ANSWER", "CHANNEL_BRIDGE", "CHANNEL_UNBRIDGE",
		"CHANNEL_PARK", "CHANNEL_UNPARK", "CHANNEL_HANGUP", "CHANNEL_HANGUP_COMPLETE", "CHANNEL_STATE", "PLAYBACK_STOP",
		"RECORD_STOP", "PRIVATE_COMMAND",
	}
	flood := func(channel string) {
		for _, name := range kept {
			p.event(name, "Unique-ID", channel)
		}
		p.event("CUSTOM")
		p.event("LAST")
		arrive(t, c, p)
	}
	flood(channel)
	if got, want := received(c, ""), append(slices.Clone(kept), "LAST"); !slices.Equal(got, want) {
		t.Errorf("of the controlled channel: %v, want %v", got, want)
	}
	flood(other)
	if got := received(c, ""); !slices.Equal(got, []string{"LAST"}) {
		t.Errorf("of a channel that is not followed: %v, want only LAST", got)
	}
	c.Follow(other)
	flood(other)
	if got, want := received(c, ""), append(slices.Clone(kept), "LAST"); !slices.Equal(got, want) {
		t.Errorf("of a followed channel: %v, want %v", got, want)
	}
	c.Unfollow(other)
	flood(other)
	if got := received(c, ""); !slices.Equal(got, []string{"LAST"}) {
		t.Errorf("of a channel that is followed no more: %v, want only LAST", got)
	}
}

func TestWhatIsAwaitedIsKept(t *testing.T) {
	c, p := newCall(t, asyncFull(), esl.Options{Queue: esl.QueueLimits{Events: 1}})
	bgapi(t, c, "job-1", "status")
	execute(t, c, "answer", "e-1")
	p.expect("bgapi status")
	p.expect("sendmsg")
	p.reply("+OK Job-UUID: job-1")
	p.reply("+OK")
	p.job("another", "")
	p.job("job-1", "")
	p.event("CHANNEL_EXECUTE_COMPLETE", "Unique-ID", "another", "Application-UUID", "e-1")
	p.event("LAST")
	arrive(t, c, p)
	if got, want := received(c, "Job-UUID"), []string{"BACKGROUND_JOB job-1", "CHANNEL_EXECUTE_COMPLETE", "LAST"}; !slices.Equal(got, want) {
		t.Errorf("received %v, want %v", got, want)
	}
}

func TestTheControlledChannelIsFollowedWhateverItsId(t *testing.T) {
	c, p := newOutbound(t, esl.Options{Queue: esl.QueueLimits{Events: 1}})
	sent := start(t, c, esl.Connect())
	p.expect("connect")
	p.send("Event-Name: CHANNEL_DATA\nUnique-ID: my%20own%3Aid\nContent-Type: command/reply\nReply-Text: %2BOK%0A\n" +
		"Socket-Mode: async\nControl: full\n\n")
	await(t, sent[0])
	p.event("DTMF", "Unique-ID", "my own:id")
	p.event("ONE")
	p.event("TWO")
	arrive(t, c, p)
	if got, want := received(c, ""), []string{"DTMF", "TWO"}; !slices.Equal(got, want) {
		t.Errorf("received %v, want %v", got, want)
	}
}

func TestTooManyVitalEventsEndTheConnection(t *testing.T) {
	c, p := newCall(t, asyncFull(), esl.Options{Queue: esl.QueueLimits{Kept: 100}})
	for i := range 100 {
		p.event("DTMF", "Unique-ID", channel, "n", strconv.Itoa(i))
	}
	arrive(t, c, p)
	if end := c.End(); end != nil {
		t.Fatalf("ended at the limit: %v", end)
	}
	sent := start(t, c, esl.API("never", "answered"))
	p.event("DTMF", "Unique-ID", channel, "n", "one too many")
	_, err := sent[0].Wait(patience(t))
	end := c.End()
	if end == nil || end.Reason != esl.EndOverflow || err != error(end) {
		t.Fatalf("one above the limit: %v, want the end with reason %v", err, esl.EndOverflow)
	}
	if want := "esl: connection has ended (overflow): 100 events that must be kept were not taken"; end.Error() != want {
		t.Errorf("%v\nwant\n%s", end, want)
	}
	if got := received(c, "n"); len(got) != 100 || got[99] != "DTMF 99" {
		t.Errorf("%d digits can still be received, want the first 100", len(got))
	}
}

func TestAFloodTakesNoMoreMemoryThanItsLimit(t *testing.T) {
	c, p := newCall(t, asyncFull(), esl.Options{Queue: esl.QueueLimits{Events: 100}})
	heap := func() int {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int(m.HeapAlloc)
	}
	before := heap()
	value := string(make([]byte, 2000))
	for range 500 {
		for range 20 {
			p.event("CHANNEL_CALLSTATE", "x", value)
		}
		arrive(t, c, p)
	}
	if grown := heap() - before; grown > 8<<20 { // 10,000 events of 6 kB came
		t.Errorf("the heap has grown by %d bytes, want less than 8 MiB", grown)
	}
	if s := c.Stats(); s.Dropped != 10_000-100 {
		t.Errorf("%d dropped, want %d", s.Dropped, 10_000-100)
	}
}
