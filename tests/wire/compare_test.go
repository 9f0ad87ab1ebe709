package wire

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"eslua/esl"
)

var (
	uuidPattern  = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	epochPattern = regexp.MustCompile(`\b1[78]\d{8}(\d{6})?\b`)
	stampPattern = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+ [\d.]+%)?|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} GMT`)
)

// masked is a text without what varies from run to run: uuids, times and dates.
func masked(s string) string {
	s = uuidPattern.ReplaceAllString(s, "<uuid>")
	s = stampPattern.ReplaceAllString(s, "<date>")
	return epochPattern.ReplaceAllString(s, "<time>")
}

// varies are headers whose value is a counter, a duration or a measurement.
var varies = regexp.MustCompile(`^(Event-Sequence|Core-UUID|variable_session_id|variable_.*(duration|sec)$|` +
	`variable_playback_(last_offset_pos|ms|samples|seconds)|variable_record_file_size|variable_record_samples|` +
	`variable_record_ms|Session-.*|Up-Time|Uptime-msec|FreeSWITCH-Version|Idle-CPU|Max-Sessions|Task-.*)`)

// describe is a message in the words by which it is compared: one line for its type and what it says, then one for each
// header whose value does not vary, in the order of their names, and for those that vary the name.
func describe(m message) []string {
	if m.event == nil {
		head := masked(strings.TrimRight(m.frame.Head(), "\n"))
		body := masked(string(m.frame.Body))
		if m.frame.Type == esl.APIResponse || m.frame.Type == esl.LogData {
			head = regexp.MustCompile(`Content-Length: \d+`).ReplaceAllString(head, "Content-Length: <n>")
		}
		return []string{fmt.Sprintf("%s %q %q", m.frame.Type, head, maskNumbers(m.frame.Type, body))}
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

var number = regexp.MustCompile(`\d+`)

// maskNumbers takes the counters out of the output of status.
func maskNumbers(t esl.FrameType, s string) string {
	if t == esl.APIResponse && strings.HasPrefix(s, "UP ") {
		return number.ReplaceAllString(s, "<n>")
	}
	return s
}

// title is the first line of a description, for people.
func title(m message) string {
	lines := describe(m)
	if m.event == nil {
		return lines[0]
	}
	t := lines[0]
	for _, h := range []string{"Application", "Application-Data", "Application-Response", "Hangup-Cause"} {
		if v := m.event.Get(h); v != "" {
			t += " " + h + "=" + v
		}
	}
	return t
}

// compare lists how the messages of a replay differ from the recorded ones.
func compare(recorded, got []message) []string {
	var diffs []string
	for i := range max(len(recorded), len(got)) {
		switch {
		case i >= len(recorded):
			diffs = append(diffs, fmt.Sprintf("%d: more than recorded: %s", i, title(got[i])))
			continue
		case i >= len(got):
			diffs = append(diffs, fmt.Sprintf("%d: missing: %s", i, title(recorded[i])))
			continue
		}
		want, is := describe(recorded[i]), describe(got[i])
		if want[0] != is[0] {
			diffs = append(diffs, fmt.Sprintf("%d: %s (%v)\n   recorded %s (%v)", i, title(got[i]), got[i].at, title(recorded[i]), recorded[i].at))
			continue
		}
		for _, line := range difference(want, is) {
			diffs = append(diffs, fmt.Sprintf("%d: %s: %s", i, want[0], line))
		}
	}
	return diffs
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
