package scripttest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// block is what describe makes: tests and blocks in their order, and what surrounds them. The file as a whole is one, too.
type block struct {
	parent *block
	name   string
	line   int
	items  []item
	// changes are what its words say about the settings of its tests.
	changes []func(*settings)
	// before and after surround each test; setup and teardown the block.
	before, after, setup, teardown []*lua.LFunction
}

// item is a test or a block.
type item struct {
	name    string
	line    int
	block   *block         // of a block
	body    *lua.LFunction // of a test; nil: it is pending
	reason  string
	pending bool
}

// full is the names of the blocks around something, and its own.
func (b *block) full(name string) []string {
	names := []string{name}
	for ; b.parent != nil; b = b.parent {
		names = append(names, b.name)
	}
	slices.Reverse(names)
	return names
}

// settings are those that a test of the block begins with.
func (b *block) settings() *settings {
	set := newSettings()
	if b.parent != nil {
		set = b.parent.settings()
	}
	for _, change := range b.changes {
		change(set)
	}
	return set
}

// chosen tells whether any test of the block is to be run.
func (f *file) chosen(b *block) bool {
	return slices.ContainsFunc(b.items, func(i item) bool {
		return i.block != nil && f.chosen(i.block) || i.block == nil && f.wanted(b.full(i.name))
	})
}

func (f *file) wanted(name []string) bool {
	return f.run.opts.Filter == nil || f.run.opts.Filter.MatchString(strings.Join(name, " "))
}

// runBlock runs the tests of a block. broken is why a block around it could not be set up.
func (f *file) runBlock(b *block, broken error) {
	if !f.chosen(b) {
		return
	}
	f.block = b
	for _, fn := range b.setup {
		if broken == nil {
			broken = f.call(fn)
		}
	}
	f.block = nil
	for _, i := range b.items {
		switch {
		case i.block != nil:
			f.runBlock(i.block, broken)
		case f.wanted(b.full(i.name)) && !f.run.stop(f.ctx):
			f.runItem(b, i, broken)
		}
	}
	f.block = b
	for _, fn := range b.teardown {
		if err := f.call(fn); err != nil && broken == nil {
			f.report(Result{File: f.path, Line: b.line, Name: b.full("teardown"), Status: Broken, Failure: f.failure(err)})
		}
	}
	f.block = nil
}

// report adds a result.
func (f *file) report(r Result) {
	if r.Status == Failed || r.Status == Broken {
		f.run.failed.Store(true)
	}
	r.Output, f.printed = f.printed, nil
	f.results = append(f.results, r)
}

// runItem runs a test.
func (f *file) runItem(b *block, i item, broken error) {
	r := Result{File: f.path, Line: i.line, Name: b.full(i.name), Status: Pending, Reason: i.reason}
	began := time.Now()
	switch {
	case i.pending:
	case f.dead:
		r.Status, r.Failure = Broken, &Failure{Text: "not run: the file was ended by the test before"}
	case broken != nil:
		r.Status, r.Failure = Broken, f.failure(broken)
	default:
		f.perform(b, i.body, nil, &r)
		if f.run.opts.Faults && r.Status == Passed {
			f.performFaults(b, i.body, &r)
		}
	}
	r.Took = time.Since(began)
	f.report(r)
}

// perform runs the body of a test with all that surrounds it.
func (f *file) perform(b *block, body *lua.LFunction, inject *fault, r *Result) {
	t := &test{set: b.settings(), fault: inject}
	f.test = t
	defer func() { f.test = nil }()
	failed := func(err error) {
		if err == nil || r.Failure != nil || t.isOver {
			return
		}
		r.Status = Broken
		if t.failing {
			r.Status = Failed
		}
		r.Failure = f.failure(err)
	}
	r.Status = Passed
	for _, x := range t.set.sql {
		if _, err := f.sql(t.set, x[0], x[1]); err != nil {
			failed(fmt.Errorf("database %s: %w", x[0], err))
		}
	}
	var around []*block
	for x := b; x != nil; x = x.parent {
		around = append(around, x)
	}
	for _, x := range slices.Backward(around) {
		for _, fn := range x.before {
			if r.Failure == nil {
				failed(f.call(fn))
			}
		}
	}
	if r.Failure == nil {
		failed(f.call(body))
	}
	if t.isOver {
		r.Status, r.Reason = Pending, t.pending
	}
	if t.stage != nil {
		r.Simulated = t.stage.elapsed()
	}
	failed(f.call(t.finally))
	for _, x := range around {
		for _, fn := range x.after {
			failed(f.call(fn))
		}
	}
	if revert, ok := f.state.Global("__revert").(*lua.LFunction); ok {
		failed(f.call(revert))
	}
	if t.stage != nil {
		t.failing = true
		failed(f.finish(t))
		r.commands = t.stage.sw.Commands()
		if t.fault != nil {
			t.fault.look(t.stage)
		}
		t.stage.close()
	}
}

// errUnused: the caller was hung up at the end of the test before the script could do anything.
var errUnused = errors.New("the script has not run: a call goes on while the test waits for something, as call:wait() does, and this test has waited " +
	"for nothing")

// errScript: a script has failed, and the test did not expect that.
var errScript = errors.New("the script failed")
