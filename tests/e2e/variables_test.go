package e2e

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"eslua/engine"
	"eslua/esl/esltest"
)

// TestTheWriteBarrier: applications run in the call's thread and API commands in the connection's. However writes by both
// are mixed, what is read is what was written last (modlua-api.md 0.5).
func TestTheWriteBarrier(t *testing.T) {
	const scripts, steps = 60, 80
	for seed := range uint64(scripts) {
		random := rand.New(rand.NewPCG(seed, 1))
		state := make(map[string]string)
		show := func(name string) string {
			if v := state[name]; v != "" {
				return v
			}
			return "nil"
		}
		var script strings.Builder
		var want []string
		script.WriteString("session:answer()\nlocal api = freeswitch.API()\n")
		do := func(format string, args ...any) { fmt.Fprintf(&script, format+"\n", args...) }
		for i := range steps {
			name, other, value := fmt.Sprint("v", random.IntN(3)), fmt.Sprint("v", random.IntN(3)), fmt.Sprint("x", i)
			switch random.IntN(11) {
			case 0, 1, 2:
				do("session:execute('set', '%s=%s')", name, value)
				state[name] = value
			case 3, 4:
				do("session:setVariable('%s', '%s')", name, value)
				state[name] = value
			case 5:
				do("session:execute('unset', '%s')", name)
				delete(state, name)
			case 6:
				do("session:setVariable('%s', nil)", name)
				delete(state, name)
			case 7: // expanded when it runs
				do("session:execute('set', '%s=<${%s}>')", name, other)
				if state[other] == "" {
					state[name] = "<>"
				} else {
					state[name] = "<" + state[other] + ">"
				}
			case 8:
				do("session:execute('multiset', '%s=%sa %s=%sb')", name, value, other, value)
				state[name] = value + "a"
				state[other] = value + "b"
			case 9:
				do("print(session:getVariable('%s'))", name)
				want = append(want, show(name))
			case 10:
				do("print((api:executeString('uuid_getvar ' .. session:get_uuid() .. ' %s'):gsub('_undef_', 'nil')))", name)
				want = append(want, show(name))
			}
		}
		for _, name := range []string{"v0", "v1", "v2"} {
			do("print(session:getVariable('%s'))", name)
			want = append(want, show(name))
		}
		h := newHouse(t, script.String(), noOptions)
		c := h.call()
		h.finish(c)
		if got := h.printed(c); got != strings.Join(want, "\n") {
			t.Fatalf("seed %d: printed\n%s\nwant\n%s\nscript\n%s", seed, got, strings.Join(want, "\n"), script.String())
		}
	}
}

// pieces are what texts are made of that have to be quoted somewhere on their way.
var pieces = []string{"'", "''", `"`, `\`, `\\`, `\'`, `\n`, `\s`, "$", "${", "${v0}", "${v0", "}", `\${v0}`, "$${v0}", "%[a=b]", "\n", "\r", "\r\n", "\t", " ", "  ",
	"a", "b c", "=", ",", "|", ":", ";", "[", "]", "{", "(", "^^:", "@@", "#", "*", "ä", "€", "\x02", "undef_", "-ERR", "~"}

// text makes one.
func text(random *rand.Rand, not string) string {
	var b strings.Builder
	for range 1 + random.IntN(6) {
		if p := pieces[random.IntN(len(pieces))]; !strings.ContainsAny(p, not) {
			b.WriteString(p)
		}
	}
	return b.String()
}

// quoted writes a text as Lua reads it, byte by byte.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		fmt.Fprintf(&b, `\%03d`, s[i])
	}
	b.WriteByte('"')
	return b.String()
}

