package esltest

import (
	"fmt"
	"strings"
	"time"

	"eslua/esl"
)

// recogniser is a speech recogniser that is open on a channel. It stays open until it is stopped, and whoever asks for
// another engine gets this one (switch_ivr_detect_speech).
type recogniser struct {
	engine  SpeechEngine
	grammar string
	began   time.Time // of the present recognition
	timers  time.Time // start of the time without input; zero: not started
	noInput time.Duration
	paused  bool
	done    bool // there was a result
	turn    int  // number of the present recognition, so that an old one does not end the next
}

// noInputTimeout is that of the switch's own test engine, unless the grammar says otherwise.
const noInputTimeout = 5 * time.Second

// detectSpeech starts a recognition. It reports false when there is no such engine.
func (ch *channel) detectSpeech(engine, grammar string) bool {
	if ch.asr == nil {
		e, known := ch.sw.world.Speech[engine]
		if !known {
			ch.logf(esl.LogErr, siteExecute, "Invalid ASR module [%s]!", engine)
			return false
		}
		ch.asr = &recogniser{engine: e, noInput: noInputTimeout}
	}
	r := ch.asr
	params, grammar, _ := cutAssignments(grammar, "{}")
	r.grammar = grammar
	started := true
	for _, p := range params {
		switch {
		case strings.EqualFold(p.name, "no-input-timeout"):
			r.noInput = millis(atoi(p.value))
		case strings.EqualFold(p.name, "start-input-timers"):
			started = esl.IsTrue(p.value)
		}
	}
	r.began, r.paused, r.done = ch.sw.now, false, false
	r.timers = time.Time{}
	if started {
		r.timers = ch.sw.now
	}
	ch.awaitSpeech()
	return true
}

// startTimers begins to wait for input, if that has not begun yet.
func (ch *channel) startTimers() {
	if r := ch.asr; r != nil && r.timers.IsZero() {
		r.timers = ch.sw.now
		ch.awaitSpeech()
	}
}

// awaitSpeech has the present recognition end when it is time: with what is heard, or because nobody says anything.
func (ch *channel) awaitSpeech() {
	r := ch.asr
	r.turn++
	turn := r.turn
	var due time.Time
	switch {
	case r.engine.Heard != "" && r.engine.After > 0:
		due = r.began.Add(r.engine.After)
	case r.engine.Heard == "" && !r.timers.IsZero():
		due = r.timers.Add(r.noInput)
	default:
		return
	}
	ch.sw.spawn(func(t *thread) {
		t.sleep(due.Sub(ch.sw.now))
		if ch.asr == r && r.turn == turn && !r.paused && ch.up() {
			ch.recognised()
		}
	})
}

// recognised queues the result to the channel.
func (ch *channel) recognised() {
	r := ch.asr
	if r == nil || r.done {
		return
	}
	r.done = true
	result := r.engine.Heard
	if result == "" {
		result = fmt.Sprintf(`{"grammar": "%s", "text": "", "confidence": 0, "error": "no_input"}`, r.grammar)
	} else {
		ch.speechEvent("begin-speaking", "")
	}
	ch.speechEvent("detected-speech", result)
}

// speechEvent queues an event of the recogniser to the channel, and fires it as well if fire_asr_events says so.
func (ch *channel) speechEvent(kind, body string) {
	const name = "DETECTED_SPEECH"
	ev := &esl.Event{}
	ev.Add("Speech-Type", kind)
	ev.SetBody(body)
	if esl.IsTrue(ch.get("fire_asr_events")) {
		dup := ev.Clone()
		ch.addDataAs(dup, name)
		ch.sw.addStandard(dup, name, siteSpeech)
		ch.sw.fire(dup)
	}
	ch.queueEvent(name, ev)
}

// stopSpeech closes the recogniser.
func (ch *channel) stopSpeech() {
	if ch.asr != nil {
		ch.asr = nil
		ch.speechEvent("closed", "")
	}
}

// detectSpeechApp is detect_speech: engine grammar name [destination], or one of its words.
func detectSpeechApp(ch *channel, _ *thread, arg string) {
	a := esl.SplitArgs(arg, ' ')
	if len(a) == 0 {
		ch.logf(esl.LogErr, siteExecute, "Usage: %s", "<mod_name> <gram_name> <gram_path> [<addr>]")
		return
	}
	r := ch.asr
	switch word := strings.ToLower(a[0]); word {
	case "grammar", "nogrammar", "grammaron", "grammaroff", "grammarsalloff", "param":
		if word == "grammar" && r != nil && len(a) > 1 {
			r.grammar = a[1]
		}
		if word == "param" && r != nil && len(a) > 2 && a[1] == "no-input-timeout" {
			r.noInput = millis(atoi(a[2]))
		}
	case "init":
		if len(a) > 1 && r == nil {
			if e, known := ch.sw.world.Speech[a[1]]; known {
				ch.asr = &recogniser{engine: e, noInput: noInputTimeout, done: true}
			}
		}
	case "pause":
		if r != nil {
			r.paused = true
		}
	case "resume":
		if r != nil {
			ch.detectSpeech("", r.grammar)
		}
	case "stop":
		ch.stopSpeech()
	case "start-input-timers", "start_input_timers":
		ch.startTimers()
	default:
		if len(a) >= 3 && ch.detectSpeech(a[0], a[1]) && ch.asr.engine.Heard != "" && ch.asr.engine.After == 0 {
			ch.recognised()
		}
	}
}

// playAndDetectSpeechApp plays and listens: "file detect:engine {parameters}grammar" (switch_ivr_play_and_detect_speech).
func playAndDetectSpeechApp(ch *channel, t *thread, arg string) {
	ch.set("detect_speech_result", "")
	file, detect, ok := strings.Cut(arg, "detect:")
	words := splitArgs(detect, ' ', 2)
	if !ok || len(words) != 2 {
		ch.logf(esl.LogErr, siteExecute, "Usage: %s", "<file> detect:<engine> {param1=val1,param2=val2}<grammar>")
		ch.respond("USAGE ERROR")
		return
	}
	if !ch.detectSpeech(words[0], words[1]) {
		ch.respond("ASR INIT ERROR")
		return
	}
	result, done := "", false
	in := &input{
		digit: func(d dtmf) bool {
			set := ch.get("playback_terminators")
			if set == "any" {
				set = "1234567890*#"
			}
			if set == "none" || strings.IndexByte(set, d.digit) < 0 {
				return false
			}
			ch.set("playback_terminator_used", string(d.digit))
			result, done = "DIGIT: "+string(d.digit), true
			return true
		},
		event: func(ev *esl.Event) bool {
			switch ev.Get("Speech-Type") {
			case "detected-speech":
				result, done = ev.Body(), true
			case "closed":
				done = true
			case "begin-speaking":
			default:
				return false
			}
			return true
		},
	}
	o := ch.play(t, strings.TrimSpace(file), 0, in)
	if o == played || o == broken {
		if r := ch.asr; !done && r != nil && r.engine.Heard != "" && r.engine.After == 0 {
			ch.recognised()
		}
		ch.startTimers()
		for !done && ch.ready() {
			if o = ch.rest(t, noInputTimeout, in); o == failed {
				break
			}
		}
	}
	if ch.asr != nil && !ch.asr.done {
		ch.asr.paused = true
	}
	if esl.IsTrue(ch.get("play_and_detect_speech_close_asr")) {
		ch.stopSpeech()
	}
	if !done {
		ch.respond("ERROR")
		return
	}
	ch.set("detect_speech_result", result)
	ch.respond("DONE")
}
