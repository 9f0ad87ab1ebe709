package channel

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"eslua/esl"
)

// keepTerminators has an application leave digits alone: no key ends it.
const keepTerminators = "%[playback_terminators=none]"

// Say says a text with the sounds of a language: module is en or en:variant, kind is number, current_date, ..., method is
// pronounced, iterated, counted or n/a; gender may be empty. It reports whether the input has stopped it.
func (l *Leg) Say(ctx context.Context, text, module, kind, method, gender string, in Input) (stopped bool, err error) {
	words := []string{module, kind, method}
	if gender != "" {
		words = append(words, gender)
	}
	arg := keepTerminators + esl.Literal(strings.Join(append(words, word(text)), " "))
	_, err = l.execute(ctx, Exec{App: "say", Arg: arg, KeepDigits: true}, in, &stopped)
	return stopped, err
}

// Phrase plays a phrase macro with its data. Without a language it is the variable default_language, else en.
func (l *Leg) Phrase(ctx context.Context, name, data, language string, in Input) (stopped bool, err error) {
	if language == "" {
		if language, _, err = l.Get(ctx, "default_language"); err != nil {
			return false, err
		}
		language = cmp.Or(language, "en")
	}
	arg := "%[playback_terminators=none,language=" + language + "]" + esl.Literal(name+","+data)
	_, err = l.execute(ctx, Exec{App: "phrase", Arg: arg, KeepDigits: true}, in, &stopped)
	return stopped, err
}

// Speak speaks a text with an engine and one of its voices. An engine that the switch does not have cannot be noticed.
func (l *Leg) Speak(ctx context.Context, engine, voice, text string, in Input) (stopped bool, err error) {
	if engine == "" || voice == "" {
		return false, errors.New("channel: speak: no engine or no voice") // the application would hang the channel up
	}
	arg := keepTerminators + esl.Literal(engine+"|"+voice+"|"+text)
	_, err = l.execute(ctx, Exec{App: "speak", Arg: arg, KeepDigits: true}, in, &stopped)
	return stopped, err
}

// PlayAndDetect plays a file and recognises what is said meanwhile and afterwards; "" is that nothing was. The result is
// the engine's text, or DIGIT: and a terminator that was pressed.
func (l *Leg) PlayAndDetect(ctx context.Context, file, engine, grammar string) (string, error) {
	if l.diverting { // the application waits for events that would come to us
		if err := l.DivertEvents(false); err != nil {
			return "", err
		}
		defer l.DivertEvents(true)
	}
	arg := esl.Literal(file + " detect:" + engine + " " + grammar)
	ev, err := l.Execute(ctx, Exec{App: "play_and_detect_speech", Arg: arg, GiveDigits: true})
	if err != nil {
		return "", err
	}
	return ev.Variable("detect_speech_result"), nil
}
