package esltest

import (
	"fmt"
	"strconv"
	"time"
)

// setReport sets the variables that the end of a call leaves for call detail records.
func (ch *channel) setReport() {
	dialled := "none"
	if ch.dialledDigits != "" {
		dialled = ch.dialledDigits
	}
	ch.set("digits_dialed", dialled)
	t := &ch.profile.times
	stamp := func(name string, at int64) {
		if at != 0 {
			ch.set(name, time.UnixMicro(at).In(ch.sw.now.Location()).Format(stampFormat))
		}
	}
	stamp("start_stamp", t.created)
	stamp("profile_start_stamp", t.profileCreated)
	stamp("answer_stamp", t.answered)
	stamp("bridge_stamp", t.bridged)
	stamp("resurrect_stamp", t.resurrected)
	stamp("progress_stamp", t.progress)
	stamp("progress_media_stamp", t.progressMedia)
	stamp("end_stamp", t.hungup)
	epoch := func(name string, at int64) {
		ch.set(name+"_epoch", strconv.FormatInt(at/1e6, 10))
		ch.set(name+"_uepoch", strconv.FormatInt(at, 10))
	}
	epoch("start", t.created)
	epoch("profile_start", t.profileCreated)
	epoch("answer", t.answered)
	epoch("bridge", t.bridged)
	epoch("last_hold", t.lastHold)
	ch.set("hold_accum_seconds", strconv.FormatInt(t.holdAccum/1e6, 10))
	ch.set("hold_accum_usec", strconv.FormatInt(t.holdAccum, 10))
	ch.set("hold_accum_ms", strconv.FormatInt(t.holdAccum/1e3, 10))
	epoch("resurrect", t.resurrected)
	epoch("progress", t.progress)
	epoch("progress_media", t.progressMedia)
	epoch("end", t.hungup)
	if n := len(ch.log); n > 0 {
		ch.set("last_app", ch.log[n-1].App)
		ch.set("last_arg", ch.log[n-1].Data)
	}
	ch.set("caller_id", ch.profile.callerNumber)
	if ch.profile.callerName != "" {
		ch.set("caller_id", fmt.Sprintf("\"%s\" <%s>", ch.profile.callerName, ch.profile.callerNumber))
	}
	spans := []struct {
		name     string
		from, to int64
	}{
		{"duration", t.created, t.hungup},
		{"bill", t.answered, t.hungup},
		{"progress", t.created, t.progress},
		{"answer", t.created, t.answered},
		{"wait", t.created, t.bridged},
		{"progress_media", t.created, t.progressMedia},
		{"flow_bill", t.created, t.hungup},
	}
	for _, unit := range []struct {
		name, prefix string
		us           int64
	}{{"sec", "", 1e6}, {"msec", "m", 1e3}, {"usec", "u", 1}} {
		for _, s := range spans {
			n := s.to/unit.us - s.from/unit.us
			if s.from == 0 || s.to == 0 || s.name == "flow_bill" && t.answered == 0 {
				n = 0
			}
			name := s.name + unit.name
			if s.name == "duration" {
				name = unit.prefix + "duration"
			}
			ch.set(name, strconv.FormatInt(n, 10))
		}
	}
}
