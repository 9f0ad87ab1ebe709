// Command peers measures package esl beside other libraries: see README.md.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// library is one column of the table.
type library interface {
	// events subscribes to all events of the switch at addr and calls event with three headers of each, until the switch
	// closes the connection. event may be called by several goroutines.
	events(addr string, event func(name, id, state string)) error
	// serve takes outbound calls on addr and runs call for each after its connect, until the process ends. execute runs an
	// application and waits for its completion. When call returns the call ends.
	serve(addr string, call func(execute func() error)) error
}

func libraries() map[string]library {
	return map[string]library{
		"eslua": eslua{}, "eslua, in Lua": luaScripts{}, "eslgo 1.5.0": eslgoLibrary{}, "go-eventsocket": eventsocketLibrary{}, "raw loop": raw{},
	}
}

// columns is the order of the libraries in the table.
func columns() []string {
	return []string{"eslua", "eslua, in Lua", "eslgo 1.5.0", "go-eventsocket", "raw loop"}
}

// row is one thing that is measured. Its result has a number for each of its lines. Of several attempts the one counts
// that is the best in the first line: the others were disturbed.
type row struct {
	name    string
	measure func(library) (result, error)
	more    bool // more is better, in the first line
	lines   []line
}

const attempts = 3

type result map[string]float64

// line is one line of the table.
type line struct {
	key, title, target string
}

func rows() []row {
	return []row{
		{"events", measureEvents, true, []line{
			{"rate", "events: k/s", "at least 150, 11 x eslgo"},
			{"cpu", "events: CPU µs each", "at most 8"},
			{"allocs", "events: allocations each", "at most 3"},
		}},
		{"executes", measureExecutes, true, []line{
			{"rate", "executes: k/s", "-"},
			{"cpu", "executes: CPU µs each", "at most 25; in Lua 40"},
			{"allocs", "executes: allocations each", "-"},
		}},
		{"calls", measureCalls, true, []line{
			{"rate", "new calls: per second", "in Lua 3,000"},
			{"cpu", "new calls: CPU µs each", "-"},
		}},
		{"held", measureHeld, false, []line{
			{"memory", "held calls: kB each", "at most 16; in Lua 64"},
		}},
	}
}

func main() {
	var err error
	switch args := os.Args[1:]; {
	case len(args) == 0:
		err = table(rows())
	case args[0] == "switch":
		err = standIn(args[1:])
	case args[0] == "measure":
		err = cell(args[1], args[2])
	default: // some rows only
		err = table(chosen(args))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func chosen(names []string) (some []row) {
	for _, r := range rows() {
		for _, n := range names {
			if r.name == n {
				some = append(some, r)
			}
		}
	}
	return some
}

// cell measures one row of one library in this process and prints the result for table.
func cell(name, column string) error {
	for _, r := range chosen([]string{name}) {
		res, err := r.measure(libraries()[column])
		if err != nil {
			return err
		}
		return json.NewEncoder(os.Stdout).Encode(res)
	}
	return fmt.Errorf("no row %s", name)
}

// table measures every cell in a process of its own and prints them all.
func table(rows []row) error {
	fmt.Printf("| what | %s | must reach |\n|---|%s---|\n", strings.Join(columns(), " | "), strings.Repeat("---|", len(columns())))
	for _, r := range rows {
		results := map[string]result{}
		for _, column := range columns() {
			var best result
			for range attempts {
				res, err := child(r.name, column)
				if err != nil && strings.HasPrefix(column, "eslua") {
					return fmt.Errorf("%s of %s: %w", r.name, column, err)
				} else if err != nil {
					fmt.Fprintf(os.Stderr, "%s of %s: %v\n", r.name, column, err)
					continue
				}
				if best == nil || res[r.lines[0].key] > best[r.lines[0].key] == r.more {
					best = res
				}
			}
			results[column] = best
		}
		for _, l := range r.lines {
			fmt.Printf("| %s |", l.title)
			for _, column := range columns() {
				if v, ok := results[column][l.key]; ok {
					fmt.Printf(" %.1f |", v)
				} else {
					fmt.Print(" fails |")
				}
			}
			fmt.Printf(" %s |\n", l.target)
		}
	}
	return nil
}

func child(name, column string) (result, error) {
	cmd := exec.Command(os.Args[0], "measure", name, column)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	var res result
	return res, json.Unmarshal(out, &res)
}
