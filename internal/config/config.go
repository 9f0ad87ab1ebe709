// Package config is the configuration of eslua serve: the YAML file, the environment and the flags as one checked value.
//
// Every option is a row of one table, Options, from which the keys of the file, the names of the variables and of the
// flags, their defaults, their checks and docs/configuration.md come. A flag counts more than its variable, that more
// than the file, that more than the default.
package config

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"time"

	"eslua/internal/address"
)

// ErrInvalid is in every error of Load: the configuration has to be mended before eslua can serve (exit status 78).
var ErrInvalid = errors.New("invalid configuration")

// Config is a checked configuration. What the fields mean stands in Options.
type Config struct {
	Listen        []string // host:port
	Allow         []netip.Prefix
	Scripts       string // absolute
	ReloadGate    string // GateNone, GateCheck or GateTest
	DefaultScript string // "": none
	Routes        []Route
	ESL           ESL
	Switches      []Switch
	Startup       []string
	Hooks         []Hook
	Reload        string // watch, poll, manual or off
	Databases     Databases
	XMLHandler    XMLHandler
	LuaHTTP       LuaHTTP
	Read, Write   []string // absolute
	Env           []string
	Commands      []string
	Mailer        []string // a program and its arguments; nil: none
	HTTPAllow     []address.Pattern
	ESLAllow      []address.Pattern
	Instructions  int
	CPU           time.Duration
	Memory        int           // bytes
	Wall          time.Duration // 0: no limit
	Inline        bool
	Degraded      string // DegradedRun or DegradedRefuse
	MaxCalls      int
	AfterHangup   time.Duration
	Drain         time.Duration
	Admin         string // host:port; "": none
	LogFormat     string // LogText or LogJSON
	LogLevel      slog.Level
}

// What Degraded, ReloadGate and LogFormat can be.
const (
	DegradedRun    = "run"
	DegradedRefuse = "refuse"
	GateNone       = "none"
	GateCheck      = "check"
	GateTest       = "test"
	LogText        = "text"
	LogJSON        = "json"
)

// Source is where a configuration comes from. The zero value gives the defaults.
type Source struct {
	// File is the path of the YAML file; "": none.
	File string
	// Env looks a variable up, as os.LookupEnv does; nil: there are none. A variable that is set to nothing counts as not
	// set. Variables that belong to no option are passed over, because cluster software makes some of its own that begin
	// with ESLUA_ when a service is called eslua.
	Env func(name string) (string, bool)
	// Flag gives what the command line says of a flag, one text for each time it was given; nil: there are none.
	Flag func(name string) (texts []string, set bool)
	// Default gives what an option is where nothing is said of it, by the name of its flag; nil, or "": what the option's row says.
	Default func(flag string) string
}

// Load reads, merges and checks a configuration. Its error wraps ErrInvalid and has one line for each thing that is
// wrong, which names the flag, the variable, or file and line and key, and the value.
func Load(src Source) (*Config, error) { return load(Options(), src) }

func load(rows []Option, src Source) (*Config, error) {
	var problems []error
	f, err := readFile(src.File, rows)
	if err != nil {
		problems = append(problems, err)
	}
	c := new(Config)
	for _, o := range rows {
		if err := o.apply(c, f, src); err != nil {
			problems = append(problems, err)
		}
	}
	if len(problems) == 0 {
		problems = append(c.XMLHandler.check(), c.LuaHTTP.check()...)
		problems = append(problems, c.checkHooks()...)
		if c.ESL.Address != "" && c.ESL.Password == "" {
			problems = append(problems, errors.New("esl.address is given without esl.password_file or esl.password"))
		}
	}
	switch len(problems) {
	case 0:
		return c, nil
	case 1:
		return nil, fmt.Errorf("%w: %w", ErrInvalid, problems[0])
	}
	return nil, fmt.Errorf("%w:\n%w", ErrInvalid, errors.Join(problems...))
}

// given is a text that some place gives for an option.
type given struct {
	at   string // the flag, the variable, or file and line and key
	text string
}

// apply sets the option to what the place that counts most says.
func (o *Option) apply(c *Config, f *file, src Source) error {
	if o.decode != nil {
		if n := f.values[o.Key]; n != nil {
			return o.decode(c, f, n)
		}
		return nil
	}
	if src.Flag != nil {
		if texts, ok := src.Flag(o.Flag()); ok {
			return o.set(c, at("--"+o.Flag(), texts))
		}
	}
	if src.Env != nil {
		if text, ok := src.Env(o.Env()); ok && text != "" {
			return o.set(c, at(o.Env(), o.split(text)))
		}
	}
	if n := f.values[o.Key]; n != nil {
		values, err := f.given(o, n)
		if err != nil {
			return err
		}
		return o.set(c, values)
	}
	text := ""
	if src.Default != nil {
		text = src.Default(o.Flag())
	}
	if text = cmp.Or(text, o.Default); text == "" || f.broken { // then the file may give it
		return nil
	}
	err := o.set(c, at(o.Key+" (default)", o.split(text)))
	if err != nil {
		err = fmt.Errorf("%w; --%s %s gives another", err, o.Flag(), o.Arg)
	}
	return err
}

// split takes the text of a list apart at its commas.
func (o *Option) split(text string) []string {
	if o.Kind != List {
		return []string{text}
	}
	words := strings.Split(text, ",")
	for i := range words {
		words[i] = strings.TrimSpace(words[i])
	}
	return words
}

func at(place string, texts []string) []given {
	values := make([]given, len(texts))
	for i, text := range texts {
		values[i] = given{place, text}
	}
	return values
}

// ESL is the switch's event socket.
type ESL struct {
	Address  string // host:port; "": there is none
	User     string
	Password string
}
