package e2e

import (
	"testing"
	"time"

	"eslua/esl/esltest"
)

// TestDigitsTypedAhead: what is pressed during one prompt is there for the next ones, in its order, whatever takes it.
func TestDigitsTypedAhead(t *testing.T) {
	for _, tt := range []struct {
		name, script, want string
		far                func(h *house, c *esltest.Call)
		heard              string
	}{
		{
			name: "across three prompts",
			script: `
				session:answer()
				print(session:streamFile("welcome.wav"))
				print(session:playAndGetDigits(2, 4, 1, 3000, "#", "welcome.wav", "wrong.wav", "", "pin"))
				print(session:playAndGetDigits(1, 1, 1, 3000, "", "again.wav", "wrong.wav", "[1-3]", "choice"))
				print(session:getDigits(10, "#", 100))
				print(session:getVariable("pin"), session:getVariable("choice"))`,
			far:  func(h *house, c *esltest.Call) { h.sw.After(time.Second); c.Press("471#2088#") },
			want: "1\n471\n2\n088\n471\t2", heard: "welcome.wav welcome.wav again.wav",
		},
		{
			name: "before anything listens",
			script: `
				session:answer()
				freeswitch.msleep(2000)
				print(session:getDigits(3, "#", 1000), session:getDigits(3, "#", 1000), session:getDigits(3, "#", 300))`,
			far:  func(h *house, c *esltest.Call) { h.sw.After(time.Second); c.Press("12345#6") },
			want: "123\t45\t6",
		},
		{
			name: "a prompt that nobody hears",
			script: `
				session:answer()
				session:sleep(1000)
				print(session:read(2, 2, "long.wav", 3000, "#"), session:read(2, 2, "long.wav", 3000, "#"))
				print(session:getVariable("read_result"))`,
			far:  func(h *house, c *esltest.Call) { h.sw.After(500 * time.Millisecond); c.Press("1234") },
			want: "12\t34\nsuccess", heard: "long.wav long.wav",
		},
		{
			name: "flushed in between",
			script: `
				session:answer()
				session:streamFile("welcome.wav")
				print(session:flushDigits())
				session:streamFile("welcome.wav")
				print(session:getDigits(9, "", 300))`,
			far: func(h *house, c *esltest.Call) {
				h.sw.After(time.Second)
				c.Press("123")
				h.sw.After(2 * time.Second)
				c.Press("45")
			},
			want: "0\n45",
		},
		{
			name: "twenty digits at once, flushed at once",
			script: `
				session:answer()
				session:streamFile("short.wav")
				while not session:getVariable("go") do session:sleep(20) end
				session:flushDigits()
				print(session:getDigits(1, "", 2000))`,
			far: func(h *house, c *esltest.Call) {
				h.sw.After(time.Second)
				c.Press("12345678901234567890")
				h.sw.API("uuid_setvar " + c.UUID() + " go yes")
			},
			want: "",
		},
		{
			name: "a wrong try, and the right one behind it",
			script: `
				session:answer()
				session:sleep(1000)
				print(session:playAndGetDigits(1, 3, 3, 2000, "#", "long.wav", "wrong.wav", "^9", "pin"))
				print(session:getVariable("pin_invalid"))`,
			far:  func(h *house, c *esltest.Call) { h.sw.After(500 * time.Millisecond); c.Press("1#95#") },
			want: "95\n1", heard: "long.wav wrong.wav long.wav",
		},
		{
			name: "pressed while the wrong input is told",
			script: `
				session:answer()
				print(session:playAndGetDigits(2, 2, 2, 1000, "#", "short.wav", "wrong.wav", "^9", "pin"))`,
			far: func(h *house, c *esltest.Call) {
				h.sw.After(200 * time.Millisecond)
				c.Press("11")
				h.sw.After(500 * time.Millisecond)
				c.Press("98")
			},
			want: "98", heard: "short.wav wrong.wav short.wav",
		},
		{
			name: "for an application of the switch",
			script: `
				session:answer()
				session:streamFile("welcome.wav")
				session:execute("read", "2 2 short.wav got 3000 #")
				print(session:getVariable("got"), session:getDigits(5, "", 300))`,
			far:  func(h *house, c *esltest.Call) { h.sw.After(time.Second); c.Press("12345") },
			want: "12\t345",
		},
		{
			name: "for an application that does not look at them",
			script: `
				session:answer()
				session:streamFile("welcome.wav")
				session:execute("log", "INFO x")
				session:execute("set", "a=b")
				session:execute("eval", "x")
				print(session:getDigits(5, "", 300))`,
			far:  func(h *house, c *esltest.Call) { h.sw.After(time.Second); c.Press("12345") },
			want: "12345",
		},
		{
			name: "pressed while an application uses them",
			script: `
				session:answer()
				session:execute("playback", "welcome.wav")
				print(session:getDigits(5, "", 300))`,
			far:  func(h *house, c *esltest.Call) { h.sw.After(time.Second); c.Press("123") },
			want: "",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h, c := run(t, tt.script, tt.want, tt.far)
			if got := h.heard(c); tt.heard != "" && got != tt.heard {
				t.Errorf("heard %s, want %s", got, tt.heard)
			}
			if c.Variable("after") != "yes" {
				t.Error("the dialplan did not go on")
			}
		})
	}
}

