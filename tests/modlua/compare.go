package main

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

var (
	hungUp = regexp.MustCompile(`^switch: Hangup \S+ \[\w+\] \[(\w+)\]$`)
	logged = regexp.MustCompile(`^( \[\w*\])?:`)
)

// continued marks what the dialplan logs behind a script.
const continued = "GT-DIALPLAN-CONTINUED"

// difference is a line that one side has and the other has not, or has otherwise.
type difference struct {
	observed, here string // "" is none
}

func (d difference) String() string {
	switch {
	case d.here == "":
		return "- " + d.observed
	case d.observed == "":
		return "+ " + d.here
	}
	return "- " + d.observed + "\n  + " + d.here
}

// compare compares a run with a recording (README of the cases, Comparing).
func compare(c *testCase, want recording, got result) []difference {
	var unstable []*regexp.Regexp
	for _, u := range c.Unstable {
		unstable = append(unstable, regexp.MustCompile(u))
	}
	stable := func(lines []string) []string {
		var out []string
	next:
		for _, line := range lines {
			for _, u := range unstable {
				if u.MatchString(line) {
					continue next
				}
			}
			out = append(out, line)
		}
		return out
	}
	diff := differences(stable(want.lines), stable(got.lines))
	diff = append(diff, differences(prefixed("Hangup ", want.causes), prefixed("Hangup ", got.causes))...)
	diff = append(diff, differences(prefixed("log ", want.logged), prefixed("log ", got.logged))...)
	return append(diff, differences(want.continued, got.continued)...)
}

func prefixed(prefix string, lines []string) []string {
	var out []string
	for _, line := range lines {
		out = append(out, prefix+line)
	}
	return out
}

// differences finds the lines that are not on both sides, by the longest common subsequence.
func differences(want, got []string) []difference {
	length := make([][]int, len(want)+1)
	for i := range length {
		length[i] = make([]int, len(got)+1)
	}
	for i := len(want) - 1; i >= 0; i-- {
		for j := len(got) - 1; j >= 0; j-- {
			if same(want[i], got[j]) {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	var missing, extra []string
	var out []difference
	flush := func() {
		for i := range max(len(missing), len(extra)) {
			var d difference
			if i < len(missing) {
				d.observed = missing[i]
			}
			if i < len(extra) {
				d.here = extra[i]
			}
			out = append(out, d)
		}
		missing, extra = nil, nil
	}
	i, j := 0, 0
	for i < len(want) || j < len(got) {
		switch {
		case i < len(want) && j < len(got) && same(want[i], got[j]):
			flush()
			i++
			j++
		case j == len(got) || i < len(want) && length[i+1][j] >= length[i][j+1]:
			missing = append(missing, want[i])
			i++
		default:
			extra = append(extra, got[j])
			j++
		}
	}
	flush()
	return out
}

var (
	seconds = regexp.MustCompile(`(\[|lasted )(\d+(?:\.\d+)?) s\b`)
	masks   = []struct {
		pattern *regexp.Regexp
		mask    string
	}{
		{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`), "UUID"},
		{regexp.MustCompile(`0x[0-9a-f]{4,}`), "ADDRESS"},
		{regexp.MustCompile(`\d{4}-\d\d-\d\d[ T]\d\d(:|%3A)\d\d(:|%3A)\d\d(\.\d+)?`), "DATETIME"},
		{regexp.MustCompile(`\b1[5-9]\d{8}(\d{3}(\d{3})?)?\b`), "EPOCH"},
	}
	// luaError is one that Lua raises itself; its words are not those of mod_lua.
	luaError = regexp.MustCompile(`attempt to |bad argument |malformed |module '|cannot open |stack overflow|unexpected symbol|expected near|<eof>`)
)

// same tells whether two lines are the same but for what varies by run.
func same(want, got string) bool {
	want, wantTimes := normal(want)
	got, gotTimes := normal(got)
	if want != got || len(wantTimes) != len(gotTimes) {
		return false
	}
	for i, w := range wantTimes {
		if d := math.Abs(w - gotTimes[i]); d > 0.35+1e-9 && d > w/10 {
			return false
		}
	}
	return true
}

// normal masks what varies and takes the durations out of a line.
func normal(line string) (string, []float64) {
	var times []float64
	for _, m := range seconds.FindAllStringSubmatch(line, -1) {
		t, _ := strconv.ParseFloat(m[2], 64)
		times = append(times, t)
	}
	line = seconds.ReplaceAllString(line, "${1}N s")
	for _, m := range masks {
		line = m.pattern.ReplaceAllString(line, m.mask)
	}
	if before, text, ok := strings.Cut(line, "ERROR"); ok && luaError.MatchString(text) {
		line = before + "ERROR"
	}
	return line, times
}
