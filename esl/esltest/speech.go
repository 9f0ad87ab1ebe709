package esltest

import (
	"strings"
	"time"

	"eslua/esl"
)

// phrase plays the actions of a macro whose pattern matches the data.
func (ch *channel) phrase(t *thread, macro, data, _ string, in *input) outcome {
	actions, ok := ch.sw.world.Phrases[macro]
	if !ok {
		ch.logf(esl.LogErr, siteExecute, "Can't find macro %s.", macro)
		return failed
	}
	result := played
	for _, a := range actions {
		if a.Pattern != "" {
			if !matches(data, a.Pattern) {
				continue
			}
		}
		arg := strings.ReplaceAll(a.Data, "$1", data)
		switch a.Function {
		case "play-file":
			result = ch.play(t, arg, 0, in)
		case "speak-text":
			result = ch.speak(t, ch.get("tts_engine"), ch.get("tts_voice"), arg, in)
		case "say":
			result = ch.sayText(t, arg, in)
		case "execute":
			app, rest, _ := strings.Cut(arg, " ")
			ch.execute(t, app, rest)
		}
		if result == broken || result == failed {
			return result
		}
	}
	return played
}

// speak says a text with a text-to-speech engine.
func (ch *channel) speak(t *thread, engine, voice, text string, in *input) outcome {
	e, ok := ch.sw.world.Speech[engine]
	if !ok || !ch.mediaReady() {
		ch.logf(esl.LogErr, siteExecute, "Invalid TTS module %s[%s]!", engine, voice)
		return failed
	}
	length := e.Speaking
	if length == 0 {
		length = time.Duration(len(text)) * time.Second / 10
	}
	ch.hear("speak:" + text)
	return ch.stream(t, &fileHandle{length: int(length.Seconds() * sampleRate)}, in)
}

// sayText says numbers, dates and the like: one sound after the other, which last as long as the world says.
func (ch *channel) sayText(t *thread, text string, in *input) outcome {
	ch.hear("say:" + text)
	length := ch.sw.world.Say * time.Duration(len(strings.Fields(text)))
	return ch.stream(t, &fileHandle{length: int(length.Seconds() * sampleRate)}, in)
}

func sayApp(ch *channel, t *thread, arg string) {
	a := esl.SplitArgs(arg, ' ')
	if len(a) < 4 {
		ch.logf(esl.LogErr, siteExecute, "Usage: %s", "<module_name>[:<lang>] <say_type> <say_method> [<say_gender>] <text>")
		return
	}
	ch.set("playback_terminator_used", "")
	ch.sayText(t, strings.Join(a[3:], " "), ch.terminators())
}

func phraseApp(ch *channel, t *thread, arg string) {
	macro, data, _ := strings.Cut(arg, ",")
	ch.set("playback_terminator_used", "")
	ch.respondPlayback(ch.phrase(t, macro, data, ch.get("language"), ch.terminators()))
}

func speakApp(ch *channel, t *thread, arg string) {
	parts := strings.SplitN(arg, "|", 3)
	if arg == "" {
		ch.logf(esl.LogErr, siteExecute, "Invalid Params!")
		return
	}
	engine, voice, text := ch.get("tts_engine"), ch.get("tts_voice"), parts[len(parts)-1]
	if len(parts) == 3 {
		engine, voice = parts[0], parts[1]
	} else if len(parts) == 2 {
		voice = parts[0]
	}
	if engine == "" || voice == "" || text == "" {
		ch.logf(esl.LogErr, siteExecute, "Invalid Params!")
		ch.hangup(esl.CauseDestinationOutOfOrder, siteExecute)
		return
	}
	ch.set("playback_terminator_used", "")
	ch.speak(t, engine, voice, text, ch.terminators())
}

// playAndDetectSpeechApp plays and listens: "file detect:engine {parameters}grammar".
func playAndDetectSpeechApp(ch *channel, t *thread, arg string) {
	file, detect, ok := strings.Cut(arg, "detect:")
	if !ok {
		ch.respond("USAGE ERROR")
		return
	}
	name, grammar, _ := strings.Cut(detect, " ")
	engine, known := ch.sw.world.Speech[name]
	if !known {
		ch.respond("ASR INIT ERROR")
		return
	}
	wait := 5 * time.Second
	params, grammar, _ := cutAssignments(grammar, "{}")
	for _, v := range params {
		if v.name == "no-input-timeout" {
			wait = millis(atoi(v.value))
		}
	}
	ch.set("detect_speech_result", "")
	began := ch.sw.now
	ch.play(t, strings.TrimSpace(file), 0, nil)
	result := engine.Heard
	if result == "" {
		if left := wait - ch.sw.now.Sub(began); left > 0 {
			ch.rest(t, left, nil)
		}
		result = `{"grammar": "` + grammar + `", "text": "", "confidence": 0, "error": "no_input"}`
	}
	if !ch.ready() {
		ch.respond("ERROR")
		return
	}
	ch.set("detect_speech_result", result)
	ch.respond("DONE")
}
