package esltest

import (
	"strconv"
	"strings"
	"time"

	"eslua/esl"
)

// recording is a recording of a whole call (record_session).
type recording struct {
	path  string
	began time.Time
}

// recordFile records until the limit in whole seconds of the clock is over, the caller is silent, or the input stops it.
// What is recorded is what the far end says; a far end that says nothing sends no frames, and leaves nothing but a header.
func (ch *channel) recordFile(t *thread, file string, limit, threshold, silence int, in *input) outcome {
	if !ch.preAnswer(siteRecord) || !ch.mediaReady() {
		return failed
	}
	if !ch.sw.canRecord(file) {
		return failed
	}
	fh := &fileHandle{path: file, length: -1}
	outer := ch.file
	ch.file = fh
	defer func() { ch.file = outer }()
	ch.set("silence_hits_exhausted", "false")
	ch.fireRecord("RECORD_START", siteRecord, file)
	if silence == 0 {
		silence = 3
	}
	v := ch.listen()
	ch.recording++
	defer func() { ch.recording-- }()
	var expires time.Time
	if limit > 0 {
		expires = ch.sw.now.Truncate(time.Second).Add(time.Duration(limit+1) * time.Second)
	}
	result := played
	for {
		if !ch.ready() {
			result = failed
			break
		}
		ch.parseEvents(t)
		v.update(ch)
		var quiet time.Time
		if threshold > 0 && !v.speaking {
			quiet = v.since.Add(time.Duration(silence)*time.Second - frameTime)
		}
		if ch.breaking || fh.stop {
			ch.breaking = false
			result = broken
			break
		}
		if !expires.IsZero() && !ch.sw.now.Before(expires) {
			break
		}
		if in != nil && ch.feed(in) {
			result = broken
			break
		}
		if !quiet.IsZero() && !ch.sw.now.Before(quiet) {
			ch.set("silence_hits_exhausted", "true")
			break
		}
		if in != nil && len(ch.digits) > 0 {
			ch.frame(t)
			continue
		}
		next := quiet
		if next.IsZero() || !expires.IsZero() && expires.Before(next) {
			next = expires
		}
		ch.idle(t, next)
	}
	ch.reset()
	v.update(ch)
	ch.setRecorded(file, v.samples)
	ch.fireRecord("RECORD_STOP", siteRecorded, file)
	return result
}

// setRecorded sets what a recording leaves: 16 bits a sample behind a header of 44 bytes.
func (ch *channel) setRecorded(file string, samples int) {
	size := strconv.Itoa(44 + 2*samples)
	ch.set("record_record_file_size", size)
	ch.set("record_file_size", size)
	ch.set("record_seconds", strconv.Itoa(samples/sampleRate))
	ch.set("record_ms", strconv.Itoa(samples/(sampleRate/1000)))
	ch.set("record_samples", strconv.Itoa(samples))
	ch.sw.addSound(file, time.Duration(samples)*time.Second/sampleRate)
}

func (ch *channel) fireRecord(name string, at site, file string, extra ...variable) {
	ev := ch.newEvent(name, at)
	if ev == nil {
		return
	}
	ch.addData(ev)
	ev.Add("Record-File-Path", file)
	for _, v := range extra {
		ev.Add(v.name, v.value)
	}
	ch.sw.fire(ev)
}

func recordApp(ch *channel, t *thread, arg string) {
	if arg == "" {
		ch.logf(esl.LogErr, siteExecute, "No file specified.")
		return
	}
	a := words(arg, 4)
	ch.set("playback_terminator_used", "")
	o := ch.recordFile(t, a[0], atoi(strings.TrimPrefix(a[1], "+")), atoi(a[2]), atoi(a[3]), ch.terminators())
	if !ch.ready() || o != played && o != broken {
		ch.hangup(esl.CauseDestinationOutOfOrder, siteExecute)
	}
}

func recordSessionApp(ch *channel, t *thread, arg string) {
	file := words(arg, 1)[0]
	if file == "" {
		ch.logf(esl.LogErr, siteExecute, "No file specified.")
		return
	}
	if !ch.sw.canRecord(file) {
		ch.hangup(esl.CauseDestinationOutOfOrder, siteExecute)
		return
	}
	ch.record = append(ch.record, &recording{file, ch.sw.now})
	ch.fireRecord("RECORD_START", siteRecordBug, file)
	ch.frame(t)
}

func stopRecordSessionApp(ch *channel, _ *thread, arg string) { ch.stopRecording(arg) }

// stopRecording ends the recording of a call into a file, or "all" of them.
func (ch *channel) stopRecording(file string) bool {
	stopped := false
	var left []*recording
	for _, r := range ch.record {
		if file != "all" && r.path != file {
			left = append(left, r)
			continue
		}
		stopped = true
		samples := int(ch.sw.now.Sub(r.began).Seconds() * sampleRate)
		ch.set("record_file_size", strconv.Itoa(44+2*samples))
		ch.set("record_samples", strconv.Itoa(samples))
		ch.set("record_ms", strconv.Itoa(samples/(sampleRate/1000)))
		ch.set("record_completion_cause", "success-maxtime")
		ch.sw.addSound(r.path, ch.sw.now.Sub(r.began))
		ch.fireRecord("RECORD_STOP", siteRecordedBug, r.path, variable{"Record-Completion-Cause", "success-maxtime"})
	}
	ch.record = left
	return stopped
}

func (ch *channel) stopRecordings() { ch.stopRecording("all") }
