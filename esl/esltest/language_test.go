package esltest_test

import (
	"strings"
	"testing"
	"time"

	"eslua/esl/esltest"
)

func TestMacros(t *testing.T) {
	w := world("async full")
	w.Speech = map[string]esltest.SpeechEngine{"test": {Speaking: time.Second}}
	w.Sounds["/de/hallo.wav"] = 2 * time.Second
	w.Say = 300 * time.Millisecond
	play := func(file string) esltest.MacroAction { return esltest.MacroAction{Function: "play-file", Data: file} }
	w.Languages = map[string]esltest.Language{
		"en": {Macros: map[string]esltest.Macro{
			"digits": {Pause: -1, Inputs: []esltest.MacroInput{
				{Pattern: `^(\d)(\d)$`, BreakOnMatch: true, Match: []esltest.MacroAction{{Function: "say", Data: "$2 $1"}}},
				{Pattern: `^(\d+)$`, Match: []esltest.MacroAction{{Function: "say", Data: "$1"}}, NoMatch: []esltest.MacroAction{play("short.wav")}},
			}},
			"stops":  {Inputs: []esltest.MacroInput{{Match: []esltest.MacroAction{play("short.wav"), {Function: "break"}, play("long.wav")}}}},
			"nested": {Inputs: []esltest.MacroInput{{Match: []esltest.MacroAction{{Function: "phrase", Phrase: "digits", Data: "12"}}}}},
			"runs":   {Inputs: []esltest.MacroInput{{Match: []esltest.MacroAction{{Function: "execute", Data: "set(by=macro)"}}}}},
			"field":  {Inputs: []esltest.MacroInput{{Field: "${before}", Pattern: "^yes$", Match: []esltest.MacroAction{play("short.wav")}}}},
			"mute":   {Inputs: []esltest.MacroInput{{Match: []esltest.MacroAction{{Function: "speak-text", Data: "hello"}}}}},
			"empty":  {},
		}},
		"de": {SoundPrefix: "/de", Engine: "test", Voice: "v", Macros: map[string]esltest.Macro{
			"greet": {Pause: time.Second, Inputs: []esltest.MacroInput{{Match: []esltest.MacroAction{play("hallo.wav"), {Function: "speak-text", Data: "guten Tag"}}}}},
		}},
	}
	for _, tt := range []struct {
		arg, vars string
		heard     string
		ms        int64
		response  string
	}{
		{arg: "digits,12", heard: "say:2 1", ms: 600, response: "PHRASE PLAYED"},
		{arg: "digits,123", heard: "say:123", ms: 300, response: "PHRASE PLAYED"},
		{arg: "digits,x", heard: "/short.wav", ms: 1000, response: "PHRASE PLAYED"},
		{arg: "stops", heard: "/short.wav", ms: 1200, response: "PHRASE PLAYED"},
		{arg: "nested", heard: "say:2 1", ms: 700, response: "PHRASE PLAYED"},
		{arg: "runs", ms: 100, response: "PHRASE PLAYED"},
		{arg: "field", heard: "/short.wav", ms: 1100, response: "PHRASE PLAYED"},
		{arg: "mute", ms: 100, response: "PHRASE PLAYED"},
		{arg: "empty", response: "UNKNOWN ERROR"},
		{arg: "missing", response: "UNKNOWN ERROR"},
		{arg: "", response: "NOTHING"},
		{arg: "greet", response: "UNKNOWN ERROR"}, // it is no English
		{arg: "greet", vars: "language=de", heard: "/de/hallo.wav speak:guten Tag", ms: 5000, response: "PHRASE PLAYED"},
		{arg: "greet", vars: "default_language=de", heard: "/de/hallo.wav speak:guten Tag", ms: 5000, response: "PHRASE PLAYED"},
		{arg: "greet", vars: "language=xx", response: "UNKNOWN ERROR"},
	} {
		t.Run(tt.arg+" "+tt.vars, func(t *testing.T) {
			l := newLab(t, w)
			call, p := l.answered()
			if tt.vars != "" {
				p.run("1", "set", tt.vars)
			}
			began := l.clock.Now()
			ev := p.run("2", "phrase", tt.arg)
			if ms := l.since(began); ms < tt.ms-30 || ms > tt.ms+80 {
				t.Errorf("it took %d ms, want %d", ms, tt.ms)
			}
			var heard []string
			for _, h := range call.Heard() {
				heard = append(heard, h.What)
			}
			if strings.Join(heard, " ") != tt.heard || ev.Get("Application-Response") != tt.response {
				t.Errorf("%q was heard, %s", heard, ev.Get("Application-Response"))
			}
			if call.Variable("sound_prefix") != "" || tt.arg == "runs" && call.Variable("by") != "macro" {
				t.Errorf("sound_prefix %q, by %q", call.Variable("sound_prefix"), call.Variable("by"))
			}
		})
	}
}

