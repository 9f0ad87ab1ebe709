package cli

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"

	"eslua/engine/scripttest"
)

// lcov writes coverage as lcov's trace files have it.
func lcov(w io.Writer, files []scripttest.FileCoverage) error {
	out := bufio.NewWriter(w)
	for i := range files {
		f := &files[i]
		fmt.Fprintf(out, "TN:\nSF:%s\n", f.Path)
		for _, line := range slices.Sorted(maps.Keys(f.Lines)) {
			fmt.Fprintf(out, "DA:%d,%d\n", line, f.Lines[line])
		}
		fmt.Fprintf(out, "LF:%d\nLH:%d\nend_of_record\n", len(f.Lines), f.Covered())
	}
	return out.Flush()
}

// coverageTable prints how much of each script was carried out, and which lines were not.
func coverageTable(w io.Writer, files []scripttest.FileCoverage) {
	width, lines, covered := len("all"), 0, 0
	for i := range files {
		width = max(width, len(files[i].Name))
		lines += len(files[i].Lines)
		covered += files[i].Covered()
	}
	fmt.Fprintln(w)
	for i := range files {
		f := &files[i]
		fmt.Fprintf(w, "%-*s %6.1f %%  %d of %d lines%s\n", width, f.Name, percent(f.Covered(), len(f.Lines)), f.Covered(), len(f.Lines), missed(f))
	}
	fmt.Fprintf(w, "%-*s %6.1f %%  %d of %d lines\n", width, "all", percent(covered, lines), covered, lines)
}

func percent(n, of int) float64 {
	if of == 0 {
		return 100
	}
	return 100 * float64(n) / float64(of)
}

// missed are the lines of a script that were never carried out.
func missed(f *scripttest.FileCoverage) string {
	text, begin, last := "", 0, 0
	end := func() {
		switch {
		case begin == 0:
		case begin == last:
			text += fmt.Sprintf(" %d", begin)
		default:
			text += fmt.Sprintf(" %d-%d", begin, last)
		}
		begin = 0
	}
	for _, line := range slices.Sorted(maps.Keys(f.Lines)) {
		if f.Lines[line] > 0 {
			end()
			continue
		}
		if begin == 0 {
			begin = line
		}
		last = line
	}
	end()
	if text != "" {
		text = ", not" + text
	}
	return text
}