// TestTextsArriveAsTheyAre: whatever stands in them, through setVariable and getVariable, as the name of a file, said,
// spoken, and as an argument that is expanded.
func TestTextsArriveAsTheyAre(t *testing.T) {
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 2))
		var script strings.Builder
		do := func(format string, args ...any) { fmt.Fprintf(&script, format+"\n", args...) }
		do(`session:answer()
			session:setVariable("v0", "wrong")
			session:set_tts_params("voices", "one")
			local function same(what, got, want) if got ~= want then print(what, string.format("%%q is not %%q", tostring(got), want)) end end`)
		variables := make(map[string]string)
		for i := range 20 {
			v := text(random, "")
			name := fmt.Sprint("t", i)
			variables[name] = v
			do(`session:setVariable(%q, %s) same("variable", session:getVariable(%q), %s)`, name, quoted(v), name, quoted(v))
		}
		var heard []string
		for range 10 {
			file := "/sounds/" + text(random, "\r\n@!{[ ") + ".wav"
			do(`session:streamFile(%s)`, quoted(file))
			heard = append(heard, file)
		}
		for range 10 {
			v := "x" + text(random, "\r\n|") + "x"
			do(`same("speak", session:speak(%s), 1)`, quoted(v))
			heard = append(heard, "speak:"+v)
		}
		for i := range 10 { // the switch expands these once, and no more
			v := text(random, "\\$%'\"")
			name := fmt.Sprint("e", i)
			variables[name] = strings.TrimSpace(v) + "<wrong>" + strings.TrimRight(v, " ")
			do(`session:execute("set", "%s=" .. %s .. "<${v0}>" .. %s)`, name, quoted(strings.TrimSpace(v)), quoted(strings.TrimRight(v, " ")))
		}
		w := world()
		w.AnySound = 200 * time.Millisecond
		h := newHouseIn(t, w, script.String(), noOptions)
		c := h.call()
		h.finish(c)
		if got := h.printed(c); got != "" {
			t.Errorf("seed %d: %s", seed, got)
		}
		for name, want := range variables {
			if got := c.Variable(name); got != want {
				t.Errorf("seed %d: %s is %q, want %q", seed, name, got, want)
			}
		}
		var got []string
		for _, x := range c.Heard() {
			got = append(got, x.What)
		}
		for i := range max(len(got), len(heard)) {
			a, b := "", ""
			if i < len(got) {
				a = got[i]
			}
			if i < len(heard) {
				b = heard[i]
			}
			if a != b {
				t.Errorf("seed %d: heard %q, want %q", seed, a, b)
				break
			}
		}
		if t.Failed() {
			break
		}
	}
}

// TestVariablesAfterTheHangup: they are what they were, and what the script makes of them is seen by it alone.
func TestVariablesAfterTheHangup(t *testing.T) {
	for name, far := range map[string]func(h *house, c *esltest.Call){
		"by the script":  nil,
		"by the far end": func(h *house, c *esltest.Call) { h.sw.After(2 * time.Second); c.Hangup("") },
	} {
		t.Run(name, func(t *testing.T) {
			end := "session:hangup()"
			if far != nil {
				end = "session:sleep(60000)"
			}
			_, c := run(t, `
				session:answer()
				session:setVariable("kept", "one")
				session:execute("set", "also=two")
				`+end+`
				print(session:getVariable("kept"), session:getVariable("ALSO"), session:getVariable("greeting"), session:getVariable("site"))
				print(session:getVariable("caller_id_number"), session:getVariable("destination_number"), session:getVariable("nothing"))
				session:setVariable("kept", "changed") session:setVariable("Late", "new ${kept}") session:setVariable("also", nil)
				print(session:getVariable("KEPT"), session:getVariable("late"), session:getVariable("also"))
				session:execute("set", "kept=${kept}!") session:execute("unset", "late") session:execute("export", "x=y")
				print(session:getVariable("kept"), session:getVariable("late"), session:getVariable("x"), session:getVariable("hangup_cause"))
				freeswitch.msleep(5000)
				print(session:getVariable("kept"), session:getVariable("greeting"), session:getState(), session:answered())`,
				"one\ttwo\thello\tnorth\n1001\ttest\tnil\nchanged\tnew ${kept}\tnil\nchanged!\tnil\ty\tnil\nchanged!\thello\tCS_HANGUP\ttrue", far)
			if c.Variable("kept") != "one" || c.Variable("late") != "" {
				t.Errorf("kept %q, late %q", c.Variable("kept"), c.Variable("late"))
			}
		})
	}
}

// TestTheTimeOfAScriptAfterTheHangup: by the clock, by its calls and by its instructions; a pcall does not help.
func TestTheTimeOfAScriptAfterTheHangup(t *testing.T) {
	for _, tt := range []struct {
		name, script, log string
		most              time.Duration
	}{
		{"it waits", `while true do freeswitch.msleep(1000) end`, luaLimit + ": 20s", 23 * time.Second},
		{"it waits in a pcall", `while true do pcall(freeswitch.msleep, 100000) end`, luaLimit + ": 20s", 23 * time.Second},
		{"it sleeps and sleeps", `while true do session:sleep(1000) end`, luaLimit + ": 100000 method calls", 5 * time.Second},
		{"it never looks up in a pcall", `while true do pcall(function() while true do end end) end`, "too m", 5 * time.Second}, // instructions, or CPU time on a busy machine
		{"it ends in time", `freeswitch.msleep(19000) print("done")`, "done", 23 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t, "session:answer()\nsession:sleep(60000)\n"+tt.script, engine.Options{AfterHangup: 20 * time.Second})
			c := h.call()
			h.sw.After(time.Second)
			c.Hangup("")
			h.finish(c)
			h.says(tt.log)
			if took := h.end(c); took > tt.most {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// luaLimit is what the log says of a script that went on for too long.
const luaLimit = "the script went on for too long after the hang-up"
