package main

import (
	"fmt"
	"os"
	"strings"
)

// knownRow is a difference that is meant.
type knownRow struct {
	name string // of the case
	line string // how the line begins, of the recording or of ours
	seen bool
}

// known are the differences that are meant: the rows of the table below this heading.
type known []*knownRow

const heading = "## Differences in recorded scripts"

// readKnown reads the table: case, begin of the line in backquotes, reason.
func readKnown(path string) (known, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	_, table, ok := strings.Cut(string(b), heading)
	if !ok {
		return nil, fmt.Errorf("%s has no heading %q", path, heading)
	}
	var rows known
	for line := range strings.Lines(table) {
		if strings.HasPrefix(line, "## ") {
			break
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if len(cells) < 3 || strings.HasPrefix(cells[0], "-") || strings.TrimSpace(cells[0]) == "case" {
			continue
		}
		rows = append(rows, &knownRow{name: strings.TrimSpace(cells[0]), line: strings.Trim(strings.TrimSpace(cells[1]), "`")})
	}
	return rows, nil
}

// strike takes the differences out that are meant.
func (k known) strike(name string, diff []difference) []difference {
	var out []difference
next:
	for _, d := range diff {
		for _, row := range k {
			if row.name == name && (d.observed != "" && strings.HasPrefix(d.observed, row.line) || d.observed == "" && strings.HasPrefix(d.here, row.line)) {
				row.seen = true
				continue next
			}
		}
		out = append(out, d)
	}
	return out
}

// unseen are the rows about cases of this set that were not seen to differ.
func (k known) unseen(s *set) []*knownRow {
	var out []*knownRow
	for _, row := range k {
		if !row.seen && s.Cases[row.name] != nil {
			out = append(out, row)
		}
	}
	return out
}