// TestDigitsDuringPlayback: with a callback it gets them, one after the other; without one they do nothing and wait.
func TestDigitsDuringPlayback(t *testing.T) {
	press := func(h *house, c *esltest.Call) {
		h.sw.After(500 * time.Millisecond)
		c.Press("1")
		h.sw.After(300 * time.Millisecond)
		c.Press("2*")
		h.sw.After(300 * time.Millisecond)
		c.Press("3")
	}
	for _, tt := range []struct {
		name, script, want string
	}{
		{"without a callback", `
			session:answer()
			session:setVariable("playback_terminators", "123*#")
			print(session:streamFile("welcome.wav"), session:getDigits(9, "", 200))`, "1\t12*3"},
		{"a callback that lets it play", `
			function key(s, kind, obj) print(kind, obj.digit, obj.duration) end
			session:answer()
			session:setInputCallback("key")
			print(session:streamFile("welcome.wav"), session:getDigits(9, "", 200))`,
			"dtmf\t1\t2000\ndtmf\t2\t2000\ndtmf\t*\t2000\ndtmf\t3\t2000\n1\t"},
		{"a callback that stops it", `
			function key(s, kind, obj) print(obj.digit) if obj.digit == "2" then return "break" end end
			session:answer()
			session:setInputCallback("key")
			print(session:streamFile("welcome.wav"), session:getDigits(3, "", 1000))`,
			"1\n2\n0\t*3"},
		{"a callback that was taken away", `
			function key(s, kind, obj) print(obj.digit) end
			session:answer()
			session:setInputCallback("key")
			session:unsetInputCallback()
			print(session:streamFile("welcome.wav"), session:getDigits(9, "", 200))`, "1\t12*3"},
		{"a callback that plays something itself", `
			local depth = 0
			function key(s, kind, obj)
				depth = depth + 1
				print(depth, obj.digit)
				if obj.digit == "1" then print("inner", s:streamFile("again.wav")) end
				depth = depth - 1
				if obj.digit == "1" then return "stop" end
			end
			session:answer()
			session:setInputCallback("key")
			print(session:streamFile("long.wav"), session:getDigits(9, "", 200))`,
			"1\t1\n2\t2\n2\t*\n2\t3\ninner\t1\n0\t"},
		{"a callback that fails", `
			function key(s, kind, obj) error("no " .. obj.digit) end
			session:answer()
			session:setInputCallback("key")
			print(session:streamFile("long.wav"), session:getDigits(3, "", 1000))`, "main.lua:2: no 1\n0\t2*3"},
		{"while it sleeps", `
			function key(s, kind, obj) print(obj.digit) if obj.digit == "*" then return 0 end end
			session:answer()
			session:setInputCallback("key")
			print(session:sleep(60000), session:getDigits(1, "", 1000))`, "1\n2\n*\n0\t3"},
		{"while it collects", `
			function key(s, kind, obj) print(obj.digit) if obj.digit == "*" then return "done" end end
			session:answer()
			session:setInputCallback("key")
			print(session:collectDigits(60000), session:getDigits(1, "", 1000))`, "1\n2\n*\n0\t3"},
		{"while digits are collected for the script", `
			function key(s, kind, obj) print("never", obj.digit) end
			session:answer()
			session:setInputCallback("key")
			print(session:getDigits(2, "", 2000), session:read(1, 1, "", 1000, ""), session:playAndGetDigits(1, 1, 1, 2000, "", "short.wav", "", ""))`,
			"12\t*\t3"},
		{"while a phrase is said", `
			function key(s, kind, obj) print(obj.digit) if obj.digit == "2" then return "x" end end
			session:answer()
			session:setInputCallback("key")
			print(session:sayPhrase("greet", "x"))
			print(session:getDigits(3, "", 1000))`, "1\n2\n\n*3"},
		{"while it speaks", `
			function key(s, kind, obj) print(obj.digit) if obj.digit == "2" then return "x" end end
			session:answer()
			session:set_tts_params("voices", "one")
			session:setInputCallback("key")
			print(session:speak("hello"))
			print(session:getDigits(3, "", 1000))`, "1\n2\n0\n*3"},
		{"while it records", `
			function key(s, kind, obj) print(obj.digit) if obj.digit == "2" then return "x" end end
			session:answer()
			session:setInputCallback("key")
			print(session:recordFile("/rec/a.wav", 60))
			print(session:getDigits(1, "", 1000))`, "1\n2\n0\n3"},
	} {
		t.Run(tt.name, func(t *testing.T) { run(t, tt.script, tt.want, press) })
	}
}

