package scripttest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"eslua/esl"
	"eslua/luabind/vm"
)

const (
	// patience is how long an expectation waits in virtual time unless it is told otherwise.
	patience = time.Minute
	// longest is how long a call may last that a test waits for.
	longest = time.Hour
	// look is how often is looked at what nobody tells of.
	look = 20 * time.Millisecond
)

// callMeta is the metatable of calls.
var callMeta = func() *lua.LTable {
	methods := make(map[string]*lua.LFunction)
	for name, run := range map[string]func(*call, *lua.LState) int{
		"press": press, "after": after, "hangup": hangup, "hears": hears, "hears_nothing": hearsNothing, "wait": wait, "expect_app": expectApp,
		"no_app": noApp, "var": variable, "answers": answers, "bridges": bridges, "fails": fails, "says": says, "matches_golden": matchesGolden,
		"heard": heardList, "trace": traceText,
	} {
		methods[name] = word(func(f *file, l *lua.LState) int {
			c := self(l, name)
			if f.test == nil || c.stage != f.test.stage {
				vm.Raise(l, "this call belongs to a test that has ended")
			}
			f.test.last = c
			return run(c, l)
		})
	}
	attribute := word(func(f *file, l *lua.LState) int {
		name := vm.CheckString(l, 2)
		c := self(l, name)
		if m, ok := methods[name]; ok {
			l.Push(m)
			return 1
		}
		get, ok := attributes[name]
		if !ok {
			vm.Raise(l, fmt.Sprintf("a call has no %q; it has %s", name, known(methods)))
		}
		l.Push(get(c))
		return 1
	})
	meta := (*lua.LState)(nil).CreateTable(0, 3)
	meta.RawSetString("__index", attribute)
	meta.RawSetString("__newindex", vm.Function(func(l *lua.LState) int {
		vm.Raise(l, fmt.Sprintf("%s of a call cannot be set", vm.CheckString(l, 2)))
		return 0
	}))
	meta.RawSetString("__tostring", vm.Function(func(l *lua.LState) int {
		l.Push(lua.LString("call " + self(l, "tostring").uuid))
		return 1
	}))
	return meta
}()

func known(methods map[string]*lua.LFunction) string {
	return strings.Join(append(slices.Sorted(maps.Keys(methods)), slices.Sorted(maps.Keys(attributes))...), ", ")
}

// self is the call that a word is called on.
func self(l *lua.LState, word string) *call {
	if u, ok := l.Get(1).(*lua.LUserData); ok {
		if c, ok := u.Value.(*call); ok {
			return c
		}
	}
	vm.Raise(l, fmt.Sprintf("%s belongs to a call and stands behind a colon, as call:%s(...)", word, word))
	return nil
}

// attributes are what is to be read of a call without parentheses. What has not happened is nil.
var attributes = map[string]func(*call) lua.LValue{
	"uuid": func(c *call) lua.LValue { return lua.LString(c.uuid) },
	"cause": func(c *call) lua.LValue {
		c.settle()
		return orNil(c.cause)
	},
	"transferred_to": func(c *call) lua.LValue {
		c.settle()
		return orNil(c.transferredTo)
	},
	"ended": func(c *call) lua.LValue {
		c.settle()
		return lua.LBool(c.isOver())
	},
	"answered": func(c *call) lua.LValue {
		c.settle()
		return lua.LBool(c.isAnswered())
	},
	"elapsed": func(c *call) lua.LValue {
		c.settle()
		end := c.ended
		if end.IsZero() {
			end = c.stage.clock.Now()
		}
		return lua.LNumber(end.Sub(c.began).Seconds())
	},
	"error": func(c *call) lua.LValue {
		c.settle()
		if len(c.errors) == 0 {
			return lua.LNil
		}
		c.expected = true
		return lua.LString(c.errors[0])
	},
}

func orNil(s string) lua.LValue {
	if s == "" {
		return lua.LNil
	}
	return lua.LString(s)
}

func (c *call) isAnswered() bool {
	answered := false
	c.file.outside(func() { answered = c.sw.Answered() })
	return answered
}

