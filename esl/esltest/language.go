package esltest

import (
	"cmp"
	"maps"
	"strings"
	"time"

	"eslua/esl"
)

// Language is what the switch knows of a language: how long it takes to say something, and the macros of the phrase
// application.
type Language struct {
	// Say is how long one word of the say application and of say actions lasts; 0: there are no sound files for it.
	Say time.Duration
	// SoundPrefix is the folder of its sounds: the variable sound_prefix while something is said in this language; "" leaves
	// that as it is.
	SoundPrefix string
	// Engine and Voice are those of speak-text actions.
	Engine, Voice string
	// Macros are its phrase macros by their names.
	Macros map[string]Macro
}

// Macro is a phrase macro.
type Macro struct {
	// Pause is how long the switch waits after each action: 0 is 100 ms, less than 0 none.
	Pause  time.Duration
	Inputs []MacroInput
}

// MacroInput is one input of a macro: the actions for data that match, and those for data that do not.
type MacroInput struct {
	// Field is what is matched, with ${variables} expanded; "" is the data.
	Field string
	// Pattern is a regular expression; "" is any. Its groups are $1, $2 ... in the data of the actions.
	Pattern string
	// BreakOnMatch leaves out the inputs behind it when it matches.
	BreakOnMatch   bool
	Match, NoMatch []MacroAction
}

// MacroAction is one action of a macro.
type MacroAction struct {
	// Function is play-file, say, speak-text, phrase, execute or break.
	Function string
	Data     string
	// Phrase is the macro that the function phrase plays.
	Phrase string
	// Engine and Voice are those of speak-text, where they are not the language's.
	Engine, Voice string
}

// defaultLanguage is spoken where nothing else says which.
const defaultLanguage = "en"

// withPhrases adds what the world says of its default language to the languages.
func (w *World) withPhrases() {
	languages := maps.Clone(w.Languages)
	if languages == nil {
		languages = make(map[string]Language)
	}
	l := languages[defaultLanguage]
	if l.Say == 0 {
		l.Say = w.Say
	}
	l.Macros = maps.Clone(l.Macros)
	if l.Macros == nil {
		l.Macros = make(map[string]Macro)
	}
	for name, actions := range w.Phrases {
		l.Macros[name] = shortMacro(actions)
	}
	languages[defaultLanguage] = l
	w.Languages = languages
}

// shortMacro is the macro of actions of which each has a pattern of its own: those with the same one belong together.
func shortMacro(actions []PhraseAction) Macro {
	var m Macro
	for i, a := range actions {
		if i == 0 || a.Pattern != actions[i-1].Pattern {
			m.Inputs = append(m.Inputs, MacroInput{Pattern: a.Pattern})
		}
		in := &m.Inputs[len(m.Inputs)-1]
		in.Match = append(in.Match, MacroAction{Function: a.Function, Data: a.Data})
	}
	return m
}

// language finds a language, or says in the log that there is none.
func (ch *channel) language(name string) (Language, bool) {
	l, ok := ch.sw.world.Languages[name]
	if !ok {
		ch.logf(esl.LogErr, siteExecute, "Can't find language %s.", name)
	}
	return l, ok
}

// inSounds sets sound_prefix for what is said in the language; back undoes it.
func (ch *channel) inSounds(l Language) (back func()) {
	if l.SoundPrefix == "" || esl.IsTrue(ch.get("sound_prefix_enforced")) {
		return func() {}
	}
	old := ch.get("sound_prefix")
	ch.set("sound_prefix", l.SoundPrefix)
	return func() { ch.set("sound_prefix", old) }
}

