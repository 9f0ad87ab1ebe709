package esltest

import (
	"math"
	"path"
	"strconv"
	"strings"
	"time"

	"eslua/esl"
)

// sampleRate is that of every simulated leg; a frame is 160 samples.
const (
	sampleRate   = 8000
	frameSamples = 160
)

// outcome is how playing, recording or collecting ended.
type outcome int

const (
	played outcome = iota
	broken
	notFound
	failed
	timedOut
)

// input is what an application does with digits and events while it plays or records. Its functions tell whether to
// stop. Without a digit function the first digit stops what goes on.
type input struct {
	digit func(d dtmf) (stop bool)
	event func(ev *esl.Event) (stop bool)
}

// fileHandle is a file that is being played or recorded, as uuid_fileman changes it.
type fileHandle struct {
	path   string
	params []variable
	length int // in samples, -1 without end
	pos    float64
	paused bool
	speed  int
	volume int
	stop   bool
}

// step is how many samples of the file one frame takes. Each step of speed is a quarter.
func (fh *fileHandle) step() float64 {
	switch {
	case fh.paused:
		return 0
	case fh.speed > 0:
		return frameSamples / (1 - 0.25*float64(min(fh.speed, 2)))
	case fh.speed < 0:
		return frameSamples / (1 + 0.25*float64(min(-fh.speed, 2)))
	}
	return frameSamples
}

// frames is how many frames are left: none at the end, and a great many without an end or while paused.
func (fh *fileHandle) frames() int {
	if fh.length < 0 || fh.paused {
		return math.MaxInt32
	}
	return int(math.Ceil((float64(fh.length) - fh.pos) / fh.step()))
}

// play plays a file, or several with a delimiter between them, from a sample on.
func (ch *channel) play(t *thread, file string, from int, in *input) outcome {
	if !ch.preAnswer(sitePlayback) || file == "" || !ch.mediaReady() {
		return failed
	}
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
		case broken, failed:
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
	fh.pos = float64(from)
	return ch.playFile(t, fh, in)
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}

// open finds a file and its length.
func (ch *channel) open(file string) (*fileHandle, bool) {
	fh := &fileHandle{}
	for strings.HasPrefix(file, "{") {
		end := strings.IndexByte(file, '}')
		if end < 0 {
			return nil, false
		}
		fh.params = append(fh.params, parseAssignments(file[1:end])...)
		file = strings.TrimLeft(file[end+1:], " ")
	}
	fh.path = file
	if length, ok := streamLength(file); ok {
		fh.length = int(length.Seconds() * sampleRate)
		if length < 0 {
			fh.length = -1
		}
		return fh, true
	}
	if strings.Contains(file, "://") {
		return nil, false
	}
	if !path.IsAbs(file) {
		prefix := ch.get("sound_prefix")
		fh.path = prefix + "/" + file
	}
	length, ok := ch.sw.soundLength(fh.path, file)
	if !ok {
		return nil, false
	}
	fh.length = int(length.Seconds() * sampleRate)
	return fh, true
}

// soundLength is the length of a sound file, looked up under each of its names.
func (sw *Switch) soundLength(names ...string) (time.Duration, bool) {
	for _, name := range names {
		for _, ext := range []string{"", ".wav", ".L16", ".PCMU"} {
			if d, ok := sw.world.Sounds[name+ext]; ok {
				return d, true
			}
		}
	}
	return sw.world.AnySound, sw.world.AnySound > 0
}

// streamLength is how long a generated stream lasts, -1 for ever.
func streamLength(file string) (time.Duration, bool) {
	if rest, ok := cutPrefixFold(file, "silence_stream://"); ok {
		ms := atoi(rest)
		if ms < 0 {
			return -1, true
		}
		return time.Duration(ms) * time.Millisecond, true
	}
	if _, ok := cutPrefixFold(file, "local_stream://"); ok {
		return -1, true
	}
	rest, ok := cutPrefixFold(file, "tone_stream://")
	if !ok {
		return 0, false
	}
	return toneLength(rest), true
}

