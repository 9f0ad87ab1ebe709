package channel

import (
	"context"
	"fmt"
	"strings"

	"eslua/esl"
)

// Playback is how the playing of a file ended.
type Playback int

const (
	// PlaybackFailed: the file could not be played to its end.
	PlaybackFailed Playback = iota
	// Played: to its end.
	Played
	// PlaybackStopped: the input or somebody else has stopped it.
	PlaybackStopped
	// FileNotFound: there is no such file, or the switch cannot play it.
	FileNotFound
)

func (p Playback) String() string {
	return [...]string{"failed", "played", "stopped", "not found"}[p]
}

// Play plays a file, or anything that the switch plays as one: tone_stream://, say:, phrase:, ... from a sample on (0 is
// the beginning). Digits do not stop it unless the input does, and ${variables} in the name are not expanded. A channel
// that has no media yet is given early media.
func (l *Leg) Play(ctx context.Context, file string, from int, in Input) (Playback, error) {
	arg := keepTerminators + esl.Literal(file)
	if from > 0 {
		if strings.Contains(file, "@") {
			return PlaybackFailed, fmt.Errorf("channel: play %s: a name with @ cannot take a position", file)
		}
		arg += fmt.Sprintf("@@%d", from)
	}
	l.played = ""
	stopped := false
	ev, err := l.execute(ctx, Exec{App: "playback", Arg: arg, KeepDigits: true}, in, &stopped)
	if err != nil {
		return PlaybackFailed, err
	}
	switch response := ev.Get("Application-Response"); {
	case response == "FILE NOT FOUND":
		l.digits = nil // the switch resets the channel then, which flushes them
		return FileNotFound, nil
	case stopped || l.played == "break":
		return PlaybackStopped, nil
	case response == "FILE PLAYED":
		return Played, nil
	}
	return PlaybackFailed, nil
}

// ControlFile does something with the file that is played: pause (and go on), restart, seek:+ms, speed:+n, volume:+n. It
// does not wait, and needs a connection in full mode.
func (l *Leg) ControlFile(what string) error {
	if err := l.unusable(); err != nil {
		return err
	}
	_, err := l.call.conn.Start(esl.API("uuid_fileman", l.uuid+" "+what))
	return err
}

// Answer answers the channel and tells whether it is answered then.
func (l *Leg) Answer(ctx context.Context) (bool, error) {
	ev, err := l.Execute(ctx, Exec{App: "answer", KeepDigits: true})
	if err != nil {
		return false, err
	}
	return ev.Get("Answer-State") == "answered", nil
}

// PreAnswer gives the caller early media and tells whether there are media then.
func (l *Leg) PreAnswer(ctx context.Context) (bool, error) {
	ev, err := l.Execute(ctx, Exec{App: "pre_answer", KeepDigits: true})
	if err != nil {
		return false, err
	}
	state := ev.Get("Answer-State")
	return state == "answered" || state == "early", nil
}
