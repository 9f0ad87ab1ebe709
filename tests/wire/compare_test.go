package wire

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"eslua/esl"
)

var (
	uuidPattern  = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	epochPattern = regexp.MustCompile(`\b1[78]\d{8}(\d{6})?\b`)
	stampPattern = regexp.MustCompile(`\d{4}-\d\d-\d\d( |%20)\d\d(:|%3A)\d\d(:|%3A)\d\d(\.\d+ [\d.]+%)?|` +
		`[A-Z][a-z]{2},( |%20)\d\d( |%20)[A-Z][a-z]{2}( |%20)\d{4}( |%20)[\d:]{2}(:|%3A)\d\d(:|%3A)\d\d( |%20)GMT`)
	// Counters in events that are part of a body.
	counterPattern = regexp.MustCompile(`((?:Event-Sequence|variable_session_id)(?:>|":"))\d+`)
)

// masked is a text without what varies from run to run: uuids, times and dates.
func masked(s string) string {
	s = uuidPattern.ReplaceAllString(s, "<uuid>")
	s = counterPattern.ReplaceAllString(s, "$1<n>")
	s = stampPattern.ReplaceAllString(s, "<date>")
	return epochPattern.ReplaceAllString(s, "<time>")
}

// varies are headers whose value is a counter, a duration or a measurement.
var varies = regexp.MustCompile(`^(Event-Sequence|Core-UUID|variable_session_id|variable_.*(duration|sec)$|` +
	`variable_playback_(last_offset_pos|ms|samples|seconds)|variable_record_file_size|variable_record_samples|` +
	`variable_record_ms|variable_sip_.*|variable_rtp_.*|variable_.*_sdp|variable_(remote|local)_media_port|Session-.*|Up-Time|Uptime-msec|FreeSWITCH-Version|Idle-CPU|Max-Sessions|Task-.*)`)

// describe is a message in the words by which it is compared: one line for its type and what it says, then one for each
// header whose value does not vary, in the order of their names, and for those that vary the name.
func describe(m message) []string {
	if m.event == nil {
		head := masked(strings.TrimRight(m.frame.Head(), "\n"))
		if m.frame.Type == esl.APIResponse || m.frame.Type == esl.LogData {
			head = contentLength.ReplaceAllString(head, "Content-Length: <n>")
		}
		lines := []string{fmt.Sprintf("%s %q", m.frame.Type, head)}
		for i, line := range pieces(maskNumbers(m.frame.Type, masked(string(m.frame.Body)))) {
			lines = append(lines, fmt.Sprintf("body %d: %q", i, line))
		}
		return lines
	}
	var headers []string
	for name, value := range m.event.Headers() {
		if varies.MatchString(name) {
			value = "<varies>"
		}
		headers = append(headers, name+": "+masked(value))
	}
	slices.Sort(headers)
	kind := fmt.Sprintf("%s %s %s", m.frame.Type, m.event.Name(), m.event.Get("Channel-Name"))
	lines := append([]string{kind}, headers...)
	if body := m.event.Body(); body != "" {
		lines = append(lines, "body "+maskNumbers(esl.APIResponse, masked(body)))
	}
	return lines
}

var contentLength = regexp.MustCompile(`Content-Length: \d+`)

// pieces are the lines of a body, or the members of one that is JSON.
func pieces(body string) []string {
	if strings.HasPrefix(body, "{") {
		return strings.Split(body, `,"`)
	}
	return strings.Split(body, "\n")
}

var (
	number = regexp.MustCompile(`\d+`)
	plural = regexp.MustCompile(`( \w+)s(,|\n)`) // of the units of time
)

// maskNumbers takes the counters out of the output of status.
func maskNumbers(t esl.FrameType, s string) string {
	if t == esl.APIResponse && strings.HasPrefix(s, "UP ") {
		return number.ReplaceAllString(plural.ReplaceAllString(s, "$1$2"), "<n>")
	}
	return s
}