// TestACallbackControlsTheFile: the results that act on the file instead of stopping it, by the time that it takes.
func TestACallbackControlsTheFile(t *testing.T) {
	for _, tt := range []struct {
		result string
		ms     int // how long welcome.wav (2 s) takes when the key comes after 1 s
	}{
		{"", 2000}, {"true", 2000}, {"seek", 2000}, {"seek:+500", 1500}, {"seek:-500", 2500}, {"seek:+", 1000}, {"seek:0", 3000},
		{"restart", 3000}, {"RESTART", 3000}, {"volume:+1", 2000}, {"stop", 1000}, {"break", 1000}, {"false", 1000}, {"speed", 1000},
		{"file:x", 1000}, {"0", 1000},
	} {
		t.Run(tt.result, func(t *testing.T) {
			h := newHouse(t, `
				function key(s, kind, obj) return "`+tt.result+`" end
				session:answer()
				session:setInputCallback("key")
				local api = freeswitch.API()
				local began = api:getTime()
				session:streamFile("welcome.wav")
				session:setVariable("ms", tostring(api:getTime() - began))`, noOptions)
			c := h.call()
			h.sw.After(time.Second + 50*time.Millisecond)
			c.Press("5")
			h.finish(c)
			ms := number(t, c.Variable("ms"))
			if ms < tt.ms || ms > tt.ms+150 {
				t.Errorf("it took %d ms, want about %d", ms, tt.ms)
			}
		})
	}
}

// TestPause: a callback pauses the file, and the next digit lets it go on.
func TestPause(t *testing.T) {
	h := newHouse(t, `
		function key(s, kind, obj) return "pause" end
		session:answer()
		session:setInputCallback("key")
		print(session:streamFile("welcome.wav"))`, noOptions)
	c := h.call()
	h.sw.After(time.Second)
	c.Press("1")
	h.sw.After(10 * time.Second)
	if got := h.printed(c); got != "" {
		t.Errorf("it did not pause: %s", got)
	}
	c.Press("1")
	h.finish(c)
	h.wantPrinted(c, "1")
	if d := h.sw.Clock().Now().Sub(h.began); d < 12*time.Second || d > 13*time.Second {
		t.Errorf("it took %v", d)
	}
}
