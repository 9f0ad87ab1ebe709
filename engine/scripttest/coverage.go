package scripttest

import (
	"path/filepath"
	"strings"
)

// FileCoverage is how often the lines of a script were carried out.
type FileCoverage struct {
	// Path is the absolute path of the script, Name that below the directory of the scripts.
	Path, Name string
	// Lines are those that have code, counted from 1.
	Lines map[int]uint64
}

// Covered is how many lines were carried out.
func (c *FileCoverage) Covered() int {
	n := 0
	for _, count := range c.Lines {
		if count > 0 {
			n++
		}
	}
	return n
}

// lines is what the scripts that calls have run were covered by, in the order of their names. Tests are no scripts.
func (r *run) lines() []FileCoverage {
	gen := r.library.Generation()
	out := []FileCoverage{}
	for f := range gen.All() {
		if f.Chunk == nil || strings.HasSuffix(f.Path, suffix) {
			continue
		}
		lines := r.coverage.Lines(f.Chunk)
		if lines == nil {
			continue
		}
		name, err := filepath.Rel(gen.Root(), f.Path)
		if err != nil {
			name = f.Path
		}
		out = append(out, FileCoverage{Path: f.Path, Name: filepath.ToSlash(name), Lines: lines})
	}
	return out
}
