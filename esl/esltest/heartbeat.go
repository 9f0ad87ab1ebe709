package esltest

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// beatTime is how often the switch says that it lives.
const beatTime = 20 * time.Second

// beat starts the heartbeat unless it runs. It runs only while somebody listens: a virtual clock would jump from beat to
// beat when nothing else is to come.
func (sw *Switch) beat() {
	if sw.beating || !sw.heard() {
		return
	}
	sw.beating = true
	sw.spawn(func(t *thread) {
		for sw.heard() {
			t.sleep(beatTime - sw.now.Sub(sw.booted)%beatTime)
			sw.fireHeartbeat()
		}
		sw.beating = false
	})
}

func (sw *Switch) heard() bool {
	return slices.ContainsFunc(sw.listeners, (*listener).hearsBeat)
}

func (l *listener) hearsBeat() bool {
	return l.listening && (l.types["HEARTBEAT"] || l.types["RE_SCHEDULE"])
}

func (sw *Switch) fireHeartbeat() {
	ev := sw.newEvent("HEARTBEAT", siteHeartbeat)
	for _, h := range []variable{
		{"Event-Info", "System Ready"},
		{"Up-Time", upTime(sw.now.Sub(sw.booted))},
		{"FreeSWITCH-Version", version},
		{"Uptime-msec", strconv.FormatInt(sw.now.Sub(sw.booted).Milliseconds(), 10)},
		{"Session-Count", itoa(len(sw.channels))},
		{"Max-Sessions", "1000"},
		{"Session-Per-Sec", "200"},
		{"Session-Per-Sec-Last", "0"},
		{"Session-Per-Sec-Max", itoa(sw.peak)},
		{"Session-Per-Sec-FiveMin", "0"},
		{"Session-Since-Startup", itoa(sw.sessions)},
		{"Session-Peak-Max", itoa(sw.peak)},
		{"Session-Peak-FiveMin", itoa(sw.peak)},
		{"Idle-CPU", "99.000000"},
	} {
		ev.Add(h.name, h.value)
	}
	sw.fire(ev)
	task := sw.newEvent("RE_SCHEDULE", siteSchedule)
	for _, h := range []variable{
		{"Task-ID", "1"},
		{"Task-Desc", "heartbeat"},
		{"Task-Group", "core"},
		{"Task-Runtime", strconv.FormatInt(sw.now.Add(beatTime).Unix(), 10)},
	} {
		task.Add(h.name, h.value)
	}
	sw.fire(task)
}

const version = "1.11.3-dev~64bit"

// upTime is a duration in the words of status and of heartbeats.
func upTime(d time.Duration) string {
	const day, year = 24 * time.Hour, 365 * 24 * time.Hour
	out := ""
	for i, unit := range []struct {
		name     string
		size, of time.Duration
	}{
		{"year", year, 1 << 62}, {"day", day, year}, {"hour", time.Hour, day}, {"minute", time.Minute, time.Hour},
		{"second", time.Second, time.Minute}, {"millisecond", time.Millisecond, time.Second},
		{"microsecond", time.Microsecond, time.Millisecond},
	} {
		n := int(d % unit.of / unit.size)
		if i > 0 {
			out += ", "
		}
		out += fmt.Sprintf("%d %s", n, unit.name)
		if n != 1 {
			out += "s"
		}
	}
	return out
}
