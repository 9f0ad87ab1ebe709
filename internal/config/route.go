package config

import (
	"errors"
	"fmt"
	"regexp"

	"go.yaml.in/yaml/v3"
)

// Route gives a script to the calls that fulfil all of its conditions. The first route that takes a call counts
// (design.md 2.3). Regular expressions are Go's (RE2) and match anywhere in the text unless they are anchored.
type Route struct {
	Variables   []Condition
	Destination *regexp.Regexp // of the number that was dialled; nil: any
	Context     string         // the dialplan context, exactly; "": any
	Caller      *regexp.Regexp // of the caller's number; nil: any
	Script      string
	Args        string // as behind a script's name in a dialplan (modlua-api.md 5.1)
}

// Condition is that a channel variable matches. A variable that is not set is an empty text.
type Condition struct {
	Variable string
	Pattern  *regexp.Regexp
}

func (f *file) routes(n *yaml.Node) ([]Route, error) {
	return items(f, n, "routes", f.route)
}

func (f *file) route(n *yaml.Node) (r Route, err error) {
	err = f.fields(n, "routes", func(key string, k, v *yaml.Node) (err error) {
		switch key {
		case "variable":
			return f.fields(v, "routes: variable", func(name string, _, v *yaml.Node) error {
				p, err := scalar(f, v, "routes: variable "+name, pattern)
				r.Variables = append(r.Variables, Condition{name, p})
				return err
			})
		case "destination":
			r.Destination, err = scalar(f, v, "routes: destination", pattern)
		case "context":
			r.Context, err = scalar(f, v, "routes: context", filled)
		case "caller":
			r.Caller, err = scalar(f, v, "routes: caller", pattern)
		case "script":
			r.Script, err = scalar(f, v, "routes: script", scriptName)
		case "args":
			r.Args, err = scalar(f, v, "routes: args", func(text string) (string, error) { return text, nil })
		default:
			return fmt.Errorf("%s: unknown key %q", f.at(k, "routes"), key)
		}
		return err
	})
	if err == nil && r.Script == "" {
		err = fmt.Errorf("%s: a route without script", f.at(n, "routes"))
	}
	return r, err
}

func filled(text string) (string, error) {
	if text == "" {
		return "", errors.New("is empty")
	}
	return text, nil
}
