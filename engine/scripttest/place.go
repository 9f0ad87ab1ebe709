package scripttest

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"eslua/esl"
	"eslua/esl/esltest"
	"eslua/luabind/vm"
	"eslua/scripts"
)

// call is a call that a test has placed.
type call struct {
	file  *file
	stage *stage
	sw    *esltest.Call
	uuid  string
	began time.Time
	// sounds and apps are how far the record has been looked through for what was to be heard and executed.
	sounds, apps int
	expected     bool // that the script fails

	// Under the lock of the stage.
	cause         string // "" while the call lasts
	ended         time.Time
	running       bool // the script
	seen          bool // the script has begun
	overran       bool // it had to be ended long after the hang-up
	errors        []string
	hookLeft      string
	transferredTo string
}

// fields are what place knows.
var fields = map[string]bool{
	"script": true, "args": true, "dest": true, "caller": true, "caller_name": true, "vars": true, "sounds": true, "extensions": true,
	"endpoints": true, "globals": true, "env": true, "before": true, "next": true, "loopback": true,
	"speaks": true,
}

// specOf is the table that a word is called with which runs a script.
func specOf(l *lua.LState, word string) *lua.LTable {
	t, ok := l.Get(1).(*lua.LTable)
	if !ok {
		vm.Raise(l, fmt.Sprintf("%s takes a table, as %s { script = \"main.lua\" }", word, word))
	}
	return t
}

// placeWord places a call to a script.
func placeWord(f *file, l *lua.LState) int {
	if f.test == nil {
		vm.Raise(l, "place stands in a test")
	}
	spec := specOf(l, "place")
	for _, p := range pairs(l, spec) {
		if !fields[p.name] {
			vm.Raise(l, fmt.Sprintf("place knows no %q; it knows %s", p.name, strings.Join(slices.Sorted(maps.Keys(fields)), ", ")))
		}
	}
	text := func(name, otherwise string) string {
		if v := spec.RawGetString(name); v != lua.LNil {
			return plainText(l, name, v)
		}
		return otherwise
	}
	table := func(name string) *lua.LTable {
		switch t := spec.RawGetString(name).(type) {
		case *lua.LTable:
			return t
		case *lua.LNilType:
			return &lua.LTable{}
		default:
			vm.Raise(l, fmt.Sprintf("%s must be a table, it is a %s", name, t.Type()))
			return nil
		}
	}
	script, err := f.script(text("script", ""))
	if err != nil {
		vm.Raise(l, f.run.relative(err.Error()))
	}
	line := script
	for _, v := range list(table("args")) {
		line += " " + esl.QuoteArg(plainText(l, "an argument", v))
	}
	actions := []esl.Action{{App: "socket", Data: "127.0.0.1:8084 async full " + line}}
	if v := spec.RawGetString("before"); v != lua.LNil {
		actions = append(actionsOf(l, "before", v), actions...)
	}
	if v := spec.RawGetString("next"); v != lua.LNil {
		actions = append(actions, actionsOf(l, "next", v)...)
	}
	number := text("dest", "5000")
	sounds, extensions, globals := soundsOf(l, table("sounds")), extensionsOf(l, table("extensions")), variablesOf(l, "globals", table("globals"))
	if _, ok := f.test.set.extensions[number]; !ok {
		extensions[number] = actions
	}
	maps.Copy(f.test.set.env, variablesOf(l, "env", table("env")))
	endpoints := textsOf(l, table("endpoints"))
	if f.test.stage != nil && len(endpoints) > 0 {
		vm.Raise(l, "endpoints belong to the first call of a test")
	}
	maps.Copy(f.test.set.endpoints, endpoints)
	f.add(func(set *settings) {
		maps.Copy(set.sounds, sounds)
		maps.Copy(set.extensions, extensions)
		maps.Copy(set.globals, globals)
	})
	s, err := f.onStage()
	if err != nil {
		vm.Raise(l, err.Error())
	}
	c := &call{file: f, stage: s, began: s.clock.Now()}
	f.test.last = c
	f.step(fmt.Sprintf("dials %s, which runs %s", number, line))
	vars := variablesOf(l, "vars", table("vars"))
	how := esltest.CallSpec{
		Destination: number, Actions: actions, CallerNumber: text("caller", "1000"), CallerName: text("caller_name", "Caller"),
		Variables: vars, Called: vars, SIP: spec.RawGetString("loopback") != lua.LTrue,
	}
	if !how.SIP {
		how.Called = nil
	}
	if v := spec.RawGetString("speaks"); v != lua.LNil {
		seconds, ok := vm.Number(v)
		if !ok || seconds < 0 {
			vm.Raise(l, "speaks must be a number of seconds")
		}
		voice := fmt.Sprintf("tone_stream://%%(%d,0,440)", int(1000*seconds))
		if !how.SIP { // the far end is a leg of the switch, which would hang up behind the tone
			voice = "file_string://" + voice + "!silence_stream://-1"
		}
		how.Far = "&playback(" + voice + ")"
	}
	f.outside(func() { c.sw, err = s.sw.Call(how) })
	if err != nil {
		vm.Raise(l, err.Error())
	}
	c.uuid = c.sw.UUID()
	s.mu.Lock()
	s.calls = append(s.calls, c)
	s.mu.Unlock()
	l.Push(&lua.LUserData{Value: c, Metatable: callMeta})
	return 1
}