// settle waits until nobody has anything to do at this instant. What is behind the lock of the stage can be read then.
func (c *call) settle() {
	c.file.state.Waiting()
	defer c.file.state.Resumed()
	c.stage.settle()
}

func (c *call) await(d time.Duration, kinds kind, ok func() bool) bool {
	c.file.state.Waiting()
	defer c.file.state.Resumed()
	return c.stage.await(d, kinds, ok)
}

// expect raises the error of an expectation that does not hold.
func (c *call) expect(l *lua.LState, format string, args ...any) {
	c.file.expectationFailed()
	vm.Raise(l, fmt.Sprintf(format, args...))
}

// within is the argument that says how long to wait, in seconds.
func within(l *lua.LState, n int, otherwise time.Duration) time.Duration {
	if l.Get(n) == lua.LNil {
		return otherwise
	}
	v := vm.CheckNumber(l, n)
	if !(v >= 0) {
		vm.BadArgument(l, n, "a time in seconds expected")
	}
	return seconds(v)
}

// press has the caller press keys.
func press(c *call, l *lua.LState) int {
	keys := vm.CheckString(l, 2)
	if strings.Trim(keys, "0123456789*#ABCDabcdwW@") != "" {
		vm.BadArgument(l, 2, fmt.Sprintf("%q: a key is one of 0-9 * # A-D; w waits half a second, W one", keys))
	}
	c.settle()
	if c.cause != "" {
		c.expect(l, "the caller cannot press %s: the call has ended (%s)", keys, c.cause)
	}
	c.file.step("presses " + keys)
	c.file.outside(func() { c.sw.Press(keys) })
	return 0
}

// after lets time pass.
func after(c *call, l *lua.LState) int {
	d := within(l, 2, 0)
	c.file.step(fmt.Sprintf("waits %v", d))
	c.await(d, 0, func() bool { return false })
	return 0
}

func hangup(c *call, l *lua.LState) int {
	cause := vm.OptString(l, 2, "")
	if number := esl.ParseCause(cause); cause != "" && !strings.EqualFold(number.String(), cause) && strconv.Itoa(int(number)) != cause {
		vm.BadArgument(l, 2, fmt.Sprintf("%q is no hang-up cause, as USER_BUSY", cause))
	}
	c.settle()
	c.file.step(strings.TrimSpace("hangs up " + cause))
	if c.cause == "" {
		c.file.outside(func() { c.sw.Hangup(cause) })
	}
	c.settle()
	return 0
}

// sounds tells whether a file is the one that is meant: by its name, or the end of its path, with or without what stands behind the dot.
func sounds(heard, want string) bool {
	want = strings.TrimPrefix(want, "/")
	if heard == want || strings.HasSuffix(heard, "/"+want) {
		return true
	}
	if i := strings.LastIndexByte(heard, '.'); i > strings.LastIndexByte(heard, '/') {
		if short := heard[:i]; short == want || strings.HasSuffix(short, "/"+want) {
			return true
		}
	}
	return strings.Contains(want, "*") && contains(heard, want)
}

