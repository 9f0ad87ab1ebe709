package esltest

import (
	"strings"
	"time"

	"eslua/esl"
)

// SpeechEngine is a text-to-speech and recognition engine.
type SpeechEngine struct {
	// Speaking is how long it takes to say anything; 0: the text has one second for every ten bytes.
	Speaking time.Duration
	// Heard is the recogniser's result; "" is that nobody says anything.
	Heard string
	// After is how long after the beginning of the recognition Heard is there, which ends the prompt; 0: behind the prompt.
	After time.Duration
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
