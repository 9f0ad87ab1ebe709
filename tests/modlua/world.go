package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"eslua/esl"
	"eslua/esl/esltest"
)

// places are the folders that stand for those of the recordings.
type places struct {
	scripts, temp string
}

func newPlaces(dir string) (places, error) {
	temp, err := shortTemp()
	if err != nil {
		return places{}, err
	}
	p := places{filepath.Join(temp, "scripts"), temp}
	if err := os.CopyFS(p.scripts, os.DirFS(filepath.Join(dir, "scripts"))); err != nil {
		return places{}, err
	}
	return p, os.Mkdir(filepath.Join(temp, "rec"), 0o755)
}

// shortTemp makes a folder with a short name: error texts that carry the path of a script are cut at 300 bytes by gt.lua.
func shortTemp() (string, error) {
	for i := 0; ; i++ {
		dir := filepath.Join(os.TempDir(), fmt.Sprintf("ml%d", i))
		if err := os.Mkdir(dir, 0o700); err == nil || !errors.Is(err, fs.ErrExist) {
			return dir, err
		}
	}
}

// fill puts folders into a text of the set.
func (p places) fill(s string) string {
	return strings.NewReplacer(
		"{REC}", filepath.Join(p.temp, "rec"), "{SCRIPTS}", p.scripts, "{SOUNDS}", filepath.Join(p.temp, "sounds"), "{DIR}", p.temp,
		"{ANY}", "any", "{UUID}", "00000000-0000-4000-8000-000000000001",
	).Replace(s)
}

// hide shows folders as recordings do.
func (p places) hide(s string) string {
	return strings.NewReplacer(p.scripts, "/XXXXXX/scripts", p.temp, "/XXXXXX").Replace(s)
}

// world is the switch in which the cases run.
func (s *set) world(p places) esltest.World {
	w := esltest.World{
		Context: s.Context, CallerName: s.Caller.Name, CallerNumber: s.Caller.Number,
		Extensions: make(map[string][]esl.Action), Globals: make(map[string]string), Sounds: make(map[string]time.Duration),
		Languages: make(map[string]esltest.Language), Speech: make(map[string]esltest.SpeechEngine),
		Folders: []string{filepath.Join(p.temp, "rec")},
	}
	for number, list := range s.Extensions {
		for _, a := range list {
			w.Extensions[number] = append(w.Extensions[number], esl.Action{App: a[0], Data: p.fill(a[1])})
		}
	}
	for name, value := range s.Globals {
		w.Globals[name] = p.fill(value)
	}
	for name, length := range s.Files {
		w.Sounds[p.fill(name)] = time.Duration(length * float64(time.Second))
	}
	for name, l := range s.Languages {
		w.Languages[name] = language(l, p)
	}
	for name, e := range s.TTS.Engines {
		engine := w.Speech[name]
		engine.Speaking = time.Duration(e.Seconds * float64(time.Second))
		w.Speech[name] = engine
	}
	for name, e := range s.ASR.Engines {
		if e.Hears != "nothing" {
			engine := w.Speech[name]
			engine.Heard = e.Result
			w.Speech[name] = engine
		}
	}
	for _, u := range s.Directory {
		user := esltest.User{Name: u.User, Domain: u.Domain, Password: u.Password, Variables: u.Variables, Params: u.Params}
		user.ESL = esltest.ESLRights{
			Password: u.ESLPassword, Events: strings.Fields(u.AllowedEvents), API: strings.Fields(u.AllowedAPI), NoLog: u.AllowedLog == "false",
		}
		w.Directory = append(w.Directory, user)
	}
	return w
}

// language makes the language of a set that of the switch.
func language(l languageEntry, p places) esltest.Language {
	out := esltest.Language{Engine: l.TTS, Voice: l.Voice, Macros: make(map[string]esltest.Macro)}
	for name, inputs := range l.Phrases {
		var m esltest.Macro
		for _, ph := range inputs {
			in := esltest.MacroInput{Pattern: ph.Pattern}
			for _, a := range ph.Match {
				in.Match = append(in.Match, esltest.MacroAction{Function: a[0], Data: p.fill(a[1])})
			}
			m.Inputs = append(m.Inputs, in)
		}
		out.Macros[name] = m
	}
	return out
}