// contains tells whether a text holds another, in which * stands for anything.
func contains(text, want string) bool {
	for part := range strings.SplitSeq(want, "*") {
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	return true
}

// next looks through the record from place *at on for an entry of the call, and moves behind it.
func (c *call) next(at *int, ok func(*entry) bool) bool {
	c.stage.mu.Lock()
	defer c.stage.mu.Unlock()
	for i := *at; i < len(c.stage.record); i++ {
		if e := &c.stage.record[i]; e.leg == c.uuid && ok(e) {
			*at = i + 1
			return true
		}
	}
	return false
}

// all are what entries of the call show, from a place of the record on.
func (c *call) all(from int, show func(*entry) string) []string {
	c.stage.mu.Lock()
	defer c.stage.mu.Unlock()
	var out []string
	for i := from; i < len(c.stage.record); i++ {
		if e := &c.stage.record[i]; e.leg == c.uuid {
			if text := show(e); text != "" {
				out = append(out, text)
			}
		}
	}
	return out
}

func ofSound(e *entry) string {
	if e.kind != heardKind {
		return ""
	}
	return e.arg
}

// hears waits until the caller hears something, after what was heard by the call of hears before.
func hears(c *call, l *lua.LState) int {
	want, limit := vm.CheckString(l, 2), within(l, 3, patience)
	c.file.step("hears " + want)
	from := c.sounds
	found := false
	c.await(limit, heardKind|endKind, func() bool {
		found = c.next(&c.sounds, func(e *entry) bool { return e.kind == heardKind && sounds(e.arg, want) })
		return found || c.over()
	})
	if found {
		return 0
	}
	c.expect(l, "expected to hear %s, but %s; %s", want, c.whyNot(limit), heardInstead(c.all(from, ofSound)))
	return 0
}

func heardInstead(heard []string) string {
	if len(heard) == 0 {
		return "nothing was heard"
	}
	return "heard instead: " + strings.Join(heard, ", ")
}

// over tells whether the call has ended. The lock of the stage must not be held.
func (c *call) over() bool {
	c.stage.mu.Lock()
	defer c.stage.mu.Unlock()
	return c.cause != ""
}

// whyNot says why something is waited for no longer.
func (c *call) whyNot(limit time.Duration) string {
	if c.cause != "" {
		return fmt.Sprintf("the call ended with %s after %.1f s", c.cause, c.ended.Sub(c.began).Seconds())
	}
	return fmt.Sprintf("%v have passed", limit)
}

// hearsNothing expects that nothing is heard for a time.
func hearsNothing(c *call, l *lua.LState) int {
	d := within(l, 2, time.Second)
	c.file.step(fmt.Sprintf("hears nothing for %v", d))
	c.settle()
	c.stage.mu.Lock()
	from := len(c.stage.record)
	c.stage.mu.Unlock()
	c.await(d, endKind, c.over)
	if heard := c.all(from, ofSound); len(heard) > 0 {
		c.expect(l, "expected to hear nothing; heard: %s", strings.Join(heard, ", "))
	}
	return 0
}

// wait waits for the end of the call and its script.
func wait(c *call, l *lua.LState) int {
	limit := within(l, 2, longest)
	c.file.step("waits for the end of the call")
	if !c.await(limit, endKind, c.isOver) {
		what := "the call"
		if c.cause != "" {
			what = "the script"
		}
		c.expect(l, "%s has not ended after %v", what, limit)
	}
	return 0
}

// expectApp waits until an application is executed on the call, after what the call of expect_app before has found.
func expectApp(c *call, l *lua.LState) int {
	app, arg := vm.CheckString(l, 2), vm.OptString(l, 3, "")
	limit := within(l, 4, patience)
	what := strings.TrimSpace(app + " " + arg)
	c.file.step("expects the application " + what)
	from, found := c.apps, false
	var got string
	c.await(limit, appKind|endKind, func() bool {
		found = c.next(&c.apps, func(e *entry) bool {
			got = e.arg
			return e.executes(app, arg)
		})
		return found || c.isOver()
	})
	if !found {
		executed := c.all(from, func(e *entry) string {
			if e.kind != appKind || e.app == "socket" || e.app == "park" {
				return ""
			}
			return strings.TrimSpace(e.app + " " + e.arg)
		})
		instead := "nothing was executed"
		if len(executed) > 0 {
			instead = "executed instead: " + strings.Join(executed, "; ")
		}
		c.expect(l, "expected the application %s, but %s; %s", what, c.whyNot(limit), instead)
	}
	l.Push(lua.LString(got))
	return 1
}

// executes tells whether an entry is the begin of an application, with something in its argument.
func (e *entry) executes(app, arg string) bool {
	return e.kind == appKind && strings.EqualFold(e.app, app) && contains(e.arg, arg)
}

// noApp expects that an application has not been executed so far.
func noApp(c *call, l *lua.LState) int {
	app, arg := vm.CheckString(l, 2), vm.OptString(l, 3, "")
	c.settle()
	at := 0
	if c.next(&at, func(e *entry) bool { return e.executes(app, arg) }) {
		c.expect(l, "expected no application %s", strings.TrimSpace(app+" "+arg))
	}
	return 0
}

func variable(c *call, l *lua.LState) int {
	name := vm.CheckString(l, 2)
	c.settle()
	value := ""
	c.file.outside(func() { value = c.sw.Variable(name) })
	l.Push(orNil(value))
	return 1
}

// poll waits for something that nobody tells of.
func (c *call) poll(limit time.Duration, ok func() bool) bool {
	for until := c.stage.clock.Now().Add(limit); ; {
		c.settle()
		if ok() {
			return true
		}
		if c.over() || !c.stage.clock.Now().Before(until) || c.stage.ctx.Err() != nil {
			return false
		}
		c.await(look, endKind, c.over)
	}
}

// answers waits until the call is answered.
func answers(c *call, l *lua.LState) int {
	limit := within(l, 2, patience)
	c.file.step("expects an answer")
	if !c.poll(limit, c.isAnswered) {
		c.expect(l, "expected the call to be answered, but %s", c.whyNot(limit))
	}
	return 0
}

// bridges waits until the call is bridged to a leg whose name, or the dial string that led to it, holds a text, and gives the
// name.
func bridges(c *call, l *lua.LState) int {
	want, limit := vm.OptString(l, 2, ""), within(l, 3, patience)
	c.file.step(strings.TrimSpace("expects a bridge " + want))
	peer, dialled := "", ""
	ok := c.poll(limit, func() bool {
		c.file.outside(func() { peer, dialled = c.sw.Bridged() })
		return peer != "" && (contains(peer, want) || contains(dialled, want))
	})
	if !ok {
		got := "it was never bridged"
		if peer != "" {
			got = strings.TrimSuffix(fmt.Sprintf("it was bridged to %s (%s)", peer, dialled), " ()")
		}
		what := "a bridge"
		if want != "" {
			what += " to " + want
		}
		c.expect(l, "expected %s, but %s; %s", what, c.whyNot(limit), got)
	}
	l.Push(lua.LString(peer))
	return 1
}

// fails waits for the end of the script and expects that it was an error.
func fails(c *call, l *lua.LState) int {
	want := vm.OptString(l, 2, "")
	c.file.step("expects the script to fail")
	c.await(longest, endKind|otherKind, func() bool { return len(c.errors) > 0 && !c.running || c.isOver() })
	c.expected = true
	switch {
	case len(c.errors) == 0:
		c.expect(l, "expected the script to fail, but it did not")
	case !contains(c.errors[0], want):
		c.expect(l, "expected the script to fail with %s, but it failed with %s", want, c.errors[0])
	}
	l.Push(lua.LString(c.errors[0]))
	return 1
}

// says expects that the script has written something to the log, or waits until it does.
func says(c *call, l *lua.LState) int {
	want, limit := vm.CheckString(l, 2), within(l, 3, patience)
	c.file.step("expects the log to say " + want)
	at, found := 0, false
	c.await(limit, otherKind|endKind, func() bool {
		found = c.next(&at, func(e *entry) bool { return e.who == theScript && contains(e.text, want) })
		return found || c.isOver()
	})
	if !found {
		said := c.all(0, func(e *entry) string {
			if e.who != theScript {
				return ""
			}
			return e.text
		})
		c.expect(l, "expected the log to say %s, but %s; it said: %s", want, c.whyNot(limit), strings.Join(said, "; "))
	}
	return 0
}

// heardList is what the caller has heard so far.
func heardList(c *call, l *lua.LState) int {
	c.settle()
	t := l.NewTable()
	for _, what := range c.all(0, ofSound) {
		t.Append(lua.LString(what))
	}
	l.Push(t)
	return 1
}

// traceText is the whole trace so far.
func traceText(c *call, l *lua.LState) int {
	c.settle()
	l.Push(lua.LString(c.stage.golden()))
	return 1
}
