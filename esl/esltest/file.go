package esltest

import (
	"math"
	"path"
	"strings"
	"time"
)

// fileHandle is a file that is being played or recorded, as uuid_fileman changes it.
type fileHandle struct {
	generated bool // a stream, in which there is no going to a position
	path      string
	params    []variable
	length    int // in samples, -1 without end
	pos       float64
	tick      int // number of the frame that pos belongs to
	paused    bool
	speed     int
	volume    int
	stop      bool
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

// advance brings the position up to date with the present frame.
func (fh *fileHandle) advance(tick int) {
	fh.pos += float64(tick-fh.tick) * fh.step()
	fh.tick = tick
}

// frames is how many frames are left: none at the end, and a great many without an end or while paused.
func (fh *fileHandle) frames() int {
	if fh.length < 0 || fh.paused {
		return math.MaxInt32
	}
	return int(math.Ceil((float64(fh.length) - fh.pos) / fh.step()))
}

// open finds a file and its length.
func (ch *channel) open(file string) (*fileHandle, bool) {
	params, file, ok := cutAssignments(file, "{}")
	if !ok {
		return nil, false
	}
	fh := &fileHandle{path: file, params: params}
	if length, ok := streamLength(file); ok {
		fh.generated = true // modlua/observed/s04_streamfile: such a stream has no position
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
				return d, d >= 0
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

// canRecord tells whether a file can be written: its folder exists.
func (sw *Switch) canRecord(file string) bool {
	if len(sw.world.Folders) == 0 {
		return true
	}
	dir := path.Dir(file)
	for _, f := range sw.world.Folders {
		if dir == strings.TrimSuffix(f, "/") || strings.HasPrefix(dir, strings.TrimSuffix(f, "/")+"/") {
			return true
		}
	}
	return false
}

// addSound makes a recorded file one that can be played.
func (sw *Switch) addSound(file string, length time.Duration) { sw.world.Sounds[file] = length }

// uuidFilemanAPI changes the file that plays (modlua-api.md 2.3).
func uuidFilemanAPI(c apiCall) string {
	ch, a, problem := c.on("-USAGE: <uuid> <cmd>:<val>\n", 2)
	if ch == nil {
		return problem
	}
	fh := ch.file
	if fh == nil {
		return "-ERR No file handle available!\n"
	}
	fh.advance(ch.tick())
	word, value, _ := strings.Cut(a[1], ":")
	relative := strings.HasPrefix(value, "+") || strings.HasPrefix(value, "-")
	n := atoi(value)
	change := func(old, low, high int) int {
		if relative {
			if n == 0 {
				n = map[bool]int{true: -1, false: 1}[value[0] == '-']
			}
			return min(max(old+n, low), high)
		}
		return min(max(n, low), high)
	}
	switch strings.ToLower(word) {
	case "speed":
		fh.speed = change(fh.speed, -2, 2)
	case "volume":
		fh.volume = change(fh.volume, -4, 4)
	case "pause":
		fh.paused = !fh.paused
	case "restart":
		fh.pos = 0
	case "stop":
		fh.stop = true
	case "seek":
		samples := float64(n * sampleRate / 1000)
		if relative {
			samples += fh.pos
		}
		fh.pos = max(samples, 0)
	}
	ch.changed()
	return "+OK\n"
}
