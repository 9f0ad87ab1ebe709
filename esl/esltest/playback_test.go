package esltest_test

import (
	"testing"
	"time"

	"eslua/esl"
	"eslua/esl/esltest"
)

// TestPlayback: what sounds, for how long, and what the switch says of it.
func TestPlayback(t *testing.T) {
	for _, tt := range []struct {
		name, app, arg string
		vars           string // set before, as multiset takes them
		press          string // half a second after the beginning
		ms             int64
		response       string
		heard          string
	}{
		{name: "a file", app: "playback", arg: "short.wav", ms: 1000, response: "FILE PLAYED", heard: "short.wav"},
		{name: "a file with a path", app: "playback", arg: "/sounds/short.wav", ms: 0, response: "FILE NOT FOUND"},
		{name: "from a sample on", app: "playback", arg: "short.wav@@4000", ms: 500, response: "FILE PLAYED", heard: "short.wav"},
		{name: "a file that is not there", app: "playback", arg: "missing.wav", ms: 0, response: "FILE NOT FOUND"},
		{name: "nothing", app: "playback", ms: 0, response: "PLAYBACK ERROR"},
		{name: "an unknown kind", app: "playback", arg: "shout://radio", ms: 0, response: "FILE NOT FOUND"},
		{name: "a tone", app: "playback", arg: "tone_stream://%(300,200,440);loops=2", ms: 1000, response: "FILE PLAYED",
			heard: "tone_stream://%(300,200,440);loops=2"},
		{name: "silence", app: "playback", arg: "silence_stream://700", ms: 700, response: "FILE PLAYED", heard: "silence_stream://700"},
		{name: "several", app: "playback", arg: "short.wav!short.wav", vars: "playback_delimiter=!", ms: 2250, response: "FILE PLAYED",
			heard: "short.wav"},
		{name: "several, with a pause", app: "playback", arg: "short.wav!short.wav", vars: "playback_delimiter=! playback_sleep_val=1000",
			ms: 3000, response: "FILE PLAYED", heard: "short.wav"},
		{name: "a string of files", app: "playback", arg: "file_string://short.wav!short.wav", ms: 2000, response: "FILE PLAYED", heard: "short.wav"},
		{name: "a text", app: "playback", arg: "say:test:voice:hello", ms: 1500, response: "FILE PLAYED", heard: "speak:hello"},
		{name: "a phrase", app: "playback", arg: "phrase:greet:x", ms: 1100, response: "FILE PLAYED", heard: "short.wav"},
		{name: "a time limit", app: "playback", arg: "long.wav", vars: "playback_timeout_sec=2", ms: 2000, response: "PLAYBACK ERROR", heard: "long.wav"},
		{name: "a time limit that is no error", app: "playback", arg: "file_string://long.wav!short.wav",
			vars: "playback_timeout_sec=2 playback_timeout_as_success=true", ms: 2000, response: "FILE PLAYED", heard: "long.wav"},
		{name: "a time limit that is not reached", app: "playback", arg: "short.wav", vars: "playback_timeout_sec=5", ms: 1000, response: "FILE PLAYED", heard: "short.wav"},
		{name: "the star ends it", app: "playback", arg: "long.wav", press: "*", ms: 500, response: "FILE PLAYED", heard: "long.wav"},
		{name: "others do not", app: "playback", arg: "short.wav", press: "1", ms: 1000, response: "FILE PLAYED", heard: "short.wav"},
		{name: "unless they are told to", app: "playback", arg: "long.wav", vars: "playback_terminators=1", press: "1", ms: 500,
			response: "FILE PLAYED", heard: "long.wav"},
		{name: "any", app: "playback", arg: "long.wav", vars: "playback_terminators=any", press: "7", ms: 500, response: "FILE PLAYED",
			heard: "long.wav"},
		{name: "none", app: "playback", arg: "short.wav", vars: "playback_terminators=none", press: "*", ms: 1000, response: "FILE PLAYED",
			heard: "short.wav"},
		{name: "loop_playback", app: "loop_playback", arg: "+3 short.wav", ms: 3000, response: "FILE PLAYED", heard: "short.wav"},
		{name: "speak", app: "speak", arg: "test|voice|hello", ms: 1500, response: "_none_", heard: "speak:hello"},
		{name: "speak by variables", app: "speak", arg: "hello", vars: "tts_engine=test tts_voice=v", ms: 1500, response: "_none_", heard: "speak:hello"},
		{name: "say", app: "say", arg: "en number pronounced 42", ms: 400, response: "_none_", heard: "say:42"},
		{name: "phrase", app: "phrase", arg: "greet,x", ms: 1100, response: "PHRASE PLAYED", heard: "short.wav"},
		{name: "phrase that is not there", app: "phrase", arg: "nothing", ms: 0, response: "UNKNOWN ERROR"},
		{name: "sleep", app: "sleep", arg: "1500", ms: 1500, response: "_none_"},
		{name: "sleep ends at a digit", app: "sleep", arg: "5000", press: "1", ms: 500, response: "_none_"},
		{name: "sleep without a time", app: "sleep", ms: 0, response: "_none_"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := world("async full")
			w.Speech = map[string]esltest.SpeechEngine{"test": {Speaking: 1500 * time.Millisecond}}
			w.Say = 400 * time.Millisecond
			w.Phrases = map[string][]esltest.PhraseAction{"greet": {{Pattern: "^x$", Function: "play-file", Data: "short.wav"}}}
			l := newLab(t, w)
			call, p := l.answered()
			if tt.vars != "" {
				p.run("1", "multiset", tt.vars)
			}
			p.want(execute("2", tt.app, tt.arg), "+OK")
			began := p.next("beginning", func(m message) bool {
				return matches(m, "CHANNEL_EXECUTE", []string{"Application-UUID", "2"})
			}).event
			if tt.press != "" {
				l.sw.After(500 * time.Millisecond)
				call.Press(tt.press)
			}
			ended := p.event("CHANNEL_EXECUTE_COMPLETE", "Application-UUID", "2")
			if got := ended.Get("Application-Response"); got != tt.response {
				t.Errorf("response %q, want %q", got, tt.response)
			}
			if ms := stamp(t, ended).Sub(stamp(t, began)).Milliseconds(); ms < tt.ms-20 || ms > tt.ms+60 {
				t.Errorf("it took %d ms, want %d", ms, tt.ms)
			}
			heard := ""
			for _, h := range call.Heard() {
				heard = h.What
			}
			if tt.heard != "" && heard != tt.heard && heard != "/"+tt.heard || tt.heard == "" && heard != "" {
				t.Errorf("%q was heard, want %q", heard, tt.heard)
			}
		})
	}
}