// phrase plays a macro (switch_ivr_phrase_macro). Without a language it is default_language, or English.
func (ch *channel) phrase(t *thread, macro, data, lang string, in *input) outcome {
	lang = cmp.Or(lang, ch.get("default_language"), defaultLanguage)
	l, ok := ch.language(lang)
	if !ok {
		return failed
	}
	m, ok := l.Macros[macro]
	switch {
	case !ok:
		ch.logf(esl.LogErr, siteExecute, "Can't find macro %s.", macro)
		return failed
	case len(m.Inputs) == 0:
		ch.logf(esl.LogErr, siteExecute, "Can't find any input tags.")
		return failed
	}
	defer ch.inSounds(l)()
	if !ch.preAnswer(siteExecute) {
		return failed
	}
	result, matched := played, false
	for _, i := range m.Inputs {
		field := data
		if i.Field != "" {
			field = i.Field
		}
		groups := findIn(ch.expand(t, field), cmp.Or(i.Pattern, ".*"))
		actions := i.NoMatch
		if groups != nil {
			actions = i.Match
		}
		matched = matched || len(actions) > 0
		done := false
		result, done = ch.runMacro(t, l, lang, m, i.Pattern, actions, groups, in)
		if done || result != played || len(actions) > 0 && i.BreakOnMatch {
			break
		}
	}
	if !matched {
		ch.logf(esl.LogWarning, siteExecute, "Macro [%s]: '%s' did not match any patterns", macro, data)
	}
	return result
}

func findIn(s, expr string) []string {
	p, err := newPattern(expr)
	if err != nil {
		return nil
	}
	return p.find(s)
}

// runMacro carries out the actions of one input. done tells that one of them was break.
func (ch *channel) runMacro(t *thread, l Language, lang string, m Macro, pattern string, actions []MacroAction,
	groups []string, in *input) (result outcome, done bool) {
	pause := m.Pause
	if pause == 0 {
		pause = 100 * time.Millisecond
	}
	for _, a := range actions {
		arg := a.Data
		if strings.Contains(pattern, "(") && groups != nil {
			arg = substitute(arg, groups)
		}
		arg = ch.expand(t, arg)
		switch strings.ToLower(a.Function) {
		case "play-file":
			result = ch.play(t, arg, 0, in)
		case "phrase":
			result = ch.phrase(t, a.Phrase, arg, lang, in)
		case "break":
			done = true
		case "execute":
			app, rest, _ := strings.Cut(arg, "(")
			if !ch.execute(t, app, strings.TrimSuffix(rest, ")")) {
				result = failed
			}
		case "say":
			result = ch.sayText(t, l, arg, in)
		case "speak-text":
			if l.Engine == "" || l.Voice == "" {
				ch.logf(esl.LogErr, siteExecute, "TTS is not configured")
			} else {
				result = ch.speak(t, cmp.Or(a.Engine, l.Engine), cmp.Or(a.Voice, l.Voice), arg, in)
			}
		}
		ch.rest(t, pause, nil)
		if done || result != played {
			break
		}
	}
	return result, done
}

// say is switch_ivr_say with a module as en or en:language.
func (ch *channel) say(t *thread, module, text string, in *input) outcome {
	module, lang, ok := strings.Cut(module, ":")
	if !ok {
		lang = cmp.Or(ch.get("language"), ch.get("default_language"), module)
	}
	l, ok := ch.language(lang)
	if !ok {
		return failed
	}
	defer ch.inSounds(l)()
	return ch.sayText(t, l, text, in)
}

// sayText says numbers, dates and the like: one sound after the other, which last as long as the language says.
func (ch *channel) sayText(t *thread, l Language, text string, in *input) outcome {
	ch.hear("say:" + text)
	length := l.Say * time.Duration(len(strings.Fields(text)))
	return ch.stream(t, &fileHandle{length: int(length.Seconds() * sampleRate)}, in)
}

// sayApp takes a module, a type, a method, perhaps a gender, and a text.
func sayApp(ch *channel, t *thread, arg string) {
	a := splitArgs(arg, ' ', 5)
	if len(a) < 4 {
		ch.logf(esl.LogErr, siteExecute, "Usage: %s", "<module_name>[:<lang>] <say_type> <say_method> [<say_gender>] <text>")
		return
	}
	ch.set("playback_terminator_used", "")
	module := a[0]
	if !strings.Contains(module, ":") {
		module += ":" + module
	}
	ch.say(t, module, a[len(a)-1], ch.terminators())
}

func phraseApp(ch *channel, t *thread, arg string) {
	if arg == "" {
		ch.respond("NOTHING")
		return
	}
	macro, data, _ := strings.Cut(arg, ",")
	ch.set("playback_terminator_used", "")
	switch ch.phrase(t, macro, data, ch.get("language"), ch.terminators()) {
	case played, broken:
		ch.respond("PHRASE PLAYED")
	default:
		ch.respond("UNKNOWN ERROR")
	}
}
