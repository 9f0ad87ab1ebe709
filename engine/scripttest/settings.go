package scripttest

import (
	"maps"
	"time"

	lua "github.com/yuin/gopher-lua"

	"eslua/esl"
	"eslua/esl/esltest"
)

// settings are what a test finds around its calls: what its blocks have set up, and what it has itself.
type settings struct {
	date       time.Time
	sounds     map[string]time.Duration // below zero: the file is not there
	extensions map[string][]esl.Action
	endpoints  map[string]string
	globals    map[string]string
	env        map[string]string
	apis       []standIn
	apps       []standIn
	pages      []standIn
	mail       *standIn // nil: messages are taken, and nobody is told
	// functions: some stand-in is a function of the test, which only the goroutine of the test can call.
	functions bool
	// databases is the folder of the test's databases; "" before it has a name.
	databases string
	// sql are statements that make databases, each with the name of its database.
	sql [][2]string
}

// standIn answers for something outside.
type standIn struct {
	what   string     // what is asked for: a command, an address
	text   lua.LValue // the answer, or nil
	answer *lua.LFunction
}

// anySound is how long every sound file lasts whose length a test does not say.
const anySound = 2 * time.Second

// firstDate is when tests begin: on a Monday, within office hours.
var firstDate = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

func newSettings() *settings {
	return &settings{
		date: firstDate, sounds: make(map[string]time.Duration), extensions: make(map[string][]esl.Action), endpoints: make(map[string]string),
		globals: make(map[string]string), env: make(map[string]string),
	}
}

// world is the switch that the settings describe.
func (s *settings) world() esltest.World {
	extensions := maps.Clone(s.extensions)
	for _, number := range s.endpoints { // an endpoint may say in a word what a telephone does
		if actions, ok := behaviours[number]; ok && extensions[number] == nil {
			extensions[number] = actions
		}
	}
	return esltest.World{
		Sounds: s.sounds, AnySound: anySound, Extensions: extensions, Endpoints: s.endpoints, Globals: s.globals,
		CallerName: "Caller", CallerNumber: "1000",
	}
}

// folder is that of the databases of the test. It is made when the first database is.
func (s *settings) folder(r *run) string {
	if s.databases == "" {
		s.databases = r.folder()
	}
	return s.databases
}
