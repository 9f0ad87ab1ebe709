package wire

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"eslua/esl"
	"eslua/esl/esltest"
	"eslua/tests/transcript"
)

// scenarios is tests/testdata/wire/scenarios.json: how each recording was made.
type scenarios struct {
	Caller struct {
		Name   string `json:"caller_id_name"`
		Number string `json:"caller_id_number"`
	} `json:"caller"`
	EventSocket struct {
		Password string `json:"password"`
	} `json:"event_socket"`
	Context    string                 `json:"context"`
	Extensions map[string][][2]string `json:"extensions"`
	Directory  []directoryUser        `json:"directory"`
	Globals    map[string]string      `json:"globals"`
	Speech     struct {
		Engine string `json:"engine"`
		TTS    struct {
			Seconds float64 `json:"lasts_s"`
		} `json:"tts"`
	} `json:"asr_tts"`
	Scenarios map[string]*scenario `json:"scenarios"`
}

type directoryUser struct {
	User      string            `json:"user"`
	Domain    string            `json:"domain"`
	Password  string            `json:"password"`
	ESL       string            `json:"esl-password"`
	Events    string            `json:"esl-allowed-events"`
	API       string            `json:"esl-allowed-api"`
	Log       string            `json:"esl-allowed-log"`
	Variables map[string]string `json:"variables"`
}

// scenario is how one recording was made.
type scenario struct {
	Kind        string                     `json:"kind"`
	Leg         string                     `json:"leg"`
	Connects    *bool                      `json:"connects"`
	Replay      *bool                      `json:"replay"`
	Destination string                     `json:"destination"`
	Before      [][2]string                `json:"before"`
	Sets        map[string]json.RawMessage `json:"sets"`
	FarVars     map[string]string          `json:"far_vars"`
	With        []string                   `json:"with"`
	Auth        string                     `json:"auth"`
	Setup       [][2]string                `json:"setup"`
	Config      map[string]string          `json:"config"`
	FarIn       []int                      `json:"far_uuid_in"` // writes with the uuid of the far end
	Steps       []step                     `json:"steps"`
}

// step is one thing that the recording program did: a word and its arguments.
type step []json.RawMessage

func (s step) word() string { return s.text(0) }

func (s step) text(i int) string {
	var t string
	if i < len(s) {
		json.Unmarshal(s[i], &t)
	}
	return t
}

func (s step) number(i int, other float64) float64 {
	if i < len(s) {
		json.Unmarshal(s[i], &other)
	}
	return other
}

func (s step) seconds(i int, other float64) time.Duration {
	return time.Duration(s.number(i, other) * float64(time.Second))
}

func loadScenarios() (*scenarios, error) {
	data, err := os.ReadFile(filepath.Join(transcript.Dir(), "scenarios.json"))
	if err != nil {
		return nil, err
	}
	var sc scenarios
	if err := json.Unmarshal(data, &sc); err != nil {
		return nil, fmt.Errorf("scenarios.json: %w", err)
	}
	return &sc, nil
}

// world is the set-up of the switch for one scenario.
func (sc *scenarios) world(s *scenario) (esltest.World, error) {
	w := esltest.World{
		Extensions:   make(map[string][]esl.Action),
		Context:      sc.Context,
		Globals:      sc.Globals,
		CallerName:   sc.Caller.Name,
		CallerNumber: sc.Caller.Number,
		Password:     sc.EventSocket.Password,
		Folders:      []string{"/XXXXXX/rec"},
		Speech: map[string]esltest.SpeechEngine{
			sc.Speech.Engine: {Speaking: time.Duration(sc.Speech.TTS.Seconds * float64(time.Second))},
		},
		Denied: s.Config["apply-inbound-acl"] == "denyall",
	}
	for number, actions := range sc.Extensions {
		for _, a := range actions {
			if a[0] == "lua" && number == s.Destination {
				continue // sets the variables that stand in sets
			}
			w.Extensions[number] = append(w.Extensions[number], esl.Action{App: a[0], Data: a[1]})
		}
	}
	for _, u := range sc.Directory {
		w.Directory = append(w.Directory, esltest.User{
			Name: u.User, Domain: u.Domain, Password: u.Password, Variables: u.Variables,
			ESL: esltest.ESLRights{
				Password: u.ESL, Events: strings.Fields(u.Events), API: strings.Fields(u.API), NoLog: u.Log == "false",
			},
		})
	}
	return w, nil
}

// sets are the variables that a call gets by something that is not part of the simulation.
func (s *scenario) sets() (map[string]string, error) {
	vars := make(map[string]string)
	for name, raw := range s.Sets {
		var text string
		if json.Unmarshal(raw, &text) == nil {
			vars[name] = text
			continue
		}
		var other struct {
			Hex    string `json:"hex"`
			Repeat string `json:"repeat"`
			Times  int    `json:"times"`
		}
		if err := json.Unmarshal(raw, &other); err != nil {
			return nil, fmt.Errorf("sets %s: %w", name, err)
		}
		b, err := hex.DecodeString(other.Hex)
		if err != nil {
			return nil, fmt.Errorf("sets %s: %w", name, err)
		}
		vars[name] = string(b) + strings.Repeat(other.Repeat, other.Times)
	}
	return vars, nil
}
