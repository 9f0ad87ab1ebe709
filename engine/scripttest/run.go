package scripttest

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"eslua/luabind"
	"eslua/luabind/vm"
	"eslua/scripts"
)

// Options are what Run is told.
type Options struct {
	// Paths are the test files, and directories in which they are looked for.
	Paths []string
	// Scripts is the directory of the scripts that the tests place calls to.
	Scripts string
	// Generation is what is tested in place of Paths and Scripts: the scripts and test files of a generation, whatever becomes of
	// those on disk.
	Generation *scripts.Generation
	// Filter chooses tests by their full names, with blanks between the names; nil: all.
	Filter *regexp.Regexp
	// Seed is what all chance in switch and scripts is made from; 0 is 1.
	Seed uint64
	// FailFast: after the first failure no further test begins.
	FailFast bool
	// Update writes golden traces instead of comparing with them.
	Update bool
	// Faults runs each test that has passed again, with a hang-up, an error reply and a lost connection at every command that
	// its scripts send.
	Faults bool
	// Coverage counts the lines of the scripts that are carried out.
	Coverage bool
	// Each is called with each result, the results of a file one after the other in their order; nil: nobody is told.
	Each func(Result)
	// Parallel is how many files are run at once; 0: twice as many as there are processors, since what happens in one test
	// happens one thing after the other.
	Parallel int
}

// run is what the tests of a Run share.
type run struct {
	opts     Options
	library  *scripts.Library
	api      *luabind.Library // what scripts can call
	coverage *vm.Coverage
	watch    *vm.Watch
	temp     string
	failed   atomic.Bool
	folders  atomic.Uint64 // named so far in temp
}

// Run runs tests. Its error is that there are none, that the scripts cannot be read, or that ctx has ended; what is wrong with
// a test is in the report.
func Run(ctx context.Context, opts Options) (*Report, error) {
	began := time.Now()
	if opts.Seed == 0 {
		opts.Seed = 1
	}
	if opts.Parallel == 0 {
		opts.Parallel = 2 * runtime.GOMAXPROCS(0)
	}
	paths, library, err := open(ctx, opts)
	if err != nil {
		return nil, err
	}
	r := &run{opts: opts, library: library, api: luabind.NewLibrary(), watch: vm.NewWatch()}
	defer r.watch.Close()
	if opts.Coverage {
		r.coverage = vm.NewCoverage()
	}
	if r.temp, err = os.MkdirTemp("", "eslua-test-"); err != nil {
		return nil, err
	}
	defer os.RemoveAll(r.temp)
	report := &Report{Seed: opts.Seed}
	results := r.files(ctx, paths)
	for _, of := range results {
		report.Results = append(report.Results, of...)
	}
	if ctx.Err() != nil {
		return report, context.Cause(ctx)
	}
	if opts.Coverage {
		report.Coverage = r.lines()
	}
	report.Took = time.Since(began)
	return report, nil
}

// open gives the test files and the scripts.
func open(ctx context.Context, opts Options) (paths []string, library *scripts.Library, err error) {
	if opts.Generation != nil {
		paths, err = tests(opts.Generation)
		return paths, scripts.Of(opts.Generation), err
	}
	if paths, err = find(opts.Paths); err != nil {
		return nil, nil, err
	}
	library, err = scripts.Open(ctx, scripts.Options{Root: opts.Scripts, Mode: scripts.Off, Log: slog.New(slog.DiscardHandler)})
	return paths, library, err
}

// files runs the files, several at once, and tells of them in their order.
func (r *run) files(ctx context.Context, paths []string) [][]Result {
	results := make([][]Result, len(paths))
	done := make([]bool, len(paths))
	told := 0
	var mu sync.Mutex
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(r.opts.Parallel, len(paths)) {
		workers.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(paths) || ctx.Err() != nil {
					return
				}
				of := r.file(ctx, paths[i])
				mu.Lock()
				results[i], done[i] = of, true
				for ; told < len(paths) && done[told]; told++ {
					for _, result := range results[told] {
						if r.opts.Each != nil {
							r.opts.Each(result)
						}
					}
				}
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	return results
}

// relative shortens the paths of scripts to their names below the root.
func (r *run) relative(text string) string {
	return strings.ReplaceAll(text, r.library.Generation().Root()+"/", "")
}

// folder names a folder that is not there yet.
func (r *run) folder() string { return filepath.Join(r.temp, strconv.FormatUint(r.folders.Add(1), 10)) }

// stop tells whether no further test is to begin.
func (r *run) stop(ctx context.Context) bool {
	return ctx.Err() != nil || r.opts.FailFast && r.failed.Load()
}