func TestSay(t *testing.T) {
	w := world("async full")
	w.Say = 300 * time.Millisecond
	for _, tt := range []struct{ arg, heard string }{
		{"en number pronounced 42", "say:42"}, {"en:en number pronounced masculine 4 2", "say:4 2"}, {"xx number pronounced 42", ""},
		{"en:xx number pronounced 42", ""}, {"en number", ""},
	} {
		l := newLab(t, w)
		call, p := l.answered()
		p.run("1", "say", tt.arg)
		heard := ""
		for _, h := range call.Heard() {
			heard += h.What
		}
		if heard != tt.heard {
			t.Errorf("%s: %q was heard, want %q", tt.arg, heard, tt.heard)
		}
	}
}

// TestRecognition: a recogniser stays open until it is stopped, and its events come to the bus by way of park.
func TestRecognition(t *testing.T) {
	w := world("async full")
	w.Speech = map[string]esltest.SpeechEngine{"hears": {Heard: "yes", After: 700 * time.Millisecond}, "deaf": {}}
	l := newLab(t, w)
	_, p := l.answered()
	p.run("1", "detect_speech", "hears grammar name")
	began := l.clock.Now()
	p.event("DETECTED_SPEECH", "Speech-Type", "begin-speaking", "Unique-ID", p.uuid)
	if ev := p.event("DETECTED_SPEECH", "Speech-Type", "detected-speech"); ev.Body() != "yes" || l.since(began) > 800 {
		t.Errorf("%q after %d ms", ev.Body(), l.since(began))
	}
	p.run("2", "detect_speech", "resume")
	p.event("DETECTED_SPEECH", "Speech-Type", "detected-speech")
	p.run("3", "detect_speech", "resume")
	p.run("4", "detect_speech", "pause")
	l.sw.After(2 * time.Second)
	if n := p.count("DETECTED_SPEECH", "Speech-Type", "detected-speech"); n != 2 {
		t.Errorf("%d results, want 2: one was to come while it was paused", n)
	}
	// Another engine is asked for while this one is open.
	if ev := p.run("5", "play_and_detect_speech", "short.wav detect:deaf other"); ev.Variable("detect_speech_result") != "yes" {
		t.Errorf("the result is %q", ev.Variable("detect_speech_result"))
	}
	p.run("6", "detect_speech", "stop")
	p.event("DETECTED_SPEECH", "Speech-Type", "closed")
	began = l.clock.Now()
	ev := p.run("7", "play_and_detect_speech", "short.wav detect:deaf {start-input-timers=false,no-input-timeout=2000}other")
	if got := ev.Variable("detect_speech_result"); !strings.Contains(got, "no_input") || l.since(began) < 2950 || l.since(began) > 3100 {
		t.Errorf("%q after %d ms", got, l.since(began))
	}
}

func TestADigitEndsARecognition(t *testing.T) {
	w := world("async full")
	w.Speech = map[string]esltest.SpeechEngine{"deaf": {}}
	l := newLab(t, w)
	call, p := l.answered()
	p.run("1", "set", "playback_terminators=#")
	p.run("2", "set", "fire_asr_events=true")
	p.want(execute("3", "play_and_detect_speech", "long.wav detect:deaf grammar"), "+OK")
	l.sw.After(time.Second)
	call.Press("1#")
	ev := p.event("CHANNEL_EXECUTE_COMPLETE", "Application-UUID", "3")
	if got := ev.Variable("detect_speech_result"); got != "DIGIT: #" {
		t.Errorf("the result is %q", got)
	}
}
