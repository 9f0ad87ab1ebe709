// Modlua runs scripts whose behaviour in a real mod_lua was recorded on eslua's engine, against the simulated switch, and
// prints where they differ:
//
//	go run ./tests/modlua DIR [NAME...]
//
// DIR has scripts/, observed/ and stimuli.json in the form of tests/testdata/modlua, whose README describes it. Differences
// that are meant stand in docs/compatibility.md with their reasons; they are expected, and it is an error when one of them
// is not seen. The last line is "N identical, N differ"; the exit status is 1 when a case differs.
package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
)

func main() {
	list := flag.String("expected", "docs/compatibility.md", "the `FILE` that lists the differences that are meant")
	verbose := flag.Bool("v", false, "print what each case printed, and the log")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: go run ./tests/modlua [-v] [-expected FILE] DIR [NAME...]")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	different, err := run(flag.Arg(0), flag.Args()[1:], *list, *verbose)
	if err != nil {
		fmt.Fprintln(os.Stderr, "modlua:", err)
		os.Exit(2)
	}
	if different > 0 {
		os.Exit(1)
	}
}

// run runs the cases of a directory, those with these names or all, and returns how many differ.
func run(dir string, names []string, list string, verbose bool) (different int, err error) {
	set, err := readSet(dir)
	if err != nil {
		return 0, err
	}
	known, err := readKnown(list)
	if err != nil {
		return 0, err
	}
	for _, name := range names {
		if set.Cases[name] == nil {
			return 0, fmt.Errorf("%s has no case %q", dir, name)
		}
	}
	identical := 0
	for _, group := range set.groups() {
		if len(names) > 0 && !slices.ContainsFunc(group, func(n string) bool { return slices.Contains(names, n) }) {
			continue
		}
		results, err := set.play(group)
		if err != nil {
			return 0, err
		}
		for i, name := range group {
			if len(names) > 0 && !slices.Contains(names, name) {
				continue
			}
			c := set.Cases[name]
			want, err := set.observed(name)
			if err != nil {
				return 0, err
			}
			if verbose {
				fmt.Printf("== %s\n%s\n", name, strings.Join(results[i].log, "\n"))
			}
			diff := known.strike(name, compare(c, want, results[i]))
			if len(diff) == 0 {
				identical++
				continue
			}
			different++
			fmt.Printf("%s differs\n", name)
			for _, d := range diff {
				fmt.Println("  " + d.String())
			}
		}
	}
	if len(names) == 0 {
		for _, row := range known.unseen(set) {
			different++
			fmt.Printf("%s: listed in %s and not seen: %s\n", row.name, list, row.line)
		}
	}
	fmt.Printf("%d identical, %d differ\n", identical, different)
	return different, nil
}
