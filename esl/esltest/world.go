package esltest

import (
	"maps"
	"time"

	"eslua/esl"
)

// World is what a simulated switch is set up with: the dialplan and what it needs. All of it is data.
type World struct {
	// Extensions is the dialplan of every context: a number, and the applications that run on the leg that dials it, one
	// after the other. After the last one the switch hangs up with NORMAL_CLEARING.
	Extensions map[string][]esl.Action
	// Context is the name of the dialplan's context; "default" by default.
	Context string
	// Globals are the global variables.
	Globals map[string]string
	// Hash and DB are what the stores of the hash and db commands hold at the start: realm, key, value.
	Hash, DB map[string]map[string]string
	// CallerName and CallerNumber are the caller id of Call where a CallSpec gives none.
	CallerName, CallerNumber string
	// Sounds are the files that exist, with their length. A length below zero is that of a file that does not, in spite of
	// AnySound.
	Sounds map[string]time.Duration
	// AnySound makes every file name that is not in Sounds one of that length, instead of a file that is not found.
	AnySound time.Duration
	// Folders are those in which recordings can be made, besides the folders of Sounds; empty: all.
	Folders []string
	// Languages are those that phrases and say know, by name. There is always English, "en".
	Languages map[string]Language
	// Phrases are macros of English in short: a name, and the actions that run.
	Phrases map[string][]PhraseAction
	// Say is how long one word of the say application lasts in English; 0 by default: there are no sound files for it.
	Say time.Duration
	// Speech are the engines of speak and of speech recognition, by name.
	Speech map[string]SpeechEngine
	// Password is that of the event socket's listener; "ClueCon" by default.
	Password string
	// Denied makes the listener refuse everybody, as an access list that denies all does.
	Denied bool
	// Directory are the users.
	Directory []User
	// Endpoints say what dial strings mean that lead out of the switch: the beginning of one, as "sofia/gateway/carrier/",
	// and the extension that answers; "" is the one whose number stands behind it. Those of users and groups, as "user/1001",
	// count more than the directory. Without them there are loopback/, user/, group/, error/ and SIP calls to the switch
	// itself, as sofia/internal/1000@127.0.0.1:5080.
	Endpoints map[string]string
	// OriginateTimeout is how long a dialled leg may ring before it is given up with NO_ANSWER, where nothing else says so;
	// 60 s by default.
	OriginateTimeout time.Duration
}

// PhraseAction is one step of a phrase macro.
type PhraseAction struct {
	// Pattern is a regular expression that the data of the macro must match; "" is any.
	Pattern string
	// Function is play-file, say, speak-text or execute.
	Function string
	// Data is what it works on: a file, a text, an application with its argument.
	Data string
}

// Add adds the extensions, sounds and global variables of more to those that the switch has, in place of what has the same
// name.
func (sw *Switch) Add(more World) {
	sw.do(func() {
		if len(more.Extensions) > 0 {
			all := maps.Clone(more.Extensions)
			for number, actions := range sw.world.Extensions {
				if _, ok := all[number]; !ok {
					all[number] = actions
				}
			}
			sw.world.Extensions = all
		}
		maps.Copy(sw.world.Sounds, more.Sounds)
		for _, name := range sortedKeys(more.Globals) {
			sw.globals.set(name, more.Globals[name])
		}
	})
}

func (w World) withDefaults() World {
	if w.Context == "" {
		w.Context = "default"
	}
	if w.Password == "" {
		w.Password = "ClueCon"
	}
	if w.OriginateTimeout == 0 {
		w.OriginateTimeout = 60 * time.Second
	}
	w.Sounds = maps.Clone(w.Sounds) // recordings are added to it
	if w.Sounds == nil {
		w.Sounds = make(map[string]time.Duration)
	}
	w.withPhrases()
	if w.CallerNumber == "" {
		w.CallerNumber = "1001"
	}
	if w.CallerName == "" {
		w.CallerName = "Test Caller"
	}
	return w
}