// onStage is the stage of the test, which is set up when it is first needed.
func (f *file) onStage() (*stage, error) {
	t := f.test
	if t.stage != nil {
		return t.stage, nil
	}
	s, err := f.run.newStage(f.ctx, t.set)
	if err != nil {
		return nil, err
	}
	s.file, t.stage = f, s
	if t.fault != nil {
		s.sw.Inject(t.fault.of())
	}
	return s, nil
}

// script finds a script: below the root, else beside the test file.
func (f *file) script(name string) (string, error) {
	if name == "" {
		return "", errors.New("the name of the script is missing, as script = \"main.lua\"")
	}
	gen := f.run.library.Generation()
	_, err := gen.Script(name)
	if errors.Is(err, scripts.ErrNotFound) {
		beside := path.Join(f.dir, name)
		if _, err := gen.Script(beside); err == nil || !errors.Is(err, scripts.ErrNotFound) {
			return beside, err
		}
	}
	if strings.ContainsAny(name, " ") && err == nil {
		return "", fmt.Errorf("script %q: the dialplan cannot name a script with a blank in its name", name)
	}
	return name, err
}

// step notes what the test does next.
func (f *file) step(text string) {
	t := f.test
	t.steps++
	t.step = text
	t.stage.note(entry{kind: otherKind, who: theTest, text: text})
}

// outside does something that waits for the switch.
func (f *file) outside(do func()) {
	f.state.Waiting()
	defer f.state.Resumed()
	f.test.stage.outside(do)
}

// finish lets the calls of a test come to their ends. Its error is what is wrong with them that the test has not looked for.
func (f *file) finish(t *test) error {
	s := t.stage
	s.settle()
	unused := false
	for _, c := range s.calls {
		if c.isOver() {
			continue
		}
		if c.idle() {
			unused = true
		}
		if t.fault != nil {
			t.fault.beforeHangup(c)
		}
		s.outside(func() { c.sw.Hangup("") })
	}
	for _, c := range s.calls {
		if !s.await(2*afterHangup, endKind, c.isOver) {
			return fmt.Errorf("the script still runs %v after the end of its call", 2*afterHangup)
		}
		if len(c.errors) > 0 && !c.expected {
			return fmt.Errorf("%w: %s", errScript, c.errors[0])
		}
	}
	if len(s.problems) > 0 {
		return s.problems[0]
	}
	if unused {
		return errUnused
	}
	return nil
}

// idle tells whether nothing of the script has been carried out, as the test has let no time pass.
func (c *call) idle() bool {
	c.stage.mu.Lock()
	defer c.stage.mu.Unlock()
	return !c.seen && c.stage.clock.Now().Equal(c.began)
}

// isOver tells whether the call has ended, and its script.
func (c *call) isOver() bool {
	c.stage.mu.Lock()
	defer c.stage.mu.Unlock()
	return c.cause != "" && !c.running
}
