package scripttest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"eslua/luabind/vm"
)

// file is a test file while it is run: its state, its blocks, and the test that runs.
type file struct {
	run   *run
	ctx   context.Context
	path  string // as it was found, with slashes
	dir   string // below the root of the scripts, "" if it lies elsewhere
	state *vm.State
	l     *lua.LState // of the innermost call of a word
	root  *block
	block *block // whose function runs, or whose set-up; nil in a test
	test  *test  // that runs, with its hooks

	results []Result
	dead    bool // the state was ended
	// faultTrace is that of the last test that a fault has broken.
	faultTrace []string
	printed    []string // since the last result
}

// test is a test while it is run.
type test struct {
	set     *settings
	stage   *stage // nil before the first call
	failing bool   // the last error is that of an expectation
	pending string
	isOver  bool // pending was called in it
	finally *lua.LFunction
	last    *call  // that a word was called on
	step    string // that word
	steps   int
	fault   *fault // that is injected
}

// file runs a file.
func (r *run) file(ctx context.Context, path string) []Result {
	f := &file{run: r, ctx: ctx, path: filepath.ToSlash(path)}
	if err := f.load(); err != nil {
		r.failed.Store(true)
		return []Result{{File: f.path, Name: []string{f.path}, Status: Broken, Failure: f.failure(err)}}
	}
	defer f.state.Close()
	defer context.AfterFunc(ctx, func() { f.state.Kill(context.Cause(ctx)) })()
	f.block = nil
	f.runBlock(f.root, nil)
	return f.results
}

// load reads the file, which makes its blocks.
func (f *file) load() error {
	chunk, err := f.chunk()
	if err != nil {
		return err
	}
	gen := f.run.library.Generation()
	if abs, err := filepath.Abs(f.path); err == nil {
		if rel, err := filepath.Rel(gen.Root(), filepath.Dir(abs)); err == nil && filepath.IsLocal(rel) {
			f.dir = filepath.ToSlash(rel)
		}
	}
	f.state = vm.New(vm.Options{
		Host: f, Environment: environment, Watch: f.run.watch, Seed: f.run.opts.Seed, Now: f.now, Path: gen.Path(),
		Print: func(line string) { f.print(line) },
		Source: func(name string) (*vm.Chunk, error) {
			file, err := gen.File(name)
			if err != nil {
				return nil, os.ErrNotExist
			}
			return file.Chunk, nil
		},
		Getenv: func(name string) (string, bool) {
			v, ok := f.settings().env[name]
			return v, ok
		},
	})
	f.l = f.state.L
	f.root = &block{}
	f.block = f.root
	f.state.SetGlobal("__failed", vm.Function(func(*lua.LState) int {
		f.expectationFailed()
		return 0
	}))
	if err := f.state.Run(f.ctx, prelude); err != nil {
		return fmt.Errorf("prelude: %w", err)
	}
	f.state.SetGlobal("__failed", lua.LNil)
	if err := f.state.Run(f.ctx, chunk); err != nil {
		f.state.Close()
		return err
	}
	return nil
}

// chunk is the compiled file.
func (f *file) chunk() (*vm.Chunk, error) {
	if f.run.opts.Generation != nil {
		of, err := f.run.opts.Generation.File(f.path)
		if err != nil {
			return nil, err
		}
		return of.Chunk, nil
	}
	if info, err := os.Stat(f.path); err == nil && !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file") // a pipe would be waited for
	}
	text, err := os.ReadFile(f.path)
	if err != nil {
		return nil, err
	}
	return vm.Compile(f.path, string(text))
}

// print keeps what the test prints, and puts it into the trace of its calls.
func (f *file) print(line string) {
	if f.test != nil && f.test.stage != nil {
		f.test.stage.note(entry{kind: otherKind, who: theTest, text: "prints " + line})
	}
	f.printed = append(f.printed, line)
}

func (f *file) now() time.Time {
	if f.test != nil && f.test.stage != nil {
		return f.test.stage.clock.Now()
	}
	return f.settings().date
}

// settings are those of the test that runs, or what one of the present block would have.
func (f *file) settings() *settings {
	switch {
	case f.test != nil:
		return f.test.set
	case f.block != nil:
		return f.block.settings()
	}
	return newSettings()
}

// change changes the settings of the test that runs, or of all tests of the present block.
func (f *file) change(change func(*settings)) {
	if f.test != nil {
		change(f.test.set)
	} else {
		f.block.changes = append(f.block.changes, change)
	}
}

func (f *file) expectationFailed() {
	if f.test != nil {
		f.test.failing = true
	}
}

// call calls a function of the file.
func (f *file) call(fn *lua.LFunction, args ...lua.LValue) error {
	if fn == nil {
		return nil
	}
	f.l = f.state.L
	_, err := f.state.Call(f.state.L, fn, args...)
	var ended *vm.Ended
	if errors.As(err, &ended) {
		f.dead = true
	}
	return err
}

var place = regexp.MustCompile(`^([^\n]*?):(\d+): `)

// failure describes an error of the file.
func (f *file) failure(err error) *Failure {
	out := &Failure{Text: err.Error()}
	var syntax *vm.SyntaxError
	var e *vm.Error
	var ended *vm.Ended
	if errors.As(err, &syntax) {
		out.Text, out.Place = syntax.Text, fmt.Sprintf("%s:%d", syntax.Name, syntax.Line)
	} else if !errors.As(err, &e) && !errors.As(err, &ended) {
		return f.circumstances(out)
	} else if m := place.FindStringSubmatch(out.Text); m != nil {
		out.Place, out.Text = m[1]+":"+m[2], out.Text[len(m[0]):]
	}
	if e != nil && e.Text == "" {
		out.Text = "an error that is no text was raised"
	}
	return f.circumstances(out)
}

// circumstances adds to a failure what the test was doing.
func (f *file) circumstances(out *Failure) *Failure {
	t := f.test
	if t == nil {
		return out
	}
	if t.step != "" {
		out.Step = strconv.Itoa(t.steps) + ": " + t.step
	}
	if t.stage != nil {
		out.Script = t.stage.where(t.last)
		out.Trace = t.stage.trace()
	}
	return out
}

// tail is how many lines of the trace a failure shows.
const tail = 25

// trace is what has happened, without what is not shown.
func (s *stage) trace() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var lines []string
	for i := range s.record {
		e := &s.record[i]
		if e.text == "" {
			continue
		}
		for i, part := range strings.Split(e.text, "\n") {
			line := *e
			if line.text = part; i > 0 {
				line.text = "  " + part
			}
			lines = append(lines, line.line())
		}
	}
	if n := len(lines); n > tail {
		lines = append([]string{fmt.Sprintf("... %d lines before", n-tail)}, lines[n-tail:]...)
	}
	return lines
}
