package e2e

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"eslua/engine"
	"eslua/esl/esltest"
	"eslua/luabind"
)

// whenLost is what a method answers when its connection ends in it.
func (b blocking) whenLost() string {
	if b.lost != "" {
		return protected(b.lost)
	}
	return protected(b.during)
}

// afterLost is what it answers from then on.
func (b blocking) afterLost() string {
	if b.method == "recordFile" {
		return protected(b.after)
	}
	if b.lost != "" {
		return protected(b.lost)
	}
	return protected(b.after)
}

// lostText is how errors tell of a connection that has ended.
var lostText = regexp.MustCompile("esl: connection has ended.*")

// wantLost compares what the script has printed, without how exactly the connection has ended.
func (h *house) wantLost(c *esltest.Call, want string) {
	h.Helper()
	if got := lostText.ReplaceAllString(h.printed(c), "lost"); got != want {
		h.Errorf("printed\n%s\nwant\n%s", got, want)
	}
}

// leave has the caller hang up whose call nobody serves any more.
func (h *house) leave(c *esltest.Call) {
	h.Helper()
	h.sw.After(time.Minute)
	c.Hangup("")
	h.finish(c)
}

// TestALostConnectionInEveryMethodThatWaits: it answers as if the call were hung up, the script goes on to its end, and the
// log tells.
func TestALostConnectionInEveryMethodThatWaits(t *testing.T) {
	for i, b := range blockers {
		for _, reset := range []bool{false, true} {
			name := b.title(i)
			if reset {
				name += " reset"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				h, c := b.begin(t, "")
				cut := h.sw.Clock().Now().Sub(h.began)
				h.lines.cut(reset)
				h.leave(c)
				h.wantLost(c, "go\n"+b.whenLost()+"\nfalse\tCS_HANGUP\n"+b.afterLost())
				if took := h.end(c) - cut; took > b.soon() {
					t.Errorf("it took %v until the end of the script", took)
				}
				h.says("the connection did not end in good order", "then:unknown")
			})
		}
	}
}

// lateScript calls a method some time after it says so, so that a fault can be set before.
func (b blocking) lateScript() string {
	return strings.Replace(b.script(""), "msleep(100)", `msleep(100) print("soon") freeswitch.msleep(500)`, 1)
}

// strike places a call and has a fault strike at the first command that the method sends.
func (b blocking) strike(t *testing.T, f esltest.Fault) (*house, *esltest.Call) {
	t.Helper()
	h := newHouse(t, b.lateScript(), engine.Options{AfterHangup: 30 * time.Second})
	c := h.call()
	for !strings.HasSuffix(h.printed(c), "soon") {
		h.sw.After(20 * time.Millisecond)
	}
	if f.Command = b.command; f.Command == "" {
		f.Command = "sendmsg"
	}
	h.sw.Inject(f)
	return h, c
}

// TestAConnectionThatEndsAtTheCommand: before the switch carries out what a method asks for, or right behind it.
func TestAConnectionThatEndsAtTheCommand(t *testing.T) {
	for i, b := range blockers {
		if b.command == "-" {
			continue
		}
		for name, kind := range map[string]esltest.FaultKind{"cut": esltest.Cut, "cut after": esltest.CutAfter} {
			t.Run(b.title(i)+" "+name, func(t *testing.T) {
				t.Parallel()
				h, c := b.strike(t, esltest.Fault{Kind: kind})
				h.leave(c)
				during := b.whenLost()
				if kind == esltest.CutAfter {
					switch b.method { // these have their answer
					case "getVariable":
						during = protected("1 kept")
					}
				}
				h.wantLost(c, "soon\ngo\n"+during+"\nfalse\tCS_HANGUP\n"+b.afterLost())
				limit := 10 * time.Second
				if kind == esltest.CutAfter && b.method == "originate" {
					limit = 70 * time.Second // the switch keeps a connection open whose jobs run
				}
				if took := h.end(c); took > limit {
					t.Errorf("it took %v until the end of the script", took)
				}
				h.says("the connection did not end in good order", "then:unknown")
			})
		}
	}
}

// TestErrorRepliesInEveryMethod: the method fails, the log says why, and the script and the call go on.
func TestErrorRepliesInEveryMethod(t *testing.T) {
	for i, b := range blockers {
		if b.command == "-" {
			continue
		}
		t.Run(b.title(i), func(t *testing.T) {
			t.Parallel()
			h, c := b.strike(t, esltest.Fault{Kind: esltest.ErrorReply, Text: "-ERR no way"})
			h.sw.After(1500 * time.Millisecond)
			got := h.printed(c)
			for _, text := range []string{"-ERR no way", b.refused(), "true\tCS_EXECUTE"} {
				if !strings.Contains(got, text) {
					t.Errorf("printed\n%s\nwhich lacks %q", got, text)
				}
			}
			h.sw.After(time.Second)
			c.Hangup("")
			h.finish(c)
		})
	}
}

// refused is what it answers when the switch refuses it.
func (b blocking) refused() string {
	switch b.method {
	case "playback":
		return "3 true nil error: "
	}
	return b.whenLost()
}

// TestNoCompletionInEveryMethod: the application runs and its end is never told. The method waits until the hang-up, and a
// moment longer.
func TestNoCompletionInEveryMethod(t *testing.T) {
	for i, b := range blockers {
		if b.command != "" {
			continue
		}
		t.Run(b.title(i), func(t *testing.T) {
			t.Parallel()
			h, c := b.strike(t, esltest.Fault{Kind: esltest.NoCompletion})
			h.sw.After(10 * time.Second)
			h.wantPrinted(c, "soon\ngo")
			down := h.sw.Clock().Now().Sub(h.began)
			c.Hangup("")
			h.finish(c)
			h.wantPrinted(c, "soon\ngo\n"+b.protected(b.during)+"\nfalse\tCS_HANGUP\n"+b.protected(b.after))
			if took := h.end(c) - down; took > 3*time.Second {
				t.Errorf("it took %v until the end of the script", took)
			}
		})
	}
}

// TestNoReplyInEveryMethod: what runs is known by its events; a reply that never comes holds nothing up that has an end of
// its own, and all else no longer than a script may go on behind the hang-up.
func TestNoReplyInEveryMethod(t *testing.T) {
	for i, b := range blockers {
		if b.command == "-" {
			continue
		}
		t.Run(b.title(i), func(t *testing.T) {
			t.Parallel()
			h, c := b.strike(t, esltest.Fault{Kind: esltest.NoReply})
			h.sw.After(2 * time.Second)
			c.Hangup("")
			h.finish(c)
			if took := h.end(c); took > 8*time.Second {
				t.Errorf("it took %v until the end of the script", took)
			}
		})
	}
}

// TestAScriptThatNeverLooks: without its connection it may go on as long as behind a hang-up, and no longer.
func TestAScriptThatNeverLooks(t *testing.T) {
	for name, script := range map[string]string{
		"100000 method calls": `session:answer() while true do session:sleep(1000) end`,
		"1m0s":                `session:answer() session:sleep(60000) while true do freeswitch.msleep(1000) end`,
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, script, engine.Options{AfterHangup: time.Minute})
			c := h.call()
			h.sw.After(time.Second)
			h.lines.cut(false)
			h.sw.After(2 * time.Minute)
			if n := h.engine.Calls(); n != 0 {
				t.Errorf("%d scripts still run", n)
			}
			h.says(luabind.ErrAfterHangup.Error()+": "+name, "the connection did not end in good order")
			h.leave(c)
		})
	}
}
