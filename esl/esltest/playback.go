package esltest

import (
	"strconv"
	"strings"
	"time"

	"eslua/esl"
)

// play plays a file, or several with a delimiter between them, from a sample on, and no longer than playback_timeout_sec
// says; one second counts as none.
func (ch *channel) play(t *thread, file string, from int, in *input) outcome {
	if !ch.preAnswer(sitePlayback) || file == "" || !ch.mediaReady() {
		return failed
	}
	outer := ch.playUntil
	defer func() { ch.playUntil = outer }()
	ch.playUntil = time.Time{}
	if n := atoi(ch.get("playback_timeout_sec")); n > 1 {
		ch.playUntil = ch.sw.now.Add(time.Duration(n) * time.Second)
	}
	result := ch.playAll(t, file, from, in)
	if result == timedOut && esl.IsTrue(ch.get("playback_timeout_as_success")) {
		return played
	}
	return result
}

func (ch *channel) playAll(t *thread, file string, from int, in *input) outcome {
	files := []string{file}
	pause := 250 * time.Millisecond
	if delimiter := ch.get("playback_delimiter"); delimiter != "" {
		files = esl.SplitArgs(file, delimiter[0])
		if v, ok := ch.lookup("playback_sleep_val"); ok {
			pause = time.Duration(atoi(v)) * time.Millisecond
		}
	}
	result := played
	for i, f := range files {
		if !ch.ready() {
			break
		}
		if i > 0 {
			from = 0
			if pause > 0 && ch.rest(t, pause, in) != played {
				return broken
			}
		}
		switch result = ch.playOne(t, f, from, in); result {
		case broken, failed, timedOut:
			return result
		}
	}
	if !ch.ready() {
		return failed
	}
	return result
}

// playOne plays what one name stands for: a file, a stream, a phrase or a text.
func (ch *channel) playOne(t *thread, file string, from int, in *input) outcome {
	if rest, ok := cutPrefixFold(file, "phrase:"); ok {
		macro, data, _ := strings.Cut(rest, ":")
		return ch.phrase(t, macro, data, ch.get("language"), in)
	}
	if rest, ok := cutPrefixFold(file, "say:"); ok {
		engine, voice := ch.get("tts_engine"), ch.get("tts_voice")
		if parts := strings.SplitN(rest, ":", 3); len(parts) == 3 {
			engine, voice, rest = parts[0], parts[1], parts[2]
		}
		return ch.speak(t, engine, voice, rest, in)
	}
	if rest, ok := cutPrefixFold(file, "file_string://"); ok {
		result := played
		for _, f := range strings.Split(rest, "!") {
			if result = ch.playOne(t, f, 0, in); result != played {
				break
			}
		}
		return result
	}
	fh, ok := ch.open(file)
	if !ok {
		ch.reset()
		return notFound
	}
	if !fh.generated {
		fh.pos = float64(from)
	}
	return ch.playFile(t, fh, in)
}

// playFile plays an open file and says so before and after.
func (ch *channel) playFile(t *thread, fh *fileHandle, in *input) outcome {
	outer := ch.file
	ch.file = fh
	ch.firePlayback("PLAYBACK_START", sitePlayback, fh, "")
	ch.hear(fh.path)
	result := ch.stream(t, fh, in)
	ch.set("playback_last_offset_pos", strconv.Itoa(int(fh.pos)))
	samples := int(fh.pos)
	ch.set("playback_seconds", strconv.Itoa(samples/sampleRate))
	ch.set("playback_ms", strconv.Itoa(samples/(sampleRate/1000)))
	ch.set("playback_samples", strconv.Itoa(samples))
	status := "done"
	if result == broken {
		status = "break"
	}
	ch.firePlayback("PLAYBACK_STOP", sitePlayed, fh, status)
	ch.file = outer
	return result
}

func (ch *channel) firePlayback(name string, at site, fh *fileHandle, status string) {
	ev := ch.newEvent(name, at)
	if ev == nil {
		return
	}
	ch.addData(ev)
	for _, kind := range []string{"local_stream", "tone_stream"} {
		if _, ok := cutPrefixFold(fh.path, kind+":"); ok {
			ev.Add("Playback-File-Type", kind)
		}
	}
	ev.Add("Playback-File-Path", fh.path)
	if status != "" {
		ev.Add("Playback-Status", status)
	}
	for _, p := range fh.params {
		ev.Add(p.name, p.value)
	}
	ch.sw.fire(ev)
}

// stream lets the frames of a file pass, looking at digits, events and messages with each as play_file does.
func (ch *channel) stream(t *thread, fh *fileHandle, in *input) outcome {
	if _, silent := cutPrefixFold(fh.path, "silence_stream:"); !silent {
		ch.voice(1)
		defer ch.voice(-1)
	}
	for {
		if o := ch.interrupted(); o != played {
			return o
		}
		ch.parseEvents(t)
		if in != nil && ch.feed(in) || fh.stop {
			return broken
		}
		left := fh.frames()
		if left <= 0 {
			fh.pos = float64(fh.length)
			return played
		}
		if !ch.playUntil.IsZero() {
			rest := int(ch.playUntil.Sub(ch.sw.now) / frameTime)
			if rest <= 0 {
				return timedOut
			}
			left = min(left, rest)
		}
		fh.tick = ch.tick()
		ch.awaitFrames(t, left, in)
		fh.advance(ch.tick())
	}
}

func playbackApp(ch *channel, t *thread, arg string) {
	file, from := arg, 0
	if i := strings.IndexByte(arg, '@'); i >= 0 && strings.HasPrefix(arg[i:], "@@") {
		file, from = arg[:i], atoi(arg[i+2:])
	}
	ch.set("playback_terminator_used", "")
	ch.respondPlayback(ch.play(t, file, from, ch.terminators()))
}

func (ch *channel) respondPlayback(o outcome) {
	switch o {
	case played, broken:
		ch.respond("FILE PLAYED")
	case notFound:
		ch.respond("FILE NOT FOUND")
	default:
		ch.respond("PLAYBACK ERROR")
	}
}

func endlessPlaybackApp(ch *channel, t *thread, arg string) {
	o := played
	for ch.ready() && (o == played || o == broken) {
		o = ch.play(t, arg, 0, nil)
	}
	ch.respondPlayback(o)
}

// loopPlaybackApp plays "+n file" n times, "+inf" for ever. It never looks at digits.
func loopPlaybackApp(ch *channel, t *thread, arg string) {
	loops := 1
	if rest, ok := strings.CutPrefix(arg, "+"); ok {
		n, file, _ := strings.Cut(rest, " ")
		arg = strings.TrimLeft(file, " ")
		loops = atoi(n)
		if n == "inf" {
			loops = -1
		}
	}
	ch.set("playback_terminator_used", "")
	o := played
	for i := 0; (i < loops || loops < 0) && ch.ready() && (o == played || o == broken); i++ {
		o = ch.play(t, arg, 0, nil)
	}
	ch.respondPlayback(o)
}