// stamp is the time at which an event was fired.
func stamp(t *testing.T, ev *esl.Event) time.Time {
	t.Helper()
	us := int64(0)
	for _, c := range ev.Get("Event-Date-Timestamp") {
		us = us*10 + int64(c-'0')
	}
	return time.UnixMicro(us)
}

func TestPlaybackTells(t *testing.T) {
	l := newLab(t, world("async full"))
	call, p := l.answered()
	p.want(execute("1", "playback", "{a=1,b='x y'}long.wav"), "+OK")
	start := p.event("PLAYBACK_START")
	l.sw.After(2 * time.Second)
	call.Press("*")
	stop := p.event("PLAYBACK_STOP")
	for header, want := range map[string]string{"Playback-File-Path": "/long.wav", "Playback-Status": "break", "a": "1", "b": "x y"} {
		if got := stop.Get(header); got != want {
			t.Errorf("%s is %q, want %q", header, got, want)
		}
	}
	if start.Get("Playback-File-Path") != "/long.wav" || start.Get("Playback-Status") != "" {
		t.Errorf("start: %q, %q", start.Get("Playback-File-Path"), start.Get("Playback-Status"))
	}
	done := p.event("CHANNEL_EXECUTE_COMPLETE", "Application-UUID", "1")
	for name, want := range map[string]string{
		"playback_terminator_used": "*", "playback_seconds": "2", "playback_ms": "2000", "playback_samples": "16000",
	} {
		if got := done.Variable(name); got != want && name != "playback_ms" && name != "playback_samples" {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// TestFileman changes what plays (modlua-api.md 2.3).
func TestFileman(t *testing.T) {
	for _, tt := range []struct {
		name     string
		commands []string // a second after the beginning, a second apart
		ms       int64    // until the end
	}{
		{"nothing", nil, 10_000},
		{"seek forward", []string{"seek:+3000"}, 7000},
		{"seek back", []string{"seek:-500"}, 10_500},
		{"seek to", []string{"seek:9000"}, 2000},
		{"restart", []string{"restart"}, 11_000},
		{"stop", []string{"stop"}, 1000},
		{"pause and go on", []string{"pause", "pause"}, 11_000},
		{"faster", []string{"speed:+1"}, 1000 + 9000*3/4},
		{"slower", []string{"speed:-1"}, 1000 + 9000*5/4},
		{"louder", []string{"volume:+1"}, 10_000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := world("async full")
			w.Sounds["ten.wav"] = 10 * time.Second
			l := newLab(t, w)
			_, p := l.connected()
			p.subscribe()
			p.want("api uuid_fileman "+p.uuid+" pause", "-ERR No file handle available!\n")
			p.run("0", "answer", "")
			p.want(execute("1", "playback", "ten.wav"), "+OK")
			start := p.event("PLAYBACK_START")
			for _, c := range tt.commands {
				l.sw.After(time.Second)
				p.want("api uuid_fileman "+p.uuid+" "+c, "+OK\n")
			}
			stop := p.event("PLAYBACK_STOP")
			if ms := stamp(t, stop).Sub(stamp(t, start)).Milliseconds(); ms < tt.ms-60 || ms > tt.ms+60 {
				t.Errorf("it took %d ms, want %d", ms, tt.ms)
			}
		})
	}
}

func TestEndlessPlayback(t *testing.T) {
	l := newLab(t, world("async full"))
	call, p := l.answered()
	p.want(execute("1", "endless_playback", "short.wav"), "+OK")
	l.sw.After(10500 * time.Millisecond)
	if n := p.count("PLAYBACK_START"); n != 11 {
		t.Errorf("it began %d times", n)
	}
	call.Hangup("")
	l.finish(call)
}

func TestAnySound(t *testing.T) {
	w := world("async full")
	w.AnySound = 3 * time.Second
	l := newLab(t, w)
	_, p := l.answered()
	began := l.clock.Now()
	if ev := p.run("1", "playback", "whatever.wav"); ev.Get("Application-Response") != "FILE PLAYED" || l.since(began) < 2990 {
		t.Errorf("%s after %d ms", ev.Get("Application-Response"), l.since(began))
	}
}

// TestPlaybackGivesEarlyMedia on an inbound leg that is not answered.
func TestPlaybackGivesEarlyMedia(t *testing.T) {
	l := newLab(t, world("async full"))
	_, p := l.connected()
	p.subscribe()
	p.want(execute("1", "playback", "short.wav"), "+OK")
	p.event("CHANNEL_PROGRESS_MEDIA", "Unique-ID", p.uuid)
	if ev := p.event("CHANNEL_EXECUTE_COMPLETE", "Application-UUID", "1"); ev.Get("Answer-State") != "early" {
		t.Errorf("the channel is %s", ev.Get("Answer-State"))
	}
}

func TestPlayAndDetectSpeech(t *testing.T) {
	for _, tt := range []struct {
		name, arg, heard string
		ms               int64
		result, response string
	}{
		{"something is said", "short.wav detect:test {no-input-timeout=2000}grammar", `{"text":"yes"}`, 1000, `{"text":"yes"}`, "DONE"},
		{"nothing is said", "short.wav detect:test {no-input-timeout=2000}grammar", "", 2000,
			`{"grammar": "grammar", "text": "", "confidence": 0, "error": "no_input"}`, "DONE"},
		{"no such engine", "short.wav detect:other grammar", "", 0, "", "ASR INIT ERROR"},
		{"wrong", "short.wav", "", 0, "", "USAGE ERROR"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := world("async full")
			w.Speech = map[string]esltest.SpeechEngine{"test": {Heard: tt.heard}}
			l := newLab(t, w)
			_, p := l.answered()
			began := l.clock.Now()
			ev := p.run("1", "play_and_detect_speech", tt.arg)
			if ev.Get("Application-Response") != tt.response || ev.Variable("detect_speech_result") != tt.result {
				t.Errorf("%q, %q", ev.Get("Application-Response"), ev.Variable("detect_speech_result"))
			}
			if ms := l.since(began); ms < tt.ms-20 || ms > tt.ms+60 {
				t.Errorf("it took %d ms, want %d", ms, tt.ms)
			}
		})
	}
}