// title is the first line of a description, for people.
func title(m message) string {
	lines := describe(m)
	if m.event == nil {
		return strings.Join(lines[:min(2, len(lines))], " ")
	}
	t := lines[0]
	for _, h := range []string{"Application", "Application-Data", "Application-Response", "Hangup-Cause"} {
		if v := m.event.Get(h); v != "" {
			t += " " + h + "=" + v
		}
	}
	return t
}

// lane is the thread of the switch that a message comes from: that of the connection for replies and notices, that of a
// channel for its events, others for log lines and for events without a channel.
func (m message) lane() string {
	switch m.frame.Type {
	case esl.EventPlain, esl.EventJSON, esl.EventXML:
		return "events of " + m.event.Get("Channel-Name")
	case esl.LogData:
		return "log"
	}
	return "replies"
}

// race is how far apart messages of different lanes can be of which the recorded order is an accident: one poll of the
// connection's thread, and what it takes to send a dozen events (wire/README.md, race_statistics).
const race = 25 * time.Millisecond

// compare lists how the messages of a replay differ from the recorded ones. Each lane has one order. Between two lanes the
// order must be the recorded one, but for messages that came within one race. At the end of a connection, the last events
// of a lane may be missing on one side: how many of those from within one race of the notice still come is another
// accident (wire/race_statistics counts them).
func compare(recorded, got []message) []string {
	var diffs []string
	place := make([]int, len(recorded)) // of each recorded message among those of the replay
	for _, lane := range lanes(recorded, got) {
		was, is := inLane(recorded, lane), inLane(got, lane)
		for n := range max(len(was), len(is)) {
			switch {
			case n >= len(was):
				if atEnd(got, is[n]) {
					continue
				}
				diffs = append(diffs, fmt.Sprintf("%d: more than recorded: %s (%v)", is[n], title(got[is[n]]), got[is[n]].at))
				continue
			case n >= len(is):
				place[was[n]] = -1
				if atEnd(recorded, was[n]) {
					continue
				}
				diffs = append(diffs, fmt.Sprintf("%d: missing: %s (%v)", was[n], title(recorded[was[n]]), recorded[was[n]].at))
				continue
			}
			place[was[n]] = is[n]
			r, g := recorded[was[n]], got[is[n]]
			want, have := describe(r), describe(g)
			if want[0] != have[0] {
				diffs = append(diffs, fmt.Sprintf("%d: %s (%v)\n   recorded %s (%v)", is[n], title(g), g.at, title(r), r.at))
				continue
			}
			for _, line := range difference(want, have) {
				diffs = append(diffs, fmt.Sprintf("%d: %s: %s", is[n], want[0], line))
			}
		}
	}
	if len(diffs) > 0 {
		return diffs
	}
	for i := range recorded {
		for j := i + 1; j < len(recorded); j++ {
			if place[j] >= 0 && place[i] > place[j] && recorded[j].at-recorded[i].at > race {
				diffs = append(diffs, fmt.Sprintf("%d: %s (%v)\n   comes before %s (%v), and was recorded %v behind it", place[j],
					title(recorded[j]), got[place[j]].at, title(recorded[i]), got[place[i]].at, recorded[j].at-recorded[i].at))
			}
		}
	}
	return diffs
}

func lanes(messages ...[]message) []string {
	seen := make(map[string]bool)
	for _, m := range slices.Concat(messages...) {
		seen[m.lane()] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// atEnd tells whether message n is an event that came within one race of the notice that ends the connection.
func atEnd(messages []message, n int) bool {
	last := messages[len(messages)-1]
	return strings.HasPrefix(messages[n].lane(), "events") && last.frame.Type == esl.DisconnectNotice &&
		last.at-messages[n].at < race
}

// inLane is the places of the messages of one lane.
func inLane(messages []message, l string) []int {
	var places []int
	for i, m := range messages {
		if m.lane() == l {
			places = append(places, i)
		}
	}
	return places
}

// difference lists the lines that only one of two sorted descriptions has.
func difference(want, is []string) []string {
	var diffs []string
	for _, w := range want {
		if !slices.Contains(is, w) {
			diffs = append(diffs, "- "+w)
		}
	}
	for _, g := range is {
		if !slices.Contains(want, g) {
			diffs = append(diffs, "+ "+g)
		}
	}
	return diffs
}
