package esltest

import (
	"math"
	"strings"

	"eslua/esl"
)

// silenceTail is how many frames the switch waits when it has found silence.
const silenceTail = 25

// waitForSilenceApp waits until the far end has been silent: threshold silence_hits listen_hits timeout_ms. The hits are
// frames; it must have said something for more than listen_hits of them before, unless that is 0.
func waitForSilenceApp(ch *channel, t *thread, arg string) {
	a := words(arg, 5)
	silence, listen := atoi(a[1]), atoi(a[2])
	if a[3] == "" || atoi(a[0]) <= 0 || silence <= 0 {
		ch.logf(esl.LogErr, siteExecute, "Usage: %s", "<silence_thresh> <silence_hits> <listen_hits> <timeout_ms> [<file>]")
		return
	}
	frames := math.MaxInt
	if ms := atoi(a[3]); ms > 0 {
		frames = ms / int(frameTime.Milliseconds())
	}
	result := func(timeout string, heard, silent int) {
		ch.set("wait_for_silence_timeout", timeout)
		ch.set("wait_for_silence_listenhits", itoa(heard))
		ch.set("wait_for_silence_silence_hits", itoa(silent))
	}
	heard, left, tail := 0, silence, 0
	for ch.frame(t) && ch.ready() {
		if frames--; frames <= 0 {
			result("true", heard, left)
			return
		}
		if tail > 0 {
			if tail--; tail == 0 {
				result("false", heard, left)
				return
			}
			continue
		}
		speaking := ch.hearsVoice()
		if speaking {
			heard++
		}
		switch {
		case speaking || listen > 0 && heard <= listen:
			left = silence
		default:
			if left--; left == 0 {
				tail = silenceTail
			}
		}
	}
}

// gentonesApp plays a tone script: script[|loops].
func gentonesApp(ch *channel, t *thread, arg string) {
	script, loops, looped := strings.Cut(arg, "|")
	if script == "" {
		ch.logf(esl.LogErr, siteExecute, "Invalid Params!")
		return
	}
	ch.set("playback_terminator_used", "")
	length := toneLength(script)
	fh := &fileHandle{path: script, length: int(length.Seconds() * sampleRate)}
	if n := atoi(loops); looped && n > 0 {
		fh.length *= n
	} else if looped && n < 0 || length < 0 {
		fh.length = -1
	}
	ch.hear("tone_stream://" + script)
	ch.stream(t, fh, ch.terminators())
}
