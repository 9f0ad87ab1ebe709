package lint

import (
	"fmt"
	"strings"
)

// ignores are the comments that ask to ignore findings.
type ignores struct {
	file  map[Code]bool
	lines map[int]map[Code]bool
}

// readIgnores reads the comments `-- eslua: ignore CODE, CODE`. Behind a code any other words may stand. A comment that stands alone in its line is
// about the next line that is none.
func readIgnores(text string, report func(place, Code, string)) ignores {
	ig := ignores{make(map[Code]bool), make(map[int]map[Code]bool)}
	known := rules()
	all := comments(text)
	for i, c := range all {
		rest, ok := strings.CutPrefix(strings.TrimSpace(strings.TrimLeft(c.text, "-")), "eslua:")
		if !ok {
			continue
		}
		rest, ok = strings.CutPrefix(strings.TrimSpace(rest), "ignore")
		if !ok {
			continue
		}
		lines := []int{c.at.line}
		if c.alone {
			next := c.at.line + 1
			for _, below := range all[i+1:] {
				if !below.alone || below.at.line != next {
					break
				}
				next++
			}
			lines = append(lines, next)
		}
		for item := range strings.SplitSeq(rest, ",") {
			word := strings.TrimSpace(item)
			if end := strings.IndexAny(word, " \t:"); end >= 0 {
				word = word[:end]
			}
			code := Code(word)
			if _, ok := known[code]; !ok {
				report(c.at, BadIgnore, fmt.Sprintf("there is no code %q to ignore%s", word, guess(word, codes(known))))
				continue
			}
			if c.first {
				ig.file[code] = true
			}
			for _, line := range lines {
				if ig.lines[line] == nil {
					ig.lines[line] = make(map[Code]bool)
				}
				ig.lines[line][code] = true
			}
		}
	}
	return ig
}

func codes(rules map[Code]Rule) []string {
	out := make([]string, 0, len(rules))
	for c := range rules {
		out = append(out, string(c))
	}
	return out
}

func (ig ignores) ignored(line int, code Code) bool { return ig.file[code] || ig.lines[line][code] }
