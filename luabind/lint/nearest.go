package lint

import (
	"slices"
	"strings"
)

// guess is `; did you mean "x"?` with the name that is nearest to a misspelled one, "" when none is near.
func guess(name string, names []string) string {
	if near := nearest(name, names); near != "" {
		return `; did you mean "` + near + `"?`
	}
	return ""
}

// nearest is the name that differs least from a misspelled one: by case and underscores only, or by few letters.
func nearest(name string, names []string) string {
	most := 1
	switch n := len(foldName(name)); {
	case n >= 12:
		most = 3
	case n >= 5:
		most = 2
	}
	best, least := "", most+1
	names = slices.Clone(names)
	slices.Sort(names)
	for _, n := range names {
		if n == name {
			continue
		}
		d := distance(foldName(name), foldName(n))
		if d < least {
			best, least = n, d
		}
	}
	return best
}

// foldName makes names alike that differ in case and underscores only.
func foldName(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", "")) }

// misspelled tells whether a name is another one with hardly more than one letter in six wrong.
func misspelled(name string, names []string) bool {
	near := nearest(name, names)
	return near != "" && 6*distance(foldName(name), foldName(near)) <= len(name)
}

// distance is how many letters have to be changed, added, left out or swapped with their neighbour.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
