package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// set is a directory of recorded cases.
type set struct {
	dir string

	Caller struct {
		Name   string `json:"caller_id_name"`
		Number string `json:"caller_id_number"`
	} `json:"caller"`
	Context    string                   `json:"context"`
	Extensions map[string][]application `json:"extensions"`
	Far        struct {
		App string `json:"app"`
	} `json:"far"`
	Globals   map[string]string `json:"globals"`
	Directory []struct {
		User          string            `json:"user"`
		Domain        string            `json:"domain"`
		Password      string            `json:"password"`
		ESLPassword   string            `json:"esl-password"`
		AllowedEvents string            `json:"esl-allowed-events"`
		AllowedAPI    string            `json:"esl-allowed-api"`
		AllowedLog    string            `json:"esl-allowed-log"`
		Variables     map[string]string `json:"variables"`
		Params        map[string]string `json:"params"`
	} `json:"directory"`
	Languages map[string]languageEntry `json:"languages"`
	TTS       struct {
		Engines map[string]struct {
			Seconds float64 `json:"lasts_s"`
		} `json:"engines"`
	} `json:"tts"`
	ASR struct {
		Engines map[string]struct {
			Hears  string `json:"hears"`
			Result string `json:"result"`
		} `json:"engines"`
	} `json:"asr"`
	APIs struct {
		State struct {
			Hash map[string]string `json:"hash"`
		} `json:"state"`
	} `json:"apis"`
	Files     map[string]float64 `json:"files"`
	Absent    []string           `json:"absent"`
	Sequences [][]string         `json:"sequences"`
	Cases     map[string]*testCase
}

// languageEntry is a language: its engine, and its phrase macros.
type languageEntry struct {
	TTS     string              `json:"tts_engine"`
	Voice   string              `json:"tts_voice"`
	Phrases map[string][]phrase `json:"phrases"`
}

// application is an application and its data, as a pair in the file.
type application [2]string

// phrase is what a macro does with data that matches.
type phrase struct {
	Pattern string      `json:"pattern"`
	Match   [][2]string `json:"match"`
}

// testCase is one run of a script.
type testCase struct {
	Script      string
	Kind        string
	Data        string
	Destination string
	Leg         string
	Before      []application
	Then        []application
	Variables   map[string]string `json:"vars"`
	FarApp      string            `json:"far_app"`
	Limit       float64           `json:"limit_s"`
	Triggers    []trigger
	Unstable    []string
}

// trigger is something that happens from outside.
type trigger struct {
	After  when
	Delay  float64 `json:"delay_s"`
	Action string
	Arg    string
}

// when is what a trigger waits for: the start, or a line that the script prints.
type when struct {
	Contains string `json:"line_contains"`
	Regexp   string `json:"line_regex"`
}

// UnmarshalJSON reads "start" or an object.
func (w *when) UnmarshalJSON(b []byte) error {
	if string(b) == `"start"` {
		return nil
	}
	type plain when
	return json.Unmarshal(b, (*plain)(w))
}

func readSet(dir string) (*set, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(filepath.Join(dir, "stimuli.json"))
	if err != nil {
		return nil, err
	}
	s := &set{dir: dir}
	if err := json.Unmarshal(b, s); err != nil {
		return nil, fmt.Errorf("%s: stimuli.json: %w", dir, err)
	}
	for name, c := range s.Cases {
		switch c.Kind {
		case "dialplan", "inline", "api":
		default:
			return nil, fmt.Errorf("case %s: kind %q is not known", name, c.Kind)
		}
		for _, t := range c.Triggers {
			switch t.Action {
			case "dtmf", "hangup", "sendmsg", "sendevent", "api":
			default:
				return nil, fmt.Errorf("case %s: action %q is not known", name, t.Action)
			}
		}
	}
	return s, nil
}

// groups are the names of all cases, in groups that run in one switch, one after the other.
func (s *set) groups() [][]string {
	first := make(map[string][]string)
	later := make(map[string]bool)
	for _, g := range s.Sequences {
		first[g[0]] = g
		for _, name := range g[1:] {
			later[name] = true
		}
	}
	var groups [][]string
	for _, name := range slices.Sorted(maps.Keys(s.Cases)) {
		switch {
		case later[name]:
		case first[name] != nil:
			groups = append(groups, first[name])
		default:
			groups = append(groups, []string{name})
		}
	}
	return groups
}

// recording is what a real switch did.
type recording struct {
	lines     []string // what the script printed
	causes    []string // of the hang-ups of its channel
	continued []string // what the dialplan logged behind it
	logged    []string // what mod_lua itself logged, with the level in front
}

// words are those that mod_lua itself writes to the log (mod_lua and switch_cpp.cpp), and the switch in its name: off the
// switch they have to come from us.
var words = regexp.MustCompile(`^(session is not initalized|No application specified|Error Creating Outgoing Channel!.*|` +
	`No origination URL specified!|Missing destination\.|Channels not ready|Connection failed\.  DBH NOT Connected\.|DBH NOT Connected\.|` +
	`Missing SQL query\.|Cannot queue any more events\.\.\.\.\.|Can't bind to .*|Changing event type to custom .*|No TTS engine specified|` +
	`Surely you jest!.*|Error! invalid args\.|Invalid Menu!)$`)

// levelled is a line of the log of the switch.
var levelled = regexp.MustCompile(`^ \[(\w+)\]: (.*)$`)

// observed reads the recording of a case.
func (s *set) observed(name string) (recording, error) {
	b, err := os.ReadFile(filepath.Join(s.dir, "observed", name+".txt"))
	if err != nil {
		return recording{}, err
	}
	var r recording
	if s.Cases[name].Kind == "api" { // the lines of the reply, each behind a bar
		for line := range strings.Lines(string(b)) {
			if text, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "| "); ok {
				r.lines = append(r.lines, text)
			}
		}
		if n := len(r.lines); n > 0 && r.lines[n-1] == "" {
			r.lines = r.lines[:n-1]
		}
		return r, nil
	}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "#") || len(line) < 8 {
			continue
		}
		r.add(line[8:])
	}
	return r, nil
}

// add takes one line of a recording, without its time.
func (r *recording) add(line string) {
	if m := hungUp.FindStringSubmatch(line); m != nil {
		r.causes = append(r.causes, m[1])
		return
	}
	if strings.HasPrefix(line, "switch:") || strings.HasPrefix(strings.TrimSpace(line), "[") {
		return
	}
	if text, ok := strings.CutPrefix(line, "log"); ok && logged.MatchString(text) {
		if i := strings.Index(text, continued); i >= 0 && strings.HasPrefix(text, " [") {
			r.continued = append(r.continued, text[i:])
		}
		if m := levelled.FindStringSubmatch(text); m != nil && words.MatchString(m[2]) {
			r.logged = append(r.logged, m[1]+" "+m[2])
		}
		return
	}
	r.lines = append(r.lines, line)
}