// toneLength is how long a tone script sounds: %(on,off,hz,...) one after the other, L=n and ;loops=n times.
func toneLength(script string) time.Duration {
	total := 0
	loops := 1
	body, options, _ := strings.Cut(script, ";loops=")
	if options != "" {
		loops = atoi(options)
	}
	for _, part := range strings.Split(body, ";") {
		if n, ok := cutPrefixFold(strings.TrimSpace(part), "L="); ok {
			loops = atoi(n)
			continue
		}
		for {
			_, args, ok := strings.Cut(part, "%(")
			if !ok {
				break
			}
			args, part, _ = strings.Cut(args, ")")
			times := strings.Split(args, ",")
			total += atoi(times[0])
			if len(times) > 1 {
				total += atoi(times[1])
			}
		}
	}
	if loops < 0 {
		return -1
	}
	return time.Duration(total*max(loops, 1)) * time.Millisecond
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
	ev := ch.sw.newEvent(name, at)
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
	for {
		switch {
		case !ch.ready():
			return failed
		case ch.breaking:
			ch.breaking = false
			return broken
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
		began := ch.tick()
		ch.awaitFrames(t, left, in)
		fh.pos += float64(ch.tick()-began) * fh.step()
	}
}

// awaitFrames lets n frames pass, or fewer if something happens that is to be looked at.
func (ch *channel) awaitFrames(t *thread, n int, in *input) {
	next := untilTick(ch.sw.now, ch.ticks)
	if in != nil && (len(ch.digits) > 0 || len(ch.events) > 0 && !ch.divert) || ch.breaking || !ch.ready() {
		ch.toTick(t)
		return
	}
	if t.wait(ch.sw.now.Add(next+time.Duration(n-1)*frameTime)) && !ch.turn(t) {
		ch.toTick(t)
	}
}

// tick is the number of the present frame.
func (ch *channel) tick() int { return int(ch.sw.now.Sub(ch.ticks) / frameTime) }

// feed gives one digit and one event to an input, and tells whether that ends what it belongs to.
func (ch *channel) feed(in *input) bool {
	if len(ch.digits) > 0 {
		d, _ := ch.takeDTMF()
		if in.digit == nil || in.digit(d) {
			return true
		}
	}
	if len(ch.events) > 0 && !ch.divert {
		ev := ch.events[0]
		ch.events = ch.events[1:]
		if in.event != nil && in.event(ev) {
			return true
		}
	}
	return false
}

// rest is switch_ivr_sleep: nothing sounds for a while. Without an input digits stay where they are; an input without a
// digit function ends it at the first one, which stays, too.
func (ch *channel) rest(t *thread, d time.Duration, in *input) outcome {
	end := ch.sw.now.Add(d)
	if !ch.mediaReady() {
		return ch.restWithoutMedia(t, end)
	}
	for {
		switch {
		case !ch.ready():
			return failed
		case ch.breaking:
			ch.breaking = false
			return broken
		case !ch.sw.now.Before(end):
			return played
		}
		ch.parseEvents(t)
		if in != nil {
			if in.digit == nil && len(ch.digits) > 0 || ch.feed(in) {
				return broken
			}
			if len(ch.digits) > 0 {
				ch.toTick(t)
				continue
			}
		}
		ch.idle(t, end)
	}
}

// restWithoutMedia looks at nothing but break and hang-up, every 20 ms.
func (ch *channel) restWithoutMedia(t *thread, end time.Time) outcome {
	began := ch.sw.now
	for ch.ready() && ch.sw.now.Before(end) {
		if ch.breaking {
			ch.breaking = false
			return broken
		}
		if t.wait(end) {
			t.sleep(untilTick(ch.sw.now, began))
		}
	}
	return played
}

// terminators makes the input of applications that end at one of the playback_terminators: "*" by default, any or none.
func (ch *channel) terminators() *input {
	return &input{digit: func(d dtmf) bool {
		set := ch.get("playback_terminators")
		switch set {
		case "none":
			return false
		case "":
			set = "*"
		case "any":
			set = "1234567890*#"
		}
		if strings.IndexByte(set, d.digit) < 0 {
			return false
		}
		ch.set("playback_terminator_used", string(d.digit))
		return true
	}}
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
